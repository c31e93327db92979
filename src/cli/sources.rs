//! From the paths of a command to analysed packages.
//!
//! In: paths as given; `-` is standard input. Out: analyses in the order of the paths, each with its diagnostics sorted.
//! A path that cannot be read, or that holds no policy, ends the command: nothing looked at is not a pass.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use trust_runtime::module::{self, Module};
use trust_runtime::time::{parse_date, parse_instant};
use trust_syntax::diagnostic::Severity;

use super::Failure;
use super::console::{Console, remark};
use crate::diag::{self, Part};
use crate::driver::{Analysis, analyse};
use crate::loader::{self, MAX_SOURCE, PackageSource};
use crate::program::Checked;
use crate::source::SourceMap;

/// Every package at or below the paths, once. `purpose` ends "nothing to …".
pub fn packages(paths: &[PathBuf], purpose: &str) -> Result<Vec<PackageSource>, Failure> {
    let mut all: Vec<PackageSource> = Vec::new();
    for path in paths {
        super::build::needs_source(path)?;
        let found = if is_stdin(path) { vec![stdin_package()?] } else { loader::load(path).map_err(failure)? };
        if found.iter().all(|p| p.files.is_empty()) {
            return Err(Failure::unusable(nothing(path, &found, purpose)));
        }
        for package in found {
            let same = |p: &PackageSource| {
                p.root == package.root && p.files.iter().map(|f| &f.name).eq(package.files.iter().map(|f| &f.name))
            };
            if !all.iter().any(same) {
                all.push(package);
            }
        }
    }
    Ok(all)
}

fn nothing(path: &Path, found: &[PackageSource], purpose: &str) -> String {
    let mut text = format!("nothing to {purpose}: {} holds no `.trust` file", path.display());
    let below: Vec<PathBuf> = found.iter().flat_map(|package| loader::hidden(&package.root)).collect();
    if !below.is_empty() {
        text.push_str(" beside its `trust.toml`; the folders below are not looked at, and there are some in");
        text.push_str(&listed(&below));
        text.push_str("\nname that folder, or put `trust.toml` there");
    }
    text
}

/// What to say of folders with policies that were not looked at, because a folder above them is a package itself: one text
/// for each such package.
pub fn hidden(paths: &[PathBuf], packages: &[PackageSource], command: &str) -> Vec<String> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    // A file is a package without the folder it stands in.
    let folders: Vec<&PathBuf> = paths.iter().filter(|path| path.is_dir()).collect();
    let of_folder = |p: &&PackageSource| folders.iter().any(|folder| p.root.starts_with(folder));
    let seen: Vec<PathBuf> = packages.iter().filter(of_folder).map(|p| real(&p.root)).collect();
    let mut texts = Vec::new();
    for package in packages.iter().filter(of_folder) {
        let below: Vec<PathBuf> =
            loader::hidden(&package.root).into_iter().filter(|folder| !seen.contains(&real(folder))).collect();
        let Some(first) = below.first() else { continue };
        let by = package.files.first().or(package.manifest.as_ref()).map_or("trust.toml", |f| f.name.as_str());
        let (root, by) = (package.root.display(), if package.manifest.is_some() { "trust.toml" } else { by });
        texts.push(format!(
            "policies below {root} were not looked at, since `{by}` makes {root} one package; they stand in{}\n\
             name each of them (`trustc {command} {root} {}`), or take `{by}` away from {root}",
            listed(&below),
            first.display(),
        ));
    }
    texts
}

/// Says it on standard error.
pub fn remark_hidden(paths: &[PathBuf], packages: &[PackageSource], command: &str) {
    for text in hidden(paths, packages, command) {
        remark(&format!("warning: {text}"));
    }
}

/// The first of some folders, a line each.
fn listed(folders: &[PathBuf]) -> String {
    const SHOWN: usize = 5;
    let mut text = String::new();
    for folder in folders.iter().take(SHOWN) {
        text.push_str(&format!("\n  {}", folder.display()));
    }
    if folders.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", folders.len() - SHOWN));
    }
    text
}

/// The one package at a path.
pub fn package(path: &Path, purpose: &str) -> Result<PackageSource, Failure> {
    let mut all = packages(&[path.to_path_buf()], purpose)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (last, _) => {
            all.extend(last);
            Err(Failure::unusable(several(path, &all, "")))
        }
    }
}

/// What to say where one package is wanted and a folder holds several: which, and what to write.
pub fn several(path: &Path, packages: &[PackageSource], why: &str) -> String {
    let places: Vec<PathBuf> = packages.iter().map(|p| p.root.clone()).collect();
    let places = (places.len(), listed(&places));
    format!("{} holds {} packages{why}: name one of them{}", path.display(), places.0, places.1)
}

/// No built module is larger.
const MAX_MODULE: u64 = 1 << 30;

/// The built module at a path; nothing where it holds something else, which the loader then looks at.
pub fn built(path: &Path) -> Result<Option<Module>, Failure> {
    let regular = |path: &Path| std::fs::metadata(path).is_ok_and(|meta| meta.is_file());
    if is_stdin(path) || !regular(path) {
        return Ok(None);
    }
    let unreadable = |e: io::Error| super::files::unreadable(path, &e);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(MODULE_START).read_to_end(&mut bytes).map_err(unreadable)?;
    if !module::file::is_module(&bytes) {
        return Ok(None);
    }
    file.take(MAX_MODULE).read_to_end(&mut bytes).map_err(unreadable)?;
    let read = Module::read(&bytes);
    read.map(Some).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))
}

/// Whether a file begins as a built module does.
pub fn is_built(path: &Path) -> bool {
    let regular = std::fs::metadata(path).is_ok_and(|meta| meta.is_file());
    let mut start = Vec::new();
    // What cannot be read is told by who reads it whole.
    let read = if regular && !is_stdin(path) { std::fs::File::open(path).ok() } else { None };
    read.is_some_and(|file| file.take(MODULE_START).read_to_end(&mut start).is_ok()) && module::file::is_module(&start)
}

/// As many bytes say whether the rest is a module.
const MODULE_START: u64 = 64;

pub fn analysed(package: &PackageSource) -> Analysis {
    let mut analysis = analyse(package);
    diag::sort(&analysis.sources, &mut analysis.diagnostics);
    analysis
}

/// How many files of the package, not of the library, an analysis read.
pub fn files_of(analysis: &Analysis) -> usize {
    analysis.modules.iter().filter(|m| !m.std).count()
}

/// The checked program; else its errors are on standard error and the answer is `None`.
pub fn checked(package: &PackageSource, console: &Console) -> Result<Option<(Checked, SourceMap)>, Failure> {
    match analysed(package).checked() {
        Ok(checked) => Ok(Some(checked)),
        Err(mut analysis) => {
            analysis.diagnostics.retain(|d| d.severity == Severity::Error);
            let part = Part { sources: &analysis.sources, diagnostics: &analysis.diagnostics };
            let summary = diag::Summary::of(&[part], files_of(&analysis));
            let mut err = console.err();
            // Standard error may be closed; the exit code still tells.
            let _ = diag::text::write(&mut err, part)
                .and_then(|()| diag::text::write_summary(&mut err, &[part], summary))
                .and_then(|()| err.flush());
            Ok(None)
        }
    }
}

pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// An instant as a person writes it: a day stands for its first moment.
pub fn instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    parse_date(bytes).or_else(|_| parse_instant(bytes)).ok()
}

/// Text from standard input, of at most the size of a source.
pub fn read_stdin() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_SOURCE + 1).read_to_end(&mut bytes);
    read.map_err(|e| Failure::unusable(format!("cannot read standard input: {e}")))?;
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(Failure::unusable(format!("standard input is larger than {} MiB", MAX_SOURCE >> 20)));
    }
    Ok(bytes)
}

fn stdin_package() -> Result<PackageSource, Failure> {
    let mut package = loader::from_text("stdin.trust", Path::new("."), "");
    let bytes = read_stdin()?;
    for file in &mut package.files {
        file.shown = "<stdin>".into();
        file.bytes.clone_from(&bytes);
    }
    Ok(package)
}

fn failure(error: loader::LoadError) -> Failure {
    Failure::unusable(error.to_string())
}
