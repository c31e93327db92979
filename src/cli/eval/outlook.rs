//! What would change a decision, in words and as JSON.
//!
//! In: an outlook with the program it is of. Out: a few lines below the tree of an explanation; or an object that stands
//! under `explain.change` of a deny, `explain.ends` of a permit.

use std::io;

use codespan_reporting::term::termcolor::{ColorSpec, WriteColor};
use serde_json::{Map, Value as Json, json};
use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{DAY, HOUR, MINUTE, SECOND, format_duration, format_instant};

use super::{phrases, shown};
use crate::change::{Cause, CauseKind, Change, End, Ends, FACTS, Hopeless, Need, Outlook, Remedy};
use crate::diag::place::drawn;
use crate::facts::{block_name, to_json as value_json};
use crate::interp::clause_word;
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use crate::program::{BlockId, ClauseDef, ClauseId, ClauseKind, Hold, Program};

/// A question that was answered, and its outlook.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub program: &'a Program,
    pub block: BlockId,
    pub outlook: &'a Outlook,
}

pub fn write(out: &mut dyn WriteColor, seen: Seen<'_>) -> io::Result<()> {
    let (title, lines) = match seen.outlook {
        Outlook::Open => return Ok(()),
        Outlook::Denied(remedy) => ("what would permit it", seen.remedy(remedy)),
        Outlook::Permitted(ends) => ("what ends it", seen.ends(ends)),
    };
    writeln!(out)?;
    out.set_color(ColorSpec::new().set_bold(true))?;
    write!(out, "{title}")?;
    out.reset()?;
    writeln!(out)?;
    for line in lines {
        writeln!(out, "  {}", drawn(&line))?;
    }
    Ok(())
}

/// Adds to an explanation what is known of its outlook.
pub fn add_json(explain: &mut Map<String, Json>, seen: Seen<'_>) {
    match seen.outlook {
        Outlook::Open => {}
        Outlook::Denied(remedy) => {
            explain.insert("change".into(), seen.remedy_json(remedy));
        }
        Outlook::Permitted(ends) => {
            let end = |end: &Option<End>| end.as_ref().map_or(Json::Null, |end| seen.end_json(end));
            let found = json!({ "first": end(&ends.first), "denied": end(&ends.denied), "stopped": ends.stopped });
            explain.insert("ends".into(), found);
        }
    }
}

impl Seen<'_> {
    fn clause(&self, block: BlockId, clause: ClauseId) -> Option<&ClauseDef> {
        self.program.blocks.get(block.0 as usize)?.clauses.get(clause.0 as usize)
    }

    fn name(&self, clause: ClauseId) -> &str {
        self.clause(self.block, clause).map_or("unknown", |c| c.name.as_str())
    }

    fn remedy(&self, remedy: &Remedy) -> Vec<String> {
        let mut lines: Vec<String> = remedy.hopeless.iter().map(|why| self.hopeless(why)).collect();
        for (i, set) in remedy.sets.iter().enumerate() {
            match (i, set.len()) {
                (0, 0 | 1) => {}
                (0, n) => lines.push(format!("these {n} changes together:")),
                (_, 0 | 1) => lines.push("or instead:".into()),
                (_, n) => lines.push(format!("or instead these {n} together:")),
            }
            let margin = if i > 0 || set.len() > 1 { "  " } else { "" };
            lines.extend(set.iter().map(|change| format!("{margin}{}", self.change(change))));
        }
        if remedy.hopeless.is_empty() && remedy.sets.is_empty() {
            let stopped = if remedy.stopped { "; the search stopped at its bound" } else { "" };
            lines.push(format!("no change of up to {FACTS} facts was found{stopped}"));
        }
        if let Some(at) = remedy.waits_until {
            let or = if remedy.hopeless.is_empty() { "or wait" } else { "but waiting helps" };
            lines.push(format!("{or}: the same facts are permitted from {} on", format_instant(at)));
        }
        lines
    }

    fn hopeless(&self, why: &Hopeless) -> String {
        match why {
            Hopeless::Framework => "no fact can: the framework is not in effect at this time".into(),
            Hopeless::Standing(level) => {
                format!("no fact can: the standing is {}", shown::case(&self.program.types, EnumId::STANDING, *level))
            }
            Hopeless::Trigger { clause, lifted_by } => {
                let name = self.name(*clause);
                let hold = self.clause(self.block, *clause).map(|c| &c.kind);
                if matches!(hold, Some(ClauseKind::Trigger { hold: Hold::Revoke, .. })) {
                    return format!("no fact can: `{name}` has revoked it, for ever; another key is another matter");
                }
                let lifts: Vec<String> = lifted_by.iter().map(|id| self.lift(*id)).collect();
                match lifts.as_slice() {
                    [] => format!("no fact can: `{name}` is in force, and nothing lifts it"),
                    lifts => format!("no fact can: `{name}` is in force until {} lifts it", lifts.join(" or ")),
                }
            }
        }
    }

    /// `cleared` on `IncidentCleared`
    fn lift(&self, id: ClauseId) -> String {
        let clause = self.clause(self.block, id);
        let event = match clause.map(|c| &c.kind) {
            Some(ClauseKind::Reinstate { event, .. }) => self.program.types.records.get(event.0 as usize),
            _ => None,
        };
        format!("`{}` on `{}`", self.name(id), event.map_or("unknown", |e| e.name.as_str()))
    }

    fn change(&self, change: &Change) -> String {
        let is = match &change.from {
            Value::List(all) if self.of_records(change) => format!("a list of {}", all.len()),
            Value::Record(_) => "there".into(),
            from => self.value(change, from),
        };
        let none = if change.or_absent { ", or none at all" } else { "" };
        format!("`{}` is {is}; {}{none}", change.path, self.need(change))
    }

    fn value(&self, change: &Change, value: &Value) -> String {
        shown::value(&self.program.types, value, &change.ty)
    }

    fn of_records(&self, change: &Change) -> bool {
        matches!(change.ty.present().element(), Some(Ty::Record(_)))
    }

    /// Of a list of records without some: which, by their places.
    fn left_out(&self, change: &Change) -> Option<String> {
        let (Value::List(old), Value::List(new)) = (&change.from, &change.nearest) else { return None };
        let mut rest = new.iter().peekable();
        let out = old.iter().enumerate().filter(|(_, v)| rest.next_if_eq(v).is_none());
        let out = out.map(|(i, _)| format!("`{}[{i}]`", change.path)).collect();
        self.of_records(change).then(|| listed(out, "and"))
    }

    fn values(&self, change: &Change, values: &[Value]) -> String {
        listed(values.iter().map(|v| self.value(change, v)).collect(), "or")
    }

    fn need(&self, change: &Change) -> String {
        match &change.need {
            Need::Range { least, most, only } => {
                let least = least
                    .as_ref()
                    .map(|v| bound(v, false).unwrap_or_else(|| format!("at least {}", self.value(change, v))));
                let most = most
                    .as_ref()
                    .map(|v| bound(v, true).unwrap_or_else(|| format!("at most {}", self.value(change, v))));
                let parts: Vec<String> = least.into_iter().chain(most).collect();
                let what = if *change.ty.present() == Ty::Instant { "an instant " } else { "" };
                format!("{what}{} {}", listed(parts, "and"), if *only { "is needed" } else { "would do" })
            }
            Need::OneOf(values) => format!("{} is needed", self.values(change, values)),
            Need::SuchAs(values) => format!("{} would do", self.values(change, values)),
            Need::Other if change.from == Value::None => "some text would do".into(),
            Need::Other => "another one would do".into(),
            Need::Present => match change.ty.present() {
                Ty::String | Ty::Record(_) => "any value is enough".into(),
                _ => format!("any value is enough, for example {}", self.value(change, &change.nearest)),
            },
            Need::Absent => "it has to be absent".into(),
            Need::More(1) => "with one more in it it would do".into(),
            Need::More(n) => format!("with {n} more in it it would do"),
            Need::Within(networks) => {
                let networks = networks.iter().map(|n| shown::value(&self.program.types, n, &Ty::Cidr)).collect();
                format!("an address in {} would do", listed(networks, "or"))
            }
            Need::Elements { with, without } => {
                let element = change.ty.present().element().unwrap_or(&Ty::Error);
                let words = |values: &[Value], word: &str| {
                    listed(values.iter().map(|v| shown::value(&self.program.types, v, element)).collect(), word)
                };
                let empty = matches!(&change.nearest, Value::Set(v) | Value::List(v) if v.is_empty());
                match (with.as_slice(), without.as_slice()) {
                    (_, _) if empty => "it has to be empty".into(),
                    ([], []) => format!("{} would do", self.value(change, &change.nearest)),
                    (with, []) => format!("with {} in it too it would do", words(with, "and")),
                    ([], without) => {
                        let out = self.left_out(change).unwrap_or_else(|| words(without, "and"));
                        format!("without {out} it would do")
                    }
                    (with, without) => {
                        format!("with {} and without {} it would do", words(with, "and"), words(without, "and"))
                    }
                }
            }
        }
    }

    fn ends(&self, ends: &Ends) -> Vec<String> {
        let mut lines = Vec::new();
        let denied = ends.denied.as_ref();
        if let Some(first) = ends.first.as_ref().filter(|first| denied.is_none_or(|d| d.at != first.at)) {
            let causes: Vec<String> = first.causes.iter().map(|cause| self.cause(cause, false)).collect();
            lines.push(format!("{}: ask again; {}", format_instant(first.at), or_time(causes)));
        }
        if let Some(denied) = denied {
            let causes: Vec<String> = denied.causes.iter().map(|cause| self.cause(cause, true)).collect();
            lines.push(format!("{}: the same facts are denied; {}", format_instant(denied.at), or_time(causes)));
        } else if ends.stopped {
            lines.push("when the same facts are denied was not found: the answer may change too many times".into());
        } else {
            lines.push("no instant to come makes the same facts a deny: only an event or other facts can".into());
        }
        lines
    }

    fn cause(&self, cause: &Cause, denies: bool) -> String {
        let via: String = cause.via.iter().map(|name| format!("`{name}`: ")).collect();
        let what = match &cause.kind {
            CauseKind::Framework if denies => "the framework is not in effect".to_owned(),
            CauseKind::Framework => "the framework's time ends".into(),
            CauseKind::NoBasis => "no basis holds".into(),
            CauseKind::Grade => "the grade starts elsewhere".into(),
            CauseKind::Clause { block, clause } => match self.clause(*block, *clause) {
                None => "unknown".into(),
                Some(c) => {
                    let does = match &c.kind {
                        ClauseKind::Ttl { .. } => "asks for a new decision",
                        ClauseKind::Cap { .. } => "may change the grade",
                        ClauseKind::Oblige { .. } => "falls due",
                        kind if denies => &phrases::reason(&self.program.types, self.program.block(*block), kind),
                        _ => "may change",
                    };
                    format!("`{}` {does}", c.name)
                }
            },
        };
        let facts: Vec<String> = cause
            .facts
            .iter()
            .map(|f| format!("`{}` is {}", f.path, shown::value(&self.program.types, &f.value, &f.ty)))
            .collect();
        if facts.is_empty() { format!("{via}{what}") } else { format!("{via}{what} ({})", facts.join(", ")) }
    }

    fn remedy_json(&self, remedy: &Remedy) -> Json {
        let sets = remedy.sets.iter().map(|set| set.iter().map(|c| self.change_json(c)).collect::<Json>());
        let mut sets: Vec<Json> = sets.collect();
        let first = if sets.is_empty() { Json::Array(Vec::new()) } else { sets.remove(0) };
        let none = match (remedy.hopeless.as_slice(), remedy.sets.is_empty()) {
            ([], false) => Json::Null,
            ([], true) => json!([{ "why": "not_found", "stopped": remedy.stopped }]),
            (hopeless, _) => hopeless.iter().map(|why| self.hopeless_json(why)).collect(),
        };
        let waits = remedy.waits_until.map_or(Json::Null, |at| format_instant(at).into());
        json!({ "facts": first, "others": sets, "none": none, "permitted_from": waits })
    }

    fn hopeless_json(&self, why: &Hopeless) -> Json {
        match why {
            Hopeless::Framework => json!({ "why": "outside_framework" }),
            Hopeless::Standing(level) => {
                json!({ "why": "standing", "standing": shown::case(&self.program.types, EnumId::STANDING, *level) })
            }
            Hopeless::Trigger { clause, lifted_by } => {
                let lifted_by: Vec<&str> = lifted_by.iter().map(|id| self.name(*id)).collect();
                let hold = self.clause(self.block, *clause).map(clause_word).unwrap_or_default();
                json!({ "why": "in_force", "rule": self.name(*clause), "clause": hold, "lifted_by": lifted_by })
            }
        }
    }

    fn change_json(&self, change: &Change) -> Json {
        let types = &self.program.types;
        let value = |v: &Value| value_json(types, &change.ty, v, false);
        let element = change.ty.present().element().unwrap_or(&Ty::Error);
        let elements = |all: &[Value]| -> Json { all.iter().map(|v| value_json(types, element, v, false)).collect() };
        let mut need = Map::new();
        match &change.need {
            Need::Range { least, most, only } => {
                least.iter().for_each(|v| drop(need.insert("at_least".into(), value(v))));
                most.iter().for_each(|v| drop(need.insert("at_most".into(), value(v))));
                if !only {
                    need.insert("others_too".into(), true.into());
                }
            }
            Need::OneOf(values) => drop(need.insert("one_of".into(), values.iter().map(value).collect())),
            Need::SuchAs(values) => drop(need.insert("such_as".into(), values.iter().map(value).collect())),
            Need::Other => drop(need.insert("other".into(), true.into())),
            Need::Present => drop(need.insert("present".into(), true.into())),
            Need::Absent => drop(need.insert("absent".into(), true.into())),
            Need::More(n) => drop(need.insert("more".into(), (*n).into())),
            Need::Within(networks) => {
                let networks = networks.iter().map(|n| value_json(types, &Ty::Cidr, n, false)).collect();
                need.insert("within".into(), networks);
            }
            Need::Elements { with, without } => {
                need.insert("with".into(), elements(with));
                need.insert("without".into(), elements(without));
            }
        }
        if change.or_absent {
            need.insert("or_absent".into(), true.into());
        }
        json!({ "path": &*change.path, "value": value(&change.from), "need": need, "nearest": value(&change.nearest) })
    }

    fn end_json(&self, end: &End) -> Json {
        let causes: Vec<Json> = end.causes.iter().map(|cause| self.cause_json(cause)).collect();
        json!({ "at": format_instant(end.at), "causes": causes })
    }

    fn cause_json(&self, cause: &Cause) -> Json {
        let types = &self.program.types;
        let mut out = Map::new();
        let mut rule = |name: &str| drop(out.insert("rule".into(), name.into()));
        match &cause.kind {
            CauseKind::Framework => rule("framework"),
            CauseKind::NoBasis => rule("no_basis"),
            CauseKind::Grade => rule("grade"),
            CauseKind::Clause { block, clause } => {
                let def = self.clause(*block, *clause);
                rule(def.map_or("unknown", |c| c.name.as_str()));
                out.insert("clause".into(), def.map(clause_word).unwrap_or_default().into());
                out.insert("block".into(), block_name(self.program, *block).into());
            }
        }
        out.insert("via".into(), cause.via.iter().map(|name| Json::from(name.as_str())).collect());
        out.insert("message".into(), cause.message.as_deref().map_or(Json::Null, Json::from));
        let facts = cause.facts.iter();
        let facts = facts.map(|f| json!({ "path": &*f.path, "value": value_json(types, &f.ty, &f.value, false) }));
        out.insert("facts".into(), facts.collect());
        Json::Object(out)
    }
}

/// A bound as it was most likely written: `after 2026-01-01` for the instant after that day's first.
fn bound(value: &Value, most: bool) -> Option<String> {
    let beside = |n: i64| if most { n.checked_add(1) } else { n.checked_sub(1) };
    let strict = |n: i64| beside(n).filter(|b| grain(*b) < grain(n));
    Some(match value {
        Value::Instant(at) => match (strict(*at), most) {
            (Some(at), true) => format!("before {}", format_instant(at)),
            (Some(at), false) => format!("after {}", format_instant(at)),
            (None, true) => format!("not after {}", format_instant(*at)),
            (None, false) => format!("not before {}", format_instant(*at)),
        },
        Value::Duration(length) => match (strict(*length), most) {
            (Some(length), true) => format!("less than {}", format_duration(length)),
            (Some(length), false) => format!("more than {}", format_duration(length)),
            (None, true) => format!("at most {}", format_duration(*length)),
            (None, false) => format!("at least {}", format_duration(*length)),
        },
        Value::Decimal(n) => {
            let coarse = |n: i64| [10_000, 1_000, 100, 10].iter().take_while(|unit| n % **unit != 0).count();
            match (beside(*n).filter(|b| coarse(*b) < coarse(*n)), most) {
                (Some(n), true) => format!("less than {}", format_decimal(n)),
                (Some(n), false) => format!("more than {}", format_decimal(n)),
                (None, true) => format!("at most {}", format_decimal(*n)),
                (None, false) => format!("at least {}", format_decimal(*n)),
            }
        }
        _ => return None,
    })
}

/// 0 for whole days, up to 5 for microseconds.
fn grain(n: i64) -> usize {
    [DAY, HOUR, MINUTE, SECOND, 1_000].iter().take_while(|unit| n % **unit != 0).count()
}

/// `a, b or c`
fn listed(mut words: Vec<String>, last: &str) -> String {
    match (words.pop(), words.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(end), false) => format!("{} {last} {end}", words.join(", ")),
    }
}

fn or_time(causes: Vec<String>) -> String {
    if causes.is_empty() { "time passes".into() } else { causes.join("; ") }
}
