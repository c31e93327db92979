//! The `.trust` files that `fmt` works on, and writing one back.
//!
//! In: paths as given. Out: files in a fixed order, each once. A file is replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::loader::MAX_SOURCE;

/// Folders below this depth are not looked into.
const DEEPEST: usize = 64;

/// The files at and below the paths: as given, folders in the order of their names. Hidden folders, `target` and
/// `node_modules` are left out, links to folders are not followed.
pub fn trust_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let meta = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
        if meta.is_dir() { walk(path, &mut found)? } else { found.push(path.clone()) }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn walk(top: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let mut waiting = vec![(top.to_path_buf(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let mut folders = Vec::new();
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| unreadable(&folder, &e))? {
            let entry = entry.map_err(|e| unreadable(&folder, &e))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let kind = entry.file_type().map_err(|e| unreadable(&entry.path(), &e))?;
            if name.starts_with('.') {
                continue;
            } else if kind.is_dir() {
                if name != "target" && name != "node_modules" && depth < DEEPEST {
                    folders.push(entry.path());
                }
            } else if entry.path().extension().is_some_and(|e| e == "trust") {
                files.push(entry.path());
            }
        }
        files.sort();
        found.append(&mut files);
        folders.sort();
        waiting.extend(folders.into_iter().rev().map(|f| (f, depth + 1)));
    }
    Ok(())
}

/// The text of a regular file of bounded size.
pub fn read(path: &Path) -> Result<String, Failure> {
    let meta = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if !meta.is_file() {
        return Err(Failure::unusable(format!("{} is not a regular file", path.display())));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    file.take(MAX_SOURCE + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(Failure::unusable(format!("{} is larger than {} MiB", path.display(), MAX_SOURCE >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| Failure::unusable(format!("{} is not UTF-8 text", path.display())))
}

/// Puts a new text in place of a file's: first beside it, then over it, so that no failure leaves half of it.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // Through a link, the file it leads to is written.
    let real = fs::canonicalize(path).map_err(|e| unwritable(path, &e))?;
    let name = real.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = real.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_beside(&real, &beside, text).and_then(|()| fs::rename(&beside, &real));
    written.map_err(|e| {
        // What could not be moved is not left lying about.
        let _ = fs::remove_file(&beside);
        unwritable(path, &e)
    })
}

/// Writes a file whole or not at all; one that stands there is replaced.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return Err(Failure::unusable(format!("cannot write {}: it is a folder", path.display())));
    }
    // A pipe or a device takes the bytes as they come.
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return fs::write(path, bytes).map_err(|e| unwritable(path, &e));
    }
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = real.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = real.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = File::create_new(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, &real));
    written.map_err(|e| {
        // What could not be moved is not left lying about.
        let _ = fs::remove_file(&beside);
        unwritable(path, &e)
    })
}

fn write_beside(real: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let meta = fs::metadata(real)?;
    if meta.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut file = File::create_new(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(meta.permissions())?;
    file.sync_all()
}

pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::unusable(format!("cannot read {}: {}", path.display(), plainly(error)))
}

pub fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::unusable(format!("cannot write {}: {}", path.display(), plainly(error)))
}

fn plainly(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "it may not be touched (permissions)".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}
