//! Bodies in turn; then: nothing refers to itself, however far around, and constants read no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use smol_str::SmolStr;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::annotations::Target;
use super::body::{Body, Place};
use super::{Checker, LetState, Node};
use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::ty::Ty;
use crate::program::walk::walk;
use crate::program::{ClauseId, ClauseKind, LetDef, LetId, ObligeTime};

impl Checker<'_> {
    pub(super) fn check_bodies(&mut self) {
        let lets = self.decls.lets.len();
        self.let_values = (0..lets).map(|_| None).collect();
        for index in 0..lets {
            self.let_type(LetId(index as u32), Span::default());
        }
        let values = std::mem::take(&mut self.let_values);
        self.program.lets = values.into_iter().flatten().collect();
        for index in 0..self.decls.defines.len() {
            self.check_define(index);
        }
        for index in 0..self.decls.blocks.len() {
            self.check_block(index);
        }
        for index in 0..self.decls.tests.len() {
            self.check_test(index);
        }
        for index in 0..self.decls.invariants.len() {
            self.check_invariant(index);
        }
    }

    /// The type of a top-level `let`, checked when it is first asked for.
    pub(super) fn let_type(&mut self, id: LetId, span: Span) -> Ty {
        let index = id.0 as usize;
        match self.let_states.get(index) {
            Some(LetState::Known(ty)) => return ty.clone(),
            Some(LetState::Running) | None => {
                if let Some((_, _, decl)) = self.decls.lets.get(index).copied() {
                    self.report(
                        Diagnostic::error("E0212", span, format!("`{}` is made from itself", decl.name.text))
                            .label("leads back to it")
                            .because(decl.name.span, "declared here"),
                    );
                }
                return Ty::Error;
            }
            Some(LetState::Waiting) => {}
        }
        let Some((module, item, decl)) = self.decls.lets.get(index).copied() else { return Ty::Error };
        self.let_states[index] = LetState::Running;
        let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
        let mut body = Body::new(self, module, Place::Let, Some(Node::Let(id)));
        let value = stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || body.let_value(decl));
        let frame = body.frame();
        let ty = value.ty.clone();
        if let Some(slot) = self.let_values.get_mut(index) {
            *slot = Some(LetDef { module, name: decl.name.text.clone(), span: decl.name.span, meta, value, frame });
        }
        self.let_states[index] = LetState::Known(ty.clone());
        ty
    }

    fn check_define(&mut self, index: usize) {
        let (module, _, decl) = self.decls.defines[index];
        let def = &self.program.defines[index];
        let tys: Vec<Ty> = def.params.iter().map(|p| p.ty.clone()).collect();
        let result = def.result.clone();
        let id = crate::program::DefineId(index as u32);
        let mut body = Body::new(self, module, Place::Define, Some(Node::Define(id)));
        body.bind_params(&decl.params, &tys);
        let value = body.expect(&decl.body, &result, &format!("the result of `{}`", decl.name.text));
        let frame = body.frame();
        let def = &mut self.program.defines[index];
        def.body = value;
        def.frame = frame;
    }

    /// Whether functions, blocks and lets form no cycle.
    pub(super) fn check_cycles(&mut self) -> bool {
        let mut graph: BTreeMap<Node, Vec<(Node, Span)>> = BTreeMap::new();
        for (from, to, span) in &self.edges {
            graph.entry(*from).or_default().push((*to, *span));
        }
        let mut state: HashMap<Node, u8> = HashMap::new();
        let mut found: Vec<(Node, Node, Span)> = Vec::new();
        let mut reads_clock: BTreeSet<Node> = self.clock_readers();
        let starts: Vec<Node> = graph.keys().copied().collect();
        let none: Vec<(Node, Span)> = Vec::new();
        for start in starts {
            if state.contains_key(&start) {
                continue;
            }
            state.insert(start, 1);
            let mut stack = vec![(start, 0usize)];
            while let Some((node, next)) = stack.last_mut() {
                let node = *node;
                let edges = graph.get(&node).unwrap_or(&none);
                if let Some((target, span)) = edges.get(*next).copied() {
                    *next += 1;
                    match state.get(&target) {
                        None => {
                            state.insert(target, 1);
                            stack.push((target, 0));
                        }
                        Some(1) => found.push((node, target, span)),
                        _ => {}
                    }
                } else {
                    if edges.iter().any(|(t, _)| reads_clock.contains(t)) {
                        reads_clock.insert(node);
                    }
                    state.insert(node, 2);
                    stack.pop();
                }
            }
        }
        let acyclic = found.is_empty();
        for (from, to, span) in found {
            // A let that leads to itself was reported when its type was asked for.
            if let (Node::Let(_), Node::Let(_)) = (from, to) {
                continue;
            }
            let (name, at) = self.node_name(to);
            self.report(
                Diagnostic::error("E0212", span, format!("`{name}` leads back to itself"))
                    .label("asks for it again, in a circle")
                    .because(at, "declared here")
                    .help("functions, blocks and constants form no circle, so that every decision ends"),
            );
        }
        if acyclic {
            self.constants_read_no_clock(&reads_clock);
        }
        acyclic
    }

    fn node_name(&self, node: Node) -> (SmolStr, Span) {
        let name = match node {
            Node::Let(id) => self.decls.lets.get(id.0 as usize).map(|(_, _, d)| &d.name),
            Node::Define(id) => self.decls.defines.get(id.0 as usize).map(|(_, _, d)| &d.name),
            Node::Block(id) => self.decls.blocks.get(id.0 as usize).map(|(_, _, d)| &d.name),
        };
        name.map(|n| (n.text.clone(), n.span)).unwrap_or_default()
    }

    /// The defines that read `now` themselves.
    fn clock_readers(&self) -> BTreeSet<Node> {
        let mut readers = BTreeSet::new();
        for (index, def) in self.program.defines.iter().enumerate() {
            let mut reads = false;
            walk(&def.body, &mut |e| reads |= matches!(e.kind, ExprKind::Now | ExprKind::BlockCall { .. }));
            if reads {
                readers.insert(Node::Define(crate::program::DefineId(index as u32)));
            }
        }
        readers
    }

    /// Top-level lets and triggers call no function that reads the clock.
    fn constants_read_no_clock(&mut self, readers: &BTreeSet<Node>) {
        let mut faults: Vec<(Span, SmolStr, &str)> = Vec::new();
        let mut look = |e: &Expr, place: &'static str, defines: &[crate::program::DefineDef]| {
            walk(e, &mut |e| {
                if let ExprKind::Call(id, _) = &e.kind
                    && readers.contains(&Node::Define(*id))
                {
                    let name = defines.get(id.0 as usize).map(|d| d.name.clone()).unwrap_or_default();
                    faults.push((e.span, name, place));
                }
            });
        };
        for def in &self.program.lets {
            look(&def.value, "a top-level `let` is a constant", &self.program.defines);
        }
        for block in &self.program.blocks {
            let place = "a trigger reads the event, the key and constants";
            for l in &block.react_lets {
                look(&l.value, place, &self.program.defines);
            }
            for clause in &block.clauses {
                match &clause.kind {
                    ClauseKind::Trigger { when, within, .. } => {
                        when.iter().for_each(|e| look(e, place, &self.program.defines));
                        if let Some((d, i)) = within {
                            look(d, place, &self.program.defines);
                            look(i, place, &self.program.defines);
                        }
                    }
                    ClauseKind::Reinstate { when, .. } => {
                        when.iter().for_each(|e| look(e, place, &self.program.defines));
                    }
                    _ => {}
                }
            }
        }
        for (span, name, help) in faults {
            self.report(
                Diagnostic::error("E0404", span, format!("`{name}` reads the clock and cannot be called here"))
                    .label("depends on `now`")
                    .help(help),
            );
        }
    }

    /// No obligation is overdue by way of itself, and a `let` that asks `overdue` stands below the lets that are needed for it.
    pub(super) fn check_overdue(&mut self, index: usize) {
        let Some(block) = self.program.blocks.get(index) else { return };
        let asks = |e: &Expr, lets: &mut BTreeSet<LocalId>, overdue: &mut BTreeSet<ClauseId>| {
            walk(e, &mut |e| match &e.kind {
                ExprKind::Local(id) => {
                    lets.insert(*id);
                }
                ExprKind::Overdue(id) => {
                    overdue.insert(*id);
                }
                _ => {}
            });
        };
        // What each obligation's time and condition read.
        let mut reads: Reads = BTreeMap::new();
        for (id, clause) in block.clauses() {
            if let ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } = &clause.kind {
                let (mut lets, mut overdue) = (BTreeSet::new(), BTreeSet::new());
                asks(due, &mut lets, &mut overdue);
                when.iter().for_each(|w| asks(w, &mut lets, &mut overdue));
                reads.insert(id, (lets, overdue, clause.name_span));
            }
        }
        let lets: BTreeMap<LocalId, usize> = block.lets.iter().enumerate().map(|(i, l)| (l.local, i)).collect();
        let mut let_asks: Vec<(usize, Span, BTreeSet<ClauseId>)> = Vec::new();
        for (i, l) in block.lets.iter().enumerate() {
            let (mut locals, mut overdue) = (BTreeSet::new(), BTreeSet::new());
            asks(&l.value, &mut locals, &mut overdue);
            if !overdue.is_empty() {
                let_asks.push((i, l.value.span, overdue));
            }
        }
        let order = Needs::new(&reads, &lets);
        let mut faults: Vec<Diagnostic> = order
            .circles
            .iter()
            .map(|span| {
                Diagnostic::error("E0212", *span, "this obligation depends on whether it is overdue itself")
                    .label("leads back to itself")
                    .help("an obligation's time and condition may ask `overdue` of others only")
            })
            .collect();
        for (i, span, overdue) in let_asks {
            if overdue.iter().any(|id| order.last_let.get(id).is_some_and(|last| last.is_some_and(|l| l >= i))) {
                faults.push(
                    Diagnostic::error("E0212", span, "this `let` is needed before it has a value")
                        .label("asks an obligation that needs this `let` or a later one")
                        .help(
                            "move it below the lets that the obligation reads, or ask `overdue` in the clause itself",
                        ),
                );
            }
        }
        self.diagnostics.extend(faults);
    }
}

type Reads = BTreeMap<ClauseId, (BTreeSet<LocalId>, BTreeSet<ClauseId>, Span)>;

/// What asking each obligation leads to.
#[derive(Default)]
struct Needs {
    /// The last let, by position, that is read on the way.
    last_let: BTreeMap<ClauseId, Option<usize>>,
    /// Obligations that lead back to themselves.
    circles: Vec<Span>,
}

impl Needs {
    fn new(reads: &Reads, lets: &BTreeMap<LocalId, usize>) -> Needs {
        let mut needs = Needs::default();
        let mut running: BTreeSet<ClauseId> = BTreeSet::new();
        for start in reads.keys() {
            // Depth first, with a stack of our own: (obligation, its next question).
            let mut stack: Vec<(ClauseId, Vec<ClauseId>)> = Vec::new();
            needs.enter(*start, reads, &mut running, &mut stack);
            while let Some((id, questions)) = stack.last_mut() {
                let id = *id;
                if let Some(next) = questions.pop() {
                    if running.contains(&next) {
                        needs.circles.extend(reads.get(&next).map(|(_, _, span)| *span));
                    } else {
                        needs.enter(next, reads, &mut running, &mut stack);
                    }
                    continue;
                }
                let (own, overdue) = match reads.get(&id) {
                    Some((locals, overdue, _)) => (locals.iter().filter_map(|l| lets.get(l)).copied().max(), overdue),
                    None => break,
                };
                let others = overdue.iter().filter_map(|o| needs.last_let.get(o).copied().flatten()).max();
                needs.last_let.insert(id, own.max(others));
                running.remove(&id);
                stack.pop();
            }
        }
        needs
    }

    fn enter(
        &self,
        id: ClauseId,
        reads: &Reads,
        running: &mut BTreeSet<ClauseId>,
        stack: &mut Vec<(ClauseId, Vec<ClauseId>)>,
    ) {
        if self.last_let.contains_key(&id) {
            return;
        }
        if let Some((_, overdue, _)) = reads.get(&id) {
            running.insert(id);
            stack.push((id, overdue.iter().copied().collect()));
        }
    }
}
