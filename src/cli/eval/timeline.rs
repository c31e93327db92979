//! A timeline as text and as JSON.
//!
//! In: a timeline of one request. Out: lines to read, a step a paragraph; or one JSON line, each step with the keys of a
//! decision, what changed at its beginning and until when it stays.

use std::io;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};
use serde_json::{Map, Value as Json, json};
use trust_runtime::time::{format_duration, format_instant};

use super::{phrases, shown};
use crate::decision::{Decision, Effect, Obligation, ObligationTime};
use crate::diag::place::drawn;
use crate::facts::write_decision;
use crate::interp::Bearing;
use crate::program::ty::EnumId;
use crate::program::{BlockDef, Checked, ClauseDef, ClauseId, ClauseKind, Reason};
use crate::timeline::{Change, MOST, Step, Timeline};

/// The column that what is said of a step starts in.
const MARGIN: &str = "          ";

pub fn to_json(program: &Checked, id: Option<&str>, timeline: &Timeline) -> String {
    let mut out = Map::new();
    if let Some(id) = id {
        out.insert("id".into(), serde_json::from_str(id).unwrap_or(Json::Null));
    }
    out.insert("block".into(), crate::facts::block_name(program, timeline.block).into());
    out.insert("from".into(), format_instant(timeline.from).into());
    out.insert("to".into(), format_instant(timeline.to).into());
    let steps = timeline.steps.iter().map(|step| Json::Object(step_json(program, step))).collect();
    out.insert("steps".into(), Json::Array(steps));
    out.insert("stopped".into(), instant(timeline.stopped));
    let package = &program.package;
    let policy = json!({ "package": &*package.name, "version": &*package.version, "digest": package.digest });
    out.insert("policy".into(), policy);
    Json::Object(out).to_string()
}

fn step_json(program: &Checked, step: &Step) -> Map<String, Json> {
    let block = program.block(step.decision.block);
    let mut out = Map::new();
    out.insert("from".into(), format_instant(step.from).into());
    out.insert("until".into(), instant(step.until));
    out.insert("ask_again".into(), step.ask_again.map_or(Json::Null, |length| format_duration(length).into()));
    let decision = serde_json::from_str(&write_decision(program, None, &step.decision));
    if let Ok(Json::Object(decision)) = decision {
        let told = |key: &str| !["block", "valid_until", "policy"].contains(&key);
        out.extend(decision.into_iter().filter(|(key, _)| told(key)));
    }
    let changes = step.changes.iter().map(|change| match change {
        Change::Clause { clause, was, is } => {
            let name = block.clauses.get(clause.0 as usize).map_or("", |c| c.name.as_str());
            json!({ "rule": name, "was": bearing(*was), "is": bearing(*is) })
        }
        Change::Overdue(clause) => {
            let name = block.clauses.get(clause.0 as usize).map_or("", |c| c.name.as_str());
            json!({ "rule": name, "was": "pending", "is": "overdue" })
        }
        Change::Framework { in_effect } => {
            let words = ["not_in_effect", "in_effect"];
            let (was, is) = if *in_effect { (words[0], words[1]) } else { (words[1], words[0]) };
            json!({ "rule": "framework", "was": was, "is": is })
        }
        Change::Grade { was, is } => {
            let case = |case: u32| match &block.grade {
                Some(grade) => shown::case(&program.types, grade.scale, case).into(),
                None => Json::Null,
            };
            json!({ "rule": "grade", "was": case(*was), "is": case(*is) })
        }
    });
    out.insert("changed".into(), changes.collect());
    out
}

fn instant(at: Option<i64>) -> Json {
    at.map_or(Json::Null, |at| format_instant(at).into())
}

/// As `--explain` calls it.
fn bearing(bearing: Bearing) -> &'static str {
    super::explained::bearing(bearing)
}

pub fn write(out: &mut dyn WriteColor, program: &Checked, timeline: &Timeline) -> io::Result<()> {
    let Some(block) = program.blocks.get(timeline.block.0 as usize) else { return Ok(()) };
    let mut teller = Teller { out, program, block };
    teller.painted(&block.name, Some(None))?;
    writeln!(teller.out, ", from {} to {}", format_instant(timeline.from), format_instant(timeline.to))?;
    writeln!(teller.out, "if no event comes and no fact changes")?;
    for step in &timeline.steps {
        writeln!(teller.out)?;
        teller.step(step, timeline)?;
    }
    if let Some(at) = timeline.stopped {
        writeln!(teller.out)?;
        let at = format_instant(at);
        writeln!(teller.out, "stopped: {MOST} instants were looked at; from {at} on nothing is known")?;
        writeln!(teller.out, "ask for a shorter time, or start there with `--now {at}`")?;
    }
    Ok(())
}

struct Teller<'a> {
    out: &'a mut dyn WriteColor,
    program: &'a Checked,
    block: &'a BlockDef,
}

impl Teller<'_> {
    fn step(&mut self, step: &Step, timeline: &Timeline) -> io::Result<()> {
        let decision = &step.decision;
        let (word, color) = match decision.effect {
            Some(Effect::Permit) => ("PERMIT", Color::Green),
            Some(Effect::Deny) => ("DENY", Color::Red),
            None => ("ASSESSED", Color::Yellow),
        };
        self.painted(&format!("{word:<8}"), Some(Some(color)))?;
        write!(self.out, "  from {}", format_instant(step.from))?;
        match step.until {
            None => writeln!(self.out, ", for ever")?,
            Some(until) if until > timeline.to => {
                writeln!(self.out, " to beyond the end, until {}", format_instant(until))?;
            }
            Some(until) => writeln!(self.out, " until {}", format_instant(until))?,
        }
        for change in &step.changes {
            let text = self.change(change);
            self.line("changed", &text)?;
        }
        for reason in &decision.reasons {
            let (name, message) = self.reason(*reason, decision.effect == Some(Effect::Permit));
            self.line("because", format!("{name}  {message}").trim_end())?;
        }
        if let Some(level) = decision.standing {
            self.line("standing", shown::case(&self.program.types, EnumId::STANDING, level))?;
        }
        self.grade(decision)?;
        for id in &decision.advice {
            if let Some(clause) = self.clause(*id) {
                let text = format!("{}: {}", clause.name, message(clause).unwrap_or_else(|| "is not met".into()));
                self.line("advice", &text)?;
            }
        }
        for owed in &decision.obligations {
            let text = self.owed(owed);
            self.line("owed", &text)?;
        }
        if let Some(length) = step.ask_again {
            self.line("ask", &format!("again at the latest {} after each answer", format_duration(length)))?;
        }
        Ok(())
    }

    fn grade(&mut self, decision: &Decision) -> io::Result<()> {
        let (Some(index), Some(grade)) = (decision.grade, &self.block.grade) else { return Ok(()) };
        let mut text = shown::case(&self.program.types, grade.scale, index).to_owned();
        let caps: Vec<&str> = decision.caps.iter().filter_map(|id| self.clause(*id)).map(|c| &*c.name).collect();
        if !caps.is_empty() {
            text.push_str(&format!("; capped by {}", caps.join(", ")));
        }
        self.line("grade", &text)
    }

    fn change(&self, change: &Change) -> String {
        let types = &self.program.types;
        match change {
            Change::Clause { clause, is, .. } => match self.clause(*clause) {
                Some(c) => format!("{} {}", c.name, phrases::turned(&c.kind, *is)),
                None => String::new(),
            },
            Change::Overdue(clause) => {
                format!("{} is overdue from now on", self.clause(*clause).map_or("", |c| c.name.as_str()))
            }
            Change::Framework { in_effect: true } => "the framework takes effect".into(),
            Change::Framework { in_effect: false } => "the framework is over".into(),
            Change::Grade { was, is } => match &self.block.grade {
                Some(grade) => format!(
                    "the grade goes from {} to {}",
                    shown::case(types, grade.scale, *was),
                    shown::case(types, grade.scale, *is)
                ),
                None => String::new(),
            },
        }
    }

    fn reason(&self, reason: Reason, permitted: bool) -> (String, String) {
        match reason {
            Reason::Clause(id) => match self.clause(id) {
                None => ("unknown".into(), String::new()),
                Some(c) => {
                    let plain = || match &c.kind {
                        ClauseKind::Basis(_) if permitted => "holds".into(),
                        kind => phrases::reason(&self.program.types, self.block, kind),
                    };
                    (c.name.to_string(), message(c).unwrap_or_else(plain))
                }
            },
            Reason::NoBasis => ("no_basis".into(), "none of the grounds holds".into()),
            Reason::Framework => ("framework".into(), "the framework is not in effect".into()),
        }
    }

    fn owed(&self, owed: &Obligation) -> String {
        let Some(clause) = self.clause(owed.clause) else { return String::new() };
        match owed.time {
            ObligationTime::Due { due, overdue } => {
                let late = if overdue { ", overdue" } else { "" };
                format!("{} by {}{late}", clause.name, format_instant(due))
            }
            ObligationTime::Within(length) => {
                format!("{} within {} of each reliance", clause.name, format_duration(length))
            }
        }
    }

    fn clause(&self, id: ClauseId) -> Option<&ClauseDef> {
        self.block.clauses.get(id.0 as usize)
    }

    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        let gap = " ".repeat(MARGIN.len().saturating_sub(label.len() + 1));
        write!(self.out, "{MARGIN}")?;
        self.painted(label, None)?;
        writeln!(self.out, "{gap}{}", drawn(text))
    }

    /// Dim, bold, or bold in a colour.
    fn painted(&mut self, text: &str, bold: Option<Option<Color>>) -> io::Result<()> {
        let mut spec = ColorSpec::new();
        match bold {
            None => spec.set_dimmed(true),
            Some(color) => spec.set_bold(true).set_fg(color),
        };
        self.out.set_color(&spec)?;
        write!(self.out, "{}", drawn(text))?;
        self.out.reset()
    }
}

/// The author's message, on one line.
fn message(clause: &ClauseDef) -> Option<String> {
    clause.meta.doc.as_ref().map(|doc| doc.split_whitespace().collect::<Vec<_>>().join(" "))
}
