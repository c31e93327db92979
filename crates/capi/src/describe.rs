//! What a module says of itself.
//!
//! In: a module and numbers. Out: structures whose texts belong to the module.

use std::ffi::c_char;

use trust_runtime::module::Module;
use trust_runtime::schema::{self, BlockId, EnumId, Field, RecordId, Role, Type, TypeId};
use trust_runtime::unit::{Block, BlockKind, Clause, ClauseKind, Hold};

use crate::error::trust_status::*;
use crate::error::{Problem, guard, trust_error, trust_status};
use crate::memory::{maybe, put, text, trust_text, utf8};
use crate::module::{module_of, trust_module};

/// No such number: no scale, no event, no obligation.
pub const TRUST_NONE: u32 = u32::MAX;

/// What a block is:
pub const TRUST_PARTICIPATION: u32 = 0;
pub const TRUST_RELATIONSHIP: u32 = 1;
pub const TRUST_ASSESSMENT: u32 = 2;

/// What a type is; of an enum, record, list, set and optional, `of` says which:
pub const TRUST_BOOL: u32 = 0;
pub const TRUST_INT: u32 = 1;
/// Ten-thousandths.
pub const TRUST_DECIMAL: u32 = 2;
pub const TRUST_STRING: u32 = 3;
/// Microseconds since 1970.
pub const TRUST_INSTANT: u32 = 4;
/// Microseconds.
pub const TRUST_DURATION: u32 = 5;
pub const TRUST_IP: u32 = 6;
pub const TRUST_CIDR: u32 = 7;
/// `of` is the number of an enum or scale.
pub const TRUST_ENUM: u32 = 8;
/// `of` is the number of a record.
pub const TRUST_RECORD: u32 = 9;
/// `of` is the number of the elements' type, for `trust_module_type`; so it is of the two below.
pub const TRUST_LIST: u32 = 10;
pub const TRUST_SET: u32 = 11;
pub const TRUST_OPTIONAL: u32 = 12;

/// What a clause is:
pub const TRUST_SCOPE: u32 = 0;
pub const TRUST_REQUIRE: u32 = 1;
pub const TRUST_RECOMMEND: u32 = 2;
pub const TRUST_BASIS: u32 = 3;
pub const TRUST_DENY: u32 = 4;
pub const TRUST_EXPIRES: u32 = 5;
/// A `ttl` with `from`.
pub const TRUST_WINDOW: u32 = 6;
/// A bare `ttl`.
pub const TRUST_TTL: u32 = 7;
pub const TRUST_CAP: u32 = 8;
/// A `suspend` or `reverify` with `when`.
pub const TRUST_CONTINUOUS: u32 = 9;
/// A `suspend`, `reverify` or `revoke` on an event.
pub const TRUST_TRIGGER: u32 = 10;
pub const TRUST_REINSTATE: u32 = 11;
pub const TRUST_OBLIGE: u32 = 12;

/// Cases of `Standing`; a clause's `hold` is one of the last three:
pub const TRUST_ACTIVE: u32 = 0;
pub const TRUST_REVERIFY: u32 = 1;
pub const TRUST_SUSPENDED: u32 = 2;
pub const TRUST_REVOKED: u32 = 3;

/// What a record stands for:
pub const TRUST_PLAIN_RECORD: u32 = 0;
pub const TRUST_EVENT: u32 = 1;
/// The arguments of a block.
pub const TRUST_ARGUMENTS: u32 = 2;
/// The key of a block, an array in JSON.
pub const TRUST_KEY: u32 = 3;
/// Inside of the module; in no facts.
pub const TRUST_ROW: u32 = 4;

/// Which policy it is.
#[repr(C)]
pub struct trust_package {
    pub name: trust_text,
    pub version: trust_text,
    /// `blake3:` and 64 digits, of the sources.
    pub digest: trust_text,
    /// How many there are of each; their numbers count from 0.
    pub blocks: u32,
    pub enums: u32,
    pub records: u32,
    pub types: u32,
}

#[repr(C)]
pub struct trust_block {
    /// As requests and answers call it.
    pub name: trust_text,
    /// `module.block`.
    pub qualified: trust_text,
    /// Its documentation, empty for none.
    pub message: trust_text,
    /// `TRUST_PARTICIPATION` …
    pub kind: u32,
    /// The record of its arguments: its inputs are that record's fields.
    pub arguments: u32,
    /// The record of its key.
    pub key: u32,
    /// The scale it grades on, or `TRUST_NONE`.
    pub scale: u32,
    pub clauses: u32,
    pub controls: u32,
    pub watches: u32,
    /// 64-bit words of a decision, and of a prior.
    pub decision_words: u32,
    pub prior_words: u32,
}

#[repr(C)]
pub struct trust_type {
    /// `TRUST_BOOL` …
    pub kind: u32,
    /// Which enum, record or type; else `TRUST_NONE`.
    pub of: u32,
    /// In native facts.
    pub size: u32,
    pub align: u32,
}

#[repr(C)]
pub struct trust_record {
    pub name: trust_text,
    /// Another name of an event in requests.
    pub wire: trust_text,
    /// `TRUST_PLAIN_RECORD` …
    pub role: u32,
    pub fields: u32,
    /// In native facts.
    pub size: u32,
    pub align: u32,
}

#[repr(C)]
pub struct trust_field {
    pub name: trust_text,
    /// The key in JSON.
    pub wire: trust_text,
    /// Bytes from the start of the record.
    pub offset: u32,
    pub type_: trust_type,
}

#[repr(C)]
pub struct trust_enum {
    pub name: trust_text,
    pub cases: u32,
}

#[repr(C)]
pub struct trust_case {
    pub name: trust_text,
    /// In JSON.
    pub wire: trust_text,
}

#[repr(C)]
pub struct trust_clause {
    pub name: trust_text,
    /// Its documentation: what an audit record shows. Empty for none.
    pub message: trust_text,
    /// Of an obligation: what is owed; else empty.
    pub duty: trust_text,
    /// `TRUST_SCOPE` …
    pub kind: u32,
    /// Of a continuous clause or a trigger: `TRUST_REVERIFY` …; else `TRUST_ACTIVE`.
    pub hold: u32,
    /// Of a trigger or a reinstate: the record of its event; else `TRUST_NONE`.
    pub event: u32,
    /// Of an obligation: the word of a decision at which it begins; else `TRUST_NONE`.
    pub word: u32,
    pub controls: u32,
    /// How many former names it has.
    pub was: u32,
    /// Of a reinstate: the clauses it lifts.
    pub lifts: *const u32,
    pub lifts_length: u64,
}

/// A control of a standard that a block or a clause serves.
#[repr(C)]
pub struct trust_control {
    pub catalog: trust_text,
    pub id: trust_text,
    pub title: trust_text,
}

/// What an event must say to touch a key of the block.
#[repr(C)]
pub struct trust_watch {
    /// The trigger or reinstate.
    pub clause: u32,
    /// The record of its event.
    pub event: u32,
    pub fields: u32,
}

#[repr(C)]
pub struct trust_watched {
    /// A path in the event, as in `partner.id`.
    pub field: trust_text,
    /// It equals one of these parts of the key, by position.
    pub keys: *const u32,
    pub keys_length: u64,
    /// 1: the field is a set, and the part of the key one of its elements.
    pub member: u8,
}

fn unknown(what: &str) -> Problem {
    Problem::new(TRUST_UNKNOWN, format!("there is no such {what}")).at(what)
}

pub(crate) fn block_of(module: &Module, block: u32) -> Result<&Block, Problem> {
    module.block(BlockId(block)).ok_or_else(|| unknown("block"))
}

fn clause_of(module: &Module, block: u32, clause: u32) -> Result<&Clause, Problem> {
    block_of(module, block)?.clauses.get(clause as usize).ok_or_else(|| unknown("clause"))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn type_of(module: &Module, ty: Type) -> trust_type {
    let (kind, of) = match ty {
        Type::Bool => (TRUST_BOOL, TRUST_NONE),
        Type::Int => (TRUST_INT, TRUST_NONE),
        Type::Decimal => (TRUST_DECIMAL, TRUST_NONE),
        Type::String => (TRUST_STRING, TRUST_NONE),
        Type::Instant => (TRUST_INSTANT, TRUST_NONE),
        Type::Duration => (TRUST_DURATION, TRUST_NONE),
        Type::Ip => (TRUST_IP, TRUST_NONE),
        Type::Cidr => (TRUST_CIDR, TRUST_NONE),
        Type::Enum(EnumId(id)) => (TRUST_ENUM, id),
        Type::Record(RecordId(id)) => (TRUST_RECORD, id),
        Type::List(TypeId(id)) => (TRUST_LIST, id),
        Type::Set(TypeId(id)) => (TRUST_SET, id),
        Type::Optional(TypeId(id)) => (TRUST_OPTIONAL, id),
    };
    let shape = module.decoder().layout().shape(ty);
    trust_type { kind, of, size: shape.map_or(0, |s| s.size), align: shape.map_or(1, |s| s.align) }
}

/// Writes what was found for a number.
unsafe fn describe<T>(
    module: *const trust_module,
    out: *mut T,
    error: *mut trust_error,
    find: impl FnOnce(&'static Module) -> Result<T, Problem>,
) -> trust_status {
    // SAFETY: the pointers are as the callers below promise; what is found lives as long as the module, says the header.
    unsafe { guard(error, || put(out, find(module_of(module)?)?)) }
}

/// The package. This and all that follow: any thread; texts and pointers in what is written belong to the module and live as long
/// as it does; `TRUST_UNKNOWN` where there is no such number.
///
/// # Safety
///
/// `module` is a live module, `out` points to a place for the structure, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_package(
    module: *const trust_module,
    out: *mut trust_package,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let unit = module.unit();
        Ok(trust_package {
            name: text(&unit.package.name),
            version: text(&unit.package.version),
            digest: text(&unit.package.digest),
            blocks: count(unit.blocks.len()),
            enums: count(unit.schema.enums.len()),
            records: count(unit.schema.records.len()),
            types: count(unit.schema.types.len()),
        })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// The number of the block of this name: `issuer` where that is unique, `module.issuer` always.
///
/// # Safety
///
/// As of `trust_module_package`; the name stands there in its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_find_block(
    module: *const trust_module,
    name: *const c_char,
    name_length: usize,
    out: *mut u32,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        // SAFETY: says the caller.
        let name = unsafe { utf8(name, name_length, "name") }?;
        trust_runtime::request::resolve_block(module, name)
            .map(|id| id.0)
            .map_err(|fault| Problem { status: TRUST_UNKNOWN, ..fault.into() })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A block.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_block(
    module: *const trust_module,
    block: u32,
    out: *mut trust_block,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def = block_of(module, block)?;
        let parts = module.unit().schema.block(BlockId(block)).ok_or_else(|| unknown("block"))?;
        Ok(trust_block {
            name: text(&def.name),
            qualified: text(&def.qualified),
            message: maybe(def.message.as_deref()),
            kind: match def.kind {
                BlockKind::Participation => TRUST_PARTICIPATION,
                BlockKind::Relationship => TRUST_RELATIONSHIP,
                BlockKind::Assessment => TRUST_ASSESSMENT,
            },
            arguments: parts.arguments.0,
            key: parts.key.0,
            scale: def.grade.map_or(TRUST_NONE, |scale| scale.0),
            clauses: count(def.clauses.len()),
            controls: count(def.controls.len()),
            watches: count(def.watches.len()),
            decision_words: count(module.decision_words(BlockId(block))),
            prior_words: count(module.prior_words(BlockId(block))),
        })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// What a list, a set or an optional holds.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_type(
    module: *const trust_module,
    held: u32,
    out: *mut trust_type,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let ty = module.unit().schema.ty(TypeId(held)).ok_or_else(|| unknown("type"))?;
        Ok(type_of(module, ty))
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A record, an event, the arguments or the key of a block.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_record(
    module: *const trust_module,
    record: u32,
    out: *mut trust_record,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def = module.unit().schema.record(RecordId(record)).ok_or_else(|| unknown("record"))?;
        let placed = module.decoder().layout().record(RecordId(record)).ok_or_else(|| unknown("record"))?;
        Ok(trust_record {
            name: text(&def.name),
            wire: text(&def.wire),
            role: match def.role {
                Role::Record => TRUST_PLAIN_RECORD,
                Role::Event => TRUST_EVENT,
                Role::Arguments => TRUST_ARGUMENTS,
                Role::Key => TRUST_KEY,
                Role::Row => TRUST_ROW,
            },
            fields: count(def.fields.len()),
            size: placed.shape.size,
            align: placed.shape.align,
        })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A field of a record.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_record_field(
    module: *const trust_module,
    record: u32,
    field: u32,
    out: *mut trust_field,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def: Option<&schema::Record> = module.unit().schema.record(RecordId(record));
        let placed = module.decoder().layout().record(RecordId(record));
        let (def, placed) = def.zip(placed).ok_or_else(|| unknown("record"))?;
        let found: Option<(&Field, &u32)> = def.fields.get(field as usize).zip(placed.fields.get(field as usize));
        let (field, offset) = found.ok_or_else(|| unknown("field"))?;
        let type_ = type_of(module, field.ty);
        Ok(trust_field { name: text(&field.name), wire: text(&field.wire), offset: *offset, type_ })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// An enum or scale.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_enum(
    module: *const trust_module,
    number: u32,
    out: *mut trust_enum,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def = module.unit().schema.enum_def(EnumId(number)).ok_or_else(|| unknown("enum"))?;
        Ok(trust_enum { name: text(&def.name), cases: count(def.cases.len()) })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A case of an enum or scale. Facts hold its number.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_enum_case(
    module: *const trust_module,
    number: u32,
    case_: u32,
    out: *mut trust_case,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def = module.unit().schema.enum_def(EnumId(number)).ok_or_else(|| unknown("enum"))?;
        let case = def.cases.get(case_ as usize).ok_or_else(|| unknown("case"))?;
        Ok(trust_case { name: text(&case.name), wire: text(&case.wire) })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A clause of a block, in the order of the source. Its number is that of its bit in a decision.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_clause(
    module: *const trust_module,
    block: u32,
    clause: u32,
    out: *mut trust_clause,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let def = clause_of(module, block, clause)?;
        let held = |hold: &Hold| trust_runtime::module::standing(*hold);
        let (kind, hold, event) = match &def.kind {
            ClauseKind::Scope => (TRUST_SCOPE, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Require => (TRUST_REQUIRE, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Recommend => (TRUST_RECOMMEND, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Basis => (TRUST_BASIS, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Deny => (TRUST_DENY, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Expires => (TRUST_EXPIRES, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Window => (TRUST_WINDOW, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Ttl => (TRUST_TTL, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Cap => (TRUST_CAP, TRUST_ACTIVE, TRUST_NONE),
            ClauseKind::Continuous(hold) => (TRUST_CONTINUOUS, held(hold), TRUST_NONE),
            ClauseKind::Trigger { hold, event } => (TRUST_TRIGGER, held(hold), event.0),
            ClauseKind::Reinstate { event, .. } => (TRUST_REINSTATE, TRUST_ACTIVE, event.0),
            ClauseKind::Oblige { .. } => (TRUST_OBLIGE, TRUST_ACTIVE, TRUST_NONE),
        };
        let lifts = match &def.kind {
            ClauseKind::Reinstate { lifts, .. } => lifts.as_slice(),
            _ => &[],
        };
        let duty = match &def.kind {
            ClauseKind::Oblige { duty, .. } => Some(duty.as_str()),
            _ => None,
        };
        let obligations = &block_of(module, block)?.outputs.obligations;
        let word = obligations.iter().position(|o| o.clause == clause);
        let word = word.and_then(|n| module.obligation_word(BlockId(block), n));
        Ok(trust_clause {
            name: text(&def.name),
            message: maybe(def.message.as_deref()),
            duty: maybe(duty),
            kind,
            hold,
            event,
            word: word.map_or(TRUST_NONE, count),
            controls: count(def.controls.len()),
            was: count(def.was.len()),
            lifts: lifts.as_ptr(),
            lifts_length: lifts.len() as u64,
        })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A former name of a clause, accepted in a prior.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_clause_was(
    module: *const trust_module,
    block: u32,
    clause: u32,
    number: u32,
    out: *mut trust_text,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let was = clause_of(module, block, clause)?.was.get(number as usize);
        was.map(|was| text(was)).ok_or_else(|| unknown("name"))
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A control that a clause serves or, for the clause `TRUST_NONE`, the block itself.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_control(
    module: *const trust_module,
    block: u32,
    clause: u32,
    number: u32,
    out: *mut trust_control,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let controls = match clause {
            TRUST_NONE => &block_of(module, block)?.controls,
            clause => &clause_of(module, block, clause)?.controls,
        };
        let control = controls.get(number as usize).ok_or_else(|| unknown("control"))?;
        Ok(trust_control { catalog: text(&control.catalog), id: text(&control.id), title: text(&control.title) })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// What an event must say for a trigger or reinstate to touch a key: with it, a host finds the keys an event touches by an index.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_watch(
    module: *const trust_module,
    block: u32,
    watch: u32,
    out: *mut trust_watch,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let found = block_of(module, block)?.watches.get(watch as usize).ok_or_else(|| unknown("watch"))?;
        Ok(trust_watch { clause: found.clause, event: found.event.0, fields: count(found.on.len()) })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}

/// A field of the event that a watch asks for; all of them must fit.
///
/// # Safety
///
/// As of `trust_module_package`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_watch_field(
    module: *const trust_module,
    block: u32,
    watch: u32,
    field: u32,
    out: *mut trust_watched,
    error: *mut trust_error,
) -> trust_status {
    let find = |module: &'static Module| {
        let watch = block_of(module, block)?.watches.get(watch as usize).ok_or_else(|| unknown("watch"))?;
        let found = watch.on.get(field as usize).ok_or_else(|| unknown("field"))?;
        Ok(trust_watched {
            field: text(&found.field),
            keys: found.keys.as_ptr(),
            keys_length: found.keys.len() as u64,
            member: u8::from(found.member),
        })
    };
    // SAFETY: says the caller.
    unsafe { describe(module, out, error, find) }
}
