//! Types, limits and values at random.

use std::net::IpAddr;
use std::sync::Arc;

use smol_str::SmolStr;
use trust_runtime::net::{Cidr, NetError};
use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_INSTANT};
use trust_syntax::span::Span;

use crate::program::ty::{CaseDef, EnumDef, EnumId, FieldDef, RecordDef, RecordId, Ty, Types};
use crate::program::value::Value;
use crate::program::{Limits, Meta};

/// The same numbers every time.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }

    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        match self.below(6) {
            0 => low,
            1 => high,
            2 => (self.next() as i64 % 100).clamp(low, high),
            3 => (self.next() as i64 % 1_000 * 1_000_000).clamp(low, high),
            4 => (self.next() as i64 % 4_000_000_000 * 1_000_000).clamp(low, high),
            _ => {
                let span = i128::from(high) - i128::from(low) + 1;
                (i128::from(low) + i128::from(self.next()) % span) as i64
            }
        }
    }
}

const NAMES: [&str; 24] = [
    "a",
    "b",
    "id",
    "ok",
    "key",
    "tier",
    "issuer",
    "subject",
    "scopes",
    "expires_at",
    "issued_at",
    "revocation_checked_at",
    "twelve_bytes",
    "sixteen_bytes_xy",
    "seventeen_bytes_x",
    "a name with spaces",
    "größe",
    "quo\"te",
    "back\\slash",
    "😀",
    "a_very_long_name_that_no_one_would_ever_write_down",
    "a_very_long_name_that_no_one_would_never_write_down",
    "",
    "active",
];

/// Names that differ.
fn names(random: &mut Random, count: usize) -> Vec<SmolStr> {
    let mut out: Vec<SmolStr> = Vec::new();
    while out.len() < count {
        let name = random.of(&NAMES);
        let name = if out.len() > 12 || random.one_in(5) { format!("{name}{}", out.len()) } else { name.to_owned() };
        if !out.iter().any(|known| *known == name) {
            out.push(name.into());
        }
    }
    out
}

pub fn types(random: &mut Random) -> Types {
    let mut types = Types::default();
    for _ in 0..1 + random.below(3) {
        let count = if random.one_in(6) { 30 } else { 1 + random.below(8) };
        let case = |wire: SmolStr| CaseDef {
            name: format!("case_{wire}").into(),
            wire,
            span: Span::default(),
            meta: Meta::default(),
        };
        let cases = names(random, count).into_iter().map(case).collect();
        let name = format!("Enum{}", types.enums.len()).into();
        types.enums.push(EnumDef { name, span: Span::default(), meta: Meta::default(), ordered: false, cases });
    }
    for number in 0..1 + random.below(4) {
        let count = if random.one_in(25) { 60 + random.below(20) } else { random.below(9) };
        let field = |wire: SmolStr| FieldDef {
            name: format!("field_{wire}").into(),
            wire,
            span: Span::default(),
            meta: Meta::default(),
            ty: ty(random, &types, 3),
        };
        let fields: Vec<SmolStr> =
            names(&mut Random::new(number as u64 + types.enums.len() as u64 * 100 + count as u64), count);
        let fields = fields.into_iter().map(field).collect();
        types.records.push(RecordDef {
            name: format!("Record{number}").into(),
            wire: format!("Record{number}").into(),
            span: Span::default(),
            meta: Meta::default(),
            is_event: false,
            fields,
        });
    }
    types
}

fn scalar(random: &mut Random, types: &Types) -> Ty {
    match random.below(11) {
        0 => Ty::Bool,
        1 => Ty::Int,
        2 => Ty::Decimal,
        3 | 4 => Ty::String,
        5 => Ty::Instant,
        6 => Ty::Duration,
        7 => Ty::Ip,
        8 => Ty::Cidr,
        _ => Ty::Enum(EnumId(random.below(types.enums.len()) as u32)),
    }
}

fn ty(random: &mut Random, types: &Types, depth: usize) -> Ty {
    match random.below(10) {
        0 | 1 if depth > 0 => Ty::List(Arc::new(ty(random, types, depth - 1))),
        2 => Ty::Set(Arc::new(scalar(random, types))),
        3 | 4 if depth > 0 => ty(random, types, depth - 1).optional(),
        5 | 6 if !types.records.is_empty() => Ty::Record(RecordId(random.below(types.records.len()) as u32)),
        _ => scalar(random, types),
    }
}

pub fn limits(random: &mut Random) -> Limits {
    match random.below(5) {
        0 => Limits {
            list: random.below(5),
            string: random.below(12),
            facts: 20 + random.below(400),
            nesting: random.below(5),
        },
        1 => Limits { nesting: 200, ..Limits::default() },
        _ => Limits { list: 14, string: 60, facts: 100_000, nesting: 12 },
    }
}

pub fn string(random: &mut Random) -> String {
    const LETTERS: [char; 12] = ['a', 'b', 'z', '"', '\\', '\n', '\u{0}', 'é', '\u{2028}', '😀', '/', ' '];
    let length = if random.one_in(8) { random.below(80) } else { random.below(12) };
    let plain = !random.one_in(3);
    (0..length).map(|_| LETTERS[random.below(if plain { 3 } else { LETTERS.len() })]).collect()
}

pub fn value(random: &mut Random, types: &Types, ty: &Ty) -> Value {
    match ty {
        Ty::Bool => Value::Bool(random.one_in(2)),
        Ty::Int => Value::Int(random.within(i64::MIN, i64::MAX)),
        Ty::Decimal => Value::Decimal(random.within(i64::MIN, i64::MAX)),
        Ty::String => Value::String(string(random).into()),
        Ty::Instant => Value::Instant(random.within(MIN_INSTANT, MAX_INSTANT)),
        Ty::Duration => Value::Duration(random.within(-MAX_DURATION, MAX_DURATION)),
        Ty::Ip => Value::Ip(ip(random)),
        Ty::Cidr => {
            let address = ip(random);
            let prefix = random.below(if address.is_ipv4() { 33 } else { 129 });
            match Cidr::parse(&format!("{address}/{prefix}")) {
                // The reader's own advice takes the host bits away.
                Ok(cidr) | Err(NetError::HostBits(cidr)) => Value::Cidr(cidr),
                Err(error) => panic!("{address}/{prefix}: {error:?}"),
            }
        }
        Ty::Enum(id) => Value::Case(random.below(types.enum_def(*id).cases.len()) as u32),
        Ty::Record(id) => {
            Value::Record(types.record_def(*id).fields.iter().map(|field| value(random, types, &field.ty)).collect())
        }
        Ty::List(inner) => Value::List(elements(random, types, inner).into()),
        Ty::Set(inner) => Value::set(elements(random, types, inner)),
        Ty::Optional(inner) if random.one_in(2) => value(random, types, inner),
        Ty::Optional(_) | Ty::Never | Ty::Error => Value::None,
    }
}

fn elements(random: &mut Random, types: &Types, element: &Ty) -> Vec<Value> {
    let count = if element.is_scalar() && random.one_in(10) { random.below(16) } else { random.below(4) };
    (0..count).map(|_| value(random, types, element)).collect()
}

fn ip(random: &mut Random) -> IpAddr {
    match random.below(3) {
        0 => IpAddr::V4((random.next() as u32).into()),
        1 => IpAddr::V6((u128::from(random.next()) << 64 | u128::from(random.next())).into()),
        _ => std::net::Ipv4Addr::from(random.next() as u32).to_ipv6_mapped().into(),
    }
}
