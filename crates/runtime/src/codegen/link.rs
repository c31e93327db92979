//! What generated code reaches outside of itself: constants, and the intrinsics it calls.
//!
//! In: which constant, or the name of an intrinsic. Out: how this code gets there. Code for this process holds addresses; code for a
//! file holds symbols, for a linker to place. Instructions are chosen without knowing which.

use std::collections::HashMap;

use cranelift_codegen::ir::{FuncRef, Function, GlobalValue};
use cranelift_module::{DataId, FuncId, Module};

use crate::graph::{Id, LoopId};

/// A constant of a graph that stands in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// The bytes of a string.
    Str(u32),
    Image(u32),
    /// Sorted numbers.
    Ints(u32),
    /// A table of strings, for the intrinsic that looks into it.
    Texts(u32),
    /// The slots of such a table, for code that looks itself.
    Slots(u32),
    Pattern(u32),
    /// The slots of a loop's index.
    Lookup(LoopId),
    /// The constants of a choice by case.
    Choice(Id),
}

/// Where a constant stands.
pub(super) enum Stands {
    Here(i64),
    /// In data of the same module.
    #[cfg_attr(not(feature = "object"), expect(dead_code, reason = "code for this process has none"))]
    There(DataId),
}

/// What makes code reach things, in one way or the other.
pub(super) trait Linking<M: Module> {
    fn place(&mut self, module: &mut M, place: Place) -> Stands;
    /// The intrinsic; nothing where there is none of this name.
    fn intrinsic(&mut self, module: &mut M, name: &'static str) -> Option<FuncId>;
}

/// As instructions name it.
#[derive(Clone, Copy)]
pub(super) enum Address {
    Here(i64),
    Symbol(GlobalValue),
}

/// The same for one function, whatever the module.
pub(super) trait Link {
    fn address(&mut self, place: Place, func: &mut Function) -> Address;
    fn call(&mut self, name: &'static str, func: &mut Function) -> Option<FuncRef>;
}

/// What one function has named so far.
pub(super) struct Linked<'m, M, L> {
    module: &'m mut M,
    linking: &'m mut L,
    places: HashMap<Place, GlobalValue>,
    calls: HashMap<&'static str, FuncRef>,
}

impl<'m, M: Module, L: Linking<M>> Linked<'m, M, L> {
    pub fn new(module: &'m mut M, linking: &'m mut L) -> Linked<'m, M, L> {
        Linked { module, linking, places: HashMap::new(), calls: HashMap::new() }
    }
}

impl<M: Module, L: Linking<M>> Link for Linked<'_, M, L> {
    fn address(&mut self, place: Place, func: &mut Function) -> Address {
        if let Some(known) = self.places.get(&place) {
            return Address::Symbol(*known);
        }
        match self.linking.place(self.module, place) {
            Stands::Here(at) => Address::Here(at),
            Stands::There(id) => {
                let symbol = self.module.declare_data_in_func(id, func);
                self.places.insert(place, symbol);
                Address::Symbol(symbol)
            }
        }
    }

    fn call(&mut self, name: &'static str, func: &mut Function) -> Option<FuncRef> {
        if let Some(known) = self.calls.get(name) {
            return Some(*known);
        }
        let id = self.linking.intrinsic(self.module, name)?;
        let reference = self.module.declare_func_in_func(id, func);
        self.calls.insert(name, reference);
        Some(reference)
    }
}
