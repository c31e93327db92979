//! Participations, relationships and assessments: their clauses, and what each kind must and may not have.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use smol_str::SmolStr;
use trust_syntax::ast::{self, ClauseKind as Ast};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::annotations::Target;
use super::body::{Body, Place};
use super::ends::{expires, outside};
use super::narrowing::{Root, path_of};
use super::types::placeholder;
use super::{Checker, Node, TypeRef, ValueRef};
use crate::program::expr::{Expr, ExprKind};
use crate::program::index::{Def, LocalKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{
    BlockId, BlockKind, ClauseDef, ClauseId, ClauseKind, Grade, Hold, KeyDef, LetClause, ModuleId, On, Party,
};
use trust_syntax::suggest::{list, nearest};

/// The clauses of a block that have a name, in source order: position n is `ClauseId(n)`. The scope is named `scope`.
pub(crate) struct ClauseNames<'a> {
    pub list: Vec<(SmolStr, &'a ast::Clause)>,
    pub index: HashMap<SmolStr, u32, RandomState>,
}

/// Names the answer uses for itself.
const RESERVED_CLAUSES: &[&str] = &["scope", "no_basis", "framework"];

impl<'a> Checker<'a> {
    /// Names the clauses of a block; repeated and reserved names are reported.
    pub(super) fn clause_names(&mut self, block: &'a ast::Block) -> ClauseNames<'a> {
        let mut names = ClauseNames { list: Vec::new(), index: HashMap::default() };
        for clause in &block.clauses {
            let name = match (&clause.kind, &clause.name) {
                // Its name may be that of another.
                (Ast::Error, _) => continue,
                (Ast::Scope(_), _) => SmolStr::new_static("scope"),
                (_, Some(name)) if RESERVED_CLAUSES.contains(&name.text.as_str()) => {
                    // That a word of the language is no name was said when it was read.
                    if ast::RESERVED.contains(&name.text.as_str()) {
                        continue;
                    }
                    self.report(
                        Diagnostic::error("E0514", name.span, format!("no clause may be called `{}`", name.text))
                            .label("the answer uses this name itself")
                            .help("choose another name"),
                    );
                    continue;
                }
                (_, Some(name)) => name.text.clone(),
                (_, None) => continue,
            };
            if let Some(first) = names.index.get(&name) {
                let first = names.list.get(*first as usize).map_or(clause.span, |(_, c)| name_span(c));
                let d = if matches!(clause.kind, Ast::Scope(_)) {
                    Diagnostic::error("E0508", clause.keyword, "a relationship has one scope")
                        .label("a second one")
                        .because(first, "the first one")
                        .help("join the two with `and`")
                } else {
                    Diagnostic::error("E0204", name_span(clause), format!("two clauses are called `{name}`"))
                        .label("again here")
                        .because(first, "first here")
                        .help("names of clauses are the stable ids of audit records: give each its own")
                };
                self.report(d);
                continue;
            }
            names.index.insert(name.clone(), names.list.len() as u32);
            names.list.push((name, clause));
        }
        names
    }

    pub(super) fn check_block(&mut self, index: usize) {
        let (module, _, decl) = self.decls.blocks[index];
        let id = BlockId(index as u32);
        self.check_clause_set(id, decl);
        let names = std::rc::Rc::clone(&self.names[index]);
        let tys: Vec<Ty> = self.program.blocks[index].params.iter().map(|p| p.ty.clone()).collect();
        let mut body = Body::new(self, module, Place::Block(id), Some(Node::Block(id)));
        body.bind_params(&decl.params, &tys);
        let params = body.frame();
        let lets = body.block_lets(decl);
        let mut parts = Parts::default();
        for clause in &decl.clauses {
            body.unnamed_clause(module, id, clause, params, &mut parts);
        }
        let mut clauses = Vec::with_capacity(names.list.len());
        for (name, clause) in &names.list {
            clauses.push(body.clause(module, id, name, clause, parts.grade.as_ref().map(|g| &g.scale).copied()));
        }
        body.former_names(&clauses);
        let frame = body.frame();
        let asked = std::mem::take(&mut body.overdue_asked);
        for (n, clause) in clauses.iter_mut().enumerate() {
            if let ClauseKind::Oblige { on, .. } = &mut clause.kind
                && let Some((_, source)) = names.list.get(n)
                && matches!(source.kind, Ast::Oblige { on: None, .. })
            {
                *on = if asked.contains(&(n as u32)) || decl.kind == BlockKind::Assessment {
                    On::Any
                } else {
                    On::Permit
                };
            }
        }
        let def = &mut self.program.blocks[index];
        def.parties = parts.parties;
        def.purpose = parts.purpose;
        def.keys = parts.keys;
        def.grade = parts.grade;
        def.lets = lets;
        def.clauses = clauses;
        def.frame = frame;
        self.check_overdue(index);
        self.rewrite_triggers(index);
    }

    /// What the kind of block must have and may not have.
    fn check_clause_set(&mut self, block: BlockId, decl: &ast::Block) {
        let kind = match decl.kind {
            BlockKind::Participation => "a participation",
            BlockKind::Relationship => "a relationship",
            BlockKind::Assessment => "an assessment",
        };
        for clause in &decl.clauses {
            if !allowed(decl.kind, &clause.kind) {
                let word = keyword(&clause.kind);
                let help = match decl.kind {
                    BlockKind::Participation => "`parties`, `purpose` and `scope` belong to a relationship",
                    BlockKind::Relationship => "",
                    BlockKind::Assessment => {
                        "an assessment grades: it has `let`, `grade`, `cap`, `oblige` and `ttl` without `from`; what permits \
                         or denies belongs in a participation or a relationship"
                    }
                };
                let mut d = Diagnostic::error("E0501", clause.keyword, format!("{kind} has no `{word}`"))
                    .label("cannot stand here");
                if !help.is_empty() {
                    d = d.help(help);
                }
                self.report(d);
            }
            if let Ast::Continuous { hold: Hold::Revoke, .. } = clause.kind {
                self.report(
                    Diagnostic::error("E0501", clause.keyword, "`revoke` needs an event")
                        .label("a revocation is for ever and cannot come and go with a condition")
                        .help(
                            "write `revoke … : on EVENT as e when …`, or `suspend … : when …` for as long as it holds",
                        ),
                );
            }
            if let (Ast::Oblige { on: Some((_, span)), .. }, BlockKind::Assessment) = (&clause.kind, decl.kind) {
                self.report(
                    Diagnostic::error("E0501", *span, "an assessment neither permits nor denies")
                        .label("there is no effect to wait for")
                        .help("leave the `on …` out: what an assessment obliges is always owed"),
                );
            }
        }
        let must = match decl.kind {
            BlockKind::Participation => "a participation must state it",
            BlockKind::Relationship => "a relationship must state it",
            BlockKind::Assessment => "an assessment must state it",
        };
        let has = |f: fn(&Ast) -> bool| decl.clauses.iter().any(|c| f(&c.kind));
        let broken = has(|k| matches!(k, Ast::Error));
        if broken {
            // What looks missing may be what could not be read.
            return;
        }
        let mut missing: Vec<&str> = Vec::new();
        if decl.kind == BlockKind::Relationship {
            if !has(|k| matches!(k, Ast::Parties { .. })) {
                missing.push("parties");
            }
            if !has(|k| matches!(k, Ast::Purpose(_))) {
                missing.push("purpose");
            }
            if !has(|k| matches!(k, Ast::Scope(_))) {
                missing.push("scope");
            }
        }
        if decl.kind == BlockKind::Assessment && !has(|k| matches!(k, Ast::Grade { .. })) {
            missing.push("grade");
        }
        let triggers = has(|k| matches!(k, Ast::Trigger { .. } | Ast::Reinstate { .. }));
        if triggers && decl.kind != BlockKind::Assessment && !has(|k| matches!(k, Ast::Key(_))) {
            missing.push("key");
        }
        if !missing.is_empty() {
            let words = list(missing.iter().copied());
            let mut d = Diagnostic::error("E0502", decl.name.span, format!("`{}` states no {words}", decl.name.text))
                .label(if missing == ["key"] { "what has an `on` must state it" } else { must });
            for word in &missing {
                d = d.help(self.add(block, word));
            }
            self.report(d);
        }
        let could_deny = has(|k| {
            matches!(
                k,
                Ast::Scope(_)
                    | Ast::Require(_)
                    | Ast::Basis(_)
                    | Ast::Deny(_)
                    | Ast::Expires { .. }
                    | Ast::Ttl { from: Some(_), .. }
                    | Ast::Continuous { .. }
                    | Ast::Trigger { .. }
            )
        });
        if decl.kind != BlockKind::Assessment && !could_deny && missing.is_empty() {
            self.report(
                Diagnostic::error("E0503", decl.name.span, format!("`{}` permits everybody", decl.name.text))
                    .label("nothing in it could deny")
                    .help("state what must hold: `require name: condition`"),
            );
        }
        for (word, is) in [
            ("parties", (|k: &Ast| matches!(k, Ast::Parties { .. })) as fn(&Ast) -> bool),
            ("purpose", |k| matches!(k, Ast::Purpose(_))),
            ("key", |k| matches!(k, Ast::Key(_))),
            ("grade", |k| matches!(k, Ast::Grade { .. })),
        ] {
            let mut found = decl.clauses.iter().filter(|c| is(&c.kind));
            if let (Some(first), Some(second)) = (found.next(), found.next()) {
                self.report(
                    Diagnostic::error("E0508", second.keyword, format!("`{word}` is stated twice"))
                        .label("again here")
                        .because(first.span, "first here")
                        .help(if word == "key" {
                            "list all values in one: `key a.id, b.id`"
                        } else {
                            "keep one of them"
                        }),
                );
            }
        }
    }
}

#[derive(Default)]
struct Parts {
    parties: Option<(Party, Party)>,
    purpose: Option<SmolStr>,
    keys: Vec<KeyDef>,
    grade: Option<Grade>,
}

impl<'a> Body<'_, 'a> {
    fn block_lets(&mut self, decl: &'a ast::Block) -> Vec<LetClause> {
        for clause in &decl.clauses {
            if let Ast::Let(l) = &clause.kind {
                self.upcoming.insert(l.name.text.clone(), l.name.span);
            }
        }
        let mut lets = Vec::new();
        for clause in &decl.clauses {
            if let Ast::Let(l) = &clause.kind {
                let value = self.let_value(l);
                self.upcoming.remove(&l.name.text);
                let local = self.bind(&l.name, value.ty.clone());
                self.last_bound_is(LocalKind::Let);
                lets.push(LetClause { name: l.name.text.clone(), local, value, span: l.span });
            }
        }
        lets
    }

    /// The value of a `let`, of its stated type where it states one.
    pub fn let_value(&mut self, l: &ast::LetDecl) -> Expr {
        let value = match &l.ty {
            Some(ty) => {
                let want = self.cx.ty(self.module, ty);
                self.expect(&l.value, &want, &format!("`{}`", l.name.text))
            }
            None => self.expr(&l.value, None),
        };
        let unknown = matches!(value.ty.present(), Ty::Never) || value.ty.element() == Some(&Ty::Never);
        if unknown {
            let what = if value.ty.is_optional() { "`none`" } else { "an empty list or set" };
            self.report(
                Diagnostic::error("E0207", value.span, format!("nothing says of which type {what} is here"))
                    .label("of what type?")
                    .help(format!("state it: `let {}: T? = …`", l.name.text)),
            );
            return self.error_expr(value.span);
        }
        value
    }

    fn unnamed_clause(&mut self, module: ModuleId, _id: BlockId, clause: &ast::Clause, params: u32, parts: &mut Parts) {
        if clause.name.is_none() && !matches!(clause.kind, Ast::Scope(_)) {
            self.cx.meta(module, clause.doc.as_ref(), &clause.annotations, Target::Other);
        }
        match &clause.kind {
            Ast::Parties { from, to } => {
                let from = self.party(from);
                let to = self.party(to);
                if parts.parties.is_none()
                    && let (Some(from), Some(to)) = (from, to)
                {
                    parts.parties = Some((from, to));
                }
            }
            Ast::Purpose(text) => {
                if text.value.trim().is_empty() {
                    self.report(
                        Diagnostic::error("E0502", text.span, "the purpose is empty")
                            .label("says nothing")
                            .help("say in a sentence which need of the business this relationship serves"),
                    );
                }
                parts.purpose.get_or_insert_with(|| text.value.clone());
            }
            Ast::Key(exprs) if parts.keys.is_empty() => {
                parts.keys = exprs.iter().filter_map(|e| self.key(e, params)).collect();
            }
            Ast::Grade { scale, from } if parts.grade.is_none() => {
                parts.grade = self.grade(scale, from, clause.span);
            }
            _ => {}
        }
    }

    fn party(&mut self, party: &ast::Party) -> Option<Party> {
        let name = match party {
            ast::Party::Outside(text) => return Some(Party::Outside(text.value.clone())),
            ast::Party::Role(name) => name,
        };
        let found = self.cx.scope(self.module).values.get(&name.text).map(|(v, s)| (*v, *s));
        self.cx.used_value(self.module, name);
        if let Some((ValueRef::Block(id), _)) = found
            && self.cx.decls.blocks[id.0 as usize].2.kind == BlockKind::Participation
        {
            return Some(Party::Role(id));
        }
        if self.cx.scope(self.module).missing.contains(&name.text) {
            return None;
        }
        let blocks = self.cx.scope(self.module).values.iter().filter_map(|(n, (v, _))| match v {
            ValueRef::Block(id) if self.cx.decls.blocks[id.0 as usize].2.kind == BlockKind::Participation => {
                Some(n.as_str())
            }
            _ => None,
        });
        let near = nearest(&name.text, blocks).map(str::to_owned);
        let mut d = match found {
            Some((_, at)) => Diagnostic::error("E0511", name.span, format!("`{}` is no participation", name.text))
                .label("a party is a role that a participation describes")
                .because(at, "declared here"),
            None => Diagnostic::error("E0511", name.span, format!("there is no participation `{}`", name.text))
                .label("not known"),
        };
        let import = self.cx.import_of(self.module, &name.text).filter(|_| found.is_none());
        d = match near.filter(|_| import.is_none()) {
            Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near),
            None if import.is_some() => d.help(import.unwrap_or_default()),
            None => d.help(format!(
                "declare `participation {}(…) {{ … }}`, or, for somebody outside the framework, write a text: `\"{}\"`",
                name.text, name.text
            )),
        };
        self.report(d);
        None
    }

    fn key(&mut self, e: &ast::Expr, params: u32) -> Option<KeyDef> {
        let expr = self.expr(e, None);
        if expr.ty == Ty::Error {
            return None;
        }
        let path = path_of(&expr);
        let of_param = matches!(&path, Some(p) if matches!(p.root, Root::Local(id) if id.0 < params));
        if !of_param || !expr.ty.is_scalar() {
            let label = if !of_param {
                "not a parameter or a field of one".to_owned()
            } else if expr.ty.is_optional() {
                "may be absent".to_owned()
            } else {
                format!("is `{}`, not a plain value", self.type_name(&expr.ty))
            };
            self.report(
                Diagnostic::error("E0505", e.span, "this cannot be a key").label(label).help(
                    "a key is a value that is always there and names who the standing belongs to: `key partner.id`",
                ),
            );
            return None;
        }
        let path = self.describe(&expr).unwrap_or_default();
        Some(KeyDef { path: path.into(), expr, span: e.span })
    }

    fn grade(&mut self, scale: &ast::Name, from: &ast::Expr, span: Span) -> Option<Grade> {
        let found = if scale.text == "Standing" {
            Some(crate::program::ty::EnumId::STANDING)
        } else {
            match self.cx.scope(self.module).types.get(&scale.text) {
                Some((TypeRef::Enum(id), _)) if self.types().enum_def(*id).ordered => Some(*id),
                Some((_, at)) => {
                    let at = *at;
                    self.report(
                        Diagnostic::error("E0510", scale.span, format!("`{}` is no scale", scale.text))
                            .label("grades have an order")
                            .because(at, "declared here")
                            .help("declare it with its order: `scale Tier { bronze < silver < gold }`"),
                    );
                    None
                }
                None => {
                    if !self.cx.scope(self.module).missing.contains(&scale.text) {
                        let d = self.cx.unknown_type(self.module, &scale.text, scale.span);
                        self.report(d);
                    }
                    None
                }
            }
        };
        if let Some(id) = found {
            self.used_name(scale.span, Def::Enum(id));
        }
        let from = self.expect(from, &found.map_or(Ty::Error, Ty::Enum), "the grade");
        Some(Grade { scale: found?, from, span })
    }

    /// An optional `when`, then the rest of the clause knowing that it holds.
    pub(super) fn when<T>(&mut self, when: Option<&ast::Expr>, rest: impl FnOnce(&mut Self) -> T) -> (Option<Expr>, T) {
        let when = when.map(|w| self.condition(w));
        let rest = match &when {
            Some(w) => self.knowing(w, true, rest),
            None => rest(self),
        };
        (when, rest)
    }

    fn clause(
        &mut self,
        module: ModuleId,
        _id: BlockId,
        name: &SmolStr,
        clause: &'a ast::Clause,
        scale: Option<crate::program::ty::EnumId>,
    ) -> ClauseDef {
        let (meta, _) = self.cx.meta(module, clause.doc.as_ref(), &clause.annotations, Target::Other);
        let kind = match &clause.kind {
            Ast::Scope(e) => ClauseKind::Scope(self.condition(e)),
            Ast::Require(e) => ClauseKind::Require(self.condition(e)),
            Ast::Recommend(e) => ClauseKind::Recommend(self.condition(e)),
            Ast::Basis(e) => ClauseKind::Basis(self.condition(e)),
            Ast::Deny(e) => ClauseKind::Deny(self.condition(e)),
            Ast::Cap { value, when } => {
                let has_grade = self.block_has_grade();
                if !has_grade {
                    self.report(
                        Diagnostic::error(
                            "E0510",
                            clause.keyword,
                            format!("`{name}` caps a grade, but the block has none"),
                        )
                        .label("nothing to cap")
                        .help("state the grade first: `grade Tier from gold`"),
                    );
                }
                let want = scale.map_or(Ty::Error, Ty::Enum);
                let (when, value) = self.when(when.as_ref(), |s| s.expect(value, &want, "the cap"));
                ClauseKind::Cap { value, when }
            }
            Ast::Expires { at, when } => {
                let (when, at) = self.when(when.as_ref(), |s| s.dated(at, when.as_ref(), true, "when it expires"));
                ClauseKind::Expires { denies: expires(when, at, clause.span) }
            }
            Ast::Ttl { length, from: Some(from), when } => {
                let (when, (length, from)) = self.when(when.as_ref(), |s| {
                    let length = s.expect(length, &Ty::Duration, "the time to live");
                    (length, s.dated(from, when.as_ref(), true, "the instant it runs from"))
                });
                let skew = self.cx.program.framework.as_ref().map_or(0, |f| f.skew);
                ClauseKind::TtlFrom { denies: outside(when, length, from, skew, clause.span) }
            }
            Ast::Ttl { length, from: None, when } => {
                let (when, length) = self.when(when.as_ref(), |s| s.expect(length, &Ty::Duration, "the time to live"));
                if let ExprKind::Const(Value::Duration(d)) = length.kind
                    && d <= 0
                {
                    self.report(
                        Diagnostic::error("E0314", length.span, "a decision must hold for some time")
                            .label("not above zero")
                            .help("write the longest time a host may rely on the answer: `10m`"),
                    );
                }
                ClauseKind::Ttl { length, when }
            }
            Ast::Oblige { duty, args, time, when, on } => self.oblige(duty, args, time, when.as_ref(), on.as_ref()),
            Ast::Continuous { hold, when } => ClauseKind::Continuous { hold: *hold, when: self.condition(when) },
            Ast::Trigger { hold, event, binder, when, within } => {
                self.trigger(*hold, event, binder, when, within.as_deref())
            }
            Ast::Reinstate { event, binder, when, lifts } => self.reinstate(event, binder, when, lifts),
            // These have no name, and errors were reported.
            Ast::Parties { .. } | Ast::Purpose(_) | Ast::Key(_) | Ast::Let(_) | Ast::Grade { .. } | Ast::Error => {
                ClauseKind::Require(placeholder(clause.span))
            }
        };
        ClauseDef { name: name.clone(), span: clause.span, name_span: name_span(clause), meta, kind }
    }

    /// A stored prior names triggers, also by former names: none may mean two.
    fn former_names(&mut self, clauses: &[ClauseDef]) {
        let triggers = || clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Trigger { .. }));
        let mut known: HashMap<&SmolStr, Span> = triggers().map(|c| (&c.name, c.name_span)).collect();
        let mut faults = Vec::new();
        for clause in triggers() {
            for was in &clause.meta.was {
                match known.get(was) {
                    Some(first) => faults.push(
                        Diagnostic::error("E0204", clause.name_span, format!("`{was}` would mean two triggers"))
                            .label("claims it as its former name")
                            .because(*first, "this one has it too")
                            .help("a stored standing must say which trigger is in force: keep one of them"),
                    ),
                    None => {
                        known.insert(was, clause.name_span);
                    }
                }
            }
        }
        self.cx.diagnostics.extend(faults);
    }
}

fn name_span(clause: &ast::Clause) -> Span {
    clause.name.as_ref().map_or(clause.keyword, |n| n.span)
}

fn allowed(kind: BlockKind, clause: &Ast) -> bool {
    match kind {
        BlockKind::Relationship => true,
        BlockKind::Participation => !matches!(clause, Ast::Parties { .. } | Ast::Purpose(_) | Ast::Scope(_)),
        BlockKind::Assessment => matches!(
            clause,
            Ast::Let(_)
                | Ast::Grade { .. }
                | Ast::Cap { .. }
                | Ast::Oblige { .. }
                | Ast::Ttl { from: None, .. }
                | Ast::Error
        ),
    }
}

fn keyword(clause: &Ast) -> &'static str {
    match clause {
        Ast::Parties { .. } => "parties",
        Ast::Purpose(_) => "purpose",
        Ast::Scope(_) => "scope",
        Ast::Key(_) => "key",
        Ast::Let(_) => "let",
        Ast::Require(_) => "require",
        Ast::Recommend(_) => "recommend",
        Ast::Basis(_) => "basis",
        Ast::Deny(_) => "deny",
        Ast::Grade { .. } => "grade",
        Ast::Cap { .. } => "cap",
        Ast::Expires { .. } => "expires",
        Ast::Ttl { from: Some(_), .. } => "ttl … from",
        Ast::Ttl { from: None, .. } => "ttl",
        Ast::Oblige { .. } => "oblige",
        Ast::Continuous { hold, .. } | Ast::Trigger { hold, .. } => match hold {
            Hold::Suspend => "suspend",
            Hold::Reverify => "reverify",
            Hold::Revoke => "revoke",
        },
        Ast::Reinstate { .. } => "reinstate",
        Ast::Error => "clause",
    }
}

/// The ids of the clauses a name list stands for, where all are triggers that a `reinstate` may lift.
pub(super) fn liftable(clause: &ast::Clause) -> bool {
    matches!(clause.kind, Ast::Trigger { hold: Hold::Suspend | Hold::Reverify, .. })
}

pub(super) fn clause_id(names: &ClauseNames<'_>, name: &str) -> Option<ClauseId> {
    names.index.get(name).map(|i| ClauseId(*i))
}
