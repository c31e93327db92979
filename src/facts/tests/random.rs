//! Random values go out and come back; mangled texts never bring the reader down.

use std::net::IpAddr;

use trust_runtime::net::Cidr;
use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_INSTANT};

use super::*;
use crate::facts::{decode, decode_csv, read_request, to_json, write_json};
use crate::program::value::Value;

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn within(&mut self, low: i64, high: i64) -> i64 {
        match self.below(6) {
            0 => low,
            1 => high,
            2 => (self.next() as i64 % 100_000).clamp(low, high),
            3 => (self.next() as i64 % 1_000 * 1_000_000).clamp(low, high),
            _ => (i128::from(low) + i128::from(self.next()) % (i128::from(high) - i128::from(low) + 1)) as i64,
        }
    }

    fn value(&mut self, types: &Types, ty: &Ty) -> Value {
        match ty {
            Ty::Bool => Value::Bool(self.below(2) == 0),
            Ty::Int => Value::Int(self.within(i64::MIN, i64::MAX)),
            Ty::Decimal => Value::Decimal(self.within(i64::MIN, i64::MAX)),
            Ty::String => {
                let letters = ['a', '"', '\\', '\n', '\u{0}', '\u{7f}', 'é', '\u{2028}', '😀', '/', '.'];
                Value::String((0..self.below(6)).map(|_| letters[self.below(letters.len())]).collect::<String>().into())
            }
            Ty::Instant => Value::Instant(self.within(MIN_INSTANT, MAX_INSTANT)),
            Ty::Duration => Value::Duration(self.within(-MAX_DURATION, MAX_DURATION)),
            Ty::Ip => Value::Ip(self.ip()),
            Ty::Cidr => {
                let address = self.ip();
                let prefix = self.below(if address.is_ipv4() { 33 } else { 129 });
                // The reader's own advice takes the host bits away.
                match Cidr::parse(&format!("{address}/{prefix}")) {
                    Ok(cidr) | Err(trust_runtime::net::NetError::HostBits(cidr)) => Value::Cidr(cidr),
                    Err(error) => panic!("{address}/{prefix}: {error:?}"),
                }
            }
            Ty::Enum(id) => Value::Case(self.below(types.enum_def(*id).cases.len()) as u32),
            Ty::Record(id) => {
                Value::Record(types.record_def(*id).fields.iter().map(|f| self.value(types, &f.ty)).collect())
            }
            Ty::List(inner) => Value::List((0..self.below(4)).map(|_| self.value(types, inner)).collect()),
            Ty::Set(inner) => Value::set((0..self.below(4)).map(|_| self.value(types, inner)).collect()),
            Ty::Optional(inner) if self.below(2) == 0 => self.value(types, inner),
            Ty::Optional(_) | Ty::Never | Ty::Error => Value::None,
        }
    }

    fn ip(&mut self) -> IpAddr {
        match self.below(3) {
            0 => IpAddr::V4((self.next() as u32).into()),
            1 => IpAddr::V6((u128::from(self.next()) << 64 | u128::from(self.next())).into()),
            _ => std::net::Ipv4Addr::from(self.next() as u32).to_ipv6_mapped().into(),
        }
    }

    fn mangle(&mut self, text: &[u8]) -> Vec<u8> {
        let mut out = text.to_vec();
        let pieces: [&[u8]; 16] = [
            b"\"", b"\\", b"\\u", b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"null", b"1e999", b"-", b"\xff",
            b"\x00", b"0.00001",
        ];
        for _ in 0..=self.below(3) {
            let at = self.below(out.len() + 1);
            match self.below(4) {
                0 => out.truncate(at),
                1 => drop(out.splice(at..(at + self.below(4)).min(out.len()), [])),
                2 => drop(out.splice(at..at, pieces[self.below(pieces.len())].iter().copied())),
                _ => {
                    let from = self.below(out.len() + 1);
                    let piece = out[from..(from + self.below(30)).min(out.len())].to_vec();
                    drop(out.splice(at..at, piece));
                }
            }
        }
        out
    }
}

#[test]
fn what_is_written_is_read_back() {
    let (types, limits, mut random) = (types(), Limits::default(), Random(1));
    for _ in 0..3_000 {
        let value = random.value(&types, &EVERYTHING);
        let mut text = String::new();
        write_json(&mut text, &types, &EVERYTHING, &value, true);
        assert_eq!(decode(&types, &EVERYTHING, text.as_bytes(), &limits, true), Ok(value.clone()), "{text}");
        // As a tree too, but for digits that no double holds.
        if text.len() < 1_000 {
            assert!(to_json(&types, &EVERYTHING, &value, true).is_object(), "{text}");
        }
    }
}

#[test]
fn mangled_texts_are_read_or_refused() {
    let (types, program, limits, mut random) = (types(), program(), Limits::default(), Random(2));
    let mut taken = 0;
    for _ in 0..20_000 {
        let value = random.value(&types, &EVERYTHING);
        let mut text = String::new();
        write_json(&mut text, &types, &EVERYTHING, &value, true);
        let text = random.mangle(text.as_bytes());
        let strict = random.below(2) == 0;
        match decode(&types, &EVERYTHING, &text, &limits, strict) {
            Ok(_) => {
                taken += 1;
                // What another reader refuses is never taken; it does refuse numbers that no double holds.
                if !text.windows(5).any(|w| w == b"1e999") {
                    assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
                }
            }
            Err(fault) => assert!(fault.offset <= text.len() && !fault.message.is_empty()),
        }
    }
    assert!(taken > 100, "{taken}");
    let lines = [
        r#"{"id":[1,"x"],"block":"issuer","args":{"partner":{"id":"a","contract":"active","revocationTime":"15m"}},"prior":["incident"],"now":1}"#,
        r#"{"block":"issuer","event":{"name":"ContractEnded","fields":{"party":"a","endedAt":"2026-02-28T00:00:00Z"}},"key":["acme",1],"prior":[],"now":2}"#,
    ];
    for _ in 0..20_000 {
        let line = lines[random.below(2)];
        let line = random.mangle(line.as_bytes());
        let strict = random.below(2) == 0;
        if let Err(fault) = read_request(&program, &line, None, strict) {
            assert!(fault.fault.offset <= line.len());
            if let Some(id) = fault.id {
                assert!(serde_json::from_str::<serde_json::Value>(&id).is_ok() || id.contains("e999"), "{id}");
            }
        }
    }
    let table = "contract,note,id,revocationTime,last_attested,tiers\nactive,first,\"a, b\",15m,,gold;bronze\nended,,b,1h,2026-02-01T00:00:00Z,\n";
    for _ in 0..5_000 {
        let _ = decode_csv(&types, &list(PARTNER), &random.mangle(table.as_bytes()));
    }
}
