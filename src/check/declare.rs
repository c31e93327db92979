//! Who is called what: collects the declarations of every module and resolves imports.
//!
//! Types, values and a block's clauses are separate namespaces; nothing is declared twice and nothing shadows.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;
use trust_syntax::ast::{self, ItemKind, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::{Checker, LetState, TypeRef, ValueRef};
use crate::program::index::Def;
use crate::program::ty::{CaseDef, EnumDef, EnumId, RecordId};
use crate::program::{BlockId, CatalogId, DataId, DefineId, DutyId, LetId, Meta, Module, ModuleId};
use trust_syntax::suggest::{list, nearest};

/// Functions every module has.
pub(super) const BUILTIN_FUNCTIONS: &[&str] =
    &["add_months", "cidr", "count", "first", "ip", "last", "max", "min", "overdue", "sum"];

/// Types every module has.
pub(super) const BUILTIN_TYPES: &[&str] =
    &["bool", "int", "decimal", "string", "instant", "duration", "ip", "cidr", "list", "set", "Standing"];

/// What a module itself declares: types and values.
type OwnNames = (HashMap<SmolStr, TypeRef>, HashMap<SmolStr, ValueRef>);

/// Names of one module that nothing else refers to.
#[derive(Default)]
struct Asserted {
    invariants: HashMap<SmolStr, Span>,
    tests: HashMap<SmolStr, Span>,
}

impl<'a> Checker<'a> {
    /// Gives every declaration an id and enters its name in its module's scope.
    pub(super) fn declare(&mut self) {
        self.program.types.enums.push(standing());
        // Slot 0 of the declarations has no item: `Standing` is built in.
        for (index, module) in self.input.modules.iter().enumerate() {
            let id = ModuleId(index as u32);
            self.program.modules.push(Module { name: module.name.clone(), file: module.file, std: module.std });
            let mut asserted = Asserted::default();
            for item in &module.ast.items {
                self.declare_item(id, item, &mut asserted);
            }
        }
    }

    fn declare_item(&mut self, module: ModuleId, item: &'a ast::Item, asserted: &mut Asserted) {
        match &item.kind {
            ItemKind::Framework(f) => self.decls.frameworks.push((module, item, f)),
            ItemKind::Use(_) | ItemKind::Error => {}
            ItemKind::Enum(e) => {
                self.decls.enums.push((module, item, e));
                // `Standing` is enum 0 and has no declaration.
                let id = EnumId(self.decls.enums.len() as u32);
                self.enter_type(module, &e.name, TypeRef::Enum(id));
            }
            ItemKind::Record(r) | ItemKind::Event(r) => {
                let id = RecordId(self.decls.records.len() as u32);
                self.decls.records.push((module, item, r));
                self.enter_type(module, &r.name, TypeRef::Record(id));
            }
            ItemKind::Duty(d) => {
                let id = DutyId(self.decls.duties.len() as u32);
                self.decls.duties.push((module, item, d));
                self.enter_value(module, &d.name, ValueRef::Duty(id));
            }
            ItemKind::Catalog(c) => {
                let id = CatalogId(self.decls.catalogs.len() as u32);
                self.decls.catalogs.push((module, item, c));
                self.enter_value(module, &c.name, ValueRef::Catalog(id));
            }
            ItemKind::Data(d) => {
                let id = DataId(self.decls.data.len() as u32);
                self.decls.data.push((module, item, d));
                self.enter_value(module, &d.name, ValueRef::Data(id));
            }
            ItemKind::Let(l) => {
                let id = LetId(self.decls.lets.len() as u32);
                self.decls.lets.push((module, item, l));
                self.let_states.push(LetState::Waiting);
                self.enter_value(module, &l.name, ValueRef::Let(id));
            }
            ItemKind::Define(d) => {
                let id = DefineId(self.decls.defines.len() as u32);
                self.decls.defines.push((module, item, d));
                self.enter_value(module, &d.name, ValueRef::Define(id));
            }
            ItemKind::Block(b) => {
                let id = BlockId(self.decls.blocks.len() as u32);
                self.decls.blocks.push((module, item, b));
                let names = self.clause_names(b);
                self.names.push(Rc::new(names));
                self.enter_value(module, &b.name, ValueRef::Block(id));
            }
            ItemKind::Test(t) => {
                self.decls.tests.push((module, item, t));
                let first = *asserted.tests.entry(t.title.value.clone()).or_insert(t.title.span);
                if first != t.title.span {
                    self.report(two_tests(&t.title, first));
                }
            }
            ItemKind::Invariant(i) => {
                self.decls.invariants.push((module, item, i));
                if let Some(first) = asserted.invariants.insert(i.name.text.clone(), i.name.span) {
                    self.report(declared_twice(&i.name, first));
                }
            }
        }
    }

    fn enter_type(&mut self, module: ModuleId, name: &Name, what: TypeRef) {
        if BUILTIN_TYPES.contains(&name.text.as_str()) {
            self.report(
                Diagnostic::error("E0204", name.span, format!("`{}` is built into the language", name.text))
                    .label("cannot be declared again")
                    .help("choose another name"),
            );
            return;
        }
        let scope = &mut self.scopes[module.0 as usize];
        match scope.types.get(&name.text) {
            Some((_, first)) => {
                let first = *first;
                self.report(declared_twice(name, first));
            }
            None => {
                scope.types.insert(name.text.clone(), (what, name.span));
            }
        }
    }

    fn enter_value(&mut self, module: ModuleId, name: &Name, what: ValueRef) {
        if name.text == "now" || BUILTIN_FUNCTIONS.contains(&name.text.as_str()) {
            self.report(
                Diagnostic::error("E0205", name.span, format!("`{}` is built into the language", name.text))
                    .label("would hide the built-in one")
                    .help("choose another name"),
            );
            return;
        }
        let scope = &mut self.scopes[module.0 as usize];
        match scope.values.get(&name.text) {
            Some((_, first)) => {
                let first = *first;
                self.report(declared_twice(name, first));
            }
            None => {
                scope.values.insert(name.text.clone(), (what, name.span));
            }
        }
    }

    /// Enters imported names in each module's scope.
    pub(super) fn import(&mut self) {
        let input = self.input;
        let by_name: HashMap<&str, usize> =
            input.modules.iter().enumerate().map(|(i, m)| (m.name.as_str(), i)).collect();
        // What a module itself declares, before imports widen its scope.
        let own: Vec<OwnNames> = self
            .scopes
            .iter()
            .map(|s| {
                (
                    s.types.iter().map(|(n, (r, _))| (n.clone(), *r)).collect(),
                    s.values.iter().map(|(n, (r, _))| (n.clone(), *r)).collect(),
                )
            })
            .collect();
        for (index, module) in input.modules.iter().enumerate() {
            for item in &module.ast.items {
                if let ItemKind::Use(u) = &item.kind {
                    self.import_use(ModuleId(index as u32), u, &by_name, &own);
                }
            }
        }
    }

    fn import_use(&mut self, module: ModuleId, u: &ast::Use, by_name: &HashMap<&str, usize>, own: &[OwnNames]) {
        let path = u.path.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
        let Some(whole) = u.path.first().zip(u.path.last()).map(|(a, b)| a.span.to(b.span)) else {
            self.use_without_path(u, by_name);
            return;
        };
        let Some(&target) = by_name.get(path.as_str()) else {
            self.unknown_module(&path, whole, u, by_name);
            return;
        };
        if target == module.0 as usize {
            self.report(
                Diagnostic::error("E0203", whole, format!("the module `{path}` uses itself"))
                    .label("this is the module you are in")
                    .help("what a module declares is visible in it without `use`"),
            );
            return;
        }
        self.used(whole, Def::Module(ModuleId(target as u32)));
        for name in &u.names {
            let (types, values) = &own[target];
            let ty = types.get(&name.text).copied();
            let value = values.get(&name.text).copied();
            if let Some(def) = ty.map(Def::from).or(value.map(Def::from)) {
                self.used(name.span, def);
            }
            if ty.is_none() && value.is_none() && self.scopes[target].missing.contains(&name.text) {
                self.scopes[module.0 as usize].missing.insert(name.text.clone());
                continue;
            }
            if ty.is_none() && value.is_none() {
                let candidates: Vec<&str> = types.keys().chain(values.keys()).map(SmolStr::as_str).collect();
                let mut d = Diagnostic::error("E0203", name.span, format!("`{path}` has no `{}`", name.text))
                    .label("not declared in that module");
                if let Some(near) = nearest(&name.text, candidates.iter().copied()) {
                    d = d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near);
                } else {
                    let mut sorted = candidates;
                    sorted.sort_unstable();
                    d = d.help(format!("`{path}` declares {}", list(sorted)));
                }
                self.report(d);
                // Silence what follows from it: the name is known, but of an unknown kind.
                self.scopes[module.0 as usize].missing.insert(name.text.clone());
                continue;
            }
            let scope = &mut self.scopes[module.0 as usize];
            let clash = match (ty, value) {
                (Some(_), _) => scope.types.get(&name.text).map(|(_, span)| *span),
                _ => scope.values.get(&name.text).map(|(_, span)| *span),
            };
            if let Some(first) = clash {
                self.report(declared_twice(name, first));
                continue;
            }
            if let Some(ty) = ty {
                scope.types.insert(name.text.clone(), (ty, name.span));
            }
            if let Some(value) = value {
                scope.values.insert(name.text.clone(), (value, name.span));
            }
        }
    }

    /// `use std` or `use other`: names no item.
    fn use_without_path(&mut self, u: &ast::Use, by_name: &HashMap<&str, usize>) {
        let Some(name) = u.names.first() else { return };
        let mut d = Diagnostic::error("E0203", name.span, format!("`use {}` names no item", name.text))
            .label("the module alone brings nothing in");
        if name.text == "std" {
            d = d.help("name what you need: `use std.time.fresh`, or `use std.events.{Handoff, Reverified}`");
        } else if by_name.contains_key(name.text.as_str()) {
            d = d.help(format!("name what you need: `use {}.some_name`", name.text));
        } else {
            d = d.help("write the module, a dot and the name: `use std.time.fresh`");
        }
        self.report(d);
    }

    fn unknown_module(&mut self, path: &str, whole: Span, u: &ast::Use, by_name: &HashMap<&str, usize>) {
        let std = crate::stdlib::MODULES.iter().map(|(n, _)| *n);
        let full = u.names.first().map(|n| format!("{path}.{}", n.text)).unwrap_or_default();
        for name in &u.names {
            self.scopes[self.input.modules.iter().position(|m| m.file == whole.file).unwrap_or(0)]
                .missing
                .insert(name.text.clone());
        }
        if !u.braces && (crate::stdlib::source(&full).is_some() || by_name.contains_key(full.as_str())) {
            let end = u.names.last().map_or(whole, |n| whole.to(n.span));
            self.report(
                Diagnostic::error("E0203", end, format!("`{full}` is a module, not something in one"))
                    .label("names no item")
                    .help(format!("name what you need of it: `use {full}.some_name`")),
            );
            return;
        }
        let mut d = Diagnostic::error("E0203", whole, format!("there is no module `{path}`")).label("not found");
        if path == "std" || path.starts_with("std.") {
            d = match nearest(path, std.clone()) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), whole, near),
                None => d.help(format!("the standard library has {}", list(std))),
            };
        } else {
            let own = self.program.modules.iter().filter(|m| !m.std).map(|m| m.name.as_str());
            d = match nearest(path, own) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), whole, near),
                None => d.help(
                    "a module is a `.trust` file of the same folder; when the folder is the package, give the \
                     folder to the command, not the file",
                ),
            };
        }
        self.report(d);
    }
}

fn declared_twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::error("E0204", name.span, format!("`{}` is declared twice", name.text))
        .label("declared again here")
        .because(first, "first declared here")
        .help("give one of them another name")
}

/// A report, a filter and the coverage of a line name a test by its title.
fn two_tests(title: &ast::Text, first: Span) -> Diagnostic {
    Diagnostic::error("E0204", title.span, format!("two tests are called \"{}\"", title.value))
        .label("this test has the name of another")
        .because(first, "the first one is here")
        .help("say in the name what each of them shows")
}

fn standing() -> EnumDef {
    let case =
        |name: &str| CaseDef { name: name.into(), wire: name.into(), span: Span::default(), meta: Meta::default() };
    EnumDef {
        name: "Standing".into(),
        span: Span::default(),
        meta: Meta::default(),
        ordered: true,
        cases: ["active", "reverify", "suspended", "revoked"].into_iter().map(case).collect(),
    }
}
