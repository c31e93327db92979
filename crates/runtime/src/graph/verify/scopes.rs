//! Which loops a value depends on: sets of them, each kept once.
//!
//! A value depends on a loop by its element or by what it has gathered; both end with the loop's result.

use std::collections::HashMap;

use super::Unsound;
use crate::graph::LoopId;

/// Loops inside one another.
pub(super) const MAX_NEST: usize = 48;

/// A set of loops, by its position.
pub(super) type Scope = u32;

/// Depends on nothing.
pub(super) const OUTSIDE: Scope = 0;

pub(super) struct Scopes {
    /// Sorted; twice the loop's number, and one more where it is what the loop has gathered.
    sets: Vec<Box<[u64]>>,
    known: HashMap<Box<[u64]>, Scope>,
    unions: HashMap<(Scope, Scope), Scope>,
}

impl Scopes {
    pub(super) fn new() -> Scopes {
        let outside: Box<[u64]> = Box::default();
        Scopes { sets: vec![outside.clone()], known: HashMap::from([(outside, OUTSIDE)]), unions: HashMap::new() }
    }

    fn keep(&mut self, set: Vec<u64>) -> Result<Scope, Unsound> {
        if set.len() > 2 * MAX_NEST {
            return Err(Unsound::new("loops stand too deep inside one another"));
        }
        let set: Box<[u64]> = set.into();
        if let Some(known) = self.known.get(&set) {
            return Ok(*known);
        }
        let scope = self.sets.len() as Scope;
        self.sets.push(set.clone());
        self.known.insert(set, scope);
        Ok(scope)
    }

    pub(super) fn one(&mut self, of: LoopId, gathered: bool) -> Result<Scope, Unsound> {
        self.keep(vec![u64::from(of.0) * 2 + u64::from(gathered)])
    }

    pub(super) fn union(&mut self, a: Scope, b: Scope) -> Result<Scope, Unsound> {
        if a == b || b == OUTSIDE {
            return Ok(a);
        }
        if a == OUTSIDE {
            return Ok(b);
        }
        let pair = (a.min(b), a.max(b));
        if let Some(known) = self.unions.get(&pair) {
            return Ok(*known);
        }
        let mut all: Vec<u64> = self.set(a).iter().chain(self.set(b)).copied().collect();
        all.sort_unstable();
        all.dedup();
        let found = self.keep(all)?;
        self.unions.insert(pair, found);
        Ok(found)
    }

    pub(super) fn without(&mut self, scope: Scope, of: LoopId) -> Result<Scope, Unsound> {
        let left = self.set(scope).iter().copied().filter(|item| item / 2 != u64::from(of.0)).collect();
        self.keep(left)
    }

    fn set(&self, scope: Scope) -> &[u64] {
        self.sets.get(scope as usize).map_or(&[], |set| set)
    }

    /// The loops of a scope; one may come twice.
    pub(super) fn loops(&self, scope: Scope) -> impl Iterator<Item = LoopId> + '_ {
        self.set(scope).iter().map(|item| LoopId((item / 2) as u32))
    }

    pub(super) fn depends(&self, scope: Scope, of: LoopId) -> bool {
        self.loops(scope).any(|l| l == of)
    }

    pub(super) fn gathers(&self, scope: Scope) -> bool {
        self.set(scope).iter().any(|item| item % 2 == 1)
    }

    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }
}
