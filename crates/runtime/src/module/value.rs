//! The arguments of an obligation, read from a decision's words and the memory they point into.

use super::decision::{Decision, Owed};
use crate::datum::Datum;
use crate::decode::Decoder;
use crate::schema::Type;
use crate::unit::{Shape, ShapeId};

/// Shapes point to earlier ones; deeper than this they do not come from a policy.
const MAX_DEPTH: u32 = 512;

impl Owed<'_> {
    /// Its arguments, in the order of the duty's parameters.
    pub fn args(&self, decoder: &Decoder) -> Vec<Datum> {
        self.obligation.args.iter().map(|arg| self.decision.value(decoder, *arg, 0)).collect()
    }
}

impl Decision<'_> {
    fn value(&self, decoder: &Decoder, id: ShapeId, depth: u32) -> Datum {
        let Some(shape) = self.block.outputs.shapes.get(id.0 as usize).filter(|_| depth < MAX_DEPTH) else {
            return Datum::Absent;
        };
        let words = self.shape_words(id);
        let of = |parts: &[ShapeId]| parts.iter().map(|part| self.value(decoder, *part, depth + 1)).collect();
        match shape {
            Shape::Absent => Datum::Absent,
            // SAFETY: the words were written for facts that outlive the decision.
            Shape::Node(_, ty) => unsafe { Datum::scalar(*ty, words) },
            Shape::Optional(_, inner) if words[0] & 1 == 1 => self.value(decoder, *inner, depth + 1),
            Shape::Optional(..) => Datum::Absent,
            Shape::Record(_, parts) => Datum::Record(of(parts)),
            Shape::List { set: false, items } => Datum::List(of(items)),
            Shape::List { set: true, items } => Datum::Set(of(items)),
            // SAFETY: the address of a record of the facts or of constants, which both outlive the decision.
            Shape::RecordAt(_, record) => unsafe {
                Datum::at(decoder, Type::Record(*record), words[0] as usize as *const u8)
            },
            // SAFETY: a list of the facts or of constants.
            Shape::ListAt { set, element, .. } => unsafe {
                let items = Datum::items(decoder, *element, words[0] as usize as *const u8, words[1] as usize);
                if *set { Datum::Set(items) } else { Datum::List(items) }
            },
            Shape::Choice(_, a, b) => self.value(decoder, if words[0] & 1 == 1 { *a } else { *b }, depth + 1),
        }
    }
}
