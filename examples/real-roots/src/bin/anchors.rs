//! The anchors of a published trust root, decided on as of every instant at which one of them begins or ends.
//!
//! In: a `trusted_root.json` in the form that Sigstore publishes. Out: one line of JSON an instant: the anchors that
//! count then, and those whose signatures of then count at a fixed `now`, by their place in the file. `compare.py` sets
//! them beside the windows as Python reads them.

use std::{env, fs};

use real_roots::{Engines, NOW, package};
use serde_json::{Value, json};

const LISTS: [(&str, &str); 4] = [
    ("tlogs", "transparency_log"),
    ("certificateAuthorities", "certificate_authority"),
    ("ctlogs", "certificate_log"),
    ("timestampAuthorities", "timestamp_authority"),
];

fn main() {
    let mut words = env::args_os().skip(1);
    let Some(path) = words.next() else {
        eprintln!("say where the trust root is, and then the instants to ask about");
        std::process::exit(2);
    };
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let published: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let anchors = anchors(&published);
    let program = package("signature-anchors");
    let engines = Engines::new(&program);
    for at in words {
        let at = at.to_string_lossy();
        let counts = |anchor: &Value| engines.ask_at(&at, "signing_anchor", json!({ "anchor": anchor }), &at).permits();
        let counted = |anchor: &Value| {
            let args = json!({ "anchor": anchor, "signed_at": &*at });
            engines.ask_at(&at, "earlier_signature", args, NOW).permits()
        };
        let those = |is_so: &dyn Fn(&Value) -> bool| -> Vec<usize> {
            anchors.iter().enumerate().filter(|(_, anchor)| is_so(anchor)).map(|(i, _)| i).collect()
        };
        println!("{}", json!({ "at": at, "count": those(&counts), "counted": those(&counted) }));
    }
}

fn anchors(published: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for (list, kind) in LISTS {
        for entry in published[list].as_array().unwrap_or_else(|| panic!("no `{list}`")) {
            let window = entry.get("validFor").unwrap_or(&entry["publicKey"]["validFor"]);
            let id = entry.get("uri").unwrap_or(&entry["baseUrl"]);
            found.push(json!({ "id": id, "kind": kind, "valid_from": window["start"], "valid_until": window["end"],
                               "distrusted": false }));
        }
    }
    found
}
