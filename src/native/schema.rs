//! The types of a program as the runtime knows them.
//!
//! In: a program without errors. Out: its schema. Enums and records keep their numbers; behind the records come, for each block, one of
//! its arguments and one of its key, so that block n has records `records + 2n` and `records + 2n + 1`.

use trust_runtime::schema::{self as native, Block, Case, Enum, Field, Limits, Record, Role, Schema, Type};

use crate::program::ty::{RecordDef, Ty, Types};
use crate::program::{BlockDef, Checked};

/// The schema of a program; [`Layout::of`](trust_runtime::layout::Layout::of) says whether native code can hold it.
pub fn schema(program: &Checked) -> Schema {
    let limits = program.package.limits;
    let mut out = Schema {
        limits: Limits { list: limits.list, string: limits.string, facts: limits.facts, nesting: limits.nesting },
        ..Schema::default()
    };
    add_types(&mut out, &program.types);
    for block in &program.blocks {
        add_block(&mut out, block);
    }
    out
}

/// Enums and records, under the numbers they have.
pub(super) fn add_types(out: &mut Schema, types: &Types) {
    for def in &types.enums {
        let cases = def.cases.iter().map(|case| Case { name: case.name.to_string(), wire: case.wire.to_string() });
        out.enums.push(Enum { name: def.name.to_string(), cases: cases.collect() });
    }
    for def in &types.records {
        let record = record(out, def);
        out.records.push(record);
    }
}

fn record(out: &mut Schema, def: &RecordDef) -> Record {
    let field = |field: &crate::program::ty::FieldDef| Field {
        name: field.name.to_string(),
        wire: field.wire.to_string(),
        ty: convert(out, &field.ty),
    };
    let fields = def.fields.iter().map(field).collect();
    let role = if def.is_event { Role::Event } else { Role::Record };
    Record { name: def.name.to_string(), wire: def.wire.to_string(), role, fields }
}

fn add_block(out: &mut Schema, def: &BlockDef) {
    let mut part = |role, fields: Vec<(String, &Ty)>| {
        let fields =
            fields.into_iter().map(|(name, ty)| Field { wire: name.clone(), name, ty: convert(out, ty) }).collect();
        let name = def.name.to_string();
        out.records.push(Record { wire: name.clone(), name, role, fields });
        native::RecordId(out.records.len() as u32 - 1)
    };
    let arguments = part(Role::Arguments, def.params.iter().map(|p| (p.name.to_string(), &p.ty)).collect());
    let key = part(Role::Key, def.keys.iter().map(|key| (key.path.to_string(), &key.expr.ty)).collect());
    out.blocks.push(Block { name: def.name.to_string(), arguments, key });
}

pub(crate) fn convert(out: &mut Schema, ty: &Ty) -> Type {
    match ty {
        Ty::Bool => Type::Bool,
        Ty::Int => Type::Int,
        Ty::Decimal => Type::Decimal,
        Ty::String => Type::String,
        Ty::Instant => Type::Instant,
        Ty::Duration => Type::Duration,
        Ty::Ip => Type::Ip,
        Ty::Cidr => Type::Cidr,
        Ty::Enum(id) => Type::Enum(native::EnumId(id.0)),
        Ty::Record(id) => Type::Record(native::RecordId(id.0)),
        Ty::List(inner) => {
            let inner = convert(out, inner);
            Type::List(out.intern(inner))
        }
        Ty::Set(inner) => {
            let inner = convert(out, inner);
            Type::Set(out.intern(inner))
        }
        Ty::Optional(inner) => {
            let inner = convert(out, inner);
            Type::Optional(out.intern(inner))
        }
        // No fact of a checked program has such a type.
        Ty::Never | Ty::Error => Type::Bool,
    }
}
