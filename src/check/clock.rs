//! Moving values: every comparison with the clock changes once, at an instant that can be computed.
//!
//! An instant or duration that depends on `now` moves. It may be shifted by a fixed duration, bound, passed to a function and
//! compared with something fixed. A value of another type may depend on the clock in steps; an instant or
//! duration may not. Runs on a program without other errors and without cycles.

use std::collections::HashMap;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Checker;
use crate::program::expr::{ArithOp, Builtin, CompareOp, Expr, ExprKind, Member, Prior};
use crate::program::ty::Ty;
use crate::program::{BlockId, ClauseKind, DefineId, ExpectKind, ObligeTime, OutcomeKind, Program, TestLine};

/// How a value depends on the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Taint {
    Fixed,
    /// Changes in steps, at instants that can be computed.
    Steps,
    /// An instant or duration that goes along with `now`.
    Moving,
}

/// The members of a block's decision.
#[derive(Clone, Copy)]
struct BlockTaint {
    permitted: Taint,
    grade: Taint,
    standing: Taint,
}

/// More ways to call one function with moving values than anybody writes.
const MAX_INSTANCES: usize = 20_000;

impl Checker<'_> {
    pub(super) fn check_clock(&mut self) {
        let mut clock =
            Clock { program: &self.program, faults: Vec::new(), defines: HashMap::new(), blocks: HashMap::new() };
        clock.program();
        let faults = clock.faults;
        self.diagnostics.extend(faults);
    }
}

struct Clock<'p> {
    program: &'p Program,
    faults: Vec<Diagnostic>,
    /// The result of a function by what its arguments are, and the place of the first fault inside.
    defines: HashMap<(DefineId, Vec<Taint>), (Taint, Option<Span>)>,
    blocks: HashMap<BlockId, BlockTaint>,
}

type Env = Vec<Taint>;

fn env(frame: u32) -> Env {
    vec![Taint::Fixed; frame as usize]
}

fn temporal(ty: &Ty) -> bool {
    matches!(ty.present(), Ty::Instant | Ty::Duration)
}

impl Clock<'_> {
    fn program(&mut self) {
        let program = self.program;
        for (index, def) in program.defines.iter().enumerate() {
            let fixed = vec![Taint::Fixed; def.params.len()];
            self.define(DefineId(index as u32), &fixed, None);
        }
        for index in 0..program.blocks.len() {
            self.block(BlockId(index as u32));
        }
        for invariant in &program.invariants {
            self.taint(&invariant.claim, &mut env(invariant.frame));
        }
        for test in &program.tests {
            let mut e = env(test.frame);
            for line in &test.lines {
                match line {
                    TestLine::At(i) => {
                        self.taint(i, &mut e);
                    }
                    TestLine::Let { local, value } => {
                        let t = self.taint(value, &mut e);
                        set(&mut e, local.0, t);
                    }
                    TestLine::Expect(x) => self.expectation(&x.kind, &mut e),
                }
            }
        }
    }

    fn expectation(&mut self, kind: &ExpectKind, e: &mut Env) {
        let (args, prior, outcomes) = match kind {
            ExpectKind::Holds(x) => {
                self.taint(x, e);
                return;
            }
            ExpectKind::Decides { args, prior, outcomes, .. } => (args, prior, outcomes),
            ExpectKind::Reacts { args, prior, outcomes, event, .. } => {
                self.fixed(event, e, "in an event");
                (args, prior, outcomes)
            }
        };
        for a in args {
            self.fixed(a, e, "as an argument of a block");
        }
        if let Prior::Standing(p) = prior {
            self.taint(p, e);
        }
        for o in outcomes {
            match &o.kind {
                // At the instant of the test these are plain values: `valid until now + 10m`.
                OutcomeKind::Grade(x) | OutcomeKind::Standing(x) | OutcomeKind::ValidUntil(x) => {
                    self.taint(x, e);
                }
                OutcomeKind::Obliges { due: x, .. } | OutcomeKind::Move { by: x, .. } => {
                    if let Some(x) = x {
                        self.taint(x, e);
                    }
                }
                OutcomeKind::Permit(_) | OutcomeKind::Deny(_) | OutcomeKind::Advises(_) | OutcomeKind::Nothing => {}
            }
        }
    }

    fn block(&mut self, id: BlockId) -> BlockTaint {
        if let Some(known) = self.blocks.get(&id) {
            return *known;
        }
        let block = self.program.block(id);
        let mut e = env(block.frame);
        let mut standing = Taint::Fixed;
        let mut permitted = match &self.program.framework {
            Some(f) if f.effective.is_some() || f.until.is_some() => Taint::Steps,
            _ => Taint::Fixed,
        };
        for l in &block.lets {
            let t = self.taint(&l.value, &mut e);
            set(&mut e, l.local.0, t);
        }
        let mut grade = block.grade.as_ref().map_or(Taint::Fixed, |g| self.taint(&g.from, &mut e));
        for clause in &block.clauses {
            match &clause.kind {
                ClauseKind::Scope(x) | ClauseKind::Require(x) | ClauseKind::Basis(x) | ClauseKind::Deny(x) => {
                    permitted = permitted.max(self.taint(x, &mut e));
                }
                ClauseKind::Expires { denies } | ClauseKind::TtlFrom { denies } => {
                    self.deadline(denies, &mut e);
                    permitted = Taint::Steps;
                }
                ClauseKind::Recommend(x) => {
                    self.taint(x, &mut e);
                }
                ClauseKind::Cap { value, when } => {
                    if let Some(w) = when {
                        grade = grade.max(self.taint(w, &mut e));
                    }
                    grade = grade.max(self.taint(value, &mut e));
                }
                ClauseKind::Ttl { length, when } => {
                    if let Some(w) = when {
                        self.taint(w, &mut e);
                    }
                    self.fixed(length, &mut e, "as the length of a `ttl`");
                }
                ClauseKind::Oblige { args, time, when, .. } => {
                    if let Some(w) = when {
                        self.taint(w, &mut e);
                    }
                    for a in args {
                        self.fixed(a, &mut e, "as an argument of a duty");
                    }
                    match time {
                        ObligeTime::Due(i) => self.due(i, &mut e),
                        ObligeTime::Within(d) => self.fixed(d, &mut e, "as the time of a `within`"),
                    }
                }
                ClauseKind::Continuous { when, .. } => standing = standing.max(self.taint(when, &mut e)),
                // They read no clock: checked where they are rewritten.
                ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => {}
            }
        }
        let taint = BlockTaint { permitted: permitted.max(standing), grade, standing };
        self.blocks.insert(id, taint);
        taint
    }

    /// The condition made of an `expires` or a `ttl … from`: its instant must be fixed.
    fn deadline(&mut self, denies: &Expr, e: &mut Env) {
        let before = self.faults.len();
        self.taint(denies, e);
        // The instant stands twice in a `ttl`; one fault is enough.
        self.faults.truncate(before + 1);
    }

    fn define(&mut self, id: DefineId, args: &[Taint], call: Option<Span>) -> Taint {
        let key = (id, args.to_vec());
        let known = self.defines.get(&key).copied();
        let (taint, fault) = match known {
            Some(known) => known,
            None => {
                if self.defines.len() > MAX_INSTANCES {
                    return Taint::Fixed;
                }
                let Some(def) = self.program.defines.get(id.0 as usize) else { return Taint::Fixed };
                let mut e = env(def.frame);
                for (n, t) in args.iter().enumerate() {
                    set(&mut e, n as u32, *t);
                }
                let outside = std::mem::take(&mut self.faults);
                let taint = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.taint(&def.body, &mut e));
                let inside = std::mem::replace(&mut self.faults, outside);
                let fault = inside.first().map(|d| d.span);
                if call.is_none() {
                    self.faults.extend(inside);
                }
                self.defines.insert(key, (taint, fault));
                (taint, fault)
            }
        };
        if let (Some(call), Some(fault)) = (call, fault)
            && args.iter().any(|t| *t != Taint::Fixed)
        {
            let name = self.program.defines.get(id.0 as usize).map(|d| d.name.clone()).unwrap_or_default();
            self.faults.push(
                Diagnostic::error("E0401", call, format!("`{name}` cannot be given a value that moves with the clock"))
                    .label("given one here")
                    .because(fault, "uses it in a way that has no single instant of change")
                    .help("compare it with `<`, `<=`, `>` or `>=` instead"),
            );
        }
        taint
    }

    /// A place where nothing may move.
    fn fixed(&mut self, x: &Expr, e: &mut Env, place: &str) {
        if self.taint(x, e) == Taint::Moving {
            self.moving(x.span, place);
        }
    }

    fn due(&mut self, x: &Expr, e: &mut Env) {
        if self.taint(x, e) == Taint::Moving {
            self.faults.push(
                Diagnostic::error("E0401", x.span, "a date that moves with the clock is never reached")
                    .label("moves with `now`")
                    .help("count from an instant in the facts: `due partner.last_attested + 335d`")
                    .help(
                        "or write `within 24h` instead of `due`: owed anew at every reliance, within that time of it",
                    ),
            );
        }
    }

    fn moving(&mut self, span: Span, place: &str) {
        self.faults.push(
            Diagnostic::error("E0401", span, format!("a value that moves with the clock cannot stand {place}"))
                .label("moves with `now`")
                .help("compare it with something fixed by `<`, `<=`, `>` or `>=`: then the answer changes once, at a known instant"),
        );
    }

    fn chosen(&mut self, span: Span, ty: &Ty) {
        let what = if matches!(ty.present(), Ty::Instant) { "an instant" } else { "a duration" };
        self.faults.push(
            Diagnostic::error("E0403", span, format!("{what} may not be chosen by the clock"))
                .label("which one it is depends on `now`")
                .help("put the choice into conditions: `(now < x and now < a) or (now >= x and now < b)`"),
        );
    }

    fn taint(&mut self, x: &Expr, e: &mut Env) -> Taint {
        let taint = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(x, e));
        if taint == Taint::Steps && temporal(&x.ty) {
            self.chosen(x.span, &x.ty);
            // Reported: what follows from it is no second error.
            return Taint::Fixed;
        }
        taint
    }

    /// The highest of several, none of which may move; `place` says where they stand.
    fn none_moving<'x>(&mut self, items: impl IntoIterator<Item = &'x Expr>, e: &mut Env, place: &str) -> Taint {
        let mut all = Taint::Fixed;
        for item in items {
            match self.taint(item, e) {
                Taint::Moving => self.moving(item.span, place),
                t => all = all.max(t),
            }
        }
        all
    }

    fn highest<'x>(&mut self, items: impl IntoIterator<Item = &'x Expr>, e: &mut Env) -> Taint {
        items.into_iter().map(|i| self.taint(i, e)).max().unwrap_or(Taint::Fixed)
    }

    fn kind(&mut self, x: &Expr, e: &mut Env) -> Taint {
        use ExprKind as K;
        match &x.kind {
            K::Const(_) | K::Global(_) | K::Data(_) | K::Key(_) | K::Error => Taint::Fixed,
            K::Now => Taint::Moving,
            K::Overdue(_) => Taint::Steps,
            K::Local(id) => e.get(id.0 as usize).copied().unwrap_or(Taint::Fixed),
            K::Field(base, _) => self.taint(base, e),
            K::Record(_, items) => self.none_moving(items, e, "in a record"),
            K::List(items) => self.none_moving(items, e, "in a list"),
            K::Set(items) => self.none_moving(items, e, "in a set"),
            K::With(base, fields) => {
                let base = self.taint(base, e);
                base.max(self.none_moving(fields.iter().map(|(_, v)| v), e, "in a record"))
            }
            K::Neg(a) | K::Not(a) | K::Matches(a, _) => self.taint(a, e),
            // A moving value is always there.
            K::Has(a) => match self.taint(a, e) {
                Taint::Moving => Taint::Fixed,
                t => t,
            },
            K::And(parts) | K::Or(parts) => self.highest(parts, e),
            K::Implies(a, b) => self.taint(a, e).max(self.taint(b, e)),
            K::Otherwise(a, b) => self.taint(a, e).max(self.taint(b, e)),
            K::If(c, a, b) => {
                let c = self.taint(c, e);
                let branches = self.taint(a, e).max(self.taint(b, e));
                self.choice(c, branches, x)
            }
            K::Match { scrutinee, arms, .. } => {
                let c = self.taint(scrutinee, e);
                let branches = self.highest(arms, e);
                self.choice(c, branches, x)
            }
            K::Compare(op, a, b) => self.compare(*op, a, b, e),
            K::Arith(op, a, b) => self.arith(*op, a, b, x.span, e),
            K::Builtin(op, args) => {
                let place = match op {
                    Builtin::AddMonths => "in `add_months`: a month is no fixed length",
                    _ => "in a question about a list or set",
                };
                self.none_moving(args, e, place)
            }
            K::Quantifier { binders, collection, body, .. } => {
                let of = self.taint(collection, e);
                for b in binders {
                    set(e, b.0, of);
                }
                of.max(self.taint(body, e))
            }
            K::Aggregate { item, binder, collection, condition, .. } => {
                let mut all = self.taint(collection, e);
                set(e, binder.0, all);
                if let Some(c) = condition {
                    all = all.max(self.taint(c, e));
                }
                if let Some(item) = item {
                    all = all.max(self.none_moving([&**item], e, "in an aggregate"));
                }
                all
            }
            K::Call(id, args) => {
                let args: Vec<Taint> = args.iter().map(|a| self.taint(a, e)).collect();
                self.define(*id, &args, Some(x.span))
            }
            K::BlockCall { block, args, prior, member } => {
                let mut all = self.none_moving(args, e, "as an argument of a block");
                if let Prior::Standing(p) = prior {
                    all = all.max(self.taint(p, e));
                }
                let of = self.block(*block);
                all.max(match member {
                    Member::Permitted => of.permitted,
                    Member::Grade => of.grade,
                    Member::Standing => of.standing,
                })
            }
        }
    }

    /// `if` and `match`: what the clock chooses may be no instant or duration.
    fn choice(&mut self, condition: Taint, branches: Taint, x: &Expr) -> Taint {
        if condition == Taint::Fixed {
            return branches;
        }
        if branches == Taint::Moving {
            self.chosen(x.span, &x.ty);
            return Taint::Fixed;
        }
        Taint::Steps
    }

    fn compare(&mut self, op: CompareOp, a: &Expr, b: &Expr, e: &mut Env) -> Taint {
        let (ta, tb) = (self.taint(a, e), self.taint(b, e));
        let moving = |t| t == Taint::Moving;
        if moving(ta) && moving(tb) {
            self.faults.push(
                Diagnostic::error("E0402", b.span, "both sides move with the clock")
                    .label("moves too")
                    .because(a.span, "moves with `now`")
                    .help("their difference never changes: compare with something fixed"),
            );
            return Taint::Steps;
        }
        if (moving(ta) || moving(tb)) && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let side = if moving(ta) { a } else { b };
            self.moving(side.span, "in an equality: it would hold for an instant only");
            return Taint::Steps;
        }
        if ta == Taint::Fixed && tb == Taint::Fixed { Taint::Fixed } else { Taint::Steps }
    }

    fn arith(&mut self, op: ArithOp, a: &Expr, b: &Expr, span: Span, e: &mut Env) -> Taint {
        let (ta, tb) = (self.taint(a, e), self.taint(b, e));
        let both = ta == Taint::Moving && tb == Taint::Moving;
        let any = ta == Taint::Moving || tb == Taint::Moving;
        match op {
            ArithOp::InstantDiff
            | ArithOp::InstantAdd
            | ArithOp::InstantSub
            | ArithOp::DurationAdd
            | ArithOp::DurationSub => {
                if both {
                    self.faults.push(
                        Diagnostic::error("E0402", span, "both sides move with the clock")
                            .label("two moving values joined")
                            .because(a.span, "moves with `now`")
                            .because(b.span, "moves too")
                            .help("only a fixed duration may shift a moving value"),
                    );
                    return Taint::Fixed;
                }
                ta.max(tb)
            }
            ArithOp::DurationMul | ArithOp::DurationDiv => {
                if any {
                    self.moving(if ta == Taint::Moving { a.span } else { b.span }, "in a product");
                    return Taint::Fixed;
                }
                ta.max(tb)
            }
            ArithOp::IntAdd
            | ArithOp::IntSub
            | ArithOp::IntMul
            | ArithOp::IntDiv
            | ArithOp::IntRem
            | ArithOp::DecimalAdd
            | ArithOp::DecimalSub
            | ArithOp::DecimalMul
            | ArithOp::DecimalDiv => ta.max(tb),
        }
    }
}

fn set(e: &mut Env, slot: u32, taint: Taint) {
    if let Some(s) = e.get_mut(slot as usize) {
        *s = taint;
    }
}
