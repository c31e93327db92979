//! `trustc explain`: the page of a code, or the list of all.
//!
//! In: a code in any case, or none. Out: the page as it was written; an unknown code suggests the nearest.

use std::io::Write;

use super::args::Explain;
use super::console::Console;
use super::{CLEAN, Failure, Outcome};
use crate::diag::pages::{self, Page};

pub fn run(args: &Explain, console: &mut Console) -> Outcome {
    let out = &mut console.out;
    match &args.code {
        None => {
            for Page { code, title, .. } in pages::all() {
                writeln!(out, "{code:<6} {title}")?;
            }
        }
        Some(code) => match pages::find(code) {
            Some(page) => writeln!(out, "{}", page.text.trim_end())?,
            None => return Err(unknown(code)),
        },
    }
    Ok(CLEAN)
}

fn unknown(code: &str) -> Failure {
    let more = match pages::nearest(code) {
        Some(near) => format!("did you mean `{}` ({})?", near.code, near.title),
        None => "`trustc explain` lists the codes there are".into(),
    };
    Failure::unusable(format!("there is no page for `{code}`; {more}"))
}
