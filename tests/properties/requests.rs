//! The runtime's reader of requests and its answers, held against the oracle's: the same decisions and reactions, the same
//! refusals at the same places, the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use trust_runtime::datum::Datum;
use trust_runtime::module::Module;
use trust_runtime::request::{Options, Request as Native, Session};
use trustc::facts::{
    Request, RequestFault, block_name, qualified_name, read_request, write_decision, write_fault, write_reaction,
};
use trustc::interp::{Oracle, Prior};
use trustc::native::values::to_datum;
use trustc::program::ty::Ty;
use trustc::program::value::Value;
use trustc::program::{BlockDef, BlockId, Checked, ClauseId, ClauseKind};
use trustc::{driver, loader, native};

use super::{Telling, plan};
use crate::generate::rng::Rng;
use crate::generate::{Case, Hints, facts, wire};

/// What the oracle answers, and whether it refused.
fn expected(program: &Checked, request: Result<Request, RequestFault>) -> (String, bool) {
    let oracle = Oracle::new(program);
    match request {
        Ok(Request::Decide { id, block, args, prior, now }) => {
            let decision = oracle.decide(block, &args, &Prior::Triggers(prior), now);
            (write_decision(program, id.as_deref(), &decision), false)
        }
        Ok(Request::React { id, block, event, fields, key, prior, now }) => {
            let reaction = oracle.react(block, event, &fields, &key, &prior, now);
            (write_reaction(program, id.as_deref(), &reaction), false)
        }
        Err(refused) => (write_fault(refused.id.as_deref(), &refused.fault), true),
    }
}

/// The same request, the same fault, the same line.
fn hold(program: &Checked, module: &Module, session: &mut Session, line: &[u8], options: &Options) -> bool {
    // Suggestions have a budget for each run.
    trust_syntax::suggest::begin();
    let wanted = read_request(program, line, options.now, options.strict);
    let told = || String::from_utf8_lossy(line).into_owned();
    let clauses = |def: &BlockDef, prior: &std::collections::BTreeSet<ClauseId>| {
        let mut words = vec![0; 1 + facts::triggers(def).len().div_ceil(64)];
        for (n, id) in facts::triggers(def).iter().enumerate().filter(|(_, id)| prior.contains(id)) {
            assert!(prior.contains(id));
            words[n / 64 + 1] |= 1u64 << (n % 64);
        }
        words
    };
    let record = |values: &[Value]| Datum::Record(values.iter().map(to_datum).collect());
    match (session.read(module, line, options), &wanted) {
        (Ok(Native::Decide { id, block, facts, prior, now }), Ok(Request::Decide { .. })) => {
            let Ok(Request::Decide { id: id0, block: block0, args, prior: prior0, now: now0 }) = &wanted else {
                return false;
            };
            let id = id.map(|id| String::from_utf8_lossy(id).replace(['\n', '\r'], ""));
            assert_eq!((&id, block.0, now), (id0, block0.0, *now0), "{}", told());
            assert_eq!(prior, clauses(program.block(*block0), prior0), "{}", told());
            assert_eq!(Datum::read(&facts), record(args), "{}", told());
        }
        (Ok(Native::React { id, block, event, key, prior, now }), Ok(Request::React { .. })) => {
            let Ok(Request::React {
                id: id0,
                block: block0,
                event: event0,
                fields,
                key: key0,
                prior: prior0,
                now: now0,
            }) = &wanted
            else {
                return false;
            };
            let id = id.map(|id| String::from_utf8_lossy(id).replace(['\n', '\r'], ""));
            assert_eq!((&id, block.0, now, event.record().0), (id0, block0.0, *now0, event0.0), "{}", told());
            assert_eq!(prior, clauses(program.block(*block0), prior0), "{}", told());
            assert_eq!((Datum::read(&event), Datum::read(&key)), (to_datum(fields), record(key0)), "{}", told());
        }
        (Err(found), Err(wanted)) => {
            assert_eq!((&found.id, &found.fault), (&wanted.id, &wanted.fault), "{}", told());
        }
        (Ok(_), wanted) => panic!("taken, where the oracle has {wanted:?}: {}", told()),
        (Err(found), wanted) => panic!("{found:?}, where the oracle has {wanted:?}: {}", told()),
    }
    let (text, refused) = expected(program, wanted);
    let mut out = Vec::new();
    assert_eq!(session.answer_line(module, line, options, &mut out), Ok(refused), "{}", told());
    assert_eq!(String::from_utf8_lossy(&out), text, "{}", told());
    refused
}

/// A line for a block, nearly right.
fn draw(rng: &mut Rng, program: &Checked, index: usize, hints: &Hints) -> Vec<u8> {
    let id = BlockId(index as u32);
    let def = program.block(id);
    let args = facts::args(rng, program, def, hints);
    let mut parts: Vec<(&str, String)> = Vec::new();
    let name = match rng.below(20) {
        0 => "nobody".into(),
        1 => format!("{}x", def.name),
        2..=8 => qualified_name(program, def),
        _ => block_name(program, id),
    };
    parts.push(("block", format!("\"{name}\"")));
    let events = facts::events(def);
    let react = !events.is_empty() && rng.chance(50);
    if react || rng.chance(3) {
        parts.push(("event", event(rng, program, &events, hints)));
        let key: Vec<String> = (def.keys.iter())
            .map(|key| {
                let value = facts::value(rng, &program.types, &key.expr.ty, hints);
                wire::any_form(rng, &program.types, &key.expr.ty, &value)
            })
            .collect();
        let more = if rng.chance(4) { ", 1" } else { "" };
        if rng.chance(97) {
            parts.push(("key", format!("[{}{more}]", key.join(" , "))));
        }
    }
    if !react || rng.chance(3) {
        parts.push(("args", wire::args(rng, program, def, &args)));
    }
    if rng.chance(60) {
        let mut names: Vec<String> = Vec::new();
        for (n, clause) in def.clauses.iter().enumerate() {
            let known = clause.meta.was.first().filter(|_| rng.chance(30)).unwrap_or(&clause.name);
            let fits = facts::triggers(def).contains(&ClauseId(n as u32));
            if (fits && rng.chance(40)) || rng.chance(1) {
                names.push(format!("\"{known}\""));
            }
        }
        if rng.chance(2) {
            names.push("\"no_such\"".into());
        }
        parts.push(("prior", if rng.chance(5) { "null".into() } else { format!("[{}]", names.join(",")) }));
    }
    if rng.chance(80) {
        let now = facts::moment(rng, &facts::boundaries(&args, hints));
        let text = wire::any_form(rng, &program.types, &Ty::Instant, &Value::Instant(now));
        parts.push(("now", if rng.chance(4) { "null".into() } else { text }));
    }
    if rng.chance(50) {
        parts.push(("id", ["\"a\"", "7", "{\"n\": [1,\n 2]}", "null", "\"\\u00e9é\""][rng.below(5)].into()));
    }
    if rng.chance(5) {
        parts.push((["note", "block", "arg", "id"][rng.below(4)], "[{\"x\": [true]}]".into()));
    }
    if rng.chance(60) {
        rng.shuffle(&mut parts);
    }
    let space = ["", "", " ", "\t"][rng.below(4)];
    let text: Vec<String> = parts.into_iter().map(|(key, value)| format!("\"{key}\"{space}:{space}{value}")).collect();
    let mut line = format!("{space}{{{}}}{space}", text.join(",")).into_bytes();
    if rng.chance(35) {
        mutate(rng, &mut line);
    }
    line
}

fn event(rng: &mut Rng, program: &Checked, events: &[trustc::program::ty::RecordId], hints: &Hints) -> String {
    let all: Vec<_> = (0..program.types.records.len() as u32)
        .map(trustc::program::ty::RecordId)
        .filter(|id| program.types.record_def(*id).is_event)
        .collect();
    let from = if rng.chance(90) && !events.is_empty() { events } else { &all };
    let Some(id) = rng.pick(from).copied() else { return "{\"name\":\"Nothing\"}".into() };
    let def = program.types.record_def(id);
    let value = facts::record(rng, &program.types, id, hints);
    let name = if rng.chance(30) { &def.wire } else { &def.name };
    let mut parts = vec![format!("\"name\":\"{name}\"")];
    if !def.fields.is_empty() || rng.chance(50) {
        parts.push(format!("\"fields\":{}", wire::any_form(rng, &program.types, &Ty::Record(id), &value)));
    }
    if rng.chance(3) {
        parts.push("\"more\": {}".into());
    }
    if rng.chance(40) {
        rng.shuffle(&mut parts);
    }
    format!("{{{}}}", parts.join(", "))
}

fn mutate(rng: &mut Rng, line: &mut Vec<u8>) {
    const PIECES: [&[u8]; 18] = [
        b"\"",
        b"\\",
        b"\\u0041",
        b"\\ud800",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"true",
        b"1e999",
        b"-",
        b"\xff",
        b"\xc3\xa9",
        b" ",
        b"0",
    ];
    for _ in 0..=rng.below(2) {
        let at = rng.below(line.len() + 1);
        match rng.below(5) {
            0 => line.truncate(at),
            1 => drop(line.splice(at..(at + rng.below(6)).min(line.len()), [])),
            2 => drop(line.splice(at..at, PIECES[rng.below(PIECES.len())].iter().copied())),
            3 => {
                if let Some(byte) = line.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
            _ => {
                let from = rng.below(line.len() + 1);
                let piece = line[from..(from + rng.below(30)).min(line.len())].to_vec();
                drop(line.splice(at..at, piece));
            }
        }
    }
}

/// The policy of a seed, some with narrow limits.
fn policy(seed: u64, rng: &mut Rng) -> (Case, Checked) {
    let case = Case::random(seed, 3);
    let mut source = loader::from_text("case.trust", &Case::root(), &case.source);
    if rng.chance(30) {
        let limits = format!(
            "[limits]\nlist = {}\nstring = {}\nfacts = {}\nnesting = {}\n",
            rng.between(1, 4),
            rng.between(2, 40),
            rng.between(8, 600),
            rng.between(1, 6)
        );
        source.manifest = Some(loader::SourceText {
            name: "trust.toml".into(),
            shown: "trust.toml".into(),
            bytes: limits.into_bytes(),
        });
    }
    match driver::analyse(&source).checked() {
        Ok((program, _)) => (case, program),
        Err(analysis) => panic!("{:?}", analysis.diagnostics),
    }
}

#[test]
fn requests_are_read_and_answered_as_by_the_oracle() {
    let (mut lines, mut refused) = (0u64, 0u64);
    let mut session = Session::new();
    for seed in plan(60) {
        let _telling = Telling(seed);
        let mut rng = Rng::new(seed ^ 0x0072_6571_7565_7374);
        let (case, program) = policy(seed, &mut rng);
        let module = native::module(&program).expect("a module");
        for index in 0..program.blocks.len() {
            for _ in 0..60 {
                let line = draw(&mut rng, &program, index, &case.hints);
                let options = Options { now: rng.chance(40).then_some(1_700_000_000_000_000), strict: rng.chance(30) };
                refused += u64::from(hold(&program, &module, &mut session, &line, &options));
                lines += 1;
            }
        }
    }
    println!("{lines} lines, {refused} refused");
    assert!(refused > lines / 10 && refused < lines * 9 / 10, "{refused} of {lines}");
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let all = [root.clone(), root.join("frameworks")];
    let mut found: Vec<PathBuf> = (all.iter())
        .flat_map(|folder| fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()))
        .filter(|path| path.join("requests.jsonl").is_file())
        .collect();
    found.sort();
    found
}

#[test]
fn the_examples_have_the_answers_they_state() {
    let mut session = Session::new();
    let folders = folders();
    assert!(folders.len() >= 20, "only {} examples with requests", folders.len());
    for folder in folders {
        let analysis = driver::analyse_path(&folder).expect("a package");
        let Ok((program, _)) = analysis.checked() else { panic!("{}", folder.display()) };
        let module = native::module(&program).expect("a module");
        let requests = fs::read_to_string(folder.join("requests.jsonl")).expect("requests");
        let answers = fs::read_to_string(folder.join("answers.jsonl")).expect("answers");
        let mut out = Vec::new();
        for line in requests.lines().filter(|line| !line.trim().is_empty()) {
            let refused = hold(&program, &module, &mut session, line.as_bytes(), &Options::default());
            let answered = session.answer_line(&module, line.as_bytes(), &Options::default(), &mut out);
            assert_eq!(answered, Ok(refused));
            out.push(b'\n');
        }
        assert_eq!(String::from_utf8_lossy(&out), answers, "{}", folder.display());
    }
}

#[test]
fn names_of_clauses_are_those_of_the_module() {
    // What the reader takes for a trigger, the module takes for one.
    for seed in plan(40) {
        let (_, program) = super::checked(seed);
        let module = native::module(&program).expect("a module");
        for (index, def) in program.blocks.iter().enumerate() {
            let id = trust_runtime::schema::BlockId(index as u32);
            let triggers = def.clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Trigger { .. })).count();
            assert_eq!(module.prior_words(id), 1 + triggers.div_ceil(64));
        }
    }
}
