//! From a path to packages: finds them and reads their files.
//!
//! A `.trust` file is a package of one module; a folder that holds `.trust` files or a `trust.toml` is a package of all
//! its `.trust` files; any other folder is searched for packages below it. Only regular files of bounded size
//! are read, so no device or pipe can hang a run.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The largest source or manifest read.
pub const MAX_SOURCE: u64 = 16 << 20;
/// The largest `data` file read.
pub const MAX_DATA: u64 = 256 << 20;

#[derive(Clone, Debug)]
pub struct PackageSource {
    /// The folder that `data` paths are relative to.
    pub root: PathBuf,
    /// File name, shown path and bytes, in the order of the names.
    pub files: Vec<SourceText>,
    pub manifest: Option<SourceText>,
}

#[derive(Clone, Debug)]
pub struct SourceText {
    /// Relative to the package's root.
    pub name: String,
    /// As shown to people.
    pub shown: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug)]
pub struct LoadError {
    pub path: PathBuf,
    pub message: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for LoadError {}

/// All packages at or below a path, in the order of their paths. An empty list: nothing was found.
pub fn load(path: &Path) -> Result<Vec<PackageSource>, LoadError> {
    let meta = fs::metadata(path).map_err(|e| error(path, io_message(&e)))?;
    if meta.is_dir() {
        let mut found = Vec::new();
        search(path, 0, &mut found)?;
        return Ok(found);
    }
    let root = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = read_bounded(path, MAX_SOURCE)?;
    Ok(vec![PackageSource {
        root,
        files: vec![SourceText { name, shown: path.display().to_string(), bytes }],
        manifest: None,
    }])
}

/// A package from text in memory: one module. `shown` names it in messages; a `data` path is relative to `root`.
pub fn from_text(shown: &str, root: &Path, text: &str) -> PackageSource {
    let name = Path::new(shown).file_name().map_or_else(|| shown.to_owned(), |n| n.to_string_lossy().into_owned());
    PackageSource {
        root: root.to_path_buf(),
        files: vec![SourceText { name, shown: shown.to_owned(), bytes: text.as_bytes().to_vec() }],
        manifest: None,
    }
}

/// The bytes of one source or manifest.
pub fn read_source(path: &Path) -> Result<Vec<u8>, LoadError> {
    read_bounded(path, MAX_SOURCE)
}

/// The folders at or below a path that are packages, in order; none of their files is read. What cannot be read is left out.
pub fn roots(path: &Path) -> Vec<PathBuf> {
    outermost(path.to_path_buf(), |held| held.policies || held.manifest)
}

/// The folders below a package that hold policies of their own and are no part of it, in order, the outermost only.
pub fn hidden(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        Held::of(root).folders.into_iter().flat_map(|folder| outermost(folder, |held| held.policies)).collect();
    found.sort();
    found
}

/// What stands in a folder.
#[derive(Default)]
struct Held {
    policies: bool,
    manifest: bool,
    folders: Vec<PathBuf>,
}

impl Held {
    fn of(folder: &Path) -> Held {
        let mut held = Held::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_dir = entry.file_type().map(|t| t.is_dir()).unwrap_or(false);
            if name.starts_with('.') {
                continue;
            } else if !is_dir {
                held.manifest |= name == "trust.toml";
                held.policies |= path.extension().is_some_and(|e| e == "trust");
            } else if name != "target" && name != "node_modules" {
                held.folders.push(path);
            }
        }
        held
    }
}

/// The folders at or below a path of which something is so, none of them below another.
fn outermost(top: PathBuf, is: impl Fn(&Held) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![(top, 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let held = Held::of(&folder);
        if is(&held) {
            found.push(folder);
        } else if depth < 16 {
            waiting.extend(held.folders.into_iter().map(|folder| (folder, depth + 1)));
        }
    }
    found.sort();
    found
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PackageSource>) -> Result<(), LoadError> {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    let mut manifest = None;
    for entry in fs::read_dir(folder).map_err(|e| error(folder, io_message(&e)))? {
        let entry = entry.map_err(|e| error(folder, io_message(&e)))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it could lead in a circle.
        let is_dir = entry.file_type().map(|t| t.is_dir()).unwrap_or(false);
        if is_dir {
            if name != "target" && name != "node_modules" {
                folders.push(path);
            }
        } else if name == "trust.toml" {
            manifest = Some(path);
        } else if path.extension().is_some_and(|e| e == "trust") {
            files.push(path);
        }
    }
    files.sort();
    folders.sort();
    if !files.is_empty() || manifest.is_some() {
        let read = |path: &PathBuf| -> Result<SourceText, LoadError> {
            Ok(SourceText {
                name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
                shown: path.display().to_string(),
                bytes: read_bounded(path, MAX_SOURCE)?,
            })
        };
        found.push(PackageSource {
            root: folder.to_path_buf(),
            files: files.iter().map(read).collect::<Result<_, _>>()?,
            manifest: manifest.as_ref().map(read).transpose()?,
        });
        return Ok(());
    }
    if depth < 16 {
        for folder in &folders {
            search(folder, depth + 1, found)?;
        }
    }
    Ok(())
}

/// Reads a `data` file of a package. The path must stay inside the package's folder.
pub fn read_data(root: &Path, relative: &str) -> Result<Vec<u8>, LoadError> {
    let path = Path::new(relative);
    if relative.is_empty() || !path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir)) {
        return Err(error(path, "the path must be relative and stay inside the package's folder".into()));
    }
    read_bounded(&root.join(path), MAX_DATA).map_err(|e| error(path, e.message))
}

fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let meta = fs::metadata(path).map_err(|e| error(path, io_message(&e)))?;
    if !meta.is_file() {
        return Err(error(path, "is not a regular file".into()));
    }
    let file = fs::File::open(path).map_err(|e| error(path, io_message(&e)))?;
    // What is read may have grown since.
    let mut bytes = Vec::with_capacity(meta.len().min(most) as usize + 1);
    file.take(most + 1).read_to_end(&mut bytes).map_err(|e| error(path, io_message(&e)))?;
    if bytes.len() as u64 > most {
        return Err(error(path, format!("is larger than {} MiB", most >> 20)));
    }
    Ok(bytes)
}

fn error(path: &Path, message: String) -> LoadError {
    LoadError { path: path.to_path_buf(), message }
}

fn io_message(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".into(),
        std::io::ErrorKind::PermissionDenied => "may not be read".into(),
        _ => e.to_string(),
    }
}
