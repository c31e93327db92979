//! The intrinsics that an object brings say what those of this process say.

use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::Linkage;

use super::*;
use crate::codegen::tables::looped_hash;
use crate::pattern::Pattern;

/// The bodies, in memory.
struct Bodies {
    module: JITModule,
    found: Vec<(&'static str, *const u8, *const u8)>,
}

impl Bodies {
    fn new() -> Bodies {
        let mut module = JITModule::new(JITBuilder::with_isa(
            isa(false).expect("a machine"),
            cranelift_module::default_libcall_names(),
        ));
        let mut room = Room::new(&module);
        let table = intrinsics::table();
        let mut ids = Vec::new();
        for intrinsic in &table {
            let signature = signature_of(&module, intrinsic);
            let id = declared(&mut module, intrinsic.name, Linkage::Local, &signature).expect("a function");
            room.define(&mut module, (id, signature), |module, func, frontend| {
                let (mut body, params) = Body::new(func, frontend);
                assert!(written(&mut body, intrinsic.name, &params), "{}", intrinsic.name);
                body.finish(module.target_config());
                Ok(())
            })
            .expect(intrinsic.name);
            ids.push(id);
        }
        module.finalize_definitions().expect("code");
        let found = table.iter().zip(ids).map(|(i, id)| (i.name, i.address, module.get_finalized_function(id)));
        let found = found.collect();
        Bodies { module, found }
    }

    /// The function of this process, and the one that was written.
    fn both<F: Copy>(&self, name: &str) -> (F, F) {
        let (_, ours, theirs) = *self.found.iter().find(|(n, ..)| *n == name).expect(name);
        // SAFETY: the caller names the function's type.
        unsafe { (std::mem::transmute_copy(&ours), std::mem::transmute_copy(&theirs)) }
    }
}

/// As numbers come: small ones, ends of ranges, and all others.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let x = self.0 ^ (self.0 >> 33);
        x.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (x >> 29)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn number(&mut self) -> i64 {
        let near = self.below(7) as i64 - 3;
        match self.below(8) {
            0 => near,
            1 => i64::MAX.wrapping_add(near),
            2 => crate::time::MAX_INSTANT.wrapping_add(near),
            3 => crate::time::MIN_INSTANT.wrapping_add(near),
            4 => crate::time::MAX_DURATION.wrapping_add(near),
            5 => (self.next() as i64) >> self.below(63),
            6 => (self.below(40_000) as i64) * 5_000 * near,
            _ => (self.next() as i64) >> 9,
        }
    }

    fn text(&mut self, longest: u64) -> Vec<u8> {
        let letters = 1 + self.below(3);
        (0..self.below(longest + 1)).map(|_| b'a' + self.below(letters) as u8).collect()
    }
}

#[test]
fn numbers_agree() {
    let bodies = Bodies::new();
    let mut draw = Draw(1);
    for name in
        ["int_mul", "int_div", "int_rem", "decimal_mul", "decimal_div", "duration_mul", "duration_div", "add_months"]
    {
        let (ours, theirs) = bodies.both::<extern "C" fn(i64, i64) -> i64>(name);
        for _ in 0..60_000 {
            let (a, b) = (draw.number(), draw.number());
            assert_eq!(theirs(a, b), ours(a, b), "{name} {a} {b}");
        }
    }
    // Every day of some years, by few and by many months.
    let (ours, theirs) = bodies.both::<extern "C" fn(i64, i64) -> i64>("add_months");
    for day in (-719_162..2_932_897).step_by(3) {
        let at = day * crate::time::DAY + draw.below(86_400_000_000) as i64;
        for by in [0, 1, -1, 11, draw.below(30_000) as i64 - 15_000] {
            assert_eq!(theirs(at, by), ours(at, by), "{at} {by}");
        }
    }
    drop(bodies.module);
}

#[test]
fn networks_agree() {
    type Net = extern "C" fn(u64, u64, u64, u64, u64, u64) -> u8;
    let bodies = Bodies::new();
    let mut draw = Draw(2);
    for name in ["net_address_in", "net_network_in", "net_less"] {
        let (ours, theirs) = bodies.both::<Net>(name);
        let mut held = 0;
        for _ in 0..100_000 {
            let net = |draw: &mut Draw, like: Option<[u64; 3]>| {
                let family = if draw.below(2) == 0 { 4 } else { 6 };
                let width = if family == 4 { 33 } else { 129 };
                let prefix = draw.below(width) << 8;
                match like {
                    // One bit aside.
                    Some([low, high, kind]) => {
                        let bit = draw.below(192);
                        let flip = |from: u64| if (from..from + 64).contains(&bit) { 1u64 << (bit - from) } else { 0 };
                        [low ^ flip(0), high ^ flip(64), (kind & 0xff) | prefix]
                    }
                    None if family == 4 => [draw.next() & 0xffff_ffff, 0, 4 | prefix],
                    None => [draw.next(), draw.next(), 6 | prefix],
                }
            };
            let a = net(&mut draw, None);
            let like = (draw.below(4) > 0).then_some(a);
            let b = net(&mut draw, like);
            let found = theirs(a[0], a[1], a[2], b[0], b[1], b[2]);
            assert_eq!(found, ours(a[0], a[1], a[2], b[0], b[1], b[2]), "{name} {a:x?} {b:x?}");
            held += u32::from(found);
        }
        assert!((1_000..99_000).contains(&held), "{name} {held}");
    }
}

#[test]
fn texts_agree() {
    type Two = extern "C" fn(*const u8, u64, *const u8, u64) -> u8;
    let bodies = Bodies::new();
    let mut draw = Draw(3);
    for name in ["text_less", "text_in", "text_starts", "text_ends"] {
        let (ours, theirs) = bodies.both::<Two>(name);
        let mut held = 0;
        for _ in 0..60_000 {
            let (a, mut b) = (draw.text(12), draw.text(40));
            match draw.below(4) {
                0 => b = [b, a.clone()].concat(),
                1 => b = [a.clone(), b].concat(),
                _ => {}
            }
            let (a, b) = if name == "text_in" || draw.below(4) == 0 { (a, b) } else { (b, a) };
            let found = theirs(a.as_ptr(), a.len() as u64, b.as_ptr(), b.len() as u64);
            assert_eq!(found, ours(a.as_ptr(), a.len() as u64, b.as_ptr(), b.len() as u64), "{name} {a:?} {b:?}");
            held += u32::from(found);
        }
        assert!((1_000..59_000).contains(&held), "{name} {held}");
    }
    type Hash = extern "C" fn(*const u8, u64) -> u64;
    let (_, theirs) = bodies.both::<Hash>("text_hash");
    for _ in 0..5_000 {
        let text = draw.text(40);
        assert_eq!(theirs(text.as_ptr(), text.len() as u64), looped_hash(&text));
    }
}

#[test]
fn a_long_search_takes_linear_time() {
    type Two = extern "C" fn(*const u8, u64, *const u8, u64) -> u8;
    let bodies = Bodies::new();
    let (_, theirs) = bodies.both::<Two>("text_in");
    let half = 1 << 21;
    let hay = vec![b'a'; half * 2];
    for at in [0, half / 2, half - 1] {
        let mut needle = vec![b'a'; half];
        needle[at] = b'b';
        // Byte by byte this would take hours.
        assert_eq!(theirs(needle.as_ptr(), needle.len() as u64, hay.as_ptr(), hay.len() as u64), 0);
    }
    assert_eq!(theirs(hay.as_ptr(), half as u64, hay.as_ptr(), hay.len() as u64), 1);
}

#[test]
fn tables_agree() {
    let bodies = Bodies::new();
    let mut draw = Draw(4);
    let (_, in_table) = bodies.both::<extern "C" fn(*const u64, *const u8, u64) -> u8>("text_table");
    for count in [1, 2, 65, 300] {
        let texts: std::collections::BTreeSet<Box<[u8]>> =
            (0..count).map(|n| format!("{n}-{}", draw.next()).into_bytes().into()).collect();
        let texts: Vec<Box<[u8]>> = texts.into_iter().collect();
        let words = data::tests::words_of(&texts);
        for text in &texts {
            assert_eq!(in_table(words.as_ptr(), text.as_ptr(), text.len() as u64), 1);
            assert_eq!(in_table(words.as_ptr(), text.as_ptr(), text.len() as u64 - 1), 0);
        }
    }
    let (_, in_numbers) = bodies.both::<extern "C" fn(*const i64, u64, i64) -> u8>("int_table");
    let numbers: Vec<i64> = std::collections::BTreeSet::from_iter((0..99).map(|_| draw.number())).into_iter().collect();
    for number in numbers.iter().flat_map(|n| [n.wrapping_sub(1), *n, n.wrapping_add(1)]) {
        let found = in_numbers(numbers.as_ptr(), numbers.len() as u64, number);
        assert_eq!(found == 1, numbers.contains(&number));
    }
    let (_, matches) = bodies.both::<extern "C" fn(*const u32, *const u8, u64) -> u8>("matches");
    let sources =
        ["a*b", "", "[ab]{2,5}", "(a|bb)*c?", r"\w+", "ä|ö", "[^a]*", "a$", r"(?-u:\b)a+", r"\p{Greek}+", "(?s).*"];
    for source in sources {
        let pattern = Pattern::compile(source).expect(source);
        let table = pattern.table().expect("a table");
        for n in 0..400 {
            let mut text = draw.text(8);
            if n % 3 == 0 {
                text.extend("äαb".bytes().skip(draw.below(3) as usize));
            }
            let found = matches(table.as_ptr(), text.as_ptr(), text.len() as u64);
            assert_eq!(found == 1, pattern.is_match_bytes(&text), "{source} {text:?}");
        }
    }
}
