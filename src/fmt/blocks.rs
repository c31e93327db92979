//! Items and what they hold: the tree says where parts begin and end, columns of neighbours are aligned.

use trust_syntax::ast::{
    Annotation, CaseDecl, CatalogEntry, Clause, ClauseKind, FieldDecl, Item, ItemKind, Module, TestLine, TestLineKind,
};
use trust_syntax::span::Span;
use trust_syntax::token::{Tok, Word};

use super::page::{INDENT, Page, WIDTH};
use super::spacing::{closes, opens};

/// Values hang below their beginning up to this column.
const FAR: usize = 56;
/// A name that is more than so much longer than the next is left out of the alignment.
const OUTLIER: usize = 10;

/// Columns that the parts of a group share: of what follows the first word, and of what follows the name.
#[derive(Clone, Copy, Default)]
struct Columns {
    name: usize,
    value: usize,
}

impl Page<'_> {
    pub fn module(&mut self, module: &Module) {
        let padded = self.padded_enums(module);
        let mut tall_before = false;
        for (number, item) in module.items.iter().enumerate() {
            let tall = is_tall(&item.kind);
            let start = self.index_of(item.span.start);
            if number > 0 && (tall || tall_before) {
                self.blank();
            }
            self.begin(start, 0, number == 0);
            let keyword = self.annotations(&item.annotations, start, 0);
            self.item(item, keyword, padded.get(number).copied().unwrap_or(false));
            tall_before = tall;
        }
        let end = self.tokens().len();
        self.begin(end, 0, end == 0);
    }

    /// Short neighbours `enum` and `scale` align their names.
    fn padded_enums(&self, module: &Module) -> Vec<bool> {
        let ordered = |item: &Item| match &item.kind {
            ItemKind::Enum(decl) => Some(decl.ordered),
            _ => None,
        };
        let mut padded = vec![false; module.items.len()];
        let mut start = 0;
        while start < module.items.len() {
            let mut end = start;
            let mut scale = false;
            while let Some(item) = module.items.get(end)
                && let Some(ordered) = ordered(item)
                && (end == start || !self.is_parted(self.index_of(item.span.start)))
            {
                scale |= ordered;
                end += 1;
            }
            for flag in padded.iter_mut().take(end).skip(start) {
                *flag = scale;
            }
            start = end.max(start + 1);
        }
        padded
    }

    /// Annotations, a line each; says where what they belong to begins.
    fn annotations(&mut self, annotations: &[Annotation], start: usize, indent: usize) -> usize {
        let mut next = start;
        for annotation in annotations {
            let end = self.index_of(annotation.span.end);
            self.lay(next, end, indent + INDENT, 0);
            self.newline(indent);
            self.begin(end, indent, true);
            next = end;
        }
        next
    }

    fn item(&mut self, item: &Item, start: usize, padded: bool) {
        let end = self.index_of(item.span.end);
        match &item.kind {
            ItemKind::Framework(framework) => {
                let spans: Vec<Span> = framework.lines.iter().map(|line| line.span).collect();
                self.body(start, end, &spans, |page, first, _| page.words_and_value(first));
            }
            ItemKind::Record(decl) | ItemKind::Event(decl) => {
                let spans: Vec<Span> = decl.fields.iter().map(|field: &FieldDecl| field.span).collect();
                self.body(start, end, &spans, |page, first, last| page.name_and_value(first, last));
            }
            ItemKind::Catalog(catalog) => {
                let spans: Vec<Span> =
                    catalog.entries.iter().map(|entry: &CatalogEntry| entry.id.span.to(entry.text.span)).collect();
                self.body(start, end, &spans, |page, first, last| page.name_and_value(first, last));
            }
            ItemKind::Enum(decl) => self.cases(start, end, &decl.cases, padded),
            ItemKind::Block(block) => self.clauses(start, end, &block.clauses),
            ItemKind::Test(test) => self.test(start, end, &test.lines),
            ItemKind::Let(decl) => self.defined(start, end, decl.value.span, 0),
            ItemKind::Define(decl) => self.defined(start, end, decl.body.span, 0),
            ItemKind::Invariant(decl) => self.defined(start, end, decl.claim.span, 0),
            ItemKind::Use(_) | ItemKind::Duty(_) | ItemKind::Data(_) | ItemKind::Error => {
                self.lay(start, end, INDENT, 0);
            }
        }
        self.newline(0);
    }

    /// `… = value`, `…: value`: on one line, or the value below.
    fn defined(&mut self, start: usize, end: usize, value: Span, indent: usize) {
        let value = self.index_of(value.start);
        self.lay(start, value, indent + INDENT, 0);
        let hugs = self.hugs(value, end);
        if !self.fits(value, end, 0) && !hugs && !self.is_fresh() {
            self.newline(indent + INDENT);
        }
        let hang = if hugs { indent } else { indent + INDENT };
        self.lay(value, end, hang, 0);
    }

    /// A value that is one pair of brackets, so that it breaks well behind its beginning.
    fn hugs(&self, from: usize, to: usize) -> bool {
        let tok = |index: usize| self.token(index).map(|token| token.tok);
        let head = match tok(from) {
            Some(Tok::Type(_)) => from + 1,
            Some(Tok::BracketOpen | Tok::Open | Tok::OuterOpen) => from,
            Some(Tok::Word(Word::Match)) => {
                return to.checked_sub(1).and_then(tok).is_some_and(closes);
            }
            _ => return false,
        };
        let mut depth = 0_usize;
        for index in head..to {
            match tok(index) {
                Some(tok) if opens(tok) => depth += 1,
                Some(tok) if closes(tok) => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return index + 1 == to;
            }
        }
        false
    }

    /// Header, parts in braces, closing brace. Neighbouring parts share columns, as `measure` finds them.
    fn body(
        &mut self,
        start: usize,
        end: usize,
        parts: &[Span],
        measure: impl Fn(&Self, usize, usize) -> (usize, usize),
    ) {
        let Some(close) = self.open_body(start, end, parts) else {
            return;
        };
        let ranges: Vec<(usize, usize)> =
            parts.iter().map(|span| (self.index_of(span.start), self.index_of(span.end))).collect();
        let mut column = 0;
        for (number, (first, last)) in ranges.iter().copied().enumerate() {
            if number == 0 || self.is_blank_before(first) {
                let group = ranges.iter().copied().enumerate().skip(number);
                let widths = group
                    .take_while(|(ahead, (first, _))| *ahead == number || !self.is_blank_before(*first))
                    .map(|(_, (first, last))| measure(self, first, last).1)
                    .collect();
                column = INDENT + shared_width(widths);
            }
            self.begin(first, INDENT, number == 0);
            let (split, _) = measure(self, first, last);
            self.put_all(first, split, 2 * INDENT);
            self.pad(column);
            let hang = self.hang(INDENT);
            self.lay(split, last, hang, 0);
            self.newline(INDENT);
        }
        self.close_body(close, ranges.is_empty());
    }

    /// Where further lines of the value that begins now go.
    fn hang(&self, indent: usize) -> usize {
        let column = self.column() + 1;
        if column <= FAR { column } else { indent + 2 * INDENT }
    }

    /// Writes the header with its brace; `None` if nothing stands between the braces and all is written.
    fn open_body(&mut self, start: usize, end: usize, parts: &[Span]) -> Option<usize> {
        let close = end.saturating_sub(1);
        let first = parts.first().map_or(close, |span| self.index_of(span.start));
        let open = first.saturating_sub(1).max(start);
        if parts.is_empty() && !self.has_comment(open, end) {
            self.lay(start, end, INDENT, 0);
            return None;
        }
        self.lay(start, open, INDENT, 2);
        self.put(open, 0);
        self.newline(INDENT);
        Some(close)
    }

    /// Comments before a closing brace belong inside.
    fn close_body(&mut self, close: usize, empty: bool) {
        self.comments_before(close, INDENT, empty);
        self.newline(0);
        self.put(close, 0);
    }

    /// The first word, and the value behind it.
    fn words_and_value(&self, first: usize) -> (usize, usize) {
        (first + 1, self.length(first))
    }

    /// Everything up to the `:` of a field or entry, and the value behind it.
    fn name_and_value(&self, first: usize, last: usize) -> (usize, usize) {
        let mut depth = 0_usize;
        for index in first..last {
            match self.token(index).map(|token| token.tok) {
                Some(tok) if opens(tok) => depth += 1,
                Some(tok) if closes(tok) => depth = depth.saturating_sub(1),
                Some(Tok::Colon) if depth == 0 => return (index + 1, self.width(first, index + 1)),
                _ => {}
            }
        }
        (last, self.width(first, last))
    }

    fn cases(&mut self, start: usize, end: usize, cases: &[CaseDecl], padded: bool) {
        self.put(start, INDENT);
        if padded {
            self.pad("scale".len());
        }
        if self.fits(start + 1, end, 0) && !self.has_comment(start, end) {
            return self.put_all(start + 1, end, INDENT);
        }
        let firsts: Vec<Span> = cases
            .iter()
            .map(|case| case.annotations.first().map_or(case.name.span, |annotation| annotation.span))
            .collect();
        let Some(close) = self.open_body(start + 1, end, &firsts) else {
            return;
        };
        for (number, span) in firsts.iter().enumerate() {
            let first = self.index_of(span.start);
            let next = firsts.get(number + 1).map_or(close, |span| self.index_of(span.start));
            self.begin(first, INDENT, number == 0);
            self.put_all(first, next, 2 * INDENT);
            self.newline(INDENT);
        }
        self.close_body(close, firsts.is_empty());
    }

    fn clauses(&mut self, start: usize, end: usize, clauses: &[Clause]) {
        let spans: Vec<Span> = clauses.iter().map(|clause| clause.span).collect();
        let Some(close) = self.open_body(start, end, &spans) else {
            return;
        };
        let mut columns = Columns::default();
        for (number, clause) in clauses.iter().enumerate() {
            if self.begins_group(clauses, number) {
                columns = self.clause_columns(clauses, number);
            }
            let first = self.index_of(clause.span.start);
            let last = self.index_of(clause.span.end);
            self.begin(first, INDENT, number == 0);
            let keyword = self.annotations(&clause.annotations, first, INDENT);
            self.clause(clause, keyword, last, columns);
            self.newline(INDENT);
        }
        self.close_body(close, clauses.is_empty());
    }

    fn begins_group(&self, clauses: &[Clause], number: usize) -> bool {
        let annotated = |clause: Option<&Clause>| clause.is_some_and(|clause| !clause.annotations.is_empty());
        number == 0
            || annotated(clauses.get(number))
            || clauses.get(number).is_some_and(|clause| self.is_parted(self.index_of(clause.span.start)))
    }

    fn clause_columns(&self, clauses: &[Clause], start: usize) -> Columns {
        let mut columns = Columns::default();
        let mut names = Vec::new();
        for (number, clause) in clauses.iter().enumerate().skip(start) {
            if number > start && self.begins_group(clauses, number) {
                break;
            }
            let keyword = self.index_of(clause.keyword.start);
            columns.name = columns.name.max(INDENT + self.length(keyword));
            if clause.name.is_some() {
                names.push(self.length(keyword + 1) + 1);
            }
        }
        columns.value = columns.name + 1 + shared_width(names);
        columns
    }

    fn clause(&mut self, clause: &Clause, keyword: usize, last: usize, columns: Columns) {
        if let ClauseKind::Let(decl) = &clause.kind {
            self.put(keyword, 2 * INDENT);
            self.pad(columns.name);
            return self.defined(keyword + 1, last, decl.value.span, INDENT);
        }
        self.put(keyword, 2 * INDENT);
        self.pad(columns.name);
        let mut value = keyword + 1;
        if clause.name.is_some() {
            value = keyword + 3;
            self.put_all(keyword + 1, value, 2 * INDENT);
            let aligned = columns.value + self.width(value, last);
            if aligned < WIDTH || columns.value <= FAR {
                self.pad(columns.value);
            }
        }
        let mut hang = self.hang(INDENT);
        // Behind a name that takes most of the line, a long value has lines of its own.
        if clause.name.is_some() && self.column() > FAR && !self.fits(value, last, 0) {
            hang = 2 * INDENT;
            self.newline(hang);
        }
        match &clause.kind {
            ClauseKind::Key(_) => {
                let elements = self.elements(value, last, false);
                self.fill(&elements, hang, 0);
            }
            _ => self.lay(value, last, hang, 0),
        }
    }

    fn test(&mut self, start: usize, end: usize, lines: &[TestLine]) {
        let spans: Vec<Span> = lines.iter().map(|line| line.span).collect();
        let Some(close) = self.open_body(start, end, &spans) else {
            return;
        };
        for (number, line) in lines.iter().enumerate() {
            let first = self.index_of(line.span.start);
            let last = self.index_of(line.span.end);
            self.begin(first, INDENT, number == 0);
            match &line.kind {
                TestLineKind::Let(decl) => self.defined(first, last, decl.value.span, INDENT),
                TestLineKind::Expect(expect) if !expect.outcomes.is_empty() => {
                    let outcomes = expect.outcomes.first().map_or(last, |outcome| self.index_of(outcome.span.start));
                    self.expectation(first, outcomes, last);
                }
                TestLineKind::At(_) | TestLineKind::Expect(_) | TestLineKind::Error => {
                    self.put(first, 2 * INDENT);
                    let hang = self.hang(INDENT);
                    self.lay(first + 1, last, hang, 0);
                }
            }
            self.newline(INDENT);
        }
        self.close_body(close, lines.is_empty());
    }

    /// `expect CALL: OUTCOME, …`: outcomes on the line, as far as they fit, or below.
    fn expectation(&mut self, first: usize, outcomes: usize, last: usize) {
        self.put(first, 2 * INDENT);
        let hang = self.hang(INDENT);
        self.lay(first + 1, outcomes, hang, 0);
        let elements = self.elements(outcomes, last, false);
        if self.fits(outcomes, last, 0) {
            return self.put_all(outcomes, last, 2 * INDENT);
        }
        let column = self.column() + 1;
        if column <= FAR {
            self.fill(&elements, column, 0);
        } else {
            self.newline(2 * INDENT);
            self.fill(&elements, 2 * INDENT, 0);
        }
    }
}

/// The width that names of a group are filled up to: the longest, but for those much longer than all others.
fn shared_width(mut widths: Vec<usize>) -> usize {
    widths.sort_unstable();
    let mut shared = widths.first().copied().unwrap_or(0);
    for width in widths {
        if width > shared + OUTLIER {
            break;
        }
        shared = width;
    }
    shared
}

/// Items with lines of their own stand apart from their neighbours.
fn is_tall(kind: &ItemKind) -> bool {
    match kind {
        ItemKind::Framework(_) | ItemKind::Record(_) | ItemKind::Event(_) | ItemKind::Catalog(_) => true,
        ItemKind::Block(_) | ItemKind::Test(_) => true,
        ItemKind::Use(_) | ItemKind::Enum(_) | ItemKind::Duty(_) | ItemKind::Data(_) => false,
        ItemKind::Let(_) | ItemKind::Define(_) | ItemKind::Invariant(_) | ItemKind::Error => false,
    }
}
