//! Truths and their horizons: the rules of `and`, `or`, `implies`, `not`.

use trust_runtime::graph::{Compare, FOREVER, Id};

use super::Lowering;
use super::values::Truth;

impl Lowering<'_> {
    pub(super) fn negated(&mut self, t: Truth) -> Truth {
        Truth { holds: self.g.not(t.holds), ..t }
    }

    /// Whether a truth is `value` for ever.
    pub(super) fn settled(&mut self, t: Truth, value: bool) -> Id {
        let forever = self.g.forever();
        let unending = self.g.compare(Compare::Eq, t.until, forever);
        let is = if value { t.holds } else { self.g.not(t.holds) };
        self.g.and(unending, is)
    }

    /// Both true: the earlier. Both false: the later. Mixed: the false side's. What `b` calls does not cut where `a` is false
    /// for ever: it would not be looked at.
    pub(super) fn and(&mut self, a: Truth, b: Truth) -> Truth {
        let holds = self.g.and(a.holds, b.holds);
        let until = self.and_until(a, b);
        let cuts = if self.g.as_int(b.cuts) == Some(FOREVER) {
            a.cuts
        } else {
            let skipped = self.settled(a, false);
            let forever = self.g.forever();
            let counted = self.g.select(skipped, forever, b.cuts);
            self.g.min(a.cuts, counted)
        };
        Truth { holds, until, cuts }
    }

    pub(super) fn and_until(&mut self, a: Truth, b: Truth) -> Id {
        let (ua, ub) = (self.g.as_int(a.until), self.g.as_int(b.until));
        if ua == Some(FOREVER) && ub == Some(FOREVER) {
            return a.until;
        }
        let both_true = self.g.min(a.until, b.until);
        let both_false = self.g.max(a.until, b.until);
        let when_a = self.g.select(b.holds, both_true, b.until);
        let when_not_a = self.g.select(b.holds, a.until, both_false);
        self.g.select(a.holds, when_a, when_not_a)
    }

    /// Of clauses: all are evaluated, so that all calls cut. All true: the earliest; else the latest of the false ones.
    pub(super) fn all_of(&mut self, parts: &[Truth]) -> Truth {
        let forever = self.g.forever();
        let (mut holds, mut fixed) = (self.g.bool(true), self.g.bool(true));
        let (mut earliest, mut cuts) = (forever, forever);
        let mut latest: Option<Id> = None;
        let none = self.g.int(i64::MIN);
        for part in parts {
            holds = self.g.and(holds, part.holds);
            cuts = self.g.min(cuts, part.cuts);
            if self.g.as_int(part.until) == Some(FOREVER) {
                fixed = self.g.and(fixed, part.holds);
                continue;
            }
            // It counts only where all parts hold, this one too.
            let until = self.g.given(part.holds, part.until);
            earliest = self.g.min(earliest, until);
            let of_false = self.g.select(part.holds, none, part.until);
            latest = Some(match latest {
                Some(before) => self.g.max(before, of_false),
                None => of_false,
            });
        }
        let until = match latest {
            None => forever,
            Some(latest) => {
                let of_false = self.g.select(fixed, latest, forever);
                self.g.select(holds, earliest, of_false)
            }
        };
        Truth { holds, until, cuts }
    }

    /// Of bases: the mirror image.
    pub(super) fn any_of(&mut self, parts: &[Truth]) -> Truth {
        let parts: Vec<Truth> = parts.iter().map(|part| self.negated(*part)).collect();
        let all = self.all_of(&parts);
        self.negated(all)
    }

    pub(super) fn or(&mut self, a: Truth, b: Truth) -> Truth {
        let (a, b) = (self.negated(a), self.negated(b));
        let both = self.and(a, b);
        self.negated(both)
    }

    /// The same truth, of something that itself holds only until then.
    pub(super) fn within(&mut self, t: Truth, until: Id, cuts: Id) -> Truth {
        Truth { holds: t.holds, until: self.g.min(t.until, until), cuts: self.g.min(t.cuts, cuts) }
    }
}
