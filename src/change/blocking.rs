//! What stands in the way of a permit, and which facts it was decided on.
//!
//! In: the explanation of a deny. Out: of the clauses that each have to change the one with the fewest facts: whatever
//! permits changes one of these. Clauses of nested blocks are followed inwards.

use std::sync::Arc;

use crate::interp::{Bearing, BlockTrace, CallTrace, ClauseTrace};
use crate::program::expr::Member;
use crate::program::value::Value;
use crate::program::{BlockId, ClauseId, ClauseKind, Program};

/// Calls inside one another that are followed.
const DEPTH: usize = 24;
/// Facts of one clause that are looked at.
const MOST: usize = 64;

#[derive(Clone, Debug, Default)]
pub struct Blocking {
    /// As explanations write them, in the order read.
    pub facts: Vec<Arc<str>>,
    /// The clauses whose constants matter, the innermost first.
    pub clauses: Vec<(BlockId, ClauseId)>,
}

impl Blocking {
    fn fact(&mut self, path: &Arc<str>) {
        if self.facts.len() < MOST && !self.facts.contains(path) {
            self.facts.push(path.clone());
        }
    }

    fn include(&mut self, other: Blocking) {
        other.facts.iter().for_each(|path| self.fact(path));
        for clause in other.clauses {
            if !self.clauses.contains(&clause) {
                self.clauses.push(clause);
            }
        }
    }
}

/// Absent where no clause of the block stands in the way.
pub fn blocking(program: &Program, block: BlockId, trace: &BlockTrace) -> Option<Blocking> {
    narrowest(program, block, trace, DEPTH)
}

fn narrowest(program: &Program, block: BlockId, trace: &BlockTrace, depth: usize) -> Option<Blocking> {
    let def = program.blocks.get(block.0 as usize)?;
    let mut bases: Option<Blocking> = None;
    let mut best: Option<Blocking> = None;
    for clause in trace.clauses.iter().filter(|c| c.bearing == Bearing::InTheWay) {
        let read = of_clause(program, block, clause, depth);
        let kind = def.clauses.get(clause.clause.0 as usize).map(|c| &c.kind);
        if matches!(kind, Some(ClauseKind::Basis(_))) {
            // One of them is enough.
            bases.get_or_insert_default().include(read);
        } else if best.as_ref().is_none_or(|b| read.facts.len() < b.facts.len()) {
            best = Some(read);
        }
    }
    match (best, bases) {
        (Some(best), Some(bases)) if bases.facts.len() < best.facts.len() => Some(bases),
        (best, bases) => best.or(bases),
    }
}

fn of_clause(program: &Program, block: BlockId, clause: &ClauseTrace, depth: usize) -> Blocking {
    let mut found = Blocking::default();
    for call in &clause.reading.calls {
        // Its own constants first.
        if let Some(inner) = failing(program, call, depth) {
            found.clauses.extend(inner.clauses);
        }
    }
    found.include(Blocking { facts: Vec::new(), clauses: vec![(block, clause.clause)] });
    clause.reading.facts.iter().for_each(|f| found.fact(&f.path));
    for call in &clause.reading.calls {
        match failing(program, call, depth) {
            Some(inner) => found.include(Blocking { clauses: Vec::new(), ..inner }),
            None => everything(&call.trace, depth, &mut found),
        }
    }
    found
}

/// A nested block that does not permit, and a clause in its way.
fn failing(program: &Program, call: &CallTrace, depth: usize) -> Option<Blocking> {
    let denied = call.member == Member::Permitted && call.result == Value::Bool(false);
    if !denied || depth == 0 { None } else { narrowest(program, call.block, &call.trace, depth - 1) }
}

fn everything(trace: &BlockTrace, depth: usize, found: &mut Blocking) {
    let grade = trace.grade_from.iter().map(|from| &from.reading);
    for reading in grade.chain(trace.clauses.iter().map(|c| &c.reading)) {
        reading.facts.iter().for_each(|f| found.fact(&f.path));
        if depth > 0 {
            reading.calls.iter().for_each(|call| everything(&call.trace, depth - 1, found));
        }
    }
}
