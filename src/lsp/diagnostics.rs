//! What is wrong with a package, as the protocol says it.
//!
//! In: the findings of an analysis. Out: diagnostics for each file of the package, open or not; files that had some and have
//! none are cleared. Nothing is said of the standard library.

use std::collections::BTreeMap;

use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    PublishDiagnosticsParams,
};
use serde_json::json;
use trust_syntax::diagnostic::{Diagnostic as Finding, Severity};

use super::packages::{Key, Loaded, Packages};
use super::server::Server;

/// The lint of names that nothing uses: editors fade them.
const UNUSED: &str = "T029";

impl Server {
    /// Tells the client of every package that changed since it was last told. Where `wanted` says no in between, what was not told
    /// is left for another time.
    pub fn publish(&mut self, wanted: &dyn Fn() -> bool) {
        for key in self.packages.unpublished() {
            if self.packages.has_open(&key) {
                let package = self.packages.get(&key);
                if package.findings_while(wanted).is_none() {
                    self.packages.untold(&key);
                    continue;
                }
                let all = by_file(&self.packages, &package);
                self.tell(&key, all);
            } else {
                self.tell(&key, BTreeMap::new());
                self.packages.forget(&key);
            }
        }
    }

    fn tell(&mut self, key: &Key, mut all: BTreeMap<String, PublishDiagnosticsParams>) {
        let before = self.shown.remove(key).unwrap_or_default();
        let now = all.iter().filter(|(_, p)| !p.diagnostics.is_empty()).map(|(uri, _)| uri.clone()).collect();
        for uri in before {
            if let (false, Ok(cleared)) = (all.contains_key(&uri), uri.parse()) {
                all.insert(uri, PublishDiagnosticsParams { uri: cleared, diagnostics: Vec::new(), version: None });
            }
        }
        for params in all.into_values() {
            self.notify(PublishDiagnostics::METHOD, json!(params));
        }
        self.shown.insert(key.clone(), now);
    }
}

/// The findings by URI; open documents are there also without any.
fn by_file(packages: &Packages, package: &Loaded) -> BTreeMap<String, PublishDiagnosticsParams> {
    let mut all: BTreeMap<String, PublishDiagnosticsParams> = BTreeMap::new();
    for (n, file) in package.files.iter().enumerate().filter(|(_, f)| !f.std) {
        let document = packages.documents.get(&file.path);
        let diagnostics: Vec<Diagnostic> = package
            .findings()
            .iter()
            .filter(|d| d.span.file.0 as usize == n)
            .filter_map(|d| diagnostic(packages, package, d))
            .collect();
        if diagnostics.is_empty() && document.is_none() {
            continue;
        }
        if let Some(uri) = packages.uri(&file.path) {
            let version = document.map(|d| d.version);
            all.insert(uri.as_str().to_owned(), PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }
    all
}

pub fn diagnostic(packages: &Packages, package: &Loaded, finding: &Finding) -> Option<Diagnostic> {
    let range = package.file(finding.span.file)?.source.range(finding.span);
    let mut message = finding.message.clone();
    if !finding.label.is_empty() && !finding.message.contains(&finding.label) {
        message.push_str(&format!(": {}", finding.label));
    }
    for note in &finding.notes {
        message.push_str(&format!("\nnote: {note}"));
    }
    for help in &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let related: Vec<DiagnosticRelatedInformation> = finding
        .labels
        .iter()
        .filter_map(|label| {
            let location = packages.location(package, label.span)?;
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    Some(Diagnostic {
        range,
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        source: Some("trustc".into()),
        message,
        tags: (finding.code == UNUSED).then(|| vec![DiagnosticTag::UNNECESSARY]),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    })
}
