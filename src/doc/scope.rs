//! What names stand for while an expression is put into words.
//!
//! In: the checked program with its sources; for each body the names of its slots. Out: anchors of everything that can be
//! linked to, and terms for slots. Always: what a link was made to is remembered, so that the book defines it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use smol_str::SmolStr;
use trust_syntax::span::Span;

use super::text::{Inline, Line, flat};
use super::words::{one_line, words};
use crate::facts::block_name;
use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::ty::{RecordId, Ty};
use crate::program::walk::walk;
use crate::program::{
    BlockDef, BlockId, Checked, ClauseId, ClauseKind, DataId, DefineId, LetClause, LetId, Meta, ModuleId, ParamDef,
    Program,
};
use crate::source::SourceMap;

/// Something outside the blocks that the book must say a word about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mentioned {
    Define(DefineId),
    Data(DataId),
    Let(LetId),
}

/// The program, where it stands, and what was mentioned of it.
pub struct Maker<'a> {
    pub program: &'a Checked,
    pub sources: &'a SourceMap,
    mentioned: RefCell<BTreeSet<Mentioned>>,
}

impl<'a> Maker<'a> {
    pub fn new(program: &'a Checked, sources: &'a SourceMap) -> Maker<'a> {
        Maker { program, sources, mentioned: RefCell::default() }
    }

    /// The blocks of the package itself.
    pub fn blocks(&self) -> impl Iterator<Item = (BlockId, &'a BlockDef)> {
        let program: &'a Program = self.program;
        let own = |block: &BlockDef| !program.modules.get(block.module.0 as usize).is_some_and(|m| m.std);
        program.blocks.iter().zip(0..).filter(move |(block, _)| own(block)).map(|(block, i)| (BlockId(i), block))
    }

    pub fn block_target(&self, id: BlockId) -> String {
        format!("block/{}", block_name(self.program, id))
    }

    pub fn clause_target(&self, id: BlockId, name: &str) -> String {
        format!("block/{}/{name}", block_name(self.program, id))
    }

    pub fn block_link(&self, id: BlockId) -> Inline {
        let Some(block) = self.program.blocks.get(id.0 as usize) else { return Inline::Text("unknown".into()) };
        Inline::Link {
            text: super::words::title(&block.name),
            target: self.block_target(id),
            note: block.meta.doc.as_deref().map(one_line).unwrap_or_default(),
        }
    }

    pub fn clause_link(&self, block: BlockId, id: ClauseId) -> Inline {
        let clause = self.program.blocks.get(block.0 as usize).and_then(|b| b.clauses.get(id.0 as usize));
        let Some(clause) = clause else { return Inline::Text("unknown".into()) };
        Inline::Link {
            text: words(&clause.name),
            target: self.clause_target(block, &clause.name),
            note: clause.meta.doc.as_deref().map(one_line).unwrap_or_default(),
        }
    }

    /// A link to something that the book then defines.
    pub fn mention(&self, what: Mentioned) -> Inline {
        let (Some(target), Some((name, meta))) = (self.target(what), self.named(what)) else {
            return Inline::Text("unknown".into());
        };
        self.mentioned.borrow_mut().insert(what);
        Inline::Link { text: words(name), target, note: meta.doc.as_deref().map(one_line).unwrap_or_default() }
    }

    /// Everything mentioned so far that is not among those.
    pub fn mentioned_beside(&self, known: &BTreeSet<Mentioned>) -> Vec<Mentioned> {
        self.mentioned.borrow().difference(known).copied().collect()
    }

    pub fn named(&self, what: Mentioned) -> Option<(&'a SmolStr, &'a Meta)> {
        let program: &'a Program = self.program;
        match what {
            Mentioned::Define(id) => program.defines.get(id.0 as usize).map(|d| (&d.name, &d.meta)),
            Mentioned::Data(id) => program.data.get(id.0 as usize).map(|d| (&d.name, &d.meta)),
            Mentioned::Let(id) => program.lets.get(id.0 as usize).map(|d| (&d.name, &d.meta)),
        }
    }

    pub fn target(&self, what: Mentioned) -> Option<String> {
        let program: &'a Program = self.program;
        let (kind, module, name) = match what {
            Mentioned::Define(id) => program.defines.get(id.0 as usize).map(|d| ("define", d.module, &d.name))?,
            Mentioned::Data(id) => program.data.get(id.0 as usize).map(|d| ("data", d.module, &d.name))?,
            Mentioned::Let(id) => program.lets.get(id.0 as usize).map(|d| ("let", d.module, &d.name))?,
        };
        Some(format!("{kind}/{}.{name}", self.module(module)))
    }

    /// Of a record or an event; a name that several have goes with its number.
    pub fn record_target(&self, id: RecordId) -> String {
        let records = &self.program.types.records;
        let Some(def) = records.get(id.0 as usize) else { return "facts".into() };
        let kind = if def.is_event { "event" } else { "record" };
        match records.iter().filter(|other| other.name == def.name && other.is_event == def.is_event).count() {
            1 => format!("{kind}/{}", def.name),
            _ => format!("{kind}/{}/{}", def.name, id.0),
        }
    }

    pub fn module(&self, id: ModuleId) -> &'a str {
        let program: &'a Program = self.program;
        program.modules.get(id.0 as usize).map_or("", |m| m.name.as_str())
    }

    /// File and line, without the folders.
    pub fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.line_column(span.file, span.start);
        let path = self.sources.get(span.file).map_or("", |f| f.path.as_str());
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        format!("{file}:{line}")
    }

    /// Names of a block's parameters, lets and binders.
    pub fn block_scope(&self, id: BlockId) -> Scope<'_> {
        let mut scope = Scope::new(self, Some(id));
        if let Some(block) = self.program.blocks.get(id.0 as usize) {
            scope.params(&block.params);
            scope.lets(&block.lets);
            block_expressions(block).for_each(|e| scope.binders(e));
        }
        scope
    }

    /// Names inside a block's triggers: the event, the key, the lets they use.
    pub fn react_scope(&self, id: BlockId, clause: ClauseId) -> Scope<'_> {
        let mut scope = Scope::new(self, Some(id));
        let Some(block) = self.program.blocks.get(id.0 as usize) else { return scope };
        let outer = self.block_scope(id);
        scope.keys = block.keys.iter().map(|key| outer.value(&key.expr)).collect();
        scope.lets(&block.react_lets);
        let Some(clause) = block.clauses.get(clause.0 as usize) else { return scope };
        let (binder, parts): (_, Vec<&Expr>) = match &clause.kind {
            ClauseKind::Trigger { binder, when, within, .. } => {
                let within = within.iter().flat_map(|(d, i)| [d, i]);
                (*binder, when.iter().chain(within).collect())
            }
            ClauseKind::Reinstate { binder, when, .. } => (*binder, when.iter().collect()),
            _ => return scope,
        };
        parts.into_iter().for_each(|e| scope.binders(e));
        scope.name(binder, Named { text: "the event".into(), code: "event".into(), target: None, line: None });
        scope
    }

    /// The body of a function with what its parameters stand for in one call.
    pub fn inlined(&self, args: Vec<Line>) -> Scope<'_> {
        let mut scope = Scope::new(self, None);
        for (line, i) in args.into_iter().zip(0..) {
            let named = Named { text: flat(&line), code: String::new(), target: None, line: Some(line) };
            scope.name(LocalId(i), named);
        }
        scope
    }

    pub fn define_scope(&self, params: &[ParamDef], body: &Expr) -> Scope<'_> {
        let mut scope = Scope::new(self, None);
        scope.params(params);
        scope.binders(body);
        scope
    }
}

/// What a slot is called.
#[derive(Clone, Debug)]
pub struct Named {
    /// "the partner"
    pub text: String,
    /// As in the source.
    pub code: String,
    /// Where it is defined, of a `let`.
    pub target: Option<String>,
    /// In place of the text, of an argument.
    pub line: Option<Line>,
}

pub struct Scope<'a> {
    pub maker: &'a Maker<'a>,
    pub block: Option<BlockId>,
    locals: HashMap<LocalId, Named>,
    /// In triggers: what the key's values are called.
    pub keys: Vec<Line>,
}

impl<'a> Scope<'a> {
    pub fn new(maker: &'a Maker<'a>, block: Option<BlockId>) -> Scope<'a> {
        Scope { maker, block, locals: HashMap::new(), keys: Vec::new() }
    }

    pub fn program(&self) -> &'a Program {
        self.maker.program
    }

    pub fn local(&self, id: LocalId) -> Option<&Named> {
        self.locals.get(&id)
    }

    fn name(&mut self, id: LocalId, named: Named) {
        self.locals.insert(id, named);
    }

    fn params(&mut self, params: &[ParamDef]) {
        for (param, i) in params.iter().zip(0..) {
            let text = format!("the {}", param_words(self.maker.program, param));
            self.name(LocalId(i), Named { text, code: param.name.to_string(), target: None, line: None });
        }
    }

    fn lets(&mut self, lets: &[LetClause]) {
        for bound in lets {
            let target = self.block.map(|block| self.maker.clause_target(block, &format!("let/{}", bound.name)));
            self.name(
                bound.local,
                Named { text: words(&bound.name), code: bound.name.to_string(), target, line: None },
            );
        }
    }

    /// Names that quantifiers and aggregates give to elements, as their author wrote them.
    fn binders(&mut self, e: &Expr) {
        let sources = self.maker.sources;
        let mut found = Vec::new();
        walk(e, &mut |e| match &e.kind {
            ExprKind::Quantifier { binders, .. } => {
                let written = after_word(sources.text(e.span), &["all", "any", "no"]);
                found.extend(binders.iter().copied().zip(written));
            }
            ExprKind::Aggregate { binder, collection, .. } => {
                // The name and `in` stand right before the collection.
                let start = e.span.start.min(collection.span.start);
                let before = sources.text(Span { start, end: collection.span.start, ..e.span });
                let before = before.trim_end().strip_suffix("in").unwrap_or_default().trim_end();
                let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if !name.is_empty() {
                    found.push((*binder, name.to_owned()));
                }
            }
            _ => {}
        });
        for (local, name) in found {
            self.locals.entry(local).or_insert_with(|| Named {
                text: words(&name),
                code: name,
                target: None,
                line: None,
            });
        }
    }
}

/// The names after a quantifier's word: `a, b` of `all a, b in chain: …`.
fn after_word(source: &str, starts: &[&str]) -> Vec<String> {
    let source = source.trim_start_matches(['(', ' ', '\n', '\t']);
    let rest = starts.iter().find_map(|word| source.strip_prefix(word)?.strip_prefix(char::is_whitespace));
    let names = rest.and_then(|rest| rest.split_once(" in ")).map_or("", |(names, _)| names);
    let name = |text: &str| text.trim().to_owned();
    names.split(',').map(name).filter(|n| n.chars().all(|c| c.is_alphanumeric() || c == '_') && !n.is_empty()).collect()
}

/// A short name says less than its type.
pub fn param_words(program: &Program, param: &ParamDef) -> String {
    match param.ty.present() {
        Ty::Record(id) if param.name.len() <= 2 => {
            program.types.records.get(id.0 as usize).map_or_else(|| words(&param.name), |def| words(&def.name))
        }
        _ => words(&param.name),
    }
}

/// Every expression of a block but those of its triggers.
pub fn block_expressions(block: &BlockDef) -> impl Iterator<Item = &Expr> {
    let lets = block.lets.iter().map(|bound| &bound.value);
    let grade = block.grade.iter().map(|grade| &grade.from);
    let clauses = block.clauses.iter().flat_map(|clause| clause_expressions(&clause.kind));
    lets.chain(grade).chain(clauses)
}

pub fn clause_expressions(kind: &ClauseKind) -> Vec<&Expr> {
    use crate::program::ObligeTime;
    match kind {
        ClauseKind::Scope(e)
        | ClauseKind::Require(e)
        | ClauseKind::Recommend(e)
        | ClauseKind::Basis(e)
        | ClauseKind::Deny(e)
        | ClauseKind::Expires { denies: e }
        | ClauseKind::TtlFrom { denies: e }
        | ClauseKind::Continuous { when: e, .. } => vec![e],
        ClauseKind::Cap { value, when } => [value].into_iter().chain(when).collect(),
        ClauseKind::Ttl { length, when } => [length].into_iter().chain(when).collect(),
        ClauseKind::Oblige { args, time, when, .. } => {
            let (ObligeTime::Due(time) | ObligeTime::Within(time)) = time;
            args.iter().chain([time]).chain(when).collect()
        }
        ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => Vec::new(),
    }
}
