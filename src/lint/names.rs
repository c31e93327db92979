//! T029: names that nothing uses: imports, values, functions, types, parameters. T036: a condition or a table among them, which
//! is a safeguard that was written and that nothing asks.
//!
//! A name counts as used wherever the same word stands, in any role: what is reported is certainly not used.

use std::collections::HashMap;

use trust_syntax::ast::{self, ItemKind};
use trust_syntax::diagnostic::{Diagnostic, Edit, Fix};
use trust_syntax::span::Span;

use super::Context;
use crate::driver::ParsedModule;
use crate::program::ty::Ty;

/// Every word of the package's own modules and its places.
type Words<'t> = HashMap<&'t str, Vec<Span>>;

pub fn package(cx: &mut Context<'_>) {
    let own: Vec<&ParsedModule> = cx.analysis.modules.iter().filter(|m| !m.std).collect();
    let mut words = Words::new();
    for module in &own {
        let Some(file) = cx.analysis.sources.get(module.file) else { continue };
        for (start, text) in words_of(&file.text) {
            words.entry(text).or_default().push(Span::new(module.file, start, start + text.len() as u32));
        }
    }
    let library = !own.iter().flat_map(|m| &m.ast.items).any(|i| matches!(i.kind, ItemKind::Block(_)));
    let mut found = Vec::new();
    for module in &own {
        let uses: Vec<Span> =
            module.ast.items.iter().filter(|i| matches!(i.kind, ItemKind::Use(_))).map(|i| i.span).collect();
        for item in &module.ast.items {
            if let ItemKind::Use(u) = &item.kind {
                imports(cx, module, item, u, &uses, &words, &mut found);
            } else {
                if !library {
                    top_level(&own, item, &words, &mut found);
                }
                inside(item, &words, &mut found);
            }
        }
    }
    cx.found.extend(found);
}

/// The words of a text, outside of comments and strings.
fn words_of(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let first = rest.chars().next()?;
            let length = match first {
                '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                '"' => {
                    let mut escaped = false;
                    let end = rest.char_indices().skip(1).find(|(_, c)| {
                        let ends = (*c == '"' && !escaped) || *c == '\n';
                        escaped = *c == '\\' && !escaped;
                        ends
                    });
                    end.map_or(rest.len(), |(n, c)| n + c.len_utf8())
                }
                // A number and its unit are no word.
                c if part(c) => rest.find(|c| !part(c)).unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            let start = at;
            at += length;
            if part(first) && !first.is_ascii_digit() {
                return Some((start as u32, rest.get(..length)?));
            }
        }
    })
}

fn within(span: Span, outer: Span) -> bool {
    span.file == outer.file && outer.start <= span.start && span.end <= outer.end
}

fn imports(
    cx: &Context<'_>,
    module: &ParsedModule,
    item: &ast::Item,
    u: &ast::Use,
    uses: &[Span],
    words: &Words<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let used = |name: &ast::Name| {
        words
            .get(name.text.as_str())
            .is_some_and(|at| at.iter().any(|s| s.file == module.file && !uses.iter().any(|u| within(*s, *u))))
    };
    let idle: Vec<&ast::Name> = u.names.iter().filter(|n| !used(n)).collect();
    // Of events and duties without effect a finding says more.
    let told = |name: &ast::Name| cx.found.iter().any(|d| matches!(d.code, "T026" | "T027") && d.span == name.span);
    for name in &idle {
        if told(name) {
            continue;
        }
        let mut d = if is_condition(cx, &name.text) {
            Diagnostic::error("T036", name.span, format!("the condition `{}` is imported and never asked", name.text))
                .label("no rule in this module asks it")
                .help("ask it where it was meant to be asked, or take it away")
        } else {
            Diagnostic::warning("T029", name.span, format!("`{}` is imported and not used", name.text))
                .label("nothing in this module uses it")
                .help("take it away")
        };
        let span = if idle.len() == u.names.len() { None } else { in_list(u, name) };
        let edit = match span {
            Some(span) => Some(Edit { span, text: String::new() }),
            // The whole line, with the first of its names only: one edit for all of them.
            None if idle.first().is_some_and(|f| f.span == name.span) && !idle.iter().any(|n| told(n)) => {
                Some(Edit { span: whole_line(cx, item.span), text: String::new() })
            }
            None => None,
        };
        if let Some(edit) = edit {
            // A safeguard is not taken away without asking.
            let safe = d.code == "T029";
            d.fixes.push(Fix { title: format!("take `{}` away", name.text), edits: vec![edit], safe });
        }
        found.push(d);
    }
}

/// A name in braces with the comma that parts it from the next or the one before.
fn in_list(u: &ast::Use, name: &ast::Name) -> Option<Span> {
    let at = u.names.iter().position(|n| n.span == name.span)?;
    match u.names.get(at + 1) {
        Some(next) => Some(Span { end: next.span.start, ..name.span }),
        None => {
            let before = u.names.get(at.checked_sub(1)?)?;
            Some(Span { start: before.span.end, ..name.span })
        }
    }
}

fn whole_line(cx: &Context<'_>, span: Span) -> Span {
    let after = cx.analysis.sources.get(span.file).and_then(|f| f.text.get(span.end as usize..)).unwrap_or_default();
    let newline = if after.starts_with("\r\n") { 2 } else { u32::from(after.starts_with('\n')) };
    Span { end: span.end + newline, ..span }
}

fn top_level(own: &[&ParsedModule], item: &ast::Item, words: &Words<'_>, found: &mut Vec<Diagnostic>) {
    let (what, name) = match &item.kind {
        ItemKind::Let(d) => ("value", &d.name),
        ItemKind::Define(d) => ("function", &d.name),
        ItemKind::Data(d) => ("table", &d.name),
        ItemKind::Enum(d) => ("type", &d.name),
        ItemKind::Record(d) => ("type", &d.name),
        // Events and duties have lints of their own; blocks are asked from outside.
        _ => return,
    };
    let imported = |span: &Span| {
        own.iter().any(|m| m.ast.items.iter().any(|i| matches!(i.kind, ItemKind::Use(_)) && within(*span, i.span)))
    };
    let used = words.get(name.text.as_str()).is_some_and(|at| at.iter().any(|s| *s != name.span && !imported(s)));
    if used {
        return;
    }
    let safeguard = match &item.kind {
        ItemKind::Data(_) => true,
        ItemKind::Define(d) => matches!(&d.result.kind, ast::TypeKind::Name(n) if n == "bool"),
        _ => false,
    };
    found.push(if safeguard {
        Diagnostic::error("T036", name.span, format!("no rule asks the {what} `{}`", name.text))
            .label("written, and nothing names it")
            .help("ask it where it was meant to be asked, or take it away")
    } else {
        Diagnostic::warning("T029", name.span, format!("the {what} `{}` is not used", name.text))
            .label("nothing names it")
            .help("take it away, or use it")
    });
}

/// A function of the library, or of another module, that is true or false.
fn is_condition(cx: &Context<'_>, name: &str) -> bool {
    cx.program.defines.iter().any(|d| d.name == name && d.result == Ty::Bool)
        && !cx.program.types.records.iter().any(|r| r.name == name)
}

/// Parameters and lets, within their item.
fn inside(item: &ast::Item, words: &Words<'_>, found: &mut Vec<Diagnostic>) {
    let mut names: Vec<(&str, &ast::Name)> = Vec::new();
    match &item.kind {
        ItemKind::Block(b) => {
            names.extend(b.params.iter().map(|p| ("parameter", &p.name)));
            names.extend(b.clauses.iter().filter_map(|c| match &c.kind {
                ast::ClauseKind::Let(l) => Some(("value", &l.name)),
                _ => None,
            }));
        }
        ItemKind::Define(d) => names.extend(d.params.iter().map(|p| ("parameter", &p.name))),
        ItemKind::Invariant(i) => names.extend(i.params.iter().map(|p| ("parameter", &p.name))),
        ItemKind::Test(t) => names.extend(t.lines.iter().filter_map(|l| match &l.kind {
            ast::TestLineKind::Let(l) => Some(("value", &l.name)),
            _ => None,
        })),
        _ => return,
    }
    for (what, name) in names {
        let used =
            words.get(name.text.as_str()).is_some_and(|at| at.iter().any(|s| *s != name.span && within(*s, item.span)));
        if !used {
            found.push(
                Diagnostic::warning("T029", name.span, format!("the {what} `{}` is not used", name.text))
                    .label("nothing here names it")
                    .help("take it away, or use it"),
            );
        }
    }
}
