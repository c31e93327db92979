//! After a mistake the rest survives, one cause has one diagnostic, and no text harms the parser.

use std::time::{Duration, Instant};

use trust_syntax::ast::{ClauseKind, ItemKind, Module};
use trust_syntax::span::FileId;
use trust_syntax::{Parsed, parse};

const POLICY: &str = include_str!("policy.trust");

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn codes(parsed: &Parsed) -> Vec<&'static str> {
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// Sound items and sound clauses.
fn sound(module: &Module) -> (usize, usize) {
    let items = module.items.iter().filter(|item| !matches!(item.kind, ItemKind::Error)).count();
    let clauses = module
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Block(block) => Some(&block.clauses),
            _ => None,
        })
        .flatten()
        .filter(|clause| !matches!(clause.kind, ClauseKind::Error))
        .count();
    (items, clauses)
}

const BLOCK: &str = "record P { a: int }\nparticipation p(x: P) {\n    require one: x.a == 1\n    MIDDLE\n    require two: x.a == 2\n    deny three: x.a == 3\n}\nlet y = 1\n";

#[test]
fn one_broken_clause_costs_one_clause() {
    let broken = [
        "require : x.a",
        "require x.a == 1",
        "require four x.a == 1",
        "require four: x.a ==",
        "require four: x.a == (1",
        "require four: x with { a: 1",
        "require four: x with { a: == 1 }.b",
        "require four: x.a == data",
        "require four: deny",
        "require four: f(a, require)",
        "require own-domain: x.a",
        "ttl four: 5m form x.a",
        "oblige four: log(x) in 5m",
        "suspend four: on Foo when x",
        "revoke four: Foo as f",
        "key",
        "purpose x",
        "parties a trusts b",
        "grade Gold",
        "wibble wobble",
        "require four: if x.a == 1 then 2",
        "require four: all y in: z",
        "require four: \"open",
        "require four: x.a $ 1",
        "@maps(] require four: x.a == 1",
        "require four: )",
        "reinstate four: on E as e when e.x == 1",
    ];
    for middle in broken {
        let text = BLOCK.replace("MIDDLE", middle);
        let parsed = read(&text);
        assert_eq!(parsed.diagnostics.len(), 1, "{middle}: {:#?}", parsed.diagnostics);
        let (items, clauses) = sound(&parsed.module);
        assert_eq!(items, 3, "{middle}");
        assert!(clauses >= 3, "{middle}: {clauses} clauses");
    }
}

#[test]
fn a_broken_clause_keeps_its_name() {
    let parsed = read(&BLOCK.replace("MIDDLE", "suspend four: on Foo when x"));
    let names: Vec<String> = parsed
        .module
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Block(block) => Some(&block.clauses),
            _ => None,
        })
        .flatten()
        .filter_map(|clause| clause.name.as_ref().map(|name| name.text.to_string()))
        .collect();
    assert_eq!(names, ["one", "four", "two", "three"]);
}

#[test]
fn items_survive_each_other() {
    let table: &[(&str, usize, &[&str])] = &[
        ("record A { x: int\nrecord B { y: int }", 2, &["E0101"]),
        ("participation a(x: A {\n    require b: x.c\n}\nlet d = 1", 2, &["E0101"]),
        ("participation a(x: A) {\n    require b: (x.c\n\nlet d = 1", 2, &["E0101"]),
        ("participation a(x: A) {\n    require b: x.c }\n    deny e: x.f\n}\nlet d = 1", 2, &["E0101"]),
        ("participation a x: A) {\n    let q = 1\n    require b: x.c\n}\nlet d = 1", 1, &["E0101"]),
        ("particpation a(x: A) {\n    requires b: x.c\n}\nlet d = 1", 2, &["E0101", "E0101"]),
        ("foo\nlet d = 1\nbar\nlet e = 2", 2, &["E0101", "E0101"]),
        ("enum E { a, 5, b }\nlet d = 1", 2, &["E0101"]),
        ("enum E { a b }\nlet d = 1", 2, &["E0101"]),
        ("enum E { a < b }", 1, &["E0101"]),
        ("record r { id: string }", 1, &["E0110"]),
        ("record R { id string\n  x: int\n  y int\n}", 1, &["E0101", "E0101"]),
        ("let data = 1", 1, &["E0108"]),
        ("let Data = 1", 1, &["E0110"]),
        (
            "framework f {\n    title = \"x\"\n    versoin \"1\"\n    effective\n    skew 5s\n}",
            1,
            &["E0101", "E0101", "E0101"],
        ),
        (
            "test \"t\" {\n    at 2026-01-01\n    expect x == \n    expect p(x) permit\n    expect y\n}\nlet d = 1",
            2,
            &["E0101", "E0101"],
        ),
        ("}\nlet d = 1", 1, &["E0101"]),
        ("let a = 1 let b = 2;", 2, &["E0102"]),
        ("# note\nlet a = 1 /* b */", 1, &["E0102", "E0102"]),
        ("use std", 1, &["E0101"]),
        ("let a =", 0, &["E0101"]),
        ("", 0, &[]),
        ("// nothing", 0, &[]),
    ];
    for (text, items, expected) in table {
        let parsed = read(text);
        assert_eq!(codes(&parsed), *expected, "{text}: {:#?}", parsed.diagnostics);
        assert_eq!(sound(&parsed.module).0, *items, "{text}");
    }
}

/// Runs on a small stack, and must be done soon.
fn quick(text: String) -> Parsed {
    let length = text.len();
    let before = Instant::now();
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        let parsed = read(&text);
        let shown = codes(&parsed).len();
        drop(parsed.module);
        (shown, parsed.diagnostics)
    });
    let (_, diagnostics) = thread.expect("a thread").join().expect("no panic");
    assert!(before.elapsed() < Duration::from_secs(20), "{length} bytes took {:?}", before.elapsed());
    Parsed { module: Module::default(), trivia: Default::default(), diagnostics }
}

#[test]
fn depth_is_bounded_and_time_linear() {
    let many = 20_000;
    let chains = [
        ("a", " + a", ""),
        ("a", ".a", ""),
        ("a", " implies a", ""),
        ("a", " otherwise a", ""),
        ("a", " with { b: 1 }", ""),
        ("", "- ", "a"),
        ("", "not ", "a"),
        ("", "has ", "a"),
        ("", "(", "a"),
        ("", "[", ""),
        ("", "{", ""),
        ("", "f(", ""),
        ("", "f(a, ", ""),
        ("", "all x in xs: ", "a"),
        ("", "if a then b else ", "c"),
        ("", "if ", "c"),
        ("", "match a { b: ", "c"),
        ("", "R { a: ", "c"),
        ("a", " < a", ""),
        ("", "a ", ""),
        ("", ") ", ""),
        ("", "} ", ""),
        ("", "= ", ""),
        ("", "\n} let a = {", ""),
        ("", "\nlet a = (", ""),
    ];
    for (start, part, end) in chains {
        let value = format!("{start}{}{end}", part.repeat(many));
        quick(format!("let x = {value}\nlet y = 1"));
        quick(format!("participation p(a: A) {{\n    require x: {value}\n    deny y: a\n}}"));
    }
    let balanced = format!("let x = {}a{}\nlet y = 1", "(".repeat(many), ")".repeat(many));
    assert_eq!(codes(&quick(balanced)), ["E0107"]);
    let types = format!("record R {{ a: {}int{} }}", "list<".repeat(many), ">".repeat(many));
    assert_eq!(codes(&quick(types)), ["E0107"]);
    // What is wrong inside must not be looked for from every level.
    let broken = format!("define f(i: {}true{}): bool = true", "list<".repeat(many), ">".repeat(many));
    assert_eq!(codes(&quick(broken)), ["E0107"]);
    let matches = format!("let x = {}true{}", "match ".repeat(many), " {}".repeat(many));
    assert_eq!(codes(&quick(matches)), ["E0107"]);
    assert_eq!(codes(&quick(format!("let x = a{}", " + a".repeat(many)))), ["E0107"]);
    assert_eq!(codes(&quick(format!("let x = a{}", " and a".repeat(many)))), [] as [&str; 0]);
    assert_eq!(codes(&quick(format!("let x = [{}]", "a, ".repeat(many)))), [] as [&str; 0]);
    assert_eq!(codes(&quick(format!("let x = {}a", "not ".repeat(100)))), [] as [&str; 0]);
    quick("/// doc\n".repeat(many));
    quick("@maps(a) ".repeat(many));
    quick("require x: y\n".repeat(many));
    quick("record R {\n".repeat(many));
    quick("participation p(x: P) {\n require y: (x with { a: 1\n".repeat(many));
}

struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

#[test]
fn no_soup_of_words_harms() {
    let mut parts: Vec<&str> = trust_syntax::ast::RESERVED.to_vec();
    parts.extend([
        "from",
        "when",
        "due",
        "within",
        "on",
        "as",
        "lifts",
        "at",
        "expect",
        "permit",
        "standing",
        "valid",
        "until",
        "title",
        "effective",
        "a",
        "b",
        "Foo",
        "x:",
        "Y:",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        ".",
        "@",
        "?",
        "=",
        "==",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "&&",
        ";",
        "'",
        "\"",
        "\"text\"",
        "1",
        "0.5",
        "5m",
        "2026-01-01",
        "5 days",
        "9223372036854775808",
        "\n",
        "\n",
        "\n\n",
        "// note\n",
        "/// doc\n",
        "/*",
        "é",
        "$",
        "\u{a0}",
        "->",
        "list<",
    ]);
    let mut random = Lcg(7);
    for _ in 0..3_000 {
        let length = random.below(60);
        let mut text = String::new();
        for _ in 0..length {
            text.push_str(parts.get(random.below(parts.len())).unwrap_or(&""));
            if random.below(8) > 0 {
                text.push(' ');
            }
        }
        let parsed = read(&text);
        for diagnostic in &parsed.diagnostics {
            let (start, end) = (diagnostic.span.start as usize, diagnostic.span.end as usize);
            assert!(text.get(start..end).is_some(), "{text:?}: {diagnostic:?}");
            assert!(!diagnostic.message.is_empty());
        }
        if parsed.module.items.iter().any(|item| matches!(item.kind, ItemKind::Error)) {
            assert!(!parsed.diagnostics.is_empty(), "{text:?}");
        }
    }
}

#[test]
fn no_cut_or_change_of_the_policy_harms() {
    let mut random = Lcg(11);
    for _ in 0..400 {
        let mut text = POLICY.to_string();
        let at = random.below(text.len());
        if text.is_char_boundary(at) {
            match random.below(3) {
                0 => text.truncate(at),
                1 => {
                    text.remove(at);
                }
                _ => text.insert(
                    at,
                    ['{', '}', '(', ')', ':', '=', '"', 'x', ' '].get(random.below(9)).copied().unwrap_or(' '),
                ),
            }
        }
        let parsed = read(&text);
        let (items, _) = sound(&parsed.module);
        assert!(parsed.diagnostics.len() <= 6, "{}: {:#?}", parsed.diagnostics.len(), parsed.diagnostics);
        assert!(items > 0 || at < 600);
    }
}
