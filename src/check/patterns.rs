//! Regular expressions of a package: each compiled once, all within one budget of memory.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trust_runtime::pattern::{Pattern, PatternError};

/// What all automata of a package may take together; one that fails counts as large.
const BUDGET: usize = 256 << 20;
const FAILED: usize = 8 << 20;

#[derive(Default)]
pub(crate) struct Patterns {
    compiled: HashMap<SmolStr, Result<Arc<Pattern>, PatternError>>,
    used: usize,
}

impl Patterns {
    pub fn compile(&mut self, source: &SmolStr) -> Result<Arc<Pattern>, PatternError> {
        if let Some(known) = self.compiled.get(source) {
            return known.clone();
        }
        if self.used >= BUDGET {
            return Err(PatternError::TooLarge);
        }
        let result = Pattern::compile(source).map(Arc::new);
        self.used += match &result {
            Ok(p) => p.memory(),
            Err(PatternError::TooLarge) => FAILED,
            Err(_) => 0,
        };
        self.compiled.insert(source.clone(), result.clone());
        result
    }
}
