//! JSON at random: facts of a type in every spelling, with slips.

use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{format_duration, format_instant};

use super::draw::{self, Random};
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// A text of this type, or nearly.
pub fn draw(random: &mut Random, types: &Types, ty: &Ty) -> Vec<u8> {
    let value = draw::value(random, types, ty);
    let slips = match random.below(3) {
        0 => 0,
        1 => 40,
        _ => 400,
    };
    let mut writer = Writer {
        spaces: [0, 0, 30, 3][random.below(4)],
        escapes: [0, 0, 20, 2][random.below(4)],
        shuffled: random.one_in(2),
        slips,
        random,
        types,
        out: Vec::new(),
    };
    writer.space();
    writer.value(ty, &value);
    writer.space();
    let mut out = writer.out;
    if random.one_in(4) {
        mutate(random, &mut out);
    }
    out
}

/// A few bytes more, fewer or other.
pub fn mutate(random: &mut Random, text: &mut Vec<u8>) {
    const PIECES: [&[u8]; 24] = [
        b"\"",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"true",
        b"1e999",
        b"-",
        b"\xff",
        b"\x00",
        b"0.00001",
        b"\xc3\xa9",
        b"\xc3",
        b" ",
        b"\t",
        b"0",
        b"Z",
    ];
    for _ in 0..=random.below(2) {
        let at = random.below(text.len() + 1);
        match random.below(5) {
            0 => text.truncate(at),
            1 => drop(text.splice(at..(at + random.below(4)).min(text.len()), [])),
            2 => drop(text.splice(at..at, random.of(&PIECES).iter().copied())),
            3 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            _ => {
                let from = random.below(text.len() + 1);
                let piece = text[from..(from + random.below(30)).min(text.len())].to_vec();
                drop(text.splice(at..at, piece));
            }
        }
    }
}

struct Writer<'r> {
    random: &'r mut Random,
    types: &'r Types,
    out: Vec<u8>,
    /// One in so many is; 0 for none.
    spaces: usize,
    escapes: usize,
    slips: usize,
    shuffled: bool,
}

impl Writer<'_> {
    fn says(&mut self, one_in: usize) -> bool {
        one_in > 0 && self.random.one_in(one_in)
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn space(&mut self) {
        while self.says(self.spaces) {
            let space = self.random.of(&[" ", "\n", "\t", "\r", "  "]);
            self.push(space);
        }
    }

    fn string(&mut self, text: &str) {
        self.push("\"");
        for letter in text.chars() {
            let escaped = self.says(self.escapes);
            match letter {
                '"' => self.push("\\\""),
                '\\' => self.push("\\\\"),
                '\n' if !escaped => self.push("\\n"),
                '/' if escaped => self.push("\\/"),
                c if c < ' ' || escaped => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        self.push(&format!("\\u{unit:04x}"));
                    }
                }
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.push("\"");
    }

    /// Any JSON.
    fn anything(&mut self, depth: usize) {
        const ATOMS: [&str; 22] = [
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.5",
            "1e3",
            "12345678901234567890",
            "0.00001",
            "\"\"",
            "\"x\"",
            "\"15m\"",
            "\"2026-01-01T00:00:00Z\"",
            "\"2026-02-30T00:00:00Z\"",
            "\"2026-01-01\"",
            "\"10.0.0.1\"",
            "\"10.0.0.1/8\"",
            "\"P1Y\"",
            "1e30",
            "\"2016-12-31T23:59:60Z\"",
            "01",
            "\"active\"",
        ];
        match self.random.below(8) {
            0 if depth > 0 => {
                self.push("{");
                for i in 0..self.random.below(3) {
                    if i > 0 {
                        self.push(",");
                    }
                    self.space();
                    let key = draw::string(self.random);
                    self.string(&key);
                    self.space();
                    self.push(":");
                    self.space();
                    self.anything(depth - 1);
                    self.space();
                }
                self.push("}");
            }
            1 | 2 if depth > 0 => {
                self.push("[");
                for i in 0..self.random.below(3) {
                    if i > 0 {
                        self.push(",");
                    }
                    self.space();
                    self.anything(depth - 1);
                    self.space();
                }
                self.push("]");
            }
            3 => {
                let text = draw::string(self.random);
                self.string(&text);
            }
            4 if self.random.one_in(10) => {
                let levels = self.random.below(100);
                for _ in 0..levels {
                    self.push("[");
                }
                for _ in 0..levels {
                    self.push("]");
                }
            }
            _ => {
                let atom = self.random.of(&ATOMS);
                self.push(atom);
            }
        }
    }

    fn value(&mut self, ty: &Ty, value: &Value) {
        if self.says(self.slips) {
            return self.anything(2);
        }
        match value {
            Value::None | Value::Moving(_) => self.push("null"),
            Value::Bool(truth) => self.push(if *truth { "true" } else { "false" }),
            Value::Int(number) => self.number(&number.to_string()),
            Value::Decimal(number) => self.number(&format_decimal(*number)),
            Value::String(text) => self.string(text),
            Value::Instant(instant) => match self.random.below(6) {
                0 => self.seconds(*instant),
                1 => {
                    let text = format_instant(*instant).replace('Z', "+00:00");
                    self.string(&text);
                }
                2 => {
                    let text = format_instant(*instant).replace('T', "t");
                    self.string(&text);
                }
                _ => self.string(&format_instant(*instant)),
            },
            Value::Duration(duration) => match self.random.below(4) {
                0 => self.seconds(*duration),
                1 => {
                    let sign = if *duration < 0 { "-" } else { "" };
                    let (seconds, micros) = (duration.unsigned_abs() / 1_000_000, duration.unsigned_abs() % 1_000_000);
                    self.string(&format!("{sign}PT{seconds}.{micros:06}S"));
                }
                _ => self.string(&format_duration(*duration)),
            },
            Value::Ip(ip) => self.string(&ip.to_string()),
            Value::Cidr(cidr) => self.string(&cidr.to_string()),
            Value::Case(case) => {
                let Ty::Enum(id) = ty.present() else { return self.push("null") };
                let wire = self.types.enum_def(*id).cases[*case as usize].wire.clone();
                self.string(&wire);
            }
            Value::Record(values) => {
                let Ty::Record(id) = ty.present() else { return self.push("null") };
                let fields = &self.types.record_def(*id).fields;
                let mut order: Vec<usize> = (0..fields.len()).collect();
                if self.shuffled {
                    for i in (1..order.len()).rev() {
                        order.swap(i, self.random.below(i + 1));
                    }
                }
                self.push("{");
                let mut first = true;
                for at in order {
                    let (field, value) = (&fields[at], &values[at]);
                    if (*value == Value::None && self.random.one_in(2)) || self.says(self.slips * 2) {
                        continue;
                    }
                    if self.says(self.slips / 4) {
                        let key = draw::string(self.random);
                        self.member(&mut first, &key);
                        self.anything(3);
                        self.space();
                    }
                    for _ in 0..1 + usize::from(self.says(self.slips * 3)) {
                        self.member(&mut first, &field.wire);
                        self.value(&field.ty, value);
                        self.space();
                    }
                }
                self.push("}");
            }
            Value::List(values) | Value::Set(values) => {
                let element = ty.present().element().unwrap_or(&Ty::Never);
                let mut all: Vec<&Value> = values.iter().collect();
                if matches!(value, Value::Set(_)) {
                    // In any order, some twice.
                    for i in (1..all.len()).rev() {
                        all.swap(i, self.random.below(i + 1));
                    }
                    if let Some(again) = all.first().copied().filter(|_| self.random.one_in(3)) {
                        all.push(again);
                    }
                }
                self.push("[");
                for (i, value) in all.into_iter().enumerate() {
                    if i > 0 {
                        self.push(",");
                    }
                    self.space();
                    self.value(element, value);
                    self.space();
                }
                if self.says(self.slips) {
                    self.push(",");
                }
                self.push("]");
            }
        }
    }

    fn member(&mut self, first: &mut bool, key: &str) {
        if !*first {
            self.push(",");
        }
        *first = false;
        self.space();
        self.string(key);
        self.space();
        self.push(":");
        self.space();
    }

    /// The same number, perhaps in other digits.
    fn number(&mut self, text: &str) {
        match self.random.below(8) {
            0 if !text.contains('.') => self.push(&format!("{text}.0")),
            1 if !text.contains('.') => self.push(&format!("{text}e0")),
            2 if text.len() < 12 && !text.contains('.') => self.push(&format!("{text}000e-3")),
            3 if text.contains('.') => self.push(&format!("{text}00")),
            4 => self.push(&format!("{text}E+00")),
            _ => self.push(text),
        }
    }

    fn seconds(&mut self, micros: i64) {
        let sign = if micros < 0 { "-" } else { "" };
        let (seconds, micros) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
        match micros {
            0 => self.push(&format!("{sign}{seconds}")),
            micros => self.push(&format!("{sign}{seconds}.{micros:06}")),
        }
    }
}
