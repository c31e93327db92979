//! A participation, relationship or assessment as a section of the book.
//!
//! In: a block. Out: who and what it is about, what it asks, then its clauses by what they are for. Always: every clause is
//! in exactly one group.

use super::clauses::{clause, controls, grade};
use super::facts::record_of;
use super::lifecycle;
use super::scope::{Maker, param_words};
use super::text::{Items, Line, Part, Section, Table, code, link, listed, plain, strong, text, value};
use super::words::{kind, one_line, sentence, title, words};
use crate::program::ty::Ty;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseKind, Party};

struct Group {
    title: &'static str,
    lead: &'static str,
    holds: fn(&ClauseKind) -> bool,
}

/// In the order of the page. Together they hold every kind of clause once.
const GROUPS: [Group; 8] = [
    Group {
        title: "Conditions",
        lead: "All of these must be met.",
        holds: |k| matches!(k, ClauseKind::Scope(_) | ClauseKind::Require(_) | ClauseKind::Deny(_)),
    },
    Group { title: "Grounds", lead: "At least one of these must hold.", holds: |k| matches!(k, ClauseKind::Basis(_)) },
    Group {
        title: "How long it lasts",
        lead: "",
        holds: |k| matches!(k, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. } | ClauseKind::Ttl { .. }),
    },
    Group { title: "What is owed", lead: "", holds: |k| matches!(k, ClauseKind::Oblige { .. }) },
    Group {
        title: "What ends or pauses it",
        lead: "While the standing is anything but active, the answer is no.",
        holds: |k| matches!(k, ClauseKind::Continuous { .. } | ClauseKind::Trigger { .. }),
    },
    Group {
        title: "What restores it",
        lead: "A revocation is never lifted.",
        holds: |k| matches!(k, ClauseKind::Reinstate { .. }),
    },
    Group {
        title: "Limits to the grade",
        lead: "The lowest that applies counts.",
        holds: |k| matches!(k, ClauseKind::Cap { .. }),
    },
    Group {
        title: "Recommendations",
        lead: "They never change the answer; what is not met is reported as advice.",
        holds: |k| matches!(k, ClauseKind::Recommend(_)),
    },
];

pub fn kind_word(block: &BlockDef) -> &'static str {
    match block.kind {
        BlockKind::Participation => "Participation",
        BlockKind::Relationship => "Relationship",
        BlockKind::Assessment => "Assessment",
    }
}

pub fn section(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Section {
    let scope = maker.block_scope(id);
    let mut section = Section::new(maker.block_target(id), title(&block.name));
    section.kind = kind_word(block);
    if let Some(doc) = &block.meta.doc {
        section.parts.push(Part::Para(vec![strong(sentence(&one_line(doc)))]));
    }
    section.parts.push(Part::Table(about(maker, id, block)));
    section.parts.push(Part::Para(asked(maker, block)));
    if !block.lets.is_empty() {
        section.parts.push(Part::Sub("Terms used here".into()));
        section.parts.extend(block.lets.iter().map(|bound| {
            let mut line = vec![strong(words(&bound.name))];
            let phrase = match bound.value.ty {
                Ty::Bool => scope.condition(&bound.value, true),
                _ => scope.cases(&bound.value),
            };
            let (head, items) = phrase.opened();
            line.push(text(if bound.value.ty == Ty::Bool { " means that " } else { " is " }));
            line.extend(head);
            let listed = !matches!(items, Items::None);
            let target = maker.clause_target(id, &format!("let/{}", bound.name));
            Part::Term(target, line, listed.then_some(phrase))
        }));
    }
    if let Some(line) = grade(&scope, block) {
        section.parts.push(Part::Para(line));
    }
    for group in GROUPS {
        let members: Vec<Part> = block
            .clauses()
            .filter(|(_, c)| (group.holds)(&c.kind))
            .map(|(clause_id, c)| Part::Clause(clause(maker, id, block, clause_id, c)))
            .collect();
        if members.is_empty() {
            continue;
        }
        section.parts.push(Part::Sub(group.title.into()));
        if !group.lead.is_empty() && (members.len() > 1 || group.title != "Conditions") {
            section.parts.push(Part::Para(plain(group.lead)));
        }
        section.parts.extend(members);
    }
    if let Some(figure) = lifecycle::figure(maker, id, block) {
        section.parts.push(Part::Sub("Life cycle".into()));
        section.parts.push(Part::Figure(figure));
    }
    section
}

/// Who relies on whom, for what, who answers for it.
fn about(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Table {
    let mut rows: Vec<Vec<Line>> = Vec::new();
    let mut row = |name: &str, line: Line| rows.push(vec![plain(name), line]);
    if let Some((from, to)) = &block.parties {
        let mut line = party(maker, from);
        line.push(text(" relies on "));
        line.extend(party(maker, to));
        row("Parties", line);
    }
    if let Some(purpose) = &block.purpose {
        row("Purpose", plain(purpose.as_str()));
    }
    if let Some(owner) = &block.meta.owner {
        row("Answers for it", plain(owner.as_str()));
    }
    if !block.keys.is_empty() {
        let scope = maker.block_scope(id);
        let keys = block.keys.iter().map(|key| scope.value(&key.expr)).collect();
        row("A standing is kept for each", listed(keys, "and"));
    }
    let controls = controls(maker, &block.meta);
    if !controls.is_empty() {
        row("Controls", listed(controls, "and"));
    }
    let mut source = vec![code(block.name.as_str()), text(", "), code(maker.place(block.name_span))];
    if let Some(since) = &block.meta.since {
        source.push(text(format!(", since {since}")));
    }
    row("In the source", source);
    Table { caption: format!("About {}", title(&block.name)), head: Vec::new(), rows }
}

pub fn party(maker: &Maker<'_>, party: &Party) -> Line {
    match party {
        Party::Role(id) => vec![maker.block_link(*id)],
        Party::Outside(name) => vec![value(name.as_str())],
    }
}

/// What somebody who asks must tell.
fn asked(maker: &Maker<'_>, block: &BlockDef) -> Line {
    let types = &maker.program.types;
    let facts: Vec<Line> = block
        .params
        .iter()
        .map(|param| {
            let mut line = vec![strong(format!("the {}", param_words(maker.program, param)))];
            let record = record_of(&param.ty).and_then(|id| Some((id, types.records.get(id.0 as usize)?)));
            line.push(text(" ("));
            match record {
                Some((record, def)) => {
                    let optional = if param.ty.is_optional() { ", or not known" } else { "" };
                    match param.ty.present() {
                        Ty::List(_) => line.push(text("a list, each a ")),
                        Ty::Set(_) => line.push(text("a set, each a ")),
                        _ => {}
                    }
                    line.push(link(title(&def.name), maker.record_target(record)));
                    line.push(text(optional));
                }
                None => line.push(text(kind(types, &param.ty))),
            }
            line.push(text(")"));
            line
        })
        .collect();
    let mut line = plain(match block.kind {
        BlockKind::Participation | BlockKind::Relationship => "It is decided on ",
        BlockKind::Assessment => "It is judged on ",
    });
    if facts.is_empty() {
        line.push(text("no facts"));
    }
    line.extend(listed(facts, "and"));
    line.push(text("."));
    line
}
