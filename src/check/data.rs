//! `data`: typed values read when the policy is checked.

use trust_syntax::diagnostic::Diagnostic;

use super::Checker;
use crate::facts;
use crate::program::Limits;
use crate::program::ty::Ty;

/// Data belongs to the policy, not to a request: the limits of facts do not hold for it.
const DATA_LIMITS: Limits = Limits { list: 4_000_000, string: 1 << 20, facts: 256 << 20, nesting: 32 };

impl Checker<'_> {
    pub(super) fn load_data(&mut self) {
        for index in 0..self.program.data.len() {
            let def = &self.program.data[index];
            if def.ty == Ty::Error {
                continue;
            }
            let (_, _, decl) = self.decls.data[index];
            let span = decl.path.span;
            let path = def.path.clone();
            let content = match self.input.data.get(path.as_str()) {
                Some(Ok(bytes)) => bytes,
                Some(Err(why)) => {
                    self.report(
                        Diagnostic::error("E0601", span, format!("the data file `{path}` cannot be read: {why}"))
                            .label("looked for beside the policy")
                            .help("the path is relative to the package's folder"),
                    );
                    continue;
                }
                None => continue,
            };
            let types = &self.program.types;
            let result = if path.ends_with(".csv") {
                facts::csv::decode_csv(types, &def.ty, content)
            } else {
                facts::decode::decode(types, &def.ty, content, &DATA_LIMITS, false)
            };
            match result {
                Ok(value) => self.program.data[index].value = value,
                Err(fault) => {
                    let place = if fault.path.is_empty() { String::new() } else { format!(" at `{}`", fault.path) };
                    let line = 1 + content.iter().take(fault.offset).filter(|b| **b == b'\n').count();
                    let ty = self.program.types.name(&def.ty);
                    self.report(
                        Diagnostic::error("E0602", span, format!("`{path}` does not fit `{ty}`: {}", fault.message))
                            .label(format!("line {line} of the file{place}"))
                            .because(decl.ty.span, "the type that is wanted"),
                    );
                }
            }
        }
    }
}
