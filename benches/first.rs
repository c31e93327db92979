#[path = "support/ours.rs"]
mod ours;
#[path = "support/mod.rs"]
mod support;
use std::hint::black_box;
use support::{idiomatic, native::Native, requests, timing, tuned};

fn main() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/federation");
    let program = ours::checked(&root);
    let ours = ours::Ours::new(&program, ours::block(&program, requests::BLOCK));
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| (r.facts.borrowed(), r.prior, r.now)).collect();
    let native: Vec<_> = borrowed.iter().map(|(f, p, n)| (Native::new(f), *p, *n)).collect();
    let mut out = vec![0u64; ours.words];
    let mut permits = 0;
    for ((b, p, n), (f, ..)) in borrowed.iter().zip(&native) {
        let a = idiomatic::permits(b, *p, *n);
        let t = unsafe { tuned::permits(f.facts(), *p, *n) };
        let o = unsafe { ours.permits(f.as_ptr(), *p, *n) };
        assert!(a == t && t == o, "{a} {t} {o}");
        permits += usize::from(a);
    }
    let bytes: usize = requests.iter().map(|r| r.json.len()).sum::<usize>() / requests.len();
    println!("{permits} permits of {}, {bytes} bytes", requests.len());
    let (yes, no): (Vec<usize>, Vec<usize>) =
        (0..requests.len()).partition(|i| idiomatic::permits(&borrowed[*i].0, borrowed[*i].1, borrowed[*i].2));
    for (what, which) in [("all", (0..requests.len()).collect()), ("permits", yes), ("denies", no)] {
        let native: Vec<_> = which.iter().map(|i| &native[*i]).collect();
        let borrowed: Vec<_> = which.iter().map(|i| &borrowed[*i]).collect();
        let t = timing::interleaved(
            400,
            10,
            native.len(),
            &mut [
                &mut || {
                    for (f, p, n) in &native {
                        black_box(unsafe { tuned::permits(black_box(f.facts()), *p, *n) });
                    }
                },
                &mut || {
                    for (f, p, n) in &native {
                        black_box(unsafe { ours.permits(black_box(f.as_ptr()), *p, *n) });
                    }
                },
                &mut || {
                    for (f, p, n) in &borrowed {
                        black_box(idiomatic::permits(black_box(f), *p, *n));
                    }
                },
                &mut || {
                    for (f, p, n) in &native {
                        black_box(unsafe { tuned::decide(black_box(f.facts()), *p, *n) });
                    }
                },
                &mut || {
                    for (f, p, n) in &borrowed {
                        black_box(idiomatic::decide(black_box(f), *p, *n));
                    }
                },
                &mut || {
                    for (f, p, n) in &native {
                        unsafe { ours.decide(black_box(f.as_ptr()), *p, *n, &mut out) };
                        black_box(&out);
                    }
                },
            ],
        );
        println!("{what}");
        for (i, name) in
            ["tuned permits", "ours permits", "idiomatic permits", "tuned decide", "idiomatic decide", "ours decide"]
                .iter()
                .enumerate()
        {
            println!(
                "  {name}: {:.1} ns (best {:.1}), ratio to tuned permits {:.2}",
                t.median(i),
                t.best(i),
                t.ratio(i, 0)
            );
        }
    }
}
