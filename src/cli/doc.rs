//! `trustc doc std`: the standard library, readable.
//!
//! In: `std`, or a module of it. Out: the list with the first line of each module's comment, or the source.

use std::io::Write;
use trust_syntax::suggest::did_you_mean;

use super::args::Doc;
use super::console::Console;
use super::{CLEAN, Failure, Outcome};
use crate::stdlib::{MODULES, source};

pub fn run(args: &Doc, console: &mut Console) -> Outcome {
    let out = &mut console.out;
    let asked = args.path.to_string_lossy();
    if asked == "std" {
        let width = MODULES.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in MODULES {
            writeln!(out, "{}", format!("{name:<width$}  {}", about(text)).trim_end())?;
        }
        return Ok(CLEAN);
    }
    let name = if asked.starts_with("std.") { asked.clone().into_owned() } else { format!("std.{asked}") };
    match source(&name) {
        Some(text) => {
            writeln!(out, "{}", text.trim_end())?;
            Ok(CLEAN)
        }
        None => Err(unknown(&asked, &name)),
    }
}

/// The first line of the comment a module opens with.
fn about(text: &str) -> &str {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    if first.starts_with("//") { first.trim_start_matches('/').trim() } else { "" }
}

fn unknown(written: &str, name: &str) -> Failure {
    let more = did_you_mean(name, MODULES.iter().map(|(module, _)| *module))
        .unwrap_or_else(|| "`trustc doc std` lists its modules".into());
    Failure::unusable(format!("the standard library has no module `{written}`; {more}"))
}
