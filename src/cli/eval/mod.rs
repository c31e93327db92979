mod lines;
mod phrases;
mod shown;
mod stream;
mod tree;
use super::args::Eval;
use super::console::Console;
use super::{CLEAN, Outcome};
pub fn run(_args: &Eval, _console: &mut Console) -> Outcome {
    Ok(CLEAN)
}
