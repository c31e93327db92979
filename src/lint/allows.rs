//! `@allow(lint, "reason")`: where each one stands and what it covers.
//!
//! In: the syntax trees. Out: every allow with its reach: the item, clause, field or case it stands on. A finding is covered
//! by an allow of its lint whose reach holds the finding's place. An allow that covers nothing is a finding itself.

use trust_syntax::ast::{Annotation, AnnotationArg, Item, ItemKind};
use trust_syntax::diagnostic::{Diagnostic, Fix};
use trust_syntax::span::Span;

use super::registry::{self, Lint};
use crate::driver::ParsedModule;
use crate::source::SourceMap;

pub struct Allow {
    pub lint: &'static Lint,
    /// Of the annotation.
    pub span: Span,
    pub reach: Span,
    pub used: bool,
}

/// The allows of the package's own modules, in source order.
pub fn collect(modules: &[ParsedModule]) -> Vec<Allow> {
    let mut found = Vec::new();
    for item in modules.iter().filter(|m| !m.std).flat_map(|m| &m.ast.items) {
        add(&item.annotations, item.span, &mut found);
        inside(item, &mut found);
    }
    found
}

fn inside(item: &Item, found: &mut Vec<Allow>) {
    match &item.kind {
        ItemKind::Block(block) => block.clauses.iter().for_each(|c| add(&c.annotations, c.span, found)),
        ItemKind::Record(record) | ItemKind::Event(record) => {
            record.fields.iter().for_each(|f| add(&f.annotations, f.span, found));
        }
        ItemKind::Enum(decl) => decl.cases.iter().for_each(|c| add(&c.annotations, c.name.span, found)),
        ItemKind::Framework(_)
        | ItemKind::Use(_)
        | ItemKind::Duty(_)
        | ItemKind::Catalog(_)
        | ItemKind::Data(_)
        | ItemKind::Let(_)
        | ItemKind::Define(_)
        | ItemKind::Test(_)
        | ItemKind::Invariant(_)
        | ItemKind::Error => {}
    }
}

fn add(annotations: &[Annotation], reach: Span, found: &mut Vec<Allow>) {
    for a in annotations.iter().filter(|a| a.name.text == "allow") {
        if let Some(AnnotationArg::Name(name)) = a.args.first()
            && let Some(lint) = registry::find(&name.text)
        {
            found.push(Allow { lint, span: a.span, reach, used: false });
        }
    }
}

/// Whether an allow covers the finding; the ones that do are marked as used.
pub fn covered(allows: &mut [Allow], finding: &Diagnostic) -> bool {
    let mut covered = false;
    for allow in allows.iter_mut().filter(|a| a.lint.code == finding.code) {
        let (reach, at) = (allow.reach, finding.span);
        if reach.file == at.file && reach.start <= at.start && at.end <= reach.end {
            allow.used = true;
            covered = true;
        }
    }
    covered
}

/// The allows that cover nothing.
pub fn unused(allows: &[Allow], sources: &SourceMap, judged: impl Fn(&Lint) -> bool) -> Vec<Diagnostic> {
    let idle = allows.iter().filter(|a| !a.used && judged(a.lint));
    let each = idle.map(|a| {
        let mut d = Diagnostic::error("T028", a.span, format!("nothing here needs `@allow({}, …)`", a.lint.name))
            .label("covers no finding")
            .help("take it away: an exception that is no longer needed hides the next one that is");
        let edits = vec![trust_syntax::diagnostic::Edit { span: with_line(a.span, sources), text: String::new() }];
        d.fixes.push(Fix { title: "take the annotation away".into(), edits, safe: true });
        d
    });
    each.collect()
}

/// The annotation, with its line where nothing else stands on it; else with the space after it.
fn with_line(span: Span, sources: &SourceMap) -> Span {
    let Some(file) = sources.get(span.file) else { return span };
    let text: &str = &file.text;
    let before = text.get(..span.start as usize).unwrap_or_default();
    let after = text.get(span.end as usize..).unwrap_or_default();
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let trail = after.len() - after.trim_start_matches([' ', '\t']).len();
    let starts_line = before.len() == indent || before.as_bytes().get(before.len() - indent - 1) == Some(&b'\n');
    let rest = after.get(trail..).unwrap_or_default();
    let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    if starts_line && newline > 0 {
        return Span { start: span.start - indent as u32, end: span.end + (trail + newline) as u32, ..span };
    }
    Span { end: span.end + trail as u32, ..span }
}
