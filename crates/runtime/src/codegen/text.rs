//! Strings in generated code: words of bytes are compared where they stand, without a call.
//!
//! A string's ends are its first and last eight bytes as words (they overlap in a short one; see [`ends_of`]). Two strings of
//! one length up to sixteen bytes are equal where their ends are; a longer one is compared in the middle too.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Type, Value, types};

use super::emit::Emit;
use super::link::Place;
use super::tables::{IN_LINE, SPREAD, ends_of};
use crate::graph::{Id, Node, Text};

/// Strings stand anywhere, and do not change while they are read.
fn flags() -> MemFlagsData {
    MemFlagsData::new().with_notrap().with_readonly()
}

impl Emit<'_> {
    /// Goes to one block or the other.
    pub(super) fn text(&mut self, op: Text, a: Id, b: Id, yes: Block, no: Block) {
        if op == Text::Eq {
            for (x, y) in [(a, b), (b, a)] {
                if let Some(constant) = self.short_constant(y) {
                    return self.text_is(x, &constant, yes, no);
                }
            }
        }
        if let (Text::StartsWith | Text::EndsWith, Some(constant)) = (op, self.short_constant(b)) {
            return self.text_has(a, &constant, op == Text::EndsWith, yes, no);
        }
        let name = match op {
            Text::Eq => return self.text_equal(a, b, yes, no),
            Text::Less => "text_less",
            Text::In => "text_in",
            Text::StartsWith => "text_starts",
            Text::EndsWith => "text_ends",
        };
        let ((p, n), (q, m)) = (self.two(a), self.two(b));
        let found = self.call(name, &[p, n, q, m]);
        self.b.ins().brif(found, yes, &[], no, &[]);
    }

    fn short_constant(&self, id: Id) -> Option<Vec<u8>> {
        let Node::Str(s) = self.graph.node(id) else { return None };
        let constant = self.graph.string(s);
        (constant.len() <= 64).then(|| constant.to_vec())
    }

    /// On to a new block where the condition holds, else to `no`.
    fn when(&mut self, condition: Value, no: Block) {
        let more = self.b.create_block();
        self.b.ins().brif(condition, more, &[], no, &[]);
        self.b.switch_to_block(more);
    }

    /// Equality with a short constant: its length, then its words.
    fn text_is(&mut self, id: Id, constant: &[u8], yes: Block, no: Block) {
        let (at, len) = self.two(id);
        let same = self.b.ins().icmp_imm_s(IntCC::Equal, len, constant.len() as i64);
        self.when(same, no);
        let alike = self.bytes_are(at, constant);
        self.b.ins().brif(alike, yes, &[], no, &[]);
    }

    /// Whether a string starts or ends with a short constant.
    fn text_has(&mut self, id: Id, constant: &[u8], at_end: bool, yes: Block, no: Block) {
        let (at, len) = self.two(id);
        let size = constant.len() as i64;
        let enough = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, len, size);
        self.when(enough, no);
        let mut from = at;
        if at_end {
            let end = self.b.ins().iadd(at, len);
            from = self.b.ins().iadd_imm_s(end, -size);
        }
        let alike = self.bytes_are(from, constant);
        self.b.ins().brif(alike, yes, &[], no, &[]);
    }

    /// Whether these bytes stand there, which so many may be read from; words overlap rather than be short.
    fn bytes_are(&mut self, at: Value, constant: &[u8]) -> Value {
        let size = constant.len();
        let (ty, step) = match size {
            0 => return self.b.ins().iconst(types::I8, 1),
            8.. => (types::I64, 8),
            4..=7 => (types::I32, 4),
            2..=3 => (types::I16, 2),
            _ => (types::I8, 1),
        };
        let mut offsets: Vec<usize> = (0..=size - step).step_by(step).collect();
        if !size.is_multiple_of(step) {
            offsets.push(size - step);
        }
        let mut differing: Option<Value> = None;
        for offset in offsets {
            let mut word = [0u8; 8];
            if let (Some(to), Some(from)) = (word.get_mut(..step), constant.get(offset..offset + step)) {
                to.copy_from_slice(from);
            }
            let loaded = self.wide(ty, at, offset as i32);
            let wanted = self.word(i64::from_le_bytes(word));
            let difference = self.b.ins().bxor(loaded, wanted);
            differing = Some(match differing {
                Some(before) => self.b.ins().bor(before, difference),
                None => difference,
            });
        }
        match differing {
            Some(d) => self.b.ins().icmp_imm_s(IntCC::Equal, d, 0),
            None => self.b.ins().iconst(types::I8, 1),
        }
    }

    fn wide(&mut self, ty: Type, at: Value, offset: i32) -> Value {
        let loaded = self.b.ins().load(ty, flags(), at, offset);
        if ty == types::I64 { loaded } else { self.b.ins().uextend(types::I64, loaded) }
    }

    /// Computes the ends of a string here, if it is one that others may be compared with.
    pub(super) fn prepare(&mut self, id: Id) {
        if !matches!(self.graph.node(id), Node::Str(_)) {
            self.ends(id);
        }
    }

    /// First and last word of a string, as [`ends_of`] defines them.
    fn ends(&mut self, id: Id) -> (Value, Value) {
        if let Some(known) = self.scopes.iter().rev().find_map(|s| s.ends.get(&id)) {
            return *known;
        }
        if let Node::Str(s) = self.graph.node(id) {
            let (head, tail) = ends_of(self.graph.string(s));
            return (self.word(head as i64), self.word(tail as i64));
        }
        let (at, len) = self.two(id);
        let found = self.ends_at(at, len);
        if let Some(scope) = self.scopes.last_mut() {
            scope.ends.insert(id, found);
        }
        found
    }

    fn ends_at(&mut self, at: Value, len: Value) -> (Value, Value) {
        let [long, short, end] = [(); 3].map(|()| self.b.create_block());
        self.b.set_cold_block(short);
        let head = self.b.append_block_param(end, types::I64);
        let tail = self.b.append_block_param(end, types::I64);
        let is_long = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, len, 8);
        self.b.ins().brif(is_long, long, &[], short, &[]);

        self.b.switch_to_block(long);
        let last = self.b.ins().iadd(at, len);
        let (x, y) = (self.wide(types::I64, at, 0), self.wide(types::I64, last, -8));
        self.b.ins().jump(end, &[BlockArg::Value(x), BlockArg::Value(y)]);

        self.b.switch_to_block(short);
        let (x, y) = self.short_ends(at, len);
        self.b.ins().jump(end, &[BlockArg::Value(x), BlockArg::Value(y)]);
        self.b.switch_to_block(end);
        (head, tail)
    }

    /// The ends of a string of less than eight bytes: not often asked for.
    fn short_ends(&mut self, at: Value, len: Value) -> (Value, Value) {
        let [middle, tiny, some, end] = [(); 4].map(|()| self.b.create_block());
        for cold in [middle, tiny, some, end] {
            self.b.set_cold_block(cold);
        }
        let head = self.b.append_block_param(end, types::I64);
        let tail = self.b.append_block_param(end, types::I64);
        let is_middle = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, len, 4);
        self.b.ins().brif(is_middle, middle, &[], tiny, &[]);

        self.b.switch_to_block(middle);
        let last = self.b.ins().iadd(at, len);
        let (x, y) = (self.wide(types::I32, at, 0), self.wide(types::I32, last, -4));
        self.b.ins().jump(end, &[BlockArg::Value(x), BlockArg::Value(y)]);

        self.b.switch_to_block(tiny);
        let zero = self.word(0);
        self.b.ins().brif(len, some, &[], end, &[BlockArg::Value(zero), BlockArg::Value(zero)]);

        self.b.switch_to_block(some);
        let last = self.b.ins().iadd(at, len);
        let half = self.b.ins().ushr_imm_u(len, 1);
        let half = self.b.ins().iadd(at, half);
        let (x, y, z) = (self.wide(types::I8, at, 0), self.wide(types::I8, half, 0), self.wide(types::I8, last, -1));
        let y = self.b.ins().ishl_imm_u(y, 8);
        let y = self.b.ins().bor(y, z);
        self.b.ins().jump(end, &[BlockArg::Value(x), BlockArg::Value(y)]);
        self.b.switch_to_block(end);
        (head, tail)
    }

    /// The ends of a string, if they are at hand.
    fn known_ends(&mut self, id: Id) -> Option<(Value, Value)> {
        let known = self.scopes.iter().rev().any(|s| s.ends.contains_key(&id));
        (known || matches!(self.graph.node(id), Node::Str(_))).then(|| self.ends(id))
    }

    fn text_equal(&mut self, a: Id, b: Id, yes: Block, no: Block) {
        let (a, b) = if self.known_ends(a).is_some() { (b, a) } else { (a, b) };
        let ((p, n), (q, m)) = (self.two(a), self.two(b));
        let known = self.known_ends(b);
        let same = self.b.ins().icmp(IntCC::Equal, n, m);
        self.when(same, no);
        let (long, short) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(short);
        let is_long = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, n, 8);
        self.b.ins().brif(is_long, long, &[], short, &[]);

        self.b.switch_to_block(short);
        let (head, tail) = self.short_ends(p, n);
        let (other_head, other_tail) = known.unwrap_or_else(|| self.short_ends(q, m));
        let heads = self.b.ins().bxor(head, other_head);
        let tails = self.b.ins().bxor(tail, other_tail);
        let differing = self.b.ins().bor(heads, tails);
        self.b.ins().brif(differing, no, &[], yes, &[]);

        self.b.switch_to_block(long);
        let other = match known {
            Some((head, _)) => head,
            None => self.wide(types::I64, q, 0),
        };
        let head = self.wide(types::I64, p, 0);
        let alike = self.b.ins().icmp(IntCC::Equal, other, head);
        self.when(alike, no);
        let other = match known {
            Some((_, tail)) => tail,
            None => {
                let last = self.b.ins().iadd(q, m);
                self.wide(types::I64, last, -8)
            }
        };
        let last = self.b.ins().iadd(p, n);
        let tail = self.wide(types::I64, last, -8);
        let alike = self.b.ins().icmp(IntCC::Equal, other, tail);
        self.when(alike, no);
        self.middles(p, q, n, usize::MAX, yes, no);
    }

    /// Whether what lies between the first and the last eight bytes of two strings of one length is equal: up to 32 bytes two
    /// words at once, which overlap in shorter ones, beyond that word by word. No string is longer than `longest`.
    fn middles(&mut self, p: Value, q: Value, len: Value, longest: usize, yes: Block, no: Block) {
        let middle = self.b.create_block();
        let is_long = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, len, 16);
        self.b.ins().brif(is_long, middle, &[], yes, &[]);
        self.b.switch_to_block(middle);
        let (ends_p, ends_q) = (self.b.ins().iadd(p, len), self.b.ins().iadd(q, len));
        let mut differing = self.differing((p, 8), (q, 8));
        if longest > 24 {
            let second = self.differing((ends_p, -16), (ends_q, -16));
            differing = self.b.ins().bor(differing, second);
        }
        let alike = self.b.ins().icmp_imm_s(IntCC::Equal, differing, 0);
        if longest <= 32 {
            self.b.ins().brif(alike, yes, &[], no, &[]);
            return;
        }
        self.when(alike, no);
        let (head, body, longer) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let at = self.b.append_block_param(head, types::I64);
        let is_longer = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, len, 32);
        self.b.ins().brif(is_longer, longer, &[], yes, &[]);
        self.b.switch_to_block(longer);
        let first = self.word(16);
        let stop = self.b.ins().iadd_imm_s(len, -16);
        self.b.ins().jump(head, &[BlockArg::Value(first)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::SignedLessThan, at, stop);
        self.b.ins().brif(more, body, &[], yes, &[]);
        self.b.switch_to_block(body);
        let (x, y) = (self.b.ins().iadd(p, at), self.b.ins().iadd(q, at));
        let differing = self.differing((x, 0), (y, 0));
        let next = self.b.ins().iadd_imm_s(at, 8);
        self.b.ins().brif(differing, no, &[], head, &[BlockArg::Value(next)]);
    }

    /// Two words: 0 where they are alike.
    fn differing(&mut self, (p, at): (Value, i32), (q, other): (Value, i32)) -> Value {
        let (x, y) = (self.wide(types::I64, p, at), self.wide(types::I64, q, other));
        self.b.ins().bxor(x, y)
    }

    /// Membership in constants: one candidate by a hash of length and ends, and then that one alone.
    pub(super) fn in_texts(&mut self, table: u32, id: Id, yes: Block, no: Block) {
        let (at, len) = self.two(id);
        let Some(texts) = self.tables.texts.get(table as usize) else {
            self.b.ins().jump(no, &[]);
            return;
        };
        let longest = texts.longest();
        let Some(key) = texts.perfect() else {
            let table = self.address(Place::Texts(table));
            let found = self.call("text_table", &[table, at, len]);
            self.b.ins().brif(found, yes, &[], no, &[]);
            return;
        };
        let (head, tail) = match key.window {
            Some(window) => {
                let enough = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, len, window as i64 + 8);
                self.when(enough, no);
                let last = self.b.ins().iadd(at, len);
                (self.wide(types::I64, at, 0), self.wide(types::I64, last, -8))
            }
            None => self.ends(id),
        };
        let telling = match key.window {
            Some(window) if window > 0 => self.wide(types::I64, at, window as i32),
            _ => head,
        };
        let spread = self.word(SPREAD as i64);
        let product = self.b.ins().imul(tail, spread);
        let mixed = self.b.ins().iadd(telling, product);
        let mixed = self.b.ins().bxor(mixed, len);
        let factor = self.word(key.factor as i64);
        let product = self.b.ins().imul(mixed, factor);
        let slot = self.b.ins().ushr_imm_u(product, i64::from(key.shift));
        // Four words a slot: length, head, tail, and where the bytes are.
        let offset = self.b.ins().ishl_imm_u(slot, 5);
        let base = self.address(Place::Slots(table));
        let place = self.b.ins().iadd(base, offset);
        let words = MemFlagsData::trusted().with_readonly();
        let mut differing: Option<Value> = None;
        for (n, value) in [len, head, tail].into_iter().enumerate() {
            let wanted = self.b.ins().load(types::I64, words, place, n as i32 * 8);
            let difference = self.b.ins().bxor(wanted, value);
            differing = Some(match differing {
                Some(before) => self.b.ins().bor(before, difference),
                None => difference,
            });
        }
        if let Some(differing) = differing {
            let alike = self.b.ins().icmp_imm_s(IntCC::Equal, differing, 0);
            self.when(alike, no);
        }
        if longest <= 16 {
            self.b.ins().jump(yes, &[]);
            return;
        }
        let bytes = self.b.ins().load(types::I64, words, place, 24);
        self.middles(at, bytes, len, longest, yes, no);
    }

    /// As the function of the same name in `tables`; what it does not compute by itself is the intrinsic's.
    pub(super) fn text_hash(&mut self, at: Value, len: Value) -> Value {
        let [in_line, other, end] = [(); 3].map(|()| self.b.create_block());
        let hash = self.b.append_block_param(end, types::I64);
        let (least, most) = (*IN_LINE.start() as i64, *IN_LINE.end() as i64);
        let beyond = self.b.ins().iadd_imm_s(len, -least);
        let is_usual = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, beyond, most - least);
        self.b.ins().brif(is_usual, in_line, &[], other, &[]);

        self.b.switch_to_block(in_line);
        let (eight, none) = (self.word(8), self.word(0));
        let second = self.b.ins().umin(beyond, eight);
        let third = self.b.ins().iadd_imm_s(len, -16);
        let third = self.b.ins().smax(third, none);
        let [second, third, last] = [second, third, beyond].map(|offset| self.b.ins().iadd(at, offset));
        let [first, second, third, last] = [at, second, third, last].map(|at| self.wide(types::I64, at, 0));
        let start = self.mix(len, first);
        let start = self.mix(start, second);
        let spread = self.word(SPREAD as i64);
        let rest = self.mix(spread, last);
        let rest = self.mix(rest, third);
        let all = self.mix(start, rest);
        self.b.ins().jump(end, &[BlockArg::Value(all)]);

        self.b.switch_to_block(other);
        let all = self.call("text_hash", &[at, len]);
        self.b.ins().jump(end, &[BlockArg::Value(all)]);
        self.b.switch_to_block(end);
        hash
    }

    /// A word more of a hash.
    pub(super) fn mix(&mut self, hash: Value, word: Value) -> Value {
        let mixed = self.b.ins().bxor(hash, word);
        let spread = self.word(SPREAD as i64);
        let product = self.b.ins().imul(mixed, spread);
        let high = self.b.ins().ushr_imm_u(product, 32);
        self.b.ins().bxor(product, high)
    }
}
