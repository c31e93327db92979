//! Facts from JSON into the native layout.
//!
//! In: JSON bytes, an arena, and which of the schema's records they should be. Out: the record as native code reads it, or the
//! first fault in text order, in the words of the oracle's reader.
//!
//! One pass follows the layout; it takes the next field first and looks others up, reads strings without escapes where they stand,
//! and puts all else into the arena, so that a warm arena allocates nothing (unknown fields nested deeper than 64 levels are the one
//! exception). It knows only whether facts are right. Where they are not, a second pass finds out why.

mod explain;
mod names;
mod plan;
mod quick;
mod read;
mod scalar;
mod scan;
mod sets;
mod skip;
mod strings;
mod walk;

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::arena::Arena;
use crate::fault::{Fault, code};
use crate::layout::{Layout, LayoutError};
use crate::schema::{Block, BlockId, RecordId, Schema};
use plan::Plan;
use read::{Reader, refused};

pub(crate) use scalar::{cidr_bytes, ip_bytes};
pub(crate) use sets::{Order, sort};
pub(crate) use walk::Walk;

/// Where facts stand: `text[start..end]`.
#[derive(Clone, Copy, Debug)]
pub struct Input<'t> {
    pub text: &'t [u8],
    pub start: usize,
    pub end: usize,
    /// What the paths of faults start with: `args`.
    pub base: &'t str,
}

impl<'t> Input<'t> {
    pub fn new(text: &'t [u8], base: &'t str) -> Input<'t> {
        Input { text, start: 0, end: text.len(), base }
    }

    /// A value inside a larger text: offsets of faults count from the start of that.
    pub fn within(text: &'t [u8], start: usize, end: usize, base: &'t str) -> Input<'t> {
        let end = end.min(text.len());
        Input { text, start: start.min(end), end, base }
    }
}

/// A record in the native layout. It lives as long as the input and the arena are borrowed.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    start: NonNull<u8>,
    record: RecordId,
    decoder: &'a Decoder,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: facts are only read, and what they point to does not change while they live.
unsafe impl Send for Facts<'_> {}
// SAFETY: as above.
unsafe impl Sync for Facts<'_> {}

impl<'a> Facts<'a> {
    /// What native code takes.
    pub fn as_ptr(&self) -> *const u8 {
        self.start.as_ptr()
    }

    pub fn record(&self) -> RecordId {
        self.record
    }

    pub(crate) fn decoder(&self) -> &'a Decoder {
        self.decoder
    }

    /// The record stands at `start`, all of it, with all it points to, for as long as `'a`.
    pub(crate) fn new(start: NonNull<u8>, record: RecordId, decoder: &'a Decoder) -> Facts<'a> {
        Facts { start, record, decoder, lifetime: PhantomData }
    }
}

/// For all blocks of a policy; shared by any number of threads, each with an arena of its own.
pub struct Decoder {
    schema: Arc<Schema>,
    layout: Layout,
    plan: Plan,
}

impl Decoder {
    pub fn new(schema: Arc<Schema>) -> Result<Decoder, LayoutError> {
        let layout = Layout::of(&schema)?;
        let plan = Plan::new(&schema, &layout)?;
        Ok(Decoder { schema, layout, plan })
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The arguments of a block, an object by their names.
    pub fn args<'a>(
        &'a self,
        block: BlockId,
        input: Input<'a>,
        arena: &'a mut Arena,
        strict: bool,
    ) -> Result<Facts<'a>, Fault> {
        let block = self.schema.block(block).ok_or_else(|| unknown(&input))?;
        self.decode(block.arguments, Some(block), input, arena, strict)
    }

    /// The key of a block, an array.
    pub fn key<'a>(&'a self, block: BlockId, input: Input<'a>, arena: &'a mut Arena) -> Result<Facts<'a>, Fault> {
        let block = self.schema.block(block).ok_or_else(|| unknown(&input))?;
        self.decode(block.key, Some(block), input, arena, false)
    }

    /// The fields of an event, or any other record.
    pub fn record<'a>(
        &'a self,
        record: RecordId,
        input: Input<'a>,
        arena: &'a mut Arena,
        strict: bool,
    ) -> Result<Facts<'a>, Fault> {
        self.decode(record, None, input, arena, strict)
    }

    fn decode<'a>(
        &'a self,
        id: RecordId,
        block: Option<&Block>,
        input: Input<'a>,
        arena: &'a mut Arena,
        strict: bool,
    ) -> Result<Facts<'a>, Fault> {
        let mut short = false;
        match self.read(id, &input, arena, strict, &mut short) {
            Some(start) => Ok(Facts::new(start, id, self)),
            None => Err(self.why(short, id, block, &input, strict)),
        }
    }

    #[inline]
    fn read<'a>(
        &'a self,
        id: RecordId,
        input: &Input<'a>,
        arena: &'a mut Arena,
        strict: bool,
        short: &mut bool,
    ) -> Option<NonNull<u8>> {
        let plan = &self.plan;
        let text = input.text.get(input.start..input.end)?;
        if text.len() > plan.limits.facts {
            return refused();
        }
        let record = plan.records.get(id.index())?;
        let tail = quick::Tail::of(text);
        let mut reader =
            Reader { text, tail: &tail, plan, arena, strict, letters: false, depth: plan.limits.nesting, short: false };
        let facts = reader.whole(record);
        *short = reader.short;
        facts
    }

    #[cold]
    fn why(&self, short: bool, id: RecordId, block: Option<&Block>, input: &Input<'_>, strict: bool) -> Fault {
        if short {
            return Fault {
                code: code::LIMIT,
                path: input.base.to_owned(),
                message: "there is not enough memory for these facts".into(),
                offset: input.start,
            };
        }
        // Both passes refuse the same texts; should they ever not, the facts are refused all the same.
        explain::explain(&self.schema, id, block, input, strict).unwrap_or_else(|| unknown(input))
    }
}

fn unknown(input: &Input<'_>) -> Fault {
    Fault {
        code: code::SHAPE,
        path: input.base.to_owned(),
        message: "these facts cannot be read".into(),
        offset: input.start,
    }
}
