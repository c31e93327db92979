//! Rule books: the Markdown of two examples as it stands, and of every example that the book hangs together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use trustc::doc::{Followed, book, html, markdown};
use trustc::driver::{Analysis, analyse_path};
use trustc::facts::{Request, read_request};
use trustc::interp::{Oracle, Prior};
use trustc::program::Checked;
use trustc::source::SourceMap;
use trustc::timeline::follow;

use crate::cases::{checked, hold};

fn program(path: &Path) -> (Checked, SourceMap) {
    let analysis: Analysis = analyse_path(path).expect("a package");
    analysis.checked().unwrap_or_else(|_| panic!("{} has errors", path.display()))
}

/// Every package of the examples.
fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for top in ["examples", "examples/frameworks"] {
        for entry in fs::read_dir(top).expect("the examples are there") {
            let path = entry.expect("an entry can be read").path();
            let policy = |e: fs::DirEntry| e.path().extension().is_some_and(|e| e == "trust");
            if path.is_dir() && fs::read_dir(&path).expect("a folder").flatten().any(policy) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The book of an example with timelines of its requests.
fn made(path: &Path) -> (Checked, String, String) {
    let (program, sources) = program(path);
    let mut followed = Vec::new();
    if let Ok(requests) = fs::read_to_string(path.join("requests.jsonl")) {
        let oracle = Oracle::new(&program);
        for line in requests.lines() {
            if let Ok(Request::Decide { block, args, prior, now, .. }) =
                read_request(&program, line.as_bytes(), None, false)
            {
                let prior = Prior::Triggers(prior);
                let timeline = follow(&program, &oracle, block, &args, &prior, now, 86_400_000_000);
                followed.push(Followed { name: format!("Request {}", followed.len() + 1), timeline });
            }
        }
    }
    let book = book(&program, &sources, &followed);
    let page = html::pages(&book).remove(0).text;
    let text = markdown::pages(&book).remove(0).text;
    (program, page, text)
}

#[test]
fn the_markdown_of_two_examples() {
    for (example, name) in
        [("examples/partner-federation", "partner-federation"), ("examples/frameworks/agent-delegation", "agents")]
    {
        let (program, sources) = program(Path::new(example));
        let pages = markdown::pages(&book(&program, &sources, &[]));
        let found = &pages.first().expect("a page").text;
        let snapshot = PathBuf::from("tests/cases/book-examples").join(format!("{name}.md"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(snapshot.parent().expect("a folder")).expect("a folder can be made");
            fs::write(&snapshot, found).expect("a snapshot can be written");
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        assert!(expected == *found, "{} differs; if this is right: BLESS=1", snapshot.display());
    }
}

#[test]
fn cases_of_phrases() {
    hold("book", "md", |case| match checked(case) {
        Ok((program, sources)) => {
            let pages = markdown::pages(&book(&program, &sources, &[]));
            pages.into_iter().next().map(|page| page.text).unwrap_or_default()
        }
        Err(rendered) => rendered,
    });
}

/// The values of an attribute, wherever it stands in a tag.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_book_hangs_together() {
    let mut books = 0;
    for example in examples() {
        let (program, page, text) = made(&example);
        let name = example.display();
        // What search knows is no markup.
        let (body, index) = page.split_once("<script type=\"application/json\"").expect("an index");
        let ids = values(body, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id stands twice");
        let links: BTreeSet<&str> = values(body, "href").into_iter().collect();
        for link in &links {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{name}: {link} leaves the page"));
            assert!(unique.contains(target), "{name}: {link} leads nowhere");
        }
        for ids in values(body, "aria-labelledby").into_iter().flat_map(str::split_whitespace) {
            assert!(unique.contains(ids), "{name}: {ids} labels something and is not there");
        }
        let known = index.split_once('>').and_then(|(_, rest)| rest.split_once("</script>")).expect("an index").0;
        let known: Vec<(String, String, String, String)> = serde_json::from_str(known).expect("JSON");
        for (id, ..) in &known {
            assert!(unique.contains(id.as_str()), "{name}: search leads to {id}, which is not there");
        }
        let anchors: Vec<&str> = values(&text, "id");
        let anchors_once: BTreeSet<&str> = anchors.iter().copied().collect();
        assert_eq!(anchors.len(), anchors_once.len(), "{name}: an anchor of the Markdown stands twice");
        for link in text.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(anchors_once.contains(link), "{name}: the Markdown links to {link}, which is not there");
        }
        for (block, def) in program.blocks.iter().zip(0..) {
            let own = !program.modules[block.module.0 as usize].std;
            let named = trustc::facts::block_name(&program, trustc::program::BlockId(def));
            for clause in block.clauses.iter().filter(|_| own) {
                let id = format!("block/{named}/{}", clause.name);
                assert!(unique.contains(id.as_str()), "{name}: {id} is not in the book");
                assert!(anchors_once.contains(id.as_str()), "{name}: {id} is not in the Markdown");
                if let Some(doc) = &clause.meta.doc {
                    let first = doc.split([' ', '\n']).find(|w| w.chars().all(char::is_alphanumeric)).unwrap_or("");
                    assert!(page.contains(first), "{name}: the message of {id} is not in the book");
                }
            }
        }
        // Nothing is fetched: no address in an attribute, no element that loads.
        for forbidden in ["<img", "<link", "<iframe", "<object", " src=", "@import", "url("] {
            assert!(!body.contains(forbidden), "{name}: {forbidden} stands in the page");
        }
        assert_eq!(made(&example).1, page, "{name}: two runs differ");
        books += 1;
    }
    assert!(books > 40, "only {books} books were made");
}

#[test]
fn tags_are_closed() {
    let (_, page, _) = made(Path::new("examples/frameworks/ca-browser-forum"));
    let body = page.split_once("<body>").expect("a body").1.split_once("<script").expect("a script").0;
    let mut open: Vec<&str> = Vec::new();
    for tag in body.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '\n', '/']).find(|word| !word.is_empty()).expect("a tag has a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed in another order: {tag}");
        } else if !tag.ends_with('/') && !["input", "br", "meta"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}
