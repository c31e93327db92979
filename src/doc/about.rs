//! The first section: whose rules these are, since when, and how to read them.
//!
//! In: the framework and the package. Out: a section.

use super::blocks::kind_word;
use super::scope::Maker;
use super::text::{Line, Part, Section, Table, code, link, plain, strong, text, value};
use super::words::{duration, instant, one_line, sentence, title};

pub fn section(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("about", "About these rules");
    let framework = maker.program.framework.as_ref();
    if let Some(doc) = framework.and_then(|f| f.meta.doc.as_ref()) {
        section.parts.push(Part::Para(vec![strong(sentence(&one_line(doc)))]));
    }
    let package = &maker.program.package;
    let mut rows: Vec<Vec<Line>> = Vec::new();
    let mut row = |name: &str, line: Line| rows.push(vec![plain(name), line]);
    if let Some(framework) = framework {
        if let Some(authority) = &framework.authority {
            row("Authority", vec![value(authority.as_str())]);
        }
        if let Some(from) = framework.effective {
            let mut line = vec![text("from "), value(instant(from))];
            if let Some(until) = framework.until {
                line.extend([text(" until "), value(instant(until))]);
            }
            row("In effect", line);
        }
        if let Some(every) = framework.review_every {
            row("Reviewed", vec![text("every "), value(duration(every, ""))]);
        }
        if framework.skew != 0 {
            row("Clocks may differ by", vec![value(duration(framework.skew, ""))]);
        }
    }
    row("Version", plain(package.version.as_str()));
    row("Package", vec![code(package.name.as_str())]);
    row("Digest of the source", vec![code(package.digest.as_str())]);
    let caption = "The framework and its edition".to_owned();
    section.parts.push(Part::Table(Table { caption, head: Vec::new(), rows }));
    section.parts.push(Part::Sub("How to read it".into()));
    section.parts.push(Part::List(vec![
        vec![
            strong("Participation"),
            text(": who may take part, in which role. "),
            strong("Relationship"),
            text(": who may rely on whom, for what. "),
            strong("Assessment"),
            text(": how much to trust somebody right now."),
        ],
        plain(
            "A rule permits when its standing is active, every “must” holds, no “must not” does and, where there are \
             grounds, one of them holds. Otherwise it denies. There is no third answer.",
        ),
        plain("A span of time holds its first instant and not its last: at the instant of expiry it has expired."),
        plain("The sentences are made from the rules that a machine decides by; the source is named beside each."),
    ]));
    section.parts.push(Part::Sub("The rules".into()));
    let rules: Vec<Line> = maker
        .blocks()
        .map(|(id, block)| {
            let mut line =
                vec![text(format!("{} ", kind_word(block))), link(title(&block.name), maker.block_target(id))];
            if let Some(doc) = &block.meta.doc {
                line.push(text(format!(": {}", sentence(&one_line(doc)))));
            }
            line
        })
        .collect();
    section.parts.push(match rules.len() {
        0 => Part::Note(plain("The package states no participation, relationship or assessment.")),
        _ => Part::List(rules),
    });
    section
}
