//! The order of the stages: load, parse, check.
//!
//! In: a package's bytes. Out: an [`Analysis`], which stands for broken code too, or a [`Checked`] program where
//! no error was found.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use smol_str::SmolStr;
use trust_syntax::ast::{self, ItemKind};
use trust_syntax::declared::declared_words;
use trust_syntax::diagnostic::{Diagnostic, Severity};
use trust_syntax::span::{FileId, Span};
use trust_syntax::trivia::Trivia;

use crate::check::{self, Input, ModuleInput};
use crate::loader::{self, LoadError, PackageSource};
use crate::manifest::{self, Manifest};
use crate::program::index::Index;
use crate::program::{Checked, Package, Program};
use crate::source::SourceMap;
use crate::stdlib;

/// Everything known of a package, whether or not it is free of errors.
#[derive(Debug)]
pub struct Analysis {
    pub program: Program,
    /// What every name stands for.
    pub index: Index,
    pub sources: SourceMap,
    pub modules: Vec<ParsedModule>,
    pub manifest: Manifest,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    pub timings: Timings,
}

#[derive(Clone, Debug)]
pub struct ParsedModule {
    pub name: String,
    pub file: FileId,
    /// Of the standard library.
    pub std: bool,
    pub ast: Arc<ast::Module>,
    pub trivia: Arc<Trivia>,
    /// Names that look declared, where the text could not be read whole.
    pub lost: Arc<HashSet<SmolStr>>,
    /// What the parser found.
    pub syntax: Arc<[Diagnostic]>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    pub parse: Duration,
    pub resolve: Duration,
    pub check: Duration,
}

impl Analysis {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// The proof that no error was found; else the analysis comes back.
    pub fn checked(self) -> Result<(Checked, SourceMap), Box<Analysis>> {
        if self.has_errors() { Err(Box::new(self)) } else { Ok((Checked(self.program), self.sources)) }
    }
}

/// Loads and analyses the one package at a path.
pub fn analyse_path(path: &Path) -> Result<Analysis, LoadError> {
    let mut packages = loader::load(path)?;
    match packages.len() {
        1 => Ok(analyse(&packages.remove(0))),
        0 => Err(LoadError { path: path.to_path_buf(), message: "holds no `.trust` file".into() }),
        n => Err(LoadError { path: path.to_path_buf(), message: format!("holds {n} packages; name one of them") }),
    }
}

/// Parses and checks a package. Never fails: what is wrong stands in the diagnostics.
pub fn analyse(package: &PackageSource) -> Analysis {
    analyse_again(package, None, None)
}

/// Like [`analyse`], for a tool that has analysed the package before (files that did not change are not read anew), or asks
/// what may stand at a place; the files of a package have the ids 0, 1, ….
pub fn analyse_again(package: &PackageSource, before: Option<&Analysis>, probe: Option<Span>) -> Analysis {
    let mut run = Run { before, digest: Digest::default(), ..Run::default() };
    let started = Instant::now();
    run.parse_package(package);
    run.parse_std();
    run.timings.parse = started.elapsed();
    run.check(package, probe)
}

#[derive(Default)]
struct Run<'b> {
    before: Option<&'b Analysis>,
    sources: SourceMap,
    modules: Vec<ParsedModule>,
    diagnostics: Vec<Diagnostic>,
    timings: Timings,
    digest: Digest,
}

impl Run<'_> {
    fn parse_package(&mut self, package: &PackageSource) {
        for file in &package.files {
            self.digest.add(&file.name, &file.bytes);
            let (text, broken) = match std::str::from_utf8(&file.bytes) {
                Ok(text) => (text.to_owned(), None),
                Err(e) => (String::from_utf8_lossy(&file.bytes).into_owned(), Some(e.valid_up_to())),
            };
            let id = self.sources.add(file.shown.clone(), text.as_str());
            let name = file.name.strip_suffix(".trust").unwrap_or(&file.name).to_owned();
            if let Some(at) = broken {
                let span = Span::new(id, at as u32, at as u32);
                self.diagnostics.push(
                    Diagnostic::error("E0111", span, "the file is not UTF-8 text")
                        .label("the first byte that is no text stands here")
                        .help("save the file as UTF-8"),
                );
                self.modules.push(ParsedModule {
                    name,
                    file: id,
                    std: false,
                    ast: Arc::default(),
                    trivia: Arc::default(),
                    lost: Arc::default(),
                    syntax: Arc::default(),
                });
                continue;
            }
            self.parse_module(name, id, false, &text);
        }
    }

    fn parse_module(&mut self, name: String, file: FileId, std: bool, text: &str) {
        let module = self.parsed_before(&name, file, text).unwrap_or_else(|| {
            let parsed = trust_syntax::parse(file, text);
            let lost = if parsed.diagnostics.is_empty() { HashSet::new() } else { declared_words(text) };
            ParsedModule {
                name,
                file,
                std,
                ast: Arc::new(parsed.module),
                trivia: Arc::new(parsed.trivia),
                lost: Arc::new(lost),
                syntax: parsed.diagnostics.into(),
            }
        });
        self.diagnostics.extend(module.syntax.iter().cloned());
        self.modules.push(module);
    }

    /// The module as it was read before, where its text and place are the same.
    fn parsed_before(&self, name: &str, file: FileId, text: &str) -> Option<ParsedModule> {
        let before = self.before?;
        // A replacement character may stand for bytes that were no text, of which nothing was read.
        let same = before.sources.get(file).is_some_and(|source| *source.text == *text) && !text.contains('\u{fffd}');
        let module = before.modules.iter().find(|m| m.file == file && m.name == name)?;
        same.then(|| module.clone())
    }

    /// Parses the library modules that are used, and those that they use.
    fn parse_std(&mut self) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut next = 0;
        while let Some(module) = self.modules.get(next) {
            let wanted: Vec<String> = module.ast.items.iter().filter_map(used_std_module).collect();
            for name in wanted {
                if seen.insert(name.clone())
                    && let Some(text) = stdlib::source(&name)
                {
                    let file = self.sources.add(name.clone(), text);
                    self.digest.add(&name, text.as_bytes());
                    self.parse_module(name, file, true, text);
                }
            }
            next += 1;
        }
    }

    fn check(mut self, package: &PackageSource, probe: Option<Span>) -> Analysis {
        let mut manifest = Manifest::default();
        if let Some(file) = &package.manifest {
            self.digest.add(&file.name, &file.bytes);
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            let id = self.sources.add(file.shown.clone(), text.as_str());
            match manifest::parse(&text) {
                Ok(m) => manifest = m,
                Err(fault) => self.diagnostics.push(
                    Diagnostic::error(
                        "E0603",
                        Span::new(id, fault.range.start as u32, fault.range.end as u32),
                        format!("`trust.toml` cannot be used: {}", fault.message),
                    )
                    .label("here")
                    .help("it may set `name` and `version` (on top or in `[package]`), `[lints]` and `[limits]` (list, string, facts, nesting)"),
                ),
            }
        }
        let data = self.read_data(package);
        let modules: Vec<ModuleInput<'_>> = self
            .modules
            .iter()
            .map(|m| ModuleInput { name: m.name.as_str().into(), file: m.file, std: m.std, ast: &m.ast, lost: &m.lost })
            .collect();
        let input = Input { modules: &modules, data: &data, probe };
        let outcome = check::check(&input);
        self.timings.resolve = outcome.resolve_time;
        self.timings.check = outcome.check_time;
        self.diagnostics.extend(outcome.diagnostics);
        let mut program = outcome.program;
        let index = outcome.index;
        program.package = self.identity(package, &manifest, &program);
        self.diagnostics.sort_by_key(|d| (d.span.file, d.span.start, d.span.end, d.code));
        self.diagnostics.dedup();
        Analysis {
            program,
            index,
            sources: self.sources,
            modules: self.modules,
            manifest,
            diagnostics: self.diagnostics,
            timings: self.timings,
        }
    }

    /// Every data file named in the sources, by the path as written.
    fn read_data(&mut self, package: &PackageSource) -> BTreeMap<String, Result<Vec<u8>, String>> {
        let mut files = BTreeMap::new();
        for module in self.modules.iter().filter(|m| !m.std) {
            for item in &module.ast.items {
                if let ItemKind::Data(d) = &item.kind {
                    let path = d.path.value.to_string();
                    files
                        .entry(path)
                        .or_insert_with_key(|path| loader::read_data(&package.root, path).map_err(|e| e.message));
                }
            }
        }
        for (path, content) in &files {
            if let Ok(bytes) = content {
                self.digest.add(path, bytes);
            }
        }
        files
    }

    fn identity(&self, package: &PackageSource, manifest: &Manifest, program: &Program) -> Package {
        let framework = program.framework.as_ref();
        let stem = || {
            package
                .files
                .first()
                .map_or_else(|| "package".to_owned(), |f| f.name.strip_suffix(".trust").unwrap_or(&f.name).to_owned())
        };
        let name = manifest.name.clone().or_else(|| framework.map(|f| f.name.to_string())).unwrap_or_else(stem);
        let version = manifest
            .version
            .clone()
            .or_else(|| framework.and_then(|f| f.version.as_ref().map(|v| v.to_string())))
            .unwrap_or_else(|| "0.0.0".into());
        Package { name: name.into(), version: version.into(), digest: self.digest.finish(), limits: manifest.limits() }
    }
}

/// `std.time` of `use std.time.fresh`.
fn used_std_module(item: &ast::Item) -> Option<String> {
    let ItemKind::Use(u) = &item.kind else { return None };
    if u.path.first().is_none_or(|n| n.text != "std") {
        return None;
    }
    Some(u.path.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."))
}

/// BLAKE3 over the sorted (path, bytes) of everything a package is made of.
#[derive(Default)]
struct Digest {
    parts: BTreeMap<String, blake3::Hash>,
}

impl Digest {
    fn add(&mut self, path: &str, bytes: &[u8]) {
        self.parts.insert(path.to_owned(), blake3::hash(bytes));
    }

    fn finish(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (path, hash) in &self.parts {
            hasher.update(&(path.len() as u64).to_le_bytes());
            hasher.update(path.as_bytes());
            hasher.update(hash.as_bytes());
        }
        format!("blake3:{}", hasher.finalize().to_hex())
    }
}
