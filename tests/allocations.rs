//! A decision allocates nothing: not over native facts, and from JSON not once the arena is warm.

#[path = "../benches/support/allocations.rs"]
mod allocations;
#[path = "../benches/support/ours.rs"]
mod ours;
#[path = "../benches/support/mod.rs"]
mod support;

use allocations::{Counting, counted};
use support::native::Native;
use support::requests;
use trust_runtime::arena::Arena;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_decision_allocates_nothing() {
    let ours = ours::Ours::new(&ours::checked(&ours::federation()), requests::BLOCK);
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let mut words = ours.words();
    let mut arena = Arena::new();
    // The largest text warms the arena.
    let largest = requests.iter().max_by_key(|r| r.json.len()).expect("requests");
    for _ in 0..2 {
        ours.permits_json(largest.json.as_bytes(), &mut arena, largest.prior, largest.now);
    }
    for (request, facts) in requests.iter().zip(&facts) {
        let (json, prior, now) = (request.json.as_bytes(), request.prior, request.now);
        let (mut permits, mut decides) = (false, false);
        let count = counted(|| {
            // SAFETY: the facts are those of the block.
            unsafe {
                permits = ours.permits(facts.as_ptr(), prior, now);
                decides = ours.decide(facts.as_ptr(), prior, now, &mut words);
            }
        });
        assert_eq!(count, 0, "{}", request.json);
        let count = counted(|| {
            assert_eq!(ours.permits_json(json, &mut arena, prior, now), permits);
            assert_eq!(ours.decide_json(json, &mut arena, prior, now, &mut words), decides);
        });
        assert_eq!(count, 0, "{}", request.json);
    }
}
