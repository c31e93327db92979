//! The page before several books: which there are, and what each is about.
//!
//! In: books with the path of each book's first page, relative to this one. Out: `index.html` or `README.md`. Always: the
//! books stand in the order they are given; every text is escaped; nothing is fetched.

use std::fmt::Write as _;

use super::Page;
use super::svg::escape;
use super::text::Book;

const STYLE: &str = include_str!("assets/book.css");

/// A book and where its first page stands.
pub struct Standing {
    pub path: String,
    pub book: Book,
}

const TITLE: &str = "Rule books";

fn lead(count: usize) -> String {
    format!("{count} sets of rules, each with a book of its own.")
}

/// A path as the target of a link.
fn target(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

pub fn html(books: &[Standing]) -> Page {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    let _ = writeln!(out, "<meta name=\"generator\" content=\"trustc {}\">", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "<title>{TITLE}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>");
    let _ = writeln!(out, "<header class=\"top\"><h1>{TITLE}</h1><p class=\"lead\">{}</p></header>", lead(books.len()));
    out.push_str("<main id=\"rules\">\n");
    for Standing { path, book } in books {
        let title = escape(&book.title);
        let _ = write!(out, "<section>\n<h2><a href=\"{}\">{title}</a></h2>\n", target(path));
        if !book.lead.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", escape(&book.lead));
        }
        let _ = write!(out, "<p class=\"edition\">{}</p>\n</section>\n", escape(&book.edition));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    Page { path: "index.html".into(), text: out }
}

pub fn markdown(books: &[Standing]) -> Page {
    let mut out = format!("# {TITLE}\n\n{}\n", lead(books.len()));
    for Standing { path, book } in books {
        let title = super::markdown::escape(&book.title);
        let _ = write!(out, "\n## [{title}]({})\n", target(path));
        for line in [&book.lead, &book.edition].into_iter().filter(|line| !line.is_empty()) {
            let _ = write!(out, "\n{}\n", super::markdown::escape(line));
        }
    }
    Page { path: "README.md".into(), text: out }
}
