//! Renaming, over all modules of the package.
//!
//! In: a place and a new name. Out: edits, or why not. The result is checked before it is offered: whatever would be an
//! error in it that is none now, and any name that would mean something else, is a refusal.

use std::collections::BTreeMap;

use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, TextEdit};
use trust_syntax::ast::RESERVED;
use trust_syntax::diagnostic::Severity;
use trust_syntax::span::{FileId, Span};

use super::edits::Changes;
use super::navigate::uses;
use super::packages::Loaded;
use super::server::{Fault, Server};
use crate::program::index::Def;

impl Server {
    pub fn prepare_rename(
        &mut self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>, Fault> {
        let Some((package, found)) = self.named_at(&params) else { return Ok(None) };
        renamable(&package, found.def, found.span)?;
        let Some(file) = package.file(found.span.file) else { return Ok(None) };
        let range = file.source.range(found.span);
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
            range,
            placeholder: package.text(found.span).to_owned(),
        }))
    }

    pub fn rename(&mut self, params: RenameParams) -> Result<Option<Changes>, Fault> {
        let Some((package, found)) = self.named_at(&params.text_document_position) else { return Ok(None) };
        renamable(&package, found.def, found.span)?;
        let new = params.new_name.trim();
        if new == package.text(found.span) {
            return Ok(Some(Changes::default()));
        }
        spelling(found.def, new)?;
        let spans = uses(&package, found.def);
        trial(&package, &spans, new)?;
        let mut changes = Changes::default();
        for span in spans {
            let Some(location) = self.packages.location(&package, span) else { continue };
            changes.add(&location.uri, TextEdit { range: location.range, new_text: new.to_owned() });
        }
        Ok(Some(changes))
    }
}

fn renamable(package: &Loaded, def: Def, used: Span) -> Result<(), Fault> {
    let why = match def {
        Def::Module(_) => "a module is named by its file: rename the file",
        Def::Control(_) => "the id of a control is the standard's own",
        Def::Builtin(_) => "this is built into the language",
        _ => {
            let Some(declared) = package.analysis.index.defs.get(&def) else {
                return Err(Fault::refused("this is built into the language"));
            };
            let text = package.text(*declared);
            if package.file(declared.file).is_none_or(|f| f.std) {
                "this is of the standard library"
            } else if matches!(def, Def::Clause(..)) && text == "scope" {
                "the scope has no other name"
            } else if text != package.text(used) {
                "it goes by another name here"
            } else {
                return Ok(());
            }
        }
    };
    Err(Fault::refused(why))
}

/// Whether the new name is one, of the right kind.
fn spelling(def: Def, new: &str) -> Result<(), Fault> {
    let mut letters = new.chars();
    let first = letters.next();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') || !letters.all(plain) {
        return Err(Fault::refused(format!(
            "`{new}` is no name: letters a to z, digits and `_`, beginning with a letter"
        )));
    }
    let is_type = matches!(def, Def::Enum(_) | Def::Record(_));
    let capital = first.is_some_and(|c| c.is_ascii_uppercase());
    if is_type && !capital {
        return Err(Fault::refused(format!(
            "`{new}` starts with a small letter; types, scales and events have a capital one"
        )));
    }
    if !is_type && capital {
        return Err(Fault::refused(format!("`{new}` starts with a capital letter; only types, scales and events do")));
    }
    if RESERVED.contains(&new) && !matches!(def, Def::Field(..)) {
        return Err(Fault::refused(format!("`{new}` is a word of the language and can only name a field")));
    }
    Ok(())
}

/// Analyses the package as it would be: nothing new is wrong, and every name still means the same.
fn trial(package: &Loaded, spans: &[Span], new: &str) -> Result<(), Fault> {
    let mut source = package.package.clone();
    for (n, file) in source.files.iter_mut().enumerate() {
        let here: Vec<Span> = spans.iter().filter(|s| s.file.0 as usize == n).copied().collect();
        for span in here.iter().rev() {
            let range = span.start as usize..span.end as usize;
            if range.end <= file.bytes.len() {
                file.bytes.splice(range, new.bytes());
            }
        }
    }
    let after = Loaded::new(source, Some(package), None);
    let errors = |loaded: &Loaded| -> BTreeMap<&'static str, usize> {
        let mut count = BTreeMap::new();
        for d in loaded.analysis.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
            *count.entry(d.code).or_default() += 1;
        }
        count
    };
    let before = errors(package);
    for (code, count) in errors(&after) {
        if count > before.get(code).copied().unwrap_or(0) {
            let first = after.analysis.diagnostics.iter().rfind(|d| d.code == code);
            let why = first.map(|d| d.message.clone()).unwrap_or_default();
            return Err(Fault::refused(format!("after the renaming, {why} ({code})")));
        }
    }
    // Every use and definition stands at the same place among the others and means the same.
    let shape = |loaded: &Loaded| -> Vec<(FileId, Def)> {
        loaded.analysis.index.uses.iter().map(|u| (u.span.file, u.def)).collect()
    };
    if shape(package) != shape(&after) {
        return Err(Fault::refused(format!("`{new}` has another meaning where this is named")));
    }
    Ok(())
}
