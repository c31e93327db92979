//! JSON to facts: the decoder beside `serde_json`, in one run.
//!
//! A request of a partner federation, 512 of them generated, about 900 bytes each. `serde_json` reads the same facts into a struct that
//! borrows its strings: once with instants and durations left as text, once with them read by the same functions that the decoder
//! uses. Before anything is timed both must have found the same values.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;
use trust_runtime::arena::Arena;
use trust_runtime::datum::Datum;
use trust_runtime::decode::{Decoder, Input};
use trust_runtime::schema::{
    Block, BlockId, Case, Enum, EnumId, Field, Limits, Record, RecordId, Role, Schema, Type, TypeId,
};
use trust_runtime::time::{format_instant, parse_duration, parse_instant};

const ENUMS: [(&str, &[&str]); 4] = [
    ("ContractStatus", &["negotiating", "active", "ended"]),
    ("Assurance", &["low", "substantial", "high"]),
    ("Standing", &["active", "reverify", "suspended", "revoked"]),
    ("Sensitivity", &["public", "internal", "confidential", "restricted"]),
];

fn schema() -> Schema {
    let mut schema = Schema { limits: Limits::default(), ..Schema::default() };
    for (name, cases) in ENUMS {
        let case = |c: &&str| Case { name: c.to_string(), wire: c.to_string() };
        schema.enums.push(Enum { name: name.into(), cases: cases.iter().map(case).collect() });
    }
    let case = |id| Type::Enum(EnumId(id));
    let strings = Type::Set(schema.intern(Type::String));
    let maybe_instant = Type::Optional(schema.intern(Type::Instant));
    let record = |schema: &mut Schema, name: &str, role, fields: &[(&str, Type)]| {
        let field = |(name, ty): &(&str, Type)| Field { name: name.to_string(), wire: name.to_string(), ty: *ty };
        let fields = fields.iter().map(field).collect();
        schema.records.push(Record { name: name.into(), wire: name.into(), role, fields });
        Type::Record(RecordId(schema.records.len() as u32 - 1))
    };
    use Type::{Bool, Decimal, Duration, Instant, Int, String};
    let partner = [
        ("id", String),
        ("contract", case(0)),
        ("assurance", case(1)),
        ("region", String),
        ("revocation_time", Duration),
        ("last_attested", Instant),
        ("standing", case(2)),
    ];
    let partner = record(&mut schema, "Partner", Role::Record, &partner);
    let credential = [
        ("issuer", String),
        ("subject", String),
        ("audience", String),
        ("scopes", strings),
        ("key_created_at", Instant),
        ("issued_at", Instant),
        ("expires_at", Instant),
        ("revocation_checked_at", maybe_instant),
    ];
    let credential = record(&mut schema, "Credential", Role::Record, &credential);
    let posture = [("attested_at", Instant), ("score", Decimal), ("open_findings", Int), ("patched", Bool)];
    let posture = record(&mut schema, "Posture", Role::Record, &posture);
    let link = [("issuer", String), ("subject", String), ("actions", strings), ("expires_at", Instant)];
    let link = record(&mut schema, "Link", Role::Record, &link);
    let links = Type::List(schema.intern(link));
    let arguments = [
        ("partner", partner),
        ("credential", credential),
        ("posture", posture),
        ("chain", links),
        ("action", String),
        ("sensitivity", case(3)),
    ];
    record(&mut schema, "partner_call", Role::Arguments, &arguments);
    record(&mut schema, "partner_call", Role::Key, &[("credential.subject", String)]);
    schema.blocks.push(Block { name: "partner_call".into(), arguments: RecordId(4), key: RecordId(5) });
    assert_eq!(schema.type_name(Type::Optional(TypeId(1))), "instant?");
    schema
}

#[derive(Deserialize)]
struct Partner<'a, I, D> {
    id: &'a str,
    contract: ContractStatus,
    assurance: Assurance,
    region: &'a str,
    revocation_time: D,
    last_attested: I,
    standing: Standing,
}

#[derive(Deserialize)]
struct Credential<'a, I> {
    issuer: &'a str,
    subject: &'a str,
    audience: &'a str,
    #[serde(borrow)]
    scopes: Vec<&'a str>,
    key_created_at: I,
    issued_at: I,
    expires_at: I,
    revocation_checked_at: Option<I>,
}

#[derive(Deserialize)]
struct Posture<I> {
    attested_at: I,
    score: f64,
    open_findings: i64,
    patched: bool,
}

#[derive(Deserialize)]
struct Link<'a, I> {
    issuer: &'a str,
    subject: &'a str,
    #[serde(borrow)]
    actions: Vec<&'a str>,
    expires_at: I,
}

#[derive(Deserialize)]
struct Facts<'a, I, D> {
    #[serde(borrow)]
    partner: Partner<'a, I, D>,
    #[serde(borrow)]
    credential: Credential<'a, I>,
    posture: Posture<I>,
    #[serde(borrow)]
    chain: Vec<Link<'a, I>>,
    action: &'a str,
    sensitivity: Sensitivity,
}

type Texts<'a> = Facts<'a, &'a str, &'a str>;
type Numbers<'a> = Facts<'a, Instant, Duration>;

struct Instant(i64);
struct Duration(i64);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Instant, D::Error> {
        let instant = parse_instant(<&str>::deserialize(d)?.as_bytes());
        instant.map(Instant).map_err(|_| serde::de::Error::custom("no instant"))
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Duration, D::Error> {
        let duration = parse_duration(<&str>::deserialize(d)?.as_bytes());
        duration.map(Duration).map_err(|_| serde::de::Error::custom("no duration"))
    }
}

macro_rules! cases {
    ($($name:ident { $($case:ident)* })*) => {$(
        #[derive(Clone, Copy, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum $name { $($case),* }
    )*};
}

cases! {
    ContractStatus { Negotiating Active Ended }
    Assurance { Low Substantial High }
    Standing { Active Reverify Suspended Revoked }
    Sensitivity { Public Internal Confidential Restricted }
}

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len() as u64) as usize]
    }
}

fn request(random: &mut Random, spaced: bool) -> String {
    const ACTIONS: [&str; 6] =
        ["shipments.read", "shipments.write", "events.publish", "events.read", "invoices.read", "routes.plan"];
    const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-3", "us-east-2", "ap-south-1"];
    let at = |random: &mut Random, days: u64| {
        let second = 1_000_000;
        format_instant(1_772_323_200 * second + (random.below(days * 86_400) as i64) * second)
    };
    let set = |random: &mut Random| {
        let mut out: Vec<&str> = ACTIONS.into_iter().filter(|_| random.below(2) == 0).collect();
        out.push("status.read");
        let out: Vec<String> = out.iter().map(|a| format!("\"{a}\"")).collect();
        format!("[{}]", out.join(","))
    };
    let n = random.below(10_000);
    let issuer = format!("https://idp.partner-{n}.example.org");
    let subject = format!("spiffe://partner-{n}.example.org/ns/logistics/sa/agent-{}", random.below(1000));
    let checked = match random.below(4) {
        0 => String::new(),
        _ => format!(",\"revocation_checked_at\":\"{}\"", at(random, 1)),
    };
    let links: Vec<String> = (0..1 + random.below(3))
        .map(|i| {
            let (actions, expires) = (set(random), at(random, 2));
            format!(
                "{{\"issuer\":\"orchestrator-{i}\",\"subject\":\"agent-{i}\",\"actions\":{actions},\"expires_at\":\"{expires}\"}}"
            )
        })
        .collect();
    let (contract, assurance, standing, sensitivity) =
        (random.of(ENUMS[0].1), random.of(ENUMS[1].1), random.of(ENUMS[2].1), random.of(ENUMS[3].1));
    let (region, scopes, action) = (random.of(&REGIONS), set(random), random.of(&ACTIONS));
    let (a, b, c, d, e) = (at(random, 300), at(random, 300), at(random, 1), at(random, 1), at(random, 1));
    let minutes = 1 + random.below(90);
    let (score, findings, patched) = (random.below(10_000), random.below(30), random.below(2) == 0);
    let text = format!(
        "{{\"partner\":{{\"id\":\"{issuer}\",\"contract\":\"{contract}\",\"assurance\":\"{assurance}\",\"region\":\"{region}\",\
         \"revocation_time\":\"{minutes}m\",\"last_attested\":\"{a}\",\"standing\":\"{standing}\"}},\
         \"credential\":{{\"issuer\":\"{issuer}\",\"subject\":\"{subject}\",\"audience\":\"https://api.shipments.example.com\",\
         \"scopes\":{scopes},\"key_created_at\":\"{b}\",\"issued_at\":\"{c}\",\"expires_at\":\"{d}\"{checked}}},\
         \"posture\":{{\"attested_at\":\"{e}\",\"score\":0.{score:04},\"open_findings\":{findings},\"patched\":{patched}}},\
         \"chain\":[{}],\"action\":\"{action}\",\"sensitivity\":\"{sensitivity}\"}}",
        links.join(",")
    );
    if spaced { text.replace("\":", "\": ").replace(",\"", ", \"").replace("https: ", "https:") } else { text }
}

/// The members of every object the other way round.
fn reversed(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let members: Vec<String> =
                members.iter().rev().map(|(key, value)| format!("\"{key}\":{}", reversed(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// What both found, as far as both say it alike.
fn same(decoder: &Decoder, arena: &mut Arena, text: &str) {
    arena.reset();
    let facts = decoder.args(BlockId(0), Input::new(text.as_bytes(), "args"), arena, true).expect("facts");
    let theirs: Numbers = serde_json::from_str(text).expect("facts");
    let string = |text: &str| Datum::Text(text.into());
    let set = |all: &[&str]| {
        let mut all = all.to_vec();
        all.sort();
        Datum::Set(all.into_iter().map(string).collect())
    };
    let (p, c, o) = (&theirs.partner, &theirs.credential, &theirs.posture);
    let expected = Datum::Record(vec![
        Datum::Record(vec![
            string(p.id),
            Datum::Case(p.contract as u32),
            Datum::Case(p.assurance as u32),
            string(p.region),
            Datum::Number(p.revocation_time.0),
            Datum::Number(p.last_attested.0),
            Datum::Case(p.standing as u32),
        ]),
        Datum::Record(vec![
            string(c.issuer),
            string(c.subject),
            string(c.audience),
            set(&c.scopes),
            Datum::Number(c.key_created_at.0),
            Datum::Number(c.issued_at.0),
            Datum::Number(c.expires_at.0),
            c.revocation_checked_at.as_ref().map_or(Datum::Absent, |at| Datum::Number(at.0)),
        ]),
        Datum::Record(vec![
            Datum::Number(o.attested_at.0),
            Datum::Number((o.score * 10_000.0).round() as i64),
            Datum::Number(o.open_findings),
            Datum::Bool(o.patched),
        ]),
        Datum::List(
            theirs
                .chain
                .iter()
                .map(|l| {
                    let end = Datum::Number(l.expires_at.0);
                    Datum::Record(vec![string(l.issuer), string(l.subject), set(&l.actions), end])
                })
                .collect(),
        ),
        string(theirs.action),
        Datum::Case(theirs.sensitivity as u32),
    ]);
    assert_eq!(Datum::read(&facts), expected, "{text}");
}

fn benches(c: &mut Criterion) {
    let decoder = Decoder::new(Arc::new(schema())).expect("a layout");
    let mut random = Random(7);
    let compact: Vec<String> = (0..512).map(|_| request(&mut random, false)).collect();
    let spaced: Vec<String> = (0..512).map(|_| request(&mut random, true)).collect();
    let backwards: Vec<String> =
        compact.iter().map(|text| reversed(&serde_json::from_str(text).expect("JSON"))).collect();
    let mut arena = Arena::new();
    for (name, requests) in [("in order", &compact), ("with spaces", &spaced), ("backwards", &backwards)] {
        for text in requests {
            same(&decoder, &mut arena, text);
        }
        compare(name, &decoder, &mut arena, requests);
        let bytes: usize = requests.iter().map(String::len).sum::<usize>() / requests.len();
        let mut group = c.benchmark_group(format!("{name}, {bytes} bytes"));
        group.throughput(Throughput::Bytes(bytes as u64));
        let mut next = requests.iter().cycle();
        group.bench_function("trust", |b| {
            b.iter(|| {
                let text = next.next().map_or("", |text| text).as_bytes();
                arena.reset();
                let facts = decoder.args(BlockId(0), Input::new(black_box(text), "args"), &mut arena, false);
                black_box(facts.map(|facts| facts.as_ptr()).ok())
            })
        });
        let mut next = requests.iter().cycle();
        group.bench_function("serde_json, times as text", |b| {
            b.iter(|| {
                let text = next.next().map_or("", |text| text).as_bytes();
                black_box(serde_json::from_slice::<Texts>(black_box(text)).is_ok())
            })
        });
        let mut next = requests.iter().cycle();
        group.bench_function("serde_json, times read", |b| {
            b.iter(|| {
                let text = next.next().map_or("", |text| text).as_bytes();
                black_box(serde_json::from_slice::<Numbers>(black_box(text)).is_ok())
            })
        });
        group.finish();
    }
}

/// All of the requests with each reader in turn, many times: the best round and the median of the ratios, which other work on the
/// machine moves least.
fn compare(name: &str, decoder: &Decoder, arena: &mut Arena, requests: &[String]) {
    const ROUNDS: usize = 400;
    let time = |run: &mut dyn FnMut(&[u8])| {
        let start = std::time::Instant::now();
        requests.iter().for_each(|text| run(black_box(text.as_bytes())));
        start.elapsed().as_nanos() as f64 / requests.len() as f64
    };
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        rounds[0].push(time(&mut |text| {
            arena.reset();
            let facts = decoder.args(BlockId(0), Input::new(text, "args"), arena, false);
            black_box(facts.map(|facts| facts.as_ptr()).ok());
        }));
        rounds[1].push(time(&mut |text| drop(black_box(serde_json::from_slice::<Texts>(text)))));
        rounds[2].push(time(&mut |text| drop(black_box(serde_json::from_slice::<Numbers>(text)))));
    }
    let best = |i: usize| rounds[i].iter().copied().fold(f64::MAX, f64::min);
    let ratio = |i: usize| {
        let mut all: Vec<f64> = rounds[i].iter().zip(&rounds[0]).map(|(theirs, ours)| theirs / ours).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    println!(
        "{name}: {:.0} ns; serde_json with times as text {:.0} ns ({:.1} times), with times read {:.0} ns ({:.1} times)",
        best(0),
        best(1),
        ratio(1),
        best(2),
        ratio(2)
    );
}

criterion_group!(all, benches);
criterion_main!(all);
