//! Packages as an editor sees them: the files on disk, with the open buffers over them, and their analyses.
//!
//! In: documents that open, change and close. Out: for each package the analysis of its current text, made when it is
//! first asked for after a change and kept until the next.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lsp_types::{Location, Position, Uri};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::{FileId, Span};

use super::text::Source;
use super::uri;
use crate::diag;
use crate::driver::{Analysis, ParsedModule, analyse_again};
use crate::lint;
use crate::loader::{self, PackageSource, SourceText};
use crate::program::Checked;
use crate::stdlib;
use crate::testing::{self, Report};

/// An open buffer.
#[derive(Debug)]
pub struct Document {
    pub uri: Uri,
    pub version: i32,
    pub source: Source,
}

/// Which package: a folder, or one document that is a package by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Folder(PathBuf),
    Alone(PathBuf),
}

pub struct File {
    pub path: PathBuf,
    /// Of the standard library.
    pub std: bool,
    pub source: Source,
}

/// A package as it stands now.
pub struct Loaded {
    pub package: PackageSource,
    pub analysis: Analysis,
    /// By `FileId`.
    pub files: Vec<File>,
    /// When reviews are looked at.
    as_of: Option<i64>,
    findings: OnceCell<Vec<Diagnostic>>,
    tests: OnceCell<Option<Report>>,
}

/// A place in a package.
pub struct Place {
    pub package: Rc<Loaded>,
    pub file: FileId,
    pub offset: u32,
}

#[derive(Default)]
struct Slot {
    loaded: Option<Rc<Loaded>>,
    /// As it was before the last change.
    before: Option<Rc<Loaded>>,
    /// Not told to the client since the last change.
    unpublished: bool,
}

impl Slot {
    fn outdate(&mut self) {
        self.before = self.loaded.take().or(self.before.take());
        self.unpublished = true;
    }
}

#[derive(Default)]
pub struct Packages {
    pub documents: BTreeMap<PathBuf, Document>,
    slots: BTreeMap<Key, Slot>,
    /// Every document is a package by itself.
    pub alone: bool,
    pub library: Option<PathBuf>,
    today: Option<fn() -> i64>,
}

impl Packages {
    pub fn new(library: Option<PathBuf>, today: Option<fn() -> i64>) -> Packages {
        Packages { library, today, ..Packages::default() }
    }

    /// Where a document stands; one without a file stands under its URI.
    pub fn path(uri: &Uri) -> PathBuf {
        uri::to_path(uri).unwrap_or_else(|| PathBuf::from(uri.as_str()))
    }

    /// The package a file belongs to.
    pub fn key_of(&self, path: &Path) -> Key {
        match path.parent() {
            Some(folder) if path.is_absolute() && !self.alone => Key::Folder(folder.to_path_buf()),
            _ => Key::Alone(path.to_path_buf()),
        }
    }

    pub fn open(&mut self, uri: Uri, version: i32, text: &str) {
        let path = Packages::path(&uri);
        self.touch(&path);
        self.documents.insert(path, Document { uri, version, source: Source::new(text) });
    }

    pub fn close(&mut self, uri: &Uri) {
        let path = Packages::path(uri);
        self.documents.remove(&path);
        self.touch(&path);
    }

    /// What is known of the package around a path is out of date.
    pub fn touch(&mut self, path: &Path) {
        // `data` may stand in a folder below.
        for (key, slot) in &mut self.slots {
            if let Key::Folder(folder) | Key::Alone(folder) = key
                && path.starts_with(folder)
            {
                slot.outdate();
            }
        }
        self.slots.entry(self.key_of(path)).or_default().outdate();
    }

    /// Packages whose findings the client has not seen; they are taken for told from now on.
    pub fn unpublished(&mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (key, slot) in &mut self.slots {
            if std::mem::take(&mut slot.unpublished) {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// What was taken for told was not told after all.
    pub fn untold(&mut self, key: &Key) {
        self.slots.entry(key.clone()).or_default().unpublished = true;
    }

    /// Whether the client has yet to hear of a change.
    pub fn is_unpublished(&self) -> bool {
        self.slots.values().any(|slot| slot.unpublished)
    }

    pub fn has_open(&self, key: &Key) -> bool {
        self.documents.keys().any(|path| self.key_of(path) == *key)
    }

    pub fn forget(&mut self, key: &Key) {
        self.slots.remove(key);
    }

    /// The package of a key, of the current text.
    pub fn get(&mut self, key: &Key) -> Rc<Loaded> {
        if let Some(loaded) = self.slots.get(key).and_then(|s| s.loaded.clone()) {
            return loaded;
        }
        let before = self.slots.get(key).and_then(|s| s.before.clone());
        let mut loaded = Loaded::new(self.source(key), before.as_deref(), None);
        loaded.as_of = self.today.map(|clock| clock());
        let loaded = Rc::new(loaded);
        self.slots.entry(key.clone()).or_default().loaded = Some(Rc::clone(&loaded));
        loaded
    }

    pub fn of(&mut self, uri: &Uri) -> Rc<Loaded> {
        let key = self.key_of(&Packages::path(uri));
        self.get(&key)
    }

    /// A place in the package of a document; nothing where the package has no such file.
    pub fn place(&mut self, uri: &Uri, position: Position) -> Option<Place> {
        let package = self.of(uri);
        let file = package.file_at(&Packages::path(uri))?;
        let offset = package.files.get(file.0 as usize)?.source.offset(position);
        Some(Place { package, file, offset })
    }

    /// The files of a package, open buffers first.
    pub fn source(&self, key: &Key) -> PackageSource {
        match key {
            Key::Folder(folder) => self.folder(folder),
            Key::Alone(path) => {
                let file = self.file(path);
                let root = path.parent().map(Path::to_path_buf).unwrap_or_default();
                PackageSource { root, files: file.into_iter().collect(), manifest: None }
            }
        }
    }

    fn folder(&self, folder: &Path) -> PackageSource {
        let on_disk = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let open = self.documents.keys().filter(|path| path.parent() == Some(folder)).cloned();
        let wanted = |path: &PathBuf| {
            let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with('.'));
            !hidden && path.extension().is_some_and(|e| e == "trust")
        };
        let paths: BTreeSet<PathBuf> = on_disk.chain(open).filter(wanted).collect();
        PackageSource {
            root: folder.to_path_buf(),
            files: paths.iter().filter_map(|path| self.file(path)).collect(),
            manifest: self.file(&folder.join("trust.toml")),
        }
    }

    fn file(&self, path: &Path) -> Option<SourceText> {
        let bytes = match self.documents.get(path) {
            Some(document) => document.source.text.as_bytes().to_vec(),
            None => loader::read_source(path).ok()?,
        };
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Some(SourceText { name, shown: path.display().to_string(), bytes })
    }

    /// The client's own spelling of a file's URI, where it has the file open.
    pub fn uri(&self, path: &Path) -> Option<Uri> {
        match self.documents.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => uri::from_path(path),
        }
    }

    /// A span as the protocol says it; the library's sources are written out where an editor can open them.
    pub fn location(&self, package: &Loaded, span: Span) -> Option<Location> {
        let file = package.files.get(span.file.0 as usize)?;
        let range = file.source.range(span);
        let path = if file.std { self.library_file(&file.path)? } else { file.path.clone() };
        Some(Location { uri: self.uri(&path)?, range })
    }

    /// Writes a module of the library to the folder for it, once.
    fn library_file(&self, module: &Path) -> Option<PathBuf> {
        let name = module.to_str()?;
        let text = stdlib::source(name)?;
        let folder = self.library.as_ref()?.join("std");
        let path = folder.join(format!("{}.trust", name.strip_prefix("std.")?));
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Some(path);
        }
        fs::create_dir_all(&folder).ok()?;
        fs::write(&path, text).ok()?;
        Some(path)
    }
}

impl Loaded {
    /// `before` is the package as it was, so that only what changed is read anew.
    pub fn new(package: PackageSource, before: Option<&Loaded>, probe: Option<Span>) -> Loaded {
        let analysis = analyse_again(&package, before.map(|b| &b.analysis), probe);
        let std: BTreeSet<FileId> = analysis.modules.iter().filter(|m| m.std).map(|m| m.file).collect();
        let files = analysis.sources.files().map(|(id, file)| File {
            path: PathBuf::from(&file.path),
            std: std.contains(&id),
            source: Source::new(file.text.clone()),
        });
        let files = files.collect();
        Loaded { package, files, analysis, as_of: None, findings: OnceCell::new(), tests: OnceCell::new() }
    }

    pub fn file_at(&self, path: &Path) -> Option<FileId> {
        self.files.iter().position(|f| !f.std && f.path == path).map(|n| FileId(n as u32))
    }

    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }

    pub fn module(&self, id: FileId) -> Option<&ParsedModule> {
        self.analysis.modules.iter().find(|m| m.file == id)
    }

    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).map_or("", |f| f.source.slice(span))
    }

    /// Everything to be said of the package, in the order of its places; nothing of the library. Worked out when first asked
    /// for, so that an answer about a name waits for no lint.
    pub fn findings(&self) -> &[Diagnostic] {
        self.findings_while(&|| true).unwrap_or_default()
    }

    /// The findings, unless somebody stops asking for them while they are worked out.
    pub fn findings_while(&self, wanted: &dyn Fn() -> bool) -> Option<&[Diagnostic]> {
        if let Some(known) = self.findings.get() {
            return Some(known);
        }
        let own = |d: &Diagnostic| self.file(d.span.file).is_some_and(|f| !f.std);
        let options = lint::Options { as_of: self.as_of, ..lint::Options::default() };
        let lints = lint::lint_while(&self.analysis, &options, wanted)?;
        let mut all: Vec<Diagnostic> = self.analysis.diagnostics.iter().cloned().chain(lints).filter(own).collect();
        diag::sort(&self.analysis.sources, &mut all);
        Some(self.findings.get_or_init(|| all))
    }

    /// Proof that the package has no errors, for what runs it.
    pub fn checked(&self) -> Option<Checked> {
        (!self.analysis.has_errors()).then(|| Checked(self.analysis.program.clone()))
    }

    /// What its tests find and cover; the invariants are left out, for their search takes its time. Nothing while there are errors.
    pub fn tests(&self) -> Option<&Report> {
        let run = || {
            let mut program = self.checked()?;
            program.0.invariants.clear();
            let options = testing::Options { coverage: true, ..testing::Options::default() };
            Some(testing::run(&program, &self.analysis.sources, &options))
        };
        self.tests.get_or_init(run).as_ref()
    }
}
