//! The roots of a store on this machine, decided on by the packages on the Baseline Requirements and the root store.
//!
//! In: a folder of certificates (`*.crt`, `*.pem`), or a file that holds several. Out: one line of JSON a figure: its
//! name, and the certificates that it counts, by their place in the order of file names or in the file. `compare.py`
//! sets them beside what `openssl` says.

use std::path::{Path, PathBuf};
use std::{env, fs};

use real_roots::{Engines, Root, package, pem, text, those};
use serde_json::{Value, json};

fn main() {
    let Some(path) = env::args_os().nth(1) else {
        eprintln!("say where the roots are: a folder of certificates, or a file that holds several");
        std::process::exit(2);
    };
    let roots = roots(Path::new(&path));
    let requirements = package("frameworks/ca-browser-forum");
    let requirements = Engines::new(&requirements);
    let store = package("frameworks/mozilla-root-store");
    let store = Engines::new(&store);

    let root_certificate =
        |root: &Root, args: Value| requirements.ask(root, "root_certificate", json!({ "certificate": args }));
    let figure = |name: &str, is_so: &dyn Fn(&Root) -> bool| {
        println!("{}", json!({ "figure": name, "certificates": those(&roots, is_so) }));
    };
    let known_from = |root: &Root| {
        let args = json!({ "root": { "valid_from": text(root.not_before) } });
        store.ask(root, "websites_root", args)
    };
    let in_force = |root: &Root| {
        let args = json!({ "certificate": root.certificate(), "grounds": [] });
        requirements.ask(root, "subordinate_in_force", args)
    };
    let key = |root: &Root| requirements.ask(root, "certified_key", json!({ "public_key": root.key }));
    let of_key = |algorithm: &str, size: Value| {
        let is = (Value::from(algorithm), size);
        move |root: &Root| {
            let size = if root.key["curve"].is_null() { &root.key["modulus_bits"] } else { &root.key["curve"] };
            (&root.key["algorithm"], size) == (&is.0, &is.1)
        }
    };

    figure("all", &|_| true);
    figure("expired", &|root| in_force(root).because(&["validity_over"]));
    figure("not valid yet", &|root| in_force(root).because(&["validity_begun"]));
    figure("longer than 9132 days", &|root| {
        root_certificate(root, root.issued_under_the_limits()).because(&["root_validity_maximum"])
    });
    figure("issued under the limits", &|root| {
        !root_certificate(root, root.certificate()).because(&["rule_not_effective_at_issuance"])
    });
    figure("in violation of the limits", &|root| !root_certificate(root, root.certificate()).permits());
    figure("older than 15 years", &|root| known_from(root).because(&["key_not_over_15_years"]));
    figure("age of the key not known", &|root| known_from(root).because(&["key_age_known"]));
    figure("RSA 2048", &of_key("rsa", 2048.into()));
    figure("RSA 3072", &of_key("rsa", 3072.into()));
    figure("RSA 4096", &of_key("rsa", 4096.into()));
    figure("P-256", &of_key("ecdsa", "P-256".into()));
    figure("P-384", &of_key("ecdsa", "P-384".into()));
    figure("P-521", &of_key("ecdsa", "P-521".into()));
    figure("key permitted", &|root| key(root).permits());
}

fn roots(path: &Path) -> Vec<Root> {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if !path.is_dir() {
        return pem(&read(path), 0);
    }
    let entries = fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "crt" || e == "pem"));
    files.sort();
    let mut roots = Vec::new();
    for file in files {
        roots.append(&mut pem(&read(&file), roots.len()));
    }
    roots
}
