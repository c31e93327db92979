//! One request, by its parts.
//!
//! In: a block's name, facts from a file, `now` and a prior. Out: the answer as a JSON line, or with `--explain` a tree
//! to read and what would change the decision. A refusal is an answer too.

use std::io::{Read, Write};
use std::path::Path;

use trust_runtime::module::Module;
use trust_runtime::time::format_instant;

use super::super::args::{Engine, Eval, EvalFormat};
use super::super::console::Console;
use super::super::{CLEAN, FINDINGS, Failure, Outcome, files};
use super::quick::{Quick, too_many};
use super::{answering, explained, open, outlook, timeline, tree};
use crate::change::{self, Question};
use crate::diag::place::drawn;
use crate::facts::{Fault, decode_args, resolve_block, resolve_prior, write_decision, write_explained, write_fault};
use crate::interp::{Oracle, Prior};
use crate::native::Native;
use crate::program::Checked;
use crate::timeline::follow;

pub struct Single<'a> {
    pub block: &'a str,
    pub facts: &'a Path,
    pub now: i64,
}

pub fn run(args: &Eval, one: Single<'_>, program: &Checked, console: &mut Console) -> Outcome {
    let facts = facts(one.facts, program.package.limits.facts)?;
    if args.engine == Engine::Native && !args.explain && args.timeline.is_none() {
        let native = Native::new(program);
        return quick(args, &one, native.module().map_err(Failure::unusable)?, &facts, console);
    }
    let text = (args.explain || args.timeline.is_some()) && args.format != Some(EvalFormat::Json);
    match decide(args, &one, program, &facts, text, console) {
        Ok(()) => Ok(CLEAN),
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Refused(fault)) => {
            if text {
                refusal(console, &one, &fault)?;
            } else {
                writeln!(console.out, "{}", write_fault(None, &fault))?;
            }
            Ok(FINDINGS)
        }
    }
}

pub fn from_module(args: &Eval, one: &Single<'_>, module: &Module, console: &mut Console) -> Outcome {
    let facts = facts(one.facts, module.unit().schema.limits.facts)?;
    quick(args, one, module, &facts, console)
}

/// By the runtime alone.
fn quick(args: &Eval, one: &Single<'_>, module: &Module, facts: &Facts, console: &mut Console) -> Outcome {
    let mut line = Vec::new();
    let mut engine = Quick::new(module, Some(one.now), args.strict);
    let refused = engine.single(one.block, &facts.bytes, facts.over, &args.prior, &mut line);
    let refused = refused.map_err(|e| Failure::unusable(e.to_string()))?;
    line.push(b'\n');
    console.out.write_all(&line)?;
    Ok(if refused { FINDINGS } else { CLEAN })
}

enum Stop {
    Refused(Fault),
    Failed(Failure),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Refused(fault)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Failed(error.into())
    }
}

fn decide(
    args: &Eval,
    one: &Single<'_>,
    program: &Checked,
    facts: &Facts,
    text: bool,
    console: &mut Console,
) -> Result<(), Stop> {
    let block = resolve_block(program, one.block)?;
    let def = program.block(block);
    let limits = &program.package.limits;
    if facts.over {
        return Err(Stop::Refused(too_many(limits.facts)));
    }
    let values = decode_args(&program.types, &def.params, &facts.bytes, limits, args.strict, "args")?;
    let triggers = resolve_prior(def, args.prior.iter().map(|name| name.trim()))?;
    let in_force: Vec<_> = triggers.iter().copied().collect();
    let prior = Prior::Triggers(triggers);
    let oracle = Oracle::new(program);
    let out = &mut console.out;
    if let Some(length) = args.timeline {
        let found = follow(program, &oracle, block, &values, &prior, one.now, length);
        if text {
            timeline::write(out, program, &found)?;
        } else {
            writeln!(out, "{}", timeline::to_json(program, None, &found))?;
        }
        return Ok(());
    }
    if !args.explain {
        let native = Native::new(program);
        let decision = answering(args, program, &oracle, &native).decide(block, &values, &prior, one.now);
        writeln!(out, "{}", write_decision(program, None, &decision))?;
        return Ok(());
    }
    let explanation = oracle.explain(block, &values, &prior, one.now);
    let question = Question { program, oracle: &oracle, block, args: &values, prior: &prior, now: one.now };
    let outlook = change::outlook(&question);
    if text {
        tree::write(out, &tree::Told { program, explanation: &explanation, prior: &in_force, now: one.now })?;
        outlook::write(out, outlook::Seen { program, block, outlook: &outlook })?;
    } else {
        let why = explained::to_json(program, &explanation, &outlook);
        writeln!(out, "{}", write_explained(program, None, &explanation.decision, Some(&why)))?;
    }
    Ok(())
}

fn refusal(console: &mut Console, one: &Single<'_>, fault: &Fault) -> Result<(), Failure> {
    let out = &mut console.out;
    writeln!(out, "REFUSED  {}, at {}", drawn(one.block), format_instant(one.now))?;
    writeln!(out)?;
    let at = if fault.path.is_empty() { String::new() } else { format!("{}: ", drawn(&fault.path)) };
    writeln!(out, "{at}{} ({})", drawn(&fault.message), fault.code)?;
    writeln!(out, "No decision was made: treat this as a deny, and do not keep it.")?;
    Ok(())
}

struct Facts {
    bytes: Vec<u8>,
    /// There was more than the limit.
    over: bool,
}

fn facts(path: &Path, most: usize) -> Result<Facts, Failure> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    open(path)?.take(limit).read_to_end(&mut bytes).map_err(|e| files::unreadable(path, &e))?;
    let over = bytes.len() > most;
    Ok(Facts { bytes, over })
}
