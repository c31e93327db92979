//! Watch sets: which field of an event selects which key of a block.
//!
//! In: a checked program and one of its blocks. Out: a [`Watch`] for every clause with an `on`, in source order. A host that
//! keeps an index from key values to relationships finds with it those that an event may touch, without a scan. What
//! always holds: an event that matches a clause for some key satisfies at least one of its ways, that is every
//! selection of it. The other direction is not promised: a way narrows, the reaction itself decides.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K, LocalId, QuantifierKind};
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, Hold, Program, Transition};

/// How the events of one clause find the keys they touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    pub clause: ClauseId,
    /// The clause's name.
    pub rule: SmolStr,
    pub transition: Transition,
    pub event: RecordId,
    /// The event's name, and the name it has in requests.
    pub event_name: SmolStr,
    pub event_wire: SmolStr,
    /// Alternatives: one of them holds whenever the clause matches. None at all: the clause never matches.
    pub ways: Vec<Way>,
}

/// All of the selections hold. Without any, every key may be touched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub selections: Vec<Selection>,
}

/// One value of the key is known from the event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selection {
    /// The position in the block's `key`, and the path written there.
    pub key: u32,
    pub key_path: SmolStr,
    pub from: Source,
}

/// Where the key's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// It equals this field of the event (`party`, or `subject.id` through a record).
    Field(SmolStr),
    /// It is among the elements of this list or set of the event; where the elements are records, their field.
    Element { of: SmolStr, field: Option<SmolStr> },
    /// It is this value, whatever the event says.
    Constant(Value),
}

impl Watch {
    /// Whether an index finds every key that the event may touch.
    pub fn finds_keys(&self) -> bool {
        self.ways.iter().all(|w| !w.selections.is_empty())
    }
}

/// The watch set of each trigger and reinstate of a block, in source order.
pub fn watch_sets(program: &Program, block: BlockId) -> Vec<Watch> {
    let Some(def) = program.blocks.get(block.0 as usize) else { return Vec::new() };
    let each = def.clauses().filter_map(|(id, clause)| {
        let (transition, event, binder, when) = match &clause.kind {
            ClauseKind::Trigger { hold, event, binder, when, .. } => {
                let transition = match hold {
                    Hold::Revoke => Transition::Revoke,
                    Hold::Suspend => Transition::Suspend,
                    Hold::Reverify => Transition::Reverify,
                };
                (transition, *event, *binder, when)
            }
            ClauseKind::Reinstate { event, binder, when, .. } => (Transition::Reinstate, *event, *binder, when),
            _ => return None,
        };
        let mut search = Search { program, def, steps: 0 };
        let ways = match when {
            Some(when) => search.ways(when, true, &search.scope(event, binder)),
            None => vec![BTreeSet::new()],
        };
        let record = program.types.records.get(event.0 as usize);
        Some(Watch {
            clause: id,
            rule: clause.name.clone(),
            transition,
            event,
            event_name: record.map(|r| r.name.clone()).unwrap_or_default(),
            event_wire: record.map(|r| r.wire.clone()).unwrap_or_default(),
            ways: least(ways).into_iter().map(|s| Way { selections: s.into_iter().collect() }).collect(),
        })
    });
    each.collect()
}

/// More alternatives than this are no help to anybody: then every key may be touched.
const MOST_WAYS: usize = 64;
/// Functions may call functions: more work than this on one condition is not worth it.
const MOST_STEPS: usize = 20_000;

type Ways = Vec<BTreeSet<Selection>>;

/// What a name in a condition stands for.
#[derive(Clone, Debug)]
enum Atom {
    /// A value inside the event: its type and the names of the fields that lead to it.
    Event(Ty, Vec<SmolStr>),
    /// A value inside an element of a list or set of the event.
    Element(Ty, SmolStr, Vec<SmolStr>),
    Key(u32),
    Constant(Value),
    /// The first, where it is there; else the second.
    Either(Box<Atom>, Box<Atom>),
    Other,
}

/// What the names of one frame stand for: of the clause, or of a function's body.
#[derive(Clone, Debug)]
struct Scope {
    names: Vec<(LocalId, Atom)>,
    /// Whether the lets of the block are names too.
    lets: bool,
}

struct Search<'p> {
    program: &'p Program,
    def: &'p BlockDef,
    steps: usize,
}

impl<'p> Search<'p> {
    fn scope(&self, event: RecordId, binder: LocalId) -> Scope {
        Scope { names: vec![(binder, Atom::Event(Ty::Record(event), Vec::new()))], lets: true }
    }

    fn spent(&mut self) -> bool {
        self.steps += 1;
        self.steps > MOST_STEPS
    }

    /// The ways in which `e` can be `truth`.
    fn ways(&mut self, e: &Expr, truth: bool, scope: &Scope) -> Ways {
        if self.spent() {
            return anything();
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.ways_inner(e, truth, scope))
    }

    fn ways_inner(&mut self, e: &Expr, truth: bool, scope: &Scope) -> Ways {
        match &e.kind {
            K::Const(Value::Bool(b)) if *b != truth => Vec::new(),
            K::Not(a) => self.ways(a, !truth, scope),
            K::And(parts) | K::Or(parts) => {
                let each: Vec<Ways> = parts.iter().map(|p| self.ways(p, truth, scope)).collect();
                if matches!(e.kind, K::And(_)) == truth { both(each) } else { either(each) }
            }
            K::Implies(a, b) => {
                let parts = vec![self.ways(a, !truth, scope), self.ways(b, truth, scope)];
                if truth { either(parts) } else { both(vec![self.ways(a, true, scope), self.ways(b, false, scope)]) }
            }
            K::If(c, a, b) => {
                let yes = both(vec![self.ways(c, true, scope), self.ways(a, truth, scope)]);
                let no = both(vec![self.ways(c, false, scope), self.ways(b, truth, scope)]);
                either(vec![yes, no])
            }
            K::Match { arms, .. } => {
                let each = arms.iter().map(|a| self.ways(a, truth, scope)).collect();
                either(each)
            }
            K::Compare(CompareOp::Eq, a, b) if truth => self.equal(a, b, scope),
            K::Compare(CompareOp::Ne, a, b) if !truth => self.equal(a, b, scope),
            K::Builtin(Builtin::InCollection, args) if truth => match args.as_slice() {
                [x, xs] => self.member(x, xs, scope),
                _ => anything(),
            },
            K::Quantifier { kind, binders, collection, body } => {
                let exists = match kind {
                    QuantifierKind::Any => truth,
                    QuantifierKind::No => !truth,
                    QuantifierKind::All => return anything(),
                };
                match (exists, binders.as_slice()) {
                    (true, [binder]) => {
                        let element = self.element(collection, scope);
                        let mut inner = scope.clone();
                        inner.names.push((*binder, element));
                        self.ways(body, true, &inner)
                    }
                    _ => anything(),
                }
            }
            K::Call(id, args) => {
                let Some(define) = self.program.defines.get(id.0 as usize) else { return anything() };
                let names = args.iter().enumerate().map(|(n, a)| (LocalId(n as u32), self.atom(a, scope))).collect();
                self.ways(&define.body, truth, &Scope { names, lets: false })
            }
            K::Local(id) if lookup(scope, *id).is_none() => match self.let_value(*id, scope) {
                Some(value) => self.ways(value, truth, scope),
                None => anything(),
            },
            _ => anything(),
        }
    }

    /// The value of a let of the block.
    fn let_value(&self, id: LocalId, scope: &Scope) -> Option<&'p Expr> {
        let lets = if scope.lets { self.def.react_lets.as_slice() } else { &[] };
        lets.iter().find(|l| l.local == id).map(|l| &l.value)
    }

    fn equal(&mut self, a: &Expr, b: &Expr, scope: &Scope) -> Ways {
        let (a, b) = (self.atom(a, scope), self.atom(b, scope));
        match (a, b) {
            (Atom::Key(k), other) | (other, Atom::Key(k)) => self.selected(k, &other),
            _ => anything(),
        }
    }

    /// The ways in which key `k` equals the atom.
    fn selected(&self, k: u32, atom: &Atom) -> Ways {
        let from = match atom {
            Atom::Event(_, path) => Source::Field(joined(path)),
            Atom::Element(_, of, path) => {
                Source::Element { of: of.clone(), field: (!path.is_empty()).then(|| joined(path)) }
            }
            Atom::Constant(Value::None) => return Vec::new(),
            Atom::Constant(value) => Source::Constant(value.clone()),
            Atom::Either(a, b) => return either(vec![self.selected(k, a), self.selected(k, b)]),
            Atom::Key(_) | Atom::Other => return anything(),
        };
        let key_path = self.key_path(k);
        vec![BTreeSet::from([Selection { key: k, key_path, from }])]
    }

    fn key_path(&self, k: u32) -> SmolStr {
        self.def.keys.get(k as usize).map(|key| key.path.clone()).unwrap_or_default()
    }

    fn member(&mut self, x: &Expr, xs: &Expr, scope: &Scope) -> Ways {
        if let K::Set(items) | K::List(items) = &xs.kind {
            let each = items.iter().map(|i| self.equal(x, i, scope)).collect();
            return either(each);
        }
        match (self.atom(x, scope), self.element(xs, scope)) {
            (Atom::Key(k), element) => self.selected(k, &element),
            _ => anything(),
        }
    }

    /// What an element of a collection stands for.
    fn element(&mut self, collection: &Expr, scope: &Scope) -> Atom {
        self.element_of(self.atom(collection, scope))
    }

    fn element_of(&self, collection: Atom) -> Atom {
        match collection {
            Atom::Event(ty, path) => match ty.present().element() {
                Some(inner) => Atom::Element(inner.clone(), joined(&path), Vec::new()),
                None => Atom::Other,
            },
            Atom::Either(a, b) => Atom::Either(Box::new(self.element_of(*a)), Box::new(self.element_of(*b))),
            // Of an empty list there is no element: a value that equals nothing.
            Atom::Constant(Value::List(items) | Value::Set(items)) => match &*items {
                [] => Atom::Constant(Value::None),
                [one] => Atom::Constant(one.clone()),
                _ => Atom::Other,
            },
            Atom::Constant(_) | Atom::Element(..) | Atom::Key(_) | Atom::Other => Atom::Other,
        }
    }

    fn atom(&self, e: &Expr, scope: &Scope) -> Atom {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.atom_inner(e, scope))
    }

    fn atom_inner(&self, e: &Expr, scope: &Scope) -> Atom {
        match &e.kind {
            K::Const(value) => Atom::Constant(value.clone()),
            K::Key(k) => Atom::Key(*k),
            K::Set(items) | K::List(items) if items.is_empty() => {
                Atom::Constant(Value::List(std::sync::Arc::from(Vec::new())))
            }
            K::Global(id) => match self.program.lets.get(id.0 as usize).map(|l| &l.value.kind) {
                Some(K::Const(value)) => Atom::Constant(value.clone()),
                _ => Atom::Other,
            },
            K::Local(id) => match lookup(scope, *id) {
                Some(atom) => atom.clone(),
                None => match self.let_value(*id, scope) {
                    Some(value) => self.atom(value, scope),
                    None => Atom::Other,
                },
            },
            K::Field(base, index) => self.field(self.atom(base, scope), *index),
            K::Otherwise(a, b) => Atom::Either(Box::new(self.atom(a, scope)), Box::new(self.atom(b, scope))),
            _ => Atom::Other,
        }
    }

    fn field(&self, base: Atom, index: u32) -> Atom {
        match base {
            Atom::Event(ty, mut path) => match self.field_of(&ty, index) {
                Some((ty, name)) => {
                    path.push(name);
                    Atom::Event(ty, path)
                }
                None => Atom::Other,
            },
            Atom::Element(ty, of, mut path) => match self.field_of(&ty, index) {
                Some((ty, name)) => {
                    path.push(name);
                    Atom::Element(ty, of, path)
                }
                None => Atom::Other,
            },
            Atom::Key(_) | Atom::Constant(_) | Atom::Either(..) | Atom::Other => Atom::Other,
        }
    }

    fn field_of(&self, ty: &Ty, index: u32) -> Option<(Ty, SmolStr)> {
        let Ty::Record(id) = ty.present() else { return None };
        let field = self.program.types.records.get(id.0 as usize)?.fields.get(index as usize)?;
        Some((field.ty.clone(), field.name.clone()))
    }
}

fn lookup(scope: &Scope, id: LocalId) -> Option<&Atom> {
    scope.names.iter().rev().find(|(l, _)| *l == id).map(|(_, atom)| atom)
}

fn joined(path: &[SmolStr]) -> SmolStr {
    path.join(".").into()
}

fn anything() -> Ways {
    vec![BTreeSet::new()]
}

/// All of the parts hold. Where that has too many alternatives a part is left out: the others still narrow.
fn both(parts: Vec<Ways>) -> Ways {
    let mut all = anything();
    for part in parts {
        let part = least(part);
        if part.is_empty() {
            return Vec::new();
        }
        if all.len().saturating_mul(part.len()) > MOST_WAYS {
            continue;
        }
        all = all.iter().flat_map(|a| part.iter().map(move |b| a.union(b).cloned().collect())).collect();
    }
    all
}

/// One of the parts holds.
fn either(parts: Vec<Ways>) -> Ways {
    let all = least(parts.into_iter().flatten().collect());
    if all.len() > MOST_WAYS { anything() } else { all }
}

/// Without the ways that another one covers.
fn least(mut ways: Ways) -> Ways {
    ways.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut kept: Ways = Vec::new();
    for way in ways {
        if !kept.iter().any(|k| k.is_subset(&way)) {
            kept.push(way);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Checked;

    fn program(conditions: &[&str]) -> Checked {
        let triggers: String =
            conditions.iter().enumerate().map(|(n, c)| format!("    revoke t{n}: on Gone as e when {c}\n")).collect();
        let text = format!(
            "event Gone {{ party: string, other: string?, all: set<string>, who: list<Who>, kind: Kind }}\n\
             enum Kind {{ one, two }}\n\
             record Who {{ id: string }}\n\
             record P {{ id: string, at: string }}\n\
             define same(a: string, b: string): bool = a == b\n\
             participation p(x: P) {{\n    key x.id, x.at\n    let id = x.id\n    let home = id == \"home\"\n\
             \x20   require named: x.id != \"\"\n{triggers}}}\n"
        );
        let analysis =
            crate::driver::analyse(&crate::loader::from_text("watch.trust", std::path::Path::new("."), &text));
        let found: Vec<_> = analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
        analysis.checked().map(|(program, _)| program).unwrap_or_else(|_| panic!("{found:?}"))
    }

    /// `0=party` for a field, `0~all` for an element, `0:"x"` for a constant; ways by `|`.
    fn shown(condition: &str) -> String {
        let program = program(&[condition]);
        let sets = watch_sets(&program, BlockId(0));
        let [watch] = sets.as_slice() else { panic!("one trigger") };
        let way = |w: &Way| {
            let each = w.selections.iter().map(|s| match &s.from {
                Source::Field(f) => format!("{}={f}", s.key),
                Source::Element { of, field: None } => format!("{}~{of}", s.key),
                Source::Element { of, field: Some(f) } => format!("{}~{of}.{f}", s.key),
                Source::Constant(Value::String(v)) => format!("{}:{v:?}", s.key),
                Source::Constant(v) => format!("{}:{v:?}", s.key),
            });
            each.collect::<Vec<_>>().join(" ")
        };
        watch.ways.iter().map(way).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn a_field_selects_a_key() {
        assert_eq!(shown("e.party == x.id"), "0=party");
        assert_eq!(shown("id == e.party"), "0=party");
        assert_eq!(shown("not (e.party != x.at)"), "1=party");
        assert_eq!(shown("e.party == x.id and e.kind == one"), "0=party");
        assert_eq!(shown("same(e.party, x.id)"), "0=party");
        assert_eq!(shown("has e.other and e.other == x.id"), "0=other");
        assert_eq!(shown("(e.other otherwise \"none\") == x.id"), "0=other | 0:\"none\"");
    }

    #[test]
    fn sets_select_keys() {
        assert_eq!(shown("e.party in {x.id, x.at}"), "0=party | 1=party");
        assert_eq!(shown("x.id in e.all"), "0~all");
        assert_eq!(shown("any w in e.who: w.id == x.id"), "0~who.id");
        assert_eq!(shown("not (no s in e.all: s == x.id)"), "0~all");
    }

    #[test]
    fn conditions_join() {
        assert_eq!(shown("e.party == x.id and (has e.other and e.other == x.at)"), "0=party 1=other");
        assert_eq!(shown("e.party == x.id or x.at in e.all"), "0=party | 1~all");
        assert_eq!(shown("match e.kind { one: e.party == x.id, two: false }"), "0=party");
        assert_eq!(shown("if e.kind == one then e.party == x.id else x.id in e.all"), "0=party | 0~all");
        assert_eq!(shown("e.kind == one implies e.party == x.id"), "");
        assert_eq!(shown("e.party == x.id and home"), "0=party 0:\"home\"");
    }

    #[test]
    fn what_selects_nothing_touches_every_key() {
        let program = program(&["e.kind == one", "e.party != x.id", "e.party == x.id or e.kind == two"]);
        for watch in watch_sets(&program, BlockId(0)) {
            assert!(!watch.finds_keys(), "{}", watch.rule);
            assert_eq!((watch.event_name.as_str(), watch.transition), ("Gone", Transition::Revoke));
        }
    }
}
