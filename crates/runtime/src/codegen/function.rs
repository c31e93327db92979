//! A graph's entries as functions of a module, whatever becomes of it.
//!
//! In: a module of Cranelift, a graph, its entries. Out: a function for each, defined.

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Function, Signature, types};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Module};

use super::intrinsics::Intrinsic;
use super::link::{Linked, Linking};
use super::loops::mark_inputs;
use super::memory::{CodegenError, failed};
use super::plan::Plan;
use super::tables::Tables;
use super::{Entry, Out, emit};
use crate::graph::{Graph, Id};

/// Memory that functions are made in, one after the other.
pub(super) struct Room {
    context: Context,
    frontend: FunctionBuilderContext,
}

impl Room {
    pub fn new(module: &impl Module) -> Room {
        Room { context: module.make_context(), frontend: FunctionBuilderContext::new() }
    }

    /// Makes a function, as `write` says, and defines it.
    pub fn define<M: Module>(
        &mut self,
        module: &mut M,
        (id, signature): (FuncId, Signature),
        write: impl FnOnce(&mut M, &mut Function, &mut FunctionBuilderContext) -> Result<(), CodegenError>,
    ) -> Result<(), CodegenError> {
        let name = cranelift_codegen::ir::UserFuncName::user(0, id.as_u32());
        self.context.func = Function::with_name_signature(name, signature);
        write(module, &mut self.context.func, &mut self.frontend)?;
        module.define_function(id, &mut self.context).map_err(|e| CodegenError(format!("{e:?}")))?;
        module.clear_context(&mut self.context);
        Ok(())
    }

    /// An entry of a graph.
    pub fn entry<M: Module>(
        &mut self,
        module: &mut M,
        linking: &mut impl Linking<M>,
        id: FuncId,
        (graph, tables, entry): (&Graph, &Tables, &Entry),
        seen: &mut dyn FnMut(&Function),
    ) -> Result<(), CodegenError> {
        let plan = Plan::new(graph, tables, &outputs(graph, entry));
        let signature = signature(module, entry);
        self.define(module, (id, signature), |module, func, frontend| {
            let config = module.target_config();
            let mut link = Linked::new(module, linking);
            emit::function(func, frontend, graph, &plan, tables, &mut link, entry, config)?;
            seen(func);
            Ok(())
        })
    }
}

/// All nodes that an entry computes.
fn outputs(graph: &Graph, entry: &Entry) -> Vec<Id> {
    match entry {
        Entry::Predicate(id) => vec![*id],
        Entry::Outputs { outs, marks, .. } => {
            let written = outs.iter().flat_map(|(_, out)| match out {
                Out::Value(id) => vec![*id],
                Out::Bits(bits) => bits.iter().map(|(_, id)| *id).collect(),
            });
            written.chain(marks.iter().flat_map(|mark| mark_inputs(graph, mark))).collect()
        }
    }
}

/// Facts, prior and now; then where outputs go.
pub(super) fn signature(module: &impl Module, entry: &Entry) -> Signature {
    let mut signature = module.make_signature();
    for _ in 0..3 {
        signature.params.push(AbiParam::new(types::I64));
    }
    match entry {
        Entry::Predicate(_) => signature.returns.push(AbiParam::new(types::I8)),
        Entry::Outputs { .. } => signature.params.push(AbiParam::new(types::I64)),
    }
    signature
}

pub(super) fn signature_of(module: &impl Module, intrinsic: &Intrinsic) -> Signature {
    let mut signature = module.make_signature();
    for _ in 0..intrinsic.params {
        signature.params.push(AbiParam::new(types::I64));
    }
    signature.returns.push(AbiParam::new(if intrinsic.truth { types::I8 } else { types::I64 }));
    signature
}

pub(super) fn declared(
    module: &mut impl Module,
    name: &str,
    linkage: cranelift_module::Linkage,
    signature: &Signature,
) -> Result<FuncId, CodegenError> {
    module.declare_function(name, linkage, signature).map_err(failed)
}
