//! Every rule refuses what breaks it, and only that.

use super::{Start, Unsound};
use crate::graph::{Arith, Cell, Compare, Graph, Id, Image, Index, Key, Kind, Loop, LoopId, NetTest, Node, Root, Text};
use crate::layout::Layout;
use crate::schema::{Block, Case, Enum, EnumId, Field, Record, RecordId, Role, Schema, Type, TypeId};

const ITEM: RecordId = RecordId(0);
const ARGS: RecordId = RecordId(2);
const KEY: RecordId = RecordId(3);

/// Offsets of the arguments' fields.
const FLAG: u32 = 0;
const NUMBER: u32 = 8;
const NAME: u32 = 16;
const MAYBE: u32 = 32;
const TAGS: u32 = 56;
const ITEMS: u32 = 72;
const INNER: u32 = 88;
/// Of an item: an id, a level, an address.
const ITEM_SIZE: u32 = 48;

fn schema() -> Schema {
    let field = |name: &str, ty| Field { name: name.into(), wire: name.into(), ty };
    let record = |name: &str, role, fields| Record { name: name.into(), wire: name.into(), role, fields };
    let case = |name: &str| Case { name: name.into(), wire: name.into() };
    Schema {
        // Strings, items; a set of strings is none of these: what is held only.
        types: vec![Type::String, Type::Record(ITEM), Type::Int],
        enums: vec![Enum { name: "Color".into(), cases: vec![case("red"), case("blue")] }],
        records: vec![
            record(
                "Item",
                Role::Record,
                vec![field("id", Type::String), field("level", Type::Int), field("address", Type::Ip)],
            ),
            record("Happened", Role::Event, vec![field("at", Type::Instant)]),
            record(
                "args",
                Role::Arguments,
                vec![
                    field("flag", Type::Bool),
                    field("number", Type::Int),
                    field("name", Type::String),
                    field("maybe", Type::Optional(TypeId(0))),
                    field("tags", Type::Set(TypeId(0))),
                    field("items", Type::List(TypeId(1))),
                    field("inner", Type::Optional(TypeId(1))),
                ],
            ),
            record("key", Role::Key, vec![field("name", Type::String)]),
        ],
        blocks: vec![Block { name: "b".into(), arguments: ARGS, key: KEY }],
        ..Schema::default()
    }
}

fn verify(g: &mut Graph, rows: &[LoopId]) -> Result<(), Unsound> {
    let schema = schema();
    let layout = Layout::of(&schema).expect("a layout");
    let args = layout.record(ARGS).expect("arguments");
    assert_eq!(args.fields, [FLAG, NUMBER, NAME, MAYBE, TAGS, ITEMS, INNER]);
    g.verify(&schema, &layout, Start { arguments: ARGS, key: KEY, triggers: 2, rows }).map(drop)
}

fn accepted(build: impl FnOnce(&mut Graph)) {
    let mut g = Graph::default();
    build(&mut g);
    let kinds = g.kinds.clone();
    assert_eq!(verify(&mut g, &[]), Ok(()));
    assert_eq!(g.kinds, kinds, "the kinds are found again");
}

#[track_caller]
fn refused(why: &str, build: impl FnOnce(&mut Graph)) {
    let mut g = Graph::default();
    build(&mut g);
    match verify(&mut g, &[]) {
        Err(Unsound(what)) => assert!(what.contains(why), "{what}"),
        Ok(()) => panic!("accepted, though {why}"),
    }
}

/// A node as a file may have it.
fn raw(g: &mut Graph, node: Node) -> Id {
    g.nodes.push(node);
    Id(g.nodes.len() as u32 - 1)
}

fn push(g: &mut Graph, node: Node) {
    raw(g, node);
}

fn facts(g: &mut Graph) -> Id {
    g.root(Root::Facts)
}

#[test]
fn nodes_read_what_stands_before_them() {
    accepted(|g| {
        let facts = facts(g);
        let (a, b) = (g.load(Cell::Bool, facts, FLAG), g.load(Cell::Int, facts, NUMBER));
        let now = g.now();
        let later = g.compare(Compare::Lt, now, b);
        g.and(a, later);
    });
    refused("come before it", |g| push(g, Node::Not(Id(0))));
    refused("come before it", |g| push(g, Node::Not(Id(7))));
    refused("stands there already", |g| {
        raw(g, Node::Now);
        raw(g, Node::Now);
    });
}

#[test]
fn kinds_fit() {
    let of_now = |node: fn(Id) -> Node| {
        move |g: &mut Graph| {
            let now = g.now();
            raw(g, node(now));
        }
    };
    refused("another kind", of_now(Node::Not));
    refused("another kind", of_now(|i| Node::And(i, i)));
    refused("another kind", of_now(|i| Node::Text(Text::Eq, i, i)));
    refused("another kind", of_now(|i| Node::Net2(NetTest::Eq, i, i)));
    refused("another kind", of_now(Node::Len));
    refused("another kind", of_now(|i| Node::Select(i, i, i)));
    refused("no such value", of_now(|base| Node::Load { cell: Cell::Int, base, offset: 0 }));
    refused("nothing begins", of_now(|base| Node::Offset { base, offset: 0 }));
    refused("different kinds", |g| {
        let (yes, now) = (g.bool(true), g.now());
        raw(g, Node::Select(yes, yes, now));
    });
    refused("divides", |g| {
        let (now, zero) = (g.now(), g.int(0));
        raw(g, Node::Arith(Arith::IntDiv, now, zero));
    });
    refused("divides", of_now(|i| Node::Arith(Arith::IntRem, i, i)));
    refused("no such trigger", |g| push(g, Node::Prior(2)));
}

#[test]
fn constants_are_there() {
    for node in [Node::Str(0), Node::Net(0)] {
        refused("constants", |g| push(g, node));
    }
    refused("nothing stands", |g| push(g, Node::Image(0)));
    refused("fewer elements", |g| push(g, Node::ImageList { image: 0, len: 0 }));
    refused("constants", |g| {
        let now = g.now();
        raw(g, Node::InInts { table: 0, value: now });
    });
    refused("not UTF-8", |g| {
        g.str(b"\xff");
    });
    refused("an address is none", |g| {
        g.net([7; 24]);
    });
    refused("not in order", |g| g.ints.push(vec![2, 1]));
    refused("not in order", |g| g.texts.push(vec![(*b"a").into(), (*b"a").into()]));
    for pattern in ["(", "((a{1000}){1000}){1000}"] {
        refused("a pattern is none", |g| {
            g.pattern(pattern);
        });
    }
}

#[test]
fn loads_hit_what_stands_there() {
    let load = |cell, offset| {
        move |g: &mut Graph| {
            let base = facts(g);
            raw(g, Node::Load { cell, base, offset });
        }
    };
    for (cell, offset) in [
        (Cell::Bool, FLAG),
        (Cell::Int, NUMBER),
        (Cell::Str, NAME),
        (Cell::Bool, MAYBE),
        (Cell::List, TAGS),
        (Cell::List, ITEMS),
        (Cell::Bool, INNER),
        (Cell::Int, INNER + 8 + 16),
        (Cell::Net, INNER + 8 + 24),
    ] {
        let mut g = Graph::default();
        load(cell, offset)(&mut g);
        assert_eq!(verify(&mut g, &[]), Ok(()), "{cell:?} at {offset}");
    }
    for (cell, offset) in [
        // Padding, halves, other cells, beyond the end.
        (Cell::Bool, 1),
        (Cell::Int, 4),
        (Cell::Int, NUMBER + 1),
        (Cell::Int, NAME),
        (Cell::Str, NAME + 8),
        (Cell::Str, NUMBER),
        (Cell::Int, MAYBE),
        (Cell::Int, TAGS),
        (Cell::Str, ITEMS),
        (Cell::Case, NUMBER),
        (Cell::Net, NAME),
        (Cell::Int, INNER + 8 + ITEM_SIZE),
        (Cell::Int, u32::MAX),
    ] {
        refused("no such value", load(cell, offset));
    }
    refused("nothing begins", |g| {
        let base = facts(g);
        raw(g, Node::Offset { base, offset: 4 });
    });
    refused("no such event", |g| push(g, Node::Root(Root::Event(ARGS))));
}

#[test]
fn what_may_be_absent_is_read_under_its_presence_only() {
    accepted(|g| {
        let base = facts(g);
        let (there, text, empty) = (g.load(Cell::Bool, base, MAYBE), g.load(Cell::Str, base, MAYBE + 8), g.str(b""));
        let text = g.select(there, text, empty);
        g.text(Text::StartsWith, text, empty);
    });
    refused("may not be there", |g| {
        let base = facts(g);
        let (text, empty) = (g.load(Cell::Str, base, MAYBE + 8), g.str(b""));
        g.text(Text::StartsWith, text, empty);
    });
    // Another truth is no presence.
    refused("may not be there", |g| {
        let base = facts(g);
        let (there, text, empty) = (g.load(Cell::Bool, base, FLAG), g.load(Cell::Str, base, MAYBE + 8), g.str(b""));
        let text = g.select(there, text, empty);
        g.text(Text::StartsWith, text, empty);
    });
    // Nor is its absence.
    refused("may not be there", |g| {
        let base = facts(g);
        let (there, text, empty) = (g.load(Cell::Bool, base, MAYBE), g.load(Cell::Str, base, MAYBE + 8), g.str(b""));
        let text = g.select(there, empty, text);
        g.text(Text::StartsWith, text, empty);
    });
    // A string of a record that may not be there.
    let inside = |guarded: bool| {
        move |g: &mut Graph| {
            let base = facts(g);
            let image =
                g.image(Image { holds: Some(Type::Record(ITEM)), len: 1, bytes: blank_item(), pointers: Vec::new() });
            let (there, blank) = (g.load(Cell::Bool, base, INNER), g.image_address(image));
            let mut item = g.offset(base, INNER + 8);
            if guarded {
                item = g.select(there, item, blank);
            }
            let (id, empty) = (raw(g, Node::Load { cell: Cell::Str, base: item, offset: 0 }), g.str(b""));
            g.kinds.insert(id.0 as usize, Kind::Str);
            raw(g, Node::Text(Text::Eq, id, empty));
        }
    };
    let mut g = Graph::default();
    inside(true)(&mut g);
    assert_eq!(verify(&mut g, &[]), Ok(()));
    refused("may not be there", inside(false));
}

fn blank_item() -> Vec<u8> {
    let mut bytes = vec![0; ITEM_SIZE as usize];
    bytes[24 + 16] = 4;
    bytes
}

/// A loop over the items: how many have a level of at least one.
fn counted(g: &mut Graph, change: impl FnOnce(&mut Graph, &mut Loop)) -> Vec<Id> {
    let base = facts(g);
    let list = g.load(Cell::List, base, ITEMS);
    let (zero, one) = (g.int(0), g.int(1));
    let of = g.open_loop();
    let at = g.element(of, 0);
    let level = g.load(Cell::Int, at, 16);
    let holds = g.compare(Compare::Ge, level, one);
    let before = g.gathered(of, 0, Kind::Int);
    let more = g.arith(Arith::IntAdd, before, one);
    let next = g.select(holds, more, before);
    let mut run =
        Loop { list, stride: ITEM_SIZE, window: 1, start: vec![zero], next: vec![next], stop: None, index: None };
    change(g, &mut run);
    g.close_unindexed(of, run)
}

#[test]
fn loops_are_consistent() {
    accepted(|g| drop(counted(g, |_, _| {})));
    let with = |change: fn(&mut Graph, &mut Loop)| move |g: &mut Graph| drop(counted(g, change));
    refused("steps are not", with(|_, run| run.stride = 8));
    refused("steps are not", with(|_, run| run.stride = 0));
    refused("window", with(|_, run| run.window = 0));
    refused("too many elements", with(|_, run| run.window = 1000));
    refused("begin with", with(|_, run| run.next.clear()));
    refused("another kind", with(|g, run| run.next = vec![g.bool(true)]));
    refused("another kind", with(|g, run| run.stop = Some(g.now())));
    refused("no list", with(|_, run| run.list = Id(0)));
    refused("come before it", with(|g, run| run.list = g.now()));
    refused("come before it", with(|_, run| run.start = run.next.clone()));
    refused("no such loop", |g| push(g, Node::Element { of: LoopId(0), n: 0 }));
    refused("window", |g| {
        let of = LoopId(0);
        counted(g, |g, _| push(g, Node::Element { of, n: 1 }));
    });
    refused("gathers no such value", |g| {
        let of = LoopId(0);
        counted(g, |g, _| push(g, Node::Gathered { of, n: 1, kind: Kind::Int }));
    });
    refused("another kind", |g| {
        let of = LoopId(0);
        counted(g, |g, _| push(g, Node::Gathered { of, n: 0, kind: Kind::Ptr }));
    });
    refused("before it", |g| {
        let result = counted(g, |_, _| {});
        if let Some(Some(run)) = g.loops.first_mut() {
            run.next = result;
        }
    });
}

#[test]
fn what_is_gathered_is_of_one_type() {
    // The last item's name, and the list that is taken is one of strings.
    let last = |begins: Type, list: bool| {
        move |g: &mut Graph| {
            let base = facts(g);
            let items = g.load(Cell::List, base, ITEMS);
            let size = if begins == Type::Record(ITEM) { blank_item() } else { vec![0; 8] };
            let blank = g.image(Image { holds: Some(begins), len: 1, bytes: size, pointers: Vec::new() });
            let nothing = g.image(Image { holds: None, len: 0, bytes: Vec::new(), pointers: Vec::new() });
            let (blank, nothing) = (g.image_address(blank), g.image_list(nothing, 0));
            let tags = g.load(Cell::List, base, TAGS);
            let of = g.open_loop();
            let at = g.element(of, 0);
            let (item, held) = (g.gathered(of, 0, Kind::Ptr), g.gathered(of, 1, Kind::List));
            let level = g.load(Cell::Int, at, 16);
            let one = g.int(1);
            let high = g.compare(Compare::Ge, level, one);
            let (item, mut held) = (g.select(high, at, item), g.select(high, tags, held));
            if list {
                held = g.select(high, items, held);
            }
            let run = Loop {
                list: items,
                stride: ITEM_SIZE,
                window: 1,
                start: vec![blank, nothing],
                next: vec![item, held],
                stop: None,
                index: None,
            };
            let results = g.close_unindexed(of, run);
            g.load(Cell::Int, results[0], 16);
            g.len_of(results[1]);
        }
    };
    accepted(last(Type::Record(ITEM), false));
    refused("different types", last(Type::Int, false));
    refused("different types", last(Type::Record(ITEM), true));
}

#[test]
fn rows_are_of_their_loop() {
    let mut g = Graph::default();
    counted(&mut g, |_, _| {});
    assert_eq!(verify(&mut g, &[LoopId(0)]), Ok(()));
    assert!(verify(&mut g, &[LoopId(1)]).is_err());
}

#[test]
fn loops_inside_loops_do_not_run_for_ever() {
    let nested = |deep: usize| {
        let mut g = Graph::default();
        let base = facts(&mut g);
        let list = g.load(Cell::List, base, ITEMS);
        let mut opened = Vec::new();
        let mut sum = g.int(0);
        for _ in 0..deep {
            let of = g.open_loop();
            let at = g.element(of, 0);
            let level = g.load(Cell::Int, at, 16);
            sum = g.arith(Arith::IntAdd, sum, level);
            opened.push(of);
        }
        for of in opened.into_iter().rev() {
            let zero = g.int(0);
            let run = Loop {
                list,
                stride: ITEM_SIZE,
                window: 1,
                start: vec![zero],
                next: vec![sum],
                stop: None,
                index: None,
            };
            sum = g.close_unindexed(of, run)[0];
        }
        let depths = g.depths.clone();
        let found = verify(&mut g, &[]);
        assert!(found.is_err() || g.depths == depths, "the depths are found again");
        found
    };
    assert_eq!(nested(3), Ok(()));
    assert!(nested(4).is_err_and(|e| e.0.contains("too many steps")));
    assert!(nested(300).is_err_and(|e| e.0.contains("too deep")));
}

#[test]
fn an_index_is_over_a_table() {
    let indexed = |change: fn(&mut Graph, &mut Loop)| {
        move |g: &mut Graph| {
            let bytes: Vec<u8> = [1i64, 2, 3].iter().flat_map(|n| n.to_le_bytes()).collect();
            let image = g.image(Image { holds: Some(Type::Int), len: 3, bytes, pointers: Vec::new() });
            let (list, base) = (g.image_list(image, 3), facts(g));
            let (value, no) = (g.load(Cell::Int, base, NUMBER), g.bool(false));
            let of = g.open_loop();
            let at = g.element(of, 0);
            let own = g.load(Cell::Int, at, 0);
            let same = g.compare(Compare::Eq, own, value);
            let index = Some(Index { keys: vec![Key { cell: Cell::Int, offset: 0, value }] });
            let mut run = Loop { list, stride: 8, window: 1, start: vec![no], next: vec![same], stop: None, index };
            change(g, &mut run);
            g.close_unindexed(of, run);
        }
    };
    fn key(run: &mut Loop) -> &mut Key {
        &mut run.index.as_mut().expect("an index").keys[0]
    }
    accepted(indexed(|_, _| {}));
    refused("stands nowhere", indexed(|_, run| key(run).offset = 1));
    refused("stands nowhere", indexed(|_, run| key(run).cell = Cell::Str));
    refused("another kind", indexed(|g, run| key(run).value = g.bool(true)));
    refused(
        "only its body knows",
        indexed(|g, run| {
            let at = g.element(LoopId(0), 0);
            key(run).value = g.load(Cell::Int, at, 0);
        }),
    );
    refused("no table", |g| {
        drop(counted(g, |g, run| {
            let value = g.int(1);
            run.index = Some(Index { keys: vec![Key { cell: Cell::Int, offset: 16, value }] });
        }));
    });
}

#[test]
fn images_are_what_they_say() {
    let text = || Image { holds: None, len: 5, bytes: "abcé".into(), pointers: Vec::new() };
    let strings = |places: &[(u32, u64)]| {
        let mut bytes = Vec::new();
        let mut pointers = Vec::new();
        for (n, (start, len)) in places.iter().enumerate() {
            pointers.push((n as u32 * 16, 0, *start));
            bytes.extend(0u64.to_le_bytes());
            bytes.extend(len.to_le_bytes());
        }
        Image { holds: Some(Type::String), len: places.len() as u64, bytes, pointers }
    };
    let images = |all: Vec<Image>| move |g: &mut Graph| g.images = all;
    accepted(images(vec![text(), strings(&[(0, 1), (1, 2), (3, 2), (5, 0)])]));
    refused("wrong length", images(vec![Image { len: 4, ..text() }]));
    refused("not UTF-8", images(vec![Image { bytes: b"ab\xffde".to_vec(), ..text() }]));
    refused("no text", images(vec![text(), strings(&[(0, 6)])]));
    refused("no text", images(vec![text(), strings(&[(0, 4)])]));
    refused("no text", images(vec![text(), strings(&[(4, 1)])]));
    refused("no text", images(vec![strings(&[(0, 1)])]));
    refused("no text", images(vec![text(), Image { pointers: Vec::new(), ..strings(&[(0, 1)]) }]));
    refused(
        "where none may be",
        images(vec![text(), Image { pointers: vec![(0, 0, 0), (8, 0, 0)], ..strings(&[(0, 1)]) }]),
    );
    refused("an address stands in it", images(vec![text(), Image { bytes: vec![1; 16], ..strings(&[(0, 1)]) }]));
    refused("as many as", images(vec![Image { holds: Some(Type::Int), len: 2, bytes: vec![0; 8], pointers: vec![] }]));
    let plain = |ty, bytes: Vec<u8>, len| images(vec![Image { holds: Some(ty), len, bytes, pointers: Vec::new() }]);
    accepted(plain(Type::Enum(EnumId(0)), vec![1, 0, 0, 0], 1));
    refused("no such case", plain(Type::Enum(EnumId(0)), vec![2, 0, 0, 0], 1));
    refused("in the schema", plain(Type::Enum(EnumId(9)), vec![0; 4], 1));
    refused("neither 0 nor 1", plain(Type::Bool, vec![2], 1));
    refused("an address is none", plain(Type::Ip, vec![0; 24], 1));
    accepted(plain(Type::Record(ITEM), blank_item(), 1));
}

#[test]
fn lists_in_images_are_there_and_sets_in_order() {
    let table = |holds, numbers: &[i64], at: u32, len: u64| {
        let inner = Image {
            holds: Some(Type::Int),
            len: numbers.len() as u64,
            bytes: numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
            pointers: Vec::new(),
        };
        let bytes = [0u64.to_le_bytes(), len.to_le_bytes()].concat();
        let outer = Image { holds: Some(holds), len: 1, bytes, pointers: vec![(0, 0, at)] };
        move |g: &mut Graph| g.images = vec![inner, outer]
    };
    let (list, set) = (Type::List(TypeId(2)), Type::Set(TypeId(2)));
    accepted(table(list, &[3, 1], 0, 2));
    accepted(table(list, &[3, 1], 8, 1));
    accepted(table(set, &[-1, 3], 0, 2));
    refused("not in order", table(set, &[3, 1], 0, 2));
    refused("not in order", table(set, &[3, 3], 0, 2));
    refused("longer", table(list, &[3, 1], 0, 3));
    refused("longer", table(list, &[3, 1], 4, 1));
    refused("longer", table(list, &[3, 1], 8, 2));
    refused("another type", table(Type::List(TypeId(0)), &[3, 1], 0, 1));
    refused("another type", table(list, &[3, 1], 0, u64::MAX));
    refused("share", |g| {
        table(list, &[3, 1], 0, 2)(g);
        let again = g.images[1].clone();
        g.images.push(again);
    });
}

#[test]
fn the_end_of_a_list_has_a_blank_of_its_type() {
    let end = |stride: u32, holds: Type| {
        move |g: &mut Graph| {
            let base = facts(g);
            let list = g.load(Cell::List, base, ITEMS);
            let bytes = if holds == Type::Int { vec![0; 8] } else { blank_item() };
            let image = g.image(Image { holds: Some(holds), len: 1, bytes, pointers: Vec::new() });
            let blank = g.image_address(image);
            let at = g.at(list, stride, true, blank);
            g.load(Cell::Str, at, 0);
        }
    };
    accepted(end(ITEM_SIZE, Type::Record(ITEM)));
    refused("steps are not", end(8, Type::Record(ITEM)));
    refused("different types", end(ITEM_SIZE, Type::Int));
}
