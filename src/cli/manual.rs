//! `trustc completions` and `trustc man`: what a shell and a manual need, made from the command line itself.
//!
//! In: the name of a shell, or a folder. Out: a script on standard output; pages in the folder, or the first of them on
//! standard output.

use std::fs;
use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use super::args::{Arguments, Completions, Manual};
use super::console::Console;
use super::{CLEAN, Outcome, files};

pub fn completions(args: &Completions, console: &mut Console) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "trustc", &mut script);
    console.out.write_all(&script)?;
    Ok(CLEAN)
}

pub fn man(args: &Manual, console: &mut Console) -> Outcome {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &args.output else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        console.out.write_all(&page)?;
        return Ok(CLEAN);
    };
    fs::create_dir_all(folder).map_err(|e| files::unwritable(folder, &e))?;
    let subcommands = command.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set());
    for page in std::iter::once(&command).chain(subcommands) {
        let man = Man::new(page.clone());
        let path = folder.join(man.get_filename());
        let mut text = Vec::new();
        man.render(&mut text)?;
        fs::write(&path, text).map_err(|e| files::unwritable(&path, &e))?;
        writeln!(console.out, "{}", path.display())?;
    }
    Ok(CLEAN)
}
