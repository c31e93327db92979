//! Standard output and standard error, and whether they take colour.
//!
//! In: `--color` and the environment's `NO_COLOR`. Out: a buffered writer for results that carries colour where it may.
//! Colour is the only thing that the environment changes.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use clap::ValueEnum;
use codespan_reporting::term::termcolor::{Ansi, ColorSpec, NoColor, WriteColor};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

pub struct Console {
    /// Standard output, buffered; flushed by whoever called the command.
    pub out: Painter<BufWriter<Stdout>>,
    color: Color,
}

impl Console {
    pub fn new(color: Color) -> Console {
        let out = BufWriter::with_capacity(1 << 16, io::stdout());
        Console { out: Painter::new(out, wanted(color, io::stdout().is_terminal())), color }
    }

    /// Standard error for findings that do not belong to the result.
    pub fn err(&self) -> Painter<BufWriter<io::Stderr>> {
        Painter::new(BufWriter::new(io::stderr()), wanted(self.color, io::stderr().is_terminal()))
    }
}

/// A line on standard error. Where that is closed, nobody wants to know.
pub fn remark(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn wanted(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
            terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
        }
    }
}

/// A writer that paints, or does not.
pub enum Painter<W: Write> {
    Colored(Ansi<W>),
    Plain(NoColor<W>),
}

impl<W: Write> Painter<W> {
    pub fn new(out: W, color: bool) -> Painter<W> {
        if color { Painter::Colored(Ansi::new(out)) } else { Painter::Plain(NoColor::new(out)) }
    }
}

impl<W: Write> Write for Painter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Painter::Colored(out) => out.write(bytes),
            Painter::Plain(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Painter::Colored(out) => out.flush(),
            Painter::Plain(out) => out.flush(),
        }
    }
}

impl<W: Write> WriteColor for Painter<W> {
    fn supports_color(&self) -> bool {
        match self {
            Painter::Colored(_) => true,
            Painter::Plain(_) => false,
        }
    }

    fn set_color(&mut self, spec: &ColorSpec) -> io::Result<()> {
        match self {
            Painter::Colored(out) => out.set_color(spec),
            Painter::Plain(out) => out.set_color(spec),
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        match self {
            Painter::Colored(out) => out.reset(),
            Painter::Plain(out) => out.reset(),
        }
    }
}
