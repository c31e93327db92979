//! Lists and sets: membership, comparison, length, ends.
//!
//! A list in memory is run over; one made in the policy is laid out; a choice asks both.

use trust_runtime::graph::{Arith, Compare, Id, Image, Kind, Loop, NetTest, Node, Text};

use super::values::{ListVal, Val};
use super::{Lowering, image, layout};
use crate::native::schema::convert;
use crate::program::ty::Ty;

impl Lowering<'_> {
    /// A set of values: constants without repetition, the rest as they come (no question tells the difference, but for
    /// `count`, `first`, `last` and runs, for which they are put in order).
    pub(super) fn set_of(&mut self, vals: Vec<Val>, element: &Ty) -> Val {
        let constant = vals.iter().all(|v| matches!(v, Val::Node(id) if self.is_constant(*id)));
        if constant {
            let mut ids: Vec<Id> = vals.iter().map(|v| self.node(v)).collect();
            ids.sort_by(|a, b| self.constant_order(*a, *b));
            ids.dedup();
            return Val::List(ListVal::Items(ids.into_iter().map(Val::Node).collect::<Vec<_>>().into()));
        }
        let _ = element;
        let ids: Vec<Id> = vals.iter().map(|v| self.node(v)).collect();
        Val::List(self.sorted(&ids))
    }

    /// Scalars in order and without repetition, though which of them are equal is only known when deciding: the k-th element is
    /// the one with k smaller ones, and the length is a choice.
    fn sorted(&mut self, ids: &[Id]) -> ListVal {
        if ids.len() <= 1 {
            return ListVal::Items(ids.iter().copied().map(Val::Node).collect::<Vec<_>>().into());
        }
        let zero = self.g.int(0);
        let one = self.g.int(1);
        // The first of equal ones counts.
        let mut counts = Vec::with_capacity(ids.len());
        for (i, x) in ids.iter().enumerate() {
            let mut first = self.g.bool(true);
            for y in ids.iter().take(i) {
                let same = self.equal(*x, *y);
                let differs = self.g.not(same);
                first = self.g.and(first, differs);
            }
            counts.push(first);
        }
        let mut ranks = Vec::with_capacity(ids.len());
        for x in ids {
            let mut rank = zero;
            for (y, counted) in ids.iter().zip(&counts) {
                let less = self.less(*y, *x);
                let counted = self.g.and(*counted, less);
                let more = self.g.arith(Arith::IntAdd, rank, one);
                rank = self.g.select(counted, more, rank);
            }
            ranks.push(rank);
        }
        let mut items = Vec::with_capacity(ids.len());
        let mut length = zero;
        for k in 0..ids.len() {
            let k = self.g.int(k as i64);
            let Some(mut item) = ids.first().copied() else { break };
            for (x, rank) in ids.iter().zip(&ranks) {
                let here = self.g.compare(Compare::Eq, *rank, k);
                item = self.g.select(here, *x, item);
            }
            items.push(Val::Node(item));
        }
        for counted in counts {
            let more = self.g.arith(Arith::IntAdd, length, one);
            length = self.g.select(counted, more, length);
        }
        let mut list = ListVal::Items(items.iter().take(1).cloned().collect::<Vec<_>>().into());
        for n in 2..=items.len() {
            let n_id = self.g.int(n as i64);
            let is = self.g.compare(Compare::Ge, length, n_id);
            let longer = ListVal::Items(items.iter().take(n).cloned().collect::<Vec<_>>().into());
            list = match self.g.node(is) {
                Node::Bool(true) => longer,
                Node::Bool(false) => list,
                _ => ListVal::Choice(is, longer.into(), list.into()),
            };
        }
        list
    }

    /// The order of sets.
    fn less(&mut self, a: Id, b: Id) -> Id {
        match self.g.kind(a) {
            Kind::Bool => {
                let not = self.g.not(a);
                self.g.and(not, b)
            }
            Kind::Str => self.g.text(Text::Less, a, b),
            Kind::Net => self.g.net_test(NetTest::Less, a, b),
            Kind::Int | Kind::Ptr | Kind::List => self.g.compare(Compare::Lt, a, b),
        }
    }

    fn is_constant(&self, id: Id) -> bool {
        matches!(self.g.node(id), Node::Bool(_) | Node::Int(_) | Node::Str(_) | Node::Net(_))
    }

    fn constant_order(&self, a: Id, b: Id) -> std::cmp::Ordering {
        match (self.g.node(a), self.g.node(b)) {
            (Node::Bool(x), Node::Bool(y)) => x.cmp(&y),
            (Node::Int(x), Node::Int(y)) => x.cmp(&y),
            (Node::Str(x), Node::Str(y)) => self.g.string(x).cmp(self.g.string(y)),
            (Node::Net(x), Node::Net(y)) => net_order(self.g.net_bytes(x)).cmp(&net_order(self.g.net_bytes(y))),
            // Of one type, so of one kind.
            _ => std::cmp::Ordering::Equal,
        }
    }

    pub(super) fn length(&mut self, xs: &ListVal) -> Id {
        match xs {
            ListVal::Memory(list) => self.g.len_of(*list),
            ListVal::Items(items) => self.g.int(items.len() as i64),
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.length(a), self.length(b));
                self.g.select(*c, a, b)
            }
        }
    }

    /// `x in xs`
    pub(super) fn contains(&mut self, xs: &ListVal, x: Id, element: &Ty) -> Id {
        match xs {
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.contains(a, x, element), self.contains(b, x, element));
                self.g.select(*c, a, b)
            }
            ListVal::Items(items) => self.in_items(items, x),
            ListVal::Memory(list) => {
                let stride = self.layouts.stride(element);
                let Some(cell) = layout::cell(element) else { return self.g.bool(false) };
                let run = self.g.open_loop();
                let at = self.g.element(run, 0);
                let item = self.g.load(cell, at, 0);
                let found = self.equal(item, x);
                let no = self.g.bool(false);
                let before = self.g.gathered(run, 0, Kind::Bool);
                let next = self.g.or(before, found);
                let results = self.g.close_loop(
                    run,
                    Loop {
                        list: *list,
                        stride,
                        window: 1,
                        start: vec![no],
                        next: vec![next],
                        stop: Some(found),
                        index: None,
                    },
                );
                results.first().copied().unwrap_or(no)
            }
        }
    }

    fn in_items(&mut self, items: &[Val], x: Id) -> Id {
        let ids: Vec<Id> = items.iter().map(|i| self.node(i)).collect();
        let mut ints = Vec::new();
        let mut strs: Vec<Box<[u8]>> = Vec::new();
        let mut any = self.g.bool(false);
        for id in ids {
            match self.g.node(id) {
                Node::Int(n) => ints.push(n),
                Node::Str(s) => strs.push(self.g.string(s).into()),
                _ => {
                    let is = self.equal(x, id);
                    any = self.g.or(any, is);
                }
            }
        }
        if !ints.is_empty() {
            let is = self.g.in_ints(ints, x);
            any = self.g.or(is, any);
        }
        if !strs.is_empty() {
            let is = self.g.in_strs(strs, x);
            any = self.g.or(is, any);
        }
        any
    }

    /// Every element of `a` is in `b`.
    pub(super) fn subset(&mut self, a: &ListVal, b: &ListVal, element: &Ty) -> Id {
        self.every(a, element, &mut |this, x| this.contains(b, x, element))
    }

    pub(super) fn intersects(&mut self, a: &ListVal, b: &ListVal, element: &Ty) -> Id {
        let none = self.every(a, element, &mut |this, x| {
            let is = this.contains(b, x, element);
            this.g.not(is)
        });
        self.g.not(none)
    }

    /// Whether something holds of every element of a list of scalars.
    fn every(&mut self, xs: &ListVal, element: &Ty, what: &mut dyn FnMut(&mut Self, Id) -> Id) -> Id {
        match xs {
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.every(a, element, what), self.every(b, element, what));
                self.g.select(*c, a, b)
            }
            ListVal::Items(items) => {
                let mut all = self.g.bool(true);
                for item in items.iter() {
                    let x = self.node(item);
                    let holds = what(self, x);
                    all = self.g.and(all, holds);
                }
                all
            }
            ListVal::Memory(list) => {
                let stride = self.layouts.stride(element);
                let yes = self.g.bool(true);
                let Some(cell) = layout::cell(element) else { return yes };
                let run = self.g.open_loop();
                let at = self.g.element(run, 0);
                let item = self.g.load(cell, at, 0);
                let holds = what(self, item);
                let fails = self.g.not(holds);
                let before = self.g.gathered(run, 0, Kind::Bool);
                let next = self.g.and(before, holds);
                let results = self.g.close_loop(
                    run,
                    Loop {
                        list: *list,
                        stride,
                        window: 1,
                        start: vec![yes],
                        next: vec![next],
                        stop: Some(fails),
                        index: None,
                    },
                );
                results.first().copied().unwrap_or(yes)
            }
        }
    }

    /// The first or last element, absent where there is none.
    pub(super) fn end(&mut self, xs: &ListVal, element: &Ty, last: bool) -> Val {
        match xs {
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.end(a, element, last), self.end(b, element, last));
                self.choose(*c, &a, &b, &element.clone().optional())
            }
            ListVal::Items(items) => {
                let found = if last { items.last() } else { items.first() };
                found.cloned().unwrap_or(Val::Absent)
            }
            ListVal::Memory(list) => {
                let n = self.g.len_of(*list);
                let zero = self.g.int(0);
                let present = self.g.compare(Compare::Gt, n, zero);
                let stride = self.layouts.stride(element);
                // Never read at an address that may not be one.
                let blank = match element {
                    Ty::Record(id) => self.blank(*id),
                    _ => self.blank_scalar(element),
                };
                let address = self.g.at(*list, stride, last, blank);
                let value = self.at(element, address, 0);
                Val::Optional { present, value: value.into() }
            }
        }
    }

    /// The address of a zero of this type.
    fn blank_scalar(&mut self, ty: &Ty) -> Id {
        let holds = convert(self.schema, ty);
        if let Some(known) = self.blank_scalars.get(&holds) {
            return *known;
        }
        let bytes = vec![0; self.layouts.stride(ty) as usize];
        let mut image = Image { holds: Some(holds), len: 1, bytes, pointers: Vec::new() };
        image::families(self.types(), self.layouts, ty, 0, &mut image.bytes);
        let image = self.g.image(image);
        let address = self.g.image_address(image);
        self.blank_scalars.insert(holds, address);
        address
    }
}

/// Family, address, prefix.
fn net_order(bytes: [u8; 24]) -> (u8, [u8; 24], u8) {
    let mut address = bytes;
    address[16..].fill(0);
    (bytes[16], address, bytes[17])
}
