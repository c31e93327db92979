//! Lints: how trust goes wrong in a policy that can be read.
//!
//! In: an analysis without errors, levels, and the day on which reviews are looked at. Out: findings as diagnostics, `T0…`,
//! sorted by place. What always holds: broken code has no findings; the library has none; a finding is about a construct, a
//! type or an annotation, never about a name; where a lint cannot be sure it is silent. Decisions never depend on lints.

mod ages;
mod allows;
mod bounds;
mod chains;
mod classes;
mod clock;
mod conditions;
mod deadlines;
mod facts;
mod flat;
mod governance;
mod idle;
mod levels;
mod lifecycle;
mod model;
mod names;
pub mod registry;
mod roles;
mod solve;
mod statuses;
mod style;
mod ties;
mod time;
mod ways;

use std::collections::BTreeSet;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use trust_syntax::diagnostic::{Diagnostic, Severity};
use trust_syntax::span::Span;

pub use levels::{Levels, refusal};
pub use registry::{LINTS, Lint};

use crate::driver::Analysis;
use crate::manifest::LintLevel;
use crate::program::ty::RecordId;
use crate::program::{BlockDef, BlockId, ModuleId, Program};
use model::Model;

/// What a run of the lints is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Levels of the command line, the last one first to count.
    pub levels: Vec<(String, LintLevel)>,
    /// The instant at which reviews are looked at; without it no review is late.
    pub as_of: Option<i64>,
}

/// Everything the lints find in a package at the levels that are set.
pub fn lint(analysis: &Analysis, options: &Options) -> Vec<Diagnostic> {
    lint_while(analysis, options, &|| true).unwrap_or_default()
}

/// Like [`lint`], for as long as the answer is wanted: it is asked between blocks, and where it is no longer wanted there is none.
pub fn lint_while(analysis: &Analysis, options: &Options, wanted: &dyn Fn() -> bool) -> Option<Vec<Diagnostic>> {
    if analysis.has_errors() {
        return Some(Vec::new());
    }
    let levels = Levels::of(&analysis.manifest, &options.levels);
    let mut allows = allows::collect(&analysis.modules);
    let mut found = all(analysis, options, wanted)?;
    found.retain(|d| !allows::covered(&mut allows, d));
    let judged = |lint: &Lint| !lint.is_dated() || options.as_of.is_some();
    let idle = allows::unused(&allows, &analysis.sources, judged);
    found.extend(idle);
    found.retain_mut(|d| {
        let level = registry::find(d.code).map_or(LintLevel::Deny, |lint| levels.level(lint));
        d.severity = match level {
            LintLevel::Allow => return false,
            LintLevel::Warn => Severity::Warning,
            LintLevel::Deny => Severity::Error,
        };
        true
    });
    crate::diag::sort(&analysis.sources, &mut found);
    Some(found)
}

/// Every finding, whatever its level, also those that an `@allow` covers.
fn all(analysis: &Analysis, options: &Options, wanted: &dyn Fn() -> bool) -> Option<Vec<Diagnostic>> {
    let mut cx = Context::new(analysis, options);
    for index in 0..cx.models.len() {
        if !wanted() {
            return None;
        }
        lifecycle::block(&mut cx, index);
        governance::block(&mut cx, index);
        conditions::block(&mut cx, index);
        time::block(&mut cx, index);
        bounds::block(&mut cx, index);
        ways::block(&mut cx, index);
        roles::block(&mut cx, index);
        chains::block(&mut cx, index);
        classes::block(&mut cx, index);
        statuses::block(&mut cx, index);
        deadlines::block(&mut cx, index);
        style::block(&mut cx, index);
    }
    let package: &[fn(&mut Context<'_>)] =
        &[governance::package, idle::package, facts::package, ages::package, names::package, style::package];
    for lint in package {
        if !wanted() {
            return None;
        }
        lint(&mut cx);
    }
    Some(cx.found)
}

/// What every lint reads, and where it puts what it finds.
struct Context<'a> {
    analysis: &'a Analysis,
    program: &'a Program,
    as_of: Option<i64>,
    /// The package's own blocks.
    models: Vec<Model<'a>>,
    /// The blocks that each block asks, worked out when first asked for.
    asked: RefCell<HashMap<BlockId, Rc<[BlockId]>>>,
    /// Every field that a rule, a key, a duty or a function reads.
    read: BTreeSet<(RecordId, u32)>,
    found: Vec<Diagnostic>,
}

impl<'a> Context<'a> {
    fn new(analysis: &'a Analysis, options: &Options) -> Context<'a> {
        let program = &analysis.program;
        let ids = (0..program.blocks.len() as u32).map(BlockId);
        let models = ids.filter_map(|id| Model::new(program, id)).filter(|m| own(program, m.block.module)).collect();
        let read = facts::fields(program);
        Context { analysis, program, as_of: options.as_of, models, asked: RefCell::default(), read, found: Vec::new() }
    }

    /// The blocks that a block asks, itself first; each once.
    fn asked(&self, id: BlockId) -> Rc<[BlockId]> {
        if let Some(known) = self.asked.borrow().get(&id) {
            return Rc::clone(known);
        }
        let all: Rc<[BlockId]> = lifecycle::asked(self.program, id).into();
        self.asked.borrow_mut().insert(id, Rc::clone(&all));
        all
    }

    fn own(&self, module: ModuleId) -> bool {
        own(self.program, module)
    }

    /// Whether a place is in a file of the package itself.
    fn own_place(&self, span: Span) -> bool {
        self.program.modules.iter().any(|m| m.file == span.file && !m.std)
    }

    /// The author's word for the kind of a block.
    fn kind_of(block: &BlockDef) -> &'static str {
        match block.kind {
            crate::program::BlockKind::Participation => "participation",
            crate::program::BlockKind::Relationship => "relationship",
            crate::program::BlockKind::Assessment => "assessment",
        }
    }
}

fn own(program: &Program, module: ModuleId) -> bool {
    program.modules.get(module.0 as usize).is_some_and(|m| !m.std)
}
