//! The words of the command line.
//!
//! In: the process's arguments. Out: one value for each command, checked for shape. Only what works is accepted: a
//! format or an engine that does not exist is refused with the list of those that do.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Parser, Subcommand, ValueEnum};

use super::console::Color;
use crate::manifest::LintLevel;

/// Checks, tests and decides trust frameworks written in the Trust language.
///
/// PATH is a `.trust` file or a folder. Exit codes: 0 clean; 1 findings (errors, failed tests, refused requests);
/// 2 wrong usage, unreadable files, or nothing to work on; 101 a bug of trustc. A deny is a decision, not a finding.
#[derive(Debug, Parser)]
#[command(name = "trustc", version, arg_required_else_help = true, subcommand_required = true)]
pub struct Arguments {
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for errors in policies, and for ways in which trust goes wrong
    Check(Check),
    /// Bring policies into the one layout, in place
    Fmt(Fmt),
    /// Run the tests and search for counterexamples to the invariants
    Test(Test),
    /// Decide requests
    Eval(Eval),
    /// Make a built module of a policy, or show what machines make of it
    Build(Build),
    /// Measure how fast a policy decides requests on this machine
    Bench(Bench),
    /// Print the page of an error or a lint; without a code, list them
    Explain(Explain),
    /// Write the rule book of a policy, for people; or print a module of the standard library (`std` lists them)
    Doc(Doc),
    /// Make a package to begin with: a policy, its tests, requests
    New(New),
    /// Write records from a JSON Schema or from sample facts
    Import(Import),
    /// Print the completion script of a shell
    Completions(Completions),
    /// Print the manual page, or write all of them into a folder
    Man(Manual),
    /// Serve an editor: the language server, on standard input and output
    #[cfg(feature = "lsp")]
    Lsp(Lsp),
}

#[derive(Debug, Args)]
pub struct Check {
    /// `.trust` files or folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Make a lint an error
    #[arg(short = 'D', long = "deny", value_name = "LINT", value_parser = lint)]
    deny: Vec<String>,
    /// Make a lint a warning
    #[arg(short = 'W', long = "warn", value_name = "LINT", value_parser = lint)]
    warn: Vec<String>,
    /// Do not report a lint
    #[arg(short = 'A', long = "allow", value_name = "LINT", value_parser = lint)]
    allow: Vec<String>,
    /// The day on which reviews are looked at; without it no review is late
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<String>,
    /// Apply the fixes that are certain to keep the meaning, then say what is left
    #[arg(long)]
    pub fix: bool,
    /// Print how long each stage took to standard error
    #[arg(long)]
    pub timings: bool,
    /// Lints and their levels, in the order of the command line.
    #[arg(skip)]
    pub levels: Vec<(String, LintLevel)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a workflow run
    Github,
    /// A Code Quality report
    Gitlab,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// `.trust` files or folders; `-` formats standard input to standard output
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Change nothing: show what would change, and fail if anything would
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Test {
    /// `.trust` files or folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Report which clauses the tests have seen held and not held
    #[arg(long)]
    pub coverage: bool,
    /// Fail under this percentage of coverage
    #[arg(long, value_name = "N", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_coverage: Option<u8>,
    /// Also write the coverage for a coverage reader, to --coverage-output
    #[arg(long, value_enum, requires_all = ["coverage", "coverage_output"])]
    pub coverage_format: Option<CoverageFormat>,
    /// Where --coverage-format is written
    #[arg(long, value_name = "FILE", requires = "coverage_format")]
    pub coverage_output: Option<PathBuf>,
    /// Where the search for counterexamples starts
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Run only tests and invariants whose name holds this
    #[arg(long, value_name = "S")]
    pub filter: Option<String>,
    /// Name what passed, too
    #[arg(long, short)]
    pub verbose: bool,
    #[arg(long, value_enum, default_value_t = Engine::Both)]
    pub engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoverageFormat {
    /// An LCOV tracefile: clauses are lines, held and not held are branches
    Lcov,
    /// Cobertura XML
    Cobertura,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Native code (of `test`: held against the interpreter, as with `both`)
    Native,
    /// The plain interpreter that defines the meaning
    Oracle,
    /// Both; a difference is a failure, and our bug
    Both,
}

#[derive(Debug, Args)]
pub struct Eval {
    /// A `.trust` file, a package folder or a built module
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Requests, one JSON object a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["block", "facts"])]
    pub requests: Option<PathBuf>,
    /// Decide one request of this block
    #[arg(long, value_name = "B")]
    pub block: Option<String>,
    /// The arguments of the block, one JSON object; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// The instant of requests that name none (`2026-03-01` or `2026-03-01T09:00:00Z`)
    #[arg(long, value_name = "T", value_parser = instant)]
    pub now: Option<i64>,
    /// Triggers in force
    #[arg(long, value_name = "A,B", value_delimiter = ',', requires = "facts")]
    pub prior: Vec<String>,
    /// Say how the decision came about (the interpreter's account)
    #[arg(long)]
    pub explain: bool,
    /// Follow each request for this long (`24h`): how the decision changes by the clock alone, and why
    #[arg(long, value_name = "D", value_parser = length, conflicts_with_all = ["explain", "engine"])]
    pub timeline: Option<i64>,
    /// With --explain or --timeline on one request: text to read, or JSON
    #[arg(long, value_enum)]
    pub format: Option<EvalFormat>,
    /// Refuse facts with fields that the block does not declare
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_enum, default_value_t = Engine::Native)]
    pub engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Build {
    /// A `.trust` file or a package folder; for `object`, `shared`, `header` and `clif` also a built module
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Where to write it; `-` is standard output
    #[arg(short = 'o', long = "output", value_name = "OUT")]
    pub output: PathBuf,
    /// What to make
    #[arg(long, value_enum, default_value_t = Emit::Module)]
    pub emit: Emit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// A file that decides without its source
    Module,
    /// Native code for a linker, for hosts that must not compile at run time; `header` says how it is called
    Object,
    /// The same as a shared library
    Shared,
    /// The decision graphs, for reviewers
    Ir,
    /// The code of the decision graphs before it is machine code
    Clif,
    /// The facts of every block as C structs, and its functions
    Header,
    /// The facts of every block as JSON Schema
    Schema,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// A `.trust` file, a package folder or a built module
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Requests to decide, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub requests: PathBuf,
    /// The instant for requests that state none
    #[arg(long, value_name = "T", value_parser = instant)]
    pub now: Option<i64>,
    #[arg(long, value_enum, default_value_t = BenchFormat::Text)]
    pub format: BenchFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchFormat {
    Text,
    /// One object: `permits_ns`, `decide_ns`, `json_ns`, `json_p99_ns`, `allocations`, `decisions`
    Json,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// `E0302`, `T012`; in any case
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct Doc {
    /// A `.trust` file or a package folder; a folder of several packages, for a book each; or `std`, or a module of it such as
    /// `std.time`
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// The folder that the rule book is written into
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = DocFormat::Html)]
    pub format: DocFormat,
    /// Put timelines of these requests into the book, one JSON object a line
    #[arg(long, value_name = "FILE", requires = "output")]
    pub requests: Option<PathBuf>,
    /// How long the requests are followed
    #[arg(long, value_name = "D", value_parser = length, default_value = "24h", requires = "requests")]
    pub timeline: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocFormat {
    /// One page with everything in it
    Html,
    /// Text with pictures beside it
    Markdown,
}

#[derive(Debug, Args)]
pub struct New {
    /// The name of the folder and of the framework, as in `partner_federation`
    #[arg(value_name = "NAME")]
    pub path: PathBuf,
}

#[derive(Debug, Args)]
pub struct Import {
    #[command(subcommand)]
    pub from: ImportFrom,
}

#[derive(Debug, Subcommand)]
pub enum ImportFrom {
    /// From a JSON Schema, or the schemas of an OpenAPI document in JSON
    JsonSchema(Imported),
    /// From sample facts: an object, a list of objects, or one object a line
    JsonSample(Imported),
}

#[derive(Debug, Args)]
pub struct Imported {
    /// A JSON file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The name of the outermost record; else the schema's title or the file's name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Manual {
    /// A folder for the pages of all commands; it is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[cfg(feature = "lsp")]
#[derive(Debug, Args)]
pub struct Lsp {
    /// Taken for granted: there is no other way to speak to it
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// The lint levels of `check` in the order in which they were written: the last one for a lint counts.
pub fn levels(words: &ArgMatches) -> Vec<(String, LintLevel)> {
    let mut all: Vec<(usize, String, LintLevel)> = Vec::new();
    for (id, level) in [("deny", LintLevel::Deny), ("warn", LintLevel::Warn), ("allow", LintLevel::Allow)] {
        if let (Some(places), Some(lints)) = (words.indices_of(id), words.get_many::<String>(id)) {
            all.extend(places.zip(lints).map(|(place, lint)| (place, lint.clone(), level)));
        }
    }
    all.sort_by_key(|(place, ..)| *place);
    all.into_iter().map(|(_, lint, level)| (lint, level)).collect()
}

/// A code (`T012`) or a name (`no_owner`).
fn lint(text: &str) -> Result<String, String> {
    match crate::lint::refusal(text) {
        Some(why) => Err(why),
        None => Ok(text.to_owned()),
    }
}

fn date(text: &str) -> Result<String, String> {
    if text.len() != 10 {
        return Err("write a day, as in `2026-03-01`".into());
    }
    instant(text).map(|_| text.to_owned())
}

fn instant(text: &str) -> Result<i64, String> {
    super::sources::instant(text).ok_or_else(|| "write an instant, as in `2026-03-01` or `2026-03-01T09:00:00Z`".into())
}

fn length(text: &str) -> Result<i64, String> {
    let read = trust_runtime::time::parse_duration(text.as_bytes()).ok().filter(|length| *length > 0);
    read.ok_or_else(|| "write a length of time, as in `24h` or `90d`".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_words_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn levels_keep_the_order_of_the_command_line() {
        let line = ["trustc", "check", "p", "-A", "T001", "-D", "no_owner", "-W", "T001"];
        let matches = Arguments::command().try_get_matches_from(line).expect("a good command line");
        let words = matches.subcommand_matches("check").expect("check");
        let seen = levels(words);
        let want = [("T001", LintLevel::Allow), ("no_owner", LintLevel::Deny), ("T001", LintLevel::Warn)];
        assert_eq!(seen, want.map(|(lint, level)| (lint.to_owned(), level)));
    }

    #[test]
    fn errors_have_no_level_and_unknown_lints_are_refused() {
        assert!(lint("E0302").is_err());
        assert!(lint("no-evidence").is_ok());
        assert_eq!(lint("no_ownr"), Err("there is no lint `no_ownr`; did you mean `no_owner`?".into()));
    }
}
