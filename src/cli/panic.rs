//! A panic is our bug: it is said in plain words, with what a report needs, and ends the process with 101.
//!
//! In: nothing. Out: a hook for the whole process. The message goes to standard error in one write.

use std::io::Write;
use std::panic::{self, PanicHookInfo};

/// The exit code of a bug of ours.
pub const EXIT: u8 = 101;

pub fn install() {
    panic::set_hook(Box::new(|info| {
        let words: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
        // Nothing is left to be done where standard error is closed.
        let _ = std::io::stderr().write_all(report(info, &words).as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>, words: &[String]) -> String {
    let payload = info.payload();
    let what = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
    message(what, &place, words)
}

fn message(what: &str, place: &str, words: &[String]) -> String {
    format!(
        "\nerror: this is a bug in trustc, not in your policy.\n\n  \
         what:    {what}\n  \
         where:   {place}\n  \
         version: trustc {}\n  \
         command: {}\n\n\
         no decision was made: treat this as a deny.\n\
         please report the lines above, with the policy if you may share it.\n",
        env!("CARGO_PKG_VERSION"),
        words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(" "),
    )
}

/// As a shell would need it, so that the command can be run again.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_can_be_acted_on() {
        let text = message("the sky fell", "src/x.rs:1", &["trustc".into(), "check".into(), "my policy's".into()]);
        for part in ["a bug in trustc", "the sky fell", "src/x.rs:1", r"trustc check 'my policy'\''s'", "report"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
