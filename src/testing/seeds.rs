//! What the package's tests already say: examples that make sense, to start a search from.
//!
//! In: the tests and top-level lets of the package's own modules, evaluated. Out: values with their types, whole calls of
//! blocks with their instants.

use super::belongs;
use super::run::Scene;
use crate::interp::Oracle;
use crate::program::expr::{Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{BlockId, ExpectKind, LetId, ModuleId, Program, TestLine};

#[derive(Clone, Debug, Default)]
pub(crate) struct Seeds {
    /// Of lets and arguments.
    pub values: Vec<(Ty, Value)>,
    /// Top-level lets of record type: a counterexample may be written as one of them, changed.
    pub lets: Vec<SeedLet>,
    pub calls: Vec<Call>,
    /// The instants of tests.
    pub nows: Vec<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct SeedLet {
    pub module: ModuleId,
    pub name: String,
    pub ty: Ty,
    pub value: Value,
}

/// A block as a test calls it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub block: BlockId,
    pub args: Vec<Value>,
    pub now: i64,
}

/// Calls kept; a package may have thousands of tests.
const MOST: usize = 400;

pub(crate) fn gather<'p>(program: &'p Program, oracle: &'p Oracle<'p>) -> Seeds {
    let mut seeds = Seeds::default();
    for (index, def) in program.lets.iter().enumerate() {
        if !belongs(program, def.module) {
            continue;
        }
        let read = Expr { kind: ExprKind::Global(LetId(index as u32)), ty: def.value.ty.clone(), span: def.span };
        let value = oracle.eval(Vec::new(), &read, 0).value;
        seeds.values.push((read.ty.clone(), value.clone()));
        if matches!(read.ty, Ty::Record(_)) {
            seeds.lets.push(SeedLet { module: def.module, name: def.name.to_string(), ty: read.ty, value });
        }
    }
    for test in program.tests.iter().filter(|t| belongs(program, t.module)) {
        let mut scene = Scene::new(program, oracle, test.frame);
        for line in &test.lines {
            scene.line(line);
            match line {
                TestLine::At(_) => {
                    if !seeds.nows.contains(&scene.now) {
                        seeds.nows.push(scene.now);
                    }
                }
                TestLine::Let { value, .. } => {
                    let found = scene.eval(value);
                    seeds.values.push((value.ty.clone(), found));
                }
                TestLine::Expect(expect) => match &expect.kind {
                    ExpectKind::Decides { block, args, .. } | ExpectKind::Reacts { block, args, .. } => {
                        seeds.call(&scene, *block, args);
                    }
                    ExpectKind::Holds(claim) => {
                        // Arguments that stand inside a quantifier read its binder, which has no value here.
                        if !has_binders(claim) {
                            walk(claim, &mut |e| {
                                if let ExprKind::BlockCall { block, args, .. } = &e.kind {
                                    seeds.call(&scene, *block, args);
                                }
                            });
                        }
                    }
                },
            }
        }
    }
    seeds
}

impl Seeds {
    fn call(&mut self, scene: &Scene<'_>, block: BlockId, args: &[Expr]) {
        if self.calls.len() >= MOST {
            return;
        }
        let values = scene.eval_all(args);
        self.values.extend(args.iter().map(|e| e.ty.clone()).zip(values.iter().cloned()));
        self.calls.push(Call { block, args: values, now: scene.now });
    }
}

fn has_binders(e: &Expr) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= matches!(e.kind, ExprKind::Quantifier { .. } | ExprKind::Aggregate { .. }));
    found
}
