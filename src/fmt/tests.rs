//! The formatter on the example policy, on single shapes, and on texts torn up at random.

use super::format;

const POLICY: &str = include_str!("../../grammar/tests/policy.trust");

fn tidy(text: &str) -> String {
    match format(text) {
        Ok(result) => result,
        Err(diagnostics) => panic!("{text}\n{diagnostics:#?}"),
    }
}

#[test]
fn tidy_text_stays_as_it_is() {
    let tidied = [
        "let a = 1\n",
        "// alone\n",
        "// above\n\nlet a = 1 // behind\n// below\n",
        "enum  E { a, b }\nscale S { a < b }\n",
        "enum E { @json(\"A\") a, b }\n",
        "enum E {\n    /// First.\n    a,\n    /// Second.\n    b // and last\n}\n",
        "use std.events.{A, B}\nuse std.time.fresh\n",
        "record R {}\n",
        "record R {\n    // nothing yet\n}\n",
        "record R { // why\n    a:    int\n    bcde: list<set<string>?>? // note\n\n    c: T\n    // end\n}\n",
        "catalog c \"title\" {\n    \"A\":  \"a\"\n    \"BB\": \"b\"\n}\n",
        "define f(a: int, b: list<int>): bool = a < -1 and b - 1 > -a\n",
        "let r = R { a: {1, 2}, b: [1, 2], c: x with { d: 1 }, e: {}, f: match a { b, c: 1, d: 2 } }\n",
        "@maps(a[\"x\"], b)\n@owner(\"me\")\nduty d(a: int)\n",
        "participation p(x: P) {\n    key x.a, x.b\n\n    require a: if x.a then b else c // so\n    /// Doc.\n    @maps(c[\"1\"])\n    deny bc: x.a == (1 - 2)\n\n    // last\n}\n",
        "test \"t\" {\n    at 2026-01-01\n    expect p(x) on E { a: 1 }: none\n    expect not x\n}\n",
        "framework f {\n    title  \"x\"\n    review every 90d reviewed 2026-01-01\n}\n",
    ];
    for text in tidied {
        assert_eq!(tidy(text), text);
    }
}

#[test]
fn untidy_text_is_tidied() {
    let table = [
        ("let  a=1", "let a = 1\n"),
        ("\r\n\r\nlet a = 1\r\n\r\n\r\n\r\nlet b = 2\r\n", "let a = 1\n\nlet b = 2\n"),
        ("record R { a: int, b: T, }", "record R {\n    a: int\n    b: T\n}\n"),
        ("let a = { 1,2, }", "let a = {1, 2}\n"),
        ("let a = R{b:1}", "let a = R { b: 1 }\n"),
        ("let a = - 1+f( b )", "let a = -1 + f(b)\n"),
        ("let a = 1\nrecord R {}\nlet b = 2", "let a = 1\n\nrecord R {}\n\nlet b = 2\n"),
        ("let a = b // why\n  and c\n  // how\n  and d", "let a =\n    b // why\n    and c\n    // how\n    and d\n"),
        (
            "participation p(x: P) { require a: b deny cc: d }",
            "participation p(x: P) {\n    require a:  b\n    deny    cc: d\n}\n",
        ),
        ("@owner(\"x\") let a = 1", "@owner(\"x\")\nlet a = 1\n"),
        ("enum E { a, b, }", "enum E { a, b }\n"),
    ];
    for (text, expected) in table {
        assert_eq!(tidy(text), expected);
    }
}

#[test]
fn long_values_break_where_they_are_loosest() {
    let conditions = (0..5).map(|n| format!("partner.condition_number_{n} == {n}")).collect::<Vec<_>>().join(" and ");
    let text = format!("participation p(partner: P) {{ require all_of_them: {conditions} }}");
    let result = tidy(&text);
    let lines: Vec<&str> = result.lines().collect();
    assert_eq!(lines.len(), 7);
    assert!(lines.iter().skip(2).take(4).all(|line| line.starts_with("                         and ")), "{result}");
    let list = (0..60).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert!(tidy(&format!("let a = [{list}]")).lines().all(|line| line.len() <= super::page::WIDTH));
    let arms = (0..9).map(|n| format!("case_{n}: value_{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(tidy(&format!("let a = match b {{ {arms} }}")).lines().count(), 11);
}

#[test]
fn a_file_with_errors_is_refused() {
    assert!(format("let a =").is_err());
}

struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

/// Comments, line breaks and blank lines anywhere between two tokens: nothing is lost, and once is enough.
#[test]
fn torn_text_is_mended_once() {
    let mut random = Lcg(3);
    let (tokens, _) = trust_syntax::tokens(trust_syntax::span::FileId(0), POLICY);
    for round in 0..150 {
        let mut text = String::new();
        for token in &tokens {
            text.push_str(&POLICY[token.start as usize..token.end as usize]);
            text.push_str(match random.below(if round % 2 == 0 { 12 } else { 60 }) {
                0 => " // behind\n",
                1 => "\n// above\n",
                2 => "\n/// doc\n",
                3 => "\n\n",
                4 => "\n\n// apart\n\n",
                5 | 6 => "\n",
                _ => " ",
            });
        }
        let once = tidy(&text);
        assert_eq!(tidy(&once), once);
        assert!(!once.contains("\n\n\n") && !once.contains(" \n"));
    }
    let policy = tidy(POLICY);
    assert_eq!(tidy(&policy), policy);
}
