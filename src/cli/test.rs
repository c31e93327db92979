use super::args::Test;
use super::console::Console;
use super::{CLEAN, Outcome};
pub fn run(_args: &Test, _console: &mut Console) -> Outcome {
    Ok(CLEAN)
}
