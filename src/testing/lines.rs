//! Coverage by line: what the formats of coverage readers count in.
//!
//! In: the reports of a run, coverage included. Out: for every file its blocks and their clauses, each with its lines
//! and, as branches, its ways. A clause counts as run where a test has seen it either way. Files, blocks and clauses
//! stand in the order of the report, lines in the order of the text.

use std::collections::BTreeMap;
use std::path::Path;

use smol_str::SmolStr;

use super::Part;
use super::coverage::Row;
use crate::diag::uri;
use crate::source::SourceMap;

pub struct FileLines {
    pub package: SmolStr,
    pub module: SmolStr,
    /// Relative to the folder the run was started in, where it lies below it.
    pub path: String,
    pub blocks: Vec<BlockLines>,
}

pub struct BlockLines {
    pub name: SmolStr,
    /// Where its first clause that counts stands.
    pub line: usize,
    pub lines: Lines,
}

/// By number, from 1.
#[derive(Clone, Debug, Default)]
pub struct Lines(pub BTreeMap<usize, Line>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// A test has seen a clause of this line.
    pub hit: bool,
    /// The ways of each clause whose name stands on this line: seen or not.
    pub clauses: Vec<Vec<bool>>,
}

/// Parts and the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub seen: usize,
    pub all: usize,
}

impl Share {
    /// Of nothing, everything is seen.
    pub fn rate(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.seen as f64 / self.all as f64 }
    }
}

impl std::ops::Add for Share {
    type Output = Share;

    fn add(self, other: Share) -> Share {
        Share { seen: self.seen + other.seen, all: self.all + other.all }
    }
}

impl FileLines {
    /// Of all blocks together, each line once.
    pub fn lines(&self) -> Lines {
        let mut all = Lines::default();
        for (number, line) in self.blocks.iter().flat_map(|b| &b.lines.0) {
            let mine = all.0.entry(*number).or_default();
            mine.hit |= line.hit;
            mine.clauses.extend(line.clauses.iter().cloned());
        }
        all
    }
}

impl Lines {
    pub fn hit(&self) -> bool {
        self.0.values().any(|line| line.hit)
    }

    pub fn share(&self) -> Share {
        Share { seen: self.0.values().filter(|line| line.hit).count(), all: self.0.len() }
    }

    pub fn branch_share(&self) -> Share {
        let ways = || self.0.values().flat_map(|line| line.clauses.iter().flatten());
        Share { seen: ways().filter(|seen| **seen).count(), all: ways().count() }
    }
}

pub fn files(parts: &[Part<'_>], root: Option<&Path>) -> Vec<FileLines> {
    let mut files: Vec<FileLines> = Vec::new();
    for Part { report, sources } in parts {
        let first = files.len();
        for row in report.coverage.iter().flat_map(|coverage| &coverage.rows) {
            let shown = sources.get(row.span.file).map_or("", |f| f.path.as_str());
            let path = uri::path(shown, root);
            let mine = files.iter().skip(first).position(|f| f.path == path).map(|at| first + at);
            let at = mine.unwrap_or_else(|| {
                files.push(FileLines {
                    package: report.package.clone(),
                    module: row.module.clone(),
                    path,
                    blocks: Vec::new(),
                });
                files.len() - 1
            });
            if let Some(file) = files.get_mut(at) {
                add(file, row, sources);
            }
        }
    }
    files
}

fn add(file: &mut FileLines, row: &Row, sources: &SourceMap) {
    let line = |offset| sources.line_column(row.span.file, offset).0;
    let (first, last, named) = (line(row.whole.start), line(row.whole.end), line(row.span.start));
    let at = file.blocks.iter().position(|b| b.name == row.block).unwrap_or_else(|| {
        file.blocks.push(BlockLines { name: row.block.clone(), line: first, lines: Lines::default() });
        file.blocks.len() - 1
    });
    let Some(block) = file.blocks.get_mut(at) else { return };
    block.line = block.line.min(first);
    let hit = row.ways.iter().any(|way| way.seen);
    for number in first..=last.max(first) {
        block.lines.0.entry(number).or_default().hit |= hit;
    }
    let ways = row.ways.iter().map(|way| way.seen).collect();
    block.lines.0.entry(named).or_default().clauses.push(ways);
}
