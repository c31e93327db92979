//! `trustc doc`: the rule book of a policy, and the standard library, readable.
//!
//! In: a policy and a folder; or `std`, or a module of it. Out: the book's files, each written as a whole; or the list of
//! modules, or a module's source.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use serde_json::Value as Json;
use trust_syntax::suggest::did_you_mean;

use super::args::{Doc, DocFormat};
use super::console::{Console, remark};
use super::{CLEAN, FINDINGS, Failure, Outcome, files, sources};
use crate::doc::shelf::{self, Standing};
use crate::doc::{Book, Followed, Page, book, html, markdown};
use crate::facts::{Request, read_request};
use crate::interp::{Oracle, Prior};
use crate::loader::PackageSource;
use crate::program::Checked;
use crate::stdlib::{MODULES, source};
use crate::timeline::follow;

/// Requests that one book follows.
const REQUESTS: usize = 200;
/// Bytes of a file of requests.
const BYTES: u64 = 64 << 20;

pub fn run(args: &Doc, console: &mut Console) -> Outcome {
    let asked = args.path.to_string_lossy();
    match &args.output {
        Some(folder) => write_book(args, folder, console),
        None if asked == "std" || asked.starts_with("std.") || !args.path.exists() => library(&asked, console),
        None => Err(Failure::unusable(format!("say where the rule book goes: `trustc doc {asked} -o FOLDER`"))),
    }
}

fn write_book(args: &Doc, folder: &Path, console: &mut Console) -> Outcome {
    let mut packages = sources::packages(std::slice::from_ref(&args.path), "write a rule book of")?;
    sources::remark_hidden(std::slice::from_ref(&args.path), &packages, "doc");
    if packages.len() > 1 {
        return shelf(args, folder, &packages, console);
    }
    let Some(package) = packages.pop() else { return Ok(FINDINGS) };
    let Some((program, sources)) = sources::checked(&package, console)? else { return Ok(FINDINGS) };
    let (followed, refused) = match &args.requests {
        Some(path) => requests(path, &program, args.timeline)?,
        None => (Vec::new(), 0),
    };
    let book = book(&program, &sources, &followed);
    let pages = pages(args.format, &book);
    for page in &pages {
        write(folder, page)?;
    }
    if let Some(first) = pages.first() {
        remark(&format!("the rule book stands in {}", folder.join(&first.path).display()));
    }
    Ok(if refused > 0 { FINDINGS } else { CLEAN })
}

fn pages(format: DocFormat, book: &Book) -> Vec<Page> {
    match format {
        DocFormat::Html => html::pages(book),
        DocFormat::Markdown => markdown::pages(book),
    }
}

/// A book for each package, in a folder named as the package's, and a page before them.
fn shelf(args: &Doc, folder: &Path, packages: &[PackageSource], console: &mut Console) -> Outcome {
    if args.requests.is_some() {
        let message = sources::several(&args.path, packages, ", and requests are of one");
        return Err(Failure::unusable(message));
    }
    let mut standing = Vec::new();
    let mut broken = false;
    for package in packages {
        let Some((program, sources)) = sources::checked(package, console)? else {
            broken = true;
            continue;
        };
        let book = book(&program, &sources, &[]);
        let place = package.root.strip_prefix(&args.path).unwrap_or(&package.root);
        let place = if place.as_os_str().is_empty() { Path::new(program.package.name.as_str()) } else { place };
        let pages = pages(args.format, &book);
        for page in &pages {
            write(&folder.join(place), page)?;
        }
        if let Some(first) = pages.first() {
            let parts: Vec<_> = place.join(&first.path).iter().map(|p| p.to_string_lossy().into_owned()).collect();
            standing.push(Standing { path: parts.join("/"), book });
        }
    }
    let page = match args.format {
        DocFormat::Html => shelf::html(&standing),
        DocFormat::Markdown => shelf::markdown(&standing),
    };
    write(folder, &page)?;
    remark(&format!("{} rule books stand in {}", standing.len(), folder.join(&page.path).display()));
    Ok(if broken { FINDINGS } else { CLEAN })
}

fn write(folder: &Path, page: &Page) -> Result<(), Failure> {
    let path = folder.join(&page.path);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|e| files::unwritable(parent, &e))?;
    fs::write(&path, &page.text).map_err(|e| files::unwritable(&path, &e))
}

/// Follows every request to decide of a file; says on standard error which are refused.
fn requests(path: &Path, program: &Checked, length: i64) -> Result<(Vec<Followed>, usize), Failure> {
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(|e| files::unreadable(path, &e))?;
    file.take(BYTES + 1).read_to_end(&mut text).map_err(|e| files::unreadable(path, &e))?;
    if text.len() as u64 > BYTES {
        return Err(Failure::unusable(format!("{} is larger than {} MiB", path.display(), BYTES >> 20)));
    }
    let oracle = Oracle::new(program);
    let mut followed = Vec::new();
    let mut refused = 0;
    let mut events = 0;
    for (line, number) in text.split(|b| *b == b'\n').zip(1..) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if followed.len() == REQUESTS {
            remark(&format!("only the first {REQUESTS} requests are in the book"));
            break;
        }
        match read_request(program, line, None, false) {
            Err(fault) => {
                refused += 1;
                let fault = fault.fault;
                remark(&format!(
                    "{}:{number}: refused: {}: {} ({})",
                    path.display(),
                    fault.path,
                    fault.message,
                    fault.code
                ));
            }
            // An event changes a standing; it has no answer that time could change.
            Ok(Request::React { .. }) => events += 1,
            Ok(Request::Decide { id, block, args, prior, now }) => {
                let name = id.as_deref().and_then(named).unwrap_or_else(|| format!("Request {number}"));
                let timeline = follow(program, &oracle, block, &args, &Prior::Triggers(prior), now, length);
                followed.push(Followed { name, timeline });
            }
        }
    }
    if events > 0 {
        remark(&format!("{events} of the requests report an event and have no timeline"));
    }
    if followed.is_empty() && refused == 0 {
        return Err(Failure::unusable(format!("nothing to follow: {} holds no request to decide", path.display())));
    }
    Ok((followed, refused))
}

/// A request's id as its author wrote it.
fn named(id: &str) -> Option<String> {
    match serde_json::from_str(id).ok()? {
        Json::String(text) if !text.trim().is_empty() => Some(text),
        Json::Number(number) => Some(format!("Request {number}")),
        _ => None,
    }
}

fn library(asked: &str, console: &mut Console) -> Outcome {
    let out = &mut console.out;
    if asked == "std" {
        let width = MODULES.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in MODULES {
            writeln!(out, "{}", format!("{name:<width$}  {}", about(text)).trim_end())?;
        }
        return Ok(CLEAN);
    }
    let name = if asked.starts_with("std.") { asked.to_owned() } else { format!("std.{asked}") };
    match source(&name) {
        Some(text) => {
            writeln!(out, "{}", text.trim_end())?;
            Ok(CLEAN)
        }
        None => Err(unknown(asked, &name)),
    }
}

/// The first line of the comment a module opens with.
fn about(text: &str) -> &str {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    if first.starts_with("//") { first.trim_start_matches('/').trim() } else { "" }
}

fn unknown(written: &str, name: &str) -> Failure {
    let more = did_you_mean(name, MODULES.iter().map(|(module, _)| *module)).unwrap_or_else(|| {
        "`trustc doc std` lists its modules; of a policy, `trustc doc PATH -o FOLDER` writes the rule book".into()
    });
    Failure::unusable(format!("the standard library has no module `{written}`; {more}"))
}
