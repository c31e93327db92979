//! The structures that blocks' arguments are made of.
//!
//! In: the records that blocks take. Out: C, each structure behind those it holds in place, with its sizes and offsets asserted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use trust_runtime::layout::Layout;
use trust_runtime::schema::{EnumId, RecordId, Role, Type, TypeId};
use trust_runtime::unit::Unit;

use super::field_name;
use super::names::{Scope, comment, identifier};

pub(super) struct Types<'u> {
    unit: &'u Unit,
    layout: &'u Layout,
    prefix: &'u str,
    scope: Scope,
    records: BTreeMap<u32, String>,
    held: BTreeMap<u32, String>,
    enums: BTreeMap<u32, String>,
    declared: String,
    defined: String,
    /// By block, the structure of its arguments.
    pub arguments: Vec<String>,
}

impl<'u> Types<'u> {
    pub fn new(unit: &'u Unit, layout: &'u Layout, prefix: &'u str) -> Types<'u> {
        let mut types = Types {
            unit,
            layout,
            prefix,
            scope: Scope::default(),
            records: BTreeMap::new(),
            held: BTreeMap::new(),
            enums: BTreeMap::new(),
            declared: String::new(),
            defined: String::new(),
            arguments: Vec::new(),
        };
        // Decisions say these.
        let scales: BTreeSet<u32> = unit.blocks.iter().filter_map(|b| b.grade).map(|EnumId(id)| id).collect();
        for id in std::iter::once(0).chain(scales) {
            types.name(Type::Enum(EnumId(id)));
        }
        types
    }

    pub fn block(&mut self, index: usize) {
        let record = self.unit.schema.blocks.get(index).map(|block| block.arguments);
        let name = record.map(|record| self.record(record)).unwrap_or_default();
        self.arguments.push(name);
    }

    /// The events that blocks react to, and their keys.
    pub fn reactions(&mut self) {
        let unit = self.unit;
        for (block, def) in unit.blocks.iter().zip(&unit.schema.blocks) {
            let events = block.events();
            if !events.is_empty() {
                self.record(def.key);
            }
            for event in events {
                self.record(event);
            }
        }
    }

    pub fn finish(&mut self) -> String {
        let mut out = String::new();
        for (id, name) in self.enums.clone() {
            let Some(def) = self.unit.schema.enum_def(EnumId(id)) else { continue };
            let _ = writeln!(out, "\n/* Cases of `{}`. */\ntypedef uint32_t {name};", comment(&def.name));
            for (n, case) in def.cases.iter().enumerate() {
                let case = self.unique(format!("{name}_{}", identifier(&case.name)));
                let _ = writeln!(out, "#define {case} {n}u");
            }
        }
        if !self.declared.is_empty() {
            out.push('\n');
        }
        out.push_str(&self.declared);
        out.push_str(&self.defined);
        out
    }

    /// A name at the top of the header.
    pub fn unique(&mut self, wanted: String) -> String {
        self.scope.unique(wanted)
    }

    /// The name of a type that may stand in a field, defined before it is given out. Types are no deeper than their layout allows.
    fn name(&mut self, ty: Type) -> String {
        match ty {
            Type::Bool => "uint8_t".into(),
            Type::Int | Type::Decimal | Type::Instant | Type::Duration => "int64_t".into(),
            Type::String => "trust_text".into(),
            Type::Ip => "trust_ip".into(),
            Type::Cidr => "trust_network".into(),
            Type::Enum(EnumId(id)) => self.enumeration(id),
            Type::Record(id) => self.record(id),
            Type::List(id) | Type::Set(id) | Type::Optional(id) => self.holder(ty, id),
        }
    }

    fn enumeration(&mut self, id: u32) -> String {
        if let Some(known) = self.enums.get(&id) {
            return known.clone();
        }
        let Some(def) = self.unit.schema.enum_def(EnumId(id)) else { return "uint32_t".into() };
        let name = self.scope.unique(format!("{}_{}", self.prefix, identifier(&def.name)));
        self.enums.insert(id, name.clone());
        name
    }

    /// The structure of a record, defined before it is given out.
    pub fn record(&mut self, id: RecordId) -> String {
        if let Some(known) = self.records.get(&id.0) {
            return known.clone();
        }
        let (unit, layout) = (self.unit, self.layout);
        let (Some(def), Some(placed)) = (unit.schema.record(id), layout.record(id)) else { return String::new() };
        let more = match def.role {
            Role::Arguments => "_arguments",
            Role::Key => "_key",
            Role::Record | Role::Event | Role::Row => "",
        };
        let name = self.scope.unique(format!("{}_{}{more}", self.prefix, identifier(&def.name)));
        self.records.insert(id.0, name.clone());
        self.declare(&name);
        let mut body = format!("\nstruct {name} {{\n");
        let mut asserted = String::new();
        let mut scope = Scope::default();
        for (field, offset) in def.fields.iter().zip(&placed.fields) {
            let ty = self.name(field.ty);
            let field_name = field_name(&mut scope, field);
            let said = self.unit.schema.type_name(field.ty);
            let _ = writeln!(body, "    {ty} {field_name}; /* {} */", comment(&said));
            let _ = writeln!(
                asserted,
                "TRUST_STATIC_ASSERT(offsetof({name}, {field_name}) == {offset}, \"{name}.{field_name}\");"
            );
        }
        if def.fields.is_empty() {
            let _ = writeln!(body, "    uint8_t nothing;");
        }
        let _ = writeln!(body, "}};");
        self.defined.push_str(&body);
        let _ =
            writeln!(self.defined, "TRUST_STATIC_ASSERT(sizeof({name}) == {}, \"size of {name}\");", placed.shape.size);
        self.defined.push_str(&asserted);
        name
    }

    fn declare(&mut self, name: &str) {
        let _ = writeln!(self.declared, "typedef struct {name} {name};");
    }

    fn holder(&mut self, ty: Type, of: TypeId) -> String {
        let (Some(inner), Some(shape)) = (self.unit.schema.ty(of), self.layout.shape(ty)) else { return String::new() };
        let kind = match ty {
            Type::List(_) => "list",
            Type::Set(_) => "set",
            _ => "optional",
        };
        // Sets and lists of the same elements are two types; the number of the elements' type and the kind tell them apart.
        let key = of.0.saturating_mul(3).saturating_add(match ty {
            Type::List(_) => 0,
            Type::Set(_) => 1,
            _ => 2,
        });
        if let Some(known) = self.held.get(&key) {
            return known.clone();
        }
        let inner_name = self.name(inner);
        let plain = match inner {
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Decimal => "decimal",
            Type::Instant => "instant",
            Type::Duration => "duration",
            Type::String => "text",
            Type::Ip => "ip",
            Type::Cidr => "network",
            _ => inner_name.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('_')).unwrap_or(&inner_name),
        };
        let name = self.scope.unique(format!("{}_{kind}_{plain}", self.prefix));
        self.held.insert(key, name.clone());
        self.declare(&name);
        let body = match ty {
            Type::Optional(_) => format!("    uint8_t present;\n    {inner_name} value;\n"),
            _ => format!("    const {inner_name} *items;\n    uint64_t length;\n"),
        };
        let _ = write!(self.defined, "\nstruct {name} {{\n{body}}};\n");
        let _ = writeln!(self.defined, "TRUST_STATIC_ASSERT(sizeof({name}) == {}, \"size of {name}\");", shape.size);
        if let (Type::Optional(_), Some(held)) = (ty, self.layout.held(of)) {
            let _ = writeln!(
                self.defined,
                "TRUST_STATIC_ASSERT(offsetof({name}, value) == {}, \"{name}.value\");",
                held.align
            );
        }
        name
    }
}
