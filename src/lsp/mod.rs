//! The language server: what an editor asks about policies, answered from the analysis of the package.
//!
//! In: messages of the Language Server Protocol, on standard input or a channel. Out: answers and diagnostics. Open
//! buffers lie over the files on disk; every answer is of the current text. No message can end the server but `exit`.

mod actions;
mod completion;
mod describe;
mod diagnostics;
mod edits;
mod folding;
mod format;
mod horizon;
mod hover;
mod inlay;
mod lens;
mod navigate;
mod packages;
mod rename;
mod server;
mod signature;
mod symbols;
mod syntax;
mod text;
mod tokens;
mod transport;
mod uri;

use std::path::PathBuf;

pub use server::serve;
pub use transport::stdio;

/// What the one who starts the server decides; the client's `initializationOptions` may say more.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the sources of the standard library are written for editors to show; nowhere, if nowhere is known.
    pub library: Option<PathBuf>,
    /// The instant at which reviews are looked at, in microseconds; without it none is late. An editor shows what stands today, so
    /// this is the one place where the program asks a clock.
    pub today: Option<fn() -> i64>,
}

/// The instant that the machine's clock tells.
pub fn wall_clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}

/// The user's folder for caches, where the library's sources can be shown from.
pub fn cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    base.is_absolute().then(|| base.join("trustc").join(env!("CARGO_PKG_VERSION")))
}
