//! Building: equal nodes are one, constants fold.

use super::{Arith, Cell, Compare, FOREVER, Graph, Id, Image, Kind, Loop, LoopId, NetTest, Node, Root, Text};
use crate::{decimal, int, time};

impl Graph {
    fn intern(&mut self, node: Node, kind: Kind) -> Id {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = Id(self.nodes.len() as u32);
        self.nodes.push(node);
        self.kinds.push(kind);
        self.known.insert(node, id);
        id
    }

    pub fn bool(&mut self, value: bool) -> Id {
        self.intern(Node::Bool(value), Kind::Bool)
    }

    pub fn int(&mut self, value: i64) -> Id {
        self.intern(Node::Int(value), Kind::Int)
    }

    pub fn forever(&mut self) -> Id {
        self.int(FOREVER)
    }

    pub fn str(&mut self, text: &[u8]) -> Id {
        let index = match self.known_strings.get(text) {
            Some(index) => *index,
            None => {
                let index = self.strings.len() as u32;
                self.strings.push(text.into());
                self.known_strings.insert(text.into(), index);
                index
            }
        };
        self.intern(Node::Str(index), Kind::Str)
    }

    pub fn net(&mut self, bytes: [u8; 24]) -> Id {
        let index = match self.known_nets.get(&bytes) {
            Some(index) => *index,
            None => {
                let index = self.nets.len() as u32;
                self.nets.push(bytes);
                self.known_nets.insert(bytes, index);
                index
            }
        };
        self.intern(Node::Net(index), Kind::Net)
    }

    pub fn net_bytes(&self, index: u32) -> [u8; 24] {
        self.nets.get(index as usize).copied().unwrap_or([0; 24])
    }

    pub fn pattern(&mut self, source: &str) -> u32 {
        if let Some(index) = self.patterns.iter().position(|p| p == source) {
            return index as u32;
        }
        self.patterns.push(source.to_owned());
        self.patterns.len() as u32 - 1
    }

    pub fn image(&mut self, image: Image) -> u32 {
        self.images.push(image);
        self.images.len() as u32 - 1
    }

    pub fn images_len(&self) -> u32 {
        self.images.len() as u32
    }

    pub fn image_address(&mut self, image: u32) -> Id {
        self.intern(Node::Image(image), Kind::Ptr)
    }

    pub fn image_list(&mut self, image: u32, len: u64) -> Id {
        self.intern(Node::ImageList { image, len }, Kind::List)
    }

    pub fn root(&mut self, root: Root) -> Id {
        self.intern(Node::Root(root), Kind::Ptr)
    }

    pub fn now(&mut self) -> Id {
        self.intern(Node::Now, Kind::Int)
    }

    pub fn floor(&mut self) -> Id {
        self.intern(Node::Floor, Kind::Int)
    }

    pub fn prior(&mut self, trigger: u32) -> Id {
        self.intern(Node::Prior(trigger), Kind::Bool)
    }

    pub fn load(&mut self, cell: Cell, base: Id, offset: u32) -> Id {
        if let Node::Offset { base, offset: more } = self.node(base) {
            return self.load(cell, base, offset.saturating_add(more));
        }
        self.intern(Node::Load { cell, base, offset }, cell.kind())
    }

    pub fn offset(&mut self, base: Id, offset: u32) -> Id {
        if offset == 0 {
            return base;
        }
        if let Node::Offset { base, offset: more } = self.node(base) {
            return self.offset(base, offset.saturating_add(more));
        }
        self.intern(Node::Offset { base, offset }, Kind::Ptr)
    }

    pub fn len_of(&mut self, list: Id) -> Id {
        if let Node::ImageList { len, .. } = self.node(list) {
            return self.int(len as i64);
        }
        self.intern(Node::Len(list), Kind::Int)
    }

    pub fn at(&mut self, list: Id, stride: u32, last: bool, blank: Id) -> Id {
        self.intern(Node::At { list, stride, last, blank }, Kind::Ptr)
    }

    // ---- truth ------------------------------------------------------------------------------------------

    fn as_bool(&self, id: Id) -> Option<bool> {
        match self.node(id) {
            Node::Bool(b) => Some(b),
            _ => None,
        }
    }

    pub fn as_int(&self, id: Id) -> Option<i64> {
        match self.node(id) {
            Node::Int(n) => Some(n),
            _ => None,
        }
    }

    pub fn not(&mut self, a: Id) -> Id {
        match self.node(a) {
            Node::Bool(b) => self.bool(!b),
            Node::Not(inner) => inner,
            Node::Compare(op, x, y) => {
                let op = match op {
                    Compare::Eq => Compare::Ne,
                    Compare::Ne => Compare::Eq,
                    Compare::Lt => Compare::Ge,
                    Compare::Ge => Compare::Lt,
                    Compare::Gt => Compare::Le,
                    Compare::Le => Compare::Gt,
                };
                self.intern(Node::Compare(op, x, y), Kind::Bool)
            }
            _ => self.intern(Node::Not(a), Kind::Bool),
        }
    }

    pub fn and(&mut self, a: Id, b: Id) -> Id {
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(true), _) => b,
            (_, Some(true)) => a,
            (Some(false), _) | (_, Some(false)) => self.bool(false),
            _ if a == b => a,
            _ => self.intern(Node::And(a, b), Kind::Bool),
        }
    }

    pub fn or(&mut self, a: Id, b: Id) -> Id {
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(false), _) => b,
            (_, Some(false)) => a,
            (Some(true), _) | (_, Some(true)) => self.bool(true),
            _ if a == b => a,
            _ => self.intern(Node::Or(a, b), Kind::Bool),
        }
    }

    pub fn select(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        if then == otherwise {
            return then;
        }
        self.choice(condition, then, otherwise)
    }

    pub(super) fn plain_select(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        if then == otherwise {
            return then;
        }
        match (self.node(condition), self.as_bool(then), self.as_bool(otherwise)) {
            (Node::Bool(true), ..) => then,
            (Node::Bool(false), ..) => otherwise,
            (_, Some(true), Some(false)) => condition,
            (_, Some(false), Some(true)) => self.not(condition),
            (_, Some(true), None) => self.or(condition, otherwise),
            (_, Some(false), None) => {
                let not = self.not(condition);
                self.and(not, otherwise)
            }
            (_, None, Some(false)) => self.and(condition, then),
            (_, None, Some(true)) => {
                let not = self.not(condition);
                self.or(not, then)
            }
            (Node::Not(inner), ..) => self.plain_select(inner, otherwise, then),
            _ if matches!(self.node(then), Node::Select(c, ..) if c == condition) => match self.node(then) {
                Node::Select(_, inner, _) => self.plain_select(condition, inner, otherwise),
                _ => then,
            },
            _ => {
                let kind = self.kind(then);
                self.intern(Node::Select(condition, then, otherwise), kind)
            }
        }
    }

    pub fn compare(&mut self, op: Compare, a: Id, b: Id) -> Id {
        if let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b)) {
            let holds = match op {
                Compare::Eq => x == y,
                Compare::Ne => x != y,
                Compare::Lt => x < y,
                Compare::Le => x <= y,
                Compare::Gt => x > y,
                Compare::Ge => x >= y,
            };
            return self.bool(holds);
        }
        if a == b {
            return self.bool(matches!(op, Compare::Eq | Compare::Le | Compare::Ge));
        }
        if self.as_int(b).is_some()
            && let Some(found) = self.compare_parts(op, a, b)
        {
            return found;
        }
        self.intern(Node::Compare(op, a, b), Kind::Bool)
    }

    /// A choice of constants, or the greater or lesser of two, against a constant: asked of its parts.
    fn compare_parts(&mut self, op: Compare, a: Id, b: Id) -> Option<Id> {
        match (self.node(a), op) {
            (Node::Select(c, x, y), _) if self.as_int(x).is_some() || self.as_int(y).is_some() => {
                let (x, y) = (self.compare(op, x, b), self.compare(op, y, b));
                // Where neither is known, nothing is won.
                (self.as_bool(x).is_some() || self.as_bool(y).is_some()).then(|| self.select(c, x, y))
            }
            (Node::Max(x, y), Compare::Le | Compare::Lt) | (Node::Min(x, y), Compare::Ge | Compare::Gt) => {
                let (x, y) = (self.compare(op, x, b), self.compare(op, y, b));
                Some(self.and(x, y))
            }
            (Node::Max(x, y), Compare::Ge | Compare::Gt) | (Node::Min(x, y), Compare::Le | Compare::Lt) => {
                let (x, y) = (self.compare(op, x, b), self.compare(op, y, b));
                Some(self.or(x, y))
            }
            _ => None,
        }
    }

    pub fn bool_eq(&mut self, a: Id, b: Id) -> Id {
        let not = self.not(b);
        self.select(a, b, not)
    }

    // ---- numbers ----------------------------------------------------------------------------------------

    pub fn min(&mut self, a: Id, b: Id) -> Id {
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => self.int(x.min(y)),
            (Some(FOREVER), _) => b,
            (_, Some(FOREVER)) => a,
            _ if a == b => a,
            _ => self.intern(Node::Min(a.min(b), a.max(b)), Kind::Int),
        }
    }

    pub fn max(&mut self, a: Id, b: Id) -> Id {
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => self.int(x.max(y)),
            (Some(FOREVER), _) | (_, Some(FOREVER)) => self.forever(),
            _ if a == b => a,
            _ => self.intern(Node::Max(a.min(b), a.max(b)), Kind::Int),
        }
    }

    pub fn arith(&mut self, op: Arith, a: Id, b: Id) -> Id {
        if let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b)) {
            return self.int(apply(op, x, y));
        }
        match (op, self.as_int(a), self.as_int(b)) {
            (Arith::IntAdd | Arith::IntSub, _, Some(0)) => return a,
            (Arith::IntAdd, Some(0), _) => return b,
            _ => {}
        }
        self.intern(Node::Arith(op, a, b), Kind::Int)
    }

    // ---- text and networks ------------------------------------------------------------------------------

    pub fn text(&mut self, op: Text, a: Id, b: Id) -> Id {
        if let (Node::Str(x), Node::Str(y)) = (self.node(a), self.node(b)) {
            let (x, y) = (self.string(x), self.string(y));
            let holds = match op {
                Text::Eq => x == y,
                Text::Less => x < y,
                Text::In => x.is_empty() || y.windows(x.len()).any(|w| w == x),
                Text::StartsWith => x.starts_with(y),
                Text::EndsWith => x.ends_with(y),
            };
            return self.bool(holds);
        }
        if a == b {
            return self.bool(op != Text::Less);
        }
        self.intern(Node::Text(op, a, b), Kind::Bool)
    }

    pub fn string(&self, index: u32) -> &[u8] {
        self.strings.get(index as usize).map_or(&[], |s| s)
    }

    pub fn matches(&mut self, pattern: u32, text: Id) -> Id {
        self.intern(Node::Matches { pattern, text }, Kind::Bool)
    }

    pub fn net_test(&mut self, op: NetTest, a: Id, b: Id) -> Id {
        self.intern(Node::Net2(op, a, b), Kind::Bool)
    }

    /// Membership in constants. Few become comparisons, many a table.
    pub fn in_ints(&mut self, mut values: Vec<i64>, value: Id) -> Id {
        values.sort_unstable();
        values.dedup();
        if let Some(n) = self.as_int(value) {
            return self.bool(values.binary_search(&n).is_ok());
        }
        if values.len() <= 4 {
            let mut any = self.bool(false);
            for v in values {
                let v = self.int(v);
                let is = self.compare(Compare::Eq, value, v);
                any = self.or(any, is);
            }
            return any;
        }
        let table = match self.ints.iter().position(|t| *t == values) {
            Some(table) => table as u32,
            None => {
                self.ints.push(values);
                self.ints.len() as u32 - 1
            }
        };
        self.intern(Node::InInts { table, value }, Kind::Bool)
    }

    pub fn in_strs(&mut self, mut values: Vec<Box<[u8]>>, value: Id) -> Id {
        values.sort_unstable();
        values.dedup();
        if let Node::Str(s) = self.node(value) {
            let found = values.binary_search_by(|v| (**v).cmp(self.string(s))).is_ok();
            return self.bool(found);
        }
        if values.len() <= 4 {
            let mut any = self.bool(false);
            for v in values {
                let v = self.str(&v);
                let is = self.text(Text::Eq, value, v);
                any = self.or(any, is);
            }
            return any;
        }
        let table = match self.texts.iter().position(|t| *t == values) {
            Some(table) => table as u32,
            None => {
                self.texts.push(values);
                self.texts.len() as u32 - 1
            }
        };
        self.intern(Node::InStrs { table, value }, Kind::Bool)
    }

    // ---- loops ------------------------------------------------------------------------------------------

    /// A loop whose body is yet to be built.
    pub fn open_loop(&mut self) -> LoopId {
        self.loops.push(None);
        self.open += 1;
        self.depths.push(self.open);
        LoopId(self.loops.len() as u32 - 1)
    }

    pub fn element(&mut self, of: LoopId, n: u32) -> Id {
        self.intern(Node::Element { of, n }, Kind::Ptr)
    }

    pub fn gathered(&mut self, of: LoopId, n: u32, kind: Kind) -> Id {
        self.intern(Node::Gathered { of, n, kind }, kind)
    }

    /// The results, once the body is known.
    pub fn close_loop(&mut self, id: LoopId, mut run: Loop) -> Vec<Id> {
        run.index = self.index_of(id, &run);
        self.close_unindexed(id, run)
    }

    /// The same of a loop that looks at all its elements.
    pub fn close_unindexed(&mut self, id: LoopId, run: Loop) -> Vec<Id> {
        self.open = self.open.saturating_sub(1);
        let kinds: Vec<Kind> = run.start.iter().map(|s| self.kind(*s)).collect();
        if let Some(slot) = self.loops.get_mut(id.0 as usize) {
            *slot = Some(run);
        }
        kinds
            .into_iter()
            .enumerate()
            .map(|(n, kind)| self.intern(Node::Result { of: id, n: n as u32, kind }, kind))
            .collect()
    }
}

/// The same definitions that the interpreter and generated code use.
pub fn apply(op: Arith, a: i64, b: i64) -> i64 {
    match op {
        Arith::IntAdd => int::add(a, b),
        Arith::IntSub => int::sub(a, b),
        Arith::IntMul => int::mul(a, b),
        Arith::IntDiv => int::div(a, b),
        Arith::IntRem => int::rem(a, b),
        Arith::DecimalMul => decimal::mul(a, b),
        Arith::DecimalDiv => decimal::div(a, b),
        Arith::InstantAdd => time::instant_add(a, b),
        Arith::InstantSub => time::instant_sub_duration(a, b),
        Arith::InstantDiff => a.wrapping_sub(b),
        Arith::DurationAdd => time::duration_add(a, b),
        Arith::DurationSub => time::duration_sub(a, b),
        Arith::DurationMul => time::duration_mul_int(a, b),
        Arith::DurationDiv => time::duration_div_int(a, b),
        Arith::AddMonths => time::add_months(a, b),
    }
}
