//! The one pass over a request that is right.
//!
//! In: the line. Out: what is asked, its facts in the native layout; or only that the line is not taken, and then
//! [`why`](super::why) says why. `args` that follow `block`, as they mostly do, are read where they stand; all other facts once the
//! block is known. A warm arena is not enlarged.

use super::Options;
use super::names::{event_named, mark, trigger_named, waits};
use crate::arena::Arena;
use crate::decode::{Facts, Walk};
use crate::module::Module;
use crate::schema::{BlockId, RecordId};
use crate::unit::Block;

/// Memory for the parts of a request, each to be given out once.
pub struct Arenas<'a> {
    /// The arguments, or the fields of the event.
    pub facts: &'a mut Arena,
    pub key: &'a mut Arena,
    /// Strings that are looked at and forgotten.
    pub names: &'a mut Arena,
}

pub struct Asked<'a> {
    pub id: Option<&'a [u8]>,
    pub block: BlockId,
    pub now: i64,
    pub facts: Facts<'a>,
    /// Of a reaction.
    pub key: Option<Facts<'a>>,
}

/// `prior` gets its words.
pub fn read<'a>(
    module: &'a Module,
    line: &'a [u8],
    options: &Options,
    arenas: Arenas<'a>,
    prior: &mut Vec<u64>,
) -> Option<Asked<'a>> {
    let walk = Walk::new(module.decoder(), line);
    let limit = module.unit().schema.limits.facts;
    let Arenas { facts, key, names } = arenas;
    let pass = Pass { module, strict: options.strict, limit, walk, names };
    pass.whole(line, options.now, facts, key, prior)
}

/// Where parts begin that are read later.
#[derive(Default)]
struct Later {
    args: Option<usize>,
    event: Option<usize>,
    key: Option<usize>,
    prior: Option<usize>,
}

struct Pass<'a, 'n> {
    module: &'a Module,
    strict: bool,
    /// Bytes of a part.
    limit: usize,
    walk: Walk<'a>,
    names: &'n mut Arena,
}

/// The keys of a request; a bit for each that was seen.
const ID: u8 = 1;
const BLOCK: u8 = 2;
const ARGS: u8 = 4;
const EVENT: u8 = 8;
const KEY: u8 = 16;
const PRIOR: u8 = 32;
const NOW: u8 = 64;

impl<'a> Pass<'a, '_> {
    fn whole(
        mut self,
        line: &'a [u8],
        mut now: Option<i64>,
        facts: &'a mut Arena,
        key: &'a mut Arena,
        prior: &mut Vec<u64>,
    ) -> Option<Asked<'a>> {
        let mut facts = Some(facts);
        let (mut args, mut block, mut id) = (None, None, None);
        let (mut seen, mut later) = (0u8, Later::default());
        let mut at = self.walk.mark(0, b'{')?;
        let mut first = true;
        loop {
            let more;
            (more, at) = self.walk.more(at, first, b'}')?;
            if !more {
                break;
            }
            first = false;
            let (name, start) = self.walk.key(at, self.names)?;
            let part = match name {
                b"id" => ID,
                b"block" => BLOCK,
                b"args" => ARGS,
                b"event" => EVENT,
                b"key" => KEY,
                b"prior" => PRIOR,
                b"now" => NOW,
                _ if self.strict => return None,
                _ => 0,
            };
            if seen & part != 0 {
                return None;
            }
            seen |= part;
            at = match (part, block) {
                (BLOCK, _) => {
                    let (name, end) = self.walk.string(start, self.names)?;
                    block = Some(self.module.block_named(std::str::from_utf8(name).ok()?)?);
                    end
                }
                (ARGS, Some(block)) => {
                    let (found, end) = self.args(block, start, facts.take()?)?;
                    args = Some(found);
                    end
                }
                (NOW, _) => {
                    let (found, end) = self.walk.instant(start, self.names)?;
                    now = found.or(now);
                    end
                }
                _ => self.walk.skip(start, self.names)?,
            };
            // Of facts the size is counted where they are read; of no other part does it count.
            if part & (BLOCK | PRIOR | NOW) != 0 && at - start > self.limit {
                return None;
            }
            match part {
                ID => id = line.get(start..at),
                ARGS if args.is_none() => later.args = Some(start),
                EVENT => later.event = Some(start),
                KEY => later.key = Some(start),
                PRIOR => later.prior = Some(start),
                _ => {}
            }
        }
        if self.walk.space(at) != line.len() {
            return None;
        }
        let (block, now) = (block?, now?);
        let def = self.module.block(block)?;
        prior.clear();
        prior.resize(self.module.prior_words(block), 0);
        if let Some(at) = later.prior {
            self.prior(at, def, prior)?;
        }
        let asked = |facts, key| Some(Asked { id, block, now, facts, key });
        match seen & (ARGS | EVENT) {
            ARGS if self.strict && seen & KEY != 0 => None,
            ARGS => match (args, later.args) {
                (Some(found), _) => asked(found, None),
                (None, Some(at)) => asked(self.args(block, at, facts.take()?)?.0, None),
                (None, None) => None,
            },
            EVENT if waits(def) => {
                let fields = self.event(later.event?, def, facts.take()?)?;
                let record = self.module.unit().schema.block(block)?.key;
                let key = match later.key {
                    Some(at) => self.walk.record(record, at, key, self.strict)?.0,
                    None => self.walk.nothing(record, key)?,
                };
                asked(fields, Some(key))
            }
            _ => None,
        }
    }

    fn args(&mut self, block: BlockId, at: usize, arena: &'a mut Arena) -> Option<(Facts<'a>, usize)> {
        let record = self.module.unit().schema.block(block)?.arguments;
        self.walk.record(record, at, arena, self.strict)
    }

    fn prior(&mut self, at: usize, block: &Block, prior: &mut [u64]) -> Option<()> {
        if self.walk.byte(at) == Some(b'n') {
            // It was passed over as a whole value: `null`.
            return Some(());
        }
        let mut at = self.walk.mark(at, b'[')?;
        let mut first = true;
        loop {
            let more;
            (more, at) = self.walk.more(at, first, b']')?;
            if !more {
                return Some(());
            }
            first = false;
            let (name, end) = self.walk.string(at, self.names)?;
            mark(prior, trigger_named(block, name)?);
            at = end;
        }
    }

    fn event(&mut self, at: usize, block: &Block, arena: &'a mut Arena) -> Option<Facts<'a>> {
        let (mut name, mut fields) = (None, None);
        let mut at = self.walk.mark(at, b'{')?;
        let mut first = true;
        loop {
            let more;
            (more, at) = self.walk.more(at, first, b'}')?;
            if !more {
                break;
            }
            first = false;
            let (key, start) = self.walk.key(at, self.names)?;
            let part: u8 = match key {
                b"name" => 1,
                b"fields" => 2,
                _ if self.strict => return None,
                _ => 0,
            };
            at = match part {
                1 => {
                    let (text, end) = self.walk.string(start, self.names)?;
                    let id = event_named(&self.module.unit().schema, block, text)?;
                    if end - start > self.limit || name.replace(id).is_some() {
                        return None;
                    }
                    end
                }
                2 => {
                    if fields.replace(start).is_some() {
                        return None;
                    }
                    self.walk.skip(start, self.names)?
                }
                _ => self.walk.skip(start, self.names)?,
            };
        }
        let id: RecordId = name?;
        match fields {
            Some(at) => Some(self.walk.record(id, at, arena, self.strict)?.0),
            None => self.walk.nothing(id, arena),
        }
    }
}
