//! The index that a reader searches in.
//!
//! In: a book. Out: one entry for each section and clause: where it is, its heading, its text.

use super::text::{Book, Inline, Part, Phrase, Section, flat};

pub struct Entry {
    pub id: String,
    pub title: String,
    /// The section it stands in.
    pub within: String,
    pub text: String,
}

/// Characters of one entry's text.
const MOST: usize = 600;

pub fn entries(book: &Book) -> Vec<Entry> {
    let mut found = Vec::new();
    for section in &book.sections {
        collect(section, "", &mut found);
    }
    found
}

fn collect(section: &Section, within: &str, found: &mut Vec<Entry>) {
    let title = super::markdown::heading(section);
    let mut text = Vec::new();
    for part in &section.parts {
        match part {
            Part::Clause(clause) => {
                let mut words = vec![clause.name.clone()];
                words.extend(clause.message.clone());
                clause.body.iter().for_each(|part| say(part, &mut words));
                words.extend(clause.controls.iter().map(|line| flat(line)));
                found.push(Entry {
                    id: clause.id.clone(),
                    title: format!("{}: {}", clause.badge, clause.title),
                    within: title.clone(),
                    text: short(&words.join(" ")),
                });
            }
            Part::Anchored(_, rows) => found.extend(rows.iter().map(|(id, row)| Entry {
                id: id.clone(),
                title: row.iter().take(2).map(|line| flat(line)).collect::<Vec<_>>().join(" "),
                within: title.clone(),
                text: short(&row.iter().skip(2).map(|line| flat(line)).collect::<Vec<_>>().join(" ")),
            })),
            other => say(other, &mut text),
        }
    }
    found.push(Entry {
        id: section.id.clone(),
        title: title.clone(),
        within: within.into(),
        text: short(&text.join(" ")),
    });
    for inner in &section.sections {
        collect(inner, &title, found);
    }
}

fn say(part: &Part, out: &mut Vec<String>) {
    match part {
        Part::Para(line) | Part::Note(line) | Part::Source(line) => out.push(flat(line)),
        Part::Term(_, line, phrase) => {
            out.push(flat(line));
            phrase.iter().for_each(|phrase| phrased(phrase, out));
        }
        Part::Sub(_) | Part::Figure(_) | Part::Clause(_) => {}
        Part::List(lines) => out.extend(lines.iter().map(|line| flat(line))),
        Part::Condition(lead, phrase) => {
            out.push(flat(lead));
            phrased(phrase, out);
        }
        Part::Table(table) => out.extend(table.rows.iter().flatten().map(|line| flat(line))),
        Part::Anchored(_, rows) => out.extend(rows.iter().flat_map(|(_, row)| row).map(|line| flat(line))),
        Part::Fold(title, parts) => {
            out.push(title.clone());
            parts.iter().for_each(|part| say(part, out));
        }
    }
}

fn phrased(phrase: &Phrase, out: &mut Vec<String>) {
    let mut line = |line: &[Inline]| out.push(flat(line));
    match phrase {
        Phrase::Plain(words) => line(words),
        Phrase::All(parts) | Phrase::Any(parts) => parts.iter().for_each(|part| phrased(part, out)),
        Phrase::Under(head, body) => {
            line(head);
            phrased(body, out);
        }
        Phrase::Cases(head, cases) => {
            line(head);
            for (case, body) in cases {
                out.push(flat(case));
                phrased(body, out);
            }
        }
    }
}

fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST).collect()
}
