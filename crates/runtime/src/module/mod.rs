//! A package in native code: what hosts decide with.
//!
//! In: a [`Unit`], looked at before it is used. Out: decisions and reactions over facts in the native layout. A module is cheap to
//! clone and shared by any number of threads; deciding takes no lock and no memory. A block is compiled when it is first asked,
//! or all at once by [`Module::compile`].

mod compact;
mod decision;
pub mod file;
#[cfg(feature = "object")]
pub mod object;
mod shapes;
mod value;
mod verify;
pub mod words;

use std::sync::{Arc, OnceLock};

use crate::codegen::{self, Code, CodegenError, Entered, Entry};
pub use crate::codegen::{DecideFn, PermitsFn};
use crate::decode::{Decoder, Facts};
use crate::layout::LayoutError;
use crate::schema::{BlockId, RecordId};
use crate::unit::{Block, ClauseKind, Hold, Trigger, Unit};

pub use decision::{Decision, Owed, Reason};
pub use file::FileError;
use words::{Words, Written};

#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    unit: Arc<Unit>,
    decoder: Decoder,
    blocks: Vec<Ready>,
}

/// A block, and its code once it was asked.
struct Ready {
    words: Words,
    decision: Written,
    reactions: Vec<(RecordId, Written)>,
    triggers: Vec<u32>,
    code: OnceLock<Result<Code, CodegenError>>,
}

/// Why a module could not be made, or a call not be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleError {
    Layout(LayoutError),
    /// A file that is none of a module.
    File(FileError),
    /// A unit that says what cannot be.
    Unsound(String),
    /// No code could be made for this machine.
    Code(String),
    /// The call does not fit the block: no such block, facts of another, no permit of an assessment, too few words.
    Call(&'static str),
}

impl std::fmt::Display for ModuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ModuleError::Layout(e) => e.fmt(f),
            ModuleError::File(e) => e.fmt(f),
            ModuleError::Unsound(what) => write!(f, "the module is not sound: {what}"),
            ModuleError::Code(what) => f.write_str(what),
            ModuleError::Call(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for ModuleError {}

/// What moved, and what is then in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaction {
    pub moves: Vec<Move>,
    /// A case of `Standing`: the highest of the triggers in force.
    pub standing: u32,
    /// Triggers in force after the event, by their clauses.
    pub in_force: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// A trigger or reinstate.
    pub clause: u32,
    pub deadline: Option<i64>,
    /// The deadline is past.
    pub late: bool,
}

impl Module {
    /// Of a unit, which is looked at in full; nothing is compiled yet.
    pub fn new(mut unit: Unit) -> Result<Module, ModuleError> {
        let decoder = Decoder::new(Arc::new(unit.schema.clone())).map_err(ModuleError::Layout)?;
        verify::unit(&mut unit, decoder.layout()).map_err(|e| ModuleError::Unsound(e.0))?;
        let blocks = unit.blocks.iter().map(Ready::new).collect();
        Ok(Module(Arc::new(Inner { unit: Arc::new(unit), decoder, blocks })))
    }

    /// Of the bytes of a built module.
    pub fn read(bytes: &[u8]) -> Result<Module, ModuleError> {
        Module::new(file::read(bytes).map_err(ModuleError::File)?)
    }

    /// Makes the code of every block now rather than when it is first asked.
    pub fn compile(&self) -> Result<(), ModuleError> {
        (0..self.0.blocks.len()).try_for_each(|n| self.code(BlockId(n as u32)).map(drop))
    }

    pub fn unit(&self) -> &Unit {
        &self.0.unit
    }

    pub fn decoder(&self) -> &Decoder {
        &self.0.decoder
    }

    /// By its name, or by `module.block`.
    pub fn block_named(&self, name: &str) -> Option<BlockId> {
        let blocks = &self.0.unit.blocks;
        let found =
            blocks.iter().position(|b| b.name == name).or_else(|| blocks.iter().position(|b| b.qualified == name));
        found.map(|n| BlockId(n as u32))
    }

    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.0.unit.blocks.get(id.0 as usize)
    }

    fn ready(&self, id: BlockId) -> Result<(&Block, &Ready), ModuleError> {
        let block = self.0.unit.blocks.get(id.0 as usize).zip(self.0.blocks.get(id.0 as usize));
        block.ok_or(ModuleError::Call("there is no such block"))
    }

    fn code(&self, id: BlockId) -> Result<(&Block, &Ready, &Code), ModuleError> {
        let (block, ready) = self.ready(id)?;
        match ready.code.get_or_init(|| codegen::compile(&block.graph, &ready.entries(block))) {
            Ok(code) => Ok((block, ready, code)),
            Err(e) => Err(ModuleError::Code(e.to_string())),
        }
    }

    /// How many words a decision takes.
    pub fn decision_words(&self, id: BlockId) -> usize {
        self.0.blocks.get(id.0 as usize).map_or(0, |ready| ready.decision.len)
    }

    /// How many words a prior takes: the least standing, then a bit for each trigger.
    pub fn prior_words(&self, id: BlockId) -> usize {
        self.0.blocks.get(id.0 as usize).map_or(1, |ready| 1 + ready.triggers.len().div_ceil(64))
    }

    /// The prior in which these triggers are in force.
    pub fn prior(&self, id: BlockId, in_force: impl Iterator<Item = u32>, out: &mut [u64]) {
        out.fill(0);
        let Some(ready) = self.0.blocks.get(id.0 as usize) else { return };
        for clause in in_force {
            if let Some(n) = ready.triggers.iter().position(|t| *t == clause)
                && let Some(word) = out.get_mut(n / 64 + 1)
            {
                *word |= 1 << (n % 64);
            }
        }
    }

    /// Whether the block permits: nothing else is computed.
    pub fn permits(&self, id: BlockId, facts: &Facts<'_>, prior: &[u64], now: i64) -> Result<bool, ModuleError> {
        self.fits(facts, self.arguments(id)?)?;
        // SAFETY: the facts are of this block's record and this module's layout.
        unsafe { self.permits_at(id, facts.as_ptr(), prior, now) }
    }

    /// The same over a struct of the host's.
    ///
    /// # Safety
    /// `facts` points to the block's arguments in the native layout, with valid pointers and lengths.
    pub unsafe fn permits_at(
        &self,
        id: BlockId,
        facts: *const u8,
        prior: &[u64],
        now: i64,
    ) -> Result<bool, ModuleError> {
        let (block, _, code) = self.code(id)?;
        if block.outputs.permits.is_none() {
            return Err(ModuleError::Call("an assessment permits nothing"));
        }
        // SAFETY: promised by the caller; the second entry of such a block is its predicate.
        let found = unsafe { code.holds(1, Entered { facts, prior, now }) };
        found.ok_or(ModuleError::Call("the prior has too few words"))
    }

    /// The whole decision, written to `out`, which has at least [`Module::decision_words`].
    pub fn decide<'d>(
        &'d self,
        id: BlockId,
        facts: &Facts<'d>,
        prior: &[u64],
        now: i64,
        out: &'d mut [u64],
    ) -> Result<Decision<'d>, ModuleError> {
        self.fits(facts, self.arguments(id)?)?;
        // SAFETY: the facts are of this block's record and this module's layout, and outlive the decision.
        unsafe { self.decide_at(id, facts.as_ptr(), prior, now, out) }
    }

    /// The same over a struct of the host's.
    ///
    /// # Safety
    /// `facts` points to the block's arguments in the native layout, with valid pointers and lengths, for as long as the decision
    /// is read.
    pub unsafe fn decide_at<'d>(
        &'d self,
        id: BlockId,
        facts: *const u8,
        prior: &[u64],
        now: i64,
        out: &'d mut [u64],
    ) -> Result<Decision<'d>, ModuleError> {
        let (block, ready, code) = self.code(id)?;
        // SAFETY: promised by the caller.
        if !unsafe { code.outputs(0, Entered { facts, prior, now }, out) } {
            return Err(ModuleError::Call("the prior or the decision has too few words"));
        }
        Ok(Decision { block, places: &ready.words, words: out })
    }

    /// The block's functions themselves, for hosts that call them without looking at anything: `permits` (none of an assessment)
    /// and `decide`. They live as long as the module.
    pub fn functions(&self, id: BlockId) -> Result<(Option<PermitsFn>, DecideFn), ModuleError> {
        let (_, _, code) = self.code(id)?;
        code.functions().ok_or(ModuleError::Call("there is no such block"))
    }

    /// The block's functions as Cranelift takes them, for reviewers.
    pub fn clif(&self, id: BlockId) -> Result<String, ModuleError> {
        let (block, ready) = self.ready(id)?;
        codegen::clif(&block.graph, &ready.entries(block)).map_err(|e| ModuleError::Code(e.to_string()))
    }

    /// What an event changes for a key.
    pub fn react(
        &self,
        id: BlockId,
        event: &Facts<'_>,
        key: &Facts<'_>,
        prior: &[u64],
        now: i64,
    ) -> Result<Reaction, ModuleError> {
        let mut reaction = Reaction::default();
        self.react_into(id, event, key, prior, now, &mut Vec::new(), &mut reaction)?;
        Ok(reaction)
    }

    /// The same, in memory that was used before: `words` is for native code, whatever it holds.
    #[expect(clippy::too_many_arguments, reason = "what a reaction takes, and where it goes")]
    pub fn react_into(
        &self,
        id: BlockId,
        event: &Facts<'_>,
        key: &Facts<'_>,
        prior: &[u64],
        now: i64,
        words: &mut Vec<u64>,
        reaction: &mut Reaction,
    ) -> Result<(), ModuleError> {
        let (block, ready, code) = self.code(id)?;
        let keys = self.0.unit.schema.block(id).ok_or(ModuleError::Call("there is no such block"))?.key;
        self.fits(key, keys)?;
        if !std::ptr::eq(event.decoder(), &self.0.decoder) {
            return Err(ModuleError::Call("these facts are of another module"));
        }
        words.clear();
        let found = ready.reactions.iter().position(|(record, _)| *record == event.record());
        if let Some((nth, (_, written))) = found.and_then(|n| Some((n, ready.reactions.get(n)?))) {
            words.resize(written.len, 0);
            let first = 1 + usize::from(block.outputs.permits.is_some());
            // SAFETY: event and key are of this module's layout; a key is whole words, so that it may be read as such.
            if !unsafe { code.reaction(first + nth, event.as_ptr(), key.as_ptr(), now, words) } {
                return Err(ModuleError::Call("the event does not fit the block"));
            }
        }
        ready.moved(block, event.record(), words, prior, now, reaction);
        Ok(())
    }

    fn arguments(&self, id: BlockId) -> Result<RecordId, ModuleError> {
        self.0.unit.schema.block(id).map(|b| b.arguments).ok_or(ModuleError::Call("there is no such block"))
    }

    fn fits(&self, facts: &Facts<'_>, record: RecordId) -> Result<(), ModuleError> {
        if facts.record() == record && std::ptr::eq(facts.decoder(), &self.0.decoder) {
            Ok(())
        } else {
            Err(ModuleError::Call("these facts are of another block"))
        }
    }
}

impl Ready {
    fn new(block: &Block) -> Ready {
        let words = Words::new(block);
        let decision = words.decision(block);
        let reactions =
            block.events().into_iter().map(|event| (event, words::reaction(of_event(block, event)))).collect();
        let triggers = block.clauses.iter().enumerate();
        let triggers = triggers.filter(|(_, c)| matches!(c.kind, ClauseKind::Trigger { .. })).map(|(n, _)| n as u32);
        Ready { words, decision, reactions, triggers: triggers.collect(), code: OnceLock::new() }
    }

    /// `decide`, then `permits` where there is one, then a reaction to each event.
    fn entries(&self, block: &Block) -> Vec<Entry> {
        let outputs = |w: &Written| Entry::Outputs { outs: w.outs.clone(), marks: w.marks.clone(), len: w.len };
        let mut entries = vec![outputs(&self.decision)];
        entries.extend(block.outputs.permits.map(Entry::Predicate));
        entries.extend(self.reactions.iter().map(|(_, written)| outputs(written)));
        entries
    }

    /// Reinstates apply first; a revocation stays.
    fn moved(&self, block: &Block, event: RecordId, words: &[u64], prior: &[u64], now: i64, reaction: &mut Reaction) {
        reaction.moves.clear();
        reaction.in_force.clear();
        reaction.standing = 0;
        for (trigger, words) in of_event(block, event).zip(words.chunks_exact(2)) {
            if let [1, deadline] = words {
                let deadline = trigger.deadline.map(|_| *deadline as i64);
                let late = deadline.is_some_and(|d| now > d);
                reaction.moves.push(Move { clause: trigger.clause, deadline, late });
            }
        }
        let kind = |clause: u32| block.clauses.get(clause as usize).map(|c| &c.kind);
        let lifted = |reaction: &Reaction, trigger: &u32| {
            let lifts = |m: &Move| matches!(kind(m.clause), Some(ClauseKind::Reinstate { lifts, .. }) if lifts.contains(trigger));
            reaction.moves.iter().any(lifts)
        };
        for (n, clause) in self.triggers.iter().enumerate() {
            let Some(ClauseKind::Trigger { hold, .. }) = kind(*clause) else { continue };
            let before = prior.get(n / 64 + 1).is_some_and(|word| word >> (n % 64) & 1 == 1);
            let stays = before && (*hold == Hold::Revoke || !lifted(reaction, clause));
            if stays || reaction.moves.iter().any(|m| m.clause == *clause) {
                reaction.in_force.push(*clause);
                reaction.standing = reaction.standing.max(standing(*hold));
            }
        }
    }
}

fn of_event(block: &Block, event: RecordId) -> impl Iterator<Item = &Trigger> {
    block.outputs.triggers.iter().filter(move |t| t.event == event)
}

/// The case of `Standing`, whose cases are active, reverify, suspended, revoked.
pub fn standing(hold: Hold) -> u32 {
    match hold {
        Hold::Reverify => 1,
        Hold::Suspend => 2,
        Hold::Revoke => 3,
    }
}
