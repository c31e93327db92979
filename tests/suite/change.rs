//! What explanations say of changes, held against deciding again: of every request of the examples, and of files.
//!
//! In: the requests in `examples`; `tests/cases/explain/NAME.trust` with `NAME.requests.jsonl`. Out: nothing that is said is
//! wrong, in either engine; `NAME.outlook`, what `trustc eval --explain` writes. Facts are changed here by their
//! paths as a reader would, not by the means of the search.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use trustc::change::{Change, End, Need, Outlook, Question, outlook};
use trustc::decision::Effect;
use trustc::driver;
use trustc::facts::{Request, read_request};
use trustc::interp::{Oracle, Prior};
use trustc::native::Native;
use trustc::program::ty::Ty;
use trustc::program::value::Value;
use trustc::program::{BlockId, Checked};

/// One request, decided by both engines.
struct Decider<'a> {
    program: &'a Checked,
    oracle: &'a Oracle<'a>,
    native: &'a Native<'a>,
    block: BlockId,
    prior: &'a Prior,
    now: i64,
}

impl Decider<'_> {
    fn permits_at(&self, args: &[Value], now: i64) -> bool {
        let decision = self.oracle.decide(self.block, args, self.prior, now);
        let native = self.native.decide(self.block, args, self.prior, now).expect("there is native code");
        assert_eq!(decision, native);
        decision.effect == Some(Effect::Permit)
    }

    fn permits(&self, args: &[Value]) -> bool {
        self.permits_at(args, self.now)
    }

    /// The arguments with another value where a path leads: `chain[2].issuer`.
    fn with(&self, args: &[Value], path: &str, value: &Value) -> Vec<Value> {
        let params = &self.program.block(self.block).params;
        let head = path.find(['.', '[']).map_or(path, |end| &path[..end]);
        let at = params.iter().position(|p| p.name == head).unwrap_or_else(|| panic!("no `{path}`"));
        let mut args = args.to_vec();
        args[at] = self.set(&args[at], &params[at].ty, &path[head.len()..], value);
        args
    }

    fn set(&self, whole: &Value, ty: &Ty, path: &str, value: &Value) -> Value {
        if path.is_empty() {
            return value.clone();
        }
        let (index, inner, rest) = if let Some(path) = path.strip_prefix('.') {
            let name = path.find(['.', '[']).map_or(path, |end| &path[..end]);
            let Ty::Record(id) = ty.present() else { panic!("`{name}` of no record") };
            let fields = &self.program.types.record_def(*id).fields;
            let index = fields.iter().position(|f| f.name == name).unwrap_or_else(|| panic!("no `{name}`"));
            (index, fields[index].ty.clone(), &path[name.len()..])
        } else {
            let end = path.find(']').expect("an index ends");
            let inner = ty.present().element().expect("a list").clone();
            (path[1..end].parse().expect("an index is a number"), inner, &path[end + 1..])
        };
        let (Value::Record(values) | Value::List(values)) = whole else { panic!("nothing there: {path}") };
        let mut values = values.to_vec();
        values[index] = self.set(&values[index], &inner, rest, value);
        if matches!(whole, Value::Record(_)) { Value::Record(values.into()) } else { Value::List(values.into()) }
    }

    fn changed(&self, args: &[Value], set: &[Change]) -> Vec<Value> {
        set.iter().fold(args.to_vec(), |args, c| self.with(&args, &c.path, &c.nearest))
    }

    /// Everything that is said of a set of changes.
    fn hold_set(&self, args: &[Value], set: &[Change]) {
        let all = self.changed(args, set);
        assert!(self.permits(&all), "together they permit: {set:?}");
        for (i, change) in set.iter().enumerate() {
            let others: Vec<Change> = set.iter().enumerate().filter(|(n, _)| *n != i).map(|(_, c)| c.clone()).collect();
            let others = self.changed(args, &others);
            let permits = |value: &Value| self.permits(&self.with(&others, &change.path, value));
            assert!(!self.permits(&others), "none is needless: {set:?}");
            assert!(!permits(&change.from), "it says what the fact is: {change:?}");
            if change.or_absent {
                assert!(permits(&Value::None), "it may be absent: {change:?}");
            }
            match &change.need {
                Need::Range { least, most, .. } => {
                    for (bound, beside) in [(least, -1), (most, 1)] {
                        let Some(bound) = bound else { continue };
                        assert!(permits(bound), "the bound is enough: {change:?}");
                        if let Some(beside) = moved(bound, beside) {
                            assert!(!permits(&beside), "what is beside the bound is not: {change:?}");
                        }
                    }
                    let within = least.as_ref().is_none_or(|l| *l <= change.nearest)
                        && most.as_ref().is_none_or(|m| change.nearest <= *m);
                    assert!(within, "{change:?}");
                }
                Need::OneOf(values) => {
                    let count = match change.ty.present() {
                        Ty::Enum(id) => self.program.types.enum_def(*id).cases.len() as u32,
                        Ty::Bool => 2,
                        other => panic!("no cases: {other:?}"),
                    };
                    for n in 0..count {
                        let value = if *change.ty.present() == Ty::Bool { Value::Bool(n == 1) } else { Value::Case(n) };
                        assert_eq!(permits(&value), values.contains(&value), "{value:?} in {change:?}");
                    }
                }
                Need::SuchAs(values) => assert!(!values.is_empty() && values.iter().all(permits), "{change:?}"),
                Need::Within(networks) => assert!(!networks.is_empty()),
                Need::Other | Need::Present | Need::More(_) => assert_ne!(change.nearest, Value::None),
                Need::Absent => assert_eq!(change.nearest, Value::None),
                Need::Elements { with, without } => {
                    let (Value::Set(new) | Value::List(new)) = &change.nearest else { panic!("{change:?}") };
                    let (Value::Set(old) | Value::List(old)) = &change.from else { panic!("{change:?}") };
                    assert_eq!(new.len() + without.len(), old.len() + with.len(), "{change:?}");
                    assert!(with.iter().all(|v| new.contains(v)), "{change:?}");
                    assert!(without.iter().all(|v| old.contains(v)), "{change:?}");
                }
            }
        }
    }

    fn hold(&self, args: &[Value]) -> Said {
        let Decider { program, oracle, block, prior, now, .. } = *self;
        match outlook(&Question { program, oracle, block, args, prior, now }) {
            Outlook::Open => Said::Open,
            Outlook::Denied(remedy) => {
                assert!(!self.permits(args));
                remedy.sets.iter().for_each(|set| self.hold_set(args, set));
                let sizes: Vec<usize> = remedy.sets.iter().map(Vec::len).collect();
                assert!(sizes.len() <= 3 && sizes.iter().all(|n| (1..=3).contains(n) && *n == sizes[0]), "{sizes:?}");
                assert!(remedy.hopeless.is_empty() || remedy.sets.is_empty());
                if let Some(at) = remedy.waits_until {
                    assert!(!self.permits_at(args, at - 1) && self.permits_at(args, at), "{at}");
                }
                if remedy.sets.is_empty() && remedy.hopeless.is_empty() { Said::NotFound } else { Said::Change }
            }
            Outlook::Permitted(ends) => {
                let until = self.oracle.decide(block, args, prior, now).valid_until;
                assert_eq!(ends.first.as_ref().map(|end| end.at), until);
                let told = |end: &Option<End>| end.as_ref().is_none_or(|end| !end.causes.is_empty());
                assert!(told(&ends.first) && told(&ends.denied), "an end has a cause: {ends:?}");
                if let Some(end) = &ends.denied {
                    assert!(self.permits_at(args, end.at - 1) && !self.permits_at(args, end.at), "{ends:?}");
                }
                Said::End
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Open,
    Change,
    NotFound,
    End,
}

fn moved(value: &Value, by: i64) -> Option<Value> {
    match value {
        Value::Int(n) => n.checked_add(by).map(Value::Int),
        Value::Decimal(n) => n.checked_add(by).map(Value::Decimal),
        Value::Instant(n) => n.checked_add(by).map(Value::Instant),
        Value::Duration(n) => n.checked_add(by).map(Value::Duration),
        Value::Case(n) => u32::try_from(i64::from(*n) + by).ok().map(Value::Case),
        other => panic!("no bound: {other:?}"),
    }
}

/// Of every request: what its explanation says of changes.
fn hold_requests(program: &Checked, requests: &str, said: &mut Vec<Said>) {
    let oracle = Oracle::new(program);
    let native = Native::new(program);
    for line in requests.lines() {
        let Ok(Request::Decide { block, args, prior, now, .. }) = read_request(program, line.as_bytes(), None, false)
        else {
            continue;
        };
        let prior = Prior::Triggers(prior);
        let decider = Decider { program, oracle: &oracle, native: &native, block, prior: &prior, now };
        said.push(decider.hold(&args));
    }
}

fn program(path: &Path) -> Checked {
    let analysis = driver::analyse_path(path).unwrap_or_else(|e| panic!("{}: {}", path.display(), e.message));
    match analysis.checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{}: {:?}", path.display(), analysis.diagnostics),
    }
}

#[test]
fn what_is_said_of_changes_is_true_of_every_example() {
    let mut said = Vec::new();
    for folder in super::examples::folders() {
        if let Ok(requests) = fs::read_to_string(folder.join("requests.jsonl")) {
            hold_requests(&program(&folder), &requests, &mut said);
        }
    }
    // The vectors of real frameworks too.
    let mut packages: BTreeMap<String, String> = BTreeMap::new();
    for (_, line) in super::conformance::lines() {
        let Some(path) = line["package"].as_str() else { continue };
        let _ = writeln!(packages.entry(path.to_owned()).or_default(), "{}", line["request"]);
    }
    for (path, requests) in packages {
        hold_requests(&program(Path::new(&path)), &requests, &mut said);
    }
    let count = |what: Said| said.iter().filter(|s| **s == what).count();
    assert!(
        count(Said::End) >= 50 && count(Said::Change) >= 70,
        "{} ends, {} changes",
        count(Said::End),
        count(Said::Change)
    );
    assert!(count(Said::NotFound) <= 4, "{} searches found nothing", count(Said::NotFound));
}

/// Each case is answered by the program, once as text and once as JSON.
#[test]
fn explain() {
    super::cases::hold("explain", "outlook", |case| {
        let requests = super::cases::read(&case.with_extension("requests.jsonl"));
        hold_requests(&program(case), &requests, &mut Vec::new());
        let mut out = String::new();
        for line in requests.lines() {
            let request: serde_json::Value = serde_json::from_str(line).expect("a request is JSON");
            let text = single(case, &request);
            let from = ["what would permit it", "what ends it"].iter().filter_map(|t| text.find(t)).min();
            let json: serde_json::Value =
                serde_json::from_str(&run(&["eval", &shown(case), "--requests", "-", "--explain"], line))
                    .expect("JSON");
            let outlook = json["explain"].get("change").or(json["explain"].get("ends"));
            let told = from.map_or("nothing is said of changes\n", |at| &text[at..]);
            let _ =
                writeln!(out, "## {}\n{told}{}\n", request["id"], outlook.map(ToString::to_string).unwrap_or_default());
        }
        out
    });
}

fn single(case: &Path, request: &serde_json::Value) -> String {
    let word = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
    let (case, block, now) = (shown(case), word("block"), word("now"));
    let mut words = vec!["eval", &case, "--block", &block, "--facts", "-", "--now", &now, "--explain"];
    let prior: Vec<&str> = request["prior"].as_array().into_iter().flatten().filter_map(|p| p.as_str()).collect();
    let prior = prior.join(",");
    if !prior.is_empty() {
        words.extend(["--prior", &prior]);
    }
    run(&words, &request["args"].to_string())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn run(words: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trustc"));
    let mut child = command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("it reads");
    drop(stdin);
    String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("text")
}
