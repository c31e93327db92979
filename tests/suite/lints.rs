//! Lints: each has a page that is true and a case; levels, `@allow` and `--as-of` do what they say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use trust_syntax::diagnostic::Severity;
use trustc::driver::{self, Analysis};
use trustc::lint::{self, LINTS, Lint, Options};
use trustc::manifest::LintLevel;
use trustc::{diag, loader};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn analysed(text: &str) -> Analysis {
    driver::analyse(&loader::from_text("example.trust", &root().join("tests/cases/check"), text))
}

/// The first instant of a day on which every review in the examples is late.
fn late() -> Option<i64> {
    Some(1_798_761_600_000_000)
}

/// The codes found at the default levels, and at the level of an error for this lint.
fn found(lint: &Lint, text: &str) -> Vec<&'static str> {
    let analysis = analysed(text);
    let errors: Vec<_> = analysis.diagnostics.iter().map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{}: {errors:?}\n{text}", lint.code);
    let as_of = lint.is_dated().then(late).flatten();
    let options = Options { levels: vec![(lint.name.into(), LintLevel::Deny)], as_of };
    lint::lint(&analysis, &options).iter().map(|d| d.code).collect()
}

/// The `trust` blocks of a page: whether each is to show the lint, and its text.
fn blocks(page: &str) -> Vec<(bool, String)> {
    let mut all = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```trust") {
            let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
            all.push((info.trim().starts_with("lint="), body.join("\n") + "\n"));
        }
    }
    all
}

#[test]
fn every_lint_has_a_page_whose_examples_are_true() {
    let mut wrong = Vec::new();
    for lint in LINTS {
        let page = root().join(format!("docs/lints/{}-{}.md", lint.code, lint.kebab()));
        let Ok(text) = std::fs::read_to_string(&page) else {
            wrong.push(format!("{} has no page {}", lint.code, page.display()));
            continue;
        };
        if !text.starts_with(&format!("# {}: ", lint.code)) || !text.contains(&format!("`{}`", lint.name)) {
            wrong.push(format!("{}: must open with its code and state its name", page.display()));
        }
        let blocks = blocks(&text);
        if !blocks.iter().any(|(bad, _)| *bad) || !blocks.iter().any(|(bad, _)| !*bad) {
            wrong.push(format!("{}: needs a bad and a good example", page.display()));
        }
        for (bad, example) in blocks {
            let codes: BTreeSet<_> = found(lint, &example).into_iter().collect();
            let wanted: BTreeSet<_> = bad.then_some(lint.code).into_iter().collect();
            if codes != wanted {
                wrong.push(format!("{}: wanted {wanted:?}, found {codes:?} in\n{example}", page.display()));
            }
        }
        for name in [lint.code.to_owned(), lint.kebab(), lint.name.to_owned()] {
            assert_eq!(diag::pages::find(&name).map(|p| p.code), Some(lint.code), "{name}");
        }
    }
    let pages = std::fs::read_dir(root().join("docs/lints")).unwrap().count();
    assert_eq!(pages, LINTS.len(), "a page for each lint and no other");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_controls_a_page_names_exist() {
    let catalogues = std::fs::read_to_string(root().join("stdlib/controls.trust")).unwrap();
    let mut wrong = Vec::new();
    for lint in LINTS {
        let page = root().join(format!("docs/lints/{}-{}.md", lint.code, lint.kebab()));
        let text = std::fs::read_to_string(&page).unwrap();
        let serves = text.split("Serves: ").nth(1).unwrap_or_default();
        let ids = serves.split([' ', ',', '·', '.', '\n']).filter(|w| !w.is_empty());
        let joined: Vec<&str> = serves.split([',', '·', '\n']).map(|w| w.trim().trim_end_matches('.')).collect();
        assert!(ids.count() > 0, "{} serves nothing", lint.code);
        for id in joined.iter().filter(|w| !w.is_empty()) {
            let id = id.rsplit(' ').next().unwrap_or(id);
            if !catalogues.contains(&format!("\"{id}\":")) {
                wrong.push(format!("{}: no control `{id}`", lint.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_lint_has_a_case_that_shows_it() {
    let mut wrong = Vec::new();
    for lint in LINTS {
        let case = root().join(format!("tests/cases/lint/{}_{}.trust", lint.code, lint.name));
        match std::fs::read_to_string(&case) {
            Ok(text) if found(lint, &text).contains(&lint.code) => {}
            Ok(_) => wrong.push(format!("{}: does not show {}", case.display(), lint.code)),
            Err(_) => wrong.push(format!("{} has no case {}", lint.code, case.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a case shows: the lint of its name as an error, the others as they are.
pub(crate) fn shown(case: &Path) -> String {
    let mut analysis = crate::cases::analysis(case);
    let code = case.file_stem().unwrap().to_string_lossy().split('_').next().unwrap().to_owned();
    let of_case = LINTS.iter().find(|l| l.code == code);
    let levels = of_case
        .filter(|l| l.level == LintLevel::Allow)
        .map(|l| (l.name.to_owned(), LintLevel::Warn))
        .into_iter()
        .collect();
    let found =
        lint::lint(&analysis, &Options { levels, as_of: late().filter(|_| of_case.is_some_and(Lint::is_dated)) });
    analysis.diagnostics.extend(found);
    crate::cases::render(&analysis.sources, &analysis.diagnostics)
}

const CRITERIA: &str = "use std.events.ContractEnded\n\nrecord Party { id: string, member: bool }\n\n";

fn member(annotations: &str, clause: &str) -> String {
    format!(
        "{CRITERIA}{annotations}participation member(p: Party) {{\n    key p.id\n{clause}    require is_member: p.member\n    \
         revoke over: on ContractEnded as c when c.party == p.id\n}}\n"
    )
}

fn codes(text: &str, levels: &[(&str, LintLevel)]) -> Vec<(&'static str, Severity)> {
    let analysis = analysed(text);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let levels = levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
    let found = lint::lint(&analysis, &Options { levels, as_of: None });
    found.iter().map(|d| (d.code, d.severity)).collect()
}

#[test]
fn levels_and_allows() {
    let plain = member("", "");
    assert_eq!(codes(&plain, &[]), [("T003", Severity::Error)]);
    assert_eq!(codes(&plain, &[("T003", LintLevel::Warn)]), [("T003", Severity::Warning)]);
    assert_eq!(codes(&plain, &[("verified-once", LintLevel::Warn), ("verified_once", LintLevel::Allow)]), []);
    let allowed = member("@allow(verified_once, \"criteria of form\")\n", "");
    assert_eq!(codes(&allowed, &[]), []);
    // By code, too; and an allow of what is not there is a finding.
    assert_eq!(codes(&member("@allow(T003, \"criteria of form\")\n", ""), &[]), []);
    let idle = member("@allow(verified_once, \"criteria of form\")\n@allow(no_revocation, \"none\")\n", "");
    assert_eq!(codes(&idle, &[]), [("T028", Severity::Error)]);
    // An allow on a clause does not reach beyond it.
    let inside = member("", "    @allow(verified_once, \"wrong place\")\n");
    let both: BTreeSet<_> = codes(&inside, &[]).into_iter().map(|(c, _)| c).collect();
    assert_eq!(both, BTreeSet::from(["T003", "T028"]));
}

#[test]
fn broken_code_and_the_library_have_no_findings() {
    let broken = analysed("participation p(x: Unknown) {\n    key x.id\n}\n");
    assert!(broken.has_errors());
    assert!(lint::lint(&broken, &Options::default()).is_empty());
    let uses = "use std.delegation.{Link, sound}\nuse std.identity.Identity\n";
    let analysis = analysed(&format!("{uses}let a = 1\nlet b = a\nlet c = b\n"));
    assert!(lint::lint(&analysis, &Options::default()).iter().all(|d| d.span.file.0 == 0));
}
