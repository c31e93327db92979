//! The trust graph: who relies on whom, through which relationship, and who asks whom.
//!
//! In: the blocks of a package. Out: a picture and the same as tables. Always: what the picture shows stands in the table.

mod place;

use std::collections::BTreeMap;

use self::place::place;
use super::facets::{Facets, facets};
use super::scope::{Maker, block_expressions};
use super::svg::{Anchor, SIZE, Svg, text_width, wrapped};
use super::text::{Figure, Line, Part, Section, Table, plain, stacked, text};
use super::words::{count, title};
use crate::program::expr::ExprKind;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, BlockKind, Party};

/// Characters of a line in a node.
const WIDE: usize = 30;
/// Nodes that a picture holds; above, the tables say it better.
const MOST: usize = 120;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Block(BlockId),
    Outside(String),
}

struct Edge {
    from: Node,
    to: Node,
    /// One block asks another; else an end of a relationship.
    asks: bool,
}

struct Graph {
    /// In the order of the source.
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

fn graph(maker: &Maker<'_>) -> Graph {
    let mut graph = Graph { nodes: Vec::new(), edges: Vec::new() };
    for (id, block) in maker.blocks() {
        let node = Node::Block(id);
        if let Some((from, to)) = &block.parties {
            let (from, to) = (party(from), party(to));
            graph.add(from.clone());
            graph.add(node.clone());
            graph.add(to.clone());
            graph.edges.push(Edge { from, to: node.clone(), asks: false });
            graph.edges.push(Edge { from: node.clone(), to, asks: false });
        } else {
            graph.add(node.clone());
        }
        for asked in asks(block) {
            let to = Node::Block(asked);
            let relies =
                block.parties.as_ref().is_some_and(|(_, party)| matches!(party, Party::Role(r) if *r == asked));
            if asked != id && !relies {
                graph.add(to.clone());
                graph.edges.push(Edge { from: node.clone(), to, asks: true });
            }
        }
    }
    graph
}

impl Graph {
    fn add(&mut self, node: Node) {
        if !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }
}

fn party(party: &Party) -> Node {
    match party {
        Party::Role(id) => Node::Block(*id),
        Party::Outside(name) => Node::Outside(name.to_string()),
    }
}

/// The blocks that a block calls, each once.
pub fn asks(block: &BlockDef) -> Vec<BlockId> {
    let mut found = Vec::new();
    for e in block_expressions(block) {
        walk(e, &mut |e| {
            if let ExprKind::BlockCall { block, .. } = &e.kind
                && !found.contains(block)
            {
                found.push(*block);
            }
        });
    }
    found.sort_unstable();
    found
}

pub fn section(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("graph", "Who relies on whom");
    let graph = graph(maker);
    section.parts.push(Part::Para(plain(
        "A solid arrow leads from the one who relies, through a relationship, to the one relied on. A broken arrow \
         leads from a rule to another one that it asks.",
    )));
    if (1..=MOST).contains(&graph.nodes.len()) {
        section.parts.push(Part::Figure(figure(maker, &graph)));
    }
    section.parts.push(Part::Table(inventory(maker)));
    if let Some(table) = reach(maker) {
        section.parts.push(Part::Table(table));
    }
    section
}

fn inventory(maker: &Maker<'_>) -> Table {
    let mut rows = Vec::new();
    for (id, block) in maker.blocks() {
        let facets = facets(maker, id, block);
        let mut parties = Line::new();
        if let Some((from, to)) = &block.parties {
            parties.extend(super::blocks::party(maker, from));
            parties.push(text(" → "));
            parties.extend(super::blocks::party(maker, to));
        }
        let asks = asks(block).into_iter().map(|id| vec![maker.block_link(id)]).collect();
        rows.push(vec![
            vec![maker.block_link(id)],
            parties,
            plain(facets.levels),
            stacked(facets.lasts.into_iter().map(plain)),
            stacked(facets.ends.into_iter().map(plain)),
            super::text::listed(asks, "and"),
        ]);
    }
    Table {
        caption: "Every rule with its parties, levels, time and triggers".into(),
        head: ["Rule", "Who relies on whom", "Levels", "Lasts", "Ends or pauses on", "Asks"].map(str::to_owned).into(),
        rows,
    }
    .slim()
}

/// Whom each party relies on, in one step or through others.
fn reach(maker: &Maker<'_>) -> Option<Table> {
    let mut direct: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    let mut order = Vec::new();
    for (_, block) in maker.blocks() {
        if let Some((from, to)) = &block.parties {
            let (from, to) = (party(from), party(to));
            if !order.contains(&from) {
                order.push(from.clone());
            }
            let next = direct.entry(from).or_default();
            if !next.contains(&to) {
                next.push(to);
            }
        }
    }
    let rows: Vec<Vec<Line>> = order
        .iter()
        .map(|from| {
            let one = direct.get(from).cloned().unwrap_or_default();
            let mut seen = one.clone();
            let mut next = 0;
            while let Some(node) = seen.get(next).cloned() {
                next += 1;
                for further in direct.get(&node).into_iter().flatten() {
                    if further != from && !seen.contains(further) {
                        seen.push(further.clone());
                    }
                }
            }
            let names = |nodes: &[Node]| {
                super::text::listed(nodes.iter().map(|node| vec![shown(maker, node)]).collect(), "and")
            };
            let through: Vec<Node> = seen.get(one.len()..).unwrap_or_default().to_vec();
            vec![vec![shown(maker, from)], names(&one), names(&through)]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Reach: what a party is exposed to if those it relies on fail".into(),
        head: ["Who relies", "Directly on", "Through them on"].map(str::to_owned).into(),
        rows,
    })
}

fn shown(maker: &Maker<'_>, node: &Node) -> super::text::Inline {
    match node {
        Node::Block(id) => maker.block_link(*id),
        Node::Outside(name) => super::text::value(name.as_str()),
    }
}

/// What a node says, line by line; the first is its name.
struct Label {
    name: Vec<String>,
    small: Vec<String>,
    class: &'static str,
    target: Option<String>,
}

impl Label {
    fn size(&self) -> (f64, f64) {
        let width = |lines: &[String], size| lines.iter().map(|l| text_width(l, size)).fold(0.0, f64::max);
        let wide = width(&self.name, SIZE * 1.08).max(width(&self.small, SIZE - 1.5));
        let high = 18.0 * self.name.len() as f64 + 15.0 * self.small.len() as f64;
        (wide.max(80.0) + 24.0, high + 20.0)
    }
}

fn label(maker: &Maker<'_>, node: &Node) -> Label {
    match node {
        Node::Outside(name) => {
            Label { name: wrapped(name, WIDE), small: vec!["outside".into()], class: "outside", target: None }
        }
        Node::Block(id) => {
            let Some(block) = maker.program.blocks.get(id.0 as usize) else {
                return Label { name: vec!["unknown".into()], small: Vec::new(), class: "box", target: None };
            };
            let Facets { levels, lasts, ends } = facets(maker, *id, block);
            let mut small = Vec::new();
            if !levels.is_empty() {
                small.extend(wrapped(&format!("levels: {levels}"), WIDE + 6));
            }
            small.extend(lasts.iter().take(3).flat_map(|line| wrapped(line, WIDE + 6)));
            if lasts.len() > 3 {
                small.push(format!("and {}", count(lasts.len() - 3, "more limit", "more limits")));
            }
            match ends.len() {
                0 => {}
                1..=4 => small.extend(ends.iter().flat_map(|line| wrapped(line, WIDE + 6))),
                n => {
                    small.extend(ends.iter().take(3).flat_map(|line| wrapped(line, WIDE + 6)));
                    small.push(format!("and {}", count(n - 3, "more trigger", "more triggers")));
                }
            }
            let class = match block.kind {
                BlockKind::Participation => "role",
                BlockKind::Relationship => "rel",
                BlockKind::Assessment => "assess",
            };
            Label { name: wrapped(&title(&block.name), WIDE), small, class, target: Some(maker.block_target(*id)) }
        }
    }
}

fn figure(maker: &Maker<'_>, graph: &Graph) -> Figure {
    let labels: Vec<Label> = graph.nodes.iter().map(|node| label(maker, node)).collect();
    let placed = place(graph, &labels);
    let mut svg = Svg::new(placed.width, placed.height);
    for (path, asks) in &placed.paths {
        svg.curve(path, if *asks { "asks" } else { "edge" });
        if let [.., from, to] = path.as_slice() {
            svg.head(*from, *to, "tip");
        }
    }
    for (label, (x, y)) in labels.iter().zip(&placed.centers) {
        let (w, h) = label.size();
        if let Some(target) = &label.target {
            svg.open_link(target);
        }
        svg.rect(x - w / 2.0, y - h / 2.0, w, h, label.class);
        let mut line = y - h / 2.0 + 25.0;
        for name in &label.name {
            svg.text((*x, line), name, Anchor::Middle, "strong");
            line += 18.0;
        }
        if label.target.is_some() {
            svg.close_link();
        }
        line -= 2.0;
        for small in &label.small {
            svg.text((*x, line), small, Anchor::Middle, "small");
            line += 15.0;
        }
    }
    let caption = "The trust graph: parties, relationships and what they ask";
    let about = graph.edges.iter().map(|edge| {
        let name = |node: &Node| super::text::flat(&[shown(maker, node)]);
        format!("{} {} {}.", name(&edge.from), if edge.asks { "asks" } else { "leads to" }, name(&edge.to))
    });
    let about: Vec<String> = about.collect();
    Figure {
        id: "trust-graph".into(),
        caption: caption.into(),
        svg: svg.finish("trust-graph", caption, &about.join(" ")),
    }
}
