//! Folders below a package: what was not looked at is said, by every command that passes over it.

use crate::cli::Folder;

const POLICY: &str = "participation visitor(badge: string?) {\n    require has_badge: has badge\n}\n\n\
                      test \"a badge\" {\n    at 2026-03-01\n    expect visitor(\"b\"): permit\n}\n";

#[test]
fn one_policy_on_top_does_not_hide_those_below_in_silence() {
    let folder = Folder::new("hidden");
    folder.file("all/stray.trust", POLICY).file("all/a/a.trust", POLICY).file("all/b/c/c.trust", POLICY);
    folder.file("all/.old/old.trust", POLICY).file("all/target/built.trust", POLICY);
    let ran = folder.run(&["check", "all"]).code(0).out("no findings in 1 file");
    let ran = ran.err("warning: policies below all were not looked at, since `stray.trust` makes all one package");
    let ran = ran.err("\n  all/a\n  all/b/c\n").err("`trustc check all all/a`").err("take `stray.trust` away");
    assert!(!ran.err.contains("old") && !ran.err.contains("target"), "{}", ran.err);
    folder.run(&["test", "all"]).code(0).err("  all/b/c\n");
    folder.run(&["doc", "all", "-o", "book"]).code(0).err("  all/b/c\n");
    folder
        .run(&["check", "all", "--format", "github"])
        .code(0)
        .out("::warning title=not looked at::policies below all");
    folder.run(&["check", "all", "--format", "json"]).code(0).out("\"warnings\": 0").err("  all/a\n");
    // What is named is looked at, however it is written.
    let ran = folder.run(&["check", "all", "./all/a", "all/b"]).code(0).out("in 3 files");
    assert_eq!(ran.err, "");
    let ran = folder.run(&["check", "all/stray.trust"]).code(0);
    assert_eq!(ran.err, "");
}

#[test]
fn a_manifest_above_the_policies_says_where_they_are() {
    let folder = Folder::new("manifest_above");
    folder.file("p/trust.toml", "name = \"p\"\n").file("p/sub/a.trust", POLICY).file("q/q.trust", POLICY);
    let ran =
        folder.run(&["check", "p"]).code(2).err("holds no `.trust` file beside its `trust.toml`").err("\n  p/sub\n");
    assert!(ran.err.contains("put `trust.toml` there"), "{}", ran.err);
    folder.run(&["check", "p", "q"]).code(2);
    // Beside others it is one of them, and still passes over what stands below it.
    folder.run(&["check", "."]).code(0).err("since `trust.toml` makes ./p one package").err("\n  ./p/sub\n");
}
