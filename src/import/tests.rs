use super::*;
use crate::{driver, fmt, loader};

/// What is written is in the one layout and checks without a finding.
#[track_caller]
fn clean(module: &str) {
    assert_eq!(fmt::format(module).ok().as_deref(), Some(module));
    let analysis = driver::analyse(&loader::from_text("imported.trust", std::path::Path::new("."), module));
    let found: Vec<_> = analysis.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
    assert!(found.is_empty(), "{found:?}\n{module}");
}

#[track_caller]
fn schema(text: &str) -> String {
    let module = json_schema(text, "Facts", false).expect("a module");
    clean(&module);
    module
}

#[track_caller]
fn sample(text: &str) -> String {
    let module = json_sample(text, "facts").expect("a module");
    clean(&module);
    module
}

#[test]
fn a_schema_becomes_records_and_enums() {
    let text = r##"{
        "title": "Partner call", "description": "What a partner shows.\nAll of it.", "type": "object",
        "required": ["id", "status", "not-before", "scopes", "none"], "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9, "description": "Its name."},
            "status": {"enum": ["active", "not-yet", "none", "2nd", ""]},
            "not-before": {"type": "string", "format": "date-time"},
            "not_before": {"type": ["integer", "null"]},
            "scopes": {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
            "credentials": {"type": "array", "items": {"type": "object", "properties": {"lifetime": {"type": "string", "format": "duration"}}}},
            "owner": {"$ref": "#/$defs/team"},
            "level": {"oneOf": [{"const": "low"}, {"const": "high"}, {"type": "null"}]},
            "aud": {"type": ["string", "array"]},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "none": true
        },
        "$defs": {
            "team": {"allOf": [{"$ref": "#/$defs/party"}, {"required": ["lead"], "properties": {"lead": {"type": "boolean"}}}]},
            "party": {"properties": {"parent": {"$ref": "#/$defs/party"}, "share": {"type": "number", "maximum": 1}, "address": {"anyOf": [{"format": "ipv4"}, {"type": "null"}]}}}
        }
    }"##;
    insta::assert_snapshot!(schema(text));
}

#[test]
fn samples_become_a_record_that_all_of_them_fit() {
    let text = r#"{"id":"a","until":"2026-03-01T00:00:00Z","day":"2026-03-01","drill":"15m","n":1,"share":0.25,"many":18446744073709551615,"exact":0.123456,
                   "ip":"10.0.0.1","net":"10.0.0.0/8","tags":["a","b"],"path":["a","a"],"credentials":[{"x":1},{"x":2,"y-z":null}],"empty":[],"gone":null,"mixed":1,"use":{"record":true}}
                  {"id":"b","n":2.5,"mixed":"one","until":null,"day":"2026-03-02","use":{}}"#;
    insta::assert_snapshot!(sample(text));
    assert_eq!(sample(r#"[{"a":1},{"a":2}]"#).lines().last(), sample(r#"{"a":1}"#).lines().last());
}

#[test]
fn what_holds_no_record_is_refused_in_words() {
    for (text, why) in [
        ("", "the sample is empty"),
        ("[]", "the sample is empty"),
        ("{", "this is no JSON"),
        ("7", "here is a number"),
        ("[{}, null]", "here is null"),
        (&"[".repeat(5000), "this is no JSON"),
    ] {
        let error = json_sample(text, "facts").expect_err(text);
        assert!(error.contains(why), "{error}");
    }
    for (text, why) in [
        ("", "this is no JSON"),
        ("{}", "it states no type"),
        ("7", "it is no schema"),
        ("true", "any value fits"),
        (r#"{"type":"string"}"#, "describes no object"),
        (r#"{"type":"object"}"#, "not stated"),
        (r##"{"$ref":"#"}"##, "circle"),
        (r##"{"$ref":"#/a","a":{"$ref":"#/b"},"b":{"$ref":"#/a"}}"##, "circle"),
        (r#"{"$ref":"other.json"}"#, "another document"),
        (r#"{"type":"object","additionalProperties":{}}"#, "its keys are free"),
    ] {
        let error = json_schema(text, "facts", false).expect_err(text);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_schema_that_repeats_itself_ends() {
    let mut defs = String::new();
    for n in 0..60 {
        let next = format!(r##"{{"$ref":"#/$defs/d{}"}}"##, n + 1);
        defs.push_str(&format!(r#""d{n}":{{"anyOf":[{next},{{"allOf":[{next},{next}]}}]}},"#));
    }
    let text =
        format!(r##"{{"properties":{{"a":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{defs}"d60":{{"type":"string"}}}}}}"##);
    let _ = json_schema(&text, "facts", false);
    let deep = format!("{}{{}}{}", r#"{"properties":{"a":"#.repeat(60), "}}".repeat(60));
    assert!(json_schema(&deep, "facts", false).is_ok_and(|module| module.contains("left out")));
}

#[test]
fn a_record_is_never_larger_than_the_language_takes() {
    let fields = |n: usize, of: &str| (0..n).map(|i| format!(r#""f{i}":{of}"#)).collect::<Vec<_>>().join(",");
    let inner = fields(100, r#"{"type":"boolean"}"#);
    let outer = fields(60, r##"{"$ref":"#/$defs/inner"}"##);
    let module = schema(&format!(r#"{{"properties":{{{outer}}},"$defs":{{"inner":{{"properties":{{{inner}}}}}}}}}"#));
    assert_eq!(module.matches("would hold more than 4096 values").count(), 20);
    clean(&json_schema(include_str!("../../tests/schemas/sarif-2.1.0.json"), "Sarif", true).expect("a module"));
}

/// Bits from a seed: the same every time.
struct Bits(u64);

impl Bits {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    fn key(&mut self) -> String {
        let keys = [
            "id",
            "Id",
            "id-",
            "use",
            "none",
            "true",
            "",
            "é",
            "a\nb",
            "*/",
            "//",
            "$ref",
            "1",
            "Standing",
            "x.y",
            "\"",
            "\\",
            "properties",
            "count",
            "now",
            "🦀",
            "\u{202e}",
            "_",
            "_a",
            "aB",
            "AB",
            "record",
            "prior",
        ];
        self.of(&keys).to_owned()
    }

    fn json(&mut self, depth: u64) -> Value {
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => serde_json::json!(self.below(5)),
            3 => serde_json::json!(0.00001 * self.below(99999) as f64),
            4 => self.of(&["a", "", "2026-03-01", "2026-03-01T00:00:00Z", "5m", "::1", "10.0.0.0/8"]).into(),
            5 => (0..self.below(3)).map(|_| self.json(depth - 1)).collect(),
            _ => Value::Object((0..self.below(6)).map(|_| (self.key(), self.json(depth - 1))).collect()),
        }
    }

    fn schema(&mut self, depth: u64) -> Value {
        let mut object = serde_json::Map::new();
        for _ in 0..=self.below(3) {
            let kind = self.of(&["object", "string", "array", "integer", "number", "null", "boolean", "thing"]);
            let (key, value) = match self.below(if depth == 0 { 6 } else { 13 }) {
                0 => ("type", kind.into()),
                1 => ("type", vec![kind, self.of(&["null", "string"])].into()),
                2 => ("enum", (0..self.below(4)).map(|_| self.key()).collect()),
                3 => ("format", self.of(&["date-time", "date", "ipv4", "duration", "uuid"]).into()),
                4 => ("$ref", self.of(&["#", "#/$defs/a", "#/$defs/b", "#/properties/id", "x", "#/%zz"]).into()),
                5 => ("const", self.json(1)),
                6 => ("items", self.schema(depth - 1)),
                7 => ("allOf", (0..self.below(3)).map(|_| self.schema(depth - 1)).collect()),
                8 => ("anyOf", (0..self.below(3)).map(|_| self.schema(depth - 1)).collect()),
                9 => (self.of(&["description", "title", "required", "pattern", "uniqueItems"]), self.json(1)),
                10 => ("additionalProperties", self.schema(depth - 1)),
                _ => (
                    "properties",
                    Value::Object((0..self.below(4)).map(|_| (self.key(), self.schema(depth - 1))).collect()),
                ),
            };
            object.insert(key.into(), value);
        }
        object.into()
    }
}

#[test]
fn whatever_comes_in_is_refused_or_checks_clean() {
    let mut bits = Bits(7);
    let (mut samples, mut schemas) = (0, 0);
    for _ in 0..400 {
        let value = Value::Object((0..3).map(|_| (bits.key(), bits.json(3))).collect());
        if let Ok(module) = json_sample(&value.to_string(), &bits.key()) {
            samples += 1;
            clean(&module);
        }
        let (root, a, b) = (bits.schema(3), bits.schema(2), bits.schema(2));
        let mut root = root.as_object().cloned().unwrap_or_default();
        root.insert("$defs".into(), serde_json::json!({ "a": a, "b": b }));
        if let Ok(module) = json_schema(&Value::Object(root).to_string(), &bits.key(), false) {
            schemas += 1;
            clean(&module);
        }
        // A schema that is none, and a sample that is a schema.
        let _ = json_schema(&bits.json(4).to_string(), "x", true);
    }
    assert!(samples > 300 && schemas > 50, "{samples} {schemas}");
}
