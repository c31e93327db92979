//! The frame of one body (a block, define, let, test or invariant): its slots, what is visible, what is narrowed.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use smol_str::SmolStr;
use trust_syntax::ast;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::narrowing::Path;
use super::{Checker, Node};
use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::index::{LocalDef, LocalKind};
use crate::program::ty::{EnumId, Ty, Types};
use crate::program::{BlockId, ModuleId};

/// What kind of body is being checked: some constructs belong to some kinds only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A top-level `let`.
    Let,
    Define,
    Block(BlockId),
    Test,
    Invariant,
}

pub(super) struct Local {
    pub name: SmolStr,
    pub ty: Ty,
    pub span: Span,
    /// In the index of names.
    pub position: u32,
}

/// The instant of a clause that takes a `when`.
struct Dated {
    /// There is no `when` yet.
    free: bool,
    /// Where it would stand.
    after: Span,
    /// The clause denies by the instant.
    denies: bool,
    /// The deadline of a trigger, which must hear the event all the same.
    deadline: bool,
}

pub(super) struct Body<'c, 'a> {
    pub cx: &'c mut Checker<'a>,
    pub module: ModuleId,
    pub place: Place,
    /// The node that references are recorded for.
    pub node: Option<Node>,
    /// Every slot, by `LocalId`, also those no longer visible.
    pub locals: Vec<Local>,
    pub visible: HashMap<SmolStr, LocalId, RandomState>,
    /// What a clashing name hides for as long as it is bound.
    hidden: HashMap<LocalId, LocalId>,
    /// Block lets that come later: naming one is an error that says so.
    pub upcoming: HashMap<SmolStr, Span, RandomState>,
    /// Paths known to be present here.
    pub narrowed: Vec<Path>,
    /// Take the next outermost path as declared, not as narrowed (the operand of `has`).
    pub as_declared: bool,
    /// The comparison around an operand: where a guard would go.
    pub guard: Option<Span>,
    /// In the instant of an `expires`, `ttl … from` or `due`.
    dated: Option<Dated>,
    /// In the condition or deadline of a trigger.
    pub in_trigger: bool,
    /// The obligations some `overdue(…)` of this body asks of.
    pub overdue_asked: HashSet<u32>,
}

impl<'c, 'a> Body<'c, 'a> {
    pub fn new(cx: &'c mut Checker<'a>, module: ModuleId, place: Place, node: Option<Node>) -> Self {
        Body {
            cx,
            module,
            place,
            node,
            locals: Vec::new(),
            visible: HashMap::default(),
            hidden: HashMap::new(),
            upcoming: HashMap::default(),
            narrowed: Vec::new(),
            as_declared: false,
            guard: None,
            dated: None,
            in_trigger: false,
            overdue_asked: HashSet::new(),
        }
    }

    pub fn frame(&self) -> u32 {
        self.locals.len() as u32
    }

    pub fn report(&mut self, d: Diagnostic) {
        self.cx.report(d);
    }

    pub fn types(&self) -> &Types {
        &self.cx.program.types
    }

    pub fn type_name(&self, ty: &Ty) -> String {
        self.types().name(ty)
    }

    /// A new slot, visible from here on. Nothing may be hidden by it.
    pub fn bind(&mut self, name: &ast::Name, ty: Ty) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        let clash = self.clash(name);
        // Which of the two a use means is not known: its type is, for whatever is said of it, the right one.
        let ty = if clash.is_some() && self.visible.contains_key(&name.text) { Ty::Error } else { ty };
        let position = self.cx.index.locals.len() as u32;
        let known = LocalDef { name: name.text.clone(), span: name.span, ty: ty.clone(), kind: LocalKind::Binder };
        self.cx.index.locals.push(known);
        self.locals.push(Local { name: name.text.clone(), ty, span: name.span, position });
        if let Some(d) = clash {
            self.report(d);
        }
        // Also where it clashes: every use of it would be a further error.
        if let Some(hidden) = self.visible.insert(name.text.clone(), id) {
            self.hidden.insert(id, hidden);
        }
        id
    }

    fn clash(&self, name: &ast::Name) -> Option<Diagnostic> {
        let hides = |other: Option<Span>| {
            // The one that was written later is the one to change.
            let later = other.filter(|o| o.file == name.span.file && o.start > name.span.start);
            let mut d = Diagnostic::error(
                "E0205",
                later.unwrap_or(name.span),
                format!("`{}` already has a meaning here", name.text),
            );
            d = match (later, other) {
                (Some(_), _) => d.label("has the name of another one").because(name.span, "would hide it"),
                (None, Some(first)) => d.label("would hide it").because(first, "the one it would hide"),
                (None, None) => d.label("would hide it"),
            };
            d.help("choose another name: within the reach of one name there is no second of the same spelling")
        };
        if name.text == "now" {
            return Some(hides(None).note("`now` is the instant the decision is made at"));
        }
        if let Some(id) = self.visible.get(&name.text) {
            return Some(hides(self.locals.get(id.0 as usize).map(|l| l.span)));
        }
        self.cx.scope(self.module).values.get(&name.text).map(|(_, span)| hides(Some(*span)))
    }

    /// Ends the reach of a binder.
    pub fn unbind(&mut self, id: LocalId) {
        if let Some(local) = self.locals.get(id.0 as usize)
            && self.visible.get(&local.name) == Some(&id)
        {
            let name = local.name.clone();
            match self.hidden.remove(&id) {
                Some(hidden) => self.visible.insert(name, hidden),
                None => self.visible.remove(&name),
            };
        }
    }

    pub fn bind_params(&mut self, params: &[ast::Param], types: &[Ty]) {
        for (index, p) in params.iter().enumerate() {
            self.bind(&p.name, types.get(index).cloned().unwrap_or(Ty::Error));
            self.last_bound_is(LocalKind::Parameter);
        }
    }

    /// Records that the body refers to another definition.
    pub fn refer(&mut self, to: Node, span: Span) {
        if let Some(from) = self.node {
            self.cx.edges.push((from, to, span));
        }
    }

    pub fn error_expr(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Error, ty: Ty::Error, span }
    }

    /// An expression that must have this type; `what` says what it is for, in the author's terms.
    pub fn expect(&mut self, e: &ast::Expr, want: &Ty, what: &str) -> Expr {
        let typed = self.expr(e, Some(want));
        self.coerce(typed, want, what)
    }

    /// The instant a clause goes by, which may be one that is not always there.
    pub fn dated(&mut self, e: &ast::Expr, when: Option<&ast::Expr>, denies: bool, what: &str) -> Expr {
        self.dated = Some(Dated { free: when.is_none(), after: e.span.after(), denies, deadline: false });
        let typed = self.expect(e, &Ty::Instant, what);
        self.dated = None;
        typed
    }

    /// What a trigger's deadline is reckoned from; `conditional` says whether the trigger has a `when`.
    pub fn deadline<T>(&mut self, conditional: bool, after: Span, f: impl FnOnce(&mut Self) -> T) -> T {
        self.dated = Some(Dated { free: !conditional, after, denies: false, deadline: true });
        let made = f(self);
        self.dated = None;
        made
    }

    pub fn condition(&mut self, e: &ast::Expr) -> Expr {
        self.expect(e, &Ty::Bool, "a condition")
    }

    /// Makes a typed expression fit a wanted type, or reports that it does not.
    pub fn coerce(&mut self, mut e: Expr, want: &Ty, what: &str) -> Expr {
        if fits(&e.ty, want) {
            if e.ty != Ty::Error && *want != Ty::Error {
                e.ty = want.clone();
            }
            return e;
        }
        if e.ty.is_optional() && fits(e.ty.present(), want) {
            let d = self.bare_optional(&e);
            self.report(d);
            return self.error_expr(e.span);
        }
        let d = self.mismatch(&e, want, what);
        self.report(d);
        self.error_expr(e.span)
    }

    fn mismatch(&self, e: &Expr, want: &Ty, what: &str) -> Diagnostic {
        let have_name = self.type_name(&e.ty);
        let want_name = self.type_name(want);
        let mut d =
            Diagnostic::error("E0301", e.span, format!("{what} must be `{want_name}`, but this is `{have_name}`"))
                .label(format!("this is `{have_name}`"));
        d = match (e.ty.present(), want.present()) {
            (Ty::Int, Ty::Duration) => d.help("a length of time has a unit: `15m`, `12h`, `90d`"),
            (Ty::Int, Ty::Decimal) | (Ty::Decimal, Ty::Int) => {
                d.help("`int` and `decimal` do not mix; only a literal such as `1` may stand for `1.0`")
            }
            (Ty::Int | Ty::Decimal, Ty::Instant) => {
                d.help("a date is written year first: `2026-01-31`, or with a time `2026-01-31T09:30:00Z`")
            }
            (Ty::String, Ty::Instant) => d.help("a date is written without quotes: `2026-01-01`"),
            (Ty::String, Ty::Duration) => d.help("a length of time is written without quotes: `15m`"),
            (Ty::String, Ty::Ip) => d.help("write `ip(\"10.1.2.3\")`"),
            (Ty::String, Ty::Cidr) => d.help("write `cidr(\"10.0.0.0/8\")`"),
            (Ty::String, Ty::Enum(id)) => {
                let def = self.types().enum_def(*id);
                d.help(format!(
                    "a case is written without quotes; `{}` has {}",
                    def.name,
                    trust_syntax::suggest::list(def.cases.iter().map(|c| c.name.as_str()))
                ))
            }
            (Ty::Duration, Ty::Instant) => d.help("an instant is a date or `now`; add the duration to one: `now + 1h`"),
            (Ty::Instant, Ty::Duration) => d.help("subtract two instants to get the time between them"),
            (Ty::List(a), Ty::Set(b)) if a == b => d.help("a set is written with braces: `{a, b}`"),
            (Ty::Set(a), Ty::List(b)) if a == b => d.help("a list is written with brackets: `[a, b]`"),
            (Ty::Enum(EnumId::STANDING), Ty::Bool) => d.help("compare it: `… == active`, or ask for `.permitted`"),
            (_, Ty::Bool) => d.help("a condition compares: `==`, `<`, `in`, `has` …"),
            _ => d,
        };
        d
    }

    /// The value must be there: an optional is an error that offers both ways out.
    pub fn present(&mut self, e: Expr) -> Expr {
        if e.ty.is_optional() {
            let d = self.bare_optional(&e);
            self.report(d);
            return self.error_expr(e.span);
        }
        e
    }

    fn bare_optional(&self, e: &Expr) -> Diagnostic {
        let source = self.describe(e);
        let name = source.clone().unwrap_or_else(|| "this value".into());
        let quoted = source.as_ref().map_or_else(|| name.clone(), |s| format!("`{s}`"));
        let mut d = Diagnostic::error("E0302", e.span, format!("{quoted} may be absent"))
            .label(format!("is `{}`: there or absent", self.type_name(&e.ty)));
        if let (Some(source), Some(Dated { free, deadline: true, .. })) = (&source, &self.dated) {
            let more = if *free { "" } else { " and …" };
            return d
                .help(format!(
                    "write two clauses, so that no event is missed: one with this deadline and `when has {source}{more}`, \
                     one without a deadline and `when not has {source}{more}`"
                ))
                .help("or leave the deadline out: then the trigger hears every event, and nothing says by when")
                .help(format!("or say from when the time runs where it is absent: `({source} otherwise …)`"));
        }
        if let Some(source) = &source {
            d = match &self.dated {
                Some(Dated { free: true, after, .. }) => {
                    d.fix(format!("count only where `{source}` is there"), *after, format!(" when has {source}"))
                }
                Some(Dated { free: false, .. }) => d.help(format!("ask for it first: `when has {source} and …`")),
                None => d.help(format!("test it first: `has {source} and …`; on the right of `and` it is there")),
            };
            if let Some(Dated { denies: true, .. }) = &self.dated {
                d = d.help(format!(
                    "where it is absent the clause then never denies; if it must be there: `require known: has {source}`"
                ));
            }
            d = d.help(format!("or say what counts when it is absent: `({source} otherwise …)`"));
            if let Some(guard) = self.guard {
                d.fixes.push(trust_syntax::diagnostic::Fix {
                    title: format!("hold only where `{source}` is there"),
                    edits: vec![
                        trust_syntax::diagnostic::Edit { span: guard.before(), text: format!("(has {source} and ") },
                        trust_syntax::diagnostic::Edit { span: guard.after(), text: ")".into() },
                    ],
                    safe: false,
                });
            }
        } else {
            d = d
                .help("say what counts when it is absent: `(… otherwise …)`")
                .help("or bind it with `let`, test it with `has` and use it on the right of `and`");
        }
        if let Some(default) = default_text(e.ty.present()) {
            d.fixes.push(trust_syntax::diagnostic::Fix {
                title: "give a default (check that it is the right one)".into(),
                edits: vec![
                    trust_syntax::diagnostic::Edit { span: e.span.before(), text: "(".into() },
                    trust_syntax::diagnostic::Edit { span: e.span.after(), text: format!(" otherwise {default})") },
                ],
                safe: false,
            });
        }
        d
    }

    /// The text of a path, as an author would write it.
    pub fn describe(&self, e: &Expr) -> Option<String> {
        match &e.kind {
            ExprKind::Local(id) => self.locals.get(id.0 as usize).map(|l| l.name.to_string()),
            ExprKind::Global(id) => Some(self.cx.decls.lets.get(id.0 as usize)?.2.name.text.to_string()),
            ExprKind::Data(id) => Some(self.cx.decls.data.get(id.0 as usize)?.2.name.text.to_string()),
            ExprKind::Field(base, index) => {
                let Ty::Record(record) = base.ty.present() else { return None };
                let field = self.types().record_def(*record).fields.get(*index as usize)?.name.clone();
                Some(format!("{}.{field}", self.describe(base)?))
            }
            _ => None,
        }
    }
}

fn default_text(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Bool => Some("false"),
        Ty::Int => Some("0"),
        Ty::Decimal => Some("0.0"),
        Ty::String => Some("\"\""),
        Ty::Duration => Some("0s"),
        Ty::List(_) => Some("[]"),
        Ty::Set(_) => Some("{}"),
        _ => None,
    }
}

/// Whether a value of type `have` may stand where `want` is wanted.
pub(super) fn fits(have: &Ty, want: &Ty) -> bool {
    match (have, want) {
        (Ty::Error, _) | (_, Ty::Error) | (Ty::Never, _) => true,
        (Ty::Optional(a), Ty::Optional(b)) => fits(a, b),
        (a, Ty::Optional(b)) => fits(a, b),
        (Ty::List(a), Ty::List(b)) | (Ty::Set(a), Ty::Set(b)) => fits(a, b),
        (a, b) => a == b,
    }
}

/// The type of a value that is one or the other.
pub(super) fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    if *a == Ty::Error || *b == Ty::Error {
        return Some(Ty::Error);
    }
    if fits(a, b) {
        return Some(b.clone());
    }
    if fits(b, a) {
        return Some(a.clone());
    }
    // `none` and a `T`: a `T?`.
    if fits(a.present(), b.present()) {
        return Some(b.clone().optional());
    }
    if fits(b.present(), a.present()) {
        return Some(a.clone().optional());
    }
    None
}
