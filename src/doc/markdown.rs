//! The book as Markdown, with its pictures as files beside it.
//!
//! In: a book. Out: `rule-book.md` and `pictures/*.svg`. Always: text of the policy cannot become Markdown or HTML of its
//! own; every anchor that is linked to stands in the file.

use std::fmt::Write as _;

use super::Page;
use super::svg::{anchor, standalone};
use super::text::{Book, Clause, Figure, Inline, Items, Part, Phrase, Section, Table, flat};

pub fn pages(book: &Book) -> Vec<Page> {
    let mut writer = Writer { out: String::new(), pictures: Vec::new() };
    let _ = writeln!(writer.out, "# {}\n", escape(&book.title));
    if !book.lead.is_empty() {
        let _ = writeln!(writer.out, "{}\n", escape(&book.lead));
    }
    let _ = writeln!(writer.out, "{}\n", escape(&book.edition));
    let _ = writeln!(writer.out, "## Contents\n");
    for section in &book.sections {
        let _ = writeln!(writer.out, "- [{}](#{})", escape(&heading(section)), anchor(&section.id));
    }
    for section in &book.sections {
        writer.section(section, 2);
    }
    let text = format!("{}\n", writer.out.trim_end());
    let mut pages = vec![Page { path: "rule-book.md".into(), text }];
    pages.extend(writer.pictures);
    pages
}

pub(super) fn heading(section: &Section) -> String {
    if section.kind.is_empty() { section.title.clone() } else { format!("{}: {}", section.kind, section.title) }
}

struct Writer {
    out: String,
    pictures: Vec<Page>,
}

impl Writer {
    fn section(&mut self, section: &Section, level: usize) {
        let hashes = "#".repeat(level.min(6));
        let _ = writeln!(self.out, "\n<a id=\"{}\"></a>\n", anchor(&section.id));
        let _ = writeln!(self.out, "{hashes} {}\n", escape(&heading(section)));
        for part in &section.parts {
            self.part(part, level);
        }
        for inner in &section.sections {
            self.section(inner, level + 1);
        }
    }

    fn part(&mut self, part: &Part, level: usize) {
        match part {
            Part::Para(line) => {
                let _ = writeln!(self.out, "{}\n", inline(line));
            }
            Part::Note(line) => {
                let _ = writeln!(self.out, "> {}\n", inline(line));
            }
            Part::Sub(title) => {
                let _ = writeln!(self.out, "{} {}\n", "#".repeat((level + 1).min(6)), escape(title));
            }
            Part::List(lines) => {
                for line in lines {
                    let _ = writeln!(self.out, "- {}", inline(line));
                }
                self.out.push('\n');
            }
            Part::Term(id, line, phrase) => {
                let _ = writeln!(self.out, "- <a id=\"{}\"></a>{}", anchor(id), inline(line));
                if let Some(phrase) = phrase {
                    self.items(phrase.opened().1, 1);
                }
                self.out.push('\n');
            }
            Part::Source(line) => {
                let _ = writeln!(self.out, "In the source: {}\n", inline(line));
            }
            Part::Condition(lead, phrase) => self.condition(lead, phrase),
            Part::Table(table) => self.table(table, table.rows.iter().map(|row| (None, row))),
            Part::Anchored(table, rows) => self.table(table, rows.iter().map(|(id, row)| (Some(id.as_str()), row))),
            Part::Fold(title, parts) => {
                let _ = writeln!(self.out, "**{}**\n", escape(title));
                for part in parts {
                    self.part(part, level);
                }
            }
            Part::Clause(clause) => self.clause(clause, level),
            Part::Figure(figure) => self.figure(figure),
        }
    }

    fn clause(&mut self, clause: &Clause, level: usize) {
        let _ = writeln!(self.out, "<a id=\"{}\"></a>\n", anchor(&clause.id));
        let hashes = "#".repeat((level + 2).min(6));
        let _ = writeln!(self.out, "{hashes} {}: {}\n", escape(clause.badge), escape(&clause.title));
        if let Some(message) = &clause.message {
            let _ = writeln!(self.out, "**{}**\n", escape(message));
        }
        for part in &clause.body {
            self.part(part, level);
        }
        let mut about = Vec::new();
        if !clause.controls.is_empty() {
            let controls: Vec<String> = clause.controls.iter().map(|line| inline(line)).collect();
            about.push(format!("Controls: {}", controls.join(", ")));
        }
        about.push(format!("{}, {}", code(&clause.name), code(&clause.place)));
        about.extend(clause.notes.iter().map(|note| escape(note)));
        let _ = writeln!(self.out, "{}\n", about.join(" · "));
    }

    fn condition(&mut self, lead: &[Inline], phrase: &Phrase) {
        let (line, items) = phrase.opened();
        let end = if matches!(items, Items::None) { "." } else { "" };
        let _ = writeln!(self.out, "{} {}{end}\n", inline(lead), inline(&line));
        if !matches!(items, Items::None) {
            self.items(items, 0);
            self.out.push('\n');
        }
    }

    fn items(&mut self, items: Items<'_>, depth: usize) {
        let margin = "  ".repeat(depth);
        match items {
            Items::None => {}
            Items::Parts(parts) => {
                for part in parts {
                    let (line, items) = part.opened();
                    let _ = writeln!(self.out, "{margin}- {}", inline(&line));
                    self.items(items, depth + 1);
                }
            }
            Items::Cases(cases) => {
                for (case, body) in cases {
                    let (line, items) = body.opened();
                    let _ = writeln!(self.out, "{margin}- {}: {}", inline(case), inline(&line));
                    self.items(items, depth + 1);
                }
            }
        }
    }

    fn table<'a>(&mut self, table: &Table, rows: impl Iterator<Item = (Option<&'a str>, &'a Vec<Vec<Inline>>)>) {
        let rows: Vec<_> = rows.collect();
        let width = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0).max(table.head.len());
        if width == 0 {
            return;
        }
        let _ = writeln!(self.out, "*{}*\n", escape(&table.caption));
        let cells = |cells: Vec<String>| {
            let mut cells = cells;
            cells.resize(width, String::new());
            format!("| {} |", cells.join(" | "))
        };
        let _ = writeln!(self.out, "{}", cells(table.head.iter().map(|h| escape(h)).collect()));
        let _ = writeln!(self.out, "{}", cells(vec!["---".into(); width]));
        for (id, row) in rows {
            let mut texts: Vec<String> = row.iter().map(|line| cell(line)).collect();
            texts.resize(width, "—".into());
            if let (Some(id), Some(first)) = (id, texts.first_mut()) {
                *first = format!("<a id=\"{}\"></a>{first}", anchor(id));
            }
            let _ = writeln!(self.out, "{}", cells(texts));
        }
        self.out.push('\n');
    }

    fn figure(&mut self, figure: &Figure) {
        let name: String =
            figure.id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        let path = format!("pictures/{name}.svg");
        let _ = writeln!(self.out, "![{}]({path})\n", escape(&figure.caption));
        self.pictures.push(Page { path, text: standalone(&figure.svg) });
    }
}

fn inline(line: &[Inline]) -> String {
    line.iter()
        .map(|part| match part {
            Inline::Text(text) | Inline::Term { text, .. } => escape(text),
            Inline::Strong(text) => format!("**{}**", escape(text)),
            Inline::Value(text) => format!("*{}*", escape(text)),
            Inline::Code(text) => code(text),
            Inline::Break => "<br>".into(),
            Inline::Link { text, target, .. } => format!("[{}](#{})", escape(text), anchor(target)),
        })
        .collect()
}

/// A cell; code in it has no escape for the bar but this.
fn cell(line: &[Inline]) -> String {
    if flat(line).is_empty() {
        return "—".into();
    }
    inline(line).replace("\\|", "|").replace('|', "\\|")
}

fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    // A run of backticks longer than any inside.
    let mut fence = String::from("`");
    while text.contains(&fence) {
        fence.push('`');
    }
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Plain text that stays plain; what stands between backticks in a comment stays code.
pub(super) fn escape(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let mut out = String::with_capacity(text.len());
    for (i, part) in parts.iter().enumerate() {
        if paired && i % 2 == 1 {
            out.push_str(&code(part));
            continue;
        }
        if i > 0 && !paired {
            out.push_str("\\`");
        }
        for c in part.chars() {
            match c {
                '\\' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                    out.push('\\');
                    out.push(c);
                }
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '\n' | '\r' => out.push(' '),
                c if c.is_control() => {}
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("a*b [x](y) <b>"), "a\\*b \\[x\\](y) &lt;b&gt;");
        assert_eq!(escape("the `scope` of it"), "the `scope` of it");
        assert_eq!(escape("one ` tick"), "one \\` tick");
        assert_eq!(code("a`b"), "``a`b``");
    }
}
