//! Algebra of answers: what must hold between the parts of a decision, between decisions, and of reactions.

use std::collections::BTreeSet;

use trustc::decision::{Decision, Effect, ObligationTime, Reaction};
use trustc::facts::{Request, decode_args, read_request};
use trustc::interp::{Oracle, Prior, earlier};
use trustc::program::expr::Member;
use trustc::program::ty::standing;
use trustc::program::value::Value;
use trustc::program::{BlockDef, BlockId, BlockKind, Checked, ClauseId, ClauseKind, Hold, On, Reason};

use super::{Telling, checked, plan};
use crate::generate::rng::Rng;
use crate::generate::{Case, facts, wire};

fn level(block: &BlockDef, id: ClauseId) -> u32 {
    match &block.clause(id).kind {
        ClauseKind::Trigger { hold: Hold::Reverify, .. } => standing::REVERIFY,
        ClauseKind::Trigger { hold: Hold::Suspend, .. } => standing::SUSPENDED,
        ClauseKind::Trigger { hold: Hold::Revoke, .. } => standing::REVOKED,
        _ => standing::ACTIVE,
    }
}

/// Tries `f` on blocks, their arguments and an instant.
fn each(usual: u64, mut f: impl FnMut(&Tried<'_>, &mut Rng)) {
    for seed in plan(usual) {
        let (case, program) = checked(seed);
        let _telling = Telling(seed);
        let oracle = Oracle::new(&program);
        let mut rng = Rng::new(seed.rotate_left(17));
        for (index, block) in program.blocks.iter().enumerate() {
            for _ in 0..3 {
                let args = facts::args(&mut rng, &program, block, &case.hints);
                let times = facts::boundaries(&args, &case.hints);
                let now = facts::moment(&mut rng, &times);
                let id = BlockId(index as u32);
                f(&Tried { case: &case, program: &program, oracle: &oracle, block, id, args, now }, &mut rng);
            }
        }
    }
}

struct Tried<'a> {
    case: &'a Case,
    program: &'a Checked,
    oracle: &'a Oracle<'a>,
    block: &'a BlockDef,
    id: BlockId,
    args: Vec<Value>,
    now: i64,
}

impl Tried<'_> {
    fn decide(&self, prior: &Prior) -> Decision {
        self.oracle.decide(self.id, &self.args, prior, self.now)
    }

    fn told(&self) -> String {
        format!(
            "seed {}, block {}, at {}\nargs {:?}\n{}",
            self.case.seed, self.block.name, self.now, self.args, self.case.source
        )
    }
}

#[test]
fn the_parts_of_a_decision_agree() {
    each(100, |t, rng| {
        let triggers = facts::prior_triggers(rng, t.block);
        let decision = t.decide(&Prior::Triggers(triggers.clone()));
        let told = || format!("{decision:?}\n{}", t.told());
        let basis = |id: &ClauseId| matches!(t.block.clause(*id).kind, ClauseKind::Basis(_));
        match decision.effect {
            None => {
                assert_eq!(t.block.kind, BlockKind::Assessment, "{}", told());
                assert!(decision.reasons.is_empty() && decision.standing.is_none(), "{}", told());
            }
            Some(Effect::Permit) => {
                let blocks = |r: &Reason| !matches!(r, Reason::Clause(id) if basis(id));
                assert!(!decision.reasons.iter().any(blocks), "{}", told());
                assert_eq!(decision.standing, Some(standing::ACTIVE), "{}", told());
            }
            Some(Effect::Deny) => {
                assert!(!decision.reasons.is_empty(), "{}", told());
                let helps = |r: &Reason| matches!(r, Reason::Clause(id) if basis(id));
                assert!(!decision.reasons.iter().any(helps), "{}", told());
            }
        }
        if let Some(level_now) = decision.standing {
            let highest = triggers.iter().map(|id| level(t.block, *id)).max().unwrap_or(standing::ACTIVE);
            assert!(level_now >= highest, "{}", told());
            for id in &triggers {
                assert!(decision.reasons.contains(&Reason::Clause(*id)), "{}", told());
            }
        }
        assert_eq!(decision.grade.is_some(), t.block.grade.is_some(), "{}", told());
        for owed in &decision.obligations {
            let ClauseKind::Oblige { on, .. } = &t.block.clause(owed.clause).kind else { panic!("{}", told()) };
            let fits = match on {
                On::Any => true,
                On::Permit => decision.effect != Some(Effect::Deny),
                On::Deny => decision.effect != Some(Effect::Permit),
            };
            assert!(fits, "{}", told());
            if let ObligationTime::Due { due, overdue } = owed.time {
                assert_eq!(overdue, t.now > due, "{}", told());
            }
        }
        let sorted = |ids: &[ClauseId]| ids.windows(2).all(|w| w[0] < w[1]);
        assert!(sorted(&decision.caps) && sorted(&decision.advice), "{}", told());
    });
}

#[test]
fn a_stated_standing_weighs_as_much_as_the_triggers_behind_it() {
    each(80, |t, rng| {
        let triggers = facts::prior_triggers(rng, t.block);
        let highest = triggers.iter().map(|id| level(t.block, *id)).max().unwrap_or(standing::ACTIVE);
        let by_name = t.decide(&Prior::Triggers(triggers.clone()));
        let by_level = t.decide(&Prior::Standing(highest));
        let parts = |d: &Decision| {
            (d.effect, d.standing, d.grade, d.caps.clone(), d.advice.clone(), d.obligations.clone(), d.valid_until)
        };
        assert_eq!(parts(&by_name), parts(&by_level), "{triggers:?}\n{}", t.told());
        // One more trigger in force never helps.
        if let Some(more) = rng.pick(&facts::triggers(t.block)).copied() {
            let mut all = triggers.clone();
            all.insert(more);
            let worse = t.decide(&Prior::Triggers(all));
            assert!(worse.standing >= by_name.standing, "{}", t.told());
            assert_eq!(worse.effect, Some(Effect::Deny), "{}", t.told());
        }
    });
}

#[test]
fn a_member_and_an_explanation_say_what_the_decision_says() {
    each(80, |t, rng| {
        let prior = facts::prior(rng, t.block);
        let decision = t.decide(&prior);
        let told = || format!("{decision:?}\nprior {prior:?}\n{}", t.told());
        assert_eq!(t.oracle.explain(t.id, &t.args, &prior, t.now).decision, decision, "{}", told());
        let member = |m| t.oracle.member(t.id, &t.args, &prior, m, t.now);
        let until = |m| earlier(decision.valid_until, member(m).until);
        if let Some(effect) = decision.effect {
            assert_eq!(member(Member::Permitted).value, Value::Bool(effect == Effect::Permit), "{}", told());
            assert_eq!(Some(member(Member::Standing).value), decision.standing.map(Value::Case), "{}", told());
            assert_eq!(until(Member::Permitted), decision.valid_until, "{}", told());
            assert_eq!(until(Member::Standing), decision.valid_until, "{}", told());
        }
        if let Some(grade) = decision.grade {
            assert_eq!(member(Member::Grade).value, Value::Case(grade), "{}", told());
            assert_eq!(until(Member::Grade), decision.valid_until, "{}", told());
        }
    });
}

#[test]
fn facts_mean_the_same_in_every_form_of_json() {
    each(100, |t, rng| {
        let text = wire::args(rng, t.program, t.block, &t.args);
        let limits = &t.program.package.limits;
        let decoded = decode_args(&t.program.types, &t.block.params, text.as_bytes(), limits, false, "args");
        assert_eq!(decoded.as_ref(), Ok(&t.args), "{text}\n{}", t.told());
        let now = trust_runtime::time::format_instant(t.now);
        let mut parts = [
            format!("\"block\": \"{}\"", t.block.name),
            format!("\"args\": {text}"),
            format!("\"now\": \"{now}\""),
            "\"id\": {\"a\": [1]}".to_owned(),
        ];
        rng.shuffle(&mut parts);
        let line = format!("{{{}}}", parts.join(","));
        match read_request(t.program, line.as_bytes(), None, false) {
            Ok(Request::Decide { id, block, args, prior, now }) => {
                assert_eq!((block, now, prior), (t.id, t.now, BTreeSet::new()), "{line}");
                assert_eq!(args, t.args, "{line}");
                assert_eq!(id.as_deref(), Some("{\"a\": [1]}"), "{line}");
            }
            other => panic!("{other:?}\n{line}\n{}", t.told()),
        }
    });
}

#[test]
fn reactions_keep_revocations_and_may_be_repeated() {
    each(150, |t, rng| {
        let events = facts::events(t.block);
        let Some(event) = rng.pick(&events).copied() else { return };
        let key = t.oracle.key_of(t.id, &t.args);
        assert_eq!(key.len(), t.block.keys.len());
        let fields = facts::record(rng, &t.program.types, event, &t.case.hints);
        let prior = facts::prior_triggers(rng, t.block);
        let react = |prior: &BTreeSet<ClauseId>, now| t.oracle.react(t.id, event, &fields, &key, prior, now);
        let first: Reaction = react(&prior, t.now);
        let told = || format!("{first:?}\nevent {fields:?}\nkey {key:?}\nprior {prior:?}\n{}", t.told());
        let in_force: BTreeSet<ClauseId> = first.in_force.iter().copied().collect();
        let second = react(&in_force, t.now);
        assert_eq!((&second.in_force, &second.moves), (&first.in_force, &first.moves), "{}", told());
        let highest = in_force.iter().map(|id| level(t.block, *id)).max().unwrap_or(standing::ACTIVE);
        assert_eq!(first.standing, highest, "{}", told());
        for id in prior.iter().filter(|id| level(t.block, **id) == standing::REVOKED) {
            assert!(in_force.contains(id), "{}", told());
        }
        for moved in &first.moves {
            let trigger = matches!(t.block.clause(moved.clause).kind, ClauseKind::Trigger { .. });
            assert!(!trigger || in_force.contains(&moved.clause), "{}", told());
            assert_eq!(moved.late, moved.deadline.is_some_and(|d| t.now > d), "{}", told());
        }
        // The clock says only what is late.
        let later = react(&prior, t.now.saturating_add(1).min(crate::generate::pools::MAX_INSTANT));
        let what = |r: &Reaction| r.moves.iter().map(|m| (m.clause, m.deadline)).collect::<Vec<_>>();
        assert_eq!((what(&later), &later.in_force), (what(&first), &first.in_force), "{}", told());
    });
}
