//! The documentation is true: every `trust` block of it compiles, and a block marked `error=E0302` fails with just that code.

use std::path::{Path, PathBuf};

use trustc::{driver, loader};

struct Block {
    line: usize,
    /// The code that checking must give; absent: none.
    error: Option<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((line, text)) = lines.next() {
        let Some(info) = text.strip_prefix("```trust") else { continue };
        let error = info.trim().strip_prefix("error=").map(str::to_owned);
        let body: Vec<&str> = lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```").collect();
        found.push(Block { line: line + 1, error, text: body.join("\n") + "\n" });
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = ["README.md", "docs/reference.md", "docs/tour.md"].map(|p| root().join(p)).into();
    let folder = std::fs::read_dir(root().join("docs/errors")).unwrap();
    pages.extend(folder.map(|e| e.unwrap().path()));
    pages.sort();
    pages
}

#[test]
fn every_block_of_the_documentation_compiles_or_fails_as_it_says() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in blocks(&text) {
            seen += 1;
            let package = loader::from_text("example.trust", &root().join("tests/cases/check"), &block.text);
            let analysis = driver::analyse(&package);
            let codes: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code).collect();
            let wanted: Vec<&str> = block.error.as_deref().into_iter().collect();
            if codes != wanted {
                wrong.push(format!("{}:{}: wanted {wanted:?}, found {codes:?}", page.display(), block.line));
                wrong.extend(analysis.diagnostics.iter().map(|d| format!("    {}: {}", d.code, d.message)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} blocks were found");
}

/// Every code that the sources can report, such as `E0302`.
fn reported_codes() -> std::collections::BTreeSet<String> {
    let mut codes = std::collections::BTreeSet::new();
    let mut folders = vec![root().join("src"), root().join("grammar/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // What stands in unit tests is made up.
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                codes.extend(quoted_codes(text));
            }
        }
    }
    codes
}

fn quoted_codes(text: &str) -> Vec<String> {
    text.split('"')
        .filter(|part| {
            part.len() == 5 && part.starts_with(['E', 'F']) && part.bytes().skip(1).all(|b| b.is_ascii_digit())
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_has_a_page_and_a_case() {
    let codes = reported_codes();
    assert!(codes.len() > 60, "only {} codes were found", codes.len());
    let mut wrong = Vec::new();
    for code in &codes {
        let page = root().join(format!("docs/errors/{code}.md"));
        match std::fs::read_to_string(&page) {
            Ok(text) if text.starts_with(&format!("# {code}: ")) => {}
            Ok(_) => wrong.push(format!("{}: must open with `# {code}: …`", page.display())),
            Err(_) => wrong.push(format!("{code} has no page docs/errors/{code}.md")),
        }
        // A fault of the formatter itself, which no source is known to show, and a file that is no text have no case.
        let without_case = ["E0199", "E0111"].contains(&code.as_str());
        if code.starts_with('E') && !without_case && cases(code).is_empty() {
            wrong.push(format!("{code} has no case tests/cases/check/{code}_….trust"));
        }
    }
    for page in pages().iter().filter(|p| p.parent().is_some_and(|p| p.ends_with("errors"))) {
        let code = page.file_stem().unwrap().to_string_lossy().into_owned();
        if !codes.contains(&code) {
            wrong.push(format!("{} is the page of a code that nothing reports", page.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases(code: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("tests/cases/check")).unwrap();
    folder
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&format!("{code}_"))))
        .filter(|p| p.is_dir() || p.extension().is_some_and(|e| e == "trust"))
        .collect()
}

#[test]
fn the_case_of_a_code_produces_it_and_nothing_else() {
    let mut wrong = Vec::new();
    for code in reported_codes().iter().filter(|c| c.starts_with('E')) {
        for case in cases(code) {
            let analysis = driver::analyse_path(Path::new(&case)).unwrap();
            let found: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code).collect();
            if found != [code.as_str()] {
                wrong.push(format!("{}: found {found:?}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
