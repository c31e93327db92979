//! Every example is checked, laid out, tested and answers its requests as it says.

use std::fs;
use std::path::{Path, PathBuf};

use trustc::testing::{self, Options};
use trustc::{driver, fmt};

pub(crate) fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for folder in [root.clone(), root.join("frameworks")] {
        found.extend(fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| holds_policy(p)));
    }
    found.sort();
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    all.filter(|p| p.extension().is_some_and(|e| e == "trust")).collect()
}

fn holds_policy(path: &Path) -> bool {
    path.is_dir() && !sources(path).is_empty()
}

#[test]
fn every_example_is_clean_and_passes_its_tests() {
    let mut wrong = Vec::new();
    let folders = folders();
    assert!(folders.len() >= 40, "only {} examples were found", folders.len());
    for folder in folders {
        let name = folder.display();
        for source in sources(&folder) {
            let text = fs::read_to_string(&source).unwrap();
            if fmt::format(&text).ok().as_deref() != Some(&text) {
                wrong.push(format!("{}: not in the one layout", source.display()));
            }
        }
        let analysis = driver::analyse_path(&folder).unwrap();
        wrong.extend(analysis.diagnostics.iter().map(|d| format!("{name}: {} {}", d.code, d.message)));
        let lints = trustc::lint::lint(&analysis, &Default::default());
        wrong.extend(lints.iter().map(|d| format!("{name}: {} {}", d.code, d.message)));
        let Ok((program, sources)) = analysis.checked() else { continue };
        let options = Options { coverage: true, ..Options::default() };
        let native = trustc::native::Native::new(&program);
        let report = testing::run_against(&program, &sources, &options, Some(&native));
        wrong.extend(report.diagnostics().iter().map(|d| format!("{name}: {}", d.message)));
        if let Ok(requests) = fs::read_to_string(folder.join("requests.jsonl")) {
            let wanted = fs::read_to_string(folder.join("answers.jsonl")).unwrap_or_default();
            if crate::cases::answers(&program, &requests) != wanted {
                wrong.push(format!("{name}: its requests have other answers than `answers.jsonl` says"));
            }
        }
        match &report.coverage {
            Some(coverage) if coverage.percent() == 100 => {}
            _ => wrong.push(format!("{name}: not every clause was seen both ways")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answered_request_fits_the_schema_of_its_block() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in folders() {
        let Ok(requests) = fs::read_to_string(folder.join("requests.jsonl")) else { continue };
        let answers = fs::read_to_string(folder.join("answers.jsonl")).unwrap_or_default();
        let (program, _) = driver::analyse_path(&folder).unwrap().checked().unwrap();
        for (request, answer) in requests.lines().filter(|l| !l.trim().is_empty()).zip(answers.lines()) {
            let request: serde_json::Value = serde_json::from_str(request).unwrap();
            let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
            let (Some(args), None) = (request.get("args"), answer.get("error")) else { continue };
            let block = trustc::facts::resolve_block(&program, request["block"].as_str().unwrap()).unwrap();
            let schema = trustc::schema_json::json_schema(&program, block);
            let schema = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
            seen += 1;
            let faults = schema.iter_errors(args).map(|e| format!("{}: {}: {e}", folder.display(), e.instance_path()));
            wrong.extend(faults);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} requests were looked at");
}
