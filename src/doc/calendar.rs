//! Who owes what by when, and what ends trust by when.
//!
//! In: the blocks of a package. Out: two sections of tables. Always: every obligation, every trigger, every clause of time
//! and every continuous clause is in one of them.

use super::clauses::{due, duty, event_link, expires_parts, fixed_length, in_cell, on_words, ttl_parts, within_words};
use super::facets::moved;
use super::scope::Maker;
use super::text::{Line, Part, Section, Table, capitalised, link, plain, strong, text, value};
use super::words::duration;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseKind, Hold, ObligeTime, Party};

pub fn obligations(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("calendar", "Calendar of obligations");
    let mut dated = Vec::new();
    let mut each_time = Vec::new();
    for (id, block) in maker.blocks() {
        let scope = maker.block_scope(id);
        for (clause_id, clause) in block.clauses() {
            let ClauseKind::Oblige { time, when, on, .. } = &clause.kind else { continue };
            let mut condition = plain(on_words(block, *on).trim_start_matches(", "));
            if let Some(when) = when {
                if !condition.is_empty() {
                    condition.push(text(", "));
                }
                condition.push(text("when "));
                condition.extend(in_cell(&scope.condition(when, true)));
            }
            let row = vec![
                capitalised(duty(&scope, &clause.kind)),
                who(maker, id, block),
                capitalised(due(&scope, time)),
                capitalised(condition),
                vec![maker.clause_link(id, clause_id)],
            ];
            match time {
                ObligeTime::Due(_) => dated.push(row),
                ObligeTime::Within(length) => each_time.push((fixed_length(length).unwrap_or(i64::MAX), row)),
            }
        }
    }
    each_time.sort_by_key(|(length, _)| *length);
    let head: Vec<String> = ["Duty", "Who", "By when", "Owed", "Rule"].map(str::to_owned).into();
    let table = |caption: &str, rows| Part::Table(Table { caption: caption.into(), head: head.clone(), rows });
    if let Some(line) = review(maker) {
        section.parts.push(Part::Para(line));
    }
    if dated.is_empty() && each_time.is_empty() {
        section.parts.push(Part::Note(plain("No rule of this book obliges anybody to anything.")));
    }
    if !dated.is_empty() {
        section.parts.push(table("Owed once, by a date", dated));
    }
    if !each_time.is_empty() {
        let rows = each_time.into_iter().map(|(_, row)| row).collect();
        section.parts.push(table("Owed anew at every reliance, the shortest first", rows));
    }
    let renewals = renewals(maker);
    if !renewals.is_empty() {
        section.parts.push(Part::Table(Table {
            caption: "What goes out of date and must be renewed".into(),
            head: ["What", "Counts for", "From", "Rule"].map(str::to_owned).into(),
            rows: renewals,
        }));
    }
    section
}

fn review(maker: &Maker<'_>) -> Option<Line> {
    let framework = maker.program.framework.as_ref()?;
    let every = framework.review_every?;
    let mut line = plain("The framework itself is reviewed every ");
    line.push(value(duration(every, "")));
    match (framework.reviewed, framework.effective) {
        (Some(at), _) => {
            line.push(text("; the last review was on "));
            line.push(value(super::words::instant(at)));
        }
        (None, Some(at)) => {
            line.push(text(", counted from "));
            line.push(value(super::words::instant(at)));
        }
        (None, None) => {}
    }
    // The book reads no clock: whether a day has passed is for its reader to see.
    let due = |at| value(super::words::instant(trust_runtime::time::instant_add(at, every)));
    match (framework.reviewed, framework.effective) {
        (Some(at), _) => line.extend([text("; the next one is due by "), due(at)]),
        (None, Some(at)) => line.extend([text(": the first by "), due(at), text("; no review is recorded")]),
        (None, None) => line.push(text("; no review is recorded")),
    }
    line.push(text("."));
    Some(line)
}

fn who(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Line {
    let mut line = match (block.kind, &block.parties) {
        (BlockKind::Participation, _) => plain("Whoever takes part as "),
        (_, Some((Party::Outside(name), _))) => vec![value(name.as_str()), text(", in ")],
        (_, Some((Party::Role(role), _))) => vec![maker.block_link(*role), text(", in ")],
        (_, None) => plain("In "),
    };
    line.push(maker.block_link(id));
    if let Some(owner) = &block.meta.owner {
        line.push(text(format!(" (answers for it: {owner})")));
    }
    line
}

fn renewals(maker: &Maker<'_>) -> Vec<Vec<Line>> {
    let mut rows = Vec::new();
    for (id, block) in maker.blocks() {
        let scope = maker.block_scope(id);
        for (clause_id, clause) in block.clauses() {
            let ClauseKind::TtlFrom { denies } = &clause.kind else { continue };
            let Some((when, from, length)) = ttl_parts(denies) else { continue };
            let mut start = scope.value(from);
            if let Some(when) = when {
                start.push(text(", when "));
                start.extend(in_cell(&scope.condition(when, true)));
            }
            rows.push(vec![
                vec![strong(super::words::title(&clause.name))],
                scope.value(length),
                start,
                vec![maker.block_link(id), text(": "), maker.clause_link(id, clause_id)],
            ]);
        }
    }
    rows
}

pub fn ends(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("ends", "What ends or pauses trust, and by when");
    let mut events = Vec::new();
    let mut back = Vec::new();
    let mut clock = Vec::new();
    for (id, block) in maker.blocks() {
        let scope = maker.block_scope(id);
        for (clause_id, clause) in block.clauses() {
            let rule = || vec![maker.block_link(id), text(": "), maker.clause_link(id, clause_id)];
            match &clause.kind {
                ClauseKind::Trigger { hold, event, when, within, .. } => {
                    let react = maker.react_scope(id, clause_id);
                    let condition = when.as_ref().map(|when| in_cell(&react.condition(when, true)));
                    let by = within.as_ref().map(|within| within_words(&react, within));
                    let row = vec![
                        vec![event_link(maker, *event)],
                        plain(super::text::capital(moved(*hold))),
                        condition.unwrap_or_else(|| plain("always")),
                        by.map(capitalised).unwrap_or_else(|| plain("No deadline is stated")),
                        rule(),
                    ];
                    events.push((severity(*hold), row));
                }
                ClauseKind::Reinstate { event, when, lifts, .. } => {
                    let react = maker.react_scope(id, clause_id);
                    let condition = when.as_ref().map(|when| in_cell(&react.condition(when, true)));
                    let lifted = lifts.iter().map(|lifted| vec![maker.clause_link(id, *lifted)]).collect();
                    back.push(vec![
                        vec![event_link(maker, *event)],
                        super::text::listed(lifted, "and"),
                        condition.unwrap_or_else(|| plain("always")),
                        rule(),
                    ]);
                }
                ClauseKind::Expires { denies } => {
                    if let Some((when, at)) = expires_parts(denies) {
                        let mut line = plain("Refused from ");
                        line.extend(scope.value(at));
                        line.push(text(" on"));
                        clock.push(timed(&scope, line, when, rule()));
                    }
                }
                ClauseKind::TtlFrom { denies } => {
                    if let Some((when, from, length)) = ttl_parts(denies) {
                        let mut line = plain("Refused ");
                        line.extend(scope.value(length));
                        line.push(text(" after "));
                        line.extend(scope.value(from));
                        clock.push(timed(&scope, line, when, rule()));
                    }
                }
                ClauseKind::Ttl { length, when } => {
                    let mut line = plain("Decided anew after ");
                    line.extend(scope.value(length));
                    line.push(text(" at the latest"));
                    clock.push(timed(&scope, line, when.as_ref(), rule()));
                }
                ClauseKind::Continuous { hold, when } => {
                    let line =
                        plain(format!("{} for as long as the condition holds", super::text::capital(moved(*hold))));
                    clock.push(timed(&scope, line, Some(when), rule()));
                }
                ClauseKind::Scope(_)
                | ClauseKind::Require(_)
                | ClauseKind::Recommend(_)
                | ClauseKind::Basis(_)
                | ClauseKind::Deny(_)
                | ClauseKind::Cap { .. }
                | ClauseKind::Oblige { .. } => {}
            }
        }
    }
    events.sort_by_key(|(severity, _)| *severity);
    let mut push = |caption: &str, head: &[&str], rows: Vec<Vec<Line>>| {
        if !rows.is_empty() {
            let head = head.iter().map(|h| (*h).to_owned()).collect();
            section.parts.push(Part::Table(Table { caption: caption.into(), head, rows }));
        }
    };
    let rows = events.into_iter().map(|(_, row)| row).collect();
    push("By an event", &["Event", "What happens", "If", "Everybody acts", "Rule"], rows);
    push("By the clock, or while something is the case", &["What happens", "Only when", "Rule"], clock);
    push("The way back", &["Event", "Ends", "If", "Rule"], back);
    push(
        "How fast trust is gone after a revocation",
        &["Rule", "Slowest stated deadline", "An answer may be in use for", "Gone at the latest after"],
        removal(maker),
    );
    if section.parts.is_empty() {
        section.parts.push(Part::Note(plain("Nothing in this book ends or pauses what was once permitted.")));
    }
    section
}

fn timed(
    scope: &super::scope::Scope<'_>,
    what: Line,
    when: Option<&crate::program::expr::Expr>,
    rule: Line,
) -> Vec<Line> {
    let when = when.map(|when| in_cell(&scope.condition(when, true)));
    vec![what, when.unwrap_or_else(|| plain("always")), rule]
}

fn severity(hold: Hold) -> u8 {
    match hold {
        Hold::Revoke => 0,
        Hold::Suspend => 1,
        Hold::Reverify => 2,
    }
}

/// A bound for each block that can be revoked: the slowest deadline, and how long an answer may still be relied on.
fn removal(maker: &Maker<'_>) -> Vec<Vec<Line>> {
    let mut rows = Vec::new();
    for (id, block) in maker.blocks() {
        let mut slowest: Option<i64> = Some(0);
        let mut stated = 0;
        let mut revokes = 0;
        for clause in &block.clauses {
            let ClauseKind::Trigger { hold: Hold::Revoke, within, .. } = &clause.kind else { continue };
            revokes += 1;
            if let Some((length, _)) = within {
                stated += 1;
                slowest = slowest.zip(fixed_length(length)).map(|(a, b)| a.max(b));
            }
        }
        if revokes == 0 {
            continue;
        }
        let kept = block.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Ttl { length, when: None } => fixed_length(length),
            _ => None,
        });
        let kept = kept.min();
        let length = |l: i64| vec![value(duration(l, ""))];
        let deadline = match (stated, slowest) {
            (0, _) => plain("none is stated"),
            (_, None) => plain("depends on the facts"),
            (_, Some(slowest)) => length(slowest),
        };
        let total = match (stated == revokes, slowest, kept) {
            (true, Some(slowest), Some(kept)) => length(slowest.saturating_add(kept)),
            _ => plain("not bounded by this rule alone"),
        };
        let kept = kept.map_or_else(|| plain("as long as each answer says"), length);
        rows.push(vec![vec![link(super::words::title(&block.name), maker.block_target(id))], deadline, kept, total]);
    }
    rows
}
