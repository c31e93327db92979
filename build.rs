//! Makes the table of pages for `trustc explain` from the files under `docs/errors` and `docs/lints`.
//!
//! In: every `CODE.md` or `CODE-name.md` there (a code is a letter and digits). Out: `pages.rs`, a sorted slice of code, name,
//! title and embedded text.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut pages: BTreeMap<String, (String, String)> = BTreeMap::new();
    for folder in ["docs/errors", "docs/lints"] {
        let path = Path::new(&root).join(folder);
        if !path.is_dir() {
            continue;
        }
        println!("cargo:rerun-if-changed={folder}");
        for entry in fs::read_dir(&path)? {
            let path = entry?.path();
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            let code = stem.split('-').next().unwrap_or_default();
            if path.extension().is_some_and(|e| e == "md") && is_code(code) {
                let title = title(code, &fs::read_to_string(&path)?);
                pages.insert(code.to_owned(), (title, format!("/{folder}/{stem}.md")));
            }
        }
    }
    let mut table = String::from("static PAGES: &[Page] = &[\n");
    for (code, (title, file)) in &pages {
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))");
        let name = file.trim_end_matches(".md").split_once('-').map_or("", |(_, name)| name);
        writeln!(table, "    Page {{ code: {code:?}, name: {name:?}, title: {title:?}, text: {text} }},")
            .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("pages.rs"), table)
}

/// `E0302`, `T012`.
fn is_code(stem: &str) -> bool {
    let mut letters = stem.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && !letters.as_str().is_empty()
        && letters.all(|c| c.is_ascii_digit())
}

/// The first heading, without the code that may start it.
fn title(code: &str, text: &str) -> String {
    let heading = text.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or_default();
    let rest = heading.trim().strip_prefix(code).unwrap_or(heading);
    rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '—')).to_owned()
}
