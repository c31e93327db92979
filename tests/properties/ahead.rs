//! Native code ahead of time decides and reacts as native code in memory does.

use trust_runtime::arena::Arena;
use trust_runtime::datum::Datum;
use trust_runtime::schema::{BlockId, RecordId};
use trustc::native::{self, values};
use trustc::program::Checked;
use trustc::{interp, program};

use super::{Telling, checked, plan};
use crate::ahead::{Loaded, object};
use crate::generate::rng::Rng;
use crate::generate::{Case, facts};

fn held(rng: &mut Rng, case: &Case, program: &Checked, loaded: &Loaded<'_>, module: &trust_runtime::module::Module) {
    for (n, def) in program.blocks.iter().enumerate() {
        let id = BlockId(n as u32);
        let schema = module.unit().schema.block(id).expect("a block");
        for _ in 0..8 {
            let args = facts::args(rng, program, def, &case.hints);
            let times = facts::boundaries(&args, &case.hints);
            let mut prior = vec![0; module.prior_words(id)];
            match facts::prior(rng, def) {
                interp::Prior::None => {}
                interp::Prior::Triggers(set) => module.prior(id, set.iter().map(|c| c.0), &mut prior),
                interp::Prior::Standing(level) => prior[0] = u64::from(level),
            }
            let mut arena = Arena::new();
            let datum = Datum::Record(args.iter().map(values::to_datum).collect());
            let native = datum.write(module.decoder(), schema.arguments, &mut arena).expect("facts");
            for _ in 0..3 {
                loaded.decides(id, &native, &prior, facts::moment(rng, &times));
            }
            let oracle = interp::Oracle::new(program);
            let key = oracle.key_of(program::BlockId(n as u32), &args);
            for event in facts::events(def) {
                let fields = facts::record(rng, &program.types, event, &case.hints);
                let (mut one, mut other) = (Arena::new(), Arena::new());
                let event =
                    values::to_datum(&fields).write(module.decoder(), RecordId(event.0), &mut one).expect("fields");
                let key = Datum::Record(key.iter().map(values::to_datum).collect());
                let key = key.write(module.decoder(), schema.key, &mut other).expect("a key");
                loaded.reacts(id, &event, &key, &prior, facts::moment(rng, &times));
            }
        }
    }
}

#[test]
fn of_random_policies() {
    for seed in plan(40) {
        let _telling = Telling(seed);
        let (case, program) = checked(seed);
        let module = native::module(&program).expect("a module");
        assert!(object(&module) == object(&native::module(&program).expect("a module")), "the same bytes");
        let loaded = Loaded::new(&module, &format!("random-{seed}"));
        held(&mut Rng::new(seed ^ 0x0061_6865_6164), &case, &program, &loaded, &module);
    }
}

/// Every intrinsic, also those that the generator draws seldom: long sets, numbers, patterns, networks, decimals, searches, months.
#[test]
fn of_all_that_code_in_memory_leaves_to_functions() {
    let mut names: Vec<String> = (0..90).map(|n| format!("\"name-{}\"", n * 7)).collect();
    names.extend(["\"acme\"".into(), "\"ab\"".into(), "\"\"".into()]);
    let numbers: Vec<String> = (0..90).map(|n| (n * 3 - 2).to_string()).collect();
    let source = format!(
        "duty told(who: string, what: string)
        record Row {{ name: string, nets: set<cidr>, n: int, d: decimal, w: duration, since: instant, from: ip, net: cidr }}
        event Left {{ name: string, since: instant }}
        participation whole(r: Row, o: Row) {{
            key r.name
            require named: r.name in {{{}}} or r.name contains o.name or r.name matches \"(ab|n.*-[0-9]+)c*\"
            require counted: r.n in {{{}}} or r.n * o.n > 5000 or r.n / 3 == o.n % 7
            require weighed: r.d * o.d > 2.5 or r.d / 1.3 < o.d
            require close: r.from in r.net or r.net in o.net or o.from in cidr(\"10.0.0.0/8\") or r.nets == o.nets
            require alike: r.name starts with o.name or r.name ends with o.name or r.name == o.name
            deny    late: add_months(r.since, 3) < o.since or r.w * 3 > o.w / 7
            oblige  tell: told(r.name, \"always\") within 1h
            revoke  left: on Left as l when l.name == r.name within 24h of l.since
        }}",
        names.join(", "),
        numbers.join(", ")
    );
    let analysis = crate::generate::analyse(&source);
    let program = match analysis.checked() {
        Ok((program, _)) => program,
        Err(broken) => panic!("{:#?}", broken.diagnostics),
    };
    let module = native::module(&program).expect("a module");
    let bytes = object(&module);
    for name in ["text_table", "int_table", "matches", "text_in", "net_network_in", "net_address_in", "add_months"] {
        assert!(bytes.windows(name.len()).any(|part| part == name.as_bytes()), "{name} is not called");
    }
    let loaded = Loaded::new(&module, "all");
    let case = Case::random(0, 1);
    for seed in 0..40 {
        held(&mut Rng::new(seed), &case, &program, &loaded, &module);
    }
}
