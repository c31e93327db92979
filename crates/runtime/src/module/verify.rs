//! The full check of a unit that may come from anywhere.
//!
//! In: a unit. Out: nothing, or what is wrong with it. After it every number in it points into its table, every graph is sound, and
//! every output is of the kind and reads only what belongs to it: a decision its facts and prior, a reaction its event and key.

use super::shapes;
use crate::graph::verify::{Roots, Start, Sure, Unsound, Value, Verified};
use crate::graph::{Id, Kind, LoopId};
use crate::layout::Layout;
use crate::schema::{Limits, RecordId, Role, Schema, Type};
use crate::unit::{Block, BlockKind, ClauseKind, Unit};

/// Bytes of a name, a message or a title.
const MAX_TEXT: usize = 1 << 20;
/// Of one block.
const MAX_CLAUSES: usize = 1 << 20;
/// Triggers and reinstates of one block, and what those lift.
const MAX_TRIGGERS: usize = 1 << 12;
const MAX_LIFTS: usize = 1 << 16;
/// What is looked at for all functions of a block.
const MAX_WORK: usize = 1 << 28;
/// What facts may be made to hold in memory.
pub const MOST: Limits = Limits { list: 65_536, string: 1 << 20, facts: 64 << 20, nesting: 64 };

fn wrong(what: &'static str) -> Unsound {
    Unsound::new(what)
}

fn ensure(holds: bool, what: &'static str) -> Result<(), Unsound> {
    if holds { Ok(()) } else { Err(wrong(what)) }
}

/// Checks everything; what a file leaves out of the graphs is found again.
pub(super) fn unit(unit: &mut Unit, layout: &Layout) -> Result<(), Unsound> {
    let Unit { package, schema, blocks } = unit;
    limits(&schema.limits)?;
    texts([&package.name, &package.version, &package.digest])?;
    names(schema)?;
    ensure(blocks.len() == schema.blocks.len(), "it has as many blocks as its schema has not")?;
    for (block, of) in blocks.iter_mut().zip(&schema.blocks) {
        let checked = Checked::new(block, schema, layout, of.arguments, of.key).and_then(|check| check.all());
        checked.map_err(|what| what.inside(format_args!("block `{}`", block.name)))?;
    }
    Ok(())
}

fn limits(limits: &Limits) -> Result<(), Unsound> {
    let pairs = [
        (limits.list, MOST.list),
        (limits.string, MOST.string),
        (limits.facts, MOST.facts),
        (limits.nesting, MOST.nesting),
    ];
    ensure(pairs.iter().all(|(limit, most)| (1..=*most).contains(limit)), "its limits are none")
}

fn texts<'t>(all: impl IntoIterator<Item = &'t String>) -> Result<(), Unsound> {
    ensure(all.into_iter().all(|text| text.len() <= MAX_TEXT), "a name or a message is too long")
}

fn names(schema: &Schema) -> Result<(), Unsound> {
    for def in &schema.enums {
        texts([&def.name].into_iter().chain(def.cases.iter().flat_map(|case| [&case.name, &case.wire])))?;
    }
    for def in &schema.records {
        let fields = def.fields.iter().flat_map(|field| [&field.name, &field.wire]);
        texts([&def.name, &def.wire].into_iter().chain(fields))?;
    }
    texts(schema.blocks.iter().map(|block| &block.name))
}

/// What a value may read.
#[derive(Clone, Copy)]
enum For {
    Decision,
    Reaction(RecordId),
}

struct Checked<'u> {
    block: &'u Block,
    schema: &'u Schema,
    key: RecordId,
    known: Verified,
}

impl<'u> Checked<'u> {
    fn new(
        block: &'u mut Block,
        schema: &'u Schema,
        layout: &Layout,
        arguments: RecordId,
        key: RecordId,
    ) -> Result<Checked<'u>, Unsound> {
        ensure(block.clauses.len() <= MAX_CLAUSES, "it has too many clauses")?;
        let triggers = block.clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Trigger { .. })).count();
        let rows: Vec<LoopId> = block.outputs.rows.iter().map(|rows| rows.of).collect();
        let start = Start { arguments, key, triggers: triggers as u32, rows: &rows };
        let known = block.graph.verify(schema, layout, start)?;
        Ok(Checked { block, schema, key, known })
    }

    fn all(&self) -> Result<(), Unsound> {
        self.words()?;
        self.clauses()?;
        self.watches()?;
        self.decision()?;
        self.rows()?;
        self.obligations()?;
        self.triggers()
    }

    fn words(&self) -> Result<(), Unsound> {
        let block = self.block;
        texts([&block.name, &block.qualified])?;
        texts(&block.message)?;
        let of_clauses = block.clauses.iter().flat_map(|clause| {
            let kind = match &clause.kind {
                ClauseKind::Oblige { duty, params } => (Some(duty), params.as_slice()),
                _ => (None, &[][..]),
            };
            let named = std::iter::once(&clause.name).chain(&clause.was).chain(&clause.message).chain(kind.0);
            named.chain(kind.1.iter().map(|param| &param.name))
        });
        texts(of_clauses)?;
        let controls = block.controls.iter().chain(block.clauses.iter().flat_map(|clause| &clause.controls));
        texts(controls.flat_map(|control| [&control.catalog, &control.id, &control.title]))?;
        texts(block.watches.iter().flat_map(|watch| &watch.on).map(|on| &on.field))
    }

    fn is_event(&self, id: RecordId) -> bool {
        self.schema.record(id).is_some_and(|def| def.role == Role::Event)
    }

    fn clause(&self, clause: u32) -> Result<&'u ClauseKind, Unsound> {
        let clause = self.block.clauses.get(clause as usize);
        clause.map(|clause| &clause.kind).ok_or(wrong("it has no such clause"))
    }

    fn clauses(&self) -> Result<(), Unsound> {
        let (mut triggers, mut lifted_in_all) = (0, 0);
        for clause in &self.block.clauses {
            match &clause.kind {
                ClauseKind::Scope
                | ClauseKind::Require
                | ClauseKind::Recommend
                | ClauseKind::Basis
                | ClauseKind::Deny
                | ClauseKind::Expires
                | ClauseKind::Window
                | ClauseKind::Ttl
                | ClauseKind::Cap
                | ClauseKind::Continuous(_) => {}
                ClauseKind::Trigger { event, .. } => {
                    triggers += 1;
                    ensure(self.is_event(*event), "there is no such event")?;
                }
                ClauseKind::Reinstate { event, lifts } => {
                    triggers += 1;
                    lifted_in_all += lifts.len();
                    ensure(self.is_event(*event), "there is no such event")?;
                    for lifted in lifts {
                        let trigger = matches!(self.clause(*lifted)?, ClauseKind::Trigger { .. });
                        ensure(trigger, "what is lifted is no trigger")?;
                    }
                }
                ClauseKind::Oblige { params, .. } => {
                    for param in params {
                        ensure(shapes::is_known(self.schema, param.ty), "a parameter has no type")?;
                    }
                }
            }
        }
        ensure(triggers <= MAX_TRIGGERS && lifted_in_all <= MAX_LIFTS, "it has too many triggers")
    }

    fn watches(&self) -> Result<(), Unsound> {
        let keys = self.schema.record(self.key).map_or(0, |def| def.fields.len());
        for watch in &self.block.watches {
            self.reacts(watch.clause, watch.event)?;
            let parts = watch.on.iter().flat_map(|on| &on.keys);
            ensure(parts.copied().all(|part| (part as usize) < keys), "its key has no such part")?;
        }
        Ok(())
    }

    /// The clause is a trigger or a reinstate on this event.
    fn reacts(&self, clause: u32, event: RecordId) -> Result<(), Unsound> {
        match self.clause(clause)? {
            ClauseKind::Trigger { event: of, .. } | ClauseKind::Reinstate { event: of, .. } if *of == event => Ok(()),
            _ => Err(wrong("a clause reacts to no such event")),
        }
    }

    /// A value that is written out: of a kind, of no loop, and of what it may read.
    fn output(&self, id: Id, kind: Kind, of: For) -> Result<&Value, Unsound> {
        let value = self.known.value(id).ok_or(wrong("an output is not in the graph"))?;
        ensure(value.kind == kind, "an output is of another kind")?;
        ensure(value.sure == Sure::Yes, "an output points to what may not be there")?;
        ensure(self.known.is_outside(value), "an output depends on a loop's elements")?;
        ensure(may_read(&value.roots, of), "an output reads what it is not given")?;
        Ok(value)
    }

    fn decision(&self) -> Result<(), Unsound> {
        let outputs = &self.block.outputs;
        let decides = self.block.kind != BlockKind::Assessment;
        for (output, kind) in [
            (outputs.permits, Kind::Bool),
            (outputs.standing, Kind::Int),
            (outputs.based, Kind::Bool),
            (outputs.in_time, Kind::Bool),
        ] {
            ensure(output.is_some() == decides, "it does not answer what a block of its kind does")?;
            output.map_or(Ok(()), |id| self.output(id, kind, For::Decision).map(drop))?;
        }
        match (self.block.grade, outputs.grade) {
            (None, None) => {}
            (Some(scale), Some(id)) => {
                ensure(self.schema.enum_def(scale).is_some(), "there is no such scale")?;
                self.output(id, Kind::Int, For::Decision)?;
            }
            _ => return Err(wrong("it grades without a scale, or the other way round")),
        }
        self.output(outputs.valid_until, Kind::Int, For::Decision)?;
        let mut seen = vec![false; self.block.clauses.len()];
        for (clause, holds) in &outputs.holds {
            match seen.get_mut(*clause as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(wrong("it has no such clause, or twice")),
            }
            self.output(*holds, Kind::Bool, For::Decision)?;
        }
        Ok(())
    }

    fn rows(&self) -> Result<(), Unsound> {
        let mut loops: Vec<LoopId> = Vec::new();
        for rows in &self.block.outputs.rows {
            for (id, kind) in [(rows.clause, Kind::Int), (rows.holds, Kind::Bool)] {
                let value = self.known.value(id).ok_or(wrong("a row is not in the graph"))?;
                let own = self.known.is_row_of(value, rows.of) && value.kind == kind;
                ensure(own && may_read(&value.roots, For::Decision), "a row is none of its loop's")?;
            }
            let run = self.block.graph.run(rows.of).ok_or(wrong("there is no such loop"))?;
            let parts = run.index.iter().flat_map(|index| &index.keys).map(|key| key.value).chain([run.list]);
            for id in parts {
                let value = self.known.value(id).ok_or(wrong("a row is not in the graph"))?;
                let outside = self.known.is_outside(value) && may_read(&value.roots, For::Decision);
                ensure(outside, "rows stand inside another loop")?;
            }
            loops.push(rows.of);
        }
        loops.sort_unstable();
        ensure(loops.is_sorted_by(|a, b| a < b), "two tables of rows are one")
    }

    fn obligations(&self) -> Result<(), Unsound> {
        let outputs = &self.block.outputs;
        let mut shapes = shapes::Shapes::new(self.schema, outputs)?;
        let clauses = outputs.obligations.iter().map(|obligation| obligation.clause);
        ensure(clauses.is_sorted_by(|a, b| a < b), "its obligations are out of order")?;
        for obligation in &outputs.obligations {
            let ClauseKind::Oblige { params, .. } = self.clause(obligation.clause)? else {
                return Err(wrong("an obligation is of another clause"));
            };
            self.output(obligation.state, Kind::Int, For::Decision)?;
            self.output(obligation.time, Kind::Int, For::Decision)?;
            ensure(params.len() == obligation.args.len(), "an obligation has other arguments than its duty")?;
            for (param, arg) in params.iter().zip(&obligation.args) {
                shapes.check(*arg, param.ty, &mut |id, kind| {
                    let value = self.output(id, kind, For::Decision)?;
                    Ok((value.points, &self.known))
                })?;
            }
        }
        Ok(())
    }

    fn triggers(&self) -> Result<(), Unsound> {
        let outputs = &self.block.outputs;
        ensure(outputs.triggers.is_sorted_by(|a, b| a.clause < b.clause), "its triggers are out of order")?;
        let mut events: Vec<RecordId> = Vec::new();
        for trigger in &outputs.triggers {
            self.reacts(trigger.clause, trigger.event)?;
            let of = For::Reaction(trigger.event);
            self.output(trigger.matched, Kind::Bool, of)?;
            trigger.deadline.map_or(Ok(()), |id| self.output(id, Kind::Int, of).map(drop))?;
            events.push(trigger.event);
        }
        events.sort_unstable();
        events.dedup();
        let work = self.block.graph.len().saturating_mul(events.len() + 2);
        ensure(work <= MAX_WORK, "it reacts to too many events")
    }
}

fn may_read(roots: &Roots, of: For) -> bool {
    match of {
        For::Decision => !roots.key && !roots.events && roots.event.is_none(),
        For::Reaction(event) => {
            !roots.facts && !roots.prior && !roots.events && roots.event.is_none_or(|of| of == event)
        }
    }
}

/// The kind of node that a scalar is.
pub(super) fn kind_of(ty: Type) -> Option<Kind> {
    match ty {
        Type::Bool => Some(Kind::Bool),
        Type::Int | Type::Decimal | Type::Instant | Type::Duration | Type::Enum(_) => Some(Kind::Int),
        Type::String => Some(Kind::Str),
        Type::Ip | Type::Cidr => Some(Kind::Net),
        Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Optional(_) => None,
    }
}
