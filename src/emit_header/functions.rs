//! The functions of a block that code ahead of time has, and what reads their words.
//!
//! In: a block. Out: prototypes, the places of a reaction's words, and small functions of C over the words of decisions and priors, so that a
//! host needs no library; and the names under which the object has them.

use std::collections::BTreeMap;
use std::fmt::Write;

use trust_runtime::module::object::Names;
use trust_runtime::unit::{Block, ClauseKind, Hold, Unit};

use super::names::{Scope, comment, identifier};
use super::quoted;
use super::types::Types;

/// A block and how it is called in C.
pub(super) struct Called<'b> {
    pub index: usize,
    pub block: &'b Block,
    /// What its functions begin with.
    pub stem: String,
    /// What its macros begin with.
    pub upper: &'b str,
    /// By clause.
    pub clauses: &'b [String],
}

// Writing to a string cannot fail.

/// Prototypes of what an object has, and their names.
pub(super) fn prototypes(out: &mut String, unit: &Unit, called: &Called<'_>, types: &mut Types<'_>) -> Names {
    let Called { index, block, stem, upper, clauses } = called;
    let arguments = types.arguments.get(*index).cloned().unwrap_or_default();
    let takes = format!("const {arguments} *facts, const uint64_t *prior, int64_t now");
    let _ = writeln!(out, "\n/* The same in an object or a shared library of `trustc build --emit object|shared`. */");
    let permits = block.outputs.permits.map(|_| types.unique(format!("{stem}_permits")));
    if let Some(name) = &permits {
        let _ = writeln!(out, "uint8_t {name}({takes});");
    }
    let decide = types.unique(format!("{stem}_decide"));
    let _ = writeln!(out, "void {decide}({takes}, uint64_t *decision);");
    let mut macros = Scope::default();
    let mut reactions = Vec::new();
    for event in block.events() {
        let Some(def) = unit.schema.record(event) else { continue };
        let key = unit.schema.blocks.get(*index).map(|b| types.record(b.key)).unwrap_or_default();
        let (structure, plain) = (types.record(event), identifier(&def.name));
        let name = types.unique(format!("{stem}_on_{plain}"));
        let function = types.unique(format!("{name}_fn"));
        let after = types.unique(format!("{stem}_after_{plain}"));
        let takes = format!("const {structure} *event, const {key} *key, int64_t now, uint64_t *moves");
        let of_event = || block.outputs.triggers.iter().filter(|t| t.event == event);
        let _ = writeln!(
            out,
            "\n/* What `{}` moves: for each of its clauses whether it moves (0, 1), and behind that by when, where it has a deadline. */",
            comment(&def.name)
        );
        let _ = writeln!(out, "typedef void (*{function})({takes});\nvoid {name}({takes});");
        let words = macros.unique(format!("EVENT_{plain}_WORDS"));
        let _ = writeln!(out, "#define {upper}_{words} {}", of_event().count() * 2);
        for (n, trigger) in of_event().enumerate() {
            let clause = clauses.get(trigger.clause as usize).map_or("", String::as_str);
            let place = macros.unique(format!("EVENT_{plain}_{clause}"));
            let deadline = if trigger.deadline.is_some() { " /* with a deadline */" } else { "" };
            let _ = writeln!(out, "#define {upper}_{place} {}{deadline}", n * 2);
        }
        let moves: Vec<u32> = of_event().map(|t| t.clause).collect();
        applied(out, block, &after, &moves);
        reactions.push(name);
    }
    Names { decide, permits, reactions }
}

/// The word and the bits in it, of bits by their number.
fn masks(bits: impl Iterator<Item = usize>) -> BTreeMap<usize, u64> {
    let mut masks = BTreeMap::new();
    for bit in bits {
        *masks.entry(bit / 64).or_insert(0) |= 1 << (bit % 64);
    }
    masks
}

/// Its triggers: clause and hold, by their number in a prior.
fn triggers(block: &Block) -> Vec<(u32, Hold)> {
    let all = (0u32..).zip(&block.clauses);
    all.filter_map(|(n, clause)| match clause.kind {
        ClauseKind::Trigger { hold, .. } => Some((n, hold)),
        _ => None,
    })
    .collect()
}

/// Moves put into a prior: those that lift first; what is revoked stays so.
fn applied(out: &mut String, block: &Block, name: &str, moves: &[u32]) {
    let triggers = triggers(block);
    let _ = writeln!(
        out,
        "/* Puts moves into a prior in place: what they lift, then what they put in force; what is revoked stays. Gives the standing. */"
    );
    let _ = writeln!(out, "static inline uint32_t {name}(const uint64_t *moves, uint64_t *prior)\n{{");
    let kind = |clause: u32| block.clauses.get(clause as usize).map(|c| &c.kind);
    for (n, clause) in moves.iter().enumerate() {
        let Some(ClauseKind::Reinstate { lifts, .. }) = kind(*clause) else { continue };
        let lifted = triggers.iter().enumerate().filter(|(_, (c, hold))| *hold != Hold::Revoke && lifts.contains(c));
        for (word, mask) in masks(lifted.map(|(bit, _)| bit)) {
            let _ = writeln!(out, "    if (moves[{}]) prior[{}] &= ~UINT64_C({mask:#x});", n * 2, word + 1);
        }
    }
    for (n, clause) in moves.iter().enumerate() {
        if let Some(bit) = triggers.iter().position(|(c, _)| c == clause) {
            let (word, mask) = (bit / 64 + 1, 1u64 << (bit % 64));
            let _ = writeln!(out, "    if (moves[{}]) prior[{word}] |= UINT64_C({mask:#x});", n * 2);
        }
    }
    for (hold, standing) in [(Hold::Revoke, 3), (Hold::Suspend, 2), (Hold::Reverify, 1)] {
        let held = triggers.iter().enumerate().filter(|(_, (_, of))| *of == hold);
        for (word, mask) in masks(held.map(|(bit, _)| bit)) {
            let _ = writeln!(out, "    if (prior[{}] & UINT64_C({mask:#x})) return {standing}u;", word + 1);
        }
    }
    let _ = writeln!(out, "    (void)moves;\n    (void)prior;\n    return 0u;\n}}");
}

/// What a decision rests on, and the names of clauses.
pub(super) fn readers(out: &mut String, called: &Called<'_>, words: usize, types: &mut Types<'_>) {
    let Called { block, stem, upper, .. } = called;
    if block.clauses.is_empty() {
        return;
    }
    let name = types.unique(format!("{stem}_clause_name"));
    let _ = writeln!(out, "\n/* As the policy calls a clause; empty where there is none of this number. */");
    let _ = writeln!(
        out,
        "static inline const char *{name}(uint32_t clause)\n{{\n    static const char *const names[] = {{"
    );
    for clause in &block.clauses {
        let _ = writeln!(out, "        {},", quoted(&clause.name));
    }
    let _ = writeln!(out, "    }};\n    return clause < {}u ? names[clause] : \"\";\n}}", block.clauses.len());
    if block.outputs.permits.is_none() {
        return;
    }
    let of = |wanted: fn(&ClauseKind) -> bool| {
        masks(block.clauses.iter().enumerate().filter(|(_, c)| wanted(&c.kind)).map(|(n, _)| n))
    };
    let bases = of(|kind| matches!(kind, ClauseKind::Basis));
    let needed = of(|kind| matches!(kind, ClauseKind::Require | ClauseKind::Scope));
    let against = of(is_against);
    let name = types.unique(format!("{stem}_reasons"));
    let _ = writeln!(
        out,
        "\n/* The clauses that are the reasons of a decision, a bit each: of a permit the bases that hold, of a deny all that"
    );
    let _ = writeln!(
        out,
        " * stands in the way. A deny has a reason without a clause where the decision lacks TRUST_FLAG_BASED (no basis holds)"
    );
    let _ = writeln!(out, " * or TRUST_FLAG_IN_TIME (the framework is not in its time). */");
    let _ = writeln!(out, "#define {upper}_REASON_WORDS {words}");
    let _ = writeln!(out, "static inline void {name}(const uint64_t *decision, uint64_t *reasons)\n{{");
    let _ = writeln!(out, "    const uint64_t *holds = decision + TRUST_WORD_CLAUSES;");
    let _ = writeln!(out, "    int permits = (decision[TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS) != 0;");
    let _ = writeln!(out, "    (void)holds;");
    for word in 0..words {
        let of = |masks: &BTreeMap<usize, u64>| masks.get(&word).copied().unwrap_or(0);
        let _ = writeln!(out, "    reasons[{word}] = permits ? {} :", part(word, "", of(&bases)));
        let _ = writeln!(out, "        {} | {};", part(word, "", of(&against)), part(word, "~", of(&needed)));
    }
    let _ = writeln!(out, "}}");
}

/// Some bits of a word of clauses that hold, or (`~`) that do not.
fn part(word: usize, sign: &str, mask: u64) -> String {
    if mask == 0 { "0u".into() } else { format!("({sign}holds[{word}] & UINT64_C({mask:#x}))") }
}

/// Stands in the way of a permit where it holds.
fn is_against(kind: &ClauseKind) -> bool {
    match kind {
        ClauseKind::Deny
        | ClauseKind::Expires
        | ClauseKind::Window
        | ClauseKind::Continuous(_)
        | ClauseKind::Trigger { .. } => true,
        ClauseKind::Scope
        | ClauseKind::Require
        | ClauseKind::Recommend
        | ClauseKind::Basis
        | ClauseKind::Ttl
        | ClauseKind::Cap
        | ClauseKind::Reinstate { .. }
        | ClauseKind::Oblige { .. } => false,
    }
}
