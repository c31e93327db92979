//! Loops: what each reads and gathers, how they stand inside one another, and how long they may run.

use std::collections::HashMap;

use super::scopes::{MAX_NEST, OUTSIDE, Scope};
use super::{Check, Held, Points, Roots, Sure, Unsound, Value};
use crate::graph::{Cell, Id, Image, Index, Kind, Loop, LoopId, Node};
use crate::schema::Type;

/// Neighbours looked at together.
const MAX_WINDOW: u32 = 64;
/// Keys of an index.
const MAX_KEYS: usize = 64;
/// Bytes of all constants that loops find elements in.
const MAX_INDEXED: usize = 1 << 30;
/// Nodes computed for one answer, lists at their longest.
pub(super) const MAX_STEPS: u64 = 1 << 36;

/// What is known of a loop.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// What it depends on besides itself; once its results were met.
    outer: Option<Scope>,
    roots: Roots,
    depth: u32,
    /// No more elements than these.
    most: u64,
    /// By what it gathers: the number of its list's type, where that is found later.
    later: HashMap<u32, u32>,
}

impl<'g> Check<'g> {
    fn loop_of(&self, of: LoopId) -> Result<&'g Loop, Unsound> {
        self.graph.run(of).ok_or_else(|| Unsound::new("there is no such loop"))
    }

    fn list_of(&self, me: Id, run: &Loop) -> Result<(Value, Option<Type>), Unsound> {
        let list = self.earlier(me, run.list)?;
        if list.kind != Kind::List || list.sure != Sure::Yes {
            return Err(Unsound::new("a loop runs over what is no list"));
        }
        match self.elements(&list)? {
            Held::Of(ty) if self.size(ty) == Some(run.stride) => Ok((list, Some(ty))),
            Held::Of(_) => Err(Unsound::new("a loop's steps are not as long as an element")),
            Held::Nothing | Held::Later(_) => Ok((list, None)),
        }
    }

    pub(super) fn element(&mut self, out: &mut Value, me: Id, of: LoopId, n: u32) -> Result<(), Unsound> {
        let run = self.loop_of(of)?;
        if n >= run.window {
            return Err(Unsound::new("it looks beyond its loop's window"));
        }
        let (list, ty) = self.list_of(me, run)?;
        let ty = ty.ok_or_else(|| Unsound::new("it looks into a list that holds nothing"))?;
        out.kind = Kind::Ptr;
        out.points = Points::To(ty);
        out.scope = self.scopes.one(of, false)?;
        out.roots = list.roots;
        Ok(())
    }

    /// What a loop gathers begins like this.
    fn begins(&self, me: Id, of: LoopId, n: u32, kind: Kind) -> Result<Value, Unsound> {
        let start = self.loop_of(of)?.start.get(n as usize);
        let start = start.ok_or_else(|| Unsound::new("its loop gathers no such value"))?;
        let start = self.earlier(me, *start)?;
        if start.kind != kind {
            return Err(Unsound::new("its loop gathers a value of another kind"));
        }
        Ok(start)
    }

    pub(super) fn gathered(&mut self, out: &mut Value, me: Id, of: LoopId, n: u32, kind: Kind) -> Result<(), Unsound> {
        let start = self.begins(me, of, n, kind)?;
        out.kind = kind;
        out.scope = self.scopes.one(of, true)?;
        out.most = self.longest.max(start.most);
        out.points = match start.points {
            Points::List(held) => match self.resolved(held) {
                Held::Nothing => {
                    let later = self.held.len() as u32;
                    self.held.push(None);
                    if let Some(run) = self.runs.get_mut(of.0 as usize) {
                        run.later.insert(n, later);
                    }
                    Points::List(Held::Later(later))
                }
                known => Points::List(known),
            },
            points => points,
        };
        Ok(())
    }

    pub(super) fn result(&mut self, out: &mut Value, me: Id, of: LoopId, n: u32, kind: Kind) -> Result<(), Unsound> {
        self.close(of, me)?;
        let start = self.begins(me, of, n, kind)?;
        let next = self.loop_of(of)?.next.get(n as usize).copied();
        let next = self.earlier(me, next.ok_or_else(|| Unsound::new("its loop gathers no such value"))?)?;
        if let Some(run) = self.runs.get(of.0 as usize) {
            out.scope = run.outer.unwrap_or(OUTSIDE);
            out.roots = run.roots;
            out.depth = run.depth + 1;
        }
        out.kind = kind;
        out.most = self.longest.max(start.most).max(next.most);
        out.points = match (start.points, next.points) {
            (Points::List(x), Points::List(y)) => Points::List(self.either(x, y)?),
            (points, _) => points,
        };
        Ok(())
    }

    /// All of a loop, when the first of its results is met.
    pub(super) fn close(&mut self, of: LoopId, me: Id) -> Result<(), Unsound> {
        let run = self.loop_of(of)?;
        if self.runs.get(of.0 as usize).is_some_and(|run| run.outer.is_some()) {
            return Ok(());
        }
        if run.window == 0 || run.window > MAX_WINDOW {
            return Err(Unsound::new("its loop looks at too many elements at a time"));
        }
        if run.start.len() != run.next.len() {
            return Err(Unsound::new("its loop gathers what it does not begin with"));
        }
        let (list, element) = self.list_of(me, run)?;
        let mut out = Value::new(Kind::Bool);
        self.reads(&mut out, me, run.list)?;
        for start in &run.start {
            let kind = self.earlier(me, *start)?.kind;
            self.reads_sure(&mut out, me, *start, kind)?;
        }
        if let Some(index) = &run.index {
            self.index(&mut out, me, run, index, element)?;
        }
        if self.scopes.depends(out.scope, of) {
            return Err(Unsound::new("its loop begins with what only its body knows"));
        }
        for (n, (start, next)) in (0u32..).zip(run.start.iter().zip(&run.next)) {
            let start = self.earlier(me, *start)?;
            let next = self.reads_sure(&mut out, me, *next, start.kind)?;
            self.gathers(of, n, &start, &next)?;
        }
        if let Some(stop) = run.stop {
            self.reads_sure(&mut out, me, stop, Kind::Bool)?;
        }
        let outer = self.scopes.without(out.scope, of)?;
        if let Some(slot) = self.runs.get_mut(of.0 as usize) {
            slot.outer = Some(outer);
            slot.roots = out.roots;
            slot.depth = out.depth;
            slot.most = list.most;
        }
        self.closed.push(of);
        Ok(())
    }

    /// What is gathered after an element fits what was gathered before it.
    fn gathers(&mut self, of: LoopId, n: u32, start: &Value, next: &Value) -> Result<(), Unsound> {
        match (start.points, next.points) {
            (Points::To(small), Points::To(large)) if super::begins_with(self.schema, large, small) => Ok(()),
            (Points::To(_), _) => Err(Unsound::new("its loop gathers addresses of different types")),
            (Points::List(start), Points::List(next)) => {
                let later = self.runs.get(of.0 as usize).and_then(|run| run.later.get(&n)).copied();
                let Some(later) = later else { return self.either(start, next).map(drop) };
                match (self.resolved(Held::Later(later)), self.resolved(next)) {
                    // It stays the list of nothing that it began as.
                    (Held::Later(x), Held::Later(y)) if x == y => self.settle(x, Held::Nothing),
                    _ => drop(self.either(Held::Later(later), next)?),
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn index(
        &mut self,
        out: &mut Value,
        me: Id,
        run: &Loop,
        index: &Index,
        element: Option<Type>,
    ) -> Result<(), Unsound> {
        let constant = matches!(self.node_at(run.list), Node::ImageList { .. });
        let Some(element) = element.filter(|_| constant && run.window == 1 && index.keys.len() <= MAX_KEYS) else {
            return Err(Unsound::new("a loop finds its elements in what is no table"));
        };
        for key in &index.keys {
            if !self.is_key(element, key.cell, key.offset) {
                return Err(Unsound::new("a key stands nowhere in the elements"));
            }
            self.reads_sure(out, me, key.value, key.cell.kind())?;
        }
        Ok(())
    }

    /// How deep each loop stands inside others, from 1. What stands inside comes to its end first.
    pub(super) fn nests(&mut self) -> Result<Vec<u32>, Unsound> {
        let count = self.runs.len();
        let (mut depths, mut times) = (vec![0u32; count], vec![0u64; count]);
        let mut indexed = 0usize;
        for of in self.closed.iter().rev() {
            let Some(run) = self.runs.get(of.0 as usize) else { continue };
            let (mut depth, mut around) = (0u32, 1u64);
            for outer in self.scopes.loops(run.outer.unwrap_or(OUTSIDE)) {
                match depths.get(outer.0 as usize).copied() {
                    None | Some(0) => return Err(Unsound::new("loops are not inside one another")),
                    Some(d) if d > depth => {
                        depth = d;
                        around = times.get(outer.0 as usize).copied().unwrap_or(1);
                    }
                    Some(_) => {}
                }
            }
            if depth as usize >= MAX_NEST {
                return Err(Unsound::new("loops stand too deep inside one another"));
            }
            let run_of = self.loop_of(*of)?;
            let most = match self.table(run_of) {
                Some(image) => {
                    indexed = indexed.saturating_add(image.bytes.len());
                    if indexed > MAX_INDEXED {
                        return Err(Unsound::new("its tables are too large"));
                    }
                    // Only where it would be too much otherwise: how many elements one set of keys finds.
                    if around > 1 { longest_group(&self.graph.images, image, run_of) } else { run.most }
                }
                None => run.most,
            };
            if let (Some(d), Some(t)) = (depths.get_mut(of.0 as usize), times.get_mut(of.0 as usize)) {
                *d = depth + 1;
                *t = around.saturating_mul(most.max(1));
            }
        }
        self.steps(&depths, &times)?;
        Ok(depths)
    }

    /// What is computed for one answer at most.
    fn steps(&self, depths: &[u32], times: &[u64]) -> Result<(), Unsound> {
        // Of each scope, how often its innermost loop comes by.
        let innermost = |scope: Scope| {
            let loops = self.scopes.loops(scope).map(|l| l.0 as usize);
            let deepest = loops.max_by_key(|l| depths.get(*l).copied().unwrap_or(0));
            deepest.and_then(|l| times.get(l)).copied().unwrap_or(1)
        };
        let often: Vec<u64> = (0..self.scopes.len()).map(|scope| innermost(scope as Scope)).collect();
        let mut steps = 0u64;
        for value in &self.values {
            steps = steps.saturating_add(often.get(value.scope as usize).copied().unwrap_or(1));
        }
        if steps > MAX_STEPS {
            return Err(Unsound::new("an answer may take too many steps where lists are at their longest"));
        }
        Ok(())
    }

    /// The table that a loop finds its elements in.
    fn table(&self, run: &Loop) -> Option<&'g Image> {
        run.index.as_ref()?;
        match self.node_at(run.list) {
            Node::ImageList { image, .. } => self.graph.images.get(image as usize),
            _ => None,
        }
    }
}

/// How many elements of a table have the same keys, at most.
fn longest_group(images: &[Image], image: &Image, run: &Loop) -> u64 {
    let Some(index) = &run.index else { return image.len };
    let stride = (run.stride as usize).max(1);
    let mut groups: HashMap<Vec<u8>, u64> = HashMap::new();
    for (n, element) in image.bytes.chunks_exact(stride).enumerate() {
        let mut keys = Vec::new();
        for key in &index.keys {
            let at = key.offset as usize;
            let size = match key.cell {
                Cell::Bool => 1,
                Cell::Case => 4,
                Cell::Int => 8,
                Cell::Net => 18,
                Cell::Str | Cell::List => 16,
            };
            keys.extend(element.get(at..at + size).unwrap_or(&[]));
            if key.cell == Cell::Str {
                keys.extend(text_at(images, image, n * stride + at).unwrap_or(&[]));
            }
        }
        *groups.entry(keys).or_default() += 1;
    }
    groups.values().copied().max().unwrap_or(0)
}

/// The string whose pointer and length stand at an offset.
fn text_at<'i>(images: &'i [Image], image: &Image, at: usize) -> Option<&'i [u8]> {
    let found = image.pointers.binary_search_by_key(&at, |(place, ..)| *place as usize).ok()?;
    let (_, text, start) = image.pointers.get(found)?;
    let length = image.bytes.get(at + 8..)?.first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let start = *start as usize;
    images.get(*text as usize)?.bytes.get(start..start.checked_add(length)?)
}
