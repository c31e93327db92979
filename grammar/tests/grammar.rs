//! Tricky corners of the grammar: what reads how.

use trust_syntax::ast::{BinaryOp, Expr, ExprKind, ItemKind, QuantifierKind, TypeKind};
use trust_syntax::span::FileId;
use trust_syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// An expression with all its structure in brackets.
fn show(expr: &Expr) -> String {
    let list = |parts: &[Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Decimal(value) => format!("{value}e-4"),
        ExprKind::String(value) => format!("{value:?}"),
        ExprKind::Instant(value) => format!("@{value}"),
        ExprKind::Duration(value) => format!("{value}us"),
        ExprKind::None => "none".to_string(),
        ExprKind::Name(text) => text.to_string(),
        ExprKind::Case { ty, case } => format!("{}.{}", ty.text, case.text),
        ExprKind::Paren(inner) => format!("({})", show(inner)),
        ExprKind::Field { base, field } => format!("{}.{}", show(base), field.text),
        ExprKind::Record { ty, fields } => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{}={}", field.name.text, show(&field.value))).collect();
            format!("{}{{{}}}", ty.text, fields.join(" "))
        }
        ExprKind::With { base, fields } => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{}={}", field.name.text, show(&field.value))).collect();
            format!("[{} with {}]", show(base), fields.join(" "))
        }
        ExprKind::List(parts) => format!("list[{}]", list(parts)),
        ExprKind::Set(parts) => format!("set[{}]", list(parts)),
        ExprKind::Call { callee, args } => {
            let args: Vec<_> = args
                .iter()
                .map(|arg| match &arg.name {
                    Some(name) => format!("{}={}", name.text, show(&arg.value)),
                    None => show(&arg.value),
                })
                .collect();
            format!("{}({})", callee.text, args.join(" "))
        }
        ExprKind::Aggregate { callee, item, binder, collection, condition } => format!(
            "{}[{} for {} in {}{}]",
            callee.text,
            show(item),
            binder.text,
            show(collection),
            condition.as_ref().map_or(String::new(), |c| format!(" where {}", show(c)))
        ),
        ExprKind::CountWhere { callee, binder, collection, condition } => {
            format!("{}[{} in {} where {}]", callee.text, binder.text, show(collection), show(condition))
        }
        ExprKind::Neg(inner) => format!("[- {}]", show(inner)),
        ExprKind::Not(inner) => format!("[not {}]", show(inner)),
        ExprKind::Has(inner) => format!("[has {}]", show(inner)),
        ExprKind::Binary { op, left, right, .. } => format!("[{} {op:?} {}]", show(left), show(right)),
        ExprKind::And(parts) => format!("[and {}]", list(parts)),
        ExprKind::Or(parts) => format!("[or {}]", list(parts)),
        ExprKind::IsEmpty { base, negated } => format!("[{} {}]", show(base), if *negated { "full" } else { "empty" }),
        ExprKind::Matches { base, pattern } => format!("[{} ~ {}]", show(base), pattern.value),
        ExprKind::If { condition, then, otherwise } => {
            format!("[if {} {} {}]", show(condition), show(then), show(otherwise))
        }
        ExprKind::Match { scrutinee, arms } => {
            let arms: Vec<_> = arms
                .iter()
                .map(|arm| {
                    let cases: Vec<_> = arm.cases.iter().map(|case| case.text.as_str()).collect();
                    format!("{}:{}", cases.join(","), show(&arm.body))
                })
                .collect();
            format!("[match {} {}]", show(scrutinee), arms.join(" "))
        }
        ExprKind::Quantifier { kind, binders, collection, body } => {
            let kind = match kind {
                QuantifierKind::All => "all",
                QuantifierKind::Any => "any",
                QuantifierKind::No => "no",
            };
            let binders: Vec<_> = binders.iter().map(|name| name.text.as_str()).collect();
            format!("[{kind} {} {} {}]", binders.join(","), show(collection), show(body))
        }
        ExprKind::Error => "ERROR".to_string(),
    }
}

fn value(text: &str) -> (String, Vec<&'static str>) {
    let parsed = read(&format!("let value = {text}"));
    let codes = parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let shown = parsed.module.items.iter().find_map(|item| match &item.kind {
        ItemKind::Let(found) => Some(show(&found.value)),
        _ => None,
    });
    (shown.unwrap_or_default(), codes)
}

#[test]
fn expressions_read_as_described() {
    let table = [
        ("not a == b", "[not [a Eq b]]"),
        ("a or b and c", "[or a [and b c]]"),
        ("a and b and c or d", "[or [and a b c] d]"),
        ("a implies b implies c", "[a Implies [b Implies c]]"),
        ("a and all x in xs: x and b", "[and a [all x xs [and x b]]]"),
        ("all a, b in chain: a.to == b.from", "[all a,b chain [a.to Eq b.from]]"),
        ("f(any a, b in xs: a < b, c)", "f([any a,b xs [a Lt b]] c)"),
        ("a implies if b then c else d or e", "[a Implies [if b c [or d e]]]"),
        ("if a then 1 else if b then 2 else 3", "[if a 1 [if b 2 3]]"),
        ("not if a then b else c", "[not [if a b c]]"),
        ("a or not no x in xs: x", "[or a [not [no x xs x]]]"),
        ("has a.b and a.b == 1", "[and [has a.b] [a.b Eq 1]]"),
        ("not has x", "[not [has x]]"),
        ("x otherwise y otherwise z", "[x Otherwise [y Otherwise z]]"),
        ("x otherwise 5 == y", "[[x Otherwise 5] Eq y]"),
        ("(a + b) otherwise -1", "[([a Add b]) Otherwise -1]"),
        ("a - b - c", "[[a Sub b] Sub c]"),
        ("a + b * c % d", "[a Add [[b Mul c] Rem d]]"),
        ("a -1", "[a Sub 1]"),
        ("- x.y", "[- x.y]"),
        ("-15m", "-900000000us"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("a - 9223372036854775807", "[a Sub 9223372036854775807]"),
        ("x not in {1, 2,}", "[x NotIn set[1 2]]"),
        ("a subset of b or a intersects b", "[or [a SubsetOf b] [a Intersects b]]"),
        (
            "s starts with \"a\" and s ends with \"b\" and s contains \"c\"",
            "[and [s StartsWith \"a\"] [s EndsWith \"b\"] [s Contains \"c\"]]",
        ),
        ("s matches \"a+\"", "[s ~ a+]"),
        ("a is empty or b is not empty", "[or [a empty] [b full]]"),
        ("{}", "set[]"),
        ("[]", "list[]"),
        ("Tier.gold", "Tier.gold"),
        ("p with { a: 1, scope: 2 } with { b: 3 }", "[[p with a=1 scope=2] with b=3]"),
        ("Event { record: 1, if: 2 }.if", "Event{record=1 if=2}.if"),
        ("min(x.v for x in xs where x.ok)", "min[x.v for x in xs where x.ok]"),
        ("sum(1 for x in xs)", "sum[1 for x in xs]"),
        ("count(x in xs where x > 1)", "count[x in xs where [x Gt 1]]"),
        ("count(x in xs)", "count([x In xs])"),
        ("issuer(p, prior: s).permitted", "issuer(p prior=s).permitted"),
        ("match e { a, b: 1, c: all x in xs: x, }", "[match e a,b:1 c:[all x xs x]]"),
        ("match p with { a: 1 } { reverify, active: 1 }", "[match [p with a=1] reverify,active:1]"),
        ("match f(x) { reverify: 1 }", "[match f(x) reverify:1]"),
        ("s == reverify", "[s Eq reverify]"),
        (
            "from + when + due + of + at + expect + empty",
            "[[[[[[from Add when] Add due] Add of] Add at] Add expect] Add empty]",
        ),
        ("a.from.data.none", "a.from.data.none"),
        ("0.85", "8500e-4"),
        ("1_000", "1000"),
        ("1h30m", "5400000000us"),
        ("0.5s", "500000us"),
        ("2w1d", "1296000000000us"),
        ("1970-01-02", "@86400000000"),
        ("1970-01-01T01:00:00.25+01:00", "@250000"),
        ("0001-01-01", "@-62135596800000000"),
        ("9999-12-31T23:59:59.999999Z", "@253402300799999999"),
        ("2024-02-29", "@1709164800000000"),
        (r#""a\"b\\\n\u{e9}""#, r#""a\"b\\\né""#),
        ("none otherwise true", "[none Otherwise true]"),
    ];
    for (text, expected) in table {
        assert_eq!(value(text), (expected.to_string(), vec![]), "{text}");
    }
}

#[test]
fn mistakes_in_expressions_have_one_code() {
    let table = [
        ("a < b < c", "E0112"),
        ("a < b < c < d", "E0112"),
        ("a == b in c", "E0112"),
        ("a otherwise b + c", "E0109"),
        ("a + b otherwise c", "E0109"),
        ("a otherwise b otherwise c * 2", "E0109"),
        ("a && b", "E0102"),
        ("!a", "E0102"),
        ("a = b", "E0101"),
        ("a === b", "E0102"),
        ("'a'", "E0103"),
        ("“a”", "E0103"),
        ("\"a", "E0103"),
        ("\"\\q\"", "E0103"),
        ("\"\\u{110000}\"", "E0103"),
        ("12ab", "E0104"),
        ("1__0", "E0104"),
        ("0.12345", "E0104"),
        ("9223372036854775808", "E0104"),
        ("a - 9223372036854775808", "E0104"),
        ("99999999999999999999", "E0104"),
        ("2026-13-01", "E0105"),
        ("2026-02-30", "E0105"),
        ("2026-1-1", "E0105"),
        ("2023-02-29", "E0105"),
        ("0000-01-01", "E0105"),
        ("2026-01-01T10:00:00", "E0105"),
        ("2026-01-01T24:00:00Z", "E0105"),
        ("2026-01-01T10:00:60Z", "E0105"),
        ("2026-01-01T10:00:00.1234567Z", "E0105"),
        ("0001-01-01T00:00:00+01:00", "E0105"),
        ("10min", "E0106"),
        ("5 minutes", "E0106"),
        ("3mo", "E0106"),
        ("1 year", "E0106"),
        ("1.5h", "E0106"),
        ("30m1h", "E0106"),
        ("4000000d", "E0106"),
        ("1 day + 2 days", "E0106"),
        ("a $ b", "E0102"),
        ("if a then b", "E0101"),
        ("f(a b)", "E0101"),
        ("a.b(c)", "E0101"),
        ("Partner == p", "E0110"),
        ("(a + b", "E0101"),
        ("a)", "E0101"),
        ("f(a]", "E0101"),
        ("data == 1", "E0108"),
        ("count(x where y)", "E0101"),
    ];
    for (text, code) in table {
        let (_, mut codes) = value(text);
        if text.contains("days") {
            codes.dedup();
        }
        assert_eq!(codes, [code], "{text}: {:#?}", read(&format!("let value = {text}")).diagnostics);
    }
}

#[test]
fn a_broken_literal_leaves_the_rest_readable() {
    assert_eq!(value("a < 10min and b").0, "[and [a Lt ERROR] b]");
    assert_eq!(value("a > 2026-02-30 or c").0, "[or [a Gt ERROR] c]");
}

#[test]
fn types() {
    let parsed = read("record R { a: list<set<string>?>? scope: T, data: T? }");
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let Some(ItemKind::Record(record)) = parsed.module.items.first().map(|item| &item.kind) else {
        panic!("no record");
    };
    assert_eq!(record.fields.len(), 3);
    assert!(matches!(record.fields.first().map(|field| &field.ty.kind), Some(TypeKind::Optional(_))));
}

#[test]
fn operator_spans_point_at_the_operator() {
    let parsed = read("let v = a starts with \"x\"");
    let Some(ItemKind::Let(found)) = parsed.module.items.first().map(|item| &item.kind) else {
        panic!("no let");
    };
    assert!(matches!(&found.value.kind, ExprKind::Binary { op: BinaryOp::StartsWith, op_span, .. }
        if (op_span.start, op_span.end) == (10, 21)));
}

#[test]
fn contextual_words_name_everything() {
    let text = "define from(when: int, due: int): int = when + due\n\
                participation version(by: R, for: R) { require until: by.at == for.expect\n key by.of, for.as\n let where = 3 }\n\
                enum E { because, of, at }\n";
    let parsed = read(text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
}

#[test]
fn marks_of_editors_are_accepted() {
    let parsed = read("\u{feff}let a = 1\r\n\r\n/// doc\r\nlet b = \"x\"\r\n");
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let doc = parsed.module.items.get(1).and_then(|item| item.doc.as_ref());
    assert_eq!(doc.map(|doc| doc.value.as_str()), Some("doc"));
    assert_eq!(parsed.trivia.blank_lines.len(), 1);
}

#[test]
fn docs_stand_directly_above() {
    let text = "/// lost\n\n/// kept\n///  more\n@owner(\"x\")\nlet a = 1\n/// lost too\n// a remark\nlet b = 2 /// no doc\nlet c = 3\n";
    let parsed = read(text);
    let docs: Vec<_> = parsed.module.items.iter().map(|item| item.doc.as_ref().map(|doc| doc.value.as_str())).collect();
    assert_eq!(docs, [Some("kept\n more"), None, None]);
    assert_eq!(parsed.trivia.comments.iter().filter(|comment| comment.doc).count(), 4);
}
