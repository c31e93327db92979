//! Where the nodes of the trust graph stand.
//!
//! In: nodes with their sizes, and edges. Out: a center for each node, a curve for each edge, the size of it all. Always: the
//! same graph gets the same places; only these are taken from the layout library, what is drawn there is ours.

use layout::core::base::Orientation;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::{Graph, Label, Node};

pub struct Placed {
    pub width: f64,
    pub height: f64,
    pub centers: Vec<(f64, f64)>,
    /// Cubic curves, and whether one asks.
    pub paths: Vec<(Vec<(f64, f64)>, bool)>,
}

const MARGIN: f64 = 16.0;
/// Nodes that nothing leads to or from stand in rows of this width.
const ROW: f64 = 880.0;
const GAP: f64 = 26.0;

pub fn place(graph: &Graph, labels: &[Label]) -> Placed {
    let linked = |node: &Node| graph.edges.iter().any(|edge| edge.from == *node || edge.to == *node);
    let (with_edges, alone): (Vec<usize>, Vec<usize>) =
        (0..graph.nodes.len()).partition(|i| graph.nodes.get(*i).is_some_and(linked));
    let mut placed = layered(graph, labels, &with_edges);
    let (mut x, mut y, mut tallest) = (MARGIN, placed.height, 0.0_f64);
    let mut widest = placed.width;
    for i in alone {
        let Some(label) = labels.get(i) else { continue };
        let (w, h) = label.size();
        if x + w + MARGIN > ROW && x > MARGIN {
            (x, y, tallest) = (MARGIN, y + tallest + GAP, 0.0);
        }
        if let Some(center) = placed.centers.get_mut(i) {
            *center = (x + w / 2.0, y + h / 2.0);
        }
        x += w + GAP;
        tallest = tallest.max(h);
        widest = widest.max(x - GAP + MARGIN);
    }
    placed.width = widest;
    placed.height = if tallest > 0.0 { y + tallest + MARGIN } else { y };
    placed
}

/// The nodes that edges join, in layers from left to right.
fn layered(graph: &Graph, labels: &[Label], with_edges: &[usize]) -> Placed {
    let mut centers = vec![(0.0, 0.0); labels.len()];
    if with_edges.is_empty() {
        return Placed { width: 0.0, height: MARGIN, centers, paths: Vec::new() };
    }
    let mut visual = VisualGraph::new(Orientation::LeftToRight);
    let handles: Vec<_> = with_edges
        .iter()
        .filter_map(|i| Some((*i, labels.get(*i)?)))
        .map(|(i, label)| {
            let (w, h) = label.size();
            let shape = ShapeKind::new_box("");
            let look = StyleAttr::simple();
            (i, visual.add_node(Element::create(shape, look, Orientation::LeftToRight, Point::new(w, h))))
        })
        .collect();
    let handle = |node: &Node| {
        let at = graph.nodes.iter().position(|n| n == node)?;
        handles.iter().find(|(i, _)| *i == at).map(|(_, handle)| *handle)
    };
    for edge in &graph.edges {
        let style = if edge.asks { LineStyleKind::Dashed } else { LineStyleKind::Normal };
        let arrow = Arrow::new(LineEndKind::None, LineEndKind::Arrow, style, "", &StyleAttr::simple(), &None, &None);
        if let (Some(from), Some(to)) = (handle(&edge.from), handle(&edge.to)) {
            visual.add_edge(arrow, from, to);
        }
    }
    let mut curves = Curves::default();
    visual.do_it(false, false, false, &mut curves);
    let mut paths = curves.paths;
    let mut all: Vec<(f64, f64)> = paths.iter().flat_map(|(path, _)| path.iter().copied()).collect();
    for (i, handle) in &handles {
        let middle = visual.pos(*handle).center();
        if let (Some(center), Some(label)) = (centers.get_mut(*i), labels.get(*i)) {
            let (w, h) = label.size();
            *center = (middle.x, middle.y);
            all.extend([(middle.x - w / 2.0, middle.y - h / 2.0), (middle.x + w / 2.0, middle.y + h / 2.0)]);
        }
    }
    // Everything moves to the upper left corner.
    let least = all.iter().fold((f64::MAX, f64::MAX), |a, p| (a.0.min(p.0), a.1.min(p.1)));
    let most = all.iter().fold((f64::MIN, f64::MIN), |a, p| (a.0.max(p.0), a.1.max(p.1)));
    for point in centers.iter_mut().chain(paths.iter_mut().flat_map(|(path, _)| path.iter_mut())) {
        *point = (point.0 - least.0 + MARGIN, point.1 - least.1 + MARGIN);
    }
    Placed { width: most.0 - least.0 + 2.0 * MARGIN, height: most.1 - least.1 + 2.0 * MARGIN, centers, paths }
}

/// Takes the arrows of a layout and nothing else.
#[derive(Default)]
struct Curves {
    paths: Vec<(Vec<(f64, f64)>, bool)>,
}

impl RenderBackend for Curves {
    fn draw_rect(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {}

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, _: Point, _: &str, _: &StyleAttr) {}

    /// The path has the form of `M start C … S … S …`: a control point left out mirrors the one before.
    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        dashed: bool,
        head: (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [first, second, rest @ ..] = path else { return };
        let at = |p: &Point| (p.x, p.y);
        let mut points = vec![at(&first.0), at(&first.1), at(&second.0), at(&second.1)];
        let (mut control, mut end) = (at(&second.0), at(&second.1));
        for (next, to) in rest {
            points.extend([(2.0 * end.0 - control.0, 2.0 * end.1 - control.1), at(next), at(to)]);
            (control, end) = (at(next), at(to));
        }
        // An edge that was turned to make the graph flow has its head at the start.
        if head.0 && !head.1 {
            points.reverse();
        }
        self.paths.push((points, dashed));
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}
