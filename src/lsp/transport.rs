//! The server on standard input and output.
//!
//! In: framed JSON-RPC. Out: the same, and the exit code the protocol asks for: 0 after `shutdown` and `exit`, else 1. A body
//! that is no message is answered with a parse error and skipped; a broken frame ends the run.

use std::io::{self, BufReader, Write};
use std::thread;

use lsp_server::{Connection, Message};

use super::{Options, serve};

/// Deeply nested sources are walked on a stack that has room for them.
const STACK: usize = 64 << 20;

/// Runs the server until the client ends it; the exit code.
pub fn stdio(options: Options) -> u8 {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let writer = thread::spawn(move || {
        for message in receiver {
            // Nobody to tell where the client is gone; its end of the input ends the server.
            if message.write(&mut io::stdout().lock()).is_err() {
                break;
            }
        }
    });
    // Left behind when the server ends: it waits for input that does not come.
    thread::spawn(move || {
        let mut input = BufReader::new(io::stdin());
        loop {
            match Message::read(&mut input) {
                Ok(Some(message)) => {
                    if sender.send(message).is_err() {
                        break;
                    }
                }
                Err(e) if e.to_string().starts_with("malformed LSP payload") => refuse(),
                Ok(None) | Err(_) => break,
            }
        }
    });
    let run = move || serve(server, options);
    let code = match thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join().unwrap_or(1),
        Err(_) => 1,
    };
    let _ = writer.join();
    code
}

/// What JSON-RPC answers to a text that is no message.
fn refuse() {
    let body = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"the body is no JSON-RPC message"}}"#;
    let mut out = io::stdout().lock();
    let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| out.flush());
}
