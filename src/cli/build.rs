//! `trustc build`: a policy in a form for machines, or for those who review what machines do.
//!
//! In: a package or a built module, and what to make of it. Out: one file, or standard output: the built module, native code, the graphs of its blocks, their
//! code, or the C header of its facts. Same source, same bytes. A file is written as a whole or not at all.

use std::io::{IsTerminal, Write};
use std::path::Path;

use trust_runtime::module::{Module, file};
use trust_runtime::schema::BlockId;

use super::args::{Build, Emit};
use super::console::Console;
use super::{CLEAN, FINDINGS, Failure, Outcome, files, link, sources};
use crate::native::Native;
use crate::program::{self, Checked};
use crate::{emit_header, facts, schema_json};

pub fn run(args: &Build, console: &mut Console) -> Outcome {
    let built = match sources::built(&args.path)? {
        Some(module) => of_module(&module, args)?,
        None => {
            let package = sources::package(&args.path, "build")?;
            let Some((program, _)) = sources::checked(&package, console)? else { return Ok(FINDINGS) };
            if program.blocks.is_empty() {
                return Err(Failure::unusable(format!("nothing to build: {} declares no block", args.path.display())));
            }
            of_program(&program, args)?
        }
    };
    if !sources::is_stdin(&args.output) {
        files::create(&args.output, &built)?;
        return Ok(CLEAN);
    }
    let binary = match args.emit {
        Emit::Module => Some(("a built module", "policy.tmod")),
        Emit::Object => Some(("an object file", "policy.o")),
        Emit::Shared => Some(("a shared library", "policy.so")),
        Emit::Ir | Emit::Clif | Emit::Header | Emit::Schema => None,
    };
    if let Some((what, name)) = binary.filter(|_| std::io::stdout().is_terminal()) {
        return Err(Failure::unusable(format!("{what} is no text to read: name a file for it, as in `-o {name}`")));
    }
    console.out.write_all(&built)?;
    Ok(CLEAN)
}

fn of_program(program: &Checked, args: &Build) -> Result<Vec<u8>, Failure> {
    let native = Native::new(program);
    // Whatever is made, it is made of what was looked at.
    let module = native.module().map_err(Failure::unusable)?;
    match args.emit {
        Emit::Module => file::write(module.unit()).map_err(|e| Failure::unusable(e.to_string())),
        Emit::Ir => ir(program, &native).map(String::into_bytes),
        Emit::Schema => Ok(schema(program).into_bytes()),
        Emit::Object | Emit::Shared | Emit::Clif | Emit::Header => of_module(module, args),
    }
}

/// What needs no source.
fn of_module(module: &Module, args: &Build) -> Result<Vec<u8>, Failure> {
    match args.emit {
        Emit::Object => object(module),
        Emit::Shared => link::shared(&object(module)?, &args.output),
        Emit::Clif => clif(module).map(String::into_bytes),
        Emit::Header => {
            emit_header::header(module.unit()).map(String::into_bytes).map_err(|e| Failure::unusable(e.to_string()))
        }
        Emit::Module | Emit::Ir | Emit::Schema => Err(source_needed(&args.path)),
    }
}

/// Native code under the names that the header declares.
fn object(module: &Module) -> Result<Vec<u8>, Failure> {
    let unit = module.unit();
    let symbols = emit_header::symbols(unit).map_err(|e| Failure::unusable(e.to_string()))?;
    let strings = [(symbols.digest.as_str(), unit.package.digest.as_str())];
    module.object(&symbols.blocks, &strings).map_err(|e| Failure::unusable(e.to_string()))
}

/// One block's schema, or an object of all of them by name.
fn schema(program: &Checked) -> String {
    let of = |n: usize| schema_json::json_schema(program, program::BlockId(n as u32));
    let all = match program.blocks.len() {
        1 => of(0),
        many => {
            let name = |n: usize| facts::block_name(program, program::BlockId(n as u32));
            (0..many).map(|n| (name(n), of(n))).collect::<serde_json::Map<_, _>>().into()
        }
    };
    format!("{all:#}\n")
}

/// The graph of every block, in source order.
fn ir(program: &Checked, native: &Native<'_>) -> Result<String, Failure> {
    let mut out = String::new();
    for (n, block) in program.blocks.iter().enumerate() {
        let graph = native.graph(program::BlockId(n as u32)).map_err(Failure::unusable)?;
        separate(&mut out, &facts::qualified_name(program, block));
        out.push_str(&graph);
    }
    Ok(out)
}

/// The code of every block before it is machine code.
fn clif(module: &Module) -> Result<String, Failure> {
    let mut out = String::new();
    for (n, block) in module.unit().blocks.iter().enumerate() {
        let code = module.clif(BlockId(n as u32)).map_err(|e| Failure::unusable(e.to_string()))?;
        separate(&mut out, &block.qualified);
        out.push_str(&code);
    }
    Ok(out)
}

fn separate(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("; ");
    out.push_str(name);
    out.push('\n');
}

/// Commands that read sources say so of a built module.
pub fn needs_source(path: &Path) -> Result<(), Failure> {
    if sources::is_built(path) { Err(source_needed(path)) } else { Ok(()) }
}

fn source_needed(path: &Path) -> Failure {
    Failure::unusable(format!("{} is a built module: this needs the source it was built from", path.display()))
}
