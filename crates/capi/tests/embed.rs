//! The hosts of `examples/embed` say the same; a warm session takes no memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use trust_runtime::answer::Buffer;
use trust_runtime::request::{Options, Session};
use trustc::{driver, emit_header, native};

#[expect(dead_code, reason = "its `main` is the example's")]
#[path = "../../../examples/embed/embed.rs"]
mod embed;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn both_hosts_say_the_same() {
    let policy = root().join("examples/first/supplier.trust");
    let mut said = Vec::new();
    embed::run(&policy, &mut said).expect("answers");
    let said = String::from_utf8(said).expect("text");
    let parts =
        ["\"effect\":\"permit\"", "\"transition\":\"revoke\"", "\"reasons\":[\"over\"],\"standing\":\"revoked\""];
    assert_eq!(said.lines().count(), parts.len(), "{said}");
    for (line, part) in said.lines().zip(parts) {
        assert!(line.contains(part), "{line}");
    }
    let test = std::env::current_exe().expect("a path");
    let folder = test.parent().expect("a folder").display().to_string();
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embed");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(root().join("crates/capi/include"))
        .arg(root().join("examples/embed/embed.c"))
        .args(["-L", &folder, "-ltrust", &format!("-Wl,-rpath,{folder}"), "-o"])
        .arg(&program)
        .status();
    assert!(compiled.is_ok_and(|status| status.success()));
    let done = Command::new(&program).arg(&policy).output().expect("a program");
    assert_eq!(String::from_utf8_lossy(&done.stdout), said, "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_host_without_a_library_says_the_same() {
    let analysis = driver::analyse_path(&root().join("examples/first/supplier.trust")).expect("a package");
    let Ok((program, _)) = analysis.checked() else { panic!("the example has errors") };
    let module = native::module(&program).expect("a module");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ahead");
    fs::create_dir_all(&folder).expect("a folder");
    let symbols = emit_header::symbols(module.unit()).expect("names");
    let object = module.object(&symbols.blocks, &[(&symbols.digest, &module.unit().package.digest)]);
    fs::write(folder.join("supplier.o"), object.expect("an object")).expect("an object");
    fs::write(folder.join("supplier.h"), emit_header::header(module.unit()).expect("a header")).expect("a header");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(&folder)
        .arg(root().join("examples/embed/ahead.c"))
        .arg(folder.join("supplier.o"))
        .arg("-o")
        .arg(folder.join("ahead"))
        .status();
    assert!(compiled.is_ok_and(|status| status.success()));
    let done = Command::new(folder.join("ahead")).output().expect("a program");
    assert_eq!(
        String::from_utf8_lossy(&done.stdout),
        "permit until 1800003600\nover, to be carried out by 1772438400\nrevoked\ndeny because over\n"
    );
}

#[test]
fn a_warm_session_takes_no_memory() {
    let folder = root().join("examples/partner-federation");
    let analysis = driver::analyse_path(&folder).expect("a package");
    let Ok((program, _)) = analysis.checked() else { panic!("the example has errors") };
    let module = native::module(&program).expect("a module");
    let requests = fs::read_to_string(folder.join("requests.jsonl")).expect("requests");
    let mut session = Session::new();
    let mut room = vec![0; 8192];
    let mut seen = 0;
    for round in 0..4 {
        for line in requests.lines() {
            let before = COUNT.get();
            let mut out = Buffer::new(&mut room);
            let refused = session.answer_line(&module, line.as_bytes(), &Options::default(), &mut out);
            let count = COUNT.get() - before;
            assert!(out.fits());
            if round > 1 && refused == Ok(false) {
                assert_eq!(count, 0, "{line}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen}");
}
