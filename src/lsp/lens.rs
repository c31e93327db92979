//! Code lenses on tests (run) and blocks (coverage), and the commands behind them.
//!
//! In: a document, or a command with its arguments. Out: lenses; what a run finds, as data and as a message. A run works beside
//! the server on a copy of the checked program.

use std::collections::BTreeMap;

use lsp_server::{Message, Notification};
use lsp_types::notification::{Notification as _, ShowMessage};
use lsp_types::{CodeLens, CodeLensParams, Command, ExecuteCommandParams, MessageType, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trust_syntax::ast::ItemKind;
use trust_syntax::diagnostic::Diagnostic;

use super::packages::{Loaded, Packages};
use super::server::{Fault, Reply, Server, read};
use crate::program::Checked;
use crate::testing::coverage::Row;
use crate::testing::{self, Options};

const RUN: &str = "trustc.runTest";
const COVERAGE: &str = "trustc.showCoverage";

pub const COMMANDS: &[&str] = &[RUN, COVERAGE];

/// What a command is about: a test by its title, an invariant or a block by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Target {
    uri: Uri,
    name: String,
    /// Who asks shows the answer itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    quiet: bool,
}

impl Server {
    pub fn code_lenses(&mut self, params: CodeLensParams) -> Result<Vec<CodeLens>, Fault> {
        let uri = params.text_document.uri;
        let (package, id) = self.known(&uri)?;
        let Some((file, module)) = package.file(id).zip(package.module(id)) else { return Ok(Vec::new()) };
        let mut lenses = Vec::new();
        for item in &module.ast.items {
            let (name, place, title) = match &item.kind {
                ItemKind::Test(t) => (&t.title.value, t.title.span, Some("run test")),
                ItemKind::Invariant(i) => (&i.name.text, i.name.span, Some("search for a counterexample")),
                ItemKind::Block(b) => (&b.name.text, b.name.span, None),
                _ => continue,
            };
            let target = Target { uri: uri.clone(), name: name.to_string(), quiet: false };
            let range = file.source.range(place);
            lenses.push(match title {
                Some(title) => CodeLens { range, command: Some(command(title, RUN, &target)), data: None },
                None => CodeLens { range, command: None, data: Some(json!(target)) },
            });
        }
        Ok(lenses)
    }

    /// Puts the coverage into the lens of a block.
    pub fn resolve_lens(&mut self, mut lens: CodeLens) -> Result<CodeLens, Fault> {
        if lens.command.is_some() {
            return Ok(lens);
        }
        let target: Target = read(lens.data.clone().unwrap_or_default())?;
        let package = self.packages.of(&target.uri);
        let title = match rows(&package, &target) {
            None => "coverage is not known while there are errors".to_owned(),
            Some(rows) => {
                let (seen, total) = counted(&rows);
                format!("tests cover {seen} of {total}")
            }
        };
        lens.command = Some(command(&title, COVERAGE, &target));
        Ok(lens)
    }

    pub fn execute(&mut self, params: ExecuteCommandParams) -> Result<Reply, Fault> {
        let argument = params.arguments.into_iter().next().unwrap_or_default();
        match params.command.as_str() {
            RUN => {
                let target: Target = read(argument)?;
                self.run(&target)
            }
            COVERAGE => {
                let target: Target = read(argument)?;
                self.coverage(&target).map(Reply::Now)
            }
            other => Err(Fault::params(format!("there is no command `{other}`"))),
        }
    }

    fn run(&mut self, target: &Target) -> Result<Reply, Fault> {
        let package = self.packages.of(&target.uri);
        let Some(mut program) = package.checked() else {
            return Err(Fault::refused("the package has errors: nothing can be run"));
        };
        let module = package.file_at(&Packages::path(&target.uri)).and_then(|id| package.module(id));
        let here = module.map(|m| m.name.as_str());
        let Checked(inner) = &mut program;
        let of_module = |module: crate::program::ModuleId, modules: &[crate::program::Module]| {
            modules.get(module.0 as usize).map(|m| m.name.as_str()) == here
        };
        let modules = inner.modules.clone();
        inner.tests.retain(|t| t.title == target.name && of_module(t.module, &modules));
        inner.invariants.retain(|i| i.name == target.name && of_module(i.module, &modules));
        if inner.tests.is_empty() && inner.invariants.is_empty() {
            return Err(Fault::refused(format!("there is no test `{}` in this file", target.name)));
        }
        let places = Places::new(&self.packages, &package);
        let sources = package.analysis.sources.clone();
        let (name, quiet) = (target.name.clone(), target.quiet);
        let tell = self.teller();
        Ok(Reply::Later(Box::new(move || {
            let report = testing::run(&program, &sources, &Options::default());
            let findings: Vec<Value> = report.diagnostics().into_iter().map(|d| places.finding(d)).collect();
            let cases: usize = report.invariants.iter().map(|i| i.cases).sum();
            let expectations: usize = report.tests.iter().map(|t| t.expectations).sum();
            let passed = report.passed();
            let tried =
                if report.tests.is_empty() { format!("{cases} cases") } else { format!("{expectations} expectations") };
            let message = match (passed, findings.first().and_then(|f| f.get("message")).and_then(Value::as_str)) {
                (true, _) => format!("`{name}` passed: {tried}"),
                (false, Some(first)) => format!("`{name}` failed: {first}"),
                (false, None) => format!("`{name}` failed"),
            };
            let counterexamples: Vec<&str> =
                report.invariants.iter().filter_map(|i| i.counterexample.as_ref()).map(|c| c.test.as_str()).collect();
            let mut answer = json!({
                "name": name, "passed": passed, "expectations": expectations, "cases": cases,
                "message": message, "failures": findings,
            });
            if let (Some(test), Some(object)) = (counterexamples.first(), answer.as_object_mut()) {
                object.insert("counterexample".into(), json!(test));
            }
            if !quiet {
                tell(passed, message);
            }
            Ok(answer)
        })))
    }

    fn coverage(&mut self, target: &Target) -> Result<Value, Fault> {
        let package = self.packages.of(&target.uri);
        let Some(rows) = rows(&package, target) else {
            return Err(Fault::refused("the package has errors: its tests cannot be run"));
        };
        let (seen, total) = counted(&rows);
        let missing: Vec<Value> = rows
            .iter()
            .flat_map(|row| row.missing().map(move |way| (row, way)))
            .map(|(row, way)| json!({ "clause": row.clause.as_str(), "never": way, "location": self.packages.location(&package, row.span) }))
            .collect();
        let names: Vec<String> =
            rows.iter().flat_map(|row| row.missing().map(move |way| format!("`{}` {way}", row.clause))).collect();
        let message = if names.is_empty() {
            format!("`{}`: the tests have seen every clause each way", target.name)
        } else {
            format!("`{}`: {seen} of {total} seen; never {}", target.name, names.join(", "))
        };
        if !target.quiet {
            self.teller()(true, message.clone());
        }
        Ok(json!({ "name": target.name, "seen": seen, "total": total, "missing": missing, "message": message }))
    }

    /// Shows a message to the person at the editor.
    fn teller(&self) -> Box<dyn Fn(bool, String) + Send> {
        let send = self.sender();
        Box::new(move |good, message| {
            let kind = if good { MessageType::INFO } else { MessageType::ERROR };
            let params = json!({ "type": kind, "message": message });
            send(Message::Notification(Notification { method: ShowMessage::METHOD.into(), params }));
        })
    }
}

fn command(title: &str, command: &str, target: &Target) -> Command {
    Command { title: title.into(), command: command.into(), arguments: Some(vec![json!(target)]) }
}

fn rows<'p>(package: &'p Loaded, target: &Target) -> Option<Vec<&'p Row>> {
    let module = package.file_at(&Packages::path(&target.uri)).and_then(|id| package.module(id))?;
    let coverage = package.tests()?.coverage.as_ref()?;
    Some(coverage.rows.iter().filter(|r| r.block == target.name && r.module == module.name).collect())
}

fn counted(rows: &[&Row]) -> (usize, usize) {
    let seen = rows.iter().map(|r| r.ways.iter().filter(|w| w.seen).count()).sum();
    (seen, rows.iter().map(|r| r.ways.len()).sum())
}

/// Where the files of a package are, for work that runs beside the server.
struct Places(BTreeMap<u32, (Uri, super::text::Source)>);

impl Places {
    fn new(packages: &Packages, package: &Loaded) -> Places {
        let files = package.files.iter().enumerate().filter(|(_, f)| !f.std);
        let places = files.filter_map(|(n, f)| Some((n as u32, (packages.uri(&f.path)?, f.source.clone()))));
        Places(places.collect())
    }

    fn finding(&self, finding: &Diagnostic) -> Value {
        let message = &finding.message;
        let notes: Vec<&String> = finding.notes.iter().chain(&finding.help).collect();
        match self.0.get(&finding.span.file.0) {
            Some((uri, source)) => {
                json!({ "message": message, "notes": notes, "uri": uri, "range": source.range(finding.span) })
            }
            None => json!({ "message": message, "notes": notes }),
        }
    }
}
