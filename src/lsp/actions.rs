//! Code actions: every fix that a finding carries, the import that a finding asks for, and all safe fixes at once.
//!
//! In: a range of a document. Out: quick fixes of the findings in it, and `source.fixAll` where some fix is safe.

use lsp_types::{CodeActionKind, CodeActionParams, Position, Range, TextEdit};
use serde_json::{Value, json};
use trust_syntax::ast::ItemKind;
use trust_syntax::diagnostic::{Diagnostic as Finding, Edit};
use trust_syntax::span::FileId;

use super::diagnostics::diagnostic;
use super::edits::Changes;
use super::packages::Loaded;
use super::server::{Fault, Server};

impl Server {
    pub fn code_actions(&mut self, params: CodeActionParams) -> Result<Vec<Value>, Fault> {
        let (package, id) = self.known(&params.text_document.uri)?;
        let Some(file) = package.file(id) else { return Ok(Vec::new()) };
        let wanted = |kind: &CodeActionKind| {
            let only = params.context.only.as_deref();
            only.is_none_or(|only| only.iter().any(|o| kind.as_str().starts_with(o.as_str())))
        };
        let (from, to) = (file.source.offset(params.range.start), file.source.offset(params.range.end));
        let here = package.findings().iter().filter(|d| d.span.file == id && d.span.start <= to && from <= d.span.end);
        let mut actions = Vec::new();
        if wanted(&CodeActionKind::QUICKFIX) {
            for finding in here {
                actions.extend(self.fixes(&package, id, finding));
            }
        }
        if wanted(&CodeActionKind::SOURCE_FIX_ALL)
            && let Some(all) = self.fix_all(&package, id)
        {
            actions.push(all);
        }
        Ok(actions)
    }

    fn fixes(&self, package: &Loaded, id: FileId, finding: &Finding) -> Vec<Value> {
        let shown = diagnostic(&self.packages, package, finding);
        let action = |title: String, edit: Changes, preferred: bool| {
            json!({
                "title": title,
                "kind": CodeActionKind::QUICKFIX,
                "diagnostics": [shown],
                "edit": edit,
                "isPreferred": preferred,
            })
        };
        let only = finding.fixes.len() == 1;
        let mut actions: Vec<Value> = finding
            .fixes
            .iter()
            .filter_map(|fix| Some(action(fix.title.clone(), self.edit(package, &fix.edits)?, only || fix.safe)))
            .collect();
        for name in finding.help.iter().filter_map(|help| wanted_import(help)) {
            if let Some(edit) = import(package, id, name).and_then(|e| self.workspace_edit(package, vec![(id, e)])) {
                actions.push(action(format!("import `{name}`"), edit, only));
            }
        }
        actions
    }

    /// All safe fixes of a file that do not touch one another.
    fn fix_all(&self, package: &Loaded, id: FileId) -> Option<Value> {
        let safe =
            package.findings().iter().filter(|d| d.span.file == id).filter_map(|d| d.fixes.iter().find(|f| f.safe));
        let mut taken: Vec<&Edit> = Vec::new();
        for fix in safe {
            let apart = |a: &Edit, b: &Edit| {
                a.span.file != b.span.file || a.span.end < b.span.start || b.span.end < a.span.start
            };
            if fix.edits.iter().all(|edit| taken.iter().all(|other| apart(edit, other))) {
                taken.extend(&fix.edits);
            }
        }
        let edits: Vec<Edit> = taken.into_iter().cloned().collect();
        if edits.is_empty() {
            return None;
        }
        Some(json!({
            "title": "apply all safe fixes",
            "kind": CodeActionKind::SOURCE_FIX_ALL,
            "edit": self.edit(package, &edits)?,
        }))
    }

    /// The edits of a fix; nothing where one lies outside of the package.
    fn edit(&self, package: &Loaded, edits: &[Edit]) -> Option<Changes> {
        let edit = |e: &Edit| {
            let file = package.file(e.span.file).filter(|f| !f.std)?;
            Some((e.span.file, TextEdit { range: file.source.range(e.span), new_text: e.text.clone() }))
        };
        self.workspace_edit(package, edits.iter().map(edit).collect::<Option<_>>()?)
    }

    fn workspace_edit(&self, package: &Loaded, edits: Vec<(FileId, TextEdit)>) -> Option<Changes> {
        let mut changes = Changes::default();
        for (file, edit) in edits {
            changes.add(&self.packages.uri(&package.file(file)?.path)?, edit);
        }
        Some(changes)
    }
}

/// `std.time.fresh` of the help "import it: `use std.time.fresh`".
fn wanted_import(help: &str) -> Option<&str> {
    help.strip_prefix("import it: `use ")?.strip_suffix('`')
}

/// The edit that brings `module.name` into a file: behind the last `use`, else behind the framework, else on top.
pub fn import(package: &Loaded, id: FileId, name: &str) -> Option<TextEdit> {
    let (file, module) = package.file(id).zip(package.module(id))?;
    let items = &module.ast.items;
    let end_of = |wanted: fn(&ItemKind) -> bool| items.iter().rfind(|i| wanted(&i.kind)).map(|i| i.span.end);
    let last_use = end_of(|k| matches!(k, ItemKind::Use(_)));
    let framework = end_of(|k| matches!(k, ItemKind::Framework(_)));
    let (at, new_text) = match (last_use, framework) {
        (Some(end), _) => (file.source.position(end), format!("\nuse {name}")),
        (None, Some(end)) => (file.source.position(end), format!("\n\nuse {name}")),
        (None, None) => (Position::new(0, 0), format!("use {name}\n\n")),
    };
    Some(TextEdit { range: Range::new(at, at), new_text })
}
