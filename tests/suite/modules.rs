//! Built modules answer as their sources do, and say plainly what they cannot.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use trust_runtime::module::{FileError, Module, file};
use trust_runtime::request::{Options, Session};
use trustc::native;

use crate::cases;
use crate::examples::folders;

fn built(path: &Path) -> Vec<u8> {
    let (program, _) = cases::checked(path).unwrap_or_else(|e| panic!("{e}"));
    file::write(&native::unit(&program).expect("a unit")).expect("a file")
}

fn answers(module: &Module, requests: &str) -> String {
    let mut session = Session::default();
    let mut out = Vec::new();
    for line in requests.lines().filter(|line| !line.trim().is_empty()) {
        session.answer_line(module, line.as_bytes(), &Options::default(), &mut out).expect("an answer");
        out.push(b'\n');
    }
    String::from_utf8(out).expect("answers are text")
}

#[test]
fn every_example_answers_from_its_module() {
    let mut asked = 0;
    for folder in folders() {
        let bytes = built(&folder);
        assert!(bytes == built(&folder), "{}: the same source gives the same bytes", folder.display());
        let module = Module::read(&bytes).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let Ok(requests) = fs::read_to_string(folder.join("requests.jsonl")) else { continue };
        let wanted = fs::read_to_string(folder.join("answers.jsonl")).expect("answers");
        assert_eq!(answers(&module, &requests), wanted, "{}", folder.display());
        asked += 1;
    }
    assert!(asked > 0, "no example has requests");
}

#[test]
fn a_module_that_is_none_says_why() {
    let bytes = built(&example());
    let read = |bytes: &[u8]| file::read(bytes).map(drop);
    assert_eq!(read(&bytes), Ok(()));
    assert_eq!(read(b""), Err(FileError::NotModule));
    assert_eq!(read(b"module a\n"), Err(FileError::NotModule));
    for cut in [1, 7, 8, 40, file::BODY, bytes.len() - 1] {
        assert!(matches!(read(&bytes[..cut]), Err(FileError::CutOff(_))), "{cut}");
    }
    assert_eq!(read(&bytes[..bytes.len() - 3]), Err(FileError::CutOff(3)));
    assert_eq!(read(&[&bytes[..], b"x"].concat()), Err(FileError::Corrupted));
    for at in [20, 32, 60, file::BODY, bytes.len() - 1] {
        let mut harmed = bytes.clone();
        harmed[at] ^= 1;
        assert!(matches!(read(&harmed), Err(FileError::Corrupted | FileError::CutOff(_))), "{at}");
    }
    let mut other = bytes.clone();
    other[8] += 1;
    let told = read(&other).expect_err("another version").to_string();
    assert!(told.contains(env!("CARGO_PKG_VERSION")) && told.contains("build it again"), "{told}");
    other[12] += 1;
    assert_eq!(read(&other), Err(FileError::Machine));
    // The seal is right, what it seals is nothing.
    assert_eq!(read(&file::sealed(b"")), Err(FileError::Unreadable));
    assert_eq!(read(&file::sealed(&[0xff; 64])), Err(FileError::Unreadable));
}

fn example() -> PathBuf {
    folders().into_iter().find(|folder| folder.join("requests.jsonl").is_file()).expect("an example with requests")
}

fn trustc(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trustc")).args(words).output().expect("trustc runs")
}

#[test]
fn the_command_line_builds_and_asks() {
    let folder = std::env::temp_dir().join(format!("trustc-modules-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let example = example();
    let path = |path: &Path| path.display().to_string();
    let (source, module) = (path(&example), path(&folder.join("policy.tmod")));
    let built = trustc(&["build", &source, "-o", &module]);
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    assert_eq!(fs::read(&module).expect("a module"), trustc(&["build", &source, "-o", "-"]).stdout);
    let requests = path(&example.join("requests.jsonl"));
    let wanted = fs::read(example.join("answers.jsonl")).expect("answers");
    assert_eq!(trustc(&["eval", &module, "--requests", &requests]).stdout, wanted);
    for words in [
        &["check", &module][..],
        &["test", &module],
        &["fmt", &module],
        &["build", &module, "-o", "-"],
        &["eval", &module, "--requests", &requests, "--explain"],
        &["eval", &module, "--requests", &requests, "--engine", "oracle"],
        &["eval", &module, "--requests", &requests, "--engine", "both"],
    ] {
        let refused = trustc(words);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains("built module"), "{words:?}: {told}");
    }
    let graph = trustc(&["build", &source, "-o", "-", "--emit", "ir"]);
    assert!(String::from_utf8_lossy(&graph.stdout).contains("permits = v"), "the graph is printed");
    // Native code ahead of time: the same bytes again, and a linker that is not there is told.
    let object = trustc(&["build", &source, "-o", "-", "--emit", "object"]).stdout;
    assert!(object.len() > 1000 && object == trustc(&["build", &source, "-o", "-", "--emit", "object"]).stdout);
    assert!(
        object == trustc(&["build", &module, "-o", "-", "--emit", "object"]).stdout,
        "a module gives the same object"
    );
    if cfg!(target_os = "linux") {
        let library = path(&folder.join("libpolicy, too.so"));
        let shared = trustc(&["build", &source, "-o", &library, "--emit", "shared"]);
        assert_eq!(shared.status.code(), Some(0), "{}", String::from_utf8_lossy(&shared.stderr));
        let first = fs::read(&library).expect("a library");
        assert!(first.starts_with(b"\x7fELF"), "a library of this system");
        trustc(&["build", &source, "-o", &library, "--emit", "shared"]);
        assert!(first == fs::read(&library).expect("a library"), "the same bytes");
        let mut without = Command::new(env!("CARGO_BIN_EXE_trustc"));
        without.args(["build", &source, "-o", &library, "--emit", "shared"]).env("CC", "no-such-compiler");
        let without = without.output().expect("trustc runs");
        assert_eq!(without.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&without.stderr).contains("there is no `no-such-compiler`"));
    }
    // A module that was cut off is told from one that is none.
    let bytes = fs::read(&module).expect("a module");
    fs::write(&module, &bytes[..bytes.len() / 2]).expect("half of it");
    let cut = trustc(&["eval", &module, "--requests", &requests]);
    assert_eq!(cut.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&cut.stderr).contains("cut off"));
    fs::remove_dir_all(&folder).expect("the folder goes");
}
