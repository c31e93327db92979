//! The command line from outside: words, streams and exit codes.
//!
//! In: the built binary. Out: what scripts and hosts hold on to. Each test has a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const POLICY: &str = r#"
/// Who may come in.
participation visitor(name: string, badge: string?, until: instant) {
    key name
    /// A visitor shows a badge.
    require has_badge: has badge
    expires visit: until
    suspend thrown_out: on ThrownOut as t when t.name == name
}

event ThrownOut { name: string }
"#;

/// A policy of which the lints have nothing to say.
const CLEAN: &str = "participation visitor(badge: string?) {\n    require has_badge: has badge\n}\n";

const BROKEN: &str = "record Partner {\n    id string\n}\n";

/// A folder of one test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(test: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    pub fn file(&self, name: &str, text: &str) -> &Folder {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trustc"));
        command.current_dir(&self.0).args(words).env_remove("NO_COLOR");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self, words: &[&str]) -> Child {
        self.command(words).spawn().expect("the binary starts")
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.fed(words, b"")
    }

    pub fn fed(&self, words: &[&str], input: &[u8]) -> Ran {
        let mut child = self.start(words);
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || {
            // Who does not read all of it closes the pipe.
            let _ = stdin.write_all(&input);
        });
        let Output { status, stdout, stderr } = child.wait_with_output().expect("the binary ends");
        feeding.join().expect("the feeder ends");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran { code: status.code(), out: text(stdout), err: text(stderr) }
    }
}

#[derive(Debug)]
pub struct Ran {
    code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn code(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    pub fn out(self, part: &str) -> Ran {
        assert!(self.out.contains(part), "`{part}` is not on standard output: {self:?}");
        self
    }

    #[track_caller]
    pub fn err(self, part: &str) -> Ran {
        assert!(self.err.contains(part), "`{part}` is not on standard error: {self:?}");
        self
    }

    #[track_caller]
    pub fn no_out(self) -> Ran {
        assert_eq!(self.out, "");
        self
    }
}

const REQUEST: &str = r#"{"id":1,"block":"visitor","args":{"name":"ann","badge":"b","until":"2026-03-02T00:00:00Z"}}"#;
const NOW: [&str; 2] = ["--now", "2026-03-01"];

fn requests<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["eval", "policy.trust", "--requests", "-"], more].concat()
}

#[test]
fn check_tells_findings_from_trouble() {
    let folder = Folder::new("check");
    folder.file("policy.trust", CLEAN).file("bad/bad.trust", BROKEN).file("empty/readme.md", "");
    folder.run(&["check", "policy.trust"]).code(0).out("no findings in 1 file");
    folder.run(&["check", "bad"]).code(1).out("error[E0").out("bad.trust:2").out("1 error in 1 file");
    folder.run(&["check", "policy.trust", "bad"]).code(1).out("in 2 files").out("`trustc explain E0101` says more");
    folder.file("worse.trust", "record A {\n    id string\n}\nrecord B {\n    a: C\n}\n");
    folder.run(&["check", "worse.trust"]).code(1).out("`trustc explain CODE` says more: E0101, E0202");
    folder.run(&["check", "empty"]).code(2).err("nothing to check").no_out();
    folder.run(&["check", "absent"]).code(2).err("absent").no_out();
    folder.run(&["check"]).code(2);
    folder.run(&["check", "policy.trust", "--format", "xml"]).code(2).err("sarif");
    folder.run(&["check", "policy.trust", "-A", "E0101"]).code(2).err("only lints");
    folder.run(&["check", "policy.trust", "-A", "no-onwer"]).code(2).err("did you mean `no_owner`?");
    folder.file("lint/visitor.trust", POLICY);
    folder.run(&["check", "lint"]).code(1).out("error[T002]").out("error[T004]");
    folder.run(&["check", "lint", "-W", "T002", "-A", "no_way_out"]).code(0).out("warning[T002]").out("1 warning");
    folder.file("lint/trust.toml", "[lints]\nno_revocation = \"allow\"\nno_way_out = \"warn\"\n");
    folder.run(&["check", "lint"]).code(0).out("warning[T004]");
    folder.file("lint/trust.toml", "[lints]\nno_revocaton = \"allow\"\n");
    folder.run(&["check", "lint"]).code(1).out("did you mean `no_revocation`?");
    folder.run(&["check", "policy.trust", "--as-of", "yesterday"]).code(2);
    folder.fed(&["check", "-"], BROKEN.as_bytes()).code(1).out("<stdin>:2");
}

#[test]
fn check_speaks_to_machines() {
    let folder = Folder::new("machines");
    folder.file("policy.trust", CLEAN).file("bad.trust", BROKEN);
    let ran = folder.run(&["check", "bad.trust", "--format", "json", "--timings"]).code(1).err("parse");
    let document: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(document["version"], 1);
    assert_eq!(document["summary"]["errors"], 1);
    assert_eq!(document["diagnostics"][0]["file"], "bad.trust");
    assert_eq!(document["diagnostics"][0]["span"]["start"]["line"], 2);
    folder.run(&["check", "bad.trust", "--format", "github"]).code(1).out("::error file=bad.trust,line=2,");
    folder.run(&["check", "policy.trust", "--format", "github"]).code(0).no_out();
}

#[test]
fn check_applies_what_is_certain() {
    let folder = Folder::new("fix");
    let text = "use std.time.{ended, fresh}\nuse std.duties.log_use\n\nparticipation p(a: bool, b: bool, t: instant) {\n    \
                require r: a or b and ended(t)\n}\n";
    folder.file("p.trust", text);
    folder
        .run(&["check", "p.trust", "--fix", "-W", "mixed_and_or"])
        .code(1)
        .err("applied 1 fix")
        .out("T036")
        .out("T027");
    let fixed = fs::read_to_string(folder.0.join("p.trust")).expect("the file is there");
    assert_eq!(fixed, text.replace("b and ended(t)", "(b and ended(t))"));
    folder.fed(&["check", "-", "--fix"], text.as_bytes()).code(2).err("standard input");
}

#[test]
fn colour_is_asked_for() {
    let folder = Folder::new("colour");
    folder.file("bad.trust", BROKEN);
    assert!(!folder.run(&["check", "bad.trust"]).out.contains('\u{1b}'));
    assert!(folder.run(&["check", "bad.trust", "--color", "always"]).out.contains('\u{1b}'));
    assert!(!folder.run(&["--color", "never", "check", "bad.trust"]).out.contains('\u{1b}'));
}

#[test]
fn a_folder_of_packages_gets_a_book_each() {
    let folder = Folder::new("shelf");
    folder.file("all/guests/visitors.trust", CLEAN).file("all/staff & co/people.trust", CLEAN);
    folder.run(&["doc", "all", "-o", "books"]).code(0).err("2 rule books stand in");
    let page = fs::read_to_string(folder.0.join("books/index.html")).expect("a page before them");
    assert!(
        page.contains("<a href=\"guests/index.html\">") && page.contains("<a href=\"staff%20%26%20co/index.html\">")
    );
    assert!(
        folder.0.join("books/guests/index.html").is_file() && folder.0.join("books/staff & co/index.html").is_file()
    );
    folder.run(&["doc", "all", "-o", "text", "--format", "markdown"]).code(0);
    let page = fs::read_to_string(folder.0.join("text/README.md")).expect("a page before them");
    assert!(page.contains("(guests/rule-book.md)"), "{page}");
    // One that is broken keeps nobody else from a book.
    folder.file("all/broken/partners.trust", BROKEN);
    folder.run(&["doc", "all", "-o", "books"]).code(1).err("E0101").err("2 rule books stand in");
    // What takes one package says which there are.
    folder
        .run(&["eval", "all", "--block", "visitor", "--facts", "-", "--now", "2026-03-01T00:00:00Z"])
        .code(2)
        .err("name one of them")
        .err("all/guests");
    folder
        .file("requests.jsonl", "")
        .run(&["doc", "all", "-o", "books", "--requests", "requests.jsonl"])
        .code(2)
        .err("of one");
}

#[test]
fn explain_and_doc_have_their_pages() {
    let folder = Folder::new("explain");
    folder.run(&["explain", "e0101"]).code(0).out("# E0101");
    folder.run(&["explain"]).code(0).out("E0101 ").out("E0201 ");
    folder.run(&["explain", "E01011"]).code(2).err("did you mean `E0101`").no_out();
    folder.run(&["doc", "std"]).code(0).out("std.time");
    folder.run(&["doc", "policy.trust", "-o", "book", "--timeline", "30d"]).code(2).err("--requests <FILE>").no_out();
    folder.run(&["doc", "std.time"]).code(0).out("define fresh(");
    folder.run(&["doc", "std.tim"]).code(2).err("did you mean `std.time`?");
}

#[test]
fn a_stream_is_answered_line_by_line() {
    let folder = Folder::new("stream");
    folder.file("policy.trust", POLICY).file("requests.jsonl", REQUEST);
    let line = requests(&NOW);
    let ran = folder.fed(&line, format!("{REQUEST}\n\n  \r\n{{\"id\":\"x\"}}\nnot json\n{REQUEST}").as_bytes()).code(1);
    let answers: Vec<serde_json::Value> =
        ran.out.lines().map(|l| serde_json::from_str(l).expect("an answer is JSON")).collect();
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["effect"], "permit");
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&"x".into(), &"F0003".into()));
    assert_eq!((&answers[2]["error"]["code"], &answers[2]["error"]["path"]), (&"F0001".into(), &"line 5".into()));
    assert_eq!(answers[3], answers[0]);
    // A deny is a decision.
    folder.fed(&requests(&["--now", "2026-03-03"]), REQUEST.as_bytes()).code(0).out(r#""effect":"deny""#);
    folder.run(&[&["eval", "policy.trust", "--requests", "requests.jsonl"], &NOW[..]].concat()).code(0);
    folder.fed(&requests(&[]), REQUEST.as_bytes()).code(1).out(r#""path":"now""#);
    let extra = REQUEST.replace(r#""name""#, r#""more":1,"name""#);
    folder.fed(&line, extra.as_bytes()).code(0);
    folder.fed(&requests(&[&NOW[..], &["--strict"]].concat()), extra.as_bytes()).code(1).out("F0107");
    let explained = folder.fed(&requests(&[&NOW[..], &["--explain"]].concat()), REQUEST.as_bytes()).code(0);
    let answer: serde_json::Value = serde_json::from_str(&explained.out).expect("JSON");
    assert_eq!(answer["explain"]["clauses"][0]["rule"], "has_badge");
    assert_eq!(answer["explain"]["clauses"][0]["message"], "A visitor shows a badge.");
}

#[test]
fn events_are_answered_in_the_same_stream() {
    let folder = Folder::new("events");
    folder.file("policy.trust", POLICY);
    let event = r#"{"block":"visitor","event":{"name":"ThrownOut","fields":{"name":"ann"}},"key":["ann"]}"#;
    folder.fed(&requests(&NOW), event.as_bytes()).code(0).out(r#""standing":"suspended""#).out("thrown_out");
}

#[test]
fn nothing_to_decide_is_no_pass() {
    let folder = Folder::new("nothing");
    folder.file("policy.trust", POLICY).file("bad.trust", BROKEN);
    folder.fed(&requests(&NOW), b"\n \n").code(2).err("nothing to decide");
    folder.run(&["eval", "policy.trust"]).code(2).err("say what to decide");
    folder.run(&["eval", "policy.trust", "--facts", "facts.json"]).code(2).err("`--block` is missing");
    folder.run(&["eval", "policy.trust", "--block", "visitor"]).code(2).err("`--facts` is missing");
    folder.run(&["eval", "policy.trust", "--block", "visitor", "--requests", "-"]).code(2).err("--requests");
    folder.run(&["eval", "policy.trust", "--requests", "absent"]).code(2).err("absent");
    folder.run(&["eval", "policy.trust", "--requests", "."]).code(2).err("folder");
    folder.run(&["eval", "-", "--requests", "-"]).code(2).err("both");
    folder.run(&["eval", "policy.trust", "--requests", "-", "--engine", "guess"]).code(2).err("oracle");
    folder.fed(&["eval", "bad.trust", "--requests", "-"], REQUEST.as_bytes()).code(1).err("error[E0").no_out();
}

#[test]
fn a_line_over_the_limit_is_refused_and_the_next_one_answered() {
    let folder = Folder::new("long");
    folder.file("policy.trust", POLICY);
    let mut input = REQUEST.replace("ann", &"a".repeat(3 << 20)).into_bytes();
    input.extend_from_slice(format!("\n{REQUEST}\n").as_bytes());
    let ran = folder.fed(&requests(&NOW), &input).code(1);
    let answers: Vec<&str> = ran.out.lines().collect();
    assert_eq!(answers.len(), 2);
    assert!(answers[0].contains("F0002") && answers[1].contains("permit"), "{answers:?}");
}

#[test]
fn a_host_that_asks_one_at_a_time_gets_its_answer() {
    let folder = Folder::new("interactive");
    folder.file("policy.trust", POLICY);
    let mut child = folder.start(&requests(&NOW));
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
    for _ in 0..3 {
        writeln!(stdin, "{REQUEST}").expect("the binary reads");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("the binary answers");
        assert!(answer.contains("permit"), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("the binary ends").code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new("pipe");
    folder.file("policy.trust", POLICY);
    let mut child = folder.start(&requests(&NOW));
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut first = [0; 1];
    let mut answers = child.stdout.take().expect("a pipe");
    writeln!(stdin, "{REQUEST}").expect("the binary reads");
    answers.read_exact(&mut first).expect("the binary answers");
    drop(answers);
    let feeding = std::thread::spawn(move || {
        for _ in 0..10_000 {
            if writeln!(stdin, "{REQUEST}").is_err() {
                break;
            }
        }
    });
    let output = child.wait_with_output().expect("the binary ends");
    feeding.join().expect("the feeder ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn one_request_is_decided_and_told() {
    let folder = Folder::new("single");
    folder.file("policy.trust", POLICY).file("facts.json", r#"{"name":"ann","until":"2026-03-02T00:00:00Z"}"#);
    let one = ["eval", "policy.trust", "--block", "visitor", "--facts", "facts.json"];
    let at = |more: &[&'static str]| [&one[..], &NOW[..], more].concat();
    folder.run(&at(&[])).code(0).out(r#""reasons":["has_badge"]"#);
    folder.run(&at(&["--prior", "thrown_out"])).code(0).out(r#""standing":"suspended""#);
    let told = folder.run(&at(&["--explain", "--prior", "thrown_out"])).code(0);
    assert!(told.out.starts_with("DENY  visitor, at 2026-03-01T00:00:00Z\nWho may come in.\n"), "{}", told.out);
    let told = told.out("has_badge   A visitor shows a badge.").out("badge is absent");
    told.out("✗ suspend thrown_out").out("settled until 2026-03-02T00:00:00Z");
    folder.run(&at(&["--explain", "--format", "json"])).code(0).out(r#""explain":{"#);
    folder.run(&one).code(2).err("--now");
    folder.run(&at(&["--format", "json"])).code(2).err("--explain");
    let wrong = ["eval", "policy.trust", "--block", "visitr", "--facts", "facts.json", "--now", "2026-03-01"];
    folder.run(&wrong).code(1).out("did you mean `visitor`?").out("F0108");
    folder.run(&at(&["--prior", "nothing"])).code(1).out("prior.0");
    let input = ["eval", "policy.trust", "--block", "visitor", "--facts", "-", "--explain", "--now", "2026-03-01"];
    folder.fed(&input, br#"{"name":7}"#).code(1).out("REFUSED").out("args.name").out("treat this as a deny");
    // Facts cannot add parts to the request they stand in.
    folder.fed(&input, br#"{"name":"a","until":"2026-03-02T00:00:00Z"}, "prior": []"#).code(1).out("F0001");
}

/// The text a person gets, whole: the digest alone is cut.
const TOLD: &str = "\
DENY  visitor, at 2026-03-01T00:00:00Z
Who may come in.

because      has_badge   A visitor shows a badge.
             thrown_out  an event `ThrownOut` was reported: the standing is at least suspended
standing     suspended
prior        thrown_out
valid until  for ever: no instant to come changes it, only other facts can
policy       policy 0.0.0, blake3:…

how each clause came out
  ✗ require has_badge   does not hold
      A visitor shows a badge.
      badge is absent
  ✓ expires visit       has not expired; settled until 2026-03-02T00:00:00Z
      until is 2026-03-02T00:00:00Z
  ✗ suspend thrown_out  is in force: the standing is at least suspended

what would permit it
  no fact can: `thrown_out` is in force, and nothing lifts it
";

#[test]
fn an_explanation_reads_from_the_answer_to_its_ground() {
    let folder = Folder::new("told");
    folder.file("policy.trust", POLICY).file("facts.json", r#"{"name":"ann","until":"2026-03-02T00:00:00Z"}"#);
    let words = ["eval", "policy.trust", "--block", "visitor", "--facts", "facts.json", "--explain", "--prior"];
    let told = folder.run(&[&words[..], &["thrown_out"], &NOW[..]].concat()).code(0).out;
    let digest = told.lines().find_map(|l| l.split("blake3:").nth(1)).expect("a digest");
    assert_eq!(told.replace(digest, "…"), TOLD);
}

const TESTED: &str = r#"
test "a badge lets a visitor in" {
    at 2026-03-01
    expect visitor("ann", "b", 2026-03-02): permit
}

test "no badge, no visit" {
    at 2026-03-01
    expect visitor("ann", none, 2026-03-02): deny because has_badge
}

invariant badge_needed(n: string, u: instant): not visitor(n, none, u, prior: active).permitted
"#;

#[test]
fn tests_pass_fail_and_may_not_be_missing() {
    let folder = Folder::new("tests");
    let tested = format!("{POLICY}{TESTED}");
    folder.file("untested.trust", POLICY).file("tested.trust", &tested).file("bad.trust", BROKEN);
    folder.file("failing.trust", &tested.replace("deny because has_badge", "permit"));
    folder.run(&["test", "untested.trust"]).code(2).err("nothing to test").no_out();
    folder.run(&["test", "tested.trust", "--filter", "absent"]).code(2).err("left out all 3").no_out();
    folder.run(&["test", "tested.trust"]).code(0).out("2 tests, 2 passed");
    folder.run(&["test", "tested.trust", "-v"]).code(0).out("no badge, no visit");
    folder.run(&["test", "tested.trust", "--filter", "no badge"]).code(0).out("1 test, 1 passed");
    folder.run(&["test", "failing.trust"]).code(1).out("1 failed").out("failing.trust:");
    folder.run(&["test", "bad.trust", "tested.trust"]).code(1).err("error[E0").out("2 tests, 2 passed");
    folder.run(&["test", "tested.trust", "--coverage", "--min-coverage", "1"]).code(0).out("coverage: ");
    folder.run(&["test", "tested.trust", "--coverage", "--min-coverage", "100"]).code(1).err("less than 100%");
    folder.run(&["test", "tested.trust", "--min-coverage", "1"]).code(2).err("--coverage");
    for engine in ["native", "oracle", "both"] {
        folder.run(&["test", "tested.trust", "--engine", engine]).code(0).out("2 tests, 2 passed");
    }
    let ran = folder.run(&["test", "failing.trust", "--format", "json"]).code(1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["passed"], false);
    folder.run(&["test", "failing.trust", "--format", "junit"]).code(1).out("<testsuites").out("failures=\"1\"");
}

#[test]
fn fmt_leaves_what_it_cannot_read_and_finds_nothing_in_nothing() {
    let folder = Folder::new("fmt");
    folder.file("bad.trust", BROKEN).file("empty/.hidden/a.trust", "").file("empty/target/a.trust", "");
    folder.run(&["fmt", "bad.trust"]).code(1).err("error[E0").no_out();
    assert_eq!(fs::read_to_string(folder.0.join("bad.trust")).expect("text"), BROKEN);
    folder.run(&["fmt", "empty"]).code(2).err("nothing to format");
    folder.run(&["fmt", "absent"]).code(2).err("absent");
    folder.run(&["fmt", "-", "bad.trust"]).code(2);
}

#[test]
fn fmt_check_shows_what_fmt_would_do() {
    let folder = Folder::new("fmt_check");
    let untidy = POLICY.replace("    require", "  require");
    folder.file("b/policy.trust", &untidy);
    folder.run(&["fmt", "--check", "b"]).code(1).out("-  require").out("+    require").err("1 of 1 file");
    assert_eq!(fs::read_to_string(folder.0.join("b/policy.trust")).expect("text"), untidy);
    folder.run(&["fmt", "b"]).code(0).no_out().err("formatted 1 of 1 file");
    folder.run(&["fmt", "--check", "b"]).code(0).no_out();
    let formatted = fs::read_to_string(folder.0.join("b/policy.trust")).expect("text");
    let piped = folder.fed(&["fmt", "-"], untidy.as_bytes()).code(0);
    assert_eq!(piped.out, formatted);
    assert!(fs::read_dir(folder.0.join("b")).expect("a folder").count() == 1, "nothing is left lying about");
}

/// The built module of a policy in the folder.
fn build(folder: &Folder, policy: &str, module: &str) {
    let analysis = trustc::driver::analyse_path(&folder.0.join(policy)).expect("a package");
    let Ok((program, _)) = analysis.checked() else { panic!("{policy} has errors") };
    let unit = trustc::native::unit(&program).expect("a unit");
    let bytes = trust_runtime::module::file::write(&unit).expect("bytes");
    fs::write(folder.0.join(module), bytes).expect("a file can be written");
}

#[test]
fn every_engine_and_a_built_module_answer_alike() {
    let folder = Folder::new("engines");
    folder.file("policy.trust", POLICY);
    build(&folder, "policy.trust", "policy.tmod");
    let event = r#"{"id":"é","block":"visitor","event":{"name":"ThrownOut","fields":{"name":"ann"}},"key":["ann"]}"#;
    let input = format!("{REQUEST}\n{event}\n{{\"id\":1,\"block\":\"visitr\"}}\nno JSON\n");
    let answers = |words: &[&str]| {
        let mut line = words.to_vec();
        line.extend(["--requests", "-", "--now", "2026-03-01"]);
        folder.fed(&line, input.as_bytes()).code(1).out.clone()
    };
    let wanted = answers(&["eval", "policy.trust", "--engine", "oracle"]);
    assert_eq!(wanted.lines().count(), 4, "{wanted}");
    assert_eq!(answers(&["eval", "policy.trust"]), wanted);
    assert_eq!(answers(&["eval", "policy.trust", "--engine", "both"]), wanted);
    assert_eq!(answers(&["eval", "policy.tmod"]), wanted);

    let facts = r#"{"name":"ann","badge":"7","until":"2026-04-01T00:00:00Z"}"#;
    let single = |words: &[&str], facts: &str, code: i32| {
        let mut line = words.to_vec();
        line.extend(["--block", "visitor", "--facts", "-", "--now", "2026-03-01", "--prior", "thrown_out"]);
        folder.fed(&line, facts.as_bytes()).code(code).out.clone()
    };
    for (facts, code) in [(facts, 0), ("{}", 1), (r#"{"name":1}"#, 1)] {
        let wanted = single(&["eval", "policy.trust", "--engine", "oracle"], facts, code);
        for words in
            [&["eval", "policy.trust"][..], &["eval", "policy.tmod"], &["eval", "policy.trust", "--engine", "both"]]
        {
            assert_eq!(single(words, facts, code), wanted);
        }
    }
}

#[test]
fn a_built_module_is_neither_explained_nor_interpreted() {
    let folder = Folder::new("built");
    folder.file("policy.trust", POLICY);
    build(&folder, "policy.trust", "policy.tmod");
    for more in [&["--explain"][..], &["--engine", "oracle"], &["--engine", "both"]] {
        let mut words = vec!["eval", "policy.tmod", "--requests", "-", "--now", "2026-03-01"];
        words.extend(more);
        folder.fed(&words, REQUEST.as_bytes()).code(2).err("needs the source");
    }
    let mut bytes = fs::read(folder.0.join("policy.tmod")).expect("a module");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(folder.0.join("bad.tmod"), bytes).expect("a file can be written");
    folder
        .fed(&["eval", "bad.tmod", "--requests", "-", "--now", "2026-03-01"], REQUEST.as_bytes())
        .code(2)
        .err("bad.tmod");
}
