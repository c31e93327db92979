//! Definitions and uses: what every name of a package stands for, and where.
//!
//! In: the checker fills it while it resolves names, also in broken code. Out: for the language server and other tools,
//! each definition with the place of its name and each use with what it means. A use never stands in two entries.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use smol_str::SmolStr;
use trust_syntax::span::Span;

use super::ty::{EnumId, RecordId, Ty};
use super::{BlockId, CatalogId, ClauseId, ControlRef, DataId, DefineId, DutyId, LetId, ModuleId};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Def {
    Module(ModuleId),
    Enum(EnumId),
    Case(EnumId, u32),
    Record(RecordId),
    Field(RecordId, u32),
    Duty(DutyId),
    Catalog(CatalogId),
    Control(ControlRef),
    Data(DataId),
    Let(LetId),
    Define(DefineId),
    Block(BlockId),
    Clause(BlockId, ClauseId),
    Invariant(u32),
    /// A parameter, a `let` of a block or test, a bound name: a position in [`Index::locals`].
    Local(u32),
    /// A function, type or value that is built in.
    Builtin(&'static str),
}

/// A place where a definition is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub span: Span,
    pub def: Def,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    Parameter,
    Let,
    /// Of a quantifier, an aggregate or an `on` clause.
    Binder,
}

/// A name of one body.
#[derive(Clone, Debug)]
pub struct LocalDef {
    pub name: SmolStr,
    pub span: Span,
    pub ty: Ty,
    pub kind: LocalKind,
}

/// What was seen at the place a tool asked about.
#[derive(Clone, Debug)]
pub enum Probe {
    /// A value may stand here.
    Value {
        /// Positions in [`Index::locals`].
        visible: Vec<u32>,
        /// The type it is wanted to have.
        wanted: Option<Ty>,
    },
    /// Behind the dot of a value of this type.
    Member(Ty),
    /// Behind the dot of a block's call.
    BlockMember(BlockId),
    /// A case of this type, and nothing else.
    Case { of: EnumId, taken: Vec<SmolStr> },
    /// A field of a record literal or of `with`.
    Field { of: RecordId, taken: Vec<SmolStr> },
}

#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The place of the name of every definition that has one.
    pub defs: HashMap<Def, Span, RandomState>,
    /// In the order of their places.
    pub uses: Vec<Use>,
    pub locals: Vec<LocalDef>,
    /// By module: the names it sees, its own and imported ones, sorted; types and values.
    pub names: Vec<Vec<(SmolStr, Def)>>,
    pub probe: Option<Probe>,
}

impl Index {
    /// Uses and definitions in one list, in the order of their places.
    pub fn finish(&mut self) {
        for (position, local) in self.locals.iter().enumerate() {
            self.defs.insert(Def::Local(position as u32), local.span);
        }
        let mut defs: Vec<Use> = self.defs.iter().map(|(def, span)| Use { span: *span, def: *def }).collect();
        defs.sort_unstable();
        // Most uses were met in the order of their places: a stable sort finds such runs and merges them.
        self.uses.append(&mut defs);
        self.uses.sort();
        self.uses.dedup_by_key(|u| u.span);
    }

    /// What is named at a place; the end of a name belongs to it.
    pub fn at(&self, place: Span) -> Option<Use> {
        let after = self.uses.partition_point(|u| (u.span.file, u.span.start) <= (place.file, place.start));
        let before = self.uses.get(..after)?;
        before.iter().rev().take(2).find(|u| u.span.file == place.file && place.start <= u.span.end).copied()
    }

    /// What is named by exactly this span.
    pub fn exactly(&self, span: Span) -> Option<Def> {
        let found = self.uses.binary_search_by_key(&span, |u| u.span).ok()?;
        self.uses.get(found).map(|u| u.def)
    }
}
