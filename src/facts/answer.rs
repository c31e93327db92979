//! Answers: one JSON object on a line.
//!
//! In: the program and a decision, a reaction or a fault, with the request's `id` as it was written. Out: the line, without its
//! end, its keys in the fixed order; names are those of the source.

use trust_runtime::time::{format_duration, format_instant};

use super::fault::Fault;
use super::json::{write_json, write_key, write_string};
use crate::decision::{Decision, Effect, Obligation, ObligationTime, Reaction};
use crate::program::ty::{EnumId, Types};
use crate::program::{BlockDef, BlockId, Checked, ClauseId, ClauseKind, Program, Reason, Transition};

/// How answers call a block, and requests may: its name where no other block of the package has it, else with its module.
pub fn block_name(program: &Program, id: BlockId) -> String {
    let Some(block) = program.blocks.get(id.0 as usize) else {
        return String::new();
    };
    if program.blocks.iter().filter(|other| other.name == block.name).count() == 1 {
        return block.name.to_string();
    }
    qualified_name(program, block)
}

/// `module.block`, which every block has.
pub fn qualified_name(program: &Program, block: &BlockDef) -> String {
    match program.modules.get(block.module.0 as usize) {
        Some(module) => format!("{}.{}", module.name, block.name),
        None => block.name.to_string(),
    }
}

pub fn write_decision(program: &Checked, id: Option<&str>, decision: &Decision) -> String {
    write_explained(program, id, decision, None)
}

/// With `explain`, JSON text, before the policy.
pub fn write_explained(program: &Checked, id: Option<&str>, decision: &Decision, explain: Option<&str>) -> String {
    let block = program.block(decision.block);
    let mut out = start(id);
    field(&mut out, "block", |out| write_string(out, &block_name(program, decision.block)));
    if let Some(effect) = decision.effect {
        let effect = match effect {
            Effect::Permit => "permit",
            Effect::Deny => "deny",
        };
        field(&mut out, "effect", |out| write_string(out, effect));
        field(&mut out, "reasons", |out| {
            array(out, &decision.reasons, |out, reason| write_string(out, reason_name(block, *reason)));
        });
        field(&mut out, "standing", |out| match decision.standing {
            Some(standing) => write_case(out, &program.types, EnumId::STANDING, standing),
            None => out.push_str("null"),
        });
    }
    if let Some(grade) = &block.grade {
        field(&mut out, "grade", |out| match decision.grade {
            Some(case) => write_case(out, &program.types, grade.scale, case),
            None => out.push_str("null"),
        });
        field(&mut out, "caps", |out| write_clauses(out, block, &decision.caps));
    }
    field(&mut out, "advice", |out| write_clauses(out, block, &decision.advice));
    field(&mut out, "obligations", |out| {
        array(out, &decision.obligations, |out, obligation| write_obligation(out, program, block, obligation));
    });
    field(&mut out, "valid_until", |out| write_instant(out, decision.valid_until));
    if let Some(explain) = explain {
        field(&mut out, "explain", |out| out.push_str(explain));
    }
    finish(out, program)
}

pub fn write_reaction(program: &Checked, id: Option<&str>, reaction: &Reaction) -> String {
    let block = program.block(reaction.block);
    let mut out = start(id);
    field(&mut out, "block", |out| write_string(out, &block_name(program, reaction.block)));
    field(&mut out, "moves", |out| {
        array(out, &reaction.moves, |out, moved| {
            out.push('{');
            field(out, "rule", |out| write_string(out, clause_name(block, moved.clause)));
            field(out, "transition", |out| write_string(out, transition_name(moved.transition)));
            field(out, "deadline", |out| write_instant(out, moved.deadline));
            field(out, "late", |out| out.push_str(if moved.late { "true" } else { "false" }));
            out.push('}');
        });
    });
    field(&mut out, "standing", |out| write_case(out, &program.types, EnumId::STANDING, reaction.standing));
    field(&mut out, "in_force", |out| write_clauses(out, block, &reaction.in_force));
    finish(out, program)
}

pub fn write_fault(id: Option<&str>, fault: &Fault) -> String {
    let mut out = start(id);
    field(&mut out, "error", |out| {
        out.push('{');
        field(out, "code", |out| write_string(out, fault.code));
        field(out, "path", |out| write_string(out, &fault.path));
        field(out, "message", |out| write_string(out, &fault.message));
        out.push('}');
    });
    out.push('}');
    out
}

fn write_obligation(out: &mut String, program: &Checked, block: &BlockDef, obligation: &Obligation) {
    let duty = match block.clauses.get(obligation.clause.0 as usize).map(|c| &c.kind) {
        Some(ClauseKind::Oblige { duty, .. }) => program.duties.get(duty.0 as usize),
        _ => None,
    };
    out.push('{');
    field(out, "rule", |out| write_string(out, clause_name(block, obligation.clause)));
    field(out, "duty", |out| write_string(out, duty.map_or("", |duty| duty.name.as_str())));
    field(out, "args", |out| {
        out.push('{');
        let params = duty.map_or(&[][..], |duty| duty.params.as_slice());
        for (param, value) in params.iter().zip(&obligation.args) {
            field(out, &param.name, |out| write_json(out, &program.types, &param.ty, value, false));
        }
        out.push('}');
    });
    match obligation.time {
        ObligationTime::Due { due, overdue } => {
            field(out, "due", |out| write_instant(out, Some(due)));
            field(out, "state", |out| write_string(out, if overdue { "overdue" } else { "pending" }));
        }
        ObligationTime::Within(within) => field(out, "within", |out| write_string(out, &format_duration(within))),
    }
    out.push('}');
}

fn start(id: Option<&str>) -> String {
    let mut out = String::from("{");
    if let Some(id) = id {
        field(&mut out, "id", |out| out.push_str(id));
    }
    out
}

fn finish(mut out: String, program: &Program) -> String {
    field(&mut out, "policy", |out| {
        out.push('{');
        field(out, "package", |out| write_string(out, &program.package.name));
        field(out, "version", |out| write_string(out, &program.package.version));
        field(out, "digest", |out| write_string(out, &program.package.digest));
        out.push('}');
    });
    out.push('}');
    out
}

/// The first of an object directly follows its brace.
fn field(out: &mut String, key: &str, value: impl FnOnce(&mut String)) {
    let first = out.ends_with('{');
    write_key(out, first, key);
    value(out);
}

fn array<T>(out: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn write_clauses(out: &mut String, block: &BlockDef, clauses: &[ClauseId]) {
    array(out, clauses, |out, clause| write_string(out, clause_name(block, *clause)));
}

fn write_instant(out: &mut String, instant: Option<i64>) {
    match instant {
        Some(instant) => write_string(out, &format_instant(instant)),
        None => out.push_str("null"),
    }
}

fn write_case(out: &mut String, types: &Types, id: EnumId, case: u32) {
    match types.enums.get(id.0 as usize).and_then(|def| def.cases.get(case as usize)) {
        Some(case) => write_string(out, &case.name),
        None => out.push_str("null"),
    }
}

fn clause_name(block: &BlockDef, id: ClauseId) -> &str {
    block.clauses.get(id.0 as usize).map_or("", |clause| clause.name.as_str())
}

fn reason_name(block: &BlockDef, reason: Reason) -> &str {
    match reason {
        Reason::Clause(id) => clause_name(block, id),
        Reason::NoBasis => "no_basis",
        Reason::Framework => "framework",
    }
}

fn transition_name(transition: Transition) -> &'static str {
    match transition {
        Transition::Revoke => "revoke",
        Transition::Suspend => "suspend",
        Transition::Reverify => "reverify",
        Transition::Reinstate => "reinstate",
    }
}
