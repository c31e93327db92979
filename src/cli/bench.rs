//! `trustc bench`: how fast a policy decides, on this machine, on the host's own requests.
//!
//! In: a source or a built module, and requests. Out: medians and tail in nanoseconds a decision, and allocations. Only decisions count;
//! reactions among the requests are left out. Timed is native code that is warm: reading files, checking and compiling are not; facts
//! are in the native layout before `permits` and `decide` are timed, and JSON is decoded within the third figure.

use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use trust_runtime::allocations;
use trust_runtime::module::{Module, ModuleError};
use trust_runtime::request::{Options, Request, Session};

use super::args::{Bench, BenchFormat};
use super::console::Console;
use super::{CLEAN, FINDINGS, Failure, Outcome, files, sources};
use crate::native;

/// Each figure is measured for so long, in rounds over all requests.
const EACH: Duration = Duration::from_millis(300);
const LEAST_ROUNDS: usize = 15;
/// More requests than this are not kept.
const MOST: usize = 100_000;
const MOST_BYTES: u64 = 256 << 20;

struct Figures {
    permits: Option<f64>,
    decide: f64,
    json: f64,
    json_p99: f64,
    allocations: u64,
    decisions: usize,
}

pub fn run(args: &Bench, console: &mut Console) -> Outcome {
    let module = match sources::built(&args.path)? {
        Some(module) => module,
        None => {
            let package = sources::package(&args.path, "measure")?;
            let Some((program, _)) = sources::checked(&package, console)? else { return Ok(FINDINGS) };
            native::module(&program).map_err(|e| Failure::unusable(e.to_string()))?
        }
    };
    let text = requests(&args.requests)?;
    let lines: Vec<&[u8]> =
        text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(MOST).collect();
    let options = Options { now: args.now, strict: false };
    let mut sessions: Vec<Session> = lines.iter().map(|_| Session::new()).collect();
    let mut asked = Vec::new();
    for (session, (n, line)) in sessions.iter_mut().zip(lines.iter().enumerate()) {
        match session.read(&module, line, &options) {
            Ok(Request::Decide { block, facts, prior, now, .. }) => asked.push((*line, block, facts, prior, now)),
            Ok(Request::React { .. }) => {}
            Err(refused) => {
                let fault = refused.fault;
                return Err(Failure::unusable(format!("request {}: {}: {}", n + 1, fault.path, fault.message)));
            }
        }
    }
    if asked.is_empty() {
        return Err(Failure::unusable(format!("{} holds no request to decide", args.requests.display())));
    }
    let figures = measure(&module, &asked, &options).map_err(|e| Failure::unusable(e.to_string()))?;
    match args.format {
        BenchFormat::Text => console.out.write_all(text_of(&figures).as_bytes())?,
        BenchFormat::Json => writeln!(console.out, "{}", json_of(&figures))?,
    }
    Ok(CLEAN)
}

/// Of a file, or standard input.
fn requests(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let read = if sources::is_stdin(path) {
        std::io::stdin().take(MOST_BYTES).read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text))
    };
    read.map_err(|e| files::unreadable(path, &e))?;
    Ok(text)
}

type Asked<'a> = (&'a [u8], trust_runtime::schema::BlockId, trust_runtime::decode::Facts<'a>, &'a [u64], i64);

fn measure(module: &Module, asked: &[Asked<'_>], options: &Options) -> Result<Figures, ModuleError> {
    let words = asked.iter().map(|(_, block, ..)| module.decision_words(*block)).max().unwrap_or(0);
    let mut out = vec![0u64; words];
    let (mut session, mut answer) = (Session::new(), Vec::new());
    // Warm, and every error once: what is timed does not fail.
    for (line, block, facts, prior, now) in asked {
        module.decide(*block, facts, prior, *now, &mut out)?;
        answer.clear();
        session.answer_line(module, line, options, &mut answer)?;
    }
    let permitting: Vec<&Asked<'_>> = asked
        .iter()
        .filter(|(_, block, ..)| module.block(*block).is_some_and(|b| b.outputs.permits.is_some()))
        .collect();
    let permits = (!permitting.is_empty()).then(|| {
        median(permitting.len(), || {
            for (_, block, facts, prior, now) in &permitting {
                let _ = black_box(module.permits(*block, black_box(facts), prior, *now));
            }
        })
    });
    let decide = median(asked.len(), || {
        for (_, block, facts, prior, now) in asked {
            let _ = black_box(module.decide(*block, black_box(facts), prior, *now, &mut out));
        }
    });
    let json = median(asked.len(), || {
        for (line, ..) in asked {
            let _ = black_box(session.answer(module, black_box(line), options).is_ok());
        }
    });
    let mut single = Vec::with_capacity(asked.len() * LEAST_ROUNDS);
    for _ in 0..LEAST_ROUNDS {
        for (line, ..) in asked {
            let begun = Instant::now();
            let _ = black_box(session.answer(module, black_box(line), options).is_ok());
            single.push(begun.elapsed().as_nanos() as f64);
        }
    }
    single.sort_by(f64::total_cmp);
    let json_p99 = single.get(single.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(0.0);
    let allocations = allocations::counted(|| {
        for (line, block, facts, prior, now) in asked {
            let _ = black_box(module.decide(*block, facts, prior, *now, &mut out));
            let _ = black_box(session.answer(module, line, options).is_ok());
        }
    });
    Ok(Figures { permits, decide, json, json_p99, allocations, decisions: asked.len() })
}

/// Nanoseconds a decision: the median of the rounds.
fn median(decisions: usize, mut round: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < LEAST_ROUNDS || begun.elapsed() < EACH {
        let start = Instant::now();
        round();
        rounds.push(start.elapsed().as_nanos() as f64 / decisions.max(1) as f64);
    }
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(0.0)
}

fn json_of(f: &Figures) -> serde_json::Value {
    let tenths = |ns: f64| (ns * 10.0).round() / 10.0;
    json!({
        "version": 1,
        "decisions": f.decisions,
        "permits_ns": f.permits.map(tenths),
        "decide_ns": tenths(f.decide),
        "json_ns": tenths(f.json),
        "json_p99_ns": tenths(f.json_p99),
        "allocations": f.allocations,
    })
}

fn text_of(f: &Figures) -> String {
    let mut out = format!("{} decisions, native code, warm; nanoseconds a decision, medians\n", f.decisions);
    if let Some(permits) = f.permits {
        out.push_str(&format!("permits      {permits:>8.1}   whether, from facts in the native layout\n"));
    }
    out.push_str(&format!("decide       {:>8.1}   the whole decision, from facts in the native layout\n", f.decide));
    out.push_str(&format!("json         {:>8.1}   the whole decision, from JSON\n", f.json));
    out.push_str(&format!(
        "json, p99    {:>8.1}   99 of 100 take at most this long, the clock's own time included\n",
        f.json_p99
    ));
    out.push_str(&format!("allocations  {:>8}\n", f.allocations));
    out
}
