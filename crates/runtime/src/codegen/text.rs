//! Strings in generated code: words of bytes are compared where they stand, without a call.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::emit::Emit;
use crate::graph::{Id, Node, Text};

impl Emit<'_> {
    pub(super) fn text(&mut self, op: Text, a: Id, b: Id) -> Value {
        if op == Text::Eq {
            for (x, y) in [(a, b), (b, a)] {
                if let Node::Str(s) = self.graph.node(y) {
                    let constant = self.graph.string(s).to_vec();
                    if constant.len() <= 32 {
                        return self.text_is(x, &constant);
                    }
                }
            }
        }
        let name = match op {
            Text::Eq => "text_eq",
            Text::Less => "text_less",
            Text::In => "text_in",
            Text::StartsWith => "text_starts",
            Text::EndsWith => "text_ends",
        };
        let ((p, n), (q, m)) = (self.two(a), self.two(b));
        if op != Text::Eq {
            return self.call(name, &[p, n, q, m]);
        }
        // Most strings differ in length: no call for those.
        let (more, end) = (self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(end, types::I8);
        let same = self.b.ins().icmp(IntCC::Equal, n, m);
        self.b.ins().brif(same, more, &[], end, &[BlockArg::Value(same)]);
        self.b.switch_to_block(more);
        let equal = self.call(name, &[p, n, q, m]);
        self.b.ins().jump(end, &[BlockArg::Value(equal)]);
        self.b.switch_to_block(end);
        result
    }

    /// Equality with a short constant: its length, then its words, without a call.
    fn text_is(&mut self, id: Id, constant: &[u8]) -> Value {
        let (at, len) = self.two(id);
        let same = self.b.ins().icmp_imm_s(IntCC::Equal, len, constant.len() as i64);
        if constant.is_empty() {
            return same;
        }
        let (more, end) = (self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(end, types::I8);
        self.b.ins().brif(same, more, &[], end, &[BlockArg::Value(same)]);
        self.b.switch_to_block(more);
        // Strings stand anywhere.
        let flags = MemFlagsData::new().with_notrap().with_readonly();
        let mut differing: Option<Value> = None;
        let mut offset = 0usize;
        while offset < constant.len() {
            let left = constant.len() - offset;
            let (ty, size) = match left {
                8.. => (types::I64, 8),
                4..=7 => (types::I32, 4),
                2..=3 => (types::I16, 2),
                _ => (types::I8, 1),
            };
            let mut word = [0u8; 8];
            if let (Some(to), Some(from)) = (word.get_mut(..size), constant.get(offset..offset + size)) {
                to.copy_from_slice(from);
            }
            let loaded = self.b.ins().load(ty, flags, at, offset as i32);
            let wide = if ty == types::I64 { loaded } else { self.b.ins().uextend(types::I64, loaded) };
            let wanted = self.word(i64::from_le_bytes(word));
            let difference = self.b.ins().bxor(wide, wanted);
            differing = Some(match differing {
                Some(before) => self.b.ins().bor(before, difference),
                None => difference,
            });
            offset += size;
        }
        let differing = match differing {
            Some(d) => d,
            None => self.word(0),
        };
        let equal = self.b.ins().icmp_imm_s(IntCC::Equal, differing, 0);
        self.b.ins().jump(end, &[BlockArg::Value(equal)]);
        self.b.switch_to_block(end);
        result
    }
}
