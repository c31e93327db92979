//! Clauses that differ in constants only: one body over a table of rows.
//!
//! In: a block's clauses. Out: groups of at least [`FEW`] whose conditions have one shape; for each group a loop over constant
//! memory, a row a clause. So compile time follows shapes, not clauses; and where the rows are told apart by equalities, the
//! graph finds an index for the loop.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use trust_runtime::graph::{Cell, FOREVER, Image, Kind, Loop};
use trust_runtime::layout;
use trust_runtime::schema::{self, Field, Record, Role};
use trust_runtime::unit::Rows;

use super::image::Writer;
use super::layout::cell;
use super::values::{Slot, Truth};
use super::{Frame, Lowering};
use crate::native::schema::convert;
use crate::program::expr::{ArithOp, Builtin, Expr, ExprKind as K, LocalId};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::walk::children_mut;
use crate::program::{BlockDef, ClauseId, ClauseKind};

/// Fewer clauses of one shape are laid out one by one.
const FEW: usize = 8;

pub(super) struct Groups<'d> {
    groups: Vec<Group<'d>>,
    /// By clause.
    of: Vec<Option<u32>>,
}

pub(super) struct Group<'d> {
    /// In order.
    clauses: Vec<ClauseId>,
    /// The constants of each clause, as many for one as for the other, one clause after another.
    holes: Vec<&'d Expr>,
    template: &'d Expr,
    /// All must hold (requires), or any of them counts (bases, denies).
    all: bool,
}

impl<'d> Groups<'d> {
    pub fn of(&self, id: ClauseId) -> Option<&Group<'d>> {
        let n = (*self.of.get(id.0 as usize)?)?;
        self.groups.get(n as usize)
    }
}

impl<'d> Group<'d> {
    pub fn is_first(&self, id: ClauseId) -> bool {
        self.clauses.first() == Some(&id)
    }

    /// How many constants a clause has: at least one.
    fn width(&self) -> usize {
        (self.holes.len() / self.clauses.len().max(1)).max(1)
    }

    /// Each clause with its constants.
    fn rows(&self) -> impl Iterator<Item = (ClauseId, &[&'d Expr])> {
        self.clauses.iter().copied().zip(self.holes.chunks(self.width()))
    }
}

pub(super) fn groups(def: &BlockDef) -> Groups<'_> {
    let mut known: HashMap<Vec<u8>, usize, RandomState> = HashMap::default();
    // In the order of their first clauses.
    let mut groups: Vec<Group<'_>> = Vec::new();
    let many = def.clauses.len() >= FEW;
    let (mut shape, mut holes) = (Vec::new(), Vec::new());
    for (id, clause) in def.clauses().filter(|_| many) {
        let (e, all, kind) = match &clause.kind {
            ClauseKind::Basis(e) => (e, false, 0),
            ClauseKind::Deny(e) => (e, false, 1),
            ClauseKind::Require(e) => (e, true, 2),
            _ => continue,
        };
        shape.clear();
        shape.push(kind);
        holes.clear();
        if !shape_of(e, &mut shape, &mut holes) || holes.is_empty() {
            continue;
        }
        let n = match known.get(shape.as_slice()) {
            Some(n) => *n,
            None => {
                known.insert(shape.clone(), groups.len());
                groups.push(Group { clauses: Vec::new(), holes: Vec::new(), template: e, all });
                groups.len() - 1
            }
        };
        if let Some(group) = groups.get_mut(n) {
            group.clauses.push(id);
            group.holes.append(&mut holes);
        }
    }
    groups.retain(|group| group.clauses.len() >= FEW);
    let mut of = vec![None; def.clauses.len()];
    for (n, group) in (0u32..).zip(&groups) {
        for id in &group.clauses {
            if let Some(slot) = of.get_mut(id.0 as usize) {
                *slot = Some(n);
            }
        }
    }
    Groups { groups, of }
}

/// The expression with holes for its constants, as bytes that no other has; false where it has parts that cannot be shared.
fn shape_of<'d>(e: &'d Expr, out: &mut Vec<u8>, holes: &mut Vec<&'d Expr>) -> bool {
    let number = |out: &mut Vec<u8>, tag: u8, n: u32| {
        out.push(tag);
        out.extend_from_slice(&n.to_le_bytes());
    };
    match &e.kind {
        K::Const(value) if is_hole(value, &e.ty) => {
            holes.push(e);
            match hole(&e.ty) {
                Some((tag, of)) => number(out, tag, of),
                None => return false,
            }
        }
        K::Const(value) => {
            let text = format!("{value:?}");
            number(out, 20, text.len() as u32);
            out.extend_from_slice(text.as_bytes());
        }
        K::Now => out.push(21),
        K::Local(id) => number(out, 22, id.0),
        K::Global(id) => number(out, 23, id.0),
        K::Data(id) => number(out, 24, id.0),
        K::Field(_, n) => number(out, 25, *n),
        K::Not(_) => out.push(26),
        K::Neg(_) => out.push(27),
        K::Has(_) => out.push(28),
        K::And(parts) => number(out, 29, parts.len() as u32),
        K::Or(parts) => number(out, 30, parts.len() as u32),
        K::Implies(..) => out.push(31),
        K::Otherwise(..) => out.push(32),
        K::If(..) => out.push(33),
        K::Compare(op, ..) => out.extend([34, *op as u8]),
        K::Arith(op, ..) => match op {
            // A divisor is a literal.
            ArithOp::IntDiv | ArithOp::IntRem | ArithOp::DecimalDiv | ArithOp::DurationDiv => return false,
            _ => out.extend([35, *op as u8]),
        },
        K::Builtin(op, parts) => match op {
            Builtin::InCollection
            | Builtin::InString
            | Builtin::IpInCidr
            | Builtin::CidrInCidr
            | Builtin::SubsetOf
            | Builtin::Intersects
            | Builtin::Count
            | Builtin::IsEmpty
            | Builtin::StartsWith
            | Builtin::EndsWith => {
                out.extend([36, *op as u8]);
                number(out, 37, parts.len() as u32);
            }
            Builtin::First | Builtin::Last | Builtin::AddMonths => return false,
        },
        K::List(_)
        | K::Set(_)
        | K::Key(_)
        | K::Record(..)
        | K::With(..)
        | K::Match { .. }
        | K::Matches(..)
        | K::Quantifier { .. }
        | K::Aggregate { .. }
        | K::Call(..)
        | K::BlockCall { .. }
        | K::Overdue(_)
        | K::Error => return false,
    }
    // Parts in the order in which `children_mut` gives them.
    match &e.kind {
        K::Field(a, _) | K::Not(a) | K::Neg(a) | K::Has(a) => shape_of(a, out, holes),
        K::And(parts) | K::Or(parts) | K::Builtin(_, parts) => parts.iter().all(|part| shape_of(part, out, holes)),
        K::Implies(a, b) | K::Otherwise(a, b) | K::Compare(_, a, b) | K::Arith(_, a, b) => {
            shape_of(a, out, holes) && shape_of(b, out, holes)
        }
        K::If(a, b, c) => shape_of(a, out, holes) && shape_of(b, out, holes) && shape_of(c, out, holes),
        _ => true,
    }
}

fn constant(e: &Expr) -> &Value {
    match &e.kind {
        K::Const(value) => value,
        _ => &Value::None,
    }
}

fn is_hole(value: &Value, ty: &Ty) -> bool {
    let plain = !matches!(value, Value::None | Value::Record(_) | Value::List(_) | Value::Set(_) | Value::Moving(_));
    plain && !matches!(ty, Ty::Optional(_)) && cell(ty).is_some_and(|cell| cell != Cell::List)
}

/// The type of a hole; nothing for types that have none.
fn hole(ty: &Ty) -> Option<(u8, u32)> {
    Some(match ty {
        Ty::Bool => (0, 0),
        Ty::Int => (1, 0),
        Ty::Decimal => (2, 0),
        Ty::String => (3, 0),
        Ty::Instant => (4, 0),
        Ty::Duration => (5, 0),
        Ty::Ip => (6, 0),
        Ty::Cidr => (7, 0),
        Ty::Enum(id) => (8, id.0),
        Ty::Record(_) | Ty::List(_) | Ty::Set(_) | Ty::Optional(_) | Ty::Never | Ty::Error => return None,
    })
}

/// Puts slots in place of the holes that differ between rows.
fn fill(e: &mut Expr, slots: &mut dyn Iterator<Item = Option<LocalId>>) {
    if let K::Const(value) = &e.kind {
        if is_hole(value, &e.ty)
            && let Some(Some(slot)) = slots.next()
        {
            e.kind = K::Local(slot);
        }
        return;
    }
    for part in children_mut(e) {
        fill(part, slots);
    }
}

impl Lowering<'_> {
    /// The group's clauses together, and where each of them is told.
    pub(super) fn group(&mut self, f: &mut Frame, group: &Group<'_>) -> (Truth, Rows) {
        let width = group.width();
        let first = group.holes.get(..width).unwrap_or(&[]);
        // What is the same in all rows stays in the body.
        let differs: Vec<bool> = (0..first.len())
            .map(|n| {
                let mut values = group.holes.iter().skip(n).step_by(width).map(|e| constant(e));
                let one = values.next();
                values.any(|v| Some(v) != one)
            })
            .collect();
        let columns: Vec<&Ty> = first.iter().zip(&differs).filter(|(_, d)| **d).map(|(e, _)| &e.ty).collect();
        let int = Ty::Int;
        let shapes = columns.iter().copied().chain([&int]).map(|ty| self.layouts.size(ty));
        // A row of scalars that is larger than memory allows has more columns than a policy has characters.
        let (offsets, shape) = layout::sequence(shapes).unwrap_or((Vec::new(), layout::Shape { size: 0, align: 1 }));
        let image = self.row_image(group, &differs, &columns, &offsets, shape.size);
        let list = self.add_images(image, 1, group.clauses.len() as u64);

        let of = self.g.open_loop();
        let row = self.g.element(of, 0);
        let forever = self.g.forever();
        let base = f.slots.len() as u32;
        let mut slots = Vec::new();
        let mut taken = columns.iter().zip(&offsets);
        for differs in &differs {
            let column = if *differs { taken.next() } else { None };
            slots.push(column.map(|(ty, offset)| {
                let val = self.at(ty, row, *offset);
                let slot = LocalId(base + slots.len() as u32);
                f.set(slot, Slot { val, until: forever });
                slot
            }));
        }
        let mut body = group.template.clone();
        fill(&mut body, &mut slots.into_iter());
        let t = self.truth(f, &body);
        f.slots.truncate(base as usize);

        // A group is gathered as its clauses would be, one after another.
        let clock = self.g.as_int(t.until) != Some(FOREVER);
        let mut start = vec![self.g.bool(group.all)];
        let holds = self.g.gathered(of, 0, Kind::Bool);
        let until = if clock { self.g.gathered(of, 1, Kind::Int) } else { forever };
        let before = Truth { holds, until, cuts: forever };
        let after = if group.all {
            let until = self.and_until(before, t);
            Truth { holds: self.g.and(before.holds, t.holds), until, cuts: forever }
        } else {
            let (not_before, not_t) = (self.negated(before), self.negated(t));
            let until = self.and_until(not_before, not_t);
            Truth { holds: self.g.or(before.holds, t.holds), until, cuts: forever }
        };
        let mut next = vec![after.holds];
        if clock {
            start.push(forever);
            next.push(after.until);
        }
        let last = offsets.last().copied().unwrap_or(0);
        let clause = self.g.load(Cell::Int, row, last);
        let run = Loop { list, stride: shape.size, window: 1, start, next, stop: None, index: None };
        // A row that is not looked at sets no bit: right for those that do not hold.
        let results = if group.all { self.g.close_unindexed(of, run) } else { self.g.close_loop(of, run) };
        let result = |n: usize| results.get(n).copied().unwrap_or(forever);
        let until = if clock { result(1) } else { forever };
        (Truth { holds: result(0), until, cuts: forever }, Rows { of, clause, holds: t.holds })
    }

    /// Text, then the rows.
    fn row_image(
        &mut self,
        group: &Group<'_>,
        differs: &[bool],
        columns: &[&Ty],
        offsets: &[u32],
        stride: u32,
    ) -> Vec<Image> {
        let mut fields: Vec<Field> = Vec::with_capacity(columns.len() + 1);
        for (n, ty) in columns.iter().copied().chain([&Ty::Int]).enumerate() {
            let name = format!("column{n}");
            fields.push(Field { wire: name.clone(), name, ty: convert(self.schema, ty) });
        }
        let record = schema::RecordId(self.schema.records.len() as u32);
        let name = format!("rows{}", record.0);
        self.schema.records.push(Record { wire: name.clone(), name, role: Role::Row, fields });

        let mut image = Image {
            holds: Some(schema::Type::Record(record)),
            len: group.clauses.len() as u64,
            bytes: vec![0; stride as usize * group.clauses.len()],
            pointers: Vec::new(),
        };
        let mut writer = Writer::new(self.layouts, &self.program.types, self.schema);
        for (row, (clause, holes)) in (0u32..).zip(group.rows()) {
            let values = holes.iter().zip(differs).filter(|(_, differs)| **differs);
            for ((e, _), (ty, offset)) in values.zip(columns.iter().zip(offsets)) {
                if let K::Const(value) = &e.kind {
                    writer.write(&mut image, ty, value, row * stride + offset);
                }
            }
            if let Some(offset) = offsets.last() {
                Writer::put(&mut image, row * stride + offset, &i64::from(clause.0).to_le_bytes());
            }
        }
        writer.add(image);
        writer.done()
    }
}
