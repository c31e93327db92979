//! Timelines of requests: how each decision changes by the clock alone.
//!
//! In: timelines that were followed. Out: a section, a table for each request with a picture over it.

use super::Followed;
use super::scope::Maker;
use super::svg::{Anchor, Svg};
use super::text::{Figure, Line, Part, Section, Table, capitalised, plain, stacked, strong, text};
use super::words::{case, duration, instant, title, words};
use crate::decision::{Decision, Effect, ObligationTime};
use crate::interp::Bearing;
use crate::program::ty::{EnumId, Ty};
use crate::program::{BlockId, ClauseKind, Reason};
use crate::timeline::{Change, MOST, Step, Timeline};

pub fn section(maker: &Maker<'_>, followed: &[Followed]) -> Section {
    let mut section = Section::new("timelines", "Timelines");
    section.parts.push(Part::Para(plain(
        "How the answer to a request changes as time goes by, if no event comes and no fact changes.",
    )));
    for (request, i) in followed.iter().zip(1..) {
        section.sections.push(one(maker, request, i));
    }
    section
}

fn one(maker: &Maker<'_>, request: &Followed, number: usize) -> Section {
    let timeline = &request.timeline;
    let mut section = Section::new(format!("timelines/{number}"), request.name.clone());
    let mut line = vec![maker.block_link(timeline.block), text(", from ")];
    line.push(super::text::value(instant(timeline.from)));
    line.push(text(", followed for "));
    line.push(super::text::value(duration(timeline.to.saturating_sub(timeline.from), "")));
    line.push(text("."));
    section.parts.push(Part::Para(line));
    if timeline.to > timeline.from {
        section.parts.push(Part::Figure(picture(timeline, &section.id, &section.title)));
    }
    let rows = timeline.steps.iter().map(|step| row(maker, timeline, step)).collect();
    section.parts.push(Part::Table(Table {
        caption: format!("{}: step by step", request.name),
        head: ["From", "Until", "Answer", "Why", "Standing, grade, duties"].map(str::to_owned).into(),
        rows,
    }));
    if let Some(at) = timeline.stopped {
        let at = instant(at);
        let note = format!("{MOST} instants were looked at; from {at} on nothing is known.");
        section.parts.push(Part::Note(plain(note)));
    }
    section
}

fn row(maker: &Maker<'_>, timeline: &Timeline, step: &Step) -> Vec<Line> {
    let until = match step.until {
        None => plain("for ever"),
        Some(until) if until > timeline.to => plain("the end, and beyond"),
        Some(until) => plain(instant(until)),
    };
    let answer = vec![strong(answer(&step.decision))];
    vec![plain(instant(step.from)), until, answer, why(maker, timeline.block, step), rest(maker, timeline.block, step)]
}

fn answer(decision: &Decision) -> &'static str {
    match decision.effect {
        Some(Effect::Permit) => "Permit",
        Some(Effect::Deny) => "Deny",
        None => "Assessed",
    }
}

fn why(maker: &Maker<'_>, block: BlockId, step: &Step) -> Line {
    let mut parts: Vec<Line> = Vec::new();
    for change in &step.changes {
        parts.extend(changed(maker, block, change));
    }
    if parts.is_empty() {
        let reasons: Vec<Line> =
            step.decision.reasons.iter().map(|reason| vec![reasoned(maker, block, *reason)]).collect();
        if !reasons.is_empty() {
            let word = match step.decision.effect {
                Some(Effect::Permit) => "on the ground of ",
                _ => "in the way: ",
            };
            let mut line = plain(word);
            line.extend(super::text::listed(reasons, "and"));
            parts.push(line);
        } else if step.decision.effect == Some(Effect::Permit) {
            parts.push(plain("everything required holds"));
        }
    }
    stacked(parts.into_iter().map(capitalised))
}

fn reasoned(maker: &Maker<'_>, block: BlockId, reason: Reason) -> super::text::Inline {
    match reason {
        Reason::Clause(id) => maker.clause_link(block, id),
        Reason::NoBasis => text("none of the grounds holds"),
        Reason::Framework => text("the framework is not in effect"),
    }
}

fn changed(maker: &Maker<'_>, block: BlockId, change: &Change) -> Option<Line> {
    let def = maker.program.blocks.get(block.0 as usize)?;
    Some(match change {
        Change::Clause { clause, is, .. } => {
            let kind = &def.clauses.get(clause.0 as usize)?.kind;
            vec![maker.clause_link(block, *clause), text(format!(" {}", turned(kind, *is)))]
        }
        Change::Overdue(clause) => vec![maker.clause_link(block, *clause), text(" becomes overdue")],
        Change::Framework { in_effect: true } => plain("the framework takes effect"),
        Change::Framework { in_effect: false } => plain("the framework is over"),
        Change::Grade { was, is } => {
            let scale = Ty::Enum(def.grade.as_ref()?.scale);
            let case = |c: &u32| case(&maker.program.types, &scale, *c);
            plain(format!("the grade goes from {} to {}", case(was), case(is)))
        }
    })
}

/// Reads on from the clause's name.
fn turned(kind: &ClauseKind, is: Bearing) -> &'static str {
    match (is, kind) {
        (Bearing::Met, ClauseKind::Deny(_) | ClauseKind::Continuous { .. }) => "is no longer the case",
        (Bearing::Met, _) => "holds from now on",
        (Bearing::InTheWay, ClauseKind::Expires { .. }) => "expires",
        (Bearing::InTheWay, ClauseKind::TtlFrom { .. }) => "goes out of date",
        (Bearing::InTheWay, ClauseKind::Deny(_) | ClauseKind::Continuous { .. }) => "is the case from now on",
        (Bearing::InTheWay | Bearing::Advises, _) => "no longer holds",
        (Bearing::NotNeeded, _) => "no longer holds, but another ground does",
        (Bearing::Applies, ClauseKind::Oblige { .. }) => "is owed from now on",
        (Bearing::Applies, _) => "applies from now on",
        (Bearing::DoesNotApply | Bearing::DoesNotFit, ClauseKind::Oblige { .. }) => "is no longer owed",
        (Bearing::DoesNotApply | Bearing::DoesNotFit | Bearing::NotAsked, _) => "no longer applies",
    }
}

fn rest(maker: &Maker<'_>, block: BlockId, step: &Step) -> Line {
    let types = &maker.program.types;
    let mut parts: Vec<Line> = Vec::new();
    if let Some(level) = step.decision.standing {
        parts.push(plain(format!("standing {}", case(types, &Ty::Enum(EnumId::STANDING), level))));
    }
    let def = maker.program.blocks.get(block.0 as usize);
    if let (Some(grade), Some(scale)) = (step.decision.grade, def.and_then(|def| def.grade.as_ref())) {
        parts.push(plain(format!("grade {}", case(types, &Ty::Enum(scale.scale), grade))));
    }
    for owed in &step.decision.obligations {
        let mut line = vec![maker.clause_link(block, owed.clause)];
        line.push(text(match owed.time {
            ObligationTime::Due { due, overdue: false } => format!(" by {}", instant(due)),
            ObligationTime::Due { due, overdue: true } => format!(" was due by {}: overdue", instant(due)),
            ObligationTime::Within(length) => format!(" within {} of each reliance", duration(length, "")),
        }));
        parts.push(line);
    }
    if let Some(length) = step.ask_again {
        parts.push(plain(format!("each answer for {} at most", duration(length, ""))));
    }
    stacked(parts.into_iter().map(capitalised))
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 16.0;

/// A bar, coloured by the answer.
fn picture(timeline: &Timeline, id: &str, name: &str) -> Figure {
    let mut svg = Svg::new(WIDTH + 2.0 * LEFT, 96.0);
    let span = timeline.to.saturating_sub(timeline.from).max(1) as f64;
    let end = timeline.stopped.unwrap_or(timeline.to);
    let x = |at: i64| LEFT + WIDTH * ((at.clamp(timeline.from, timeline.to) - timeline.from) as f64 / span);
    let mut told = Vec::new();
    let mut free = f64::MIN;
    for step in &timeline.steps {
        let until = step.until.unwrap_or(end).min(end);
        let (class, word) = match step.decision.effect {
            Some(Effect::Permit) => ("s-active", "Permit"),
            Some(Effect::Deny) => ("s-revoked", "Deny"),
            None => ("assess", "Assessed"),
        };
        let (from, to) = (x(step.from), x(until));
        svg.rect(from, 28.0, (to - from).max(2.0), 36.0, class);
        if to - from > 60.0 {
            svg.text(((from + to) / 2.0, 51.0), word, Anchor::Middle, "strong");
        }
        told.push(format!("{word} from {}", instant(step.from)));
        let label = offset(step.from.saturating_sub(timeline.from));
        let width = super::svg::text_width(&label, 12.0) + 8.0;
        // A label that would cover the one before it is left to the table.
        if from >= free && from + width <= WIDTH + 2.0 * LEFT {
            svg.line((from, 64.0), (from, 72.0), "lane");
            svg.text((from, 86.0), &label, Anchor::Start, "small");
            free = from + width;
        }
    }
    svg.text((LEFT, 18.0), &format!("from {}", instant(timeline.from)), Anchor::Start, "small");
    let caption = format!("{}: answers over time", title(&words(name)));
    let id = format!("{id}/picture");
    Figure { svg: svg.finish(&id, &caption, &told.join("; ")), id, caption }
}

/// "+ 3 minutes"
fn offset(length: i64) -> String {
    match length {
        0 => "start".into(),
        length => format!("+{}", trust_runtime::time::format_duration(length)),
    }
}
