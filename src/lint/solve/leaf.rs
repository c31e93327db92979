//! One way through the alternatives: literals that hold together, or certainly do not.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::Literal;
use super::terms::{TermId, Terms};
use crate::program::value::Value;

#[derive(Clone, Debug, Default)]
pub struct Leaf {
    truths: BTreeMap<TermId, bool>,
    /// The values that are left, where they can be listed; else the ones that are ruled out.
    among: BTreeMap<TermId, Values>,
    /// `above - below <= most`; absent is zero.
    bounds: BTreeMap<(Option<TermId>, Option<TermId>), i128>,
}

#[derive(Clone, Debug)]
enum Values {
    Left(BTreeSet<Value>),
    Out(BTreeSet<Value>),
}

/// More terms in one system of bounds are not looked at.
const MOST_TERMS: usize = 60;

impl Leaf {
    /// Adds a literal; `false` where it contradicts what is there.
    pub fn add(&mut self, terms: &Terms<'_>, literal: &Literal) -> bool {
        match literal {
            Literal::Truth { term, truth } => *self.truths.entry(*term).or_insert(*truth) == *truth,
            Literal::Bound { above, below, most } => {
                let slot = self.bounds.entry((*above, *below)).or_insert(*most);
                *slot = (*slot).min(*most);
                let back = self.bounds.get(&(*below, *above)).copied();
                back.is_none_or(|b| self.bounds.get(&(*above, *below)).is_none_or(|a| a.saturating_add(b) >= 0))
            }
            Literal::Among { term, values, inside } => {
                let all = || match terms.cases_of(*term) {
                    Some(n) => Values::Left((0..n).map(Value::Case).collect()),
                    None => Values::Out(BTreeSet::new()),
                };
                let slot = self.among.entry(*term).or_insert_with(all);
                match (&mut *slot, inside) {
                    (Values::Left(left), true) => left.retain(|v| values.contains(v)),
                    (Values::Left(left), false) => left.retain(|v| !values.contains(v)),
                    (Values::Out(out), true) => {
                        *slot = Values::Left(values.difference(out).cloned().collect());
                    }
                    (Values::Out(out), false) => out.extend(values.iter().cloned()),
                }
                !matches!(slot, Values::Left(left) if left.is_empty())
            }
        }
    }

    /// Whether the bounds have no cycle that sums to less than nothing.
    pub fn possible(&self, terms: &Terms<'_>) -> bool {
        let mut nodes: BTreeMap<Option<TermId>, i128> = BTreeMap::from([(None, 0)]);
        for (above, below) in self.bounds.keys() {
            nodes.insert(*above, 0);
            nodes.insert(*below, 0);
        }
        if nodes.len() > MOST_TERMS {
            return true;
        }
        let mut edges: Vec<(Option<TermId>, Option<TermId>, i128)> =
            self.bounds.iter().map(|((above, below), most)| (*below, *above, *most)).collect();
        // `0 - count <= 0`
        edges.extend(nodes.keys().flatten().filter(|t| terms.is_count(**t)).map(|t| (Some(*t), None, 0)));
        for _ in 0..=nodes.len() {
            let mut changed = false;
            for (from, to, most) in &edges {
                let reach = nodes.get(from).copied().unwrap_or(0).saturating_add(*most);
                if let Some(slot) = nodes.get_mut(to)
                    && reach < *slot
                {
                    *slot = reach;
                    changed = true;
                }
            }
            if !changed {
                return true;
            }
        }
        false
    }
}
