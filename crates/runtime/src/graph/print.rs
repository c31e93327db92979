//! The graph as text, for reviewers: a node a line, in order; loops with what they gather.

use std::fmt::Write;

use super::{FOREVER, Graph, Id, Node};

impl Graph {
    /// The nodes that the outputs need, each once, before their use.
    pub fn print(&self, outputs: &[(String, Id)]) -> String {
        let mut needed = vec![false; self.len()];
        let mut stack: Vec<Id> = outputs.iter().map(|(_, id)| *id).collect();
        while let Some(id) = stack.pop() {
            match needed.get_mut(id.0 as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            self.inputs(id, &mut |i| stack.push(i));
        }
        let mut out = String::new();
        for (index, _) in needed.iter().enumerate().filter(|(_, n)| **n) {
            let id = Id(index as u32);
            let _ = writeln!(out, "  v{index} = {}", self.shown(id));
            if let Node::Result { of, n: 0, .. } = self.node(id)
                && let Some(run) = self.run(of)
            {
                let list = |ids: &[Id]| ids.iter().map(|i| format!("v{}", i.0)).collect::<Vec<_>>().join(", ");
                let stop = run.stop.map(|s| format!(" until v{}", s.0)).unwrap_or_default();
                let _ = writeln!(
                    out,
                    "      loop {} over v{} by {}: from ({}) gather ({}){stop}",
                    of.0,
                    run.list.0,
                    run.window,
                    list(&run.start),
                    list(&run.next)
                );
            }
        }
        for (name, id) in outputs {
            let _ = writeln!(out, "{name} = v{}", id.0);
        }
        out
    }

    fn shown(&self, id: Id) -> String {
        let v = |i: Id| format!("v{}", i.0);
        match self.node(id) {
            Node::Bool(b) => b.to_string(),
            Node::Int(FOREVER) => "forever".into(),
            Node::Int(n) => n.to_string(),
            Node::Str(s) => format!("{:?}", String::from_utf8_lossy(self.string(s))),
            Node::Net(n) => format!("net {n}"),
            Node::Root(r) => format!("{r:?}").to_lowercase(),
            Node::Image(i) => format!("image {i}"),
            Node::ImageList { image, len } => format!("image {image} of {len}"),
            Node::Now => "now".into(),
            Node::Floor => "stated standing".into(),
            Node::Prior(n) => format!("prior {n}"),
            Node::Load { cell, base, offset } => {
                format!("{} at {} + {offset}", format!("{cell:?}").to_lowercase(), v(base))
            }
            Node::Offset { base, offset } => format!("{} + {offset}", v(base)),
            Node::Element { of, n } => format!("element {n} of loop {}", of.0),
            Node::Gathered { of, n, .. } => format!("gathered {n} of loop {}", of.0),
            Node::Result { of, n, .. } => format!("result {n} of loop {}", of.0),
            Node::Not(a) => format!("not {}", v(a)),
            Node::And(a, b) => format!("{} and {}", v(a), v(b)),
            Node::Or(a, b) => format!("{} or {}", v(a), v(b)),
            Node::Select(c, a, b) => format!("if {} then {} else {}", v(c), v(a), v(b)),
            Node::Compare(op, a, b) => format!("{} {} {}", v(a), format!("{op:?}").to_lowercase(), v(b)),
            Node::Arith(op, a, b) => format!("{op:?} {} {}", v(a), v(b)),
            Node::Min(a, b) => format!("min {} {}", v(a), v(b)),
            Node::Max(a, b) => format!("max {} {}", v(a), v(b)),
            Node::Text(op, a, b) => format!("text {op:?} {} {}", v(a), v(b)),
            Node::Matches { pattern, text } => format!("{} matches pattern {pattern}", v(text)),
            Node::Net2(op, a, b) => format!("net {op:?} {} {}", v(a), v(b)),
            Node::Len(a) => format!("length of {}", v(a)),
            Node::At { list, last, .. } => format!("{} of {}", if last { "last" } else { "first" }, v(list)),
            Node::InInts { table, value } => format!("{} in numbers {table}", v(value)),
            Node::InStrs { table, value } => format!("{} in texts {table}", v(value)),
        }
    }

    /// What a node reads directly; of a loop's result, all that the loop reads.
    pub fn inputs(&self, id: Id, visit: &mut dyn FnMut(Id)) {
        match self.node(id) {
            Node::Bool(_)
            | Node::Int(_)
            | Node::Str(_)
            | Node::Net(_)
            | Node::Root(_)
            | Node::Image(_)
            | Node::ImageList { .. }
            | Node::Now
            | Node::Floor
            | Node::Prior(_)
            | Node::Element { .. }
            | Node::Gathered { .. } => {}
            Node::Load { base: a, .. }
            | Node::Offset { base: a, .. }
            | Node::Not(a)
            | Node::Matches { text: a, .. }
            | Node::Len(a)
            | Node::InInts { value: a, .. }
            | Node::InStrs { value: a, .. } => visit(a),
            Node::And(a, b)
            | Node::Or(a, b)
            | Node::At { list: a, blank: b, .. }
            | Node::Compare(_, a, b)
            | Node::Arith(_, a, b)
            | Node::Min(a, b)
            | Node::Max(a, b)
            | Node::Text(_, a, b)
            | Node::Net2(_, a, b) => {
                visit(a);
                visit(b);
            }
            Node::Select(c, a, b) => {
                visit(c);
                visit(a);
                visit(b);
            }
            Node::Result { of, .. } => {
                if let Some(run) = self.run(of) {
                    visit(run.list);
                    run.start.iter().chain(&run.next).chain(&run.stop).for_each(|i| visit(*i));
                    run.index.iter().flat_map(|index| &index.keys).for_each(|key| visit(key.value));
                }
            }
        }
    }
}
