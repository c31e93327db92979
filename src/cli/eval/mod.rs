//! `trustc eval`: decisions and reactions.
//!
//! In: a package, and requests as a stream or one by its parts. Out: answers on standard output, one JSON line each, or
//! one explanation to read. 0 whatever was decided; 1 where a request was refused; 2 where there was none.

mod answering;
mod explained;
mod lines;
mod outlook;
mod phrases;
mod quick;
mod shown;
mod single;
mod stream;
mod timeline;
mod tree;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use trust_runtime::module::Module;

use super::args::{Engine, Eval, EvalFormat};
use super::console::Console;
use super::{CLEAN, FINDINGS, Failure, Outcome, files, sources};
use crate::interp::Oracle;
use crate::native::Native;
use crate::program::Checked;
use answering::Answering;
use quick::Quick;
use stream::{Answer, Stopped};

/// What a request may have around its facts.
const ENVELOPE: usize = 64 << 10;

pub fn run(args: &Eval, console: &mut Console) -> Outcome {
    let asked = asked(args)?;
    if let Some(module) = sources::built(&args.path)? {
        return from_module(args, &asked, &module, console);
    }
    if args.format.is_some() && !args.explain && args.timeline.is_none() {
        return Err(Failure::unusable("`--format` goes with `--explain` or `--timeline`; a decision alone is JSON"));
    }
    let package = sources::package(&args.path, "decide")?;
    let Some((program, _)) = sources::checked(&package, console)? else { return Ok(FINDINGS) };
    match asked {
        Asked::Stream(path) => requests(args, path, &program, console),
        Asked::Single(one) => single::run(args, one, &program, console),
    }
}

/// A built module holds no source to interpret or to explain.
fn from_module(args: &Eval, asked: &Asked<'_>, module: &Module, console: &mut Console) -> Outcome {
    let unusable =
        |what: &str| Failure::unusable(format!("{} is a built module: {what} needs the source", args.path.display()));
    if args.explain {
        return Err(unusable("`--explain`"));
    }
    if args.timeline.is_some() {
        return Err(unusable("`--timeline`"));
    }
    match args.engine {
        Engine::Native => {}
        Engine::Oracle => return Err(unusable("`--engine oracle`")),
        Engine::Both => return Err(unusable("`--engine both`")),
    }
    match asked {
        Asked::Stream(path) => {
            let most = module.unit().schema.limits.facts.saturating_add(ENVELOPE);
            streamed(path, most, &mut Quick::new(module, args.now, args.strict), console)
        }
        Asked::Single(one) => single::from_module(args, one, module, console),
    }
}

enum Asked<'a> {
    Stream(&'a Path),
    Single(single::Single<'a>),
}

/// What is asked, or what the words lack to say it.
fn asked(args: &Eval) -> Result<Asked<'_>, Failure> {
    let input = args.requests.as_deref().or(args.facts.as_deref());
    if sources::is_stdin(&args.path) && input.is_some_and(sources::is_stdin) {
        return Err(Failure::unusable("the policy and the requests cannot both come from standard input"));
    }
    match (&args.requests, &args.block, &args.facts) {
        (Some(requests), _, _) => {
            if args.format == Some(EvalFormat::Text) {
                return Err(Failure::unusable(
                    "a stream of requests is answered in JSON; `--format text` is for `--facts`",
                ));
            }
            Ok(Asked::Stream(requests))
        }
        (None, Some(block), Some(facts)) => match args.now {
            Some(now) => Ok(Asked::Single(single::Single { block, facts, now })),
            None => Err(Failure::unusable(
                "`--now` is missing: the instant to decide at, as in `--now 2026-03-01T09:00:00Z`; no clock is read",
            )),
        },
        (None, Some(block), None) => Err(Failure::unusable(format!(
            "`--facts` is missing: the arguments of `{block}` as one JSON object, as in `--facts facts.json`; `-` is standard input"
        ))),
        (None, None, Some(_)) => Err(Failure::unusable(
            "`--block` is missing: the participation, relationship or assessment that the facts are for, as in `--block issuer`",
        )),
        (None, None, None) => Err(Failure::unusable(
            "say what to decide: `--requests FILE` with one request a line, or `--block B --facts FILE --now T` for one",
        )),
    }
}

fn requests(args: &Eval, path: &Path, program: &Checked, console: &mut Console) -> Outcome {
    let oracle = Oracle::new(program);
    let native = Native::new(program);
    let most = program.package.limits.facts.saturating_add(ENVELOPE);
    if args.engine == Engine::Native && !args.explain && args.timeline.is_none() {
        let module = native.module().map_err(Failure::unusable)?;
        return streamed(path, most, &mut Quick::new(module, args.now, args.strict), console);
    }
    let mut engine = answering(args, program, &oracle, &native);
    if engine.both && !engine.explain && engine.timeline.is_none() {
        engine.quick = native.module().ok().map(|module| Quick::new(module, args.now, args.strict));
    }
    streamed(path, most, &mut engine, console)
}

fn streamed(path: &Path, most: usize, engine: &mut dyn Answer, console: &mut Console) -> Outcome {
    let counts = stream::run(open(path)?, &mut console.out, most, engine).map_err(|stopped| match stopped {
        Stopped::Reading(e) => files::unreadable(path, &e),
        Stopped::Writing(e) => Failure::from(e),
    })?;
    match (counts.requests, counts.refused) {
        (0, _) => Err(Failure::unusable(format!("nothing to decide: {} holds no request", input_name(path)))),
        (_, 0) => Ok(CLEAN),
        (_, _) => Ok(FINDINGS),
    }
}

/// Who answers: an explanation is always the interpreter's.
fn answering<'a>(args: &Eval, program: &'a Checked, oracle: &'a Oracle<'a>, native: &'a Native<'a>) -> Answering<'a> {
    Answering {
        program,
        oracle,
        now: args.now,
        strict: args.strict,
        explain: args.explain,
        timeline: args.timeline,
        native: (args.engine != Engine::Oracle).then_some(native),
        both: args.engine == Engine::Both,
        quick: None,
    }
}

fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if sources::is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|e| files::unreadable(path, &e))?;
    Ok(Box::new(file))
}

fn input_name(path: &Path) -> String {
    if sources::is_stdin(path) { "standard input".into() } else { path.display().to_string() }
}
