//! What a module says of itself: names, messages, controls.

use trust_runtime::graph::Graph;
use trust_runtime::schema::{self, Schema};
use trust_runtime::unit::{
    self, Block, BlockKind, Clause, ClauseKind, Control, Outputs, Package, Param, Watch, Watched,
};

use crate::facts::{block_name, qualified_name};
use crate::native::schema::convert;
use crate::program::{self, BlockId, Hold, Meta, Program};
use crate::watch::{self, Selection, Source, Way};

pub(super) fn package(program: &Program) -> Package {
    let of = &program.package;
    Package { name: of.name.to_string(), version: of.version.to_string(), digest: of.digest.clone() }
}

pub(super) fn block(program: &Program, id: BlockId, schema: &mut Schema, graph: Graph, outputs: Outputs) -> Block {
    let def = program.block(id);
    Block {
        name: block_name(program, id),
        qualified: qualified_name(program, def),
        kind: match def.kind {
            program::BlockKind::Participation => BlockKind::Participation,
            program::BlockKind::Relationship => BlockKind::Relationship,
            program::BlockKind::Assessment => BlockKind::Assessment,
        },
        message: def.meta.doc.as_ref().map(ToString::to_string),
        controls: controls(program, &def.meta),
        clauses: def.clauses.iter().map(|clause| describe(program, clause, schema)).collect(),
        grade: def.grade.as_ref().map(|grade| schema::EnumId(grade.scale.0)),
        watches: watch::watch_sets(program, id).iter().map(watched).collect(),
        graph,
        outputs,
    }
}

fn describe(program: &Program, def: &program::ClauseDef, schema: &mut Schema) -> Clause {
    use program::ClauseKind as K;
    let kind = match &def.kind {
        K::Scope(_) => ClauseKind::Scope,
        K::Require(_) => ClauseKind::Require,
        K::Recommend(_) => ClauseKind::Recommend,
        K::Basis(_) => ClauseKind::Basis,
        K::Deny(_) => ClauseKind::Deny,
        K::Cap { .. } => ClauseKind::Cap,
        K::Expires { .. } => ClauseKind::Expires,
        K::TtlFrom { .. } => ClauseKind::Window,
        K::Ttl { .. } => ClauseKind::Ttl,
        K::Oblige { duty, .. } => {
            let def = program.duties.get(duty.0 as usize);
            let params = def.map_or(&[][..], |def| def.params.as_slice());
            let params =
                params.iter().map(|p| Param { name: p.name.to_string(), ty: convert(schema, &p.ty) }).collect();
            ClauseKind::Oblige { duty: def.map_or_else(String::new, |def| def.name.to_string()), params }
        }
        K::Continuous { hold, .. } => ClauseKind::Continuous(held(*hold)),
        K::Trigger { hold, event, .. } => ClauseKind::Trigger { hold: held(*hold), event: schema::RecordId(event.0) },
        K::Reinstate { event, lifts, .. } => {
            ClauseKind::Reinstate { event: schema::RecordId(event.0), lifts: lifts.iter().map(|id| id.0).collect() }
        }
    };
    Clause {
        name: def.name.to_string(),
        was: def.meta.was.iter().map(ToString::to_string).collect(),
        message: def.meta.doc.as_ref().map(ToString::to_string),
        controls: controls(program, &def.meta),
        kind,
    }
}

/// What holds in every alternative; where the alternatives share nothing, any key may be touched.
fn watched(watch: &watch::Watch) -> Watch {
    let on = match watch.ways.as_slice() {
        [way] => way.selections.iter().filter_map(|s| selected(s, vec![s.key])).collect(),
        ways => same_field(ways).into_iter().collect(),
    };
    Watch { clause: watch.clause.0, event: schema::RecordId(watch.event.0), on }
}

fn selected(selection: &Selection, keys: Vec<u32>) -> Option<Watched> {
    let (field, member) = match &selection.from {
        Source::Field(path) => (path, false),
        Source::Element { of, field: None } => (of, true),
        // A host finds these only by looking at all keys.
        Source::Element { field: Some(_), .. } | Source::Constant(_) => return None,
    };
    Some(Watched { field: field.to_string(), keys, member })
}

/// One field of the event, which is one part of the key or another.
fn same_field(ways: &[Way]) -> Option<Watched> {
    let mut keys = Vec::new();
    let mut first: Option<&Selection> = None;
    for way in ways {
        let [selection] = way.selections.as_slice() else { return None };
        if first.is_some_and(|f| f.from != selection.from) {
            return None;
        }
        first = Some(selection);
        keys.push(selection.key);
    }
    selected(first?, keys)
}

fn held(hold: Hold) -> unit::Hold {
    match hold {
        Hold::Reverify => unit::Hold::Reverify,
        Hold::Suspend => unit::Hold::Suspend,
        Hold::Revoke => unit::Hold::Revoke,
    }
}

fn controls(program: &Program, meta: &Meta) -> Vec<Control> {
    let found = meta.maps.iter().filter_map(|control| {
        let catalog = program.catalogs.get(control.catalog.0 as usize)?;
        let (id, title) = catalog.entries.get(control.entry as usize)?;
        Some(Control { catalog: catalog.name.to_string(), id: id.to_string(), title: title.to_string() })
    });
    found.collect()
}
