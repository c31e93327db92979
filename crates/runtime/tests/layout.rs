//! The layout is that of C: structures written out by hand have the same sizes and offsets.

use std::mem::{align_of, offset_of, size_of};

use trust_runtime::layout::{Ip, Items, Layout, LayoutError, MAX_SIZE, Network, Text};
use trust_runtime::schema::{Block, Enum, EnumId, Field, Record, RecordId, Role, Schema, Type, TypeId};

#[repr(C)]
struct Optional<T> {
    present: u8,
    value: T,
}

#[repr(C)]
struct Inner {
    truth: u8,
    case: u32,
    maybe: Optional<u8>,
}

#[repr(C)]
struct Everything {
    truth: u8,
    number: i64,
    case: u32,
    maybe_truth: Optional<u8>,
    maybe_case: Optional<u32>,
    text: Text,
    other: u8,
    inner: Inner,
    maybe_inner: Optional<Inner>,
    maybe_text: Optional<Text>,
    ip: Ip,
    last: u8,
    network: Network,
    maybe_network: Optional<Network>,
    list: Items,
    maybe_set: Optional<Items>,
    end: u8,
}

fn record(name: &str, role: Role, types: &[Type]) -> Record {
    let field = |(i, ty): (usize, &Type)| Field { name: format!("f{i}"), wire: format!("f{i}"), ty: *ty };
    Record { name: name.into(), wire: name.into(), role, fields: types.iter().enumerate().map(field).collect() }
}

#[test]
fn as_a_c_compiler_lays_it_out() {
    let mut schema = Schema::default();
    schema.enums.push(Enum { name: "E".into(), cases: Vec::new() });
    let case = Type::Enum(EnumId(0));
    let inner = Type::Record(RecordId(1));
    let mut maybe = |ty| Type::Optional(schema.intern(ty));
    let (maybe_truth, maybe_case, maybe_text) = (maybe(Type::Bool), maybe(case), maybe(Type::String));
    let (maybe_inner, maybe_network) = (maybe(inner), maybe(Type::Cidr));
    let number = schema.intern(Type::Int);
    let list = schema.intern(inner);
    let set = schema.intern(Type::Set(number));
    let all = [
        Type::Bool,
        Type::Decimal,
        case,
        maybe_truth,
        maybe_case,
        Type::String,
        Type::Bool,
        inner,
        maybe_inner,
        maybe_text,
        Type::Ip,
        Type::Bool,
        Type::Cidr,
        maybe_network,
        Type::List(list),
        Type::Optional(set),
        Type::Bool,
    ];
    schema.records.push(record("Everything", Role::Record, &all));
    schema.records.push(record("Inner", Role::Record, &[Type::Bool, case, maybe_truth]));
    schema.records.push(record("Empty", Role::Event, &[]));
    let layout = Layout::of(&schema).expect("sound");
    let everything = layout.record(RecordId(0)).expect("there");
    let offsets = [
        offset_of!(Everything, truth),
        offset_of!(Everything, number),
        offset_of!(Everything, case),
        offset_of!(Everything, maybe_truth),
        offset_of!(Everything, maybe_case),
        offset_of!(Everything, text),
        offset_of!(Everything, other),
        offset_of!(Everything, inner),
        offset_of!(Everything, maybe_inner),
        offset_of!(Everything, maybe_text),
        offset_of!(Everything, ip),
        offset_of!(Everything, last),
        offset_of!(Everything, network),
        offset_of!(Everything, maybe_network),
        offset_of!(Everything, list),
        offset_of!(Everything, maybe_set),
        offset_of!(Everything, end),
    ];
    assert_eq!(everything.fields, offsets.map(|offset| offset as u32));
    assert_eq!(everything.shape.size as usize, size_of::<Everything>());
    assert_eq!(everything.shape.align as usize, align_of::<Everything>());
    let inner = layout.record(RecordId(1)).expect("there");
    assert_eq!(inner.fields, [0, offset_of!(Inner, case) as u32, offset_of!(Inner, maybe) as u32]);
    assert_eq!(inner.shape.size as usize, size_of::<Inner>());
    assert_eq!(layout.record(RecordId(2)).map(|empty| empty.shape.size), Some(1));
    // What native code and C know by heart.
    assert_eq!((size_of::<Text>(), offset_of!(Text, length)), (16, 8));
    assert_eq!((size_of::<Items>(), offset_of!(Items, length)), (16, 8));
    assert_eq!((size_of::<Ip>(), offset_of!(Ip, family), align_of::<Ip>()), (24, 16, 8));
    assert_eq!((size_of::<Network>(), offset_of!(Network, family), offset_of!(Network, prefix)), (24, 16, 17));
    assert_eq!((offset_of!(Optional<u32>, value), offset_of!(Optional<Text>, value)), (4, 8));
}

#[test]
fn refuses_what_is_not_sound() {
    let of = |types: &[Type], records: &[&[Type]]| {
        let schema = Schema {
            types: types.to_vec(),
            records: records.iter().map(|fields| record("R", Role::Record, fields)).collect(),
            ..Schema::default()
        };
        Layout::of(&schema).map(drop)
    };
    let unsound = |found: Result<(), LayoutError>| assert!(matches!(found, Err(LayoutError::Unsound(_))), "{found:?}");
    // Numbers that point nowhere.
    unsound(of(&[], &[&[Type::Record(RecordId(7))]]));
    unsound(of(&[], &[&[Type::Enum(EnumId(0))]]));
    unsound(of(&[], &[&[Type::List(TypeId(0))]]));
    unsound(of(&[Type::Record(RecordId(u32::MAX))], &[]));
    // Circles.
    unsound(of(&[Type::List(TypeId(0))], &[]));
    unsound(of(&[Type::List(TypeId(1)), Type::Bool], &[]));
    unsound(of(&[], &[&[Type::Record(RecordId(0))]]));
    unsound(of(&[Type::Record(RecordId(0))], &[&[Type::Bool, Type::List(TypeId(0))]]));
    unsound(of(&[], &[&[Type::Record(RecordId(1))], &[Type::Record(RecordId(0))]]));
    // What may not stand in what.
    unsound(of(&[Type::Bool, Type::List(TypeId(0)), Type::Set(TypeId(1))], &[]));
    unsound(of(&[Type::Bool, Type::Optional(TypeId(0)), Type::Optional(TypeId(1))], &[]));
    // Twice as large with each level.
    let doubling: Vec<Vec<Type>> =
        (0..40).map(|i| if i == 0 { vec![Type::Int] } else { vec![Type::Record(RecordId(i - 1)); 2] }).collect();
    let doubling: Vec<&[Type]> = doubling.iter().map(Vec::as_slice).collect();
    assert_eq!(of(&[], &doubling), Err(LayoutError::TooLarge("R".into())));
    assert!(of(&[], &doubling[..17]).is_ok(), "{MAX_SIZE}");
    // Deep.
    let chain =
        |n: u32| -> Vec<Type> { (0..n).map(|i| if i == 0 { Type::Int } else { Type::List(TypeId(i - 1)) }).collect() };
    let chained = |n: u32| of(&chain(n), &[&[Type::List(TypeId(n - 1))]]);
    assert_eq!(chained(200), Ok(()));
    assert_eq!(chained(100_000), Err(LayoutError::TooDeep("R".into())));
    // A block whose parts are no such parts.
    let mut schema = Schema { records: vec![record("R", Role::Record, &[])], ..Schema::default() };
    schema.blocks.push(Block { name: "b".into(), arguments: RecordId(0), key: RecordId(0) });
    unsound(Layout::of(&schema).map(drop));
}
