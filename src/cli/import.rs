//! `trustc import`: records from a JSON Schema or from sample facts.
//!
//! In: a file or standard input. Out: a module on standard output; what is no JSON, or holds nothing to make a record of,
//! ends the command with the reason.

use std::io::Write;
use std::path::Path;

use super::args::{Import, ImportFrom, Imported};
use super::console::Console;
use super::{CLEAN, Failure, Outcome, files, sources};
use crate::import;

pub fn run(args: &Import, console: &mut Console) -> Outcome {
    let (ImportFrom::JsonSchema(from) | ImportFrom::JsonSample(from)) = &args.from;
    let text = read(from)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let stem = from.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = from.name.clone().unwrap_or_else(|| import::name_of_file(&stem));
    let module = match &args.from {
        ImportFrom::JsonSchema(_) => import::json_schema(text, &name, from.name.is_some()),
        ImportFrom::JsonSample(_) => import::json_sample(text, &name),
    };
    let module = module.map_err(|why| Failure::unusable(format!("{}: {why}", shown(&from.file))))?;
    console.out.write_all(module.as_bytes())?;
    Ok(CLEAN)
}

fn read(from: &Imported) -> Result<String, Failure> {
    if sources::is_stdin(&from.file) {
        let text = String::from_utf8(sources::read_stdin()?);
        return text.map_err(|_| Failure::unusable("standard input is not UTF-8 text"));
    }
    files::read(&from.file)
}

fn shown(path: &Path) -> String {
    if sources::is_stdin(path) { "standard input".into() } else { path.display().to_string() }
}
