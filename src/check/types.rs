//! Types as written → `Ty`; enums, scales, records, events; the parameters of functions and blocks.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trust_syntax::ast::{self, TypeKind};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::annotations::Target;
use super::declare::BUILTIN_TYPES;
use super::{Checker, TypeRef};
use crate::program::expr::{Expr, ExprKind};
use crate::program::index::Def;
use crate::program::ty::{CaseDef, EnumDef, EnumId, FieldDef, RecordDef, RecordId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, CatalogDef, DataDef, DefineDef, DutyDef, InvariantDef, ModuleId, ParamDef};
use trust_syntax::suggest::nearest;

/// Names of other languages' types, and what stands for them here.
const FOREIGN_TYPES: &[(&str, &str)] = &[
    ("str", "string"),
    ("text", "string"),
    ("String", "string"),
    ("Text", "string"),
    ("boolean", "bool"),
    ("Bool", "bool"),
    ("integer", "int"),
    ("number", "decimal"),
    ("float", "decimal"),
    ("double", "decimal"),
    ("date", "instant"),
    ("datetime", "instant"),
    ("time", "instant"),
    ("timestamp", "instant"),
    ("Date", "instant"),
    ("Instant", "instant"),
    ("interval", "duration"),
    ("period", "duration"),
    ("array", "list<T>"),
    ("vec", "list<T>"),
    ("network", "cidr"),
];

impl<'a> Checker<'a> {
    pub(super) fn check_types(&mut self) {
        for index in 0..self.decls.catalogs.len() {
            self.check_catalog(index);
        }
        for index in 0..self.decls.enums.len() {
            let (module, item, decl) = self.decls.enums[index];
            let def = self.enum_def(module, item, decl);
            self.program.types.enums.push(def);
        }
        // Two passes: fields may name records that come later.
        for index in 0..self.decls.records.len() {
            let (_, item, decl) = self.decls.records[index];
            self.program.types.records.push(RecordDef {
                name: decl.name.text.clone(),
                wire: decl.name.text.clone(),
                span: item.span,
                meta: Default::default(),
                is_event: matches!(item.kind, ast::ItemKind::Event(_)),
                fields: Vec::new(),
            });
        }
        for index in 0..self.decls.records.len() {
            self.check_record(index);
        }
        self.check_event_names();
        self.check_record_cycles();
        self.check_record_sizes();
    }

    /// A request names an event by its wire name or its own: each name means one event. Two modules may declare events of one name;
    /// which is meant is then told by the block that waits for it.
    fn check_event_names(&mut self) {
        let mut names: HashMap<SmolStr, (usize, ModuleId)> = HashMap::new();
        let mut faults = Vec::new();
        for (index, def) in self.program.types.records.iter().enumerate().filter(|(_, d)| d.is_event) {
            let module = self.decls.records[index].0;
            for name in [&def.name, &def.wire] {
                match names.get(name) {
                    Some((first, of)) if *first != index => {
                        let other = &self.program.types.records[*first];
                        let own = *name == def.name && *name == other.name && *of != module;
                        if !own {
                            faults.push(
                                Diagnostic::error("E0204", def.span, format!("two events are called `{name}`"))
                                    .label("a request could not tell this one")
                                    .because(other.span, "from this one")
                                    .help("give each its own `@json(\"…\")` name"),
                            );
                        }
                    }
                    _ => {
                        names.insert(name.clone(), (index, module));
                    }
                }
            }
        }
        faults.dedup();
        self.diagnostics.extend(faults);
    }

    fn check_catalog(&mut self, index: usize) {
        let (module, item, decl) = self.decls.catalogs[index];
        let mut seen: HashMap<SmolStr, Span> = HashMap::new();
        let mut entries = Vec::new();
        for entry in &decl.entries {
            if let Some(first) = seen.insert(entry.id.value.clone(), entry.id.span) {
                self.report(
                    Diagnostic::error("E0204", entry.id.span, format!("`{}` is declared twice", entry.id.value))
                        .label("declared again here")
                        .because(first, "first declared here"),
                );
                continue;
            }
            entries.push((entry.id.value.clone(), entry.text.value.clone()));
        }
        // Annotations of a catalogue may not map to controls: catalogues come first.
        let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
        self.program.catalogs.push(CatalogDef {
            module,
            name: decl.name.text.clone(),
            span: item.span,
            meta,
            title: decl.title.value.clone(),
            entries,
        });
    }

    fn enum_def(&mut self, module: ModuleId, item: &ast::Item, decl: &ast::EnumDecl) -> EnumDef {
        let mut seen: HashMap<SmolStr, Span> = HashMap::new();
        let mut wires: HashMap<SmolStr, Span> = HashMap::new();
        let mut cases = Vec::new();
        for case in &decl.cases {
            if let Some(first) = seen.insert(case.name.text.clone(), case.name.span) {
                self.report(
                    Diagnostic::error("E0204", case.name.span, format!("the case `{}` stands twice", case.name.text))
                        .label("again here")
                        .because(first, "first here"),
                );
                continue;
            }
            let (meta, wire) = self.meta(module, case.doc.as_ref(), &case.annotations, Target::Member);
            let wire = wire.unwrap_or_else(|| case.name.text.clone());
            self.check_wire(&mut wires, &wire, case.name.span);
            cases.push(CaseDef { name: case.name.text.clone(), wire, span: case.name.span, meta });
        }
        if cases.is_empty() {
            self.report(
                Diagnostic::error("E0313", decl.name.span, format!("`{}` has no cases", decl.name.text))
                    .label("could never have a value")
                    .help("list its cases: `enum Status { active, ended }`, or `scale Tier { bronze < silver }`"),
            );
        }
        let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
        EnumDef { name: decl.name.text.clone(), span: decl.name.span, meta, ordered: decl.ordered, cases }
    }

    fn check_record(&mut self, index: usize) {
        let (module, item, decl) = self.decls.records[index];
        let mut seen: HashMap<SmolStr, Span> = HashMap::new();
        let mut wires: HashMap<SmolStr, Span> = HashMap::new();
        let mut fields = Vec::new();
        // A field that could not be read may come back twice, or without a name; that was said.
        for field in decl.fields.iter().filter(|f| !f.name.text.is_empty()) {
            if seen.get(&field.name.text) == Some(&field.name.span) {
                continue;
            }
            if let Some(first) = seen.insert(field.name.text.clone(), field.name.span) {
                self.report(
                    Diagnostic::error(
                        "E0204",
                        field.name.span,
                        format!("the field `{}` stands twice", field.name.text),
                    )
                    .label("again here")
                    .because(first, "first here"),
                );
                continue;
            }
            let ty = self.ty(module, &field.ty);
            let (meta, wire) = self.meta(module, field.doc.as_ref(), &field.annotations, Target::Member);
            let wire = wire.unwrap_or_else(|| field.name.text.clone());
            self.check_wire(&mut wires, &wire, field.name.span);
            fields.push(FieldDef { name: field.name.text.clone(), wire, span: field.name.span, meta, ty });
        }
        let target = if matches!(item.kind, ast::ItemKind::Event(_)) { Target::Wire } else { Target::Other };
        let (meta, wire) = self.meta(module, item.doc.as_ref(), &item.annotations, target);
        let def = &mut self.program.types.records[index];
        def.fields = fields;
        def.meta = meta;
        def.span = decl.name.span;
        if let Some(wire) = wire {
            def.wire = wire;
        }
    }

    /// Records inside records may not multiply beyond what a decision can hold.
    fn check_record_sizes(&mut self) {
        const MOST: u64 = 4096;
        let records = &self.program.types.records;
        let mut sizes: Vec<Option<u64>> = vec![None; records.len()];
        let mut faults = Vec::new();
        // Depth first with a stack of our own: a record is measured when all it contains are.
        for start in 0..records.len() {
            let mut stack = vec![start];
            while let Some(&record) = stack.last() {
                let Some(def) = records.get(record).filter(|_| sizes[record].is_none()) else {
                    stack.pop();
                    continue;
                };
                let inner = || def.fields.iter().map(|f| record_inside(&f.ty));
                let waiting: Vec<usize> = inner().flatten().filter(|r| sizes.get(*r) == Some(&None)).collect();
                if !waiting.is_empty() {
                    stack.extend(waiting);
                    continue;
                }
                let size = inner().fold(0u64, |sum, r| {
                    sum.saturating_add(r.and_then(|r| sizes.get(r).copied().flatten()).unwrap_or(0).saturating_add(1))
                });
                if size > MOST {
                    faults.push(
                        Diagnostic::error("E0315", def.span, format!("`{}` holds too many values", def.name))
                            .label(format!("more than {MOST} fields, counting those of the records inside it"))
                            .help("split the facts: pass what belongs together as a parameter of its own"),
                    );
                }
                sizes[record] = Some(if size > MOST { 1 } else { size });
                stack.pop();
            }
        }
        self.diagnostics.extend(faults);
    }

    fn check_wire(&mut self, wires: &mut HashMap<SmolStr, Span>, wire: &SmolStr, span: Span) {
        if let Some(first) = wires.insert(wire.clone(), span) {
            self.report(
                Diagnostic::error("E0204", span, format!("the wire name `{wire}` stands twice"))
                    .label("facts could not tell this one")
                    .because(first, "from this one")
                    .help("give each its own `@json(\"…\")` name"),
            );
        }
    }

    /// No record contains itself, however far away.
    fn check_record_cycles(&mut self) {
        let records = &self.program.types.records;
        let inner = record_inside;
        // Iterative depth-first search: 0 unseen, 1 on the way, 2 done.
        let mut state = vec![0u8; records.len()];
        let mut found: Vec<(usize, usize)> = Vec::new();
        for start in 0..records.len() {
            if state[start] != 0 {
                continue;
            }
            let mut stack = vec![(start, 0usize)];
            state[start] = 1;
            while let Some((record, field)) = stack.last_mut() {
                let Some(next) = records[*record].fields.get(*field) else {
                    state[*record] = 2;
                    stack.pop();
                    continue;
                };
                let here = (*record, *field);
                *field += 1;
                if let Some(target) = inner(&next.ty) {
                    match state[target] {
                        0 => {
                            state[target] = 1;
                            stack.push((target, 0));
                        }
                        1 => found.push(here),
                        _ => {}
                    }
                }
            }
        }
        for (record, field) in found {
            let def = &mut self.program.types.records[record];
            let name = def.name.clone();
            let Some(field) = def.fields.get_mut(field) else { continue };
            field.ty = Ty::Error;
            let d = Diagnostic::error("E0212", field.span, format!("`{name}` would contain itself"))
                .label("leads back to the record it stands in")
                .help("facts are finite: keep the id of the other one instead, or a list beside it");
            self.report(d);
        }
    }

    /// A type as written. Errors are reported and become `Ty::Error`.
    pub(super) fn ty(&mut self, module: ModuleId, ty: &ast::Type) -> Ty {
        match &ty.kind {
            TypeKind::Error => Ty::Error,
            TypeKind::Name(name) => self.named_type(module, name, ty.span),
            TypeKind::List(inner) => {
                let element = self.ty(module, inner);
                if element.is_optional() {
                    self.report(
                        Diagnostic::error("E0313", inner.span, "the elements of a list are always there")
                            .label("may not be optional")
                            .help("leave the `?` out: what is absent is not in the list"),
                    );
                    return Ty::Error;
                }
                Ty::List(Arc::new(element))
            }
            TypeKind::Set(inner) => {
                let element = self.ty(module, inner);
                if !element.is_scalar() {
                    let name = self.program.types.name(&element);
                    self.report(
                        Diagnostic::error("E0313", inner.span, format!("a set cannot hold `{name}`"))
                            .label("a set holds plain values: strings, numbers, cases, instants …")
                            .help("use a list instead: `list<…>`"),
                    );
                    return Ty::Error;
                }
                Ty::Set(Arc::new(element))
            }
            TypeKind::Optional(inner) => {
                let element = self.ty(module, inner);
                if element.is_optional() {
                    self.report(
                        Diagnostic::error("E0313", ty.span, "a value is there or absent; it cannot be absent twice")
                            .label("one `?` is enough"),
                    );
                    return Ty::Error;
                }
                element.optional()
            }
        }
    }

    fn named_type(&mut self, module: ModuleId, name: &SmolStr, span: Span) -> Ty {
        let found = match name.as_str() {
            "bool" => Some(Ty::Bool),
            "int" => Some(Ty::Int),
            "decimal" => Some(Ty::Decimal),
            "string" => Some(Ty::String),
            "instant" => Some(Ty::Instant),
            "duration" => Some(Ty::Duration),
            "ip" => Some(Ty::Ip),
            "cidr" => Some(Ty::Cidr),
            "Standing" => Some(Ty::Enum(EnumId::STANDING)),
            _ => None,
        };
        if let Some(ty) = found {
            if let Some(builtin) = BUILTIN_TYPES.iter().find(|b| **b == name) {
                self.used(span, Def::Builtin(builtin));
            }
            return ty;
        }
        if let Some((found, _)) = self.scope(module).types.get(name).copied() {
            self.used(span, found);
        }
        match self.scope(module).types.get(name) {
            Some((TypeRef::Enum(id), _)) => return Ty::Enum(*id),
            Some((TypeRef::Record(id), _)) => {
                let id = *id;
                if matches!(self.decls.records[id.0 as usize].1.kind, ast::ItemKind::Event(_)) {
                    self.report(
                        Diagnostic::error("E0313", span, format!("`{name}` is an event, not a type of facts"))
                            .label("events reach a policy through `on` clauses only")
                            .help(format!("write a trigger, `on {name} as e when …`, or declare a `record`")),
                    );
                    return Ty::Error;
                }
                return Ty::Record(id);
            }
            None => {}
        }
        if !self.scope(module).missing.contains(name) {
            let d = self.unknown_type(module, name, span);
            self.report(d);
        }
        Ty::Error
    }

    pub(super) fn unknown_type(&self, module: ModuleId, name: &SmolStr, span: Span) -> Diagnostic {
        let d =
            Diagnostic::error("E0202", span, format!("there is no type `{name}`")).label("not declared or imported");
        if matches!(name.as_str(), "list" | "set") {
            return d.help(format!("say of what: `{name}<string>`"));
        }
        if let Some((_, ours)) = FOREIGN_TYPES.iter().find(|(foreign, _)| foreign == name) {
            return d.help(format!("here it is called `{ours}`")).fix(format!("use `{ours}`"), span, *ours);
        }
        if let Some(import) = self.import_of(module, name) {
            return d.help(import);
        }
        let scope = self.scope(module);
        let candidates = scope.types.keys().map(SmolStr::as_str).chain(BUILTIN_TYPES.iter().copied());
        if let Some(near) = nearest(name, candidates) {
            return d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), span, near);
        }
        for (std, text) in crate::stdlib::MODULES {
            for kind in ["enum", "scale", "record", "event"] {
                let declares = text.lines().any(|l| {
                    l.strip_prefix(kind).is_some_and(|rest| {
                        rest.trim_start().strip_prefix(name.as_str()).is_some_and(|r| r.starts_with([' ', '{']))
                    })
                });
                if declares {
                    return d.help(format!("import it: `use {std}.{name}`"));
                }
            }
        }
        d.help(format!("declare it (`record {name} {{ … }}`, `enum {name} {{ … }}`) or import it with `use`"))
    }

    pub(super) fn params(&mut self, module: ModuleId, params: &[ast::Param]) -> Vec<ParamDef> {
        params
            .iter()
            .map(|p| ParamDef { name: p.name.text.clone(), span: p.name.span, ty: self.ty(module, &p.ty) })
            .collect()
    }

    /// The heads of everything that has parameters or a type; bodies are placeholders until they are checked.
    pub(super) fn check_signatures(&mut self) {
        for index in 0..self.decls.duties.len() {
            let (module, item, decl) = self.decls.duties[index];
            let params = self.params(module, &decl.params);
            let mut seen: HashMap<SmolStr, Span> = HashMap::new();
            for p in &params {
                if let Some(first) = seen.insert(p.name.clone(), p.span) {
                    self.report(
                        Diagnostic::error("E0204", p.span, format!("the parameter `{}` stands twice", p.name))
                            .label("again here")
                            .because(first, "first here"),
                    );
                }
            }
            let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
            self.program.duties.push(DutyDef {
                module,
                name: decl.name.text.clone(),
                span: decl.name.span,
                meta,
                params,
            });
        }
        for index in 0..self.decls.data.len() {
            let (module, item, decl) = self.decls.data[index];
            let ty = self.ty(module, &decl.ty);
            let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
            self.program.data.push(DataDef {
                module,
                name: decl.name.text.clone(),
                span: decl.name.span,
                meta,
                ty,
                path: decl.path.value.clone(),
                value: Value::None,
            });
        }
        for index in 0..self.decls.defines.len() {
            let (module, item, decl) = self.decls.defines[index];
            let params = self.params(module, &decl.params);
            let result = self.ty(module, &decl.result);
            let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
            self.program.defines.push(DefineDef {
                module,
                name: decl.name.text.clone(),
                span: decl.name.span,
                meta,
                params,
                result,
                body: placeholder(decl.body.span),
                frame: 0,
            });
        }
        for index in 0..self.decls.blocks.len() {
            let (module, item, decl) = self.decls.blocks[index];
            let params = self.params(module, &decl.params);
            let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Owned).0;
            let def = BlockDef {
                module,
                name: decl.name.text.clone(),
                span: item.span,
                name_span: decl.name.span,
                meta,
                kind: decl.kind,
                params,
                frame: 0,
                parties: None,
                purpose: None,
                keys: Vec::new(),
                lets: Vec::new(),
                grade: None,
                clauses: Vec::new(),
                react_lets: Vec::new(),
                react_frame: 0,
            };
            self.program.blocks.push(def);
        }
        for index in 0..self.decls.invariants.len() {
            let (module, item, decl) = self.decls.invariants[index];
            let params = self.params(module, &decl.params);
            let meta = self.meta(module, item.doc.as_ref(), &item.annotations, Target::Other).0;
            self.program.invariants.push(InvariantDef {
                module,
                name: decl.name.text.clone(),
                span: decl.name.span,
                meta,
                params,
                claim: placeholder(decl.claim.span),
                frame: 0,
            });
        }
    }
}

/// The record a value of the type contains, directly or as elements.
fn record_inside(ty: &Ty) -> Option<usize> {
    let mut ty = ty;
    loop {
        match ty {
            Ty::Record(RecordId(id)) => return Some(*id as usize),
            Ty::List(t) | Ty::Set(t) | Ty::Optional(t) => ty = t,
            _ => return None,
        }
    }
}

pub(super) fn placeholder(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, ty: Ty::Error, span }
}
