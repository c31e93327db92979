//! `trustc check --fix`: applies the fixes that are certain to keep the meaning.
//!
//! In: a package. Out: the same package with its safe fixes applied, in memory and in its files. What always holds: a fix is
//! applied whole or not at all, two that touch the same text are not applied in one round, and text that would have
//! an error it did not have before is not written.

use std::path::Path;

use trust_syntax::diagnostic::{Diagnostic, Edit, Severity};

use super::console::remark;
use super::{Failure, files, sources};
use crate::lint::{self, Options};
use crate::loader::PackageSource;

/// A fix may make another one possible, but not for ever.
const ROUNDS: usize = 8;

pub fn apply(package: &mut PackageSource, options: &Options) -> Result<(), Failure> {
    if package.files.iter().any(|f| f.shown == "<stdin>") {
        return Err(Failure::unusable("`--fix` changes files; standard input is none"));
    }
    let before = package.clone();
    let mut applied = 0;
    let mut errors = errors_of(package);
    for _ in 0..ROUNDS {
        let mut next = package.clone();
        let done = round(&mut next, options);
        let now = errors_of(&next);
        if done == 0 || now > errors {
            break;
        }
        *package = next;
        errors = now;
        applied += done;
    }
    for (old, new) in before.files.iter().zip(&package.files) {
        if old.bytes != new.bytes
            && let Ok(text) = std::str::from_utf8(&new.bytes)
        {
            files::replace(Path::new(&new.shown), text)?;
        }
    }
    if applied > 0 {
        remark(&format!("applied {applied} {}", if applied == 1 { "fix" } else { "fixes" }));
    }
    Ok(())
}

fn errors_of(package: &PackageSource) -> usize {
    let analysis = sources::analysed(package);
    analysis.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
}

/// Applies what can be applied together; how many fixes that were.
fn round(package: &mut PackageSource, options: &Options) -> usize {
    let analysis = sources::analysed(package);
    let mut found: Vec<Diagnostic> = lint::lint(&analysis, options);
    found.extend(analysis.diagnostics);
    let mut taken: Vec<Edit> = Vec::new();
    let mut applied = 0;
    for fix in found.iter().filter_map(|d| d.fixes.iter().find(|f| f.safe)) {
        let clear = |e: &Edit| {
            (e.span.file.0 as usize) < package.files.len()
                && taken
                    .iter()
                    .all(|t| t.span.file != e.span.file || t.span.end < e.span.start || e.span.end < t.span.start)
        };
        if !fix.edits.is_empty() && fix.edits.iter().all(clear) {
            taken.extend(fix.edits.iter().cloned());
            applied += 1;
        }
    }
    // From the end of each file to its beginning: what stands before keeps its place.
    taken.sort_by_key(|e| std::cmp::Reverse((e.span.file, e.span.start)));
    for edit in taken {
        let Some(file) = package.files.get_mut(edit.span.file.0 as usize) else { continue };
        let range = edit.span.start as usize..edit.span.end as usize;
        if range.start <= range.end && range.end <= file.bytes.len() {
            file.bytes.splice(range, edit.text.into_bytes());
        }
    }
    applied
}
