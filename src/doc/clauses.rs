//! A clause as the book shows it: its author's message and a sentence made of its condition.
//!
//! In: a clause of a block. Out: a [`Clause`] with anchor, badge, sentences, controls, place in the source.

use super::scope::{Maker, Scope};
use super::text::{Clause, Inline, Line, Part, Phrase, Tone, capitalised, listed, plain, text, value};
use super::words::{count, duration, one_line, sentence, title, words};
use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind};
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, ClauseDef, ClauseId, ClauseKind, ControlRef, Hold, Meta, ObligeTime, On};

/// The instant, and the condition under which it ends anything, of `expires`.
pub fn expires_parts(denies: &Expr) -> Option<(Option<&Expr>, &Expr)> {
    let (when, reached) = guard(denies);
    match &reached.kind {
        ExprKind::Compare(CompareOp::Ge, now, at) if matches!(now.kind, ExprKind::Now) => Some((when, at)),
        _ => None,
    }
}

/// Condition, start and length of `ttl … from`.
pub fn ttl_parts(denies: &Expr) -> Option<(Option<&Expr>, &Expr, &Expr)> {
    let (when, outside) = guard(denies);
    let ExprKind::Not(inside) = &outside.kind else { return None };
    let ExprKind::And(parts) = &inside.kind else { return None };
    let ExprKind::Compare(CompareOp::Lt, _, end) = &parts.get(1)?.kind else { return None };
    match &end.kind {
        ExprKind::Arith(ArithOp::InstantAdd, from, length) => Some((when, from, length)),
        _ => None,
    }
}

/// What `when` added to a condition that the compiler made: both parts stand in one `and` of the clause's own span.
fn guard(denies: &Expr) -> (Option<&Expr>, &Expr) {
    match &denies.kind {
        ExprKind::And(parts) => match parts.as_slice() {
            [when, rest] => (Some(when), rest),
            _ => (None, denies),
        },
        _ => (None, denies),
    }
}

pub fn clause(maker: &Maker<'_>, block: BlockId, def: &BlockDef, id: ClauseId, clause: &ClauseDef) -> Clause {
    let (tone, badge) = badge(&clause.kind);
    let body = match &clause.kind {
        ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => {
            event_body(&maker.react_scope(block, id), def, &clause.kind)
        }
        _ => body(&maker.block_scope(block), def, &clause.kind),
    };
    let mut notes: Vec<String> = clause.meta.since.iter().map(|since| format!("since {since}")).collect();
    notes.extend(clause.meta.was.iter().map(|was| format!("formerly {was}")));
    notes.extend(clause.meta.owner.iter().map(|owner| format!("answers for it: {owner}")));
    let scope = matches!(clause.kind, ClauseKind::Scope(_));
    Clause {
        id: maker.clause_target(block, &clause.name),
        tone,
        badge,
        title: if scope { "What it covers".into() } else { title(&clause.name) },
        name: clause.name.to_string(),
        message: clause.meta.doc.as_deref().map(|doc| sentence(&one_line(doc))),
        body,
        controls: controls(maker, &clause.meta),
        place: maker.place(clause.name_span),
        notes,
    }
}

pub fn controls(maker: &Maker<'_>, meta: &Meta) -> Vec<Line> {
    meta.maps.iter().filter_map(|control| Some(vec![control_link(maker, *control)?])).collect()
}

/// The id of a control, which leads to the control matrix.
pub fn control_link(maker: &Maker<'_>, control: ControlRef) -> Option<Inline> {
    let catalog = maker.program.catalogs.get(control.catalog.0 as usize)?;
    let (id, about) = catalog.entries.get(control.entry as usize)?;
    let note = format!("{}: {about}", catalog.title);
    Some(Inline::Link { text: id.to_string(), target: control_target(maker, control)?, note })
}

pub fn control_target(maker: &Maker<'_>, control: ControlRef) -> Option<String> {
    let catalog = maker.program.catalogs.get(control.catalog.0 as usize)?;
    let (id, _) = catalog.entries.get(control.entry as usize)?;
    // An anchor has no blanks.
    let id: String = id.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    Some(format!("control/{}.{}/{id}", maker.module(catalog.module), catalog.name))
}

pub fn badge(kind: &ClauseKind) -> (Tone, &'static str) {
    match kind {
        ClauseKind::Scope(_) => (Tone::Must, "Scope"),
        ClauseKind::Require(_) => (Tone::Must, "Must"),
        ClauseKind::Recommend(_) => (Tone::Should, "Should"),
        ClauseKind::Basis(_) => (Tone::Must, "Ground"),
        ClauseKind::Deny(_) => (Tone::MustNot, "Must not"),
        ClauseKind::Cap { .. } => (Tone::Level, "Limit"),
        ClauseKind::Expires { .. } => (Tone::Time, "Ends"),
        ClauseKind::TtlFrom { .. } => (Tone::Time, "Valid for"),
        ClauseKind::Ttl { .. } => (Tone::Time, "Ask again"),
        ClauseKind::Oblige { .. } => (Tone::Owed, "Duty"),
        ClauseKind::Continuous { hold, .. } | ClauseKind::Trigger { hold, .. } => match hold {
            Hold::Suspend => (Tone::Ends, "Suspends"),
            Hold::Reverify => (Tone::Ends, "Verify anew"),
            Hold::Revoke => (Tone::Ends, "Revokes"),
        },
        ClauseKind::Reinstate { .. } => (Tone::Returns, "Reinstates"),
    }
}

fn body(scope: &Scope<'_>, def: &BlockDef, kind: &ClauseKind) -> Vec<Part> {
    let when_of = |when: &Option<Expr>, lead: &str| {
        when.as_ref().map(|when| Part::Condition(plain(lead), scope.condition(when, true)))
    };
    match kind {
        ClauseKind::Scope(e) => vec![Part::Condition(plain("It covers only:"), scope.condition(e, true))],
        ClauseKind::Require(e) => vec![Part::Condition(plain("Required:"), scope.condition(e, true))],
        ClauseKind::Recommend(e) => {
            vec![Part::Condition(plain("Should hold, and is reported where it does not:"), scope.condition(e, true))]
        }
        ClauseKind::Basis(e) => {
            vec![Part::Condition(plain("One of the grounds that suffice:"), scope.condition(e, true))]
        }
        ClauseKind::Deny(e) => vec![Part::Condition(plain("Refused if:"), scope.condition(e, true))],
        ClauseKind::Cap { value, when } => {
            let mut line = plain("The grade is at most ");
            line.extend(scope.value(value));
            match when {
                Some(when) => {
                    line.push(text(" when:"));
                    vec![Part::Condition(line, scope.condition(when, true))]
                }
                None => vec![Part::Para(ended(line))],
            }
        }
        ClauseKind::Expires { denies } => match expires_parts(denies) {
            Some((when, at)) => {
                let mut line = plain("Refused from this instant on: ");
                line.extend(scope.value(at));
                let mut parts = vec![Part::Para(ended(line))];
                parts.extend(when.map(|when| Part::Condition(plain("Only when:"), scope.condition(when, true))));
                parts
            }
            None => vec![Part::Condition(plain("Refused if:"), scope.condition(denies, true))],
        },
        ClauseKind::TtlFrom { denies } => match ttl_parts(denies) {
            Some((when, from, length)) => {
                let mut line = plain("Counts for ");
                line.extend(scope.value(length));
                line.push(text(" from "));
                line.extend(scope.value(from));
                line.push(text("; after that it is refused. That instant may not lie in the future"));
                line.extend(skew(scope));
                let mut parts = vec![Part::Para(ended(line))];
                parts.extend(when.map(|when| Part::Condition(plain("Only when:"), scope.condition(when, true))));
                parts
            }
            None => vec![Part::Condition(plain("Refused if:"), scope.condition(denies, true))],
        },
        ClauseKind::Ttl { length, when } => {
            let mut line = plain("An answer may be relied on for ");
            line.extend(scope.value(length));
            line.push(text(" at most; then it is decided anew"));
            let mut parts = vec![Part::Para(ended(line))];
            parts.extend(when_of(when, "Only when:"));
            parts
        }
        ClauseKind::Oblige { time, when, on, .. } => {
            let mut line = capitalised(duty(scope, kind));
            line.push(text(" is owed "));
            line.extend(due(scope, time));
            line.push(text(on_words(def, *on)));
            let mut parts = vec![Part::Para(ended(line))];
            parts.extend(when_of(when, "Only when:"));
            parts
        }
        ClauseKind::Continuous { hold, when } => {
            let line = plain(match hold {
                Hold::Suspend => "The standing is suspended for as long as:",
                Hold::Reverify => "The standing is “verify anew” for as long as:",
                Hold::Revoke => "The standing is revoked for as long as:",
            });
            vec![Part::Condition(line, scope.condition(when, true))]
        }
        ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => Vec::new(),
    }
}

fn event_body(scope: &Scope<'_>, def: &BlockDef, kind: &ClauseKind) -> Vec<Part> {
    match kind {
        ClauseKind::Trigger { hold, event, when, within, .. } => {
            let mut line = plain(match hold {
                Hold::Suspend => "Suspended on the event ",
                Hold::Reverify => "To be verified anew after the event ",
                Hold::Revoke => "Revoked, for good, on the event ",
            });
            line.push(event_link(scope.maker, *event));
            let mut parts = on_event(scope, line, when.as_ref());
            if let Some(within) = within {
                let mut line = plain("Everybody acts on it ");
                line.extend(within_words(scope, within));
                parts.push(Part::Para(ended(line)));
            }
            parts
        }
        ClauseKind::Reinstate { event, when, lifts, .. } => {
            let mut line = plain("The event ");
            line.push(event_link(scope.maker, *event));
            line.push(text(" ends "));
            let lifted = lifts.iter().filter_map(|id| {
                let block = scope.block?;
                def.clauses.get(id.0 as usize).map(|_| vec![scope.maker.clause_link(block, *id)])
            });
            line.extend(listed(lifted.collect(), "and"));
            on_event(scope, line, when.as_ref())
        }
        _ => Vec::new(),
    }
}

fn on_event(scope: &Scope<'_>, mut line: Line, when: Option<&Expr>) -> Vec<Part> {
    match when {
        Some(when) => {
            line.push(text(" if:"));
            vec![Part::Condition(line, scope.condition(when, true))]
        }
        None => vec![Part::Para(ended(line))],
    }
}

pub fn within_words(scope: &Scope<'_>, within: &(Expr, Expr)) -> Line {
    if fixed_length(&within.0) == Some(0) {
        let mut line = plain("at once from ");
        line.extend(scope.value(&within.1));
        line.push(text(" on"));
        return line;
    }
    let mut line = plain("within ");
    line.extend(scope.value(&within.0));
    line.push(text(" of "));
    line.extend(scope.value(&within.1));
    line
}

pub fn event_link(maker: &Maker<'_>, event: RecordId) -> Inline {
    match maker.program.types.records.get(event.0 as usize) {
        Some(def) => Inline::Link {
            text: title(&def.name),
            target: maker.record_target(event),
            note: def.meta.doc.as_deref().map(one_line).unwrap_or_default(),
        },
        None => text("unknown"),
    }
}

/// The duty with its arguments: "log use (subject: the credential’s subject)".
pub fn duty(scope: &Scope<'_>, kind: &ClauseKind) -> Line {
    let ClauseKind::Oblige { duty, args, .. } = kind else { return Line::new() };
    let Some(def) = scope.program().duties.get(duty.0 as usize) else { return plain("a duty") };
    let mut line = vec![Inline::Link {
        text: words(&def.name),
        target: format!("duty/{}.{}", scope.maker.module(def.module), def.name),
        note: def.meta.doc.as_deref().map(one_line).unwrap_or_default(),
    }];
    if !args.is_empty() {
        let args = def.params.iter().zip(args).map(|(param, arg)| {
            let mut line = plain(format!("{}: ", words(&param.name)));
            line.extend(scope.value(arg));
            line
        });
        line.push(text(" ("));
        for (i, arg) in args.enumerate() {
            if i > 0 {
                line.push(text("; "));
            }
            line.extend(arg);
        }
        line.push(text(")"));
    }
    line
}

pub fn due(scope: &Scope<'_>, time: &ObligeTime) -> Line {
    match time {
        ObligeTime::Due(at) => {
            let mut line = plain("by ");
            line.extend(scope.value(at));
            line
        }
        ObligeTime::Within(length) if fixed_length(length) == Some(0) => plain("at once at every reliance"),
        ObligeTime::Within(length) => {
            let mut line = plain("within ");
            line.extend(scope.value(length));
            line.push(text(" of every reliance"));
            line
        }
    }
}

pub fn on_words(def: &BlockDef, on: On) -> &'static str {
    use crate::program::BlockKind;
    match (def.kind, on) {
        (BlockKind::Assessment, _) => "",
        (_, On::Permit) => ", where the answer is permit",
        (_, On::Deny) => ", where the answer is deny",
        (_, On::Any) => ", whatever the answer",
    }
}

fn skew(scope: &Scope<'_>) -> Line {
    match scope.program().framework.as_ref().map_or(0, |f| f.skew) {
        0 => Line::new(),
        skew => vec![text(" (clocks may differ by "), value(duration(skew, "")), text(")")],
    }
}

fn ended(mut line: Line) -> Line {
    line.push(text("."));
    line
}

/// The scale of a grade, with where it starts.
pub fn grade(scope: &Scope<'_>, def: &BlockDef) -> Option<Line> {
    let grade = def.grade.as_ref()?;
    let scale = scope.program().types.enums.get(grade.scale.0 as usize)?;
    let cases: Vec<Line> = scale.cases.iter().map(|case| vec![value(words(&case.name))]).collect();
    let caps = def.clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Cap { .. })).count();
    let mut line = plain(format!("Graded as {} (lowest first: ", words(&scale.name)));
    line.extend(listed(cases, "and"));
    line.push(text("). The grade starts at "));
    line.extend(scope.value(&grade.from));
    line.push(text(match caps {
        0 => ".".to_owned(),
        n => format!(", and {} below may lower it.", count(n, "limit", "limits")),
    }));
    Some(line)
}

/// A fixed length of time, for tables that compare.
pub fn fixed_length(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Const(Value::Duration(length)) => Some(*length),
        _ => None,
    }
}

/// A short condition as a sentence of a table.
pub fn in_cell(phrase: &Phrase) -> Line {
    super::phrase::forced(phrase)
}
