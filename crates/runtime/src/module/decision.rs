//! A decision as it was written, and its parts by name. Reading it allocates nothing.

use super::words::{BASED, CLAUSES, FLAGS, GRADE, IN_TIME, PERMITS, STANDING, VALID_UNTIL, Words};
use super::{Module, ModuleError};
use crate::graph::FOREVER;
use crate::schema::BlockId;
use crate::unit::{Block, Clause, ClauseKind, Obligation, Shape, ShapeId};

#[derive(Clone, Copy)]
pub struct Decision<'d> {
    pub(super) block: &'d Block,
    pub(super) places: &'d Words,
    pub(super) words: &'d [u64],
}

/// Why it denies, or on what it rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A clause, by its position.
    Clause(u32),
    NoBasis,
    Framework,
}

/// An obligation that applies.
#[derive(Clone, Copy)]
pub struct Owed<'d> {
    pub(super) decision: Decision<'d>,
    pub obligation: &'d Obligation,
    pub overdue: bool,
    /// An instant where it is dated, else how long there is; microseconds.
    pub time: i64,
}

impl<'d> Decision<'d> {
    fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or(0)
    }

    pub fn block(&self) -> &'d Block {
        self.block
    }

    pub fn words(&self) -> &'d [u64] {
        self.words
    }

    /// Whether it permits; `None` for an assessment.
    pub fn permits(&self) -> Option<bool> {
        self.block.outputs.permits.map(|_| self.word(FLAGS) & PERMITS != 0)
    }

    /// A case of `Standing`; `None` for an assessment.
    pub fn standing(&self) -> Option<u32> {
        self.block.outputs.standing.map(|_| self.word(STANDING) as u32)
    }

    /// A case of the block's scale.
    pub fn grade(&self) -> Option<u32> {
        self.block.outputs.grade.map(|_| self.word(GRADE) as u32)
    }

    /// Microseconds since 1970; `None`: for ever.
    pub fn valid_until(&self) -> Option<i64> {
        let until = self.word(VALID_UNTIL) as i64;
        (until != FOREVER).then_some(until)
    }

    /// Whether a clause's condition holds; of a trigger, whether it is in force.
    pub fn holds(&self, clause: u32) -> bool {
        let clause = clause as usize;
        clause / 64 < self.places.clause_words && self.word(CLAUSES + clause / 64) >> (clause % 64) & 1 == 1
    }

    fn clauses(&self) -> impl Iterator<Item = (u32, &'d Clause)> + use<'d> {
        self.block.clauses.iter().enumerate().map(|(n, clause)| (n as u32, clause))
    }

    /// On a permit the bases that hold, on a deny everything in the way: rules and continuous clauses in source order, then
    /// triggers in force, then the scope, then what has no name.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> + use<'d> {
        let this = *self;
        let effect = this.permits();
        let flags = this.word(FLAGS);
        let of = move |pass: u8| {
            this.clauses().filter(move |(n, clause)| {
                let holds = this.holds(*n);
                match (pass, &clause.kind) {
                    (0, ClauseKind::Basis) => effect == Some(true) && holds,
                    (0, ClauseKind::Require) => effect == Some(false) && !holds,
                    (0, ClauseKind::Deny | ClauseKind::Expires | ClauseKind::Window | ClauseKind::Continuous(_))
                    | (1, ClauseKind::Trigger { .. }) => effect == Some(false) && holds,
                    (2, ClauseKind::Scope) => effect == Some(false) && !holds,
                    _ => false,
                }
            })
        };
        let unnamed = [(BASED, Reason::NoBasis), (IN_TIME, Reason::Framework)];
        let unnamed =
            unnamed.into_iter().filter(move |(bit, _)| effect == Some(false) && flags & bit == 0).map(|(_, r)| r);
        of(0).chain(of(1)).chain(of(2)).map(|(n, _)| Reason::Clause(n)).chain(unnamed)
    }

    /// The caps that apply, by their clauses.
    pub fn caps(&self) -> impl Iterator<Item = u32> + use<'d> {
        let this = *self;
        this.clauses().filter(move |(n, c)| matches!(c.kind, ClauseKind::Cap) && this.holds(*n)).map(|(n, _)| n)
    }

    /// The recommendations that are not met, by their clauses.
    pub fn advice(&self) -> impl Iterator<Item = u32> + use<'d> {
        let this = *self;
        this.clauses().filter(move |(n, c)| matches!(c.kind, ClauseKind::Recommend) && !this.holds(*n)).map(|(n, _)| n)
    }

    /// The obligations that apply, in source order.
    pub fn obligations(&self) -> impl Iterator<Item = Owed<'d>> + use<'d> {
        let this = *self;
        this.block.outputs.obligations.iter().zip(&this.places.obligations).filter_map(move |(obligation, at)| {
            let state = this.word(*at);
            let time = this.word(at + 1) as i64;
            (state != 0).then_some(Owed { decision: this, obligation, overdue: state == 2, time })
        })
    }

    /// The words of a shape's node, as many as it has and no more than three.
    pub(super) fn shape_words(&self, shape: ShapeId) -> [u64; 3] {
        let at = self.places.shapes.get(shape.0 as usize).copied().unwrap_or(0);
        [self.word(at), self.word(at + 1), self.word(at + 2)]
    }
}

impl<'d> Owed<'d> {
    /// A part of its arguments.
    pub(crate) fn shape(&self, id: ShapeId) -> Option<&'d Shape> {
        self.decision.block.outputs.shapes.get(id.0 as usize)
    }

    pub(crate) fn shape_words(&self, id: ShapeId) -> [u64; 3] {
        self.decision.shape_words(id)
    }
}

impl Module {
    /// A decision that was written before.
    ///
    /// # Safety
    /// The words were written by a decision of this block of this module, and the facts that it was made on still stand where they
    /// stood, if its obligations' arguments are read.
    pub unsafe fn decision_at<'d>(&'d self, id: BlockId, words: &'d [u64]) -> Result<Decision<'d>, ModuleError> {
        let (block, ready) = self.ready(id)?;
        if words.len() < ready.decision.len {
            return Err(ModuleError::Call("the decision has too few words"));
        }
        Ok(Decision { block, places: &ready.words, words })
    }

    /// Of a decision of this block, the word at which an obligation's state stands: its time stands behind it, then its arguments.
    pub fn obligation_word(&self, id: BlockId, obligation: usize) -> Option<usize> {
        self.ready(id).ok()?.1.words.obligations.get(obligation).copied()
    }
}
