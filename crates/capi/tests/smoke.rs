//! The C programs of `tests/c`, compiled against the library and run, under Valgrind where it is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use trust_runtime::module::{Module, file};
use trustc::{driver, emit_header, native};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn example() -> PathBuf {
    root().join("../../examples/partner-federation")
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Where cargo has put the library.
fn library() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.parent().expect("a folder").to_owned()
}

/// The built module of the example, and its header beside it.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let analysis = driver::analyse_path(&example()).expect("a package");
        let Ok((program, _)) = analysis.checked() else { panic!("the example has errors") };
        let unit = native::unit(&program).expect("a unit");
        let path = scratch().join("federation.tmod");
        fs::write(scratch().join("policy.h"), emit_header::header(&unit).expect("a header")).expect("a header");
        let symbols = emit_header::symbols(&unit).expect("names");
        let strings = [(symbols.digest.clone(), unit.package.digest.clone())];
        let strings = strings.each_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        let object = Module::new(unit.clone()).and_then(|module| module.object(&symbols.blocks, &strings));
        fs::write(scratch().join("policy.o"), object.expect("an object")).expect("an object");
        fs::write(&path, file::write(&unit).expect("bytes")).expect("a module");
        path
    })
}

fn run(command: &mut Command) {
    let done = command.env("RUST_BACKTRACE", "0").output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{command:?}: {}\n{}{}", done.status, told(&done.stdout), told(&done.stderr));
}

fn compiled(source: &Path, name: &str, link: &[String]) -> PathBuf {
    built();
    let program = scratch().join(name);
    run(Command::new("cc")
        .args(["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(root().join("include"))
        .arg("-I")
        .arg(scratch())
        .arg("-I")
        .arg(root().join("tests/c"))
        .arg(source)
        .arg("-o")
        .arg(&program)
        .args(link));
    program
}

fn shared() -> Vec<String> {
    let folder = library().display().to_string();
    ["-L", &folder, "-ltrust", &format!("-Wl,-rpath,{folder}"), "-lpthread"].map(str::to_owned).to_vec()
}

/// Valgrind, or nothing where there is none, said loudly.
fn watched(program: &Path) -> Command {
    static THERE: OnceLock<bool> = OnceLock::new();
    let there = THERE.get_or_init(|| {
        let there = Command::new("valgrind").arg("--version").output().is_ok_and(|done| done.status.success());
        if !there {
            // Past the capture of the test's output.
            let _ = fs::write("/dev/stderr", "WARNING: valgrind is not installed; the C tests run without it\n");
        }
        there
    });
    if !*there {
        return Command::new(program);
    }
    let mut command = Command::new("valgrind");
    // "Possibly lost" is what Rust keeps of a thread for as long as it runs, held by a pointer into its middle.
    command.args(["-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"]);
    command.args(["--show-leak-kinds=definite,indirect"]).arg(program);
    command
}

fn smoke(name: &str, args: &[&Path]) {
    let program = compiled(&root().join("tests/c").join(name).with_extension("c"), name, &shared());
    run(watched(&program).args(args));
}

#[test]
fn json() {
    smoke("json", &[built(), &example().join("requests.jsonl"), &example().join("answers.jsonl")]);
}

#[test]
fn structs() {
    smoke("structs", &[&example()]);
}

#[test]
fn errors() {
    let empty = scratch().join("empty");
    fs::create_dir_all(&empty).expect("a folder");
    smoke("errors", &[built(), &empty]);
}

#[test]
fn threads() {
    smoke("threads", &[built(), &example().join("requests.jsonl"), &example().join("answers.jsonl")]);
}

#[test]
fn the_static_library_links_too() {
    let mut link = vec![library().join("libtrust.a").display().to_string()];
    link.extend(["-lpthread", "-ldl", "-lm", "-lrt", "-lgcc_s", "-lutil"].map(str::to_owned));
    let program = compiled(&root().join("tests/c/json.c"), "json_static", &link);
    run(Command::new(program).arg(built()).arg(example().join("requests.jsonl")).arg(example().join("answers.jsonl")));
}

/// Linked with an object and nothing else, and with a shared library made of it.
#[test]
fn ahead_of_time() {
    built();
    let source = root().join("tests/c/ahead.c");
    let object = scratch().join("policy.o").display().to_string();
    let program = compiled(&source, "ahead_object", std::slice::from_ref(&object));
    run(&mut watched(&program));
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = scratch().display().to_string();
    run(Command::new("cc")
        .args(["-shared", "-nostdlib", "-Wl,-z,defs", "-o"])
        .arg(scratch().join("libpolicy.so"))
        .arg(&object));
    let link = ["-L", &folder, "-lpolicy", &format!("-Wl,-rpath,{folder}")].map(str::to_owned);
    let program = compiled(&source, "ahead_shared", &link);
    run(&mut watched(&program));
}

#[test]
fn the_header_is_cpp_too() {
    built();
    let source = scratch().join("plus.cpp");
    let text = "#include \"trust.h\"\n#include \"policy.h\"\n#include \"trust.h\"\nint main() { return trust_abi_check(nullptr); }\n";
    fs::write(&source, text).expect("a source");
    if Command::new("c++").arg("--version").output().is_err() {
        let _ = fs::write("/dev/stderr", "WARNING: there is no C++ compiler; the headers were not tried with one\n");
        return;
    }
    run(Command::new("c++")
        .args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"])
        .arg(root().join("include"))
        .arg("-I")
        .arg(scratch())
        .arg(source));
}
