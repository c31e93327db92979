//! The rules of each kind of node.

use super::places::{self, cell_of, element};
use super::{Check, Held, Points, Roots, Sure, Unsound, Value};
use crate::graph::{Arith, Cell, Id, Kind, Node, Root};
use crate::schema::{Role, Type};

impl Check<'_> {
    pub(super) fn node(&mut self, me: Id, node: Node) -> Result<Value, Unsound> {
        let graph = self.graph;
        let within = |n: u32, pool: usize| {
            if (n as usize) < pool { Ok(()) } else { Err(Unsound::new("it is not in the graph's constants")) }
        };
        let mut out = Value::new(Kind::Bool);
        match node {
            Node::Bool(_) => {}
            Node::Int(_) | Node::Now => out.kind = Kind::Int,
            Node::Floor => {
                out.kind = Kind::Int;
                out.roots.prior = true;
            }
            Node::Prior(n) => {
                if n >= self.start.triggers {
                    return Err(Unsound::new("there is no such trigger"));
                }
                out.roots.prior = true;
            }
            Node::Str(n) => {
                within(n, graph.strings.len())?;
                out.kind = Kind::Str;
            }
            Node::Net(n) => {
                within(n, graph.nets.len())?;
                out.kind = Kind::Net;
            }
            Node::Root(root) => {
                out.kind = Kind::Ptr;
                out.points = Points::To(Type::Record(self.root(root, &mut out.roots)?));
            }
            Node::Image(n) => {
                let image = graph.images.get(n as usize).filter(|image| image.len > 0);
                let holds = image.and_then(|image| image.holds);
                let holds = holds.ok_or_else(|| Unsound::new("nothing stands at its address"))?;
                out.kind = Kind::Ptr;
                out.points = Points::To(holds);
            }
            Node::ImageList { image, len } => {
                let image = graph.images.get(image as usize).filter(|image| len <= image.len);
                let holds =
                    image.and_then(|image| if len == 0 { Some(Held::Nothing) } else { image.holds.map(Held::Of) });
                let holds = holds.ok_or_else(|| Unsound::new("a list has fewer elements than it says"))?;
                out.kind = Kind::List;
                out.points = Points::List(holds);
                out.most = len;
            }
            Node::Load { cell, base, offset } => self.load(&mut out, me, cell, base, offset)?,
            Node::Offset { base, offset } => {
                let from = self.reads(&mut out, me, base)?;
                let place = self.pointee(&from).and_then(|ty| places::at(self.schema, self.layout, ty, offset));
                let place = place.ok_or_else(|| Unsound::new("nothing begins at its offset"))?;
                out.kind = Kind::Ptr;
                out.points = Points::To(place.ty);
                out.sure = sure(&from, base, &place);
            }
            Node::Element { of, n } => self.element(&mut out, me, of, n)?,
            Node::Gathered { of, n, kind } => self.gathered(&mut out, me, of, n, kind)?,
            Node::Result { of, n, kind } => self.result(&mut out, me, of, n, kind)?,
            Node::Not(a) => {
                self.reads_sure(&mut out, me, a, Kind::Bool)?;
            }
            Node::And(a, b) | Node::Or(a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Bool)?;
                self.reads_sure(&mut out, me, b, Kind::Bool)?;
            }
            Node::Select(c, a, b) => self.select(&mut out, me, c, a, b)?,
            Node::Compare(_, a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Int)?;
                self.reads_sure(&mut out, me, b, Kind::Int)?;
            }
            Node::Arith(op, a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Int)?;
                self.reads_sure(&mut out, me, b, Kind::Int)?;
                out.kind = Kind::Int;
                let divides = matches!(op, Arith::IntDiv | Arith::IntRem | Arith::DecimalDiv | Arith::DurationDiv);
                if divides && !matches!(self.node_at(b), Node::Int(n) if n != 0) {
                    return Err(Unsound::new("it divides by what may be zero"));
                }
            }
            Node::Min(a, b) | Node::Max(a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Int)?;
                self.reads_sure(&mut out, me, b, Kind::Int)?;
                out.kind = Kind::Int;
            }
            Node::Text(_, a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Str)?;
                self.reads_sure(&mut out, me, b, Kind::Str)?;
            }
            Node::Matches { pattern, text } => {
                within(pattern, graph.patterns.len())?;
                self.reads_sure(&mut out, me, text, Kind::Str)?;
            }
            Node::Net2(_, a, b) => {
                self.reads_sure(&mut out, me, a, Kind::Net)?;
                self.reads_sure(&mut out, me, b, Kind::Net)?;
            }
            Node::Len(list) => {
                self.reads_sure(&mut out, me, list, Kind::List)?;
                out.kind = Kind::Int;
            }
            Node::At { list, stride, last: _, blank } => self.end(&mut out, me, list, stride, blank)?,
            Node::InInts { table, value } => {
                within(table, graph.ints.len())?;
                self.reads_sure(&mut out, me, value, Kind::Int)?;
            }
            Node::InStrs { table, value } => {
                within(table, graph.texts.len())?;
                self.reads_sure(&mut out, me, value, Kind::Str)?;
            }
        }
        Ok(out)
    }

    fn root(&self, root: Root, roots: &mut Roots) -> Result<crate::schema::RecordId, Unsound> {
        Ok(match root {
            Root::Facts => {
                roots.facts = true;
                self.start.arguments
            }
            Root::Key => {
                roots.key = true;
                self.start.key
            }
            Root::Event(id) => {
                if self.schema.record(id).is_none_or(|def| def.role != Role::Event) {
                    return Err(Unsound::new("there is no such event"));
                }
                roots.event = Some(id);
                id
            }
        })
    }

    fn pointee(&self, value: &Value) -> Option<Type> {
        match value.points {
            Points::To(ty) => Some(ty),
            Points::Nowhere | Points::List(_) => None,
        }
    }

    fn load(&mut self, out: &mut Value, me: Id, cell: Cell, base: Id, offset: u32) -> Result<(), Unsound> {
        let from = self.reads(out, me, base)?;
        let place = self.pointee(&from).and_then(|ty| places::cell(self.schema, self.layout, ty, offset, cell));
        let place = place.ok_or_else(|| Unsound::new("no such value stands at its offset"))?;
        out.kind = cell.kind();
        match cell {
            // Any bits are a number.
            Cell::Bool | Cell::Case | Cell::Int | Cell::Net => {}
            Cell::Str => out.sure = sure(&from, base, &place),
            Cell::List => {
                out.sure = sure(&from, base, &place);
                let held = element(self.schema, place.ty).ok_or_else(|| Unsound::new("a list holds nothing"))?;
                out.points = Points::List(Held::Of(held));
                out.most = self.longest;
            }
        }
        Ok(())
    }

    fn select(&mut self, out: &mut Value, me: Id, c: Id, a: Id, b: Id) -> Result<(), Unsound> {
        self.reads_sure(out, me, c, Kind::Bool)?;
        let mut then = self.reads(out, me, a)?;
        let otherwise = self.reads(out, me, b)?;
        if then.kind != otherwise.kind {
            return Err(Unsound::new("it chooses between values of different kinds"));
        }
        if let (Node::Load { cell: Cell::Bool, base, offset }, Sure::If(of, at)) = (self.node_at(c), then.sure)
            && (base, offset) == (of, at)
        {
            then.sure = Sure::Yes;
        }
        out.kind = then.kind;
        out.most = then.most.max(otherwise.most);
        out.sure = match (then.sure, otherwise.sure) {
            (x, y) if x == y => x,
            (Sure::Yes, other) | (other, Sure::Yes) => other,
            _ => Sure::No,
        };
        out.points = match (then.points, otherwise.points) {
            (Points::To(x), Points::To(y)) => Points::To(self.shared(x, y)?),
            (Points::List(x), Points::List(y)) => Points::List(self.either(x, y)?),
            (x, _) => x,
        };
        Ok(())
    }

    fn end(&mut self, out: &mut Value, me: Id, list: Id, stride: u32, blank: Id) -> Result<(), Unsound> {
        let of = self.reads_sure(out, me, list, Kind::List)?;
        let other = self.reads_sure(out, me, blank, Kind::Ptr)?;
        let other = self.pointee(&other).ok_or_else(|| Unsound::new("nothing stands at its blank"))?;
        out.kind = Kind::Ptr;
        out.points = match self.elements(&of)? {
            Held::Of(ty) if self.size(ty) == Some(stride) => Points::To(self.shared(ty, other)?),
            Held::Of(_) => return Err(Unsound::new("its steps are not as long as an element")),
            Held::Nothing | Held::Later(_) => Points::To(other),
        };
        Ok(())
    }

    /// Whether a key's cell stands in an element.
    pub(super) fn is_key(&self, of: Type, cell: Cell, offset: u32) -> bool {
        let place = places::cell(self.schema, self.layout, of, offset, cell);
        place.is_some_and(|place| cell != Cell::List && cell_of(place.ty) == Some(cell))
    }
}

/// Whether what stands at a place is there: in an optional only where that is present.
fn sure(from: &Value, base: Id, place: &places::Place) -> Sure {
    match (place.crossed, from.sure) {
        (0, sure) => sure,
        (1, Sure::Yes) => Sure::If(base, place.presence),
        _ => Sure::No,
    }
}
