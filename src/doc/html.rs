//! The book as one page of HTML: everything in it, nothing fetched.
//!
//! In: a book. Out: `index.html` with its style, its script and the index that is searched. Always: every text is escaped;
//! an id stands once; without script the page lacks its search and nothing else.

use std::fmt::Write as _;

use serde_json::json;

use super::Page;
use super::markdown::heading;
use super::search::entries;
use super::svg::{anchor, escape};
use super::text::{Book, Clause, Figure, Inline, Items, Part, Phrase, Section, Table, Tone, flat};

const STYLE: &str = include_str!("assets/book.css");
const PICTURE: &str = include_str!("assets/picture.css");
const SCRIPT: &str = include_str!("assets/book.js");

pub fn pages(book: &Book) -> Vec<Page> {
    let mut writer = Writer { out: String::new() };
    writer.book(book);
    vec![Page { path: "index.html".into(), text: writer.out }]
}

struct Writer {
    out: String,
}

macro_rules! put {
    ($writer:expr, $($what:tt)*) => {
        let _ = write!($writer.out, $($what)*);
    };
}

impl Writer {
    fn book(&mut self, book: &Book) {
        let title = escape(&book.title);
        put!(self, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        put!(self, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // Nothing may be fetched, whatever a text of the policy tries.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
        put!(self, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n");
        put!(self, "<meta name=\"color-scheme\" content=\"light dark\">\n");
        put!(self, "<meta name=\"generator\" content=\"trustc {}\">\n", env!("CARGO_PKG_VERSION"));
        put!(self, "<title>{title}: rule book</title>\n<style>\n{STYLE}{PICTURE}</style>\n</head>\n<body>\n");
        put!(self, "<a class=\"skip\" href=\"#rules\">Skip to the rules</a>\n");
        put!(self, "<header class=\"top\"><p class=\"kicker\">Rule book</p><h1>{title}</h1>");
        if !book.lead.is_empty() {
            put!(self, "<p class=\"lead\">{}</p>", words(&book.lead));
        }
        put!(self, "<p class=\"edition\">{}</p></header>\n", escape(&book.edition));
        self.search();
        put!(self, "<div class=\"columns\">\n");
        self.contents(book);
        put!(self, "<main id=\"rules\" tabindex=\"-1\">\n");
        for section in &book.sections {
            self.section(section, 2);
        }
        put!(self, "</main>\n</div>\n");
        put!(self, "<footer><p>Made by trustc from the rules themselves: {}.</p></footer>\n", escape(&book.edition));
        self.index(book);
        put!(self, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    }

    /// Hidden until the script that does the work is there.
    fn search(&mut self) {
        put!(
            self,
            "<search class=\"find\" hidden><label for=\"query\">Search the rules</label>\
             <input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" \
             aria-describedby=\"found\"><p id=\"found\" role=\"status\"></p>\
             <ol id=\"hits\"></ol></search>\n"
        );
    }

    fn contents(&mut self, book: &Book) {
        put!(self, "<nav class=\"contents\" aria-label=\"Contents\"><details open><summary>Contents</summary><ol>\n");
        let mut last = "";
        for section in &book.sections {
            put!(self, "<li>");
            // Once over those of one kind that stand together.
            if !section.kind.is_empty() && section.kind != last {
                put!(self, "<span class=\"kind\">{}</span>", escape(section.kind));
            }
            last = section.kind;
            put!(self, "<a href=\"#{}\">", anchor(&section.id));
            put!(self, "{}</a></li>\n", escape(&section.title));
        }
        put!(self, "</ol></details></nav>\n");
    }

    /// In a script element no `<` may stand that could end it.
    fn index(&mut self, book: &Book) {
        let rows: Vec<_> = entries(book)
            .into_iter()
            .map(|entry| json!([anchor(&entry.id), entry.title, entry.within, entry.text]))
            .collect();
        let rows = serde_json::Value::Array(rows).to_string();
        let rows = rows.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        put!(self, "<script type=\"application/json\" id=\"search-index\">{rows}</script>\n");
    }

    fn section(&mut self, section: &Section, level: usize) {
        let (id, h) = (anchor(&section.id), level.min(6));
        let kind = if section.kind.is_empty() { "" } else { " class=\"block\"" };
        put!(self, "<section aria-labelledby=\"{id}\"{kind}>\n<h{h} id=\"{id}\">");
        if section.kind.is_empty() {
            put!(self, "{}", words(&section.title));
        } else {
            let title = escape(&section.title);
            put!(self, "<span class=\"kind\">{}<span class=\"out\">:</span></span> {title}", escape(section.kind));
        }
        put!(
            self,
            " <a class=\"self\" href=\"#{id}\" aria-label=\"Link to {}\">#</a></h{h}>\n",
            escape(&heading(section))
        );
        for part in &section.parts {
            self.part(part, level);
        }
        for inner in &section.sections {
            self.section(inner, level + 1);
        }
        put!(self, "</section>\n");
    }

    fn part(&mut self, part: &Part, level: usize) {
        match part {
            Part::Para(line) => {
                put!(self, "<p>{}</p>\n", inline(line));
            }
            Part::Note(line) => {
                put!(self, "<p class=\"note\">{}</p>\n", inline(line));
            }
            Part::Source(line) => {
                put!(self, "<p class=\"meta\">In the source: {}</p>\n", inline(line));
            }
            Part::Sub(title) => {
                let h = (level + 1).min(6);
                put!(self, "<h{h}>{}</h{h}>\n", escape(title));
            }
            Part::List(lines) => {
                put!(self, "<ul>\n");
                for line in lines {
                    put!(self, "<li>{}</li>\n", inline(line));
                }
                put!(self, "</ul>\n");
            }
            Part::Term(id, line, phrase) => {
                put!(self, "<div class=\"term\" id=\"{}\"><p>{}</p>", anchor(id), inline(line));
                if let Some(phrase) = phrase {
                    self.items(phrase.opened().1);
                }
                put!(self, "</div>\n");
            }
            Part::Condition(lead, phrase) => self.condition(lead, phrase),
            Part::Table(table) => self.table(table, &mut table.rows.iter().map(|row| (None, row))),
            Part::Anchored(table, rows) => {
                self.table(table, &mut rows.iter().map(|(id, row)| (Some(id.as_str()), row)))
            }
            Part::Fold(title, parts) => {
                put!(self, "<details class=\"fold\"><summary>{}</summary>\n", escape(title));
                for part in parts {
                    self.part(part, level);
                }
                put!(self, "</details>\n");
            }
            Part::Clause(clause) => self.clause(clause, level),
            Part::Figure(figure) => self.figure(figure),
        }
    }

    fn clause(&mut self, clause: &Clause, level: usize) {
        let (id, h) = (anchor(&clause.id), (level + 2).min(6));
        put!(self, "<article class=\"clause {}\" aria-labelledby=\"{id}\">\n", tone(clause.tone));
        put!(self, "<h{h} id=\"{id}\"><span class=\"badge\">{}</span>", escape(clause.badge));
        put!(self, "<span class=\"out\">:</span> {}", escape(&clause.title));
        let label = format!("Link to {}", clause.title);
        put!(self, " <a class=\"self\" href=\"#{id}\" aria-label=\"{}\">#</a></h{h}>\n", escape(&label));
        if let Some(message) = &clause.message {
            put!(self, "<p class=\"message\">{}</p>\n", words(message));
        }
        for part in &clause.body {
            self.part(part, level);
        }
        put!(self, "<p class=\"meta\">");
        if !clause.controls.is_empty() {
            let controls: Vec<String> = clause.controls.iter().map(|line| inline(line)).collect();
            put!(self, "<span>Controls: {}</span> ", controls.join(", "));
        }
        put!(self, "<span><code>{}</code> <code>{}</code></span>", escape(&clause.name), escape(&clause.place));
        for note in &clause.notes {
            put!(self, " <span>{}</span>", escape(note));
        }
        put!(self, "</p>\n</article>\n");
    }

    fn condition(&mut self, lead: &[Inline], phrase: &Phrase) {
        let (line, items) = phrase.opened();
        let end = if matches!(items, Items::None) { "." } else { "" };
        put!(self, "<div class=\"rule\"><p><span class=\"lead-in\">{}</span> {}{end}</p>", inline(lead), inline(&line));
        self.items(items);
        put!(self, "</div>\n");
    }

    fn items(&mut self, items: Items<'_>) {
        match items {
            Items::None => {}
            Items::Parts(parts) => {
                put!(self, "<ul>");
                for part in parts {
                    let (line, items) = part.opened();
                    put!(self, "<li>{}", inline(&line));
                    self.items(items);
                    put!(self, "</li>");
                }
                put!(self, "</ul>");
            }
            Items::Cases(cases) => {
                put!(self, "<ul>");
                for (case, body) in cases {
                    let (line, items) = body.opened();
                    put!(self, "<li>{}: {}", inline(case), inline(&line));
                    self.items(items);
                    put!(self, "</li>");
                }
                put!(self, "</ul>");
            }
        }
    }

    /// On a narrow screen a row becomes a card, each cell under the name of its column.
    fn table<'a>(&mut self, table: &Table, rows: &mut dyn Iterator<Item = (Option<&'a str>, &'a Vec<Vec<Inline>>)>) {
        let plain = table.head.is_empty();
        put!(self, "<table{}>\n", if plain { " class=\"about\"" } else { "" });
        put!(self, "<caption{}>{}</caption>\n", if plain { " class=\"out\"" } else { "" }, escape(&table.caption));
        if !plain {
            put!(self, "<thead><tr>");
            for head in &table.head {
                put!(self, "<th scope=\"col\">{}</th>", escape(head));
            }
            put!(self, "</tr></thead>\n");
        }
        put!(self, "<tbody>\n");
        for (id, row) in rows {
            match id {
                Some(id) => {
                    put!(self, "<tr id=\"{}\">", anchor(id));
                }
                None => self.out.push_str("<tr>"),
            }
            for (i, cell) in row.iter().enumerate() {
                let text =
                    if flat(cell).is_empty() { "<span class=\"none\">none</span>".to_owned() } else { inline(cell) };
                let label = table.head.get(i).map_or(String::new(), |h| format!(" data-label=\"{}\"", escape(h)));
                match i {
                    0 => {
                        put!(self, "<th scope=\"row\"{label}>{text}</th>");
                    }
                    _ => {
                        put!(self, "<td{label}><div>{text}</div></td>");
                    }
                }
            }
            put!(self, "</tr>\n");
        }
        put!(self, "</tbody>\n</table>\n");
    }

    fn figure(&mut self, figure: &Figure) {
        let caption = escape(&figure.caption);
        put!(
            self,
            "<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">{}</div>",
            figure.svg
        );
        put!(self, "<figcaption>{caption}</figcaption></figure>\n");
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Must => "must",
        Tone::MustNot => "must-not",
        Tone::Should => "should",
        Tone::Time => "time",
        Tone::Owed => "owed",
        Tone::Ends => "ends",
        Tone::Returns => "returns",
        Tone::Level => "level",
    }
}

fn inline(line: &[Inline]) -> String {
    line.iter()
        .map(|part| match part {
            Inline::Text(text) => words(text),
            Inline::Strong(text) => format!("<strong>{}</strong>", words(text)),
            Inline::Term { text, note } if note.is_empty() => format!("<span class=\"fact\">{}</span>", escape(text)),
            Inline::Term { text, note } => {
                format!("<span class=\"fact\" title=\"{}\">{}</span>", escape(note), escape(text))
            }
            Inline::Value(text) => format!("<span class=\"value\">{}</span>", escape(text)),
            Inline::Break => "<br>".into(),
            Inline::Code(text) => format!("<code>{}</code>", escape(text)),
            Inline::Link { text, target, note } => {
                let title = if note.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(note)) };
                format!("<a href=\"#{}\"{title}>{}</a>", anchor(target), escape(text))
            }
        })
        .collect()
}

/// What stands between backticks in a comment is code.
fn words(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let part = |(i, part): (usize, &&str)| match i % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    };
    parts.iter().enumerate().map(part).collect()
}
