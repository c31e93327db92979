//! Native code ahead of time: an object file for a linker.
//!
//! In: the graphs of blocks, and what their functions are to be called. Out: the bytes of a relocatable object for the machine this runs
//! on. It needs nothing: no library, no allocator, not even C's. What the code in memory leaves to intrinsics it brings along as
//! functions of its own, those that are called; constants are read-only data. It runs on every machine of the architecture: no
//! instruction is used that only some of them have. The same graphs give the same bytes.

mod data;
mod numbers;
mod terms;
mod texts;

use std::collections::BTreeMap;

use cranelift_module::{DataDescription, FuncId, Linkage, Module};
use cranelift_object::{ObjectBuilder, ObjectModule};

use super::Entry;
use super::function::{Room, declared, signature, signature_of};
use super::intrinsics::{self, Intrinsic};
use super::link::{Linking, Place, Stands};
use super::memory::{CodegenError, failed, isa};
use super::tables::Tables;
use crate::graph::Graph;
use data::Constants;
use terms::{Body, Var};
use texts::Text;

/// A block's functions.
pub struct Functions<'g> {
    pub graph: &'g Graph,
    /// Each under its name.
    pub entries: Vec<(String, Entry)>,
}

/// The object of some blocks, and of strings of C besides, by their names. All names differ.
pub fn object(blocks: &[Functions<'_>], strings: &[(&str, &str)]) -> Result<Vec<u8>, CodegenError> {
    let builder =
        ObjectBuilder::new(isa(true)?, "policy", cranelift_module::default_libcall_names()).map_err(failed)?;
    let mut module = ObjectModule::new(builder);
    let mut room = Room::new(&module);
    let mut called = Called { table: intrinsics::table(), declared: BTreeMap::new() };
    for (name, text) in strings {
        let id = module.declare_data(name, Linkage::Export, false, false).map_err(failed)?;
        let mut description = DataDescription::new();
        description.define(text.bytes().chain([0]).collect());
        module.define_data(id, &description).map_err(failed)?;
    }
    for (n, block) in blocks.iter().enumerate() {
        let tables = Tables::new(block.graph).ok_or_else(|| CodegenError("a pattern does not compile".into()))?;
        let constants = Constants::new(block.graph, &tables, format!("block.{n}"));
        let mut there = There { constants, called: &mut called };
        for (name, entry) in &block.entries {
            let signature = signature(&module, entry);
            let id = declared(&mut module, name, Linkage::Export, &signature)?;
            room.entry(&mut module, &mut there, id, (block.graph, &tables, entry), &mut |_| {})?;
        }
        there.constants.define(&mut module)?;
    }
    for (n, id) in &called.declared {
        let Some(intrinsic) = called.table.get(*n) else { continue };
        bring(&mut module, &mut room, intrinsic, *id)?;
    }
    module.finish().emit().map_err(failed)
}

/// Intrinsics that were called, by their position.
struct Called {
    table: Vec<Intrinsic>,
    declared: BTreeMap<usize, FuncId>,
}

/// Code for a file: constants and intrinsics are symbols of the same file.
struct There<'t> {
    constants: Constants<'t>,
    called: &'t mut Called,
}

impl Linking<ObjectModule> for There<'_> {
    fn place(&mut self, module: &mut ObjectModule, place: Place) -> Stands {
        self.constants.place(module, place)
    }

    fn intrinsic(&mut self, module: &mut ObjectModule, name: &'static str) -> Option<FuncId> {
        let n = self.called.table.iter().position(|i| i.name == name)?;
        if let Some(known) = self.called.declared.get(&n) {
            return Some(*known);
        }
        let signature = signature_of(module, self.called.table.get(n)?);
        match declared(module, &format!("intrinsic.{name}"), Linkage::Local, &signature) {
            Ok(id) => {
                self.called.declared.insert(n, id);
                Some(id)
            }
            Err(e) => {
                self.constants.failed.get_or_insert(e);
                None
            }
        }
    }
}

/// Defines an intrinsic in the object.
fn bring(module: &mut ObjectModule, room: &mut Room, intrinsic: &Intrinsic, id: FuncId) -> Result<(), CodegenError> {
    let signature = signature_of(module, intrinsic);
    let mut known = true;
    room.define(module, (id, signature), |module, func, frontend| {
        let (mut body, params) = Body::new(func, frontend);
        known = written(&mut body, intrinsic.name, &params);
        body.finish(module.target_config());
        Ok(())
    })?;
    if known { Ok(()) } else { Err(CodegenError(format!("`{}` is not there ahead of time", intrinsic.name))) }
}

/// The body of an intrinsic; false where there is none of this name and so many parameters.
fn written(f: &mut Body<'_>, name: &str, params: &[Var]) -> bool {
    match *params {
        [a, b] => match name {
            "text_hash" => texts::text_hash(f, Text { at: a, len: b }),
            "int_mul" => numbers::int_mul(f, a, b),
            "int_div" => numbers::int_div(f, a, b),
            "int_rem" => numbers::int_rem(f, a, b),
            "decimal_mul" => numbers::decimal_mul(f, a, b),
            "decimal_div" => numbers::decimal_div(f, a, b),
            "duration_mul" => numbers::duration_mul(f, a, b),
            "duration_div" => numbers::duration_div(f, a, b),
            "add_months" => numbers::add_months(f, a, b),
            _ => return false,
        },
        [table, b, c] => match name {
            "text_table" => texts::text_table(f, table, Text { at: b, len: c }),
            "int_table" => texts::int_table(f, table, b, c),
            "matches" => texts::matches(f, table, Text { at: b, len: c }),
            _ => return false,
        },
        [a, b, c, d] => {
            let (first, second) = (Text { at: a, len: b }, Text { at: c, len: d });
            match name {
                "text_less" => texts::text_less(f, first, second),
                "text_in" => texts::text_in(f, first, second),
                "text_starts" => texts::text_starts(f, first, second),
                "text_ends" => texts::text_ends(f, first, second),
                _ => return false,
            }
        }
        [a, b, c, x, y, z] => match name {
            "net_address_in" => numbers::net_address_in(f, [a, b, c], [x, y, z]),
            "net_network_in" => numbers::net_network_in(f, [a, b, c], [x, y, z]),
            "net_less" => numbers::net_less(f, [a, b, c], [x, y, z]),
            _ => return false,
        },
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests;
