//! The command line: words in, an exit code out.
//!
//! In: the process's arguments. Out: what was asked for on standard output, remarks on standard error, and an exit
//! code: 0 clean, 1 findings, 2 usage or IO or nothing to work on, 101 our bug. No command ends the process itself:
//! each gives an [`Outcome`], and this file alone turns it into a code. A reader of standard output that goes away
//! (`trustc … | head`) ends the run quietly.

mod args;
mod bench;
mod build;
mod check;
mod console;
mod doc;
mod eval;
mod explain;
mod files;
mod fix;
mod fmt;
mod import;
mod link;
mod manual;
mod new;
mod panic;
mod sources;
mod test;

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use console::Console;

/// Deeply nested sources are walked on a stack that has room for them.
const STACK: usize = 64 << 20;

/// Nothing was found that anybody has to mend.
const CLEAN: u8 = 0;
/// Errors, failed tests, refused requests, files that are not formatted.
const FINDINGS: u8 = 1;
/// The command could not do its work: wrong words, unreadable files, nothing to work on.
const UNUSABLE: u8 = 2;

/// An exit code, or why there is none.
type Outcome = Result<u8, Failure>;

#[derive(Debug)]
enum Failure {
    /// Said on standard error; exit 2.
    Unusable(String),
    /// Nobody reads standard output any more.
    ReaderGone,
}

impl Failure {
    fn unusable(message: impl Into<String>) -> Failure {
        Failure::Unusable(message.into())
    }
}

/// An error of writing to standard output; those of reading are worded where they happen.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::Unusable(format!("cannot write the output: {error}")),
        }
    }
}

/// Runs the command that the process's arguments ask for.
pub fn main() -> ExitCode {
    panic::install();
    let ran = match thread::Builder::new().name("trustc".into()).stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join(),
        Err(_) => Ok(run()),
    };
    // The panic hook has said what there is to say.
    ExitCode::from(ran.unwrap_or(panic::EXIT))
}

fn run() -> u8 {
    let parsed = Arguments::command().try_get_matches().and_then(|matches| {
        let mut arguments = Arguments::from_arg_matches(&matches)?;
        if let (Command::Check(check), Some(("check", words))) = (&mut arguments.command, matches.subcommand()) {
            check.levels = args::levels(words);
        }
        Ok(arguments)
    });
    match parsed {
        Ok(arguments) => finish(dispatch(&arguments)),
        Err(error) => {
            // A closed standard error leaves nothing to say it with.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(UNUSABLE)
        }
    }
}

fn dispatch(arguments: &Arguments) -> Outcome {
    let mut console = Console::new(arguments.color);
    let outcome = match &arguments.command {
        Command::Check(a) => check::run(a, &mut console),
        Command::Fmt(a) => fmt::run(a, &mut console),
        Command::Test(a) => test::run(a, &mut console),
        Command::Eval(a) => eval::run(a, &mut console),
        Command::Build(a) => build::run(a, &mut console),
        Command::Bench(a) => bench::run(a, &mut console),
        Command::Explain(a) => explain::run(a, &mut console),
        Command::Doc(a) => doc::run(a, &mut console),
        Command::New(a) => new::run(a, &mut console),
        Command::Import(a) => import::run(a, &mut console),
        Command::Completions(a) => manual::completions(a, &mut console),
        Command::Man(a) => manual::man(a, &mut console),
        #[cfg(feature = "lsp")]
        Command::Lsp(args::Lsp { stdio: _ }) => {
            let library = crate::lsp::cache_folder();
            Ok(crate::lsp::stdio(crate::lsp::Options { library, today: Some(crate::lsp::wall_clock) }))
        }
    };
    // What was written before a failure is still shown.
    let flushed = console.out.flush();
    let code = outcome?;
    flushed?;
    Ok(code)
}

fn finish(outcome: Outcome) -> u8 {
    match outcome {
        Ok(code) => code,
        Err(Failure::ReaderGone) => CLEAN,
        Err(Failure::Unusable(message)) => {
            console::remark(&format!("error: {message}"));
            UNUSABLE
        }
    }
}
