//! Compiling the federation policy.

use crate::Effort;
use crate::ours::{self, Ours};
use crate::scale::{add, middle};
use crate::support::requests;
use crate::table::Table;

pub fn measure(effort: Effort, goals: &mut Table, rest: &mut Table) {
    let package = trustc::loader::load(&ours::federation()).expect("a package").remove(0);
    let stages: Vec<_> = (0..effort.runs * 3).map(|_| Ours::staged(&package, requests::BLOCK).1).collect();
    add(rest, "the federation policy", &middle(stages.iter().copied()));
    let _ = goals;
}
