//! Cedar.
//!
//! In: requests and a set of policies. Out: permit or deny. Facts stand in the context. Written twice: a policy for each
//! clause, as one would, and all in one policy, which stops at the first condition that fails.

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request as Asked};
use serde_json::Value;

use crate::input::input;
use crate::support::requests::Request;

pub const CLAUSES: &str = include_str!("../policies/permits.cedar");

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Asked>,
}

impl Cedar {
    pub fn new(requests: &[Request], policies: &str) -> Cedar {
        Cedar {
            authorizer: Authorizer::new(),
            policies: policies.parse().expect("Cedar policies"),
            entities: Entities::empty(),
            requests: requests.iter().map(asked).collect(),
        }
    }

    pub fn permits(&self, n: usize) -> bool {
        self.authorizer.is_authorized(&self.requests[n], &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn asked(request: &Request) -> Asked {
    let uid = |kind: &str, id: &str| -> EntityUid { format!("{kind}::{id:?}").parse().expect("an entity") };
    let mut context = serde_json::to_value(input(request)).expect("JSON");
    let members = context.as_object_mut().expect("an object");
    if let Some(Value::Array(links)) = members.remove("chain") {
        members.insert("links".into(), links.len().into());
        for (n, link) in links.into_iter().enumerate() {
            members.insert(format!("link{}", n + 1), link);
        }
    }
    Asked::new(
        uid("Agent", &request.facts.credential.subject),
        uid("Action", "call"),
        uid("Service", "shipments"),
        Context::from_json_value(context, None).expect("a context"),
        None,
    )
    .expect("a request")
}

/// The same conditions in one policy: what must hold first, then the grounds.
pub fn in_one() -> String {
    const HEAD: &str = "(principal, action == Action::\"call\", resource) ";
    let text: String = CLAUSES.lines().filter(|l| !l.starts_with("//")).collect::<Vec<_>>().join("\n");
    let (mut needed, mut grounds) = (Vec::new(), Vec::new());
    for policy in text.split(';') {
        let policy = policy.trim();
        let inside = || policy.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map_or("", |(body, _)| body);
        if policy.starts_with("permit") {
            grounds.push(format!("({})", inside()));
        } else if policy.contains(&format!("{HEAD}unless")) {
            needed.push(format!("({})", inside()));
        } else if policy.starts_with("forbid") {
            needed.push(format!("!({})", inside()));
        }
    }
    format!("permit {HEAD}when {{ {} && ({}) }};", needed.join(" && "), grounds.join(" || "))
}
