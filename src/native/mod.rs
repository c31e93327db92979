//! The native engine: blocks lowered, generated and called.
//!
//! In: a checked program, facts as values. Out: the same decisions and reactions as the oracle's. A block is compiled when it is
//! first asked.

mod facts;
mod read;
pub mod schema;
#[cfg(test)]
mod tests;
pub mod values;

pub use schema::schema;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use trust_runtime::codegen::{self, Code, CodegenError, Entered, Entry};
use trust_runtime::graph::{FOREVER, Graph, Id};

use crate::decision::{Decision, Effect, Move, Obligation, ObligationTime, Reaction};
use crate::interp::Prior;
use crate::lower::layout::Layouts;
use crate::lower::{self, LoweredBlock, Shape};
use crate::program::ty::{RecordId, Ty, standing};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, Checked, ClauseId, ClauseKind, Hold, Reason, Transition};
use facts::Facts;

pub struct Native<'p> {
    program: &'p Checked,
    layouts: Layouts,
    blocks: Vec<OnceLock<Result<Compiled, CodegenError>>>,
}

/// A block in native code.
struct Compiled {
    lowered: LoweredBlock,
    code: Code,
    /// Where each output stands among the words of `decide`.
    decide: Words,
    decide_entry: usize,
    permits_entry: Option<usize>,
    reacts: BTreeMap<RecordId, (usize, Words)>,
}

/// The outputs of an entry and the word each begins at.
struct Words {
    at: HashMap<Id, usize>,
    len: usize,
}

impl Words {
    fn new(graph: &Graph, ids: &mut Vec<Id>) -> Words {
        let mut at = HashMap::new();
        let mut len = 0;
        ids.retain(|id| {
            let new = !at.contains_key(id);
            if new {
                at.insert(*id, len);
                len += codegen::words(graph.kind(*id));
            }
            new
        });
        Words { at, len }
    }
}

impl<'p> Native<'p> {
    pub fn new(program: &'p Checked) -> Native<'p> {
        Native {
            program,
            layouts: Layouts::new(&program.types),
            blocks: program.blocks.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    fn compiled(&self, id: BlockId) -> Result<&Compiled, &CodegenError> {
        static NO_BLOCK: OnceLock<CodegenError> = OnceLock::new();
        match self.blocks.get(id.0 as usize) {
            Some(cell) => cell.get_or_init(|| self.compile(id)).as_ref(),
            None => Err(NO_BLOCK.get_or_init(|| CodegenError("there is no such block".into()))),
        }
    }

    fn compile(&self, id: BlockId) -> Result<Compiled, CodegenError> {
        let lowered = lower::lower(self.program, &self.layouts, id);
        let mut entries = Vec::new();
        let permits_entry = lowered.permits.map(|permits| {
            entries.push(Entry::Predicate(permits));
            entries.len() - 1
        });
        let mut ids = outputs(&lowered);
        let decide = Words::new(&lowered.graph, &mut ids);
        entries.push(Entry::Outputs(ids));
        let decide_entry = entries.len() - 1;
        let mut reacts = BTreeMap::new();
        let events: BTreeSet<RecordId> = lowered.triggers.iter().map(|t| t.event).collect();
        for event in events {
            let mut ids: Vec<Id> = Vec::new();
            for trigger in lowered.triggers.iter().filter(|t| t.event == event) {
                ids.push(trigger.matched);
                ids.extend(trigger.deadline);
            }
            let words = Words::new(&lowered.graph, &mut ids);
            entries.push(Entry::Outputs(ids));
            reacts.insert(event, (entries.len() - 1, words));
        }
        let code = codegen::compile(&lowered.graph, &entries)?;
        Ok(Compiled { lowered, code, decide, decide_entry, permits_entry, reacts })
    }

    /// The graph of a block, for reviewers.
    pub fn graph(&self, id: BlockId) -> String {
        let lowered = lower::lower(self.program, &self.layouts, id);
        let def = self.program.block(id);
        let mut named: Vec<(String, Id)> = Vec::new();
        let mut add = |name: &str, id: Option<Id>| named.extend(id.map(|id| (name.to_owned(), id)));
        add("permits", lowered.permits);
        add("standing", lowered.standing);
        add("grade", lowered.grade);
        add("valid_until", Some(lowered.valid_until));
        for clause in &lowered.clauses {
            add(&def.clause(clause.clause).name, Some(clause.holds));
        }
        lowered.graph.print(&named)
    }

    /// `permits` alone.
    pub fn permits(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Option<bool>, String> {
        let compiled = self.compiled(block).map_err(ToString::to_string)?;
        let Some(entry) = compiled.permits_entry else { return Ok(None) };
        let def = self.program.block(block);
        let facts = self.facts(def, args);
        let prior = bits(def, prior, compiled.code.prior_words());
        let at = Entered { facts: facts.address(), prior: &prior, now };
        // SAFETY: `facts` holds the block's parameters in its native layout and lives until after the call.
        Ok(Some(unsafe { compiled.code.holds(entry, at) }))
    }

    fn facts(&self, def: &BlockDef, args: &[Value]) -> Facts {
        let tys: Vec<Ty> = def.params.iter().map(|p| p.ty.clone()).collect();
        Facts::new(&self.program.types, &self.layouts, &tys, args)
    }

    pub fn decide(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Decision, String> {
        let compiled = self.compiled(block).map_err(ToString::to_string)?;
        let def = self.program.block(block);
        let facts = self.facts(def, args);
        let prior = bits(def, prior, compiled.code.prior_words());
        let mut words = vec![0u64; compiled.decide.len];
        let at = Entered { facts: facts.address(), prior: &prior, now };
        // SAFETY: `facts` holds the block's parameters in its native layout and lives until what was written is read.
        let done = unsafe { compiled.code.outputs(&compiled.lowered.graph, compiled.decide_entry, at, &mut words) };
        if !done {
            return Err("the native code takes other arguments".into());
        }
        Ok(self.decision(compiled, def, &words))
    }

    fn decision(&self, compiled: &Compiled, def: &BlockDef, words: &[u64]) -> Decision {
        let lowered = &compiled.lowered;
        let word = |id: Id| compiled.decide.at.get(&id).and_then(|at| words.get(*at)).copied().unwrap_or(0);
        let truth = |id: Id| word(id) & 1 == 1;
        let effect = lowered.permits.map(|p| if truth(p) { Effect::Permit } else { Effect::Deny });
        let held: HashMap<ClauseId, bool> = lowered.clauses.iter().map(|c| (c.clause, truth(c.holds))).collect();
        let holds = |id: ClauseId| held.get(&id).copied().unwrap_or(false);
        let reasons = match effect {
            Some(effect) => {
                reasons(def, effect, holds, lowered.based.is_none_or(truth), lowered.in_time.is_none_or(truth))
            }
            None => Vec::new(),
        };
        let of = |wanted: fn(&ClauseKind, bool) -> bool| -> Vec<ClauseId> {
            def.clauses().filter(|(id, c)| wanted(&c.kind, holds(*id))).map(|(id, _)| id).collect()
        };
        let reader =
            read::Reader { types: &self.program.types, layouts: &self.layouts, at: &compiled.decide.at, words };
        let obligations = lowered
            .obligations
            .iter()
            .filter(|o| truth(o.applies))
            .map(|o| Obligation {
                clause: o.clause,
                // SAFETY: the words were written for these facts, which still stand.
                args: o.args.iter().map(|s| unsafe { reader.value(s) }).collect(),
                time: match o.time {
                    lower::ObligationTime::Due { due, overdue } => {
                        ObligationTime::Due { due: word(due) as i64, overdue: truth(overdue) }
                    }
                    lower::ObligationTime::Within(length) => ObligationTime::Within(word(length) as i64),
                },
            })
            .collect();
        let until = word(lowered.valid_until) as i64;
        Decision {
            block: lowered.block,
            effect,
            reasons,
            standing: lowered.standing.map(|s| word(s) as u32),
            grade: lowered.grade.map(|g| word(g) as u32),
            caps: of(|kind, holds| matches!(kind, ClauseKind::Cap { .. }) && holds),
            advice: of(|kind, holds| matches!(kind, ClauseKind::Recommend(_)) && !holds),
            obligations,
            valid_until: (until != FOREVER).then_some(until),
        }
    }

    pub fn react(
        &self,
        block: BlockId,
        event: RecordId,
        fields: &Value,
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
    ) -> Result<Reaction, String> {
        let def = self.program.block(block);
        let mut matched: BTreeMap<ClauseId, Option<i64>> = BTreeMap::new();
        let compiled = self.compiled(block).map_err(ToString::to_string)?;
        if let Some((entry, outputs)) = compiled.reacts.get(&event) {
            let event_facts =
                Facts::new(&self.program.types, &self.layouts, &[Ty::Record(event)], std::slice::from_ref(fields));
            let tys: Vec<Ty> = def.keys.iter().map(|k| k.expr.ty.clone()).collect();
            let keys = Facts::new(&self.program.types, &self.layouts, &tys, key);
            let mut words = vec![0u64; outputs.len];
            // A reaction reads the key where a decision reads its prior.
            let size = self.layouts.sequence(tys.iter()).size.bytes as usize;
            // SAFETY: the key's struct has that many bytes, and its memory is rounded up to whole words.
            let key_words = unsafe { std::slice::from_raw_parts(keys.address().cast::<u64>(), size.div_ceil(8)) };
            let at = Entered { facts: event_facts.address(), prior: key_words, now };
            // SAFETY: both structs are in their native layout and live until what was written is read.
            unsafe { compiled.code.outputs(&compiled.lowered.graph, *entry, at, &mut words) };
            let word = |id: Id| outputs.at.get(&id).and_then(|at| words.get(*at)).copied().unwrap_or(0);
            for trigger in compiled.lowered.triggers.iter().filter(|t| t.event == event) {
                if word(trigger.matched) & 1 == 1 {
                    matched.insert(trigger.clause, trigger.deadline.map(|d| word(d) as i64));
                }
            }
        }
        Ok(reaction(block, def, &matched, prior, now))
    }
}

/// What matched → moves and what is then in force. Reinstates apply first; a revocation stays.
fn reaction(
    block: BlockId,
    def: &BlockDef,
    matched: &BTreeMap<ClauseId, Option<i64>>,
    prior: &BTreeSet<ClauseId>,
    now: i64,
) -> Reaction {
    let mut moves = Vec::new();
    let mut lifted: BTreeSet<ClauseId> = BTreeSet::new();
    for (clause, deadline) in matched {
        let transition = match &def.clause(*clause).kind {
            ClauseKind::Trigger { hold: Hold::Suspend, .. } => Transition::Suspend,
            ClauseKind::Trigger { hold: Hold::Reverify, .. } => Transition::Reverify,
            ClauseKind::Trigger { hold: Hold::Revoke, .. } => Transition::Revoke,
            ClauseKind::Reinstate { lifts, .. } => {
                lifted.extend(lifts.iter().copied());
                Transition::Reinstate
            }
            _ => continue,
        };
        moves.push(Move { clause: *clause, transition, deadline: *deadline, late: deadline.is_some_and(|d| now > d) });
    }
    let mut in_force = Vec::new();
    let mut level = standing::ACTIVE;
    for (id, clause) in def.clauses() {
        let ClauseKind::Trigger { hold, .. } = &clause.kind else { continue };
        let stays = prior.contains(&id) && (*hold == Hold::Revoke || !lifted.contains(&id));
        if stays || matched.contains_key(&id) {
            in_force.push(id);
            level = level.max(match hold {
                Hold::Reverify => standing::REVERIFY,
                Hold::Suspend => standing::SUSPENDED,
                Hold::Revoke => standing::REVOKED,
            });
        }
    }
    Reaction { block, moves, standing: level, in_force }
}

/// The stated standing, then the bits of the triggers in force, the n-th trigger the n-th bit.
fn bits(def: &BlockDef, prior: &Prior, words: usize) -> Vec<u64> {
    let triggers: Vec<ClauseId> =
        def.clauses().filter(|(_, c)| matches!(c.kind, ClauseKind::Trigger { .. })).map(|(id, _)| id).collect();
    let mut bits = vec![0u64; words.max(1 + triggers.len().div_ceil(64))];
    match prior {
        Prior::None => {}
        Prior::Standing(level) => {
            if let Some(floor) = bits.first_mut() {
                *floor = u64::from(*level);
            }
        }
        Prior::Triggers(set) => {
            for (n, _) in triggers.iter().enumerate().filter(|(_, id)| set.contains(id)) {
                if let Some(word) = bits.get_mut(n / 64 + 1) {
                    *word |= 1 << (n % 64);
                }
            }
        }
    }
    bits
}

fn reasons(
    def: &BlockDef,
    effect: Effect,
    holds: impl Fn(ClauseId) -> bool,
    based: bool,
    in_time: bool,
) -> Vec<Reason> {
    let clauses = |wanted: fn(&ClauseKind, bool) -> bool| {
        def.clauses()
            .filter(|(id, c)| wanted(&c.kind, holds(*id)))
            .map(|(id, _)| Reason::Clause(id))
            .collect::<Vec<_>>()
    };
    if effect == Effect::Permit {
        return clauses(|kind, holds| matches!(kind, ClauseKind::Basis(_)) && holds);
    }
    let mut all = clauses(|kind, holds| match kind {
        ClauseKind::Require(_) => !holds,
        ClauseKind::Deny(_)
        | ClauseKind::Expires { .. }
        | ClauseKind::TtlFrom { .. }
        | ClauseKind::Continuous { .. } => holds,
        _ => false,
    });
    all.extend(clauses(|kind, holds| matches!(kind, ClauseKind::Trigger { .. }) && holds));
    all.extend(clauses(|kind, holds| matches!(kind, ClauseKind::Scope(_)) && !holds));
    if !based {
        all.push(Reason::NoBasis);
    }
    if !in_time {
        all.push(Reason::Framework);
    }
    all
}

/// Everything a decision is read from.
fn outputs(lowered: &LoweredBlock) -> Vec<Id> {
    let mut ids = vec![lowered.valid_until];
    for id in [lowered.permits, lowered.standing, lowered.based, lowered.in_time, lowered.grade] {
        ids.extend(id);
    }
    ids.extend(lowered.clauses.iter().map(|c| c.holds));
    for o in &lowered.obligations {
        ids.push(o.applies);
        match o.time {
            lower::ObligationTime::Due { due, overdue } => ids.extend([due, overdue]),
            lower::ObligationTime::Within(length) => ids.push(length),
        }
        o.args.iter().for_each(|shape| nodes(shape, &mut ids));
    }
    ids
}

fn nodes(shape: &Shape, ids: &mut Vec<Id>) {
    match shape {
        Shape::Absent => {}
        Shape::Node(id, _) | Shape::RecordAt(id, _) | Shape::ListAt { at: id, .. } => ids.push(*id),
        Shape::Optional(id, inner) => {
            ids.push(*id);
            nodes(inner, ids);
        }
        Shape::Record(parts) | Shape::List { items: parts, .. } => parts.iter().for_each(|p| nodes(p, ids)),
        Shape::Choice(id, a, b) => {
            ids.push(*id);
            nodes(a, ids);
            nodes(b, ids);
        }
    }
}

impl crate::testing::Engine for Native<'_> {
    fn name(&self) -> &str {
        "native code"
    }

    fn decide(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Decision, String> {
        Native::decide(self, block, args, prior, now)
    }

    fn react(
        &self,
        block: BlockId,
        (event, fields): (RecordId, &Value),
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
    ) -> Result<Reaction, String> {
        Native::react(self, block, event, fields, key, prior, now)
    }
}
