//! A choice of constants by the case of an enum: read from a table rather than chosen step by step.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::emit::Emit;
use super::link::Place;
use crate::graph::{Cell, Compare, Graph, Id, Node};

/// Cases beyond this have the last value of the table; no enum that is matched case by case has as many.
const MOST: i64 = 64;

/// Constants by case; the last one is that of all cases not listed.
pub(super) struct Choice {
    pub of: Id,
    pub values: Box<[i64]>,
}

impl Choice {
    /// Of a choice that asks which case it is at least twice.
    pub fn new(graph: &Graph, id: Id) -> Option<Choice> {
        let (mut found, mut of) = (Vec::new(), None);
        let mut at = id;
        let otherwise = loop {
            match graph.node(at) {
                Node::Select(condition, then, otherwise) => {
                    let value = graph.as_int(then)?;
                    let mut cases = Vec::new();
                    asked(graph, condition, &mut of, &mut cases)?;
                    found.extend(cases.into_iter().map(|case| (case, value)));
                    if found.len() as i64 > MOST {
                        return None;
                    }
                    at = otherwise;
                }
                Node::Int(value) => break value,
                _ => return None,
            }
        };
        let last = found.iter().map(|(case, _)| *case).max().filter(|_| found.len() > 2)?;
        let mut values = vec![otherwise; usize::try_from(last).ok()? + 2];
        // Where a case is asked for twice the first answer counts.
        for (case, value) in found.into_iter().rev() {
            *values.get_mut(usize::try_from(case).ok()?)? = value;
        }
        Some(Choice { of: of?, values: values.into() })
    }
}

/// The cases that a condition accepts, all of one enum.
fn asked(graph: &Graph, condition: Id, of: &mut Option<Id>, cases: &mut Vec<i64>) -> Option<()> {
    let mut stack = vec![condition];
    while let Some(id) = stack.pop() {
        match graph.node(id) {
            Node::Or(a, b) => stack.extend([a, b]),
            Node::Compare(Compare::Eq, x, case) => {
                let case = graph.as_int(case).filter(|case| (0..MOST).contains(case))?;
                let is_case = matches!(graph.node(x), Node::Load { cell: Cell::Case, .. });
                if !is_case || *of.get_or_insert(x) != x || cases.len() as i64 > MOST {
                    return None;
                }
                cases.push(case);
            }
            _ => return None,
        }
    }
    Some(())
}

impl Emit<'_> {
    /// The value of a choice by table, if it is one.
    pub(super) fn choose(&mut self, id: Id) -> Option<Value> {
        let choice = self.tables.choices.get(&id)?;
        let (of, last) = (choice.of, choice.values.len() as i64 - 1);
        let offset = self.row(of, last);
        let base = self.address(Place::Choice(id));
        let place = self.b.ins().iadd(base, offset);
        Some(self.b.ins().load(types::I64, MemFlagsData::trusted().with_readonly(), place, 0))
    }

    fn row(&mut self, of: Id, last: i64) -> Value {
        if let Some(known) = self.scopes.iter().rev().find_map(|s| s.rows.get(&(of, last))) {
            return *known;
        }
        let case = self.one(of);
        let most = self.word(last);
        let row = self.b.ins().umin(case, most);
        let offset = self.b.ins().ishl_imm_u(row, 3);
        if let Some(scope) = self.scopes.last_mut() {
            scope.rows.insert((of, last), offset);
        }
        offset
    }
}
