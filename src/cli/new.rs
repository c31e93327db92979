//! `trustc new`: a package to begin with.
//!
//! In: a name, or a path whose last part is one. Out: a folder with a policy, tests, requests and a README, which checks
//! and tests clean. A folder that exists is not touched.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use trust_syntax::ast::RESERVED;

use super::args::New;
use super::console::{Console, remark};
use super::{CLEAN, Failure, Outcome, files};

/// What a new package is made of; `tests/suite/first_contact.rs` holds that it is clean. `my_framework` gives way to the name.
const FILES: [(&str, &str); 6] = [
    ("README.md", include_str!("../../templates/new/README.md")),
    ("facts.json", include_str!("../../templates/new/facts.json")),
    ("policy.trust", include_str!("../../templates/new/policy.trust")),
    ("requests.jsonl", include_str!("../../templates/new/requests.jsonl")),
    ("tests.trust", include_str!("../../templates/new/tests.trust")),
    ("trust.toml", include_str!("../../templates/new/trust.toml")),
];

pub fn run(args: &New, console: &mut Console) -> Outcome {
    let shown = args.path.display();
    let folder = args.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name_of(&folder).map_err(Failure::unusable)?;
    make(&args.path, &name).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => Failure::unusable(format!("{shown} exists already; nothing was written")),
        _ => files::unwritable(&args.path, &e),
    })?;
    for (file, _) in FILES {
        writeln!(console.out, "{}", args.path.join(file).display())?;
    }
    remark(&format!("made the package `{name}`; look at {} first, then run", args.path.join("policy.trust").display()));
    remark(&format!("  trustc check {shown}\n  trustc test {shown} --coverage"));
    Ok(CLEAN)
}

fn make(path: &Path, name: &str) -> io::Result<()> {
    // Only the last folder is made: a path that is mistyped should not make a tree.
    fs::create_dir(path)?;
    for (file, text) in FILES {
        File::create_new(path.join(file))?.write_all(text.replace("my_framework", name).as_bytes())?;
    }
    Ok(())
}

/// The name of the framework: that of the folder, in small letters, with `_` between its words.
fn name_of(folder: &str) -> Result<String, String> {
    let example = "name it as in `partner_federation`";
    let name = folder.to_lowercase().replace(['-', ' ', '.'], "_");
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
        return Err(format!(
            "`{folder}` makes no name: one has letters, digits and `_` and starts with a letter; {example}"
        ));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(format!("`{name}` is a word of the language; {example}"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_its_framework() {
        assert_eq!(name_of("Partner-Federation 2.0").as_deref(), Ok("partner_federation_2_0"));
        for wrong in ["", "2fa", "_x", "été", "record", "a/b", ".."] {
            assert!(name_of(wrong).is_err(), "{wrong}");
        }
    }
}
