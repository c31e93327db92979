//! Which name means what: the record of definitions and uses that tools read.
//!
//! In: the checker says so where it resolves a name. Out: the program's [`Index`]. Nothing here is ever reported.

use smol_str::SmolStr;
use trust_syntax::ast::{ClauseKind, FieldInit, Name};
use trust_syntax::span::Span;

use super::body::{Body, Place};
use super::declare::BUILTIN_FUNCTIONS;
use super::{Checker, TypeRef, ValueRef};
use crate::program::index::{Def, LocalKind, Probe, Use};
use crate::program::ty::{EnumId, RecordId, Ty};
use crate::program::{BlockId, CatalogId, ClauseId, ControlRef, DataId, DefineId, DutyId, LetId, ModuleId};

impl From<TypeRef> for Def {
    fn from(what: TypeRef) -> Def {
        match what {
            TypeRef::Enum(id) => Def::Enum(id),
            TypeRef::Record(id) => Def::Record(id),
        }
    }
}

impl From<ValueRef> for Def {
    fn from(what: ValueRef) -> Def {
        match what {
            ValueRef::Data(id) => Def::Data(id),
            ValueRef::Let(id) => Def::Let(id),
            ValueRef::Define(id) => Def::Define(id),
            ValueRef::Block(id) => Def::Block(id),
            ValueRef::Duty(id) => Def::Duty(id),
            ValueRef::Catalog(id) => Def::Catalog(id),
        }
    }
}

impl Checker<'_> {
    /// The name at this place stands for that.
    pub(super) fn used(&mut self, span: Span, def: impl Into<Def>) {
        self.index.uses.push(Use { span, def: def.into() });
    }

    /// A name at top level, whatever it stands for.
    pub(super) fn used_value(&mut self, module: ModuleId, name: &Name) {
        if let Some((what, _)) = self.scope(module).values.get(&name.text).copied() {
            self.used(name.span, what);
        }
    }

    /// Whether a tool asks about this place.
    pub(super) fn asked(&self, span: Span) -> bool {
        self.input.probe.is_some_and(|p| p.file == span.file && p.start >= span.start && p.end <= span.end)
            && self.index.probe.is_none()
    }

    pub(super) fn answer(&mut self, probe: Probe) {
        self.index.probe = Some(probe);
    }

    /// The places of all declared names, and what each module sees.
    pub(super) fn finish_index(&mut self) {
        self.define_all();
        let seen = |scope: &super::Scope| {
            let types = scope.types.iter().map(|(n, (t, _))| (n.clone(), Def::from(*t)));
            let values = scope.values.iter().map(|(n, (v, _))| (n.clone(), Def::from(*v)));
            let mut all: Vec<(SmolStr, Def)> = types.chain(values).collect();
            all.sort_unstable();
            all
        };
        self.index.names = self.scopes.iter().map(seen).collect();
        self.index.finish();
    }

    fn define_all(&mut self) {
        let mut defs: Vec<(Def, Span)> = Vec::new();
        for (n, module) in self.program.modules.iter().enumerate() {
            defs.push((Def::Module(ModuleId(n as u32)), Span::new(module.file, 0, 0)));
        }
        let d = &self.decls;
        // `Standing` is enum 0 and has no place.
        for (n, def) in self.program.types.enums.iter().enumerate().skip(1) {
            let id = EnumId(n as u32);
            defs.push((Def::Enum(id), def.span));
            defs.extend(def.cases.iter().enumerate().map(|(c, case)| (Def::Case(id, c as u32), case.span)));
        }
        for (n, def) in self.program.types.records.iter().enumerate() {
            let id = RecordId(n as u32);
            defs.push((Def::Record(id), def.span));
            defs.extend(def.fields.iter().enumerate().map(|(f, field)| (Def::Field(id, f as u32), field.span)));
        }
        defs.extend(d.duties.iter().enumerate().map(|(n, (_, _, d))| (Def::Duty(DutyId(n as u32)), d.name.span)));
        for (n, (_, _, catalog)) in d.catalogs.iter().enumerate() {
            let id = CatalogId(n as u32);
            defs.push((Def::Catalog(id), catalog.name.span));
            let entries = self.program.catalogs.get(n).map(|c| c.entries.as_slice()).unwrap_or_default();
            for (e, (text, _)) in entries.iter().enumerate() {
                if let Some(entry) = catalog.entries.iter().find(|entry| entry.id.value == *text) {
                    defs.push((Def::Control(ControlRef { catalog: id, entry: e as u32 }), entry.id.span));
                }
            }
        }
        defs.extend(d.data.iter().enumerate().map(|(n, (_, _, d))| (Def::Data(DataId(n as u32)), d.name.span)));
        defs.extend(d.lets.iter().enumerate().map(|(n, (_, _, d))| (Def::Let(LetId(n as u32)), d.name.span)));
        defs.extend(d.defines.iter().enumerate().map(|(n, (_, _, d))| (Def::Define(DefineId(n as u32)), d.name.span)));
        defs.extend(d.invariants.iter().enumerate().map(|(n, (_, _, d))| (Def::Invariant(n as u32), d.name.span)));
        for (n, (_, _, block)) in d.blocks.iter().enumerate() {
            let id = BlockId(n as u32);
            defs.push((Def::Block(id), block.name.span));
            for (c, (_, clause)) in self.names.get(n).into_iter().flat_map(|names| names.list.iter().enumerate()) {
                let place = match (&clause.kind, &clause.name) {
                    (ClauseKind::Scope(_), _) | (_, None) => clause.keyword,
                    (_, Some(name)) => name.span,
                };
                defs.push((Def::Clause(id, ClauseId(c as u32)), place));
            }
        }
        self.index.defs.extend(defs);
    }
}

impl Body<'_, '_> {
    /// What kind of name the last one bound is.
    pub(super) fn last_bound_is(&mut self, kind: LocalKind) {
        if let Some(local) = self.cx.index.locals.last_mut() {
            local.kind = kind;
        }
    }

    /// A value may stand here: tells a tool that asks which.
    pub(super) fn probe_value(&mut self, span: Span, wanted: Option<&Ty>) {
        if !self.cx.asked(span) {
            return;
        }
        let mut visible: Vec<u32> =
            self.visible.values().filter_map(|id| self.locals.get(id.0 as usize)).map(|local| local.position).collect();
        visible.sort_unstable();
        self.cx.answer(Probe::Value { visible, wanted: wanted.cloned() });
    }

    pub(super) fn probe_member(&mut self, field: Span, base: &Ty) {
        if self.cx.asked(field) {
            self.cx.answer(Probe::Member(base.clone()));
        }
    }

    pub(super) fn probe_block(&mut self, field: Span, block: BlockId) {
        if self.cx.asked(field) {
            self.cx.answer(Probe::BlockMember(block));
        }
    }

    pub(super) fn probe_case<'n>(&mut self, span: Span, of: EnumId, others: impl Iterator<Item = &'n Name>) {
        if self.cx.asked(span) {
            let taken = others.filter(|n| n.span != span).map(|n| n.text.clone()).collect();
            self.cx.answer(Probe::Case { of, taken });
        }
    }

    pub(super) fn probe_field(&mut self, span: Span, of: RecordId, others: &[FieldInit]) {
        if self.cx.asked(span) {
            let taken = others.iter().filter(|i| i.name.span != span).map(|i| i.name.text.clone()).collect();
            self.cx.answer(Probe::Field { of, taken });
        }
    }

    /// A bare name: local, value or case, as it was resolved.
    pub(super) fn used_name(&mut self, span: Span, def: Def) {
        self.cx.used(span, def);
    }

    pub(super) fn used_builtin(&mut self, name: &Name) {
        if let Some(found) = BUILTIN_FUNCTIONS.iter().find(|f| **f == name.text) {
            self.cx.used(name.span, Def::Builtin(found));
        }
    }

    pub(super) fn used_clause(&mut self, span: Span, block: BlockId, clause: u32) {
        self.cx.used(span, Def::Clause(block, ClauseId(clause)));
    }

    /// A clause of the block this body is.
    pub(super) fn used_own_clause(&mut self, span: Span, clause: u32) {
        if let Place::Block(block) = self.place {
            self.used_clause(span, block, clause);
        }
    }
}
