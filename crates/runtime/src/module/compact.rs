//! A block without the parts of its graph that nothing needs.

use crate::graph::{Id, LoopId};
use crate::unit::{Block, Obligation, Outputs, Rows, Shape, Trigger};

impl Block {
    /// Drops what no output reads. The rest keeps its order, so that what is in memory is what is in the file.
    pub fn compact(&mut self) {
        let mut needed: Vec<Id> = Vec::new();
        self.outputs.each_id(&mut |id| needed.push(*id));
        let rows: Vec<LoopId> = self.outputs.rows.iter().map(|rows| rows.of).collect();
        let renumbered = self.graph.compact(&needed, &rows);
        self.outputs.each_id(&mut |id| *id = renumbered.id(*id));
        self.outputs.rows.iter_mut().for_each(|rows| rows.of = renumbered.run(rows.of));
    }
}

impl Outputs {
    /// Every node that an answer is made of.
    fn each_id(&mut self, visit: &mut dyn FnMut(&mut Id)) {
        let Outputs {
            permits,
            standing,
            based,
            in_time,
            grade,
            valid_until,
            holds,
            rows,
            obligations,
            triggers,
            shapes,
        } = self;
        [permits, standing, based, in_time, grade].into_iter().flatten().for_each(&mut *visit);
        visit(valid_until);
        holds.iter_mut().for_each(|(_, id)| visit(id));
        for Rows { of: _, clause, holds } in rows {
            visit(clause);
            visit(holds);
        }
        for Obligation { clause: _, state, time, dated: _, args: _ } in obligations {
            visit(state);
            visit(time);
        }
        for Trigger { clause: _, event: _, matched, deadline } in triggers {
            visit(matched);
            deadline.iter_mut().for_each(&mut *visit);
        }
        for shape in shapes {
            match shape {
                Shape::Node(id, _)
                | Shape::Optional(id, _)
                | Shape::RecordAt(id, _)
                | Shape::ListAt { at: id, .. }
                | Shape::Choice(id, ..) => visit(id),
                Shape::Absent | Shape::Record(..) | Shape::List { .. } => {}
            }
        }
    }
}
