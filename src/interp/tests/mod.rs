//! Hand-built programs: each rule of sections 4 and 9 of the language's definition, on its own.

mod decisions;
mod explaining;
mod expressions;
mod nesting;
mod reactions;
mod time;

use std::collections::BTreeSet;
use std::sync::Arc;

use trust_syntax::span::Span;

use super::{Oracle, Outcome, Prior};
use crate::decision::Decision;
use crate::program::expr::{self, ArithOp, CompareOp, Expr, ExprKind, LocalId, Member};
use crate::program::ty::{EnumId, FieldDef, RecordDef, RecordId, Ty};
use crate::program::value::Value;
use crate::program::{
    BlockDef, BlockId, BlockKind, Checked, ClauseDef, ClauseId, ClauseKind, DutyId, Hold, LetClause, Meta, ModuleId,
    ObligeTime, On, ParamDef, Program,
};

const SPAN: Span = Span { file: trust_syntax::span::FileId(0), start: 0, end: 0 };
const NOW: i64 = 1_000;
const TIER: EnumId = EnumId(1);

fn expr(kind: ExprKind, ty: Ty) -> Expr {
    Expr { kind, ty, span: SPAN }
}

fn constant(value: Value) -> Expr {
    let ty = match &value {
        Value::Bool(_) => Ty::Bool,
        Value::Int(_) => Ty::Int,
        Value::Decimal(_) => Ty::Decimal,
        Value::Instant(_) => Ty::Instant,
        Value::Duration(_) => Ty::Duration,
        Value::Case(_) => Ty::Enum(TIER),
        _ => Ty::Never,
    };
    expr(ExprKind::Const(value), ty)
}

fn truth(value: bool) -> Expr {
    constant(Value::Bool(value))
}

fn instant(at: i64) -> Expr {
    constant(Value::Instant(at))
}

fn duration(length: i64) -> Expr {
    constant(Value::Duration(length))
}

fn case(index: u32) -> Expr {
    constant(Value::Case(index))
}

fn now() -> Expr {
    expr(ExprKind::Now, Ty::Instant)
}

fn local(slot: u32, ty: Ty) -> Expr {
    expr(ExprKind::Local(LocalId(slot)), ty)
}

fn compare(op: CompareOp, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Compare(op, Box::new(a), Box::new(b)), Ty::Bool)
}

fn arith(op: ArithOp, a: Expr, b: Expr, ty: Ty) -> Expr {
    expr(ExprKind::Arith(op, Box::new(a), Box::new(b)), ty)
}

/// True before the instant.
fn before(at: i64) -> Expr {
    compare(CompareOp::Lt, now(), instant(at))
}

/// True from the instant on.
fn since(at: i64) -> Expr {
    compare(CompareOp::Ge, now(), instant(at))
}

fn not(operand: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(operand)), Ty::Bool)
}

fn and(operands: Vec<Expr>) -> Expr {
    expr(ExprKind::And(operands), Ty::Bool)
}

fn or(operands: Vec<Expr>) -> Expr {
    expr(ExprKind::Or(operands), Ty::Bool)
}

fn implies(a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Implies(Box::new(a), Box::new(b)), Ty::Bool)
}

fn choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    let ty = then.ty.clone();
    expr(ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty)
}

fn ints(values: &[i64]) -> Expr {
    let values: Vec<Value> = values.iter().map(|n| Value::Int(*n)).collect();
    expr(ExprKind::Const(Value::List(values.into())), Ty::List(Arc::new(Ty::Int)))
}

fn instants(values: &[i64]) -> Expr {
    let values: Vec<Value> = values.iter().map(|n| Value::Instant(*n)).collect();
    expr(ExprKind::Const(Value::List(values.into())), Ty::List(Arc::new(Ty::Instant)))
}

fn held(value: bool, until: Option<i64>) -> Outcome {
    Outcome { value: Value::Bool(value), until }
}

fn call(block: u32, member: Member) -> Expr {
    call_with(block, vec![], expr::Prior::None, member)
}

fn call_with(block: u32, args: Vec<Expr>, prior: expr::Prior, member: Member) -> Expr {
    let ty = match member {
        Member::Permitted => Ty::Bool,
        Member::Grade => Ty::Enum(TIER),
        Member::Standing => Ty::Enum(EnumId::STANDING),
    };
    expr(ExprKind::BlockCall { block: BlockId(block), args, prior, member }, ty)
}

fn block(kind: BlockKind, clauses: Vec<(&str, ClauseKind)>) -> BlockDef {
    BlockDef {
        module: ModuleId(0),
        name: "b".into(),
        span: SPAN,
        name_span: SPAN,
        meta: Meta::default(),
        kind,
        params: vec![],
        frame: 0,
        parties: None,
        purpose: None,
        keys: vec![],
        lets: vec![],
        grade: None,
        clauses: clauses
            .into_iter()
            .map(|(name, kind)| ClauseDef {
                name: name.into(),
                span: SPAN,
                name_span: SPAN,
                meta: Meta::default(),
                kind,
            })
            .collect(),
        react_lets: vec![],
        react_frame: 0,
    }
}

fn participation(clauses: Vec<(&str, ClauseKind)>) -> BlockDef {
    block(BlockKind::Participation, clauses)
}

fn require(condition: Expr) -> (&'static str, ClauseKind) {
    ("required", ClauseKind::Require(condition))
}

fn deny(condition: Expr) -> (&'static str, ClauseKind) {
    ("denied", ClauseKind::Deny(condition))
}

fn ttl(length: i64, when: Option<Expr>) -> (&'static str, ClauseKind) {
    ("ttl", ClauseKind::Ttl { length: duration(length), when })
}

fn due(at: i64, when: Option<Expr>, on: On) -> (&'static str, ClauseKind) {
    let time = ObligeTime::Due(instant(at));
    ("owed", ClauseKind::Oblige { duty: DutyId(0), args: vec![], time, when, on })
}

fn continuous(hold: Hold, when: Expr) -> (&'static str, ClauseKind) {
    ("held", ClauseKind::Continuous { hold, when })
}

fn bound(slot: u32, value: Expr) -> LetClause {
    LetClause { name: "bound".into(), local: LocalId(slot), value, span: SPAN }
}

fn param(name: &str, ty: Ty) -> ParamDef {
    ParamDef { name: name.into(), span: SPAN, ty }
}

fn record(name: &str, fields: &[(&str, Ty)]) -> RecordDef {
    RecordDef {
        name: name.into(),
        wire: name.into(),
        span: SPAN,
        meta: Meta::default(),
        is_event: false,
        fields: fields
            .iter()
            .map(|(name, ty)| FieldDef {
                name: (*name).into(),
                wire: (*name).into(),
                span: SPAN,
                meta: Meta::default(),
                ty: ty.clone(),
            })
            .collect(),
    }
}

fn field(base: Expr, index: u32, ty: Ty) -> Expr {
    expr(ExprKind::Field(Box::new(base), index), ty)
}

fn record_of(id: u32) -> Ty {
    Ty::Record(RecordId(id))
}

fn row(values: Vec<Value>) -> Value {
    Value::Record(values.into())
}

fn program(blocks: Vec<BlockDef>) -> Checked {
    Checked(Program { blocks, ..Program::default() })
}

/// The decision of the last block, without arguments.
fn decide_at(blocks: Vec<BlockDef>, now: i64) -> Decision {
    let checked = program(blocks);
    let last = BlockId(checked.blocks.len() as u32 - 1);
    Oracle::new(&checked).decide(last, &[], &Prior::None, now)
}

fn decide(blocks: Vec<BlockDef>) -> Decision {
    decide_at(blocks, NOW)
}

/// An expression on its own.
fn value_at(expr: Expr, now: i64) -> Outcome {
    let checked = program(vec![]);
    Oracle::new(&checked).eval(vec![], &expr, now)
}

fn value(expr: Expr) -> Outcome {
    value_at(expr, NOW)
}

fn clauses(ids: &[u32]) -> Vec<ClauseId> {
    ids.iter().map(|id| ClauseId(*id)).collect()
}
