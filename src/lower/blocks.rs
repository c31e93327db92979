//! Blocks: standing, effect, grade, obligations, bare ttls, and the one member a nested call asks for.

use trust_runtime::graph::{Arith, Compare, FOREVER, Id};
use trust_runtime::time::MAX_INSTANT;
use trust_runtime::unit::Rows;

use super::values::{Lowered, Slot, Truth, Val};
use super::{Frame, Lowering, rows};
use crate::program::expr::{Expr, LocalId, Member, Prior};
use crate::program::ty::standing;
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, Hold, LetClause, ObligeTime};

/// What is known of the past.
#[derive(Clone)]
pub(super) enum Past {
    /// Asked at run time: the n-th trigger's bit.
    Bits,
    Triggers(Vec<ClauseId>),
    Standing {
        level: Id,
        until: Id,
    },
}

pub(super) struct StandingOf {
    pub level: Id,
    pub until: Id,
    pub cuts: Id,
}

pub(super) fn level(hold: Hold) -> u32 {
    match hold {
        Hold::Reverify => standing::REVERIFY,
        Hold::Suspend => standing::SUSPENDED,
        Hold::Revoke => standing::REVOKED,
    }
}

/// Called with a clause and the truth of its condition.
pub(super) type Seen<'s> = &'s mut dyn FnMut(ClauseId, Truth);

impl Lowering<'_> {
    /// Arguments are in the frame; every `let` in order. The lets' cuts count.
    pub(super) fn bind_lets(&mut self, f: &mut Frame, lets: &[LetClause]) -> Id {
        let mut cuts = self.g.forever();
        for l in lets {
            let lowered = self.expr(f, &l.value);
            cuts = self.g.min(cuts, lowered.cuts);
            f.set(l.local, Slot { val: lowered.val, until: lowered.until });
        }
        cuts
    }

    pub(super) fn standing_of(&mut self, f: &mut Frame, def: &BlockDef, past: &Past, seen: Seen<'_>) -> StandingOf {
        let forever = self.g.forever();
        let (mut found, mut until) = match past {
            Past::Standing { level, until } => (*level, *until),
            Past::Bits => (self.g.floor(), forever),
            Past::Triggers(_) => (self.g.int(i64::from(standing::ACTIVE)), forever),
        };
        let mut cuts = forever;
        let mut trigger = 0;
        for (id, clause) in def.clauses() {
            match &clause.kind {
                ClauseKind::Continuous { hold, when } => {
                    let t = self.truth(f, when);
                    seen(id, t);
                    found = self.raised(found, t.holds, *hold);
                    until = self.g.min(until, t.until);
                    cuts = self.g.min(cuts, t.cuts);
                }
                ClauseKind::Trigger { hold, .. } => {
                    let in_force = match past {
                        Past::Bits => self.g.prior(trigger),
                        Past::Triggers(set) => self.g.bool(set.contains(&id)),
                        Past::Standing { .. } => self.g.bool(false),
                    };
                    trigger += 1;
                    seen(id, Truth { holds: in_force, until: forever, cuts: forever });
                    found = self.raised(found, in_force, *hold);
                }
                _ => {}
            }
        }
        StandingOf { level: found, until, cuts }
    }

    fn raised(&mut self, found: Id, holds: Id, hold: Hold) -> Id {
        let level = self.g.int(i64::from(level(hold)));
        let zero = self.g.int(0);
        let this = self.g.select(holds, level, zero);
        self.g.max(found, this)
    }

    /// Whether the block permits.
    pub(super) fn effect_of(
        &mut self,
        f: &mut Frame,
        def: &BlockDef,
        standing: &StandingOf,
        seen: Seen<'_>,
        rows: &mut Vec<Rows>,
    ) -> (Truth, Truth, Truth) {
        let active = self.g.int(i64::from(standing::ACTIVE));
        let mut all = vec![Truth {
            // The lowest there is.
            holds: self.g.compare(Compare::Le, standing.level, active),
            until: standing.until,
            cuts: standing.cuts,
        }];
        let mut bases: Vec<Truth> = Vec::new();
        let groups = rows::groups(def);
        for (id, clause) in def.clauses() {
            // A clause that shares its body with others counts where the first of them stands.
            let t = match (groups.of(id), &clause.kind) {
                (Some(group), _) if !group.is_first(id) => continue,
                (Some(group), _) => {
                    let (t, found) = self.group(f, group);
                    rows.push(found);
                    t
                }
                (
                    None,
                    ClauseKind::Scope(e)
                    | ClauseKind::Require(e)
                    | ClauseKind::Deny(e)
                    | ClauseKind::Expires { denies: e }
                    | ClauseKind::TtlFrom { denies: e }
                    | ClauseKind::Basis(e),
                ) => {
                    let t = self.truth(f, e);
                    seen(id, t);
                    t
                }
                _ => continue,
            };
            match &clause.kind {
                ClauseKind::Scope(_) | ClauseKind::Require(_) => all.push(t),
                ClauseKind::Deny(_) | ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. } => {
                    let not = self.negated(t);
                    all.push(not);
                }
                ClauseKind::Basis(_) => bases.push(t),
                _ => {}
            }
        }
        let based = if bases.is_empty() { self.always(true) } else { self.any_of(&bases) };
        all.push(based);
        let in_time = self.in_time();
        all.push(in_time);
        (self.all_of(&all), based, in_time)
    }

    fn in_time(&mut self) -> Truth {
        let Some(framework) = &self.program.framework else { return self.always(true) };
        let (effective, until) = (framework.effective, framework.until);
        let mut parts = Vec::new();
        if let Some(at) = effective {
            parts.push(self.since(at));
        }
        if let Some(at) = until {
            let t = self.since(at);
            parts.push(self.negated(t));
        }
        self.all_of(&parts)
    }

    /// `now >= instant`
    fn since(&mut self, at: i64) -> Truth {
        let (now, at, forever) = (self.g.now(), self.g.int(at), self.g.forever());
        let holds = self.g.compare(Compare::Ge, now, at);
        Truth { holds, until: self.g.select(holds, forever, at), cuts: forever }
    }

    /// The grade and, by clause, whether each cap applies.
    pub(super) fn grade_of(&mut self, f: &mut Frame, def: &BlockDef, seen: Seen<'_>) -> Option<(Id, Id, Id)> {
        let grade = def.grade.as_ref()?;
        let from = self.expr(f, &grade.from);
        let mut found = self.node(&from.val);
        let (mut until, mut cuts) = (from.until, from.cuts);
        let forever = self.g.forever();
        for (id, clause) in def.clauses() {
            let ClauseKind::Cap { value, when } = &clause.kind else { continue };
            let applies = self.condition(f, when.as_ref());
            seen(id, applies);
            let value = self.expr(f, value);
            let cap = self.node(&value.val);
            let lowest = self.g.min(found, cap);
            found = self.g.select(applies.holds, lowest, found);
            let value_until = self.g.select(applies.holds, value.until, forever);
            let value_cuts = self.g.select(applies.holds, value.cuts, forever);
            for part in [applies.until, value_until] {
                until = self.g.min(until, part);
            }
            for part in [applies.cuts, value_cuts] {
                cuts = self.g.min(cuts, part);
            }
        }
        Some((found, until, cuts))
    }

    /// Where every bare `ttl` cuts.
    pub(super) fn bare_ttls(&mut self, f: &mut Frame, def: &BlockDef, seen: Seen<'_>) -> Id {
        let mut cut = self.g.forever();
        for (id, clause) in def.clauses() {
            let ClauseKind::Ttl { length, when } = &clause.kind else { continue };
            let applies = self.condition(f, when.as_ref());
            seen(id, applies);
            let length = self.expr(f, length);
            let length_id = self.node(&length.val);
            let (now, last, forever) = (self.g.now(), self.g.int(MAX_INSTANT), self.g.forever());
            let end = self.g.arith(Arith::InstantAdd, now, length_id);
            let comes = self.g.compare(Compare::Lt, end, last);
            let end = self.g.select(comes, end, forever);
            let own = self.g.min(end, length.until);
            let own = self.g.min(own, length.cuts);
            let own = self.g.select(applies.holds, own, forever);
            for part in [own, applies.until, applies.cuts] {
                cut = self.g.min(cut, part);
            }
        }
        cut
    }

    /// A dated obligation's `when` holds and `now` is past its due instant.
    pub(super) fn overdue(&mut self, f: &mut Frame, id: ClauseId) -> Truth {
        let Some(block) = f.block else { return self.always(false) };
        let program = self.program;
        match &program.block(block).clause(id).kind {
            ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } => {
                let when = self.condition(f, when.as_ref());
                let due = self.expr(f, due);
                let at = self.node(&due.val);
                let past = self.past(at);
                let past = self.within(past, due.until, due.cuts);
                self.and(when, past)
            }
            _ => self.always(false),
        }
    }

    /// `now > instant`: from one microsecond after it.
    pub(super) fn past(&mut self, at: Id) -> Truth {
        let (now, last, forever, one) = (self.g.now(), self.g.int(MAX_INSTANT), self.g.forever(), self.g.int(1));
        let holds = self.g.compare(Compare::Gt, now, at);
        let next = self.g.arith(Arith::IntAdd, at, one);
        let comes = self.g.compare(Compare::Le, next, last);
        let not_yet = self.g.not(holds);
        let flips = self.g.and(comes, not_yet);
        Truth { holds, until: self.g.select(flips, next, forever), cuts: forever }
    }

    /// Of the called block: its lets, the member asked for, its bare ttls.
    pub(super) fn block_call(
        &mut self,
        f: &mut Frame,
        block: BlockId,
        args: &[Expr],
        prior: &Prior,
        member: Member,
    ) -> Lowered {
        let program = self.program;
        let def = program.block(block);
        let mut inner = Frame { block: Some(block), ..Frame::default() };
        let mut cuts = self.g.forever();
        for (n, arg) in args.iter().enumerate() {
            let l = self.expr(f, arg);
            cuts = self.g.min(cuts, l.cuts);
            inner.set(LocalId(n as u32), Slot { val: l.val, until: l.until });
        }
        let past = match prior {
            Prior::None => Past::Triggers(Vec::new()),
            Prior::Triggers(set) => Past::Triggers(set.clone()),
            Prior::Standing(e) => {
                let l = self.expr(f, e);
                cuts = self.g.min(cuts, l.cuts);
                Past::Standing { level: self.node(&l.val), until: l.until }
            }
        };
        let lets = self.bind_lets(&mut inner, &def.lets);
        cuts = self.g.min(cuts, lets);
        let mut ignore = |_: ClauseId, _: Truth| {};
        let (val, until, own) = match member {
            Member::Permitted => {
                let s = self.standing_of(&mut inner, def, &past, &mut ignore);
                let (permits, _, _) = self.effect_of(&mut inner, def, &s, &mut ignore, &mut Vec::new());
                (permits.holds, permits.until, permits.cuts)
            }
            Member::Standing => {
                let s = self.standing_of(&mut inner, def, &past, &mut ignore);
                (s.level, s.until, s.cuts)
            }
            Member::Grade => match self.grade_of(&mut inner, def, &mut ignore) {
                Some(found) => found,
                None => (self.g.int(0), self.g.int(FOREVER), self.g.int(FOREVER)),
            },
        };
        cuts = self.g.min(cuts, own);
        let ttl = self.bare_ttls(&mut inner, def, &mut ignore);
        cuts = self.g.min(cuts, ttl);
        Lowered { val: Val::Node(val), until, cuts }
    }
}
