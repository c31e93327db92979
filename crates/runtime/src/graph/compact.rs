//! What no output needs goes: nodes, loops, constants. What stays keeps its order, so that the same source gives the same bytes.

use std::collections::HashMap;

use super::{Graph, Id, Loop, LoopId, Node};

/// The new numbers of what stayed.
pub(crate) struct Renumbered {
    nodes: Vec<Option<u32>>,
    loops: Vec<Option<u32>>,
}

impl Renumbered {
    /// A node that an output reads: it stayed.
    pub(crate) fn id(&self, id: Id) -> Id {
        Id(new(&self.nodes, id.0))
    }

    pub(crate) fn run(&self, id: LoopId) -> LoopId {
        LoopId(new(&self.loops, id.0))
    }
}

fn new(table: &[Option<u32>], n: u32) -> u32 {
    table.get(n as usize).copied().flatten().unwrap_or(n)
}

/// Which entries of a table are needed, and their new numbers.
struct Needed(Vec<bool>);

impl Needed {
    fn none(len: usize) -> Needed {
        Needed(vec![false; len])
    }

    /// Whether it was not needed before.
    fn add(&mut self, n: u32) -> bool {
        match self.0.get_mut(n as usize) {
            Some(slot) if !*slot => {
                *slot = true;
                true
            }
            _ => false,
        }
    }

    fn numbers(&self) -> Vec<Option<u32>> {
        let mut next = 0;
        let number = |needed: &bool| {
            needed.then(|| {
                next += 1;
                next - 1
            })
        };
        self.0.iter().map(number).collect()
    }
}

fn kept<T>(all: Vec<T>, needed: &Needed) -> Vec<T> {
    all.into_iter().zip(&needed.0).filter(|(_, needed)| **needed).map(|(item, _)| item).collect()
}

impl Graph {
    /// Keeps what these nodes and loops need.
    pub(crate) fn compact(&mut self, outputs: &[Id], rows: &[LoopId]) -> Renumbered {
        let (nodes, loops) = self.needed(outputs, rows);
        let pools = self.needed_pools(&nodes);
        let renumbered = Renumbered { nodes: nodes.numbers(), loops: loops.numbers() };
        let [strings, nets, patterns, images, ints, texts] = &pools;
        let [strings_to, nets_to, patterns_to, images_to, ints_to, texts_to] =
            [strings, nets, patterns, images, ints, texts].map(Needed::numbers);

        let id = |id: &mut Id| *id = renumbered.id(*id);
        let of = |of: &mut LoopId| *of = renumbered.run(*of);
        let pool = |table: &[Option<u32>], n: &mut u32| *n = new(table, *n);
        self.nodes = kept(std::mem::take(&mut self.nodes), &nodes);
        self.kinds = kept(std::mem::take(&mut self.kinds), &nodes);
        for node in &mut self.nodes {
            match node {
                Node::Bool(_) | Node::Int(_) | Node::Root(_) | Node::Now | Node::Floor | Node::Prior(_) => {}
                Node::Str(n) => pool(&strings_to, n),
                Node::Net(n) => pool(&nets_to, n),
                Node::Image(n) | Node::ImageList { image: n, .. } => pool(&images_to, n),
                Node::Element { of: run, .. } | Node::Gathered { of: run, .. } | Node::Result { of: run, .. } => {
                    of(run)
                }
                Node::Load { base: a, .. } | Node::Offset { base: a, .. } | Node::Not(a) | Node::Len(a) => id(a),
                Node::And(a, b)
                | Node::Or(a, b)
                | Node::At { list: a, blank: b, .. }
                | Node::Compare(_, a, b)
                | Node::Arith(_, a, b)
                | Node::Min(a, b)
                | Node::Max(a, b)
                | Node::Text(_, a, b)
                | Node::Net2(_, a, b) => {
                    id(a);
                    id(b);
                }
                Node::Select(c, a, b) => {
                    id(c);
                    id(a);
                    id(b);
                }
                Node::Matches { pattern, text } => {
                    pool(&patterns_to, pattern);
                    id(text);
                }
                Node::InInts { table, value } => {
                    pool(&ints_to, table);
                    id(value);
                }
                Node::InStrs { table, value } => {
                    pool(&texts_to, table);
                    id(value);
                }
            }
        }
        self.loops = kept(std::mem::take(&mut self.loops), &loops);
        self.depths = kept(std::mem::take(&mut self.depths), &loops);
        for run in self.loops.iter_mut().flatten() {
            let Loop { list, stride: _, window: _, start, next, stop, index } = run;
            id(list);
            start.iter_mut().chain(next).chain(stop).for_each(id);
            index.iter_mut().flat_map(|index| &mut index.keys).for_each(|key| id(&mut key.value));
        }
        self.strings = kept(std::mem::take(&mut self.strings), strings);
        self.nets = kept(std::mem::take(&mut self.nets), nets);
        self.patterns = kept(std::mem::take(&mut self.patterns), patterns);
        self.automata.clear();
        self.ints = kept(std::mem::take(&mut self.ints), ints);
        self.texts = kept(std::mem::take(&mut self.texts), texts);
        self.images = kept(std::mem::take(&mut self.images), images);
        for (_, image, _) in self.images.iter_mut().flat_map(|image| &mut image.pointers) {
            pool(&images_to, image);
        }
        self.known = numbered(&self.nodes).map(|(node, n)| (*node, Id(n))).collect();
        self.known_strings = numbered(&self.strings).map(|(text, n)| (text.clone(), n)).collect();
        self.known_nets = numbered(&self.nets).map(|(net, n)| (*net, n)).collect::<HashMap<_, _>>();
        renumbered
    }

    fn needed(&self, outputs: &[Id], rows: &[LoopId]) -> (Needed, Needed) {
        let (mut nodes, mut loops) = (Needed::none(self.nodes.len()), Needed::none(self.loops.len()));
        let mut stack = outputs.to_vec();
        let mut run = |of: LoopId, stack: &mut Vec<Id>| {
            if loops.add(of.0)
                && let Some(run) = self.run(of)
            {
                stack.push(run.list);
                stack.extend(run.start.iter().chain(&run.next).chain(&run.stop));
                stack.extend(run.index.iter().flat_map(|index| &index.keys).map(|key| key.value));
            }
        };
        rows.iter().for_each(|of| run(*of, &mut stack));
        while let Some(id) = stack.pop() {
            if !nodes.add(id.0) {
                continue;
            }
            match self.node(id) {
                Node::Element { of, .. } | Node::Gathered { of, .. } | Node::Result { of, .. } => run(of, &mut stack),
                _ => self.inputs(id, &mut |input| stack.push(input)),
            }
        }
        (nodes, loops)
    }

    /// Strings, addresses, patterns, images, tables of numbers and of strings.
    fn needed_pools(&self, nodes: &Needed) -> [Needed; 6] {
        let [mut strings, mut nets, mut patterns, mut images, mut ints, mut texts] = [
            self.strings.len(),
            self.nets.len(),
            self.patterns.len(),
            self.images.len(),
            self.ints.len(),
            self.texts.len(),
        ]
        .map(Needed::none);
        let mut stack = Vec::new();
        for (node, _) in self.nodes.iter().zip(&nodes.0).filter(|(_, needed)| **needed) {
            match *node {
                Node::Str(n) => strings.add(n),
                Node::Net(n) => nets.add(n),
                Node::Matches { pattern, .. } => patterns.add(pattern),
                Node::InInts { table, .. } => ints.add(table),
                Node::InStrs { table, .. } => texts.add(table),
                Node::Image(image) | Node::ImageList { image, .. } => {
                    stack.push(image);
                    true
                }
                // These name no constant.
                _ => false,
            };
        }
        while let Some(n) = stack.pop() {
            if images.add(n) {
                let image = self.images.get(n as usize);
                stack.extend(image.into_iter().flat_map(|image| &image.pointers).map(|(_, target, _)| *target));
            }
        }
        [strings, nets, patterns, images, ints, texts]
    }
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (&T, u32)> {
    items.iter().zip(0u32..)
}
