//! A decision for a person to read: the answer first, then what it means, then how each clause came out.
//!
//! In: an explanation with the program it is of. Out: text, coloured where the writer takes colour; nothing is said by
//! colour alone. A nested call that several clauses read is shown in full once.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};
use trust_runtime::time::{format_duration, format_instant};

use super::phrases::{self, Mark};
use super::shown;
use crate::decision::{Decision, Effect, Obligation, ObligationTime};
use crate::diag::place::drawn;
use crate::interp::{BlockTrace, CallTrace, ClauseTrace, Explanation, Held, Reading, Until};
use crate::program::expr::Member;
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, ClauseDef, ClauseId, ClauseKind, Program, Reason};

/// What is told.
pub struct Told<'a> {
    pub program: &'a Program,
    pub explanation: &'a Explanation,
    /// The triggers in force that the request named.
    pub prior: &'a [ClauseId],
    pub now: i64,
}

/// Facts shown under a clause.
const FACTS: usize = 12;
/// Calls inside one another.
const DEPTH: usize = 24;
/// The column the summary's values start in.
const COLUMN: usize = 13;

pub fn write(out: &mut dyn WriteColor, told: &Told<'_>) -> io::Result<()> {
    let Some(block) = told.program.blocks.get(told.explanation.decision.block.0 as usize) else { return Ok(()) };
    let mut teller = Teller { out, program: told.program, now: told.now, shown: HashSet::new() };
    teller.summary(told, block)?;
    writeln!(teller.out)?;
    teller.painted("how each clause came out", Paint::Strong)?;
    writeln!(teller.out)?;
    let decision = &told.explanation.decision;
    teller.clauses(decision.block, &told.explanation.block, &mut String::from("  "), 0)
}

#[derive(Clone, Copy)]
enum Paint {
    Strong,
    Dim,
    Marked(Mark),
}

struct Teller<'a> {
    out: &'a mut dyn WriteColor,
    program: &'a Program,
    now: i64,
    /// Calls that were shown in full.
    shown: HashSet<*const CallTrace>,
}

impl Teller<'_> {
    fn summary(&mut self, told: &Told<'_>, block: &BlockDef) -> io::Result<()> {
        let decision = &told.explanation.decision;
        let (word, mark) = match decision.effect {
            Some(Effect::Permit) => ("PERMIT", Mark::Good),
            Some(Effect::Deny) => ("DENY", Mark::Bad),
            None => ("ASSESSED", Mark::Remark),
        };
        self.painted(word, Paint::Marked(mark))?;
        write!(self.out, "  ")?;
        self.painted(&block.name, Paint::Strong)?;
        writeln!(self.out, ", at {}", format_instant(told.now))?;
        if let Some(doc) = &block.meta.doc {
            for line in drawn(doc).lines() {
                self.painted(line.trim(), Paint::Dim)?;
                writeln!(self.out)?;
            }
        }
        writeln!(self.out)?;
        self.because(block, decision)?;
        if let Some(level) = decision.standing {
            self.row("standing", shown::case(&self.program.types, EnumId::STANDING, level))?;
        }
        if !told.prior.is_empty() {
            let names: Vec<&str> = told.prior.iter().filter_map(|id| clause(block, *id)).map(|c| &*c.name).collect();
            self.row("prior", &names.join(", "))?;
        }
        self.grade(block, told.explanation)?;
        for (i, id) in decision.advice.iter().enumerate() {
            if let Some(clause) = clause(block, *id) {
                let message = message(clause).unwrap_or_else(|| "is not met".into());
                self.row(if i == 0 { "advice" } else { "" }, &format!("{}: {message}", clause.name))?;
            }
        }
        for (i, obligation) in decision.obligations.iter().enumerate() {
            self.owed(i, block, obligation)?;
        }
        self.row("valid until", &valid_until(decision))?;
        let package = &self.program.package;
        self.row("policy", &format!("{} {}, {}", package.name, package.version, package.digest))
    }

    fn because(&mut self, block: &BlockDef, decision: &Decision) -> io::Result<()> {
        if decision.effect.is_none() {
            return Ok(());
        }
        if decision.reasons.is_empty() && decision.effect == Some(Effect::Permit) {
            return self.row("because", "everything that is required holds, and nothing stands in the way");
        }
        let permitted = decision.effect == Some(Effect::Permit);
        let told: Vec<(String, String)> =
            decision.reasons.iter().map(|reason| self.reason(block, *reason, permitted)).collect();
        let width = told.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (i, (name, message)) in told.iter().enumerate() {
            let gap = " ".repeat(width.saturating_sub(name.chars().count()));
            self.row(if i == 0 { "because" } else { "" }, format!("{name}{gap}  {message}").trim_end())?;
        }
        Ok(())
    }

    fn reason(&self, block: &BlockDef, reason: Reason, permitted: bool) -> (String, String) {
        match reason {
            Reason::Clause(id) => match clause(block, id) {
                None => ("unknown".into(), String::new()),
                Some(c) => {
                    let plain = || match &c.kind {
                        ClauseKind::Basis(_) if permitted => "holds".into(),
                        kind => phrases::reason(&self.program.types, block, kind),
                    };
                    (c.name.to_string(), message(c).unwrap_or_else(plain))
                }
            },
            Reason::NoBasis => {
                let bases = block.clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Basis(_)));
                let names: Vec<&str> = bases.map(|c| c.name.as_str()).collect();
                ("no_basis".into(), format!("none of these holds: {}", names.join(", ")))
            }
            Reason::Framework => ("framework".into(), self.framework_times()),
        }
    }

    fn framework_times(&self) -> String {
        let framework = self.program.framework.as_ref();
        let from = framework.and_then(|f| f.effective);
        let until = framework.and_then(|f| f.until);
        match (from, until) {
            (Some(from), _) if self.now < from => {
                format!("the framework is not in effect before {}", format_instant(from))
            }
            (_, Some(until)) => format!("the framework is in effect only until {}", format_instant(until)),
            (_, None) => "the framework is not in effect".into(),
        }
    }

    fn grade(&mut self, block: &BlockDef, explanation: &Explanation) -> io::Result<()> {
        let (Some(index), Some(grade)) = (explanation.decision.grade, &block.grade) else { return Ok(()) };
        let types = &self.program.types;
        let mut text = shown::case(types, grade.scale, index).to_owned();
        let from = explanation.block.grade_from.as_ref().map(|from| &from.value);
        if let Some(Value::Case(from)) = from
            && *from != index
        {
            text.push_str(&format!(", not {}", shown::case(types, grade.scale, *from)));
        }
        let caps = explanation.decision.caps.iter().filter_map(|id| clause(block, *id));
        let caps: Vec<&str> = caps.map(|c| c.name.as_str()).collect();
        if !caps.is_empty() {
            text.push_str(&format!("; capped by {}", caps.join(", ")));
        }
        self.row("grade", &text)
    }

    fn owed(&mut self, i: usize, block: &BlockDef, obligation: &Obligation) -> io::Result<()> {
        let Some(clause) = clause(block, obligation.clause) else { return Ok(()) };
        let duty = match &clause.kind {
            ClauseKind::Oblige { duty, .. } => self.program.duties.get(duty.0 as usize),
            _ => None,
        };
        let params = duty.map(|d| d.params.as_slice()).unwrap_or_default();
        let args = params.iter().zip(&obligation.args);
        let args: Vec<String> =
            args.map(|(p, arg)| format!("{}: {}", p.name, shown::value(&self.program.types, arg, &p.ty))).collect();
        let (time, late) = match obligation.time {
            ObligationTime::Due { due, overdue } => (format!("by {}", format_instant(due)), overdue),
            ObligationTime::Within(length) => (format!("within {} of each reliance", format_duration(length)), false),
        };
        let duty = duty.map_or("unknown", |d| d.name.as_str());
        self.label(if i == 0 { "owed" } else { "" })?;
        write!(self.out, "{}: {duty}({}), {time}", clause.name, args.join(", "))?;
        if late {
            write!(self.out, ", ")?;
            self.painted("overdue", Paint::Marked(Mark::Bad))?;
        }
        writeln!(self.out)
    }

    /// Every clause of a block, and under it what it was decided on.
    fn clauses(&mut self, id: BlockId, trace: &BlockTrace, margin: &mut String, depth: usize) -> io::Result<()> {
        let Some(block) = self.program.blocks.get(id.0 as usize) else { return Ok(()) };
        let title =
            |c: &ClauseTrace| if c.word == c.name { c.word.to_owned() } else { format!("{} {}", c.word, c.name) };
        let width = trace.clauses.iter().map(|c| title(c).chars().count()).max().unwrap_or(0).min(40);
        if let Some(held) = trace.framework {
            self.framework(held, margin, width)?;
        }
        if let Some(from) = &trace.grade_from {
            let text = format!("starts from {}", shown::value(&self.program.types, &from.value, &from.ty));
            self.entry(margin, Mark::Quiet, "grade", width, &text, from.until)?;
            self.under(margin, None, &from.reading, depth)?;
        }
        for traced in &trace.clauses {
            let Some(clause) = clause(block, traced.clause) else { continue };
            let mark = phrases::mark(&clause.kind, traced.bearing);
            let phrase = phrases::phrase(&self.program.types, &clause.kind, traced);
            self.entry(margin, mark, &title(traced), width, &phrase, traced.until)?;
            self.under(margin, traced.message.as_deref(), &traced.reading, depth)?;
        }
        Ok(())
    }

    fn framework(&mut self, held: Held, margin: &str, width: usize) -> io::Result<()> {
        let (mark, text) =
            if held.holds { (Mark::Good, "is in effect".to_owned()) } else { (Mark::Bad, self.framework_times()) };
        self.entry(margin, mark, "framework", width, &text, held.until)
    }

    fn entry(
        &mut self,
        margin: &str,
        mark: Mark,
        title: &str,
        width: usize,
        text: &str,
        until: Until,
    ) -> io::Result<()> {
        write!(self.out, "{margin}")?;
        self.painted(mark.sign(), Paint::Marked(mark))?;
        write!(self.out, " ")?;
        self.painted(title, if mark == Mark::Quiet { Paint::Dim } else { Paint::Strong })?;
        let gap = width.saturating_sub(title.chars().count()) + 2;
        write!(self.out, "{}{text}", " ".repeat(gap))?;
        if let Some(until) = until {
            self.painted(&format!("; settled until {}", format_instant(until)), Paint::Dim)?;
        }
        writeln!(self.out)
    }

    /// The author's message, the facts and the calls behind a clause.
    fn under(&mut self, margin: &mut String, message: Option<&str>, reading: &Reading, depth: usize) -> io::Result<()> {
        let outer = margin.len();
        margin.push_str("    ");
        for line in drawn(message.unwrap_or_default()).lines() {
            write!(self.out, "{margin}")?;
            self.painted(line.trim(), Paint::Dim)?;
            writeln!(self.out)?;
        }
        for fact in reading.facts.iter().take(FACTS) {
            let value = shown::value(&self.program.types, &fact.value, &fact.ty);
            writeln!(self.out, "{margin}{} is {value}", fact.path)?;
        }
        if reading.facts.len() > FACTS {
            writeln!(self.out, "{margin}… and {} more facts", reading.facts.len() - FACTS)?;
        }
        for call in &reading.calls {
            self.call(call, margin, depth)?;
        }
        margin.truncate(outer);
        Ok(())
    }

    fn call(&mut self, call: &Arc<CallTrace>, margin: &mut String, depth: usize) -> io::Result<()> {
        let yes = call.result == Value::Bool(true);
        let grade = self.program.blocks.get(call.block.0 as usize).and_then(|b| b.grade.as_ref());
        let (text, mark) = match call.member {
            Member::Permitted => {
                (format!("permits: {}", if yes { "yes" } else { "no" }), if yes { Mark::Good } else { Mark::Bad })
            }
            Member::Grade => {
                let ty = grade.map_or(Ty::Error, |g| Ty::Enum(g.scale));
                (format!("grades: {}", shown::value(&self.program.types, &call.result, &ty)), Mark::Quiet)
            }
            Member::Standing => {
                let ty = Ty::Enum(EnumId::STANDING);
                (format!("standing: {}", shown::value(&self.program.types, &call.result, &ty)), Mark::Quiet)
            }
        };
        write!(self.out, "{margin}")?;
        self.painted("↳", Paint::Marked(mark))?;
        write!(self.out, " ")?;
        self.painted(&call.name, Paint::Strong)?;
        write!(self.out, " {text}")?;
        if let Some(until) = call.until {
            self.painted(&format!("; settled until {}", format_instant(until)), Paint::Dim)?;
        }
        let first = self.shown.insert(Arc::as_ptr(call));
        writeln!(self.out, "{}", if first { "" } else { " (shown above)" })?;
        if first && depth < DEPTH {
            let outer = margin.len();
            margin.push_str("│ ");
            self.clauses(call.block, &call.trace, margin, depth + 1)?;
            margin.truncate(outer);
        }
        Ok(())
    }

    fn row(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.label(label)?;
        writeln!(self.out, "{}", drawn(text))
    }

    fn label(&mut self, label: &str) -> io::Result<()> {
        self.painted(label, Paint::Dim)?;
        write!(self.out, "{}", " ".repeat(COLUMN.saturating_sub(label.len())))
    }

    fn painted(&mut self, text: &str, paint: Paint) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut spec = ColorSpec::new();
        match paint {
            Paint::Strong => spec.set_bold(true),
            Paint::Dim => spec.set_dimmed(true),
            Paint::Marked(Mark::Good) => spec.set_fg(Some(Color::Green)).set_bold(true),
            Paint::Marked(Mark::Bad) => spec.set_fg(Some(Color::Red)).set_bold(true),
            Paint::Marked(Mark::Remark) => spec.set_fg(Some(Color::Yellow)).set_bold(true),
            Paint::Marked(Mark::Quiet) => spec.set_dimmed(true),
        };
        self.out.set_color(&spec)?;
        write!(self.out, "{}", drawn(text))?;
        self.out.reset()
    }
}

fn clause(block: &BlockDef, id: ClauseId) -> Option<&ClauseDef> {
    block.clauses.get(id.0 as usize)
}

/// The author's message, on one line.
fn message(clause: &ClauseDef) -> Option<String> {
    clause.meta.doc.as_ref().map(|doc| doc.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn valid_until(decision: &Decision) -> String {
    match (decision.valid_until, decision.effect) {
        (None, _) => "for ever: no instant to come changes it, only other facts can".into(),
        (Some(t), Some(Effect::Deny)) => {
            format!("{}; asking earlier with the same facts gets the same answer", format_instant(t))
        }
        (Some(t), Some(Effect::Permit) | None) => format!("{}; ask again then at the latest", format_instant(t)),
    }
}
