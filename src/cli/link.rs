//! The linker: a shared library from an object.
//!
//! In: the bytes of an object. Out: those of a shared library that needs no other. The system's own linker makes it, by way of the C
//! compiler (`cc`, or what `CC` names), in a folder of its own that is gone afterwards.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::Failure;

/// A folder for the time of a link.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Scratch> {
        let within = env::temp_dir();
        // Whoever has made one of this name before keeps it.
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for n in 0..64 {
            let folder = within.join(format!("trustc-link-{}-{n}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Scratch(folder)),
                Err(e) => last = e,
            }
        }
        Err(last)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The shared library of an object; `output` is what it will be called.
pub fn shared(object: &[u8], output: &Path) -> Result<Vec<u8>, Failure> {
    let scratch = Scratch::new().map_err(|e| super::files::unwritable(&env::temp_dir(), &e))?;
    // Found by its name in this folder, so that no path of this machine gets into the library.
    fs::write(scratch.0.join("policy.o"), object).map_err(|e| super::files::unwritable(&scratch.0, &e))?;
    let compiler = env::var_os("CC").filter(|name| !name.is_empty()).unwrap_or_else(|| "cc".into());
    // `CC` may hold options behind the name.
    let words = compiler.to_string_lossy().into_owned();
    let mut words = words.split_whitespace();
    let name = words.next().unwrap_or("cc");
    let done = Command::new(name).args(words).args(options(output)).current_dir(&scratch.0).output();
    let done = done.map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Failure::unusable(format!(
            "a shared library needs a linker, and there is no `{name}`: install a C compiler, name one in CC, or build with `--emit object` \
             and link it elsewhere"
        )),
        _ => Failure::unusable(format!("`{name}` cannot be run to link: {e}")),
    })?;
    if !done.status.success() {
        let told = String::from_utf8_lossy(&done.stderr);
        return Err(Failure::unusable(format!("`{name}` does not link the library: {}", told.trim())));
    }
    let library = scratch.0.join("policy.out");
    fs::read(&library).map_err(|e| super::files::unreadable(&library, &e))
}

fn options(output: &Path) -> Vec<OsString> {
    let mut options: Vec<OsString> = ["-shared", "policy.o", "-o", "policy.out"].map(OsString::from).to_vec();
    // What programs that are linked with it look for.
    let name = output.file_name().filter(|name| *name != "-").map(OsString::from);
    let mut to_linker =
        |words: [OsString; 2]| words.into_iter().for_each(|word| options.extend(["-Xlinker".into(), word]));
    if cfg!(target_os = "macos") {
        if let Some(name) = name {
            let mut path = OsString::from("@rpath/");
            path.push(name);
            to_linker(["-install_name".into(), path]);
        }
    } else if cfg!(unix) {
        if let Some(name) = name {
            to_linker(["-soname".into(), name]);
        }
        to_linker(["-z".into(), "noexecstack".into()]);
        to_linker(["-z".into(), "relro".into()]);
        // It calls nothing, so it needs no library either.
        options.push("-nostdlib".into());
    }
    options
}
