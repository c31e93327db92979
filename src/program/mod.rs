//! The checked program: what every later stage reads.
//!
//! In: the checker builds it. Out: tables of definitions, indexed by newtype ids, with typed bodies.
//! `Program` may stand for broken code too (the language server reads it); a [`Checked`] is the proof that no
//! error was found, and only a `Checked` is interpreted, tested or compiled.

pub mod expr;
pub mod index;
pub mod ty;
pub mod value;
pub mod walk;

use smol_str::SmolStr;
use trust_syntax::span::{FileId, Span};

pub use trust_syntax::ast::{BlockKind, Hold, On, Transition};

use expr::{Expr, LocalId, Prior};
use ty::{EnumId, RecordId, Ty, Types};
use value::Value;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )*};
}

ids! {
    ModuleId, DutyId, CatalogId, DataId,
    /// A top-level `let`.
    LetId,
    DefineId, BlockId,
    /// A clause of a block, by its position in `BlockDef::clauses`.
    ClauseId,
}

/// A program without errors. Made by `Analysis::checked` alone.
#[derive(Clone, Debug)]
pub struct Checked(pub(crate) Program);

impl std::ops::Deref for Checked {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

#[derive(Clone, Debug, Default)]
pub struct Program {
    pub package: Package,
    pub framework: Option<Framework>,
    pub modules: Vec<Module>,
    pub types: Types,
    pub duties: Vec<DutyDef>,
    pub catalogs: Vec<CatalogDef>,
    pub data: Vec<DataDef>,
    pub lets: Vec<LetDef>,
    pub defines: Vec<DefineDef>,
    pub blocks: Vec<BlockDef>,
    pub tests: Vec<TestDef>,
    pub invariants: Vec<InvariantDef>,
}

impl Program {
    pub fn block(&self, id: BlockId) -> &BlockDef {
        &self.blocks[id.0 as usize]
    }
}

#[derive(Clone, Debug, Default)]
pub struct Package {
    pub name: SmolStr,
    pub version: SmolStr,
    /// `blake3:` and 64 hex digits.
    pub digest: String,
    pub limits: Limits,
}

/// Enforced when facts are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements of a list or set, before deduplication.
    pub list: usize,
    /// Decoded bytes of a string.
    pub string: usize,
    /// Bytes of the facts of one request.
    pub facts: usize,
    /// Arrays and objects inside one another.
    pub nesting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { list: 1024, string: 8 * 1024, facts: 1024 * 1024, nesting: 32 }
    }
}

#[derive(Clone, Debug)]
pub struct Module {
    /// `issuer` of `issuer.trust`, `std.time` of the library's.
    pub name: SmolStr,
    pub file: FileId,
    /// Part of the standard library: its tests and lints are not the package's.
    pub std: bool,
}

/// What documentation comments and annotations say of an item, clause, field or case.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// The `///` lines: on a clause, its message.
    pub doc: Option<SmolStr>,
    pub maps: Vec<ControlRef>,
    pub owner: Option<SmolStr>,
    pub since: Option<SmolStr>,
    /// Former names.
    pub was: Vec<SmolStr>,
    pub allow: Vec<Allow>,
}

/// A control of a standard: an entry of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ControlRef {
    pub catalog: CatalogId,
    pub entry: u32,
}

#[derive(Clone, Debug)]
pub struct Allow {
    pub lint: SmolStr,
    pub reason: SmolStr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Framework {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub title: Option<SmolStr>,
    pub version: Option<SmolStr>,
    pub authority: Option<SmolStr>,
    /// Instants in microseconds.
    pub effective: Option<i64>,
    pub until: Option<i64>,
    /// Durations in microseconds.
    pub review_every: Option<i64>,
    pub reviewed: Option<i64>,
    /// 0 where not stated.
    pub skew: i64,
}

#[derive(Clone, Debug)]
pub struct DutyDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub params: Vec<ParamDef>,
}

#[derive(Clone, Debug)]
pub struct ParamDef {
    pub name: SmolStr,
    pub span: Span,
    pub ty: Ty,
}

#[derive(Clone, Debug)]
pub struct CatalogDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub title: SmolStr,
    /// Id and text.
    pub entries: Vec<(SmolStr, SmolStr)>,
}

#[derive(Clone, Debug)]
pub struct DataDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub ty: Ty,
    /// As written.
    pub path: SmolStr,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub struct LetDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub value: Expr,
    /// Slots its binders need.
    pub frame: u32,
}

#[derive(Clone, Debug)]
pub struct DefineDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    /// Parameter n is local n.
    pub params: Vec<ParamDef>,
    pub result: Ty,
    pub body: Expr,
    pub frame: u32,
}

#[derive(Clone, Debug)]
pub struct BlockDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub name_span: Span,
    pub meta: Meta,
    pub kind: BlockKind,
    /// Parameter n is local n.
    pub params: Vec<ParamDef>,
    pub frame: u32,
    pub parties: Option<(Party, Party)>,
    pub purpose: Option<SmolStr>,
    pub keys: Vec<KeyDef>,
    /// In source order, each with its slot; always evaluated.
    pub lets: Vec<LetClause>,
    pub grade: Option<Grade>,
    /// Every clause with a name, and the scope (named `scope`), in source order.
    pub clauses: Vec<ClauseDef>,
    /// The lets that triggers use, in order, with `ExprKind::Key` in place of key paths.
    pub react_lets: Vec<LetClause>,
    /// Slots a reaction needs (its frame is separate; it has no parameters).
    pub react_frame: u32,
}

impl BlockDef {
    pub fn clause(&self, id: ClauseId) -> &ClauseDef {
        &self.clauses[id.0 as usize]
    }

    pub fn clauses(&self) -> impl Iterator<Item = (ClauseId, &ClauseDef)> {
        self.clauses.iter().enumerate().map(|(i, c)| (ClauseId(i as u32), c))
    }

    pub fn clause_named(&self, name: &str) -> Option<ClauseId> {
        self.clauses().find(|(_, c)| c.name == name).map(|(id, _)| id)
    }

    /// Whether a prior means anything to it.
    pub fn has_triggers(&self) -> bool {
        self.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. }))
    }
}

#[derive(Clone, Debug)]
pub enum Party {
    Role(BlockId),
    Outside(SmolStr),
}

#[derive(Clone, Debug)]
pub struct KeyDef {
    /// As an author would write it: `partner.id`.
    pub path: SmolStr,
    /// Over the block's parameters.
    pub expr: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct LetClause {
    pub name: SmolStr,
    pub local: LocalId,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Grade {
    pub scale: EnumId,
    pub from: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ClauseDef {
    /// `scope` for the scope.
    pub name: SmolStr,
    pub span: Span,
    pub name_span: Span,
    pub meta: Meta,
    pub kind: ClauseKind,
}

#[derive(Clone, Debug)]
pub enum ClauseKind {
    Scope(Expr),
    Require(Expr),
    Recommend(Expr),
    Basis(Expr),
    Deny(Expr),
    Cap {
        value: Expr,
        when: Option<Expr>,
    },
    /// `denies` is `E and now >= I`.
    Expires {
        denies: Expr,
    },
    /// `denies` is `E and not (I - skew <= now and now < I + D)`.
    TtlFrom {
        denies: Expr,
    },
    Ttl {
        length: Expr,
        when: Option<Expr>,
    },
    Oblige {
        duty: DutyId,
        args: Vec<Expr>,
        time: ObligeTime,
        when: Option<Expr>,
        on: On,
    },
    /// `hold` is never `Revoke`.
    Continuous {
        hold: Hold,
        when: Expr,
    },
    /// In the reaction's frame; `within` is (D, I).
    Trigger {
        hold: Hold,
        event: RecordId,
        binder: LocalId,
        when: Option<Expr>,
        within: Option<(Expr, Expr)>,
    },
    Reinstate {
        event: RecordId,
        binder: LocalId,
        when: Option<Expr>,
        lifts: Vec<ClauseId>,
    },
}

#[derive(Clone, Debug)]
pub enum ObligeTime {
    Due(Expr),
    Within(Expr),
}

#[derive(Clone, Debug)]
pub struct TestDef {
    pub module: ModuleId,
    pub title: SmolStr,
    pub span: Span,
    pub frame: u32,
    pub lines: Vec<TestLine>,
}

#[derive(Clone, Debug)]
pub enum TestLine {
    At(Expr),
    Let { local: LocalId, value: Expr },
    Expect(Expect),
}

#[derive(Clone, Debug)]
pub struct Expect {
    pub span: Span,
    pub kind: ExpectKind,
}

#[derive(Clone, Debug)]
pub enum ExpectKind {
    Holds(Expr),
    Decides {
        block: BlockId,
        args: Vec<Expr>,
        prior: Prior,
        outcomes: Vec<Outcome>,
    },
    /// `event` is a record literal of type `event_type`.
    Reacts {
        block: BlockId,
        args: Vec<Expr>,
        prior: Prior,
        event_type: RecordId,
        event: Expr,
        outcomes: Vec<Outcome>,
    },
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub span: Span,
    pub kind: OutcomeKind,
}

/// A reason of a deny, or on a permit a basis that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// `scope` is a clause too.
    Clause(ClauseId),
    NoBasis,
    Framework,
}

#[derive(Clone, Debug)]
pub enum OutcomeKind {
    Permit(Option<Vec<Reason>>),
    Deny(Option<Vec<Reason>>),
    Grade(Expr),
    Standing(Expr),
    ValidUntil(Expr),
    Obliges { clause: ClauseId, due: Option<Expr> },
    Advises(ClauseId),
    Move { transition: Transition, because: Option<ClauseId>, by: Option<Expr> },
    Nothing,
}

#[derive(Clone, Debug)]
pub struct InvariantDef {
    pub module: ModuleId,
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    /// Parameter n is local n.
    pub params: Vec<ParamDef>,
    pub claim: Expr,
    pub frame: u32,
}
