//! The C header of any policy is one that a C compiler takes, with every structure where the layout has it: the header asserts it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use trustc::program::Checked;
use trustc::{driver, emit_header, native};

use super::{Telling, checked, plan};

/// Compiled, without code.
fn compiles(program: &Checked, name: &str) {
    let unit = native::unit(program).expect("a unit");
    let header = emit_header::header(&unit).expect("a header");
    assert_eq!(emit_header::header(&unit).as_ref(), Ok(&header));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.h"));
    fs::write(&path, &header).expect("a file");
    let done = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c"])
        .arg(&path)
        .output()
        .expect("a C compiler");
    assert!(done.status.success(), "{}\n{header}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn of_random_policies() {
    for seed in plan(25) {
        let _telling = Telling(seed);
        compiles(&checked(seed).1, "case");
    }
}

#[test]
fn of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let folders =
        |folder: PathBuf| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut seen = 0;
    for folder in folders(root.clone()).chain(folders(root.join("frameworks"))).filter(|path| path.is_dir()) {
        let Ok(analysis) = driver::analyse_path(&folder) else { continue };
        let Ok((program, _)) = analysis.checked() else { panic!("{}", folder.display()) };
        compiles(&program, "example");
        seen += 1;
    }
    assert!(seen >= 40, "{seen}");
}

#[test]
fn of_names_that_c_would_take_for_others() {
    let source = "enum Tier { gold, default, volatile }
        record Tier_gold { int: int, struct: string?, class: list<Tier>, aB: set<string>?, true_: bool }
        participation ab(tier: Tier_gold, switch: Tier) { require int: tier.int > 0 }
        participation aB(tier: Tier_gold) { require ok: tier.true_ }
        participation ab_permits_fn(tier: list<Tier_gold>) { require ok: count(tier) > 0 }";
    for name in ["2fa.trust", "a b-c.trust", "__.trust", "trust.trust"] {
        let source = trustc::loader::from_text(name, Path::new("."), source);
        let analysis = driver::analyse(&source);
        match analysis.checked() {
            Ok((program, _)) => compiles(&program, "names"),
            Err(broken) => panic!("{:?}", broken.diagnostics),
        }
    }
}
