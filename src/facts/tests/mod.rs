//! A small program, made by hand, and what the reader and the writer do with it.

mod answer;
mod csv;
mod decode;
mod random;
mod request;

use std::sync::Arc;

use smol_str::SmolStr;
use trust_syntax::ast::{BlockKind, Hold, On};
use trust_syntax::span::Span;

use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::ty::{CaseDef, EnumDef, EnumId, FieldDef, RecordDef, RecordId, Ty, Types};
use crate::program::*;

pub const STATUS: Ty = Ty::Enum(EnumId(1));
pub const TIER: Ty = Ty::Enum(EnumId(2));
pub const PARTNER: Ty = Ty::Record(RecordId(0));
pub const EVERYTHING: Ty = Ty::Record(RecordId(3));

pub fn list(ty: Ty) -> Ty {
    Ty::List(Arc::new(ty))
}

pub fn set(ty: Ty) -> Ty {
    Ty::Set(Arc::new(ty))
}

fn enumeration(name: &str, ordered: bool, cases: &[&str]) -> EnumDef {
    let cases = cases.iter().map(|case| {
        let (name, wire) = case.split_once('=').unwrap_or((case, case));
        CaseDef { name: name.into(), wire: wire.into(), span: Span::default(), meta: Meta::default() }
    });
    EnumDef { name: name.into(), span: Span::default(), meta: Meta::default(), ordered, cases: cases.collect() }
}

/// `name=wire`, or just the name.
fn record(name: &str, is_event: bool, fields: &[(&str, Ty)]) -> RecordDef {
    let fields = fields.iter().map(|(names, ty)| {
        let (name, wire) = names.split_once('=').unwrap_or((names, names));
        let (name, wire) = (SmolStr::new(name), SmolStr::new(wire));
        FieldDef { name, wire, span: Span::default(), meta: Meta::default(), ty: ty.clone() }
    });
    let (name, wire) = name.split_once('=').unwrap_or((name, name));
    RecordDef {
        name: name.into(),
        wire: wire.into(),
        span: Span::default(),
        meta: Meta::default(),
        is_event,
        fields: fields.collect(),
    }
}

pub fn types() -> Types {
    Types {
        enums: vec![
            enumeration("Standing", true, &["active", "reverify", "suspended", "revoked"]),
            enumeration("ContractStatus", false, &["negotiating", "active", "ended"]),
            enumeration("Tier", true, &["bronze", "silver=Silver Tier", "gold"]),
        ],
        records: vec![
            record(
                "Partner",
                false,
                &[
                    ("id", Ty::String),
                    ("contract", STATUS),
                    ("revocation_time=revocationTime", Ty::Duration),
                    ("last_attested", Ty::Instant.optional()),
                    ("tiers", set(TIER).optional()),
                ],
            ),
            record(
                "ContractEnded=urn:contract-ended",
                true,
                &[("party", Ty::String), ("ended_at=endedAt", Ty::Instant)],
            ),
            record("Ping", true, &[]),
            record(
                "Everything",
                false,
                &[
                    ("b", Ty::Bool),
                    ("i", Ty::Int),
                    ("d", Ty::Decimal),
                    ("s", Ty::String),
                    ("t", Ty::Instant),
                    ("du", Ty::Duration),
                    ("ip", Ty::Ip),
                    ("net=cidr", Ty::Cidr),
                    ("tier", TIER),
                    ("partner", PARTNER.optional()),
                    ("partners", list(PARTNER)),
                    ("ints", set(Ty::Int)),
                    ("nets", set(Ty::Cidr)),
                    ("maybe", list(Ty::Decimal.optional())),
                    ("deep", list(list(Ty::String))),
                ],
            ),
        ],
    }
}

fn constant(ty: Ty) -> Expr {
    Expr { kind: ExprKind::Now, ty, span: Span::default() }
}

fn clause(name: &str, kind: ClauseKind) -> ClauseDef {
    ClauseDef { name: name.into(), span: Span::default(), name_span: Span::default(), meta: Meta::default(), kind }
}

fn block(module: u32, name: &str, kind: BlockKind, params: &[(&str, Ty)]) -> BlockDef {
    BlockDef {
        module: ModuleId(module),
        name: name.into(),
        span: Span::default(),
        name_span: Span::default(),
        meta: Meta::default(),
        kind,
        params: params
            .iter()
            .map(|(n, ty)| ParamDef { name: (*n).into(), span: Span::default(), ty: ty.clone() })
            .collect(),
        frame: 0,
        parties: None,
        purpose: None,
        keys: Vec::new(),
        lets: Vec::new(),
        grade: None,
        clauses: Vec::new(),
        react_lets: Vec::new(),
        react_frame: 0,
    }
}

/// `issuer` with triggers, a key and a grade; `risk`, an assessment; `twin` in two modules.
pub fn program() -> Checked {
    let trigger = |event| ClauseKind::Trigger {
        hold: Hold::Suspend,
        event: RecordId(event),
        binder: LocalId(0),
        when: None,
        within: None,
    };
    let mut issuer =
        block(0, "issuer", BlockKind::Participation, &[("partner", PARTNER), ("level", Ty::Int.optional())]);
    issuer.keys = vec![
        KeyDef { path: "partner.id".into(), expr: constant(Ty::String), span: Span::default() },
        KeyDef { path: "level".into(), expr: constant(Ty::Int), span: Span::default() },
    ];
    issuer.grade = Some(Grade { scale: EnumId(2), from: constant(TIER), span: Span::default() });
    let mut incident = clause("incident", trigger(1));
    incident.meta.was = vec!["mishap".into()];
    issuer.clauses = vec![
        clause("assured", ClauseKind::Require(constant(Ty::Bool))),
        incident,
        clause("contract_over", trigger(1)),
        clause(
            "attest_yearly",
            ClauseKind::Oblige {
                duty: DutyId(0),
                args: Vec::new(),
                time: ObligeTime::Within(constant(Ty::Duration)),
                when: None,
                on: On::Permit,
            },
        ),
        clause("slow", ClauseKind::Cap { value: constant(TIER), when: None }),
        clause("scope", ClauseKind::Scope(constant(Ty::Bool))),
    ];
    let module = |name: &str| Module { name: name.into(), file: Default::default(), std: false };
    Checked(Program {
        package: Package {
            name: "demo".into(),
            version: "1.2.0".into(),
            digest: "blake3:00".into(),
            limits: Limits { list: 4, string: 64, facts: 2_000, nesting: 4 },
        },
        modules: vec![module("one"), module("two")],
        types: types(),
        duties: vec![DutyDef {
            module: ModuleId(0),
            name: "attest".into(),
            span: Span::default(),
            meta: Meta::default(),
            params: vec![
                ParamDef { name: "party".into(), span: Span::default(), ty: Ty::String },
                ParamDef { name: "tier".into(), span: Span::default(), ty: TIER.optional() },
            ],
        }],
        blocks: vec![
            issuer,
            block(0, "risk", BlockKind::Assessment, &[]),
            block(0, "twin", BlockKind::Participation, &[]),
            block(1, "twin", BlockKind::Participation, &[]),
        ],
        ..Program::default()
    })
}
