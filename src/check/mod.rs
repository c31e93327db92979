//! From syntax trees to the checked program: names, types, clauses, cycles, the clock, the cost.
//!
//! In: the parsed modules of a package and of `std`, and the bytes of its data files. Out: a [`Program`] and every error in
//! it. One cause makes one diagnostic: what follows from a reported error has the type `Ty::Error` and is silent.

mod aggregates;
mod annotations;
mod block_calls;
mod blocks;
mod body;
mod calls;
mod clock;
mod conditions;
mod cost;
mod cycles;
mod data;
mod declare;
mod ends;
mod expressions;
mod framework;
mod hints;
mod literals;
mod names;
mod narrowing;
mod obligations;
mod operators;
mod patterns;
mod tests;
mod triggers;
mod types;
mod uses;

pub(crate) use cost::degrees;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use smol_str::SmolStr;
use trust_syntax::ast;
use trust_syntax::diagnostic::{Diagnostic, Label};
use trust_syntax::span::{FileId, Span};

use crate::program::index::Index;
use crate::program::ty::{EnumId, RecordId, Ty};
use crate::program::{BlockId, CatalogId, DataId, DefineId, DutyId, LetId, ModuleId, Program};

pub struct ModuleInput<'a> {
    pub name: SmolStr,
    pub file: FileId,
    pub std: bool,
    pub ast: &'a ast::Module,
    /// Names that look declared where a syntax error kept the module from being read whole.
    pub lost: &'a HashSet<SmolStr>,
}

pub struct Input<'a> {
    pub modules: &'a [ModuleInput<'a>],
    /// Data files by path as written; the error is why one could not be read.
    pub data: &'a BTreeMap<String, Result<Vec<u8>, String>>,
    /// A place a tool asks about: what may stand there goes into the index.
    pub probe: Option<Span>,
}

pub struct Outcome {
    pub program: Program,
    pub index: Index,
    pub diagnostics: Vec<Diagnostic>,
    pub resolve_time: Duration,
    pub check_time: Duration,
}

/// Checks a package. Total: it always comes back with a program, sound only where no error was found.
pub fn check(input: &Input<'_>) -> Outcome {
    let started = Instant::now();
    trust_syntax::suggest::begin();
    let mut cx = Checker::new(input);
    cx.declare();
    cx.import();
    let resolve_time = started.elapsed();
    let started = Instant::now();
    cx.check_types();
    cx.check_signatures();
    cx.load_data();
    cx.check_framework();
    cx.check_bodies();
    let acyclic = cx.check_cycles();
    // Also where something else is wrong: all errors come in one run. What is in error is silent in these passes.
    if acyclic {
        cx.check_clock();
        cx.check_cost();
    }
    cx.one_each();
    cx.finish_index();
    let check_time = started.elapsed();
    Outcome { program: cx.program, index: cx.index, diagnostics: cx.diagnostics, resolve_time, check_time }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TypeRef {
    Enum(EnumId),
    Record(RecordId),
}

/// What a small-letter name at top level stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ValueRef {
    Data(DataId),
    Let(LetId),
    Define(DefineId),
    Block(BlockId),
    Duty(DutyId),
    Catalog(CatalogId),
}

/// The names one module sees: its own and those it imports.
#[derive(Default)]
pub(crate) struct Scope {
    pub types: HashMap<SmolStr, (TypeRef, Span), RandomState>,
    pub values: HashMap<SmolStr, (ValueRef, Span), RandomState>,
    /// Names whose import or declaration failed: using one is no second error.
    pub missing: HashSet<SmolStr>,
}

/// A definition that may refer to others: a node of the graph that must have no cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    Let(LetId),
    Define(DefineId),
    Block(BlockId),
}

pub(crate) enum LetState {
    Waiting,
    Running,
    Known(Ty),
}

/// The declarations behind each id, in the order of the ids.
#[derive(Default)]
pub(crate) struct Declarations<'a> {
    pub enums: Vec<(ModuleId, &'a ast::Item, &'a ast::EnumDecl)>,
    pub records: Vec<(ModuleId, &'a ast::Item, &'a ast::RecordDecl)>,
    pub duties: Vec<(ModuleId, &'a ast::Item, &'a ast::DutyDecl)>,
    pub catalogs: Vec<(ModuleId, &'a ast::Item, &'a ast::CatalogDecl)>,
    pub data: Vec<(ModuleId, &'a ast::Item, &'a ast::DataDecl)>,
    pub lets: Vec<(ModuleId, &'a ast::Item, &'a ast::LetDecl)>,
    pub defines: Vec<(ModuleId, &'a ast::Item, &'a ast::DefineDecl)>,
    pub blocks: Vec<(ModuleId, &'a ast::Item, &'a ast::Block)>,
    pub tests: Vec<(ModuleId, &'a ast::Item, &'a ast::TestDecl)>,
    pub invariants: Vec<(ModuleId, &'a ast::Item, &'a ast::InvariantDecl)>,
    pub frameworks: Vec<(ModuleId, &'a ast::Item, &'a ast::Framework)>,
}

pub(crate) struct Checker<'a> {
    pub input: &'a Input<'a>,
    pub scopes: Vec<Scope>,
    pub decls: Declarations<'a>,
    pub program: Program,
    pub index: Index,
    pub diagnostics: Vec<Diagnostic>,
    pub let_states: Vec<LetState>,
    pub let_values: Vec<Option<crate::program::LetDef>>,
    pub patterns: patterns::Patterns,
    /// The named clauses of each block.
    pub names: Vec<Rc<blocks::ClauseNames<'a>>>,
    /// Who refers to whom, and where.
    pub edges: Vec<(Node, Node, Span)>,
}

impl<'a> Checker<'a> {
    fn new(input: &'a Input<'a>) -> Self {
        Checker {
            input,
            scopes: input.modules.iter().map(|m| Scope { missing: m.lost.clone(), ..Scope::default() }).collect(),
            decls: Declarations::default(),
            program: Program::default(),
            index: Index::default(),
            diagnostics: Vec::new(),
            let_states: Vec::new(),
            let_values: Vec::new(),
            patterns: patterns::Patterns::default(),
            names: Vec::new(),
            edges: Vec::new(),
        }
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A name that is neither declared nor imported is one cause, however often its module uses it.
    fn one_each(&mut self) {
        let mut first: HashMap<(FileId, String), usize> = HashMap::new();
        let mut kept: Vec<Diagnostic> = Vec::new();
        let mut all = std::mem::take(&mut self.diagnostics);
        // The first is the first in the text.
        all.sort_by_key(|d| (d.span.file, d.span.start));
        for d in all {
            let absent = matches!(d.code, "E0201" | "E0202" | "E0211" | "E0213" | "E0511")
                && d.fixes.is_empty()
                && d.help.iter().any(|h| h.starts_with("import it: ") || h.starts_with("declare it"));
            let name = d.message.split('`').nth(1).map(str::to_owned);
            let (true, Some(name)) = (absent, name) else {
                kept.push(d);
                continue;
            };
            match first.get(&(d.span.file, name.clone())).and_then(|at| kept.get_mut(*at)) {
                Some(before) if before.labels.len() < 3 => {
                    before.labels.push(Label { span: d.span, text: "and here".into() });
                }
                Some(_) => {}
                None => {
                    first.insert((d.span.file, name), kept.len());
                    kept.push(d);
                }
            }
        }
        self.diagnostics = kept;
    }

    pub fn scope(&self, module: ModuleId) -> &Scope {
        &self.scopes[module.0 as usize]
    }
}
