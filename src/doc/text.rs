//! What the book is made of, before it is Markdown or HTML.
//!
//! Text with a few marks, parts of a page, sections. In: made by the other files of this folder. Always: the text is plain
//! and not yet escaped; an `id` is unique in a book; a link's target is an `id` of the same book.

/// A run of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Strong(String),
    /// A thing that facts tell; the note is what the source says of it.
    Term {
        text: String,
        note: String,
    },
    /// A value that the policy states.
    Value(String),
    /// As in the source.
    Code(String),
    Link {
        text: String,
        target: String,
        note: String,
    },
    /// Between the entries of a cell.
    Break,
}

pub type Line = Vec<Inline>;

pub fn text(text: impl Into<String>) -> Inline {
    Inline::Text(text.into())
}

pub fn strong(text: impl Into<String>) -> Inline {
    Inline::Strong(text.into())
}

pub fn value(text: impl Into<String>) -> Inline {
    Inline::Value(text.into())
}

pub fn code(text: impl Into<String>) -> Inline {
    Inline::Code(text.into())
}

pub fn link(text: impl Into<String>, target: impl Into<String>) -> Inline {
    Inline::Link { text: text.into(), target: target.into(), note: String::new() }
}

pub fn plain(words: impl Into<String>) -> Line {
    vec![text(words)]
}

/// The text without its marks.
pub fn flat(line: &[Inline]) -> String {
    line.iter()
        .map(|part| match part {
            Inline::Text(text) | Inline::Strong(text) | Inline::Value(text) | Inline::Code(text) => text.as_str(),
            Inline::Term { text, .. } | Inline::Link { text, .. } => text.as_str(),
            Inline::Break => "; ",
        })
        .collect()
}

/// `a, b and c`
pub fn listed(items: Vec<Line>, last: &str) -> Line {
    let count = items.len();
    let mut out = Line::new();
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(text(if i + 1 == count { format!(" {last} ") } else { ", ".into() }));
        }
        out.extend(item);
    }
    out
}

/// One below the other.
pub fn stacked(lines: impl IntoIterator<Item = Line>) -> Line {
    let mut out = Line::new();
    for (i, line) in lines.into_iter().enumerate() {
        if i > 0 {
            out.push(Inline::Break);
        }
        out.extend(line);
    }
    out
}

/// With a capital letter at its start.
pub fn capitalised(mut line: Line) -> Line {
    if let Some(Inline::Text(text) | Inline::Term { text, .. } | Inline::Strong(text)) = line.first_mut() {
        *text = capital(text);
    }
    line
}

pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A condition: a sentence, or several under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phrase {
    Plain(Line),
    All(Vec<Phrase>),
    Any(Vec<Phrase>),
    /// Reads on: "for every hop in the chain", "if it is a test".
    Under(Line, Box<Phrase>),
    /// One of several, by what is asked.
    Cases(Line, Vec<(Line, Phrase)>),
}

impl Phrase {
    /// On one line, where it is short enough to be read so.
    pub fn line(&self) -> Option<Line> {
        match self {
            Phrase::Plain(line) => Some(line.clone()),
            Phrase::All(parts) => joined(parts, "and"),
            Phrase::Any(parts) => joined(parts, "or"),
            Phrase::Under(head, body) => {
                let mut line = head.clone();
                line.push(text(" "));
                line.extend(body.line()?);
                Some(line)
            }
            Phrase::Cases(..) => None,
        }
    }
}

/// What stands below the opening words of a phrase.
#[derive(Clone, Copy, Debug)]
pub enum Items<'a> {
    None,
    Parts(&'a [Phrase]),
    Cases(&'a [(Line, Phrase)]),
}

impl Phrase {
    /// The words it opens with, and what is listed below them.
    pub fn opened(&self) -> (Line, Items<'_>) {
        if let Some(line) = self.line() {
            return (line, Items::None);
        }
        match self {
            Phrase::Plain(line) => (line.clone(), Items::None),
            Phrase::All(parts) => (plain("all of these:"), Items::Parts(parts)),
            Phrase::Any(parts) => (plain("at least one of these:"), Items::Parts(parts)),
            Phrase::Under(head, body) => {
                let (rest, items) = body.opened();
                let mut line = head.clone();
                line.push(text(" "));
                line.extend(rest);
                (line, items)
            }
            Phrase::Cases(head, cases) => {
                let mut line = head.clone();
                line.push(text(":"));
                (line, Items::Cases(cases))
            }
        }
    }
}

/// Two short sentences in one; more are a list.
fn joined(parts: &[Phrase], word: &str) -> Option<Line> {
    let simple = |part: &Phrase| matches!(part, Phrase::Plain(_));
    let lines: Vec<Line> = parts.iter().filter(|part| simple(part)).filter_map(Phrase::line).collect();
    let length: usize = lines.iter().map(|line| flat(line).chars().count()).sum();
    (lines.len() == parts.len() && lines.len() <= 2 && length <= 160).then(|| listed(lines, word))
}

#[derive(Clone, Debug)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Line>>,
}

impl Table {
    /// Without the columns that say nothing in any row; the first stays.
    pub fn slim(mut self) -> Table {
        let used = |column: usize| {
            column == 0 || self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !flat(cell).is_empty()))
        };
        let keep: Vec<bool> = (0..self.head.len()).map(used).collect();
        let kept = |column: usize| keep.get(column).copied().unwrap_or(true);
        for row in &mut self.rows {
            let mut column = 0..;
            row.retain(|_| column.next().is_some_and(kept));
        }
        let mut column = 0..;
        self.head.retain(|_| column.next().is_some_and(kept));
        self
    }
}

#[derive(Clone, Debug)]
pub enum Part {
    Para(Line),
    /// A remark, set apart.
    Note(Line),
    Sub(String),
    List(Vec<Line>),
    /// A local term, under its anchor; what it is by cases stands below it.
    Term(String, Line, Option<Phrase>),
    /// "It is permitted when:" and the condition.
    Condition(Line, Phrase),
    Table(Table),
    /// A table whose rows have anchors.
    Anchored(Table, Vec<(String, Vec<Line>)>),
    /// Shown when asked for; in print always.
    Fold(String, Vec<Part>),
    /// Where it stands in the source.
    Source(Line),
    Clause(Clause),
    Figure(Figure),
}

/// How a clause weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Must,
    MustNot,
    Should,
    Time,
    Owed,
    Ends,
    Returns,
    Level,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub id: String,
    pub tone: Tone,
    /// "Must", "Must not", "Lasts" …
    pub badge: &'static str,
    pub title: String,
    /// As in the source.
    pub name: String,
    /// The author's words.
    pub message: Option<String>,
    pub body: Vec<Part>,
    pub controls: Vec<Line>,
    /// File and line.
    pub place: String,
    /// `@since`, former names.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Figure {
    pub id: String,
    pub caption: String,
    pub svg: String,
}

#[derive(Clone, Debug)]
pub struct Section {
    pub id: String,
    pub title: String,
    /// The word before the title: "Participation", "Relationship" …
    pub kind: &'static str,
    pub parts: Vec<Part>,
    pub sections: Vec<Section>,
}

impl Section {
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Section {
        Section { id: id.into(), title: title.into(), kind: "", parts: Vec::new(), sections: Vec::new() }
    }
}

#[derive(Clone, Debug)]
pub struct Book {
    pub title: String,
    /// One line about it.
    pub lead: String,
    /// Package, version and digest.
    pub edition: String,
    pub sections: Vec<Section>,
}
