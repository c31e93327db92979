//! The life of a standing as a picture: a lane for each state, a row for each clause that moves it.
//!
//! In: a block. Out: a figure, where the block has any such clause. Always: every clause that moves the standing has a row,
//! so the picture says as much as the text.

use super::clauses::{event_link, fixed_length};
use super::scope::Maker;
use super::svg::{Anchor, SIZE, Svg, text_width, wrapped};
use super::text::{Figure, Inline, flat};
use super::words::{title, words};
use crate::program::ty::RecordId;
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, Hold};

const LABELS: f64 = 330.0;
const LANE: f64 = 124.0;
const BOX: f64 = 112.0;
const TOP: f64 = 56.0;

/// A state of a standing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Active,
    Reverify,
    Suspended,
    Revoked,
}

impl State {
    fn of(hold: Hold) -> State {
        match hold {
            Hold::Reverify => State::Reverify,
            Hold::Suspend => State::Suspended,
            Hold::Revoke => State::Revoked,
        }
    }

    fn name(self) -> &'static str {
        match self {
            State::Active => "Active",
            State::Reverify => "Verify anew",
            State::Suspended => "Suspended",
            State::Revoked => "Revoked",
        }
    }

    fn class(self) -> &'static str {
        match self {
            State::Active => "s-active",
            State::Reverify => "s-reverify",
            State::Suspended => "s-suspended",
            State::Revoked => "s-revoked",
        }
    }

    fn stroke(self) -> &'static str {
        match self {
            State::Active => "good",
            State::Reverify => "warn",
            State::Suspended => "hold",
            State::Revoked => "bad",
        }
    }
}

/// One clause that moves the standing.
struct Row {
    clause: ClauseId,
    name: String,
    about: String,
    from: Vec<State>,
    to: State,
    /// It ends by itself.
    continuous: bool,
}

pub fn figure(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Option<Figure> {
    let rows = rows(maker, id, block);
    if rows.is_empty() {
        return None;
    }
    let mut states: Vec<State> = vec![State::Active];
    states.extend(rows.iter().flat_map(|row| row.from.iter().copied().chain([row.to])));
    states.sort_unstable();
    states.dedup();
    let target = format!("life/{}", maker.block_target(id));
    let mut caption = format!("Life cycle of a standing under {}", title(&block.name));
    if rows.iter().any(|row| row.continuous) {
        caption.push_str("; a broken line leads back by itself");
    }
    if states.contains(&State::Revoked) {
        caption.push_str("; a revocation comes from any state and is final");
    }
    let told: Vec<String> = rows.iter().map(told).collect();
    Some(Figure {
        id: target.clone(),
        svg: drawn(maker, id, &rows, &states, &target, &caption, &told.join(" ")),
        caption,
    })
}

fn rows(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Vec<Row> {
    let mut rows = Vec::new();
    for (clause_id, clause) in block.clauses() {
        let name = words(&clause.name);
        match &clause.kind {
            ClauseKind::Continuous { hold, .. } => rows.push(Row {
                clause: clause_id,
                name,
                about: "for as long as it is the case".into(),
                from: vec![State::Active],
                to: State::of(*hold),
                continuous: true,
            }),
            ClauseKind::Trigger { hold, event, within, .. } => {
                let scope = maker.react_scope(id, clause_id);
                let within = within.as_ref().map(|(length, _)| match fixed_length(length) {
                    Some(0) => ", at once".to_owned(),
                    _ => format!(", within {}", flat(&scope.value(length))),
                });
                rows.push(Row {
                    clause: clause_id,
                    name,
                    about: format!("on {}{}", event_name(maker, *event), within.unwrap_or_default()),
                    from: vec![State::Active],
                    to: State::of(*hold),
                    continuous: false,
                });
            }
            ClauseKind::Reinstate { event, lifts, .. } => {
                let held = lifts.iter().filter_map(|id| match &block.clauses.get(id.0 as usize)?.kind {
                    ClauseKind::Trigger { hold, .. } | ClauseKind::Continuous { hold, .. } => Some(State::of(*hold)),
                    _ => None,
                });
                let mut from: Vec<State> = held.collect();
                from.sort_unstable();
                from.dedup();
                let lifted: Vec<String> =
                    lifts.iter().filter_map(|id| block.clauses.get(id.0 as usize)).map(|c| words(&c.name)).collect();
                rows.push(Row {
                    clause: clause_id,
                    name,
                    about: format!("on {}, ends {}", event_name(maker, *event), lifted.join(", ")),
                    from,
                    to: State::Active,
                    continuous: false,
                });
            }
            ClauseKind::Scope(_)
            | ClauseKind::Require(_)
            | ClauseKind::Recommend(_)
            | ClauseKind::Basis(_)
            | ClauseKind::Deny(_)
            | ClauseKind::Cap { .. }
            | ClauseKind::Expires { .. }
            | ClauseKind::TtlFrom { .. }
            | ClauseKind::Ttl { .. }
            | ClauseKind::Oblige { .. } => {}
        }
    }
    // What leads away first, what leads back after it; each in the order of the source.
    rows.sort_by_key(|row| row.to == State::Active);
    rows
}

fn event_name(maker: &Maker<'_>, event: RecordId) -> String {
    match event_link(maker, event) {
        Inline::Link { text, .. } => text,
        _ => "an event".into(),
    }
}

fn told(row: &Row) -> String {
    let from: Vec<&str> = row.from.iter().map(|state| state.name()).collect();
    format!("{}: from {} to {}, {}.", row.name, from.join(" or "), row.to.name(), row.about)
}

fn drawn(
    maker: &Maker<'_>,
    id: BlockId,
    rows: &[Row],
    states: &[State],
    target: &str,
    caption: &str,
    about: &str,
) -> String {
    let lines: Vec<Vec<String>> = rows.iter().map(|row| wrapped(&row.about, 46)).collect();
    let heights: Vec<f64> = lines.iter().map(|lines| 30.0 + 16.0 * lines.len() as f64).collect();
    let height = TOP + heights.iter().sum::<f64>() + 10.0;
    let width = LABELS + LANE * states.len() as f64 + 6.0;
    let mut svg = Svg::new(width, height);
    let x_of = |state: State| {
        let at = states.iter().position(|s| *s == state).unwrap_or(0);
        LABELS + LANE * at as f64 + LANE / 2.0
    };
    for state in states {
        let x = x_of(*state);
        svg.line((x, 44.0), (x, height - 4.0), "lane");
    }
    let mut y = TOP;
    for (i, ((row, lines), height)) in rows.iter().zip(&lines).zip(&heights).enumerate() {
        if i % 2 == 0 {
            svg.rect(0.0, y, LABELS - 8.0, height - 4.0, "row");
        }
        if let Inline::Link { target, .. } = maker.clause_link(id, row.clause) {
            svg.open_link(&target);
            svg.text((10.0, y + 18.0), &row.name, Anchor::Start, "strong");
            svg.close_link();
        }
        for (line, k) in lines.iter().zip(0..) {
            svg.text((10.0, y + 35.0 + 16.0 * f64::from(k)), line, Anchor::Start, "small");
        }
        arrow(&mut svg, row, y + height / 2.0 - 2.0, &x_of);
        y += height;
    }
    for state in states {
        let x = x_of(*state);
        svg.rect(x - BOX / 2.0, 8.0, BOX, 36.0, state.class());
        debug_assert!(text_width(state.name(), SIZE) < BOX);
        svg.text((x, 31.0), state.name(), Anchor::Middle, "strong");
    }
    svg.finish(target, caption, about)
}

fn arrow(svg: &mut Svg, row: &Row, y: f64, x_of: &impl Fn(State) -> f64) {
    for from in &row.from {
        let (start, end) = (x_of(*from), x_of(row.to));
        if (start - end).abs() < 1.0 {
            continue;
        }
        let stroke = row.to.stroke();
        let side = if start < end { -1.0 } else { 1.0 };
        let class = if row.continuous { format!("{stroke} dash") } else { stroke.to_owned() };
        svg.line((start, y), (end + side * 9.0, y), &class);
        svg.head((start, y), (end, y), &format!("{stroke}-tip"));
        match row.continuous {
            // It leads back by itself.
            true => svg.head((end, y), (start, y), &format!("{stroke}-tip")),
            false => svg.dot((start, y), &format!("{stroke}-tip")),
        }
    }
}
