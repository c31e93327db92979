//! The `framework` item: one a package, made of constants.

use trust_syntax::ast::{self, ExprKind, FrameworkLineKind};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Checker;
use super::annotations::Target;
use crate::program::Framework;

impl Checker<'_> {
    pub(super) fn check_framework(&mut self) {
        let frameworks = std::mem::take(&mut self.decls.frameworks);
        let mut first: Option<Span> = None;
        for (module, item, decl) in &frameworks {
            if let Some(first) = first {
                self.report(
                    Diagnostic::error("E0516", decl.name.span, "a package has one framework")
                        .label("a second one")
                        .because(first, "the first one")
                        .help("put the other framework in a package of its own"),
                );
                continue;
            }
            first = Some(decl.name.span);
            let meta = self.meta(*module, item.doc.as_ref(), &item.annotations, Target::Owned).0;
            let mut f = Framework {
                module: *module,
                name: decl.name.text.clone(),
                span: item.span,
                meta,
                title: None,
                version: None,
                authority: None,
                effective: None,
                until: None,
                review_every: None,
                reviewed: None,
                skew: 0,
            };
            self.framework_lines(decl, &mut f);
            self.program.framework = Some(f);
        }
        self.decls.frameworks = frameworks;
    }

    fn framework_lines(&mut self, decl: &ast::Framework, f: &mut Framework) {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for line in &decl.lines {
            let word = match &line.kind {
                FrameworkLineKind::Title(_) => "title",
                FrameworkLineKind::Version(_) => "version",
                FrameworkLineKind::Authority(_) => "authority",
                FrameworkLineKind::Effective { .. } => "effective",
                FrameworkLineKind::Review { .. } => "review",
                FrameworkLineKind::Skew(_) => "skew",
                FrameworkLineKind::Error => continue,
            };
            if let Some((_, before)) = seen.iter().find(|(w, _)| *w == word) {
                self.report(
                    Diagnostic::error("E0508", line.span, format!("`{word}` is stated twice"))
                        .label("again here")
                        .because(*before, "first here"),
                );
                continue;
            }
            seen.push((word, line.span));
            match &line.kind {
                FrameworkLineKind::Title(t) => f.title = Some(t.value.clone()),
                FrameworkLineKind::Version(t) => f.version = Some(t.value.clone()),
                FrameworkLineKind::Authority(t) => f.authority = Some(t.value.clone()),
                FrameworkLineKind::Effective { from, until } => {
                    f.effective = self.literal_instant(from);
                    f.until = until.as_ref().and_then(|u| self.literal_instant(u));
                    if let (Some(a), Some(b), Some(until)) = (f.effective, f.until, until)
                        && b <= a
                    {
                        self.report(
                            Diagnostic::error("E0314", until.span, "the framework would end before it begins")
                                .label("not after")
                                .because(from.span, "its beginning"),
                        );
                    }
                }
                FrameworkLineKind::Review { every, reviewed } => {
                    f.review_every = self.literal_duration(every);
                    f.reviewed = reviewed.as_ref().and_then(|r| self.literal_instant(r));
                }
                FrameworkLineKind::Skew(skew) => {
                    f.skew = self.literal_duration(skew).unwrap_or(0);
                    if f.skew < 0 {
                        self.report(
                            Diagnostic::error("E0314", skew.span, "the skew is a tolerance and cannot be negative")
                                .label("below zero"),
                        );
                    }
                }
                FrameworkLineKind::Error => {}
            }
        }
    }

    fn literal_instant(&mut self, e: &ast::Expr) -> Option<i64> {
        match &unparen(e).kind {
            ExprKind::Instant(i) => Some(*i),
            ExprKind::Error => None,
            _ => {
                self.report(
                    Diagnostic::error("E0301", e.span, "a date is wanted here")
                        .label("not a date")
                        .help("write it out: `2026-01-01` or `2026-01-01T09:30:00Z`"),
                );
                None
            }
        }
    }

    fn literal_duration(&mut self, e: &ast::Expr) -> Option<i64> {
        match &unparen(e).kind {
            ExprKind::Duration(d) => Some(*d),
            ExprKind::Neg(inner) => match &unparen(inner).kind {
                ExprKind::Duration(d) => Some(-*d),
                _ => None,
            },
            ExprKind::Error => None,
            _ => {
                self.report(
                    Diagnostic::error("E0301", e.span, "a length of time is wanted here")
                        .label("not a duration")
                        .help("write it out: `90d`, `12h` or `30s`"),
                );
                None
            }
        }
    }
}

/// The expression inside any parentheses.
pub(super) fn unparen(mut e: &ast::Expr) -> &ast::Expr {
    while let ExprKind::Paren(inner) = &e.kind {
        e = inner;
    }
    e
}
