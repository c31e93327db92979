//! The native layout of facts: C structs, so that a host can fill them.
//!
//! bool is a byte; whole numbers, decimals, instants and durations are eight; a case is four; a string, list or set is a pointer and a
//! 64-bit length; an address or network is 24 bytes (16 of address, family, prefix, padding); a record stands inline; an
//! optional is a byte (0 or 1) followed by its value at the value's alignment.

use trust_runtime::graph::Cell;

use crate::program::ParamDef;
use crate::program::ty::{RecordId, Ty, Types};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub bytes: u32,
    pub align: u32,
}

impl Size {
    const fn new(bytes: u32, align: u32) -> Size {
        Size { bytes, align }
    }

    /// From one element of an array to the next.
    pub fn stride(self) -> u32 {
        up(self.bytes, self.align)
    }
}

/// Fields one after another, each at its alignment.
#[derive(Clone, Debug)]
pub struct Fields {
    pub offsets: Vec<u32>,
    pub size: Size,
}

/// Layouts of all records of a program.
#[derive(Clone, Debug)]
pub struct Layouts {
    records: Vec<Option<Fields>>,
}

impl Layouts {
    pub fn new(types: &Types) -> Layouts {
        let mut layouts = Layouts { records: vec![None; types.records.len()] };
        for index in 0..types.records.len() {
            layouts.add(types, index);
        }
        layouts
    }

    /// Records form no cycle; those inside come first.
    fn add(&mut self, types: &Types, index: usize) {
        let mut stack = vec![index];
        while let Some(&top) = stack.last() {
            let Some(def) = types.records.get(top).filter(|_| self.records.get(top).is_some_and(Option::is_none))
            else {
                stack.pop();
                continue;
            };
            let waiting: Vec<usize> = def
                .fields
                .iter()
                .filter_map(|f| inline_record(&f.ty))
                .map(|r| r.0 as usize)
                .filter(|r| self.records.get(*r).is_some_and(Option::is_none))
                .collect();
            if !waiting.is_empty() {
                stack.extend(waiting);
                continue;
            }
            let fields = self.sequence(def.fields.iter().map(|f| &f.ty));
            if let Some(slot) = self.records.get_mut(top) {
                *slot = Some(fields);
            }
            stack.pop();
        }
    }

    pub fn params(&self, params: &[ParamDef]) -> Fields {
        self.sequence(params.iter().map(|p| &p.ty))
    }

    pub fn sequence<'t>(&self, tys: impl Iterator<Item = &'t Ty>) -> Fields {
        let mut at = 0u32;
        let mut align = 1;
        let mut offsets = Vec::new();
        for ty in tys {
            let size = self.size(ty);
            at = up(at, size.align);
            offsets.push(at);
            at = at.saturating_add(size.bytes);
            align = align.max(size.align);
        }
        Fields { offsets, size: Size::new(up(at, align), align) }
    }

    pub fn size(&self, ty: &Ty) -> Size {
        match ty {
            Ty::Bool => Size::new(1, 1),
            Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => Size::new(8, 8),
            Ty::Enum(_) => Size::new(4, 4),
            Ty::String | Ty::List(_) | Ty::Set(_) => Size::new(16, 8),
            Ty::Ip | Ty::Cidr => Size::new(24, 8),
            Ty::Record(id) => self.record(*id).map_or(Size::new(0, 1), |f| f.size),
            Ty::Optional(inner) => {
                let inner = self.size(inner);
                Size::new(up(1, inner.align).saturating_add(inner.stride()), inner.align)
            }
            Ty::Never | Ty::Error => Size::new(0, 1),
        }
    }

    /// Where the value of an optional stands behind its byte.
    pub fn inside(&self, ty: &Ty) -> u32 {
        up(1, self.size(ty).align)
    }

    pub fn record(&self, id: RecordId) -> Option<&Fields> {
        self.records.get(id.0 as usize).and_then(Option::as_ref)
    }

    pub fn field(&self, id: RecordId, index: u32) -> u32 {
        self.record(id).and_then(|f| f.offsets.get(index as usize)).copied().unwrap_or(0)
    }
}

/// The cell of a scalar.
pub fn cell(ty: &Ty) -> Option<Cell> {
    match ty {
        Ty::Bool => Some(Cell::Bool),
        Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => Some(Cell::Int),
        Ty::Enum(_) => Some(Cell::Case),
        Ty::String => Some(Cell::Str),
        Ty::Ip | Ty::Cidr => Some(Cell::Net),
        Ty::List(_) | Ty::Set(_) => Some(Cell::List),
        Ty::Record(_) | Ty::Optional(_) | Ty::Never | Ty::Error => None,
    }
}

fn inline_record(ty: &Ty) -> Option<RecordId> {
    match ty.present() {
        Ty::Record(id) => Some(*id),
        _ => None,
    }
}

fn up(at: u32, align: u32) -> u32 {
    at.saturating_add(align - 1) / align * align
}
