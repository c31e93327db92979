//! Regular expressions, compiled when a policy is checked.

/// An anchored, linear-time matcher.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub source: String,
}
