//! Documentation comments and annotations: `@maps`, `@owner`, `@since`, `@was`, `@json`, `@allow`.

use smol_str::SmolStr;
use trust_syntax::ast::{Annotation, AnnotationArg, Name, Text};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::{Checker, ValueRef};
use crate::program::index::Def;
use crate::program::{Allow, CatalogDef, CatalogId, ControlRef, Meta, ModuleId};
use trust_syntax::suggest::{list, nearest};

/// What an annotation stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A field or a case: may have a wire name, and no standing is stored under it.
    Member,
    /// An event: may have a wire name.
    Wire,
    /// A block or the framework: may have an owner.
    Owned,
    Other,
}

const KNOWN: &[&str] = &["maps", "owner", "since", "was", "json", "allow"];

/// Control ids of NIST CSF 1.1 and of loose usage, and the id that is meant in the current edition.
const FORMER_IDS: &[(&str, &str)] = &[
    ("GV.1", "GV.PO-01"),
    ("GV.2", "GV.PO-02"),
    ("PR.AC-1", "PR.AA-01"),
    ("PR.AC-2", "PR.AA-06"),
    ("PR.AC-3", "PR.AA-05"),
    ("PR.AC-4", "PR.AA-05"),
    ("PR.AC-5", "PR.IR-01"),
    ("PR.AC-6", "PR.AA-02"),
    ("PR.AC-7", "PR.AA-03"),
    ("TRUST-02", "L7"),
    ("ZTA", "T4"),
];

impl Checker<'_> {
    /// The meta data of an item, clause, field or case, and its wire name.
    pub(super) fn meta(
        &mut self,
        module: ModuleId,
        doc: Option<&Text>,
        annotations: &[Annotation],
        target: Target,
    ) -> (Meta, Option<SmolStr>) {
        let mut meta = Meta { doc: doc.map(|d| d.value.clone()), ..Meta::default() };
        let mut wire = None;
        for a in annotations {
            match a.name.text.as_str() {
                "maps" => self.maps(module, a, &mut meta),
                "owner" if target == Target::Owned => meta.owner = self.one_text(a),
                "owner" => self.misplaced(a, "a participation, relationship or assessment"),
                "since" => meta.since = self.one_text(a),
                "was" if target == Target::Member => {
                    self.misplaced(
                        a,
                        "a clause or an item; what facts call a field or a case is said by `@json(\"…\")`",
                    );
                }
                "was" => meta.was.extend(self.one_text(a)),
                "json" if matches!(target, Target::Member | Target::Wire) => wire = self.one_text(a),
                "json" => self.misplaced(a, "a field, a case or an event"),
                "allow" => self.allow(a, &mut meta),
                _ => self.unknown_annotation(&a.name),
            }
        }
        (meta, wire)
    }

    fn unknown_annotation(&mut self, name: &Name) {
        let mut d = Diagnostic::error("E0214", name.span, format!("there is no annotation `@{}`", name.text))
            .label("not known");
        d = match nearest(&name.text, KNOWN.iter().copied()) {
            Some(near) => d.help(format!("did you mean `@{near}`?")).fix(format!("use `@{near}`"), name.span, near),
            None => d.help(format!("there are {}", list(KNOWN.iter().copied()))),
        };
        self.report(d);
    }

    fn misplaced(&mut self, a: &Annotation, place: &str) {
        self.report(
            Diagnostic::error("E0214", a.span, format!("`@{}` cannot stand here", a.name.text))
                .label("has no meaning here")
                .help(format!("it belongs on {place}")),
        );
    }

    fn one_text(&mut self, a: &Annotation) -> Option<SmolStr> {
        if let [AnnotationArg::Text(text)] = a.args.as_slice() {
            return Some(text.value.clone());
        }
        self.report(
            Diagnostic::error("E0214", a.span, format!("`@{}` takes one text", a.name.text))
                .label("not of that form")
                .help(format!("write `@{}(\"…\")`", a.name.text)),
        );
        None
    }

    fn allow(&mut self, a: &Annotation, meta: &mut Meta) {
        match a.args.as_slice() {
            [AnnotationArg::Name(lint), AnnotationArg::Text(reason)] if !reason.value.trim().is_empty() => {
                if crate::lint::registry::find(&lint.text).is_none() {
                    let d = Diagnostic::error("E0215", lint.span, format!("there is no lint `{}`", lint.text))
                        .label("not known");
                    let d = match crate::lint::registry::nearest(&lint.text) {
                        Some(near) => {
                            d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), lint.span, near)
                        }
                        None => d.help("`trustc explain` lists the lints: they have codes that start with `T`"),
                    };
                    self.report(d);
                    return;
                }
                meta.allow.push(Allow { lint: lint.text.clone(), reason: reason.value.clone(), span: a.span });
            }
            _ => self.report(
                Diagnostic::error("E0214", a.span, "`@allow` takes a lint and a reason")
                    .label("not of that form")
                    .help("write `@allow(lint_name, \"why this is acceptable here\")`"),
            ),
        }
    }

    fn maps(&mut self, module: ModuleId, a: &Annotation, meta: &mut Meta) {
        if a.args.is_empty() {
            self.report(
                Diagnostic::error("E0214", a.span, "`@maps` names no control")
                    .label("empty")
                    .help("write `@maps(nist_csf[\"GV.SC-05\"])`"),
            );
        }
        for arg in &a.args {
            match arg {
                AnnotationArg::Control { catalog, id } => {
                    if let Some(found) = self.control(module, catalog, id)
                        && !meta.maps.contains(&found)
                    {
                        meta.maps.push(found);
                    }
                }
                AnnotationArg::Text(Text { span, .. }) | AnnotationArg::Name(Name { span, .. }) => self.report(
                    Diagnostic::error("E0214", *span, "`@maps` takes controls of a catalogue")
                        .label("not of that form")
                        .help("write `@maps(nist_csf[\"GV.SC-05\"])`"),
                ),
            }
        }
    }

    fn control(&mut self, module: ModuleId, catalog: &Name, id: &Text) -> Option<ControlRef> {
        let found = self.scope(module).values.get(&catalog.text).map(|(v, _)| *v);
        let Some(ValueRef::Catalog(catalog_id)) = found else {
            if !self.scope(module).missing.contains(&catalog.text) {
                let d = self.unknown_catalog(module, catalog, found.is_some());
                self.report(d);
            }
            return None;
        };
        self.used(catalog.span, Def::Catalog(catalog_id));
        let def = self.catalog_entries(catalog_id);
        if let Some(entry) = def.iter().position(|e| *e == id.value) {
            self.used(id.span, Def::Control(ControlRef { catalog: catalog_id, entry: entry as u32 }));
            return Some(ControlRef { catalog: catalog_id, entry: entry as u32 });
        }
        let mut d = Diagnostic::error("E0211", id.span, format!("`{}` has no control `{}`", catalog.text, id.value))
            .label("no such id in this catalogue");
        d = match meant(&id.value, &def) {
            Some(near) => {
                let title = self
                    .program
                    .catalogs
                    .get(catalog_id.0 as usize)
                    .and_then(|c: &CatalogDef| c.entries.iter().find(|(i, _)| *i == near).map(|(_, t)| t.clone()));
                let why = if FORMER_IDS.iter().any(|(old, _)| *old == id.value) {
                    "this edition calls it"
                } else {
                    "did you mean"
                };
                let title = title.map(|t| format!(" ({t})")).unwrap_or_default();
                d.help(format!("{why} `{near}`{title}")).fix(
                    format!("use `{near}`"),
                    inside_quotes(id.span),
                    near.as_str(),
                )
            }
            None => d.help(format!("it has {}", list(def.iter().map(SmolStr::as_str)))),
        };
        self.report(d);
        None
    }

    /// The ids of a catalogue, also while catalogues are still being checked.
    fn catalog_entries(&self, id: CatalogId) -> Vec<SmolStr> {
        self.decls
            .catalogs
            .get(id.0 as usize)
            .map(|(_, _, decl)| decl.entries.iter().map(|e| e.id.value.clone()).collect())
            .unwrap_or_default()
    }

    fn unknown_catalog(&self, module: ModuleId, name: &Name, other_kind: bool) -> Diagnostic {
        let d = if other_kind {
            Diagnostic::error("E0211", name.span, format!("`{}` is not a catalogue", name.text))
                .label("this is something else")
        } else {
            Diagnostic::error("E0211", name.span, format!("there is no catalogue `{}`", name.text))
                .label("not declared or imported")
        };
        if let (false, Some(import)) = (other_kind, self.import_of(module, &name.text)) {
            return d.help(import);
        }
        let known = self.scope(module).values.iter().filter(|(_, (v, _))| matches!(v, ValueRef::Catalog(_)));
        if let Some(near) = nearest(&name.text, known.map(|(n, _)| n.as_str())) {
            return d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near);
        }
        let std = ["nist_csf", "owasp_nhi", "zero_trust", "maestro"];
        match std.iter().find(|n| **n == name.text).copied().or_else(|| nearest(&name.text, std)) {
            Some(near) => d.help(format!("import it: `use std.controls.{near}`")),
            None => {
                d.help("declare it with `catalog name \"title\" { \"ID\": \"text\" }`, or import one of `std.controls`")
            }
        }
    }
}

/// The span of the text between the quotes.
fn inside_quotes(span: Span) -> Span {
    if span.end >= span.start + 2 { Span { start: span.start + 1, end: span.end - 1, ..span } } else { span }
}

/// The id that somebody meant: former ids, another spelling of the same numbers, else the nearest.
fn meant(written: &str, ids: &[SmolStr]) -> Option<SmolStr> {
    let has = |id: &str| ids.iter().find(|i| *i == id).cloned();
    if let Some((_, now)) = FORMER_IDS.iter().find(|(old, _)| old.eq_ignore_ascii_case(written))
        && let Some(found) = has(now)
    {
        return Some(found);
    }
    let normal = normalise(written);
    if let Some(found) = ids.iter().find(|i| normalise(i) == normal) {
        return Some(found.clone());
    }
    nearest(written, ids.iter().map(SmolStr::as_str)).map(SmolStr::from)
}

/// `NHI-06`, `NHI6:2025` and `nhi6` are one, as are `ID.AM-3` and `ID.AM-03`.
fn normalise(id: &str) -> String {
    let id = id.split_once(':').map_or(id, |(before, _)| before);
    let mut out = String::new();
    let mut digits = String::new();
    let flush = |digits: &mut String, out: &mut String| {
        if !digits.is_empty() {
            let trimmed = digits.trim_start_matches('0');
            out.push_str(if trimmed.is_empty() { "0" } else { trimmed });
            digits.clear();
        }
    };
    for c in id.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            flush(&mut digits, &mut out);
            if c.is_alphanumeric() {
                out.extend(c.to_uppercase());
            }
        }
    }
    flush(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_slips_lead_to_the_id_that_is_meant() {
        let nhi: Vec<SmolStr> = (1..=10).map(|n| format!("NHI{n}").into()).collect();
        assert_eq!(meant("NHI-06", &nhi).as_deref(), Some("NHI6"));
        assert_eq!(meant("NHI3:2025", &nhi).as_deref(), Some("NHI3"));
        assert_eq!(meant("nhi10", &nhi).as_deref(), Some("NHI10"));
        let csf: Vec<SmolStr> = ["GV.PO-01", "PR.AA-01", "ID.AM-03"].map(SmolStr::from).to_vec();
        assert_eq!(meant("GV.1", &csf).as_deref(), Some("GV.PO-01"));
        assert_eq!(meant("PR.AC-1", &csf).as_deref(), Some("PR.AA-01"));
        assert_eq!(meant("ID.AM-3", &csf).as_deref(), Some("ID.AM-03"));
    }
}
