//! Long values: tokens of an expression in, lines out, broken at the loosest place that helps.
//!
//! Between `and`s and `or`s a line for each; between elements and the parts of a clause as many a line as fit.

use trust_syntax::token::{Tok, Word};

use super::page::{INDENT, Page};
use super::spacing::{closes, opens};

/// Contents of brackets hang below their first element up to this column, else they move to lines of their own.
const FAR: usize = 64;

/// Where a line may begin, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Part,
    Implies,
    Or,
    And,
    Compare,
    Otherwise,
    Sum,
    Product,
}

impl<'s> Page<'s> {
    fn tok(&self, index: usize) -> Option<Tok<'s>> {
        self.token(index).map(|token| token.tok)
    }

    /// Writes tokens `from..to`; further lines begin at `hang`, and `tail` columns stay free behind.
    pub fn lay(&mut self, from: usize, to: usize, hang: usize, tail: usize) {
        if from >= to {
            return;
        }
        if self.fits(from, to, tail) {
            return self.put_all(from, to, hang);
        }
        if let Some((rank, cuts)) = self.cuts(from, to) {
            return self.lay_cut(from, to, hang, tail, rank, &cuts);
        }
        match self.tok(from) {
            Some(Tok::Word(Word::If)) => self.lay_if(from, to, hang, tail),
            Some(Tok::Word(Word::All | Word::Any | Word::No)) => self.lay_quantifier(from, to, hang, tail),
            Some(tok) if is_prefix(tok) => {
                self.put(from, hang);
                self.lay(from + 1, to, hang, tail);
            }
            _ => self.lay_brackets(from, to, hang, tail),
        }
    }

    fn lay_cut(&mut self, from: usize, to: usize, hang: usize, tail: usize, rank: Rank, cuts: &[usize]) {
        let mut start = from;
        for (number, cut) in cuts.iter().chain([&to]).enumerate() {
            let tail = if *cut == to { tail } else { 0 };
            if number > 0 && (rank != Rank::Part || !self.fits(start, *cut, tail)) {
                self.newline(hang);
            }
            self.lay(start, *cut, hang, tail);
            start = *cut;
        }
    }

    /// The loosest places in `from..to` where a line may begin.
    fn cuts(&self, from: usize, to: usize) -> Option<(Rank, Vec<usize>)> {
        let mut best: Option<(Rank, Vec<usize>)> = None;
        let mut depth = 0_usize;
        // What starts with `if` or a quantifier reaches to the end: inside, only the parts of the clause count.
        let mut open = false;
        for index in from..to {
            let Some(tok) = self.tok(index) else { break };
            if closes(tok) {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && index > from {
                let rank = self.rank(index, tok).filter(|rank| !open || *rank == Rank::Part);
                if let Some(rank) = rank {
                    match &mut best {
                        Some((found, cuts)) if *found == rank => cuts.push(index),
                        Some((found, _)) if *found < rank => {}
                        _ => best = Some((rank, vec![index])),
                    }
                }
            }
            if depth == 0 && matches!(tok, Tok::Word(Word::If | Word::All | Word::Any | Word::No)) {
                open = true;
            }
            if opens(tok) {
                depth += 1;
            }
        }
        // A short left side on a line of its own helps nobody.
        best.filter(|(rank, cuts)| {
            *rank < Rank::Compare || cuts.first().is_some_and(|cut| self.width(from, *cut) > 2 * INDENT)
        })
    }

    fn rank(&self, index: usize, tok: Tok<'_>) -> Option<Rank> {
        let before = self.tok(index.checked_sub(1)?)?;
        if !before.ends_operand() || before.is(Word::Relies) {
            return None;
        }
        Some(match tok {
            Tok::Word(word) => match word {
                Word::When | Word::Within | Word::Due | Word::Lifts | Word::From | Word::On => Rank::Part,
                Word::For | Word::Where | Word::Until | Word::Reviewed => Rank::Part,
                Word::Implies => Rank::Implies,
                Word::Or => Rank::Or,
                Word::And => Rank::And,
                Word::In | Word::Not | Word::Subset | Word::Intersects | Word::Contains => Rank::Compare,
                Word::Starts | Word::Ends | Word::Matches | Word::Is => Rank::Compare,
                Word::Otherwise => Rank::Otherwise,
                _ => return None,
            },
            Tok::Equal | Tok::NotEqual | Tok::Less | Tok::LessEqual | Tok::Greater | Tok::GreaterEqual => Rank::Compare,
            Tok::Plus | Tok::Minus => Rank::Sum,
            Tok::Star | Tok::Slash | Tok::Percent => Rank::Product,
            _ => return None,
        })
    }

    /// `if … then … else …`, a line for each; an `else if` goes on at the same place.
    fn lay_if(&mut self, from: usize, to: usize, hang: usize, tail: usize) {
        let mut start = from;
        let mut nested = 0_usize;
        let mut depth = 0_usize;
        for index in from..to {
            let Some(tok) = self.tok(index) else { break };
            if opens(tok) {
                depth += 1;
            } else if closes(tok) {
                depth = depth.saturating_sub(1);
            }
            if depth > 0 {
                continue;
            }
            let cut = match tok {
                Tok::Word(Word::If) => {
                    nested += 1;
                    false
                }
                Tok::Word(Word::Then) => nested == 1,
                Tok::Word(Word::Else) => {
                    nested = nested.saturating_sub(1);
                    nested == 0
                }
                _ => false,
            };
            if cut {
                self.lay_piece(start, index, hang);
                self.newline(hang);
                start = index;
                if tok.is(Word::Else) {
                    break;
                }
            }
        }
        self.put(start, hang);
        self.lay(start + 1, to, hang, tail);
    }

    /// A word and what follows it.
    fn lay_piece(&mut self, from: usize, to: usize, hang: usize) {
        self.put(from, hang);
        self.lay(from + 1, to, hang + INDENT, 0);
    }

    /// `all x in xs:`, and the claim below.
    fn lay_quantifier(&mut self, from: usize, to: usize, hang: usize, tail: usize) {
        let mut depth = 0_usize;
        let colon = (from..to).find(|index| {
            let Some(tok) = self.tok(*index) else {
                return false;
            };
            if opens(tok) {
                depth += 1;
            } else if closes(tok) {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && tok == Tok::Colon
        });
        match colon {
            Some(colon) => {
                self.put_all(from, colon + 1, hang);
                self.newline(hang + INDENT);
                self.lay(colon + 1, to, hang + INDENT, tail);
            }
            None => self.put_all(from, to, hang),
        }
    }

    /// Breaks inside the widest pair of brackets.
    fn lay_brackets(&mut self, from: usize, to: usize, hang: usize, tail: usize) {
        let Some((open, close)) = self.widest_brackets(from, to) else {
            return self.put_all(from, to, hang);
        };
        self.put_all(from, open + 1, hang);
        let is_match = self.tok(from).is_some_and(|tok| tok.is(Word::Match))
            && matches!(self.tok(open), Some(Tok::Open | Tok::OuterOpen));
        let elements = self.elements(open + 1, close, is_match);
        let column = self.column() + usize::from(self.has_space(open + 1));
        if is_match {
            for (start, end) in elements {
                self.newline(hang + INDENT);
                self.lay(start, end, hang + 2 * INDENT, 0);
            }
            self.newline(hang);
        } else if column <= FAR {
            self.fill(&elements, column, 2);
        } else {
            self.newline(hang + INDENT);
            self.fill(&elements, hang + INDENT, 0);
            self.newline(hang);
        }
        self.put(close, hang);
        self.lay(close + 1, to, hang, tail);
    }

    /// As many elements a line as fit.
    pub fn fill(&mut self, elements: &[(usize, usize)], column: usize, tail: usize) {
        let count = elements.len();
        for (number, (start, end)) in elements.iter().enumerate() {
            let tail = if number + 1 == count { tail } else { 0 };
            if number > 0 && !self.fits(*start, *end, tail) {
                self.newline(column);
            }
            self.lay(*start, *end, column, tail);
        }
    }

    fn widest_brackets(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        let mut stack = Vec::new();
        for index in from..to {
            let Some(tok) = self.tok(index) else { break };
            if opens(tok) {
                stack.push(index);
            } else if closes(tok)
                && let Some(open) = stack.pop()
                && stack.is_empty()
                && index > open + 1
                && best.is_none_or(|(start, end)| end - start < index - open)
            {
                best = Some((open, index));
            }
        }
        best
    }

    /// The elements of `from..to`, each with its comma; arms of a `match` keep their cases together.
    pub fn elements(&self, from: usize, to: usize, arms: bool) -> Vec<(usize, usize)> {
        let mut elements = Vec::new();
        let mut depth = 0_usize;
        let mut start = from;
        let mut colon = false;
        for index in from..to {
            let Some(tok) = self.tok(index) else { break };
            if opens(tok) {
                depth += 1;
            } else if closes(tok) {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && tok == Tok::Colon {
                colon = true;
            } else if depth == 0 && tok == Tok::Comma && (colon || !arms) {
                elements.push((start, index + 1));
                start = index + 1;
                colon = false;
            }
        }
        if start < to {
            elements.push((start, to));
        }
        elements
    }
}

fn is_prefix(tok: Tok<'_>) -> bool {
    match tok {
        Tok::Word(word) => matches!(
            word,
            Word::And
                | Word::Or
                | Word::Not
                | Word::Implies
                | Word::Then
                | Word::Else
                | Word::Otherwise
                | Word::When
                | Word::Within
                | Word::Due
                | Word::From
                | Word::Where
                | Word::In
                | Word::Has
        ),
        Tok::Equal | Tok::NotEqual | Tok::Less | Tok::LessEqual | Tok::Greater | Tok::GreaterEqual => true,
        Tok::Plus | Tok::Minus | Tok::Star | Tok::Slash | Tok::Percent => true,
        _ => false,
    }
}
