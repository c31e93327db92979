//! What the help of an error says in the author's own names.
//!
//! In: a block, a call or a place in a body, with what is declared around it. Out: texts of help; where nothing fits, an example.

use smol_str::SmolStr;
use trust_syntax::ast::{self, Arg};
use trust_syntax::diagnostic::Diagnostic;

use super::body::{Body, fits};
use super::{Checker, TypeRef, ValueRef};
use crate::program::expr::LocalId;
use crate::program::ty::{EnumId, Ty};
use crate::program::{BlockId, BlockKind, ModuleId, ParamDef};

/// The name that an item declares.
fn declared(item: &ast::Item) -> Option<&str> {
    use ast::ItemKind as I;
    match &item.kind {
        I::Enum(d) => Some(&d.name.text),
        I::Record(d) | I::Event(d) => Some(&d.name.text),
        I::Duty(d) => Some(&d.name.text),
        I::Catalog(d) => Some(&d.name.text),
        I::Data(d) => Some(&d.name.text),
        I::Let(d) => Some(&d.name.text),
        I::Define(d) => Some(&d.name.text),
        I::Block(d) => Some(&d.name.text),
        I::Framework(_) | I::Use(_) | I::Test(_) | I::Invariant(_) | I::Error => None,
    }
}

impl Checker<'_> {
    /// Whether another module of the package declares the name: how to import it.
    pub(super) fn import_of(&self, module: ModuleId, name: &str) -> Option<String> {
        let others = self.input.modules.iter().enumerate().filter(|(n, m)| *n != module.0 as usize && !m.std);
        let mut found = others.filter(|(_, m)| m.ast.items.iter().any(|i| declared(i) == Some(name)));
        found.next().map(|(_, m)| format!("import it: `use {}.{name}`", m.name))
    }

    /// A field of this type, as `parameter.field`, or a parameter that is one.
    fn path_of(&self, params: &[ParamDef], is: impl Fn(&Ty) -> bool) -> Option<String> {
        let inside = params.iter().find_map(|p| {
            let Ty::Record(id) = p.ty else { return None };
            let field = self.program.types.record_def(id).fields.iter().find(|f| !f.name.is_empty() && is(&f.ty))?;
            Some(format!("{}.{}", p.name, field.name))
        });
        inside.or_else(|| params.iter().find(|p| is(&p.ty)).map(|p| p.name.to_string()))
    }

    /// What to add for each clause that a block must have and has not.
    pub(super) fn add(&self, block: BlockId, word: &str) -> String {
        let Some(def) = self.program.blocks.get(block.0 as usize) else { return String::new() };
        let params = &def.params;
        match word {
            "parties" => {
                let values = &self.scope(def.module).values;
                let mut roles: Vec<_> = values
                    .iter()
                    .filter_map(|(name, (v, at))| match v {
                        ValueRef::Block(id) => {
                            let decl = self.decls.blocks.get(id.0 as usize)?.2;
                            (decl.kind == BlockKind::Participation).then_some((at.file, at.start, name))
                        }
                        _ => None,
                    })
                    .collect();
                roles.sort();
                let role = roles.first().map_or("\"Partner\"", |(_, _, name)| name.as_str());
                format!("add `parties \"Our service\" relies on {role}`: who relies on whom")
            }
            "purpose" => "add `purpose \"…\"`: the business need".into(),
            "scope" => {
                let action = params.iter().find(|p| p.ty == Ty::String).map(|p| p.name.as_str());
                let granted = self.path_of(params, |ty| *ty == Ty::Set(Ty::String.into()));
                let example = match (action, granted) {
                    (Some(action), Some(granted)) => format!("scope {action} in {granted}"),
                    (Some(action), None) => format!("scope {action} in {{\"read\"}}"),
                    (None, _) => "scope …".into(),
                };
                format!("add `{example}`: the least privilege that serves it")
            }
            "grade" => {
                let scales = self.scope(def.module).types.iter().filter_map(|(name, (t, at))| match t {
                    TypeRef::Enum(id) => {
                        let scale = self.program.types.enum_def(*id);
                        let top = scale.cases.last()?;
                        scale.ordered.then_some((at.file, at.start, name.as_str(), top.name.as_str()))
                    }
                    TypeRef::Record(_) => None,
                });
                let (_, _, scale, top) = scales.min().unwrap_or_default();
                match scale {
                    "" => "add `grade SCALE from CASE`: what it assesses".into(),
                    _ => format!("add `grade {scale} from {top}`: what it assesses"),
                }
            }
            _ => {
                let key = self.path_of(params, |ty| *ty == Ty::String);
                let key = key.or_else(|| self.path_of(params, Ty::is_scalar)).unwrap_or_else(|| "…".into());
                format!("add `key {key}`: whose standing the events move")
            }
        }
    }
}

impl Body<'_, '_> {
    /// Where the facts at hand keep a standing.
    pub fn standing_at_hand(&self) -> Option<String> {
        let standing = Ty::Enum(EnumId::STANDING);
        let mut ids: Vec<&LocalId> = self.visible.values().collect();
        ids.sort_by_key(|id| id.0);
        ids.into_iter().filter_map(|id| self.locals.get(id.0 as usize)).find_map(|local| match &local.ty {
            ty if *ty == standing => Some(local.name.to_string()),
            Ty::Record(id) => {
                let field = self.types().record_def(*id).fields.iter().find(|f| f.ty == standing)?;
                Some(format!("{}.{}", local.name, field.name))
            }
            _ => None,
        })
    }

    /// Says which argument is missing, as far as the types tell, or which is one too many; what is wrong inside the arguments is
    /// reported on the way.
    pub fn count_of_arguments(
        &mut self,
        d: Diagnostic,
        callee: &SmolStr,
        args: &[&Arg],
        params: &[(SmolStr, Ty)],
    ) -> Diagnostic {
        let types: Vec<Ty> = args
            .iter()
            .map(|arg| if self.is_weak(&arg.value) { Ty::Error } else { self.expr(&arg.value, None).ty })
            .collect();
        if let Some(extra) = args.get(params.len()) {
            return d.label("a different number of arguments").because(extra.value.span, "one too many");
        }
        let mut given = types.iter().peekable();
        let mut missing: Vec<usize> = Vec::new();
        for (n, (_, ty)) in params.iter().enumerate() {
            // As many may be left out as are missing.
            let may = missing.len() < params.len() - args.len();
            match given.peek() {
                Some(have) if !may || fits(have, ty) => {
                    given.next();
                }
                _ => missing.push(n),
            }
        }
        let describe = |n: &usize| params.get(*n).map(|(name, ty)| format!("`{name}` (`{}`)", self.type_name(ty)));
        let what: Vec<String> = missing.iter().filter_map(describe).collect();
        let order: Vec<&str> = params.iter().map(|(n, _)| n.as_str()).collect();
        let are = if what.len() == 1 { "is" } else { "are" };
        d.label(format!("{} {are} missing", what.join(" and ")))
            .help(format!("they stand in this order: `{callee}({})`", order.join(", ")))
    }
}
