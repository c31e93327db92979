//! Triggers and reinstates: what they may read, and their form for a reaction.
//!
//! A reaction has no facts: its conditions and deadlines read the event, the key and constants. They are checked in the
//! block's scope and then rewritten: a path that is a key becomes `ExprKind::Key`, and the lets they use are
//! copied into `react_lets`. Slots keep their numbers.

use std::collections::BTreeMap;

use trust_syntax::ast;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Checker;
use super::blocks::{clause_id, liftable};
use super::body::{Body, Place};
use super::narrowing::{Path, Root, path_of};
use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::ty::{RecordId, Ty};
use crate::program::walk::{children_mut, walk};
use crate::program::{BlockDef, ClauseId, ClauseKind, Hold, LetClause};
use trust_syntax::suggest::nearest;

impl Body<'_, '_> {
    pub fn trigger(
        &mut self,
        hold: Hold,
        event: &ast::Name,
        binder: &ast::Name,
        when: &Option<ast::Expr>,
        within: Option<&(ast::Expr, ast::Expr)>,
    ) -> ClauseKind {
        let (event, binder, when, within) = self.on_event(event, binder, |s| {
            let when = when.as_ref().map(|w| s.condition(w));
            let rest = |s: &mut Self| {
                let conditional = when.is_some();
                within.map(|(d, i)| {
                    s.deadline(conditional, i.span.after(), |s| {
                        let d = s.expect(d, &Ty::Duration, "the time within which all must act");
                        (d, s.expect(i, &Ty::Instant, "the instant the time runs from"))
                    })
                })
            };
            let within = match &when {
                Some(w) => s.knowing(w, true, rest),
                None => rest(s),
            };
            (when, within)
        });
        ClauseKind::Trigger { hold, event, binder, when, within }
    }

    pub fn reinstate(
        &mut self,
        event: &ast::Name,
        binder: &ast::Name,
        when: &Option<ast::Expr>,
        lifts: &[ast::Name],
    ) -> ClauseKind {
        let (event, binder, when, ()) = self.on_event(event, binder, |s| (when.as_ref().map(|w| s.condition(w)), ()));
        let lifts = lifts.iter().filter_map(|name| self.lifted(name)).collect();
        ClauseKind::Reinstate { event, binder, when, lifts }
    }

    /// Binds the event and reads what stands behind it.
    fn on_event<T>(
        &mut self,
        event: &ast::Name,
        binder: &ast::Name,
        f: impl FnOnce(&mut Self) -> (Option<Expr>, T),
    ) -> (RecordId, LocalId, Option<Expr>, T) {
        let id = self.event_named(event);
        let local = self.bind(binder, id.map_or(Ty::Error, Ty::Record));
        self.in_trigger = true;
        let (when, rest) = f(self);
        self.in_trigger = false;
        self.unbind(local);
        (id.unwrap_or(RecordId(0)), local, when, rest)
    }

    fn event_named(&mut self, name: &ast::Name) -> Option<RecordId> {
        if let Some((found, _)) = self.cx.scope(self.module).types.get(&name.text).copied() {
            self.cx.used(name.span, found);
        }
        match self.cx.scope(self.module).types.get(&name.text) {
            Some((super::TypeRef::Record(id), _)) if self.types().record_def(*id).is_event => return Some(*id),
            Some((_, at)) => {
                let at = *at;
                self.report(
                    Diagnostic::error("E0213", name.span, format!("`{}` is no event", name.text))
                        .label("only an event can move a standing")
                        .because(at, "declared here")
                        .help(format!("declare it as one: `event {} {{ … }}`", name.text)),
                );
                return None;
            }
            None => {}
        }
        if self.cx.scope(self.module).missing.contains(&name.text) {
            return None;
        }
        let mut d = Diagnostic::error("E0213", name.span, format!("there is no event `{}`", name.text))
            .label("not declared or imported");
        let known = self.cx.scope(self.module).types.iter().filter_map(|(n, (t, _))| match t {
            super::TypeRef::Record(id) if self.types().record_def(*id).is_event => Some(n.as_str()),
            _ => None,
        });
        let in_std = crate::stdlib::source("std.events").is_some_and(|text| {
            text.lines().any(|l| {
                l.strip_prefix("event ").is_some_and(|r| {
                    r.trim_start().strip_prefix(name.text.as_str()).is_some_and(|r| r.starts_with([' ', '{']))
                })
            })
        });
        let import = self.cx.import_of(self.module, &name.text);
        d = match nearest(&name.text, known).filter(|_| import.is_none()) {
            Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near),
            None if import.is_some() => d.help(import.unwrap_or_default()),
            None if in_std => d.help(format!("import it: `use std.events.{}`", name.text)),
            None => d.help(format!("declare it: `event {} {{ party: string }}`", name.text)),
        };
        self.report(d);
        None
    }

    fn lifted(&mut self, name: &ast::Name) -> Option<ClauseId> {
        let Place::Block(block) = self.place else { return None };
        let names = std::rc::Rc::clone(&self.cx.names[block.0 as usize]);
        let Some(id) = clause_id(&names, &name.text) else {
            if self.is_lost(&name.text) {
                return None;
            }
            let mut d = Diagnostic::error("E0210", name.span, format!("this block has no clause `{}`", name.text))
                .label("nothing to lift");
            let can = names.list.iter().filter(|(_, c)| liftable(c)).map(|(n, _)| n.as_str());
            d = match nearest(&name.text, can) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near),
                None => d.help("name a `suspend` or `reverify` clause with an `on`"),
            };
            self.report(d);
            return None;
        };
        self.used_own_clause(name.span, id.0);
        let clause = names.list.get(id.0 as usize).map(|(_, c)| *c)?;
        if liftable(clause) {
            return Some(id);
        }
        let (label, help) = match &clause.kind {
            ast::ClauseKind::Trigger { .. } => (
                "a revocation is for ever",
                "a relationship that begins anew has a new key; use `suspend` for what can be lifted",
            ),
            ast::ClauseKind::Continuous { .. } => (
                "ends by itself",
                "a clause with `when` holds as long as its condition does; nothing is stored that could be lifted",
            ),
            _ => ("not a suspension", "name a `suspend` or `reverify` clause with an `on`"),
        };
        let d = Diagnostic::error("E0507", name.span, format!("`{}` cannot be lifted", name.text))
            .label(label)
            .because(clause.span, "declared here")
            .help(help);
        self.report(d);
        None
    }
}

impl Checker<'_> {
    /// Puts the triggers of a block in the form a reaction evaluates.
    pub(super) fn rewrite_triggers(&mut self, index: usize) {
        let Some(def) = self.program.blocks.get_mut(index) else { return };
        if !def.has_triggers() {
            return;
        }
        let mut clauses = std::mem::take(&mut def.clauses);
        let def = &self.program.blocks[index];
        let mut rewrite = Rewrite::new(def);
        for clause in &mut clauses {
            match &mut clause.kind {
                ClauseKind::Trigger { when, within, .. } => {
                    when.iter_mut().for_each(|e| rewrite.expr(e));
                    if let Some((d, i)) = within {
                        rewrite.expr(d);
                        rewrite.expr(i);
                    }
                }
                ClauseKind::Reinstate { when, .. } => when.iter_mut().for_each(|e| rewrite.expr(e)),
                _ => {}
            }
        }
        // Without a key nothing but the event can be read; that the key is missing was said.
        let faults = if def.keys.is_empty() { Vec::new() } else { rewrite.faults };
        let react_lets: Vec<LetClause> = rewrite.lets.into_values().flatten().collect();
        let keys: Vec<String> = def.keys.iter().map(|k| k.path.to_string()).collect();
        let name_of = |id: LocalId| def.params.get(id.0 as usize).map(|p| p.name.to_string());
        let mut diagnostics = Vec::new();
        for fault in faults {
            let what = match &fault.path {
                Some(path) => describe(def, &self.program.types, path),
                None => None,
            }
            .or_else(|| fault.local.and_then(name_of))
            .map_or_else(|| "this".to_owned(), |s| format!("`{s}`"));
            let help = if keys.is_empty() {
                "a trigger reads the event, the key and constants: state the `key` of this block".to_owned()
            } else {
                format!(
                    "a trigger reads the event, the key ({}) and constants, so that an event can be acted on without facts",
                    keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")
                )
            };
            diagnostics.push(
                Diagnostic::error("E0506", fault.span, format!("{what} is not known when an event arrives"))
                    .label("a fact")
                    .help(help),
            );
        }
        let def = &mut self.program.blocks[index];
        def.clauses = clauses;
        def.react_lets = react_lets;
        def.react_frame = def.frame;
        self.diagnostics.extend(diagnostics);
    }
}

fn describe(def: &BlockDef, types: &crate::program::ty::Types, path: &Path) -> Option<String> {
    let Root::Local(id) = path.root else { return None };
    let param = def.params.get(id.0 as usize)?;
    let mut text = param.name.to_string();
    let mut ty = &param.ty;
    for index in &path.fields {
        let Ty::Record(record) = ty.present() else { return Some(text) };
        let field = types.record_def(*record).fields.get(*index as usize)?;
        text.push('.');
        text.push_str(&field.name);
        ty = &field.ty;
    }
    Some(text)
}

struct Fault {
    span: Span,
    path: Option<Path>,
    local: Option<LocalId>,
}

struct Rewrite<'b> {
    def: &'b BlockDef,
    keys: Vec<Path>,
    /// What each let stands for that only names a path.
    aliases: BTreeMap<LocalId, Path>,
    /// The position of each let.
    values: BTreeMap<LocalId, usize>,
    /// Lets already rewritten, by slot; `None` while one is being rewritten or could not be.
    lets: BTreeMap<LocalId, Option<LetClause>>,
    faults: Vec<Fault>,
    /// The place of the trigger's own expression while a let's value is being rewritten.
    inside: Option<Span>,
}

impl<'b> Rewrite<'b> {
    fn new(def: &'b BlockDef) -> Self {
        let mut rewrite = Rewrite {
            def,
            keys: def.keys.iter().filter_map(|k| path_of(&k.expr)).collect(),
            aliases: BTreeMap::new(),
            values: BTreeMap::new(),
            lets: BTreeMap::new(),
            faults: Vec::new(),
            inside: None,
        };
        // A let names only what stands above it, so each alias is complete when it is entered.
        for (index, l) in def.lets.iter().enumerate() {
            if let Some(path) = path_of(&l.value)
                && matches!(path.root, Root::Local(_))
            {
                let path = rewrite.canonical(path);
                rewrite.aliases.insert(l.local, path);
            }
            rewrite.values.insert(l.local, index);
        }
        rewrite
    }

    /// A path through lets that only name another path: `let p = partner` and then `p.id`.
    fn canonical(&self, path: Path) -> Path {
        let Root::Local(id) = path.root else { return path };
        match self.aliases.get(&id) {
            Some(alias) => extended(alias, path),
            None => path,
        }
    }

    fn expr(&mut self, e: &mut Expr) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_inner(e));
    }

    fn expr_inner(&mut self, e: &mut Expr) {
        if let Some(path) = path_of(e) {
            self.path(e, path);
            return;
        }
        for child in children_mut(e) {
            self.expr(child);
        }
    }

    fn path(&mut self, e: &mut Expr, path: Path) {
        let Root::Local(root) = path.root else { return };
        let canonical = self.canonical(path);
        if let Some(key) = self.keys.iter().position(|k| *k == canonical) {
            e.kind = ExprKind::Key(key as u32);
            return;
        }
        let is_param = |id: LocalId| (id.0 as usize) < self.def.params.len();
        if let Root::Local(id) = canonical.root
            && is_param(id)
        {
            let span = self.inside.unwrap_or(e.span);
            if !self.faults.iter().any(|f| f.span == span) {
                self.faults.push(Fault { span, path: Some(canonical), local: Some(id) });
            }
            return;
        }
        // A let that is no mere path, the event, or a binder.
        if self.values.contains_key(&root) {
            self.use_let(root, e.span);
        }
    }

    fn use_let(&mut self, local: LocalId, span: Span) {
        if self.lets.contains_key(&local) {
            return;
        }
        let found = self.values.get(&local).and_then(|i| self.def.lets.get(*i));
        let Some(mut clause) = found.cloned() else { return };
        self.lets.insert(local, None);
        if reads_clock_or_block(&clause.value) {
            self.faults.push(Fault { span: self.inside.unwrap_or(span), path: None, local: None });
            return;
        }
        let outer = self.inside;
        self.inside = outer.or(Some(span));
        self.expr(&mut clause.value);
        self.inside = outer;
        self.lets.insert(local, Some(clause));
    }
}

fn extended(alias: &Path, path: Path) -> Path {
    let mut whole = alias.clone();
    whole.fields.extend(path.fields);
    whole
}

fn reads_clock_or_block(e: &Expr) -> bool {
    let mut found = false;
    walk(e, &mut |e| {
        found |= matches!(e.kind, ExprKind::Now | ExprKind::BlockCall { .. } | ExprKind::Overdue(_));
    });
    found
}
