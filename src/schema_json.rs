//! The facts of a block as JSON Schema 2020-12.
//!
//! In: a program without errors and a block. Out: the schema of the block's `args`, for editors, generators of code and
//! checks in front of a service. Every `args` that decodes fits it; what a schema cannot say (bytes of a text, digits of a
//! decimal, the size of the whole) it lets pass, and so does not stand in for decoding. Fields that are not declared are
//! allowed. Patterns use what every engine of patterns knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};
use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_INSTANT};

use crate::program::ty::{EnumDef, EnumId, FieldDef, RecordId, Ty, Types};
use crate::program::{BlockId, Checked, Limits};

const INSTANT: &str =
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";

/// `1h30m`, or ISO 8601 without months and years. With at least two characters, one of the parts is there.
const DURATION: &str = "^-?(([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+([.][0-9]+)?s)?\
    |P([0-9]+W|[0-9]+D|([0-9]+D)?T([0-9]+H([0-9]+M)?([0-9]+([.][0-9]+)?S)?|[0-9]+M([0-9]+([.][0-9]+)?S)?|[0-9]+([.][0-9]+)?S)))$";

const CIDR: &str = "^[0-9A-Fa-f:.]+/(0|[1-9][0-9]{0,2})$";

/// The schema of a block's `args`; that of no arguments where the block is none of the program's.
pub fn json_schema(program: &Checked, block: BlockId) -> Value {
    let package = &program.package;
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("$comment".into(), format!("{} {}, {}", package.name, package.version, package.digest).into());
    let mut writer = Writer::new(&program.types, package.limits);
    let def = program.blocks.get(block.0 as usize);
    if let Some(def) = def {
        schema.insert("title".into(), def.name.as_str().into());
        describe(&mut schema, def.meta.doc.as_deref());
    }
    let params = def.into_iter().flat_map(|def| &def.params);
    let fields = params.map(|param| (param.name.as_str(), &param.ty, None));
    writer.object(&mut schema, fields);
    let defs = writer.definitions();
    if !defs.is_empty() {
        schema.insert("$defs".into(), defs.into());
    }
    schema.into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Enum(EnumId),
    Record(RecordId),
}

struct Writer<'a> {
    types: &'a Types,
    limits: Limits,
    /// The key under `$defs` of every named type met so far.
    keys: BTreeMap<Named, String>,
    taken: BTreeSet<String>,
    waiting: VecDeque<Named>,
}

impl<'a> Writer<'a> {
    fn new(types: &'a Types, limits: Limits) -> Writer<'a> {
        Writer { types, limits, keys: BTreeMap::new(), taken: BTreeSet::new(), waiting: VecDeque::new() }
    }

    /// Every named type met, in the order of meeting; records bring in others.
    fn definitions(&mut self) -> Map<String, Value> {
        let mut defs = Map::new();
        while let Some(named) = self.waiting.pop_front() {
            let key = self.keys.get(&named).cloned().unwrap_or_default();
            let mut schema = Map::new();
            match named {
                Named::Enum(id) => {
                    if let Some(def) = self.types.enums.get(id.0 as usize) {
                        describe(&mut schema, def.meta.doc.as_deref());
                        cases(&mut schema, def);
                    }
                }
                Named::Record(id) => {
                    if let Some(def) = self.types.records.get(id.0 as usize) {
                        describe(&mut schema, def.meta.doc.as_deref());
                        let field = |f: &'a FieldDef| (f.wire.as_str(), &f.ty, f.meta.doc.as_deref());
                        self.object(&mut schema, def.fields.iter().map(field));
                    }
                }
            }
            defs.insert(key, schema.into());
        }
        defs
    }

    fn object<'f>(
        &mut self,
        schema: &mut Map<String, Value>,
        fields: impl Iterator<Item = (&'f str, &'f Ty, Option<&'f str>)>,
    ) {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (wire, ty, doc) in fields {
            let mut property = self.ty(ty);
            describe(&mut property, doc);
            properties.insert(wire.into(), property.into());
            if !ty.is_optional() {
                required.push(Value::from(wire));
            }
        }
        schema.insert("type".into(), "object".into());
        schema.insert("properties".into(), properties.into());
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
    }

    fn ty(&mut self, ty: &Ty) -> Map<String, Value> {
        let seconds = |micros: i64| micros as f64 / 1e6;
        let schema = match ty {
            Ty::Bool => json!({ "type": "boolean" }),
            Ty::Int => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
            // Not a multiple of 0.0001: readers that compute in floating point would refuse what fits.
            Ty::Decimal => {
                json!({ "type": "number", "minimum": -922_337_203_685_478_i64, "maximum": 922_337_203_685_478_i64 })
            }
            // A character has at least one byte.
            Ty::String => json!({ "type": "string", "maxLength": self.limits.string }),
            Ty::Instant => json!({
                "type": ["string", "number"],
                "format": "date-time",
                "pattern": INSTANT,
                "minimum": seconds(MIN_INSTANT),
                "maximum": seconds(MAX_INSTANT).ceil(),
            }),
            Ty::Duration => json!({
                "type": ["string", "number"],
                "minLength": 2,
                "pattern": DURATION,
                "minimum": -seconds(MAX_DURATION).ceil(),
                "maximum": seconds(MAX_DURATION).ceil(),
            }),
            Ty::Ip => json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] }),
            Ty::Cidr => json!({ "type": "string", "pattern": CIDR }),
            Ty::Enum(id) => self.reference(Named::Enum(*id)),
            Ty::Record(id) => self.reference(Named::Record(*id)),
            // Duplicates of a set are dropped, not refused.
            Ty::List(inner) | Ty::Set(inner) => {
                json!({ "type": "array", "items": self.ty(inner), "maxItems": self.limits.list })
            }
            Ty::Optional(inner) => return or_null(self.ty(inner)),
            // No fact of a checked program has such a type.
            Ty::Never | Ty::Error => json!({ "not": {} }),
        };
        match schema {
            Value::Object(schema) => schema,
            _ => Map::new(),
        }
    }

    fn reference(&mut self, named: Named) -> Value {
        let name = match named {
            Named::Enum(id) => self.types.enums.get(id.0 as usize).map(|def| &def.name),
            Named::Record(id) => self.types.records.get(id.0 as usize).map(|def| &def.name),
        };
        let name = name.map_or("unknown", |name| name.as_str());
        if !self.keys.contains_key(&named) {
            // Two modules may each have a type of this name.
            let mut key = name.to_owned();
            let mut number = 1;
            while !self.taken.insert(key.clone()) {
                number += 1;
                key = format!("{name}{number}");
            }
            self.keys.insert(named, key);
            self.waiting.push_back(named);
        }
        let key = self.keys.get(&named).map_or(name, String::as_str);
        // A name may have letters that a reference does not.
        json!({ "$ref": format!("#/$defs/{}", crate::diag::uri::escaped(key)) })
    }
}

fn cases(schema: &mut Map<String, Value>, def: &EnumDef) {
    schema.insert("type".into(), "string".into());
    if def.cases.iter().all(|case| case.meta.doc.is_none()) {
        schema.insert("enum".into(), def.cases.iter().map(|case| case.wire.as_str()).collect());
        return;
    }
    let case = |case: &crate::program::ty::CaseDef| {
        let mut schema = Map::from_iter([("const".to_owned(), Value::from(case.wire.as_str()))]);
        describe(&mut schema, case.meta.doc.as_deref());
        Value::Object(schema)
    };
    schema.insert("oneOf".into(), def.cases.iter().map(case).collect());
}

fn or_null(mut schema: Map<String, Value>) -> Map<String, Value> {
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(one) => *one = json!([one.take(), "null"]),
        None => return Map::from_iter([("anyOf".to_owned(), json!([schema, { "type": "null" }]))]),
    }
    schema
}

fn describe(schema: &mut Map<String, Value>, doc: Option<&str>) {
    if let Some(doc) = doc {
        schema.insert("description".into(), doc.into());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::facts::decode_args;
    use crate::{driver, loader};

    const POLICY: &str = r#"
        /// How much.
        enum Kind {
            /// The first.
            a,
            @json("b!") b
        }
        scale Tier { low < high }
        record Party {
            /// Its name.
            @json("party-id") id: string
            kind: Kind
            tier: Tier?
            seen: instant
            life: duration?
            share: decimal
            many: int
            from: ip
            nets: set<cidr>
            chain: list<list<bool>>
        }
        /// Who.
        participation p(party: Party, other: Party?, ok: bool) {
            require ok: ok
        }
    "#;

    const ARGS: &str = r#"{"ok":true,"party":{"party-id":"é","kind":"b!","tier":null,"seen":"2026-01-01T00:00:00Z","share":0.25,
        "many":3,"from":"::1","nets":["10.0.0.0/8"],"chain":[[true],[]]}}"#;

    fn program() -> Checked {
        let analysis = driver::analyse(&loader::from_text("p.trust", Path::new("."), POLICY));
        analysis.checked().map(|(program, _)| program).expect("no errors")
    }

    #[test]
    fn the_schema_reads_well() {
        let mut schema = json_schema(&program(), BlockId(0));
        let comment = schema.as_object_mut().and_then(|schema| schema.remove("$comment"));
        assert!(comment.is_some_and(|c| c.as_str().is_some_and(|c| c.starts_with("p 0.0.0, blake3:"))));
        insta::assert_snapshot!(serde_json::to_string_pretty(&schema).expect("JSON"));
    }

    /// Whatever decodes fits; of what does not, the schema refuses what it can.
    #[test]
    fn the_schema_agrees_with_decoding() {
        let program = program();
        let schema = json_schema(&program, BlockId(0));
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        let fits = |args: &Value| schema.is_valid(args);
        let decodes = |args: &Value| {
            let params = &program.block(BlockId(0)).params;
            decode_args(&program.types, params, args.to_string().as_bytes(), &program.package.limits, false, "args")
                .is_ok()
        };
        let good: Value = serde_json::from_str(ARGS).expect("JSON");
        assert!(fits(&good) && decodes(&good));
        // A place, what to put there (nothing: leave it out), and whether the schema sees that it is wrong.
        let changes: &[(&str, Option<Value>)] = &[
            ("ok", Some(json!("yes"))),
            ("ok", None),
            ("other", Some(Value::Null)),
            ("more", Some(json!(1))),
            ("party/party-id", None),
            ("party/party-id", Some(json!("x".repeat(8193)))),
            ("party/kind", Some(json!("c"))),
            ("party/kind", Some(Value::Null)),
            ("party/tier", Some(json!("high"))),
            ("party/tier", Some(json!("highest"))),
            ("party/seen", Some(json!("2026-01-01"))),
            ("party/seen", Some(json!("2026-01-01t00:00:00.5+02:00"))),
            ("party/seen", Some(json!(1_700_000_000.25))),
            ("party/seen", Some(json!(1e15))),
            ("party/life", Some(json!("1h30m"))),
            ("party/life", Some(json!("-0.5s"))),
            ("party/life", Some(json!("P1DT2H"))),
            ("party/life", Some(json!("PT0.5S"))),
            ("party/life", Some(json!("P2W"))),
            ("party/life", Some(json!(90))),
            ("party/life", Some(json!("P1M"))),
            ("party/life", Some(json!("PT"))),
            ("party/life", Some(json!("-"))),
            ("party/life", Some(json!(""))),
            ("party/life", Some(json!("1m1h"))),
            ("party/share", Some(json!("0.5"))),
            ("party/many", Some(json!(1.5))),
            ("party/many", Some(json!(1.0))),
            ("party/many", Some(json!(u64::MAX))),
            ("party/from", Some(json!("10.0.0.256"))),
            ("party/from", Some(json!("10.0.0.1"))),
            ("party/nets", Some(json!(["::/0", "::/0"]))),
            ("party/nets", Some(json!(["10.0.0.0"]))),
            ("party/nets", Some(json!(vec!["::/0"; 1025]))),
            ("party/chain", Some(json!([true]))),
        ];
        for (path, value) in changes {
            let mut args = good.clone();
            let (object, key) = match path.split_once('/') {
                Some((object, key)) => (&mut args[object], key),
                None => (&mut args, *path),
            };
            let object = object.as_object_mut().expect("an object");
            match value {
                Some(value) => object.insert(key.to_owned(), value.clone()),
                None => object.remove(key),
            };
            assert_eq!(fits(&args), decodes(&args), "{path} {value:?}");
        }
    }
}
