//! Compiling the federation policy, and loading it built.

use std::hint::black_box;

use trust_runtime::module::Module;

use crate::Effort;
use crate::ours::{self, Ours};
use crate::scale::{add, middle};
use crate::support::requests;
use crate::support::timing::single;
use crate::table::Table;

pub fn measure(effort: Effort, goals: &mut Table, rest: &mut Table) {
    let package = trustc::loader::load(&ours::federation()).expect("a package").remove(0);
    let stages: Vec<_> = (0..effort.runs * 3).map(|_| Ours::staged(&package, requests::BLOCK).1).collect();
    add(rest, "the federation policy", &middle(stages.iter().copied()));
    let built = Ours::built(&ours::checked(&ours::federation()));
    let load = single(effort.runs * 5, || drop(black_box(Ours::load(black_box(&built), requests::BLOCK))));
    let kib = built.len() as f64 / 1024.0;
    goals
        .figure(format!("loading the federation module from a `.tmod` ({kib:.1} KiB), to callable code"), load)
        .within(5.0);
    let read = single(effort.runs * 5, || drop(black_box(Module::read(black_box(&built)))));
    rest.figure("of which reading and looking at it", read);
}
