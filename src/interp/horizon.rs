//! Horizons: until when a value holds.
//!
//! In: values at `now` and the instants at which they change. Out: the value of a combination and the instant
//! until which that value holds. Always: for every instant in `[now, until)` the same facts give the same value.

use trust_runtime::time::MAX_INSTANT;

/// The instant at which a value may change; absent: never.
pub type Until = Option<i64>;

pub fn earlier(a: Until, b: Until) -> Until {
    match (a, b) {
        (None, other) | (other, None) => other,
        (Some(a), Some(b)) => Some(a.min(b)),
    }
}

pub fn later(a: Until, b: Until) -> Until {
    match (a, b) {
        (None, _) | (_, None) => None,
        (Some(a), Some(b)) => Some(a.max(b)),
    }
}

/// A truth and its horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub holds: bool,
    pub until: Until,
}

impl Held {
    /// True for ever: where `and` starts.
    pub const ALWAYS: Held = Held { holds: true, until: None };
    /// False for ever: where `or` starts.
    pub const NEVER: Held = Held { holds: false, until: None };

    /// `now >= instant`. An instant after the last one never comes.
    pub fn since(instant: i128, now: i64) -> Held {
        if i128::from(now) >= instant {
            Held::ALWAYS
        } else {
            Held { holds: false, until: i64::try_from(instant).ok().filter(|at| *at <= MAX_INSTANT) }
        }
    }

    /// `now < instant`
    pub fn before(instant: i128, now: i64) -> Held {
        Held::since(instant, now).negated()
    }

    pub fn negated(self) -> Held {
        Held { holds: !self.holds, until: self.until }
    }

    /// Both true: the earlier. Both false: the later. Mixed: the false side's.
    pub fn and(self, other: Held) -> Held {
        match (self.holds, other.holds) {
            (true, true) => Held { holds: true, until: earlier(self.until, other.until) },
            (false, false) => Held { holds: false, until: later(self.until, other.until) },
            (false, true) => self,
            (true, false) => other,
        }
    }

    /// The mirror image of `and`.
    pub fn or(self, other: Held) -> Held {
        self.negated().and(other.negated()).negated()
    }

    /// Whether this is `value` for ever, so that the rest of a fold need not be looked at.
    pub fn settled(self, value: bool) -> bool {
        self.holds == value && self.until.is_none()
    }

    /// The same truth, of something that itself holds only until then.
    pub fn within(self, until: Until) -> Held {
        Held { holds: self.holds, until: earlier(self.until, until) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(holds: bool, until: Until) -> Held {
        Held { holds, until }
    }

    #[test]
    fn and_takes_the_earlier_of_truths_and_the_later_of_falsehoods() {
        assert_eq!(held(true, Some(5)).and(held(true, Some(3))), held(true, Some(3)));
        assert_eq!(held(true, None).and(held(true, Some(3))), held(true, Some(3)));
        assert_eq!(held(false, Some(5)).and(held(false, Some(3))), held(false, Some(5)));
        assert_eq!(held(false, None).and(held(false, Some(3))), held(false, None));
        assert_eq!(held(true, Some(3)).and(held(false, Some(5))), held(false, Some(5)));
        assert_eq!(held(false, Some(3)).and(held(true, Some(5))), held(false, Some(3)));
    }

    #[test]
    fn or_mirrors_and() {
        assert_eq!(held(true, Some(5)).or(held(true, Some(3))), held(true, Some(5)));
        assert_eq!(held(false, Some(5)).or(held(false, Some(3))), held(false, Some(3)));
        assert_eq!(held(true, Some(3)).or(held(false, Some(1))), held(true, Some(3)));
    }

    #[test]
    fn an_instant_after_the_last_never_comes() {
        let last = i128::from(MAX_INSTANT);
        assert_eq!(Held::since(last, 0), held(false, Some(MAX_INSTANT)));
        assert_eq!(Held::since(last + 1, 0), Held::NEVER);
        assert_eq!(Held::before(last + 1, 0), Held::ALWAYS);
        assert_eq!(Held::since(7, 7), Held::ALWAYS);
        assert_eq!(Held::before(7, 6), held(true, Some(7)));
    }
}
