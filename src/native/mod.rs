//! The native engine: a checked program as a module of the runtime.
//!
//! In: a checked program, facts as values or as JSON. Out: the same decisions and reactions as the oracle's. A block is compiled
//! when it is first asked.

pub(crate) mod schema;
#[cfg(test)]
mod tests;
pub mod values;

pub use schema::schema;

use std::collections::BTreeSet;

use trust_runtime::arena::Arena;
use trust_runtime::datum::Datum;
use trust_runtime::decode::Facts;
use trust_runtime::graph::Id;
use trust_runtime::module::{self, Module, ModuleError};
use trust_runtime::schema as native;
use trust_runtime::unit::{ClauseKind, Unit};

use crate::decision::{Decision, Effect, Move, Obligation, ObligationTime, Reaction};
use crate::interp::Prior;
use crate::lower;
use crate::lower::layout::Layouts;
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, Checked, ClauseId, Reason, Transition};

pub struct Native<'p> {
    program: &'p Checked,
    module: Result<Module, ModuleError>,
}

/// The module of a checked program.
pub fn module(program: &Checked) -> Result<Module, ModuleError> {
    Module::new(unit(program)?)
}

/// What a built module of a program holds.
pub fn unit(program: &Checked) -> Result<Unit, ModuleError> {
    let layouts = Layouts::new(program).map_err(ModuleError::Layout)?;
    Ok(lower::lower(program, &layouts))
}

impl<'p> Native<'p> {
    pub fn new(program: &'p Checked) -> Native<'p> {
        Native { program, module: module(program) }
    }

    pub fn module(&self) -> Result<&Module, String> {
        self.module.as_ref().map_err(ToString::to_string)
    }

    /// The graph of a block, for reviewers.
    pub fn graph(&self, id: BlockId) -> Result<String, String> {
        let module = self.module()?;
        let block = module.block(native_id(id)).ok_or("there is no such block")?;
        let outputs = &block.outputs;
        let mut named: Vec<(String, Id)> = Vec::new();
        let mut add = |name: &str, id: Option<Id>| named.extend(id.map(|id| (name.to_owned(), id)));
        add("permits", outputs.permits);
        add("standing", outputs.standing);
        add("grade", outputs.grade);
        add("valid_until", Some(outputs.valid_until));
        for (clause, holds) in &outputs.holds {
            add(block.clauses.get(*clause as usize).map_or("", |c| c.name.as_str()), Some(*holds));
        }
        Ok(block.graph.print(&named))
    }

    /// `permits` alone; nothing for an assessment.
    pub fn permits(&self, id: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Option<bool>, String> {
        let module = self.module()?;
        if module.block(native_id(id)).is_none_or(|b| b.outputs.permits.is_none()) {
            return Ok(None);
        }
        let mut arena = Arena::new();
        let facts = facts(module, id, args, &mut arena)?;
        let prior = bits(module, id, prior);
        module.permits(native_id(id), &facts, &prior, now).map(Some).map_err(|e| e.to_string())
    }

    pub fn decide(&self, id: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Decision, String> {
        let module = self.module()?;
        let mut arena = Arena::new();
        let facts = facts(module, id, args, &mut arena)?;
        let prior = bits(module, id, prior);
        let mut words = vec![0; module.decision_words(native_id(id))];
        let found = module.decide(native_id(id), &facts, &prior, now, &mut words).map_err(|e| e.to_string())?;
        Ok(self.decision(module, id, &found))
    }

    fn decision(&self, module: &Module, id: BlockId, found: &module::Decision<'_>) -> Decision {
        let def = self.program.block(id);
        let clauses = |ids: &mut dyn Iterator<Item = u32>| ids.map(ClauseId).collect::<Vec<_>>();
        Decision {
            block: id,
            effect: found.permits().map(|permits| if permits { Effect::Permit } else { Effect::Deny }),
            reasons: found
                .reasons()
                .map(|reason| match reason {
                    module::Reason::Clause(n) => Reason::Clause(ClauseId(n)),
                    module::Reason::NoBasis => Reason::NoBasis,
                    module::Reason::Framework => Reason::Framework,
                })
                .collect(),
            standing: found.standing(),
            grade: found.grade(),
            caps: clauses(&mut found.caps()),
            advice: clauses(&mut found.advice()),
            obligations: found.obligations().map(|owed| self.owed(module, def, &owed)).collect(),
            valid_until: found.valid_until(),
        }
    }

    fn owed(&self, module: &Module, def: &BlockDef, owed: &module::Owed<'_>) -> Obligation {
        use crate::program::ClauseKind as K;
        let clause = ClauseId(owed.obligation.clause);
        let args = match &def.clause(clause).kind {
            K::Oblige { args, .. } => args.as_slice(),
            _ => &[],
        };
        let values = owed.args(module.decoder());
        let values = args.iter().zip(&values).map(|(arg, datum)| {
            // A plain value stands where an optional is wanted, too.
            values::from_datum(&self.program.types, &arg.ty, datum).unwrap_or(Value::None)
        });
        let time = if owed.obligation.dated {
            ObligationTime::Due { due: owed.time, overdue: owed.overdue }
        } else {
            ObligationTime::Within(owed.time)
        };
        Obligation { clause, args: values.collect(), time }
    }

    pub fn react(
        &self,
        id: BlockId,
        event: RecordId,
        fields: &Value,
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
    ) -> Result<Reaction, String> {
        let module = self.module()?;
        let unfit = |_| "the event or the key does not fit".to_owned();
        let (mut event_arena, mut key_arena) = (Arena::new(), Arena::new());
        let event = values::to_datum(fields).write(module.decoder(), native::RecordId(event.0), &mut event_arena);
        let event = event.map_err(unfit)?;
        let record = module.unit().schema.block(native_id(id)).ok_or("there is no such block")?.key;
        let key = Datum::Record(key.iter().map(values::to_datum).collect());
        let key = key.write(module.decoder(), record, &mut key_arena).map_err(unfit)?;
        let prior = bits(module, id, &Prior::Triggers(prior.clone()));
        let found = module.react(native_id(id), &event, &key, &prior, now).map_err(|e| e.to_string())?;
        Ok(reaction(module, id, &found))
    }
}

pub(crate) fn native_id(id: BlockId) -> native::BlockId {
    native::BlockId(id.0)
}

/// A block's arguments in the native layout.
fn facts<'a>(module: &'a Module, id: BlockId, args: &[Value], arena: &'a mut Arena) -> Result<Facts<'a>, String> {
    let record = module.unit().schema.block(native_id(id)).ok_or("there is no such block")?.arguments;
    let args = Datum::Record(args.iter().map(values::to_datum).collect());
    args.write(module.decoder(), record, arena).map_err(|_| "the arguments do not fit the block".to_owned())
}

fn bits(module: &Module, id: BlockId, prior: &Prior) -> Vec<u64> {
    let mut bits = vec![0; module.prior_words(native_id(id))];
    match prior {
        Prior::None => {}
        Prior::Triggers(set) => module.prior(native_id(id), set.iter().map(|id| id.0), &mut bits),
        Prior::Standing(level) => {
            if let Some(floor) = bits.first_mut() {
                *floor = u64::from(*level);
            }
        }
    }
    bits
}

fn reaction(module: &Module, id: BlockId, found: &module::Reaction) -> Reaction {
    let block = module.block(native_id(id));
    let transition = |clause: u32| match block.and_then(|b| b.clauses.get(clause as usize)).map(|c| &c.kind) {
        Some(ClauseKind::Trigger { hold: trust_runtime::unit::Hold::Suspend, .. }) => Transition::Suspend,
        Some(ClauseKind::Trigger { hold: trust_runtime::unit::Hold::Reverify, .. }) => Transition::Reverify,
        Some(ClauseKind::Reinstate { .. }) => Transition::Reinstate,
        _ => Transition::Revoke,
    };
    let moves = found.moves.iter().map(|m| Move {
        clause: ClauseId(m.clause),
        transition: transition(m.clause),
        deadline: m.deadline,
        late: m.late,
    });
    Reaction {
        block: id,
        moves: moves.collect(),
        standing: found.standing,
        in_force: found.in_force.iter().copied().map(ClauseId).collect(),
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
