//! An explanation as JSON: what stands under `explain` in an answer.
//!
//! In: an explanation with the program it is of. Out: one line: the clauses in source order, each with its message, what
//! it came to, until when, what that means for the answer, and the facts and nested calls behind it. A nested call that
//! several clauses read stands in full once; where it is `repeated` its clauses are left out. Then what would change the
//! decision.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use trust_runtime::time::format_instant;

use super::outlook::{self, Seen};
use crate::change::Outlook;
use crate::facts::{block_name, to_json as value_json};
use crate::interp::{Bearing, BlockTrace, CallTrace, ClauseTrace, Explanation, Reading, Until};
use crate::program::Program;
use crate::program::expr::Member;
use crate::program::ty::{EnumId, Ty};

/// Calls inside one another that are written.
const DEPTH: usize = 24;

pub fn to_json(program: &Program, explanation: &Explanation, outlook: &Outlook) -> String {
    let mut writer = Writer { program, written: HashSet::new() };
    let mut explain = writer.block(&explanation.block, 0);
    outlook::add_json(&mut explain, Seen { program, block: explanation.decision.block, outlook });
    Json::Object(explain).to_string()
}

struct Writer<'a> {
    program: &'a Program,
    written: HashSet<*const CallTrace>,
}

impl Writer<'_> {
    fn block(&mut self, trace: &BlockTrace, depth: usize) -> Map<String, Json> {
        let mut out = Map::new();
        if let Some(held) = trace.framework {
            out.insert("framework".into(), json!({ "holds": held.holds, "until": instant(held.until) }));
        }
        if let Some(from) = &trace.grade_from {
            let mut grade = Map::new();
            grade.insert("value".into(), value_json(&self.program.types, &from.ty, &from.value, false));
            grade.insert("until".into(), instant(from.until));
            self.reading(&mut grade, &from.reading, depth);
            out.insert("grade_from".into(), Json::Object(grade));
        }
        let clauses = trace.clauses.iter().map(|clause| self.clause(clause, depth)).collect();
        out.insert("clauses".into(), Json::Array(clauses));
        out
    }

    fn clause(&mut self, clause: &ClauseTrace, depth: usize) -> Json {
        let mut out = Map::new();
        out.insert("rule".into(), clause.name.as_str().into());
        out.insert("clause".into(), clause.word.into());
        out.insert("message".into(), clause.message.as_deref().map_or(Json::Null, Json::from));
        out.insert("bearing".into(), bearing(clause.bearing).into());
        out.insert("holds".into(), clause.holds.map_or(Json::Null, Json::from));
        if let Some((value, ty)) = &clause.value {
            out.insert("value".into(), value_json(&self.program.types, ty, value, false));
        }
        out.insert("until".into(), instant(clause.until));
        self.reading(&mut out, &clause.reading, depth);
        Json::Object(out)
    }

    fn reading(&mut self, out: &mut Map<String, Json>, reading: &Reading, depth: usize) {
        let types = &self.program.types;
        let facts = reading.facts.iter();
        let facts = facts.map(|f| json!({ "path": &*f.path, "value": value_json(types, &f.ty, &f.value, false) }));
        out.insert("facts".into(), facts.collect());
        let calls = reading.calls.iter().map(|call| self.call(call, depth)).collect();
        out.insert("calls".into(), Json::Array(calls));
    }

    fn call(&mut self, call: &Arc<CallTrace>, depth: usize) -> Json {
        let grade = self.program.blocks.get(call.block.0 as usize).and_then(|b| b.grade.as_ref());
        let (member, ty) = match call.member {
            Member::Permitted => ("permitted", Ty::Bool),
            Member::Grade => ("grade", grade.map_or(Ty::Error, |g| Ty::Enum(g.scale))),
            Member::Standing => ("standing", Ty::Enum(EnumId::STANDING)),
        };
        let mut out = Map::new();
        out.insert("block".into(), block_name(self.program, call.block).into());
        out.insert("member".into(), member.into());
        out.insert("value".into(), value_json(&self.program.types, &ty, &call.result, false));
        out.insert("until".into(), instant(call.until));
        if self.written.insert(Arc::as_ptr(call)) && depth < DEPTH {
            out.append(&mut self.block(&call.trace, depth + 1));
        } else {
            out.insert("repeated".into(), true.into());
        }
        Json::Object(out)
    }
}

fn instant(until: Until) -> Json {
    until.map_or(Json::Null, |t| format_instant(t).into())
}

pub(super) fn bearing(bearing: Bearing) -> &'static str {
    match bearing {
        Bearing::Met => "met",
        Bearing::InTheWay => "in_the_way",
        Bearing::NotNeeded => "not_needed",
        Bearing::Advises => "advises",
        Bearing::Applies => "applies",
        Bearing::DoesNotApply => "does_not_apply",
        Bearing::DoesNotFit => "does_not_fit",
        Bearing::NotAsked => "not_asked",
    }
}
