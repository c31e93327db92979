//! A host in Rust: asks one policy three questions.
//!
//! In: a policy. Out: an answer a line. `cargo run -p libtrust --example embed -- examples/first/supplier.trust`

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use trust_runtime::request::{Options, Session};

const REQUESTS: [&str; 3] = [
    // May this supplier send an order?
    r#"{"id":1,"block":"supplier","now":"2026-03-01T09:00:00Z","args":{"s":{"id":"acme","signed":true,"last_audit":"2026-01-15T00:00:00Z"}}}"#,
    // Its contract has ended: what changes, and by when?
    r#"{"id":2,"block":"supplier","now":"2026-03-01T10:00:00Z","key":["acme"],"event":{"name":"ContractEnded","fields":{"party":"acme","ended_at":"2026-03-01T08:00:00Z"}}}"#,
    // The host has stored what is in force since, and asks again.
    r#"{"id":3,"block":"supplier","now":"2026-03-01T11:00:00Z","prior":["over"],"args":{"s":{"id":"acme","signed":true,"last_audit":"2026-01-15T00:00:00Z"}}}"#,
];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: embed POLICY")?;
    run(Path::new(&path), &mut io::stdout())
}

/// Where the policy is in a file of its own, only `trust-runtime` is needed: `Module::read` takes what `trustc build` wrote.
pub fn run(policy: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let analysis = trustc::driver::analyse_path(policy)?;
    let (program, _) = analysis.checked().map_err(|_| "the policy has errors: `trustc check` shows them")?;
    // Shared by all threads; the session is one thread's own.
    let module = trustc::native::module(&program)?;
    let mut session = Session::new();
    let mut answer = Vec::new();
    for request in REQUESTS {
        answer.clear();
        // A refused request has an answer too, which says why; it is no decision.
        let _refused = session.answer_line(&module, request.as_bytes(), &Options::default(), &mut answer)?;
        answer.push(b'\n');
        out.write_all(&answer)?;
    }
    Ok(())
}
