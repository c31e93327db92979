//! `include/trust.h` is what the sources say.

use std::path::Path;

use trust_runtime::layout::C_TYPES;

fn made() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("the settings");
    config.after_includes = Some(format!("\n{C_TYPES}"));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in ["error", "memory", "abi", "module", "describe", "session", "decide", "decision"] {
        builder = builder.with_src(root.join("src").join(file).with_extension("rs"));
    }
    let mut out = Vec::new();
    builder.generate().expect("a header").write(&mut out);
    let text = String::from_utf8(out).expect("text");
    // What Rust calls safety.
    let text = text.replace("// # Safety\n//\n", "// The caller promises:\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_header_is_that_of_the_sources() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/trust.h");
    let made = made();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).expect("a header can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "include/trust.h is not what the sources say: BLESS=1 cargo test -p libtrust --test header");
}
