//! Syntax errors in plain words: the token the grammar stumbled over and what it would have taken in,
//! a diagnostic out that says what was being read, what is wrong and what could stand there.

mod clauses;
mod slips;
mod wording;

use crate::arrange::Body;
use crate::build::{Build, Level};
use crate::diagnostic::Diagnostic;
use crate::names::reserved;
use crate::span::Span;
use crate::token::{CLAUSE_STARTERS, FRAMEWORK_STARTERS, ITEM_STARTERS, Tok, Token, Word};

pub(crate) use slips::is_optional;
use wording::{fallback, is_operator, meant, missing, operator_slip, starts_outcome, starts_value, words};

/// What the grammar would have taken: the terminals' names, unquoted.
struct Expected<'e>(Vec<&'e str>);

impl Expected<'_> {
    fn takes(&self, terminal: &str) -> bool {
        self.0.contains(&terminal)
    }

    fn only(&self, terminals: &[&str]) -> bool {
        !self.0.is_empty() && self.0.iter().all(|found| terminals.contains(found))
    }

    fn value(&self) -> bool {
        self.takes("int") && self.takes("(")
    }

    /// After a complete value.
    fn operator(&self) -> bool {
        self.takes("and") || self.takes("+") || self.takes("==")
    }

    fn name(&self) -> bool {
        self.takes("name") && !self.value()
    }
}

impl<'s> Build<'s> {
    /// A stretch of the text.
    pub(crate) fn written(&self, start: u32, end: u32) -> &'s str {
        self.arranged.text.get(start as usize..end as usize).unwrap_or("")
    }

    fn token(&self, index: usize) -> Option<Token<'s>> {
        self.arranged.tokens.get(index).copied()
    }

    fn tok(&self, index: usize) -> Option<Tok<'s>> {
        self.token(index).map(|token| token.tok)
    }

    fn token_span(&self, token: Token<'s>) -> Span {
        self.span(token.start, token.end)
    }

    /// The end of what was read before a token.
    fn end_before(&self, index: usize) -> Span {
        let end = index.checked_sub(1).and_then(|before| self.token(before)).map_or(0, |token| token.end);
        self.span(end, end)
    }

    fn shown(&self, index: usize) -> String {
        match self.token(index) {
            None => "the end of the file".to_string(),
            Some(token) => match token.tok {
                Tok::Text(_) => "this text".to_string(),
                _ => format!("`{}`", self.written(token.start, token.end)),
            },
        }
    }

    /// The stretch of text being read: "in the clause `require own_domain`".
    fn reading(&self, index: usize, place: usize) -> Option<String> {
        let region = place.checked_sub(1).and_then(|index| self.arranged.regions.get(index))?;
        if self.left_block(region.token, index) && region.body != Body::Module {
            return None;
        }
        let first = self.tok(region.token)?.word()?;
        let second = self.tok(region.token + 1).and_then(Tok::word).filter(|_| {
            // Only what names the stretch, not a value.
            self.tok(region.token).is_some_and(|tok| match tok {
                Tok::Word(word) => word.starts_item() || word.clause_has_name(),
                _ => false,
            })
        });
        let words = match second {
            Some(second) => format!("{first} {second}"),
            None => first.to_string(),
        };
        Some(match region.body {
            Body::Clauses => format!("in the clause `{words}`"),
            Body::Fields => format!("in the field `{first}`"),
            Body::FrameworkLines => format!("in the line `{first}` of the framework"),
            Body::TestLines => format!("in the line `{words}` of the test"),
            _ => format!("in `{words}`"),
        })
    }

    pub(crate) fn complain(&self, index: usize, place: usize, expected: &[String], level: Level) -> Diagnostic {
        let expected = Expected(expected.iter().map(|text| text.trim_matches('"')).collect());
        let at = self.token(index).map_or_else(|| self.end_before(index), |token| self.token_span(token));
        let before = index.checked_sub(1).and_then(|before| self.tok(before));
        if let Some(found) = self.slip(index, place, &expected, level) {
            return found;
        }
        if let Some(Tok::Word(word)) = before
            && word.clause_has_name()
            && expected.only(&["label"])
        {
            return self.clause_name(index, word, at);
        }
        if let Some(found) = self.misplaced_starter(index, at, level, &expected) {
            return found;
        }
        let mut diagnostic = self.describe(index, &expected, level);
        if let Some(reading) = self.reading(index, place) {
            diagnostic.notes.push(format!("this was read {reading}"));
        }
        diagnostic
    }

    fn describe(&self, index: usize, expected: &Expected<'_>, level: Level) -> Diagnostic {
        let at = self.token(index).map_or_else(|| self.end_before(index), |token| self.token_span(token));
        let tok = self.tok(index);
        let before = index.checked_sub(1).and_then(|before| self.tok(before));
        let shown = self.shown(index);

        if let Some(Tok::Name(text) | Tok::Type(text)) = tok
            && !expected.value()
            && let Some(better) = meant(text, &expected.0)
        {
            return Diagnostic::error("E0101", at, format!("`{text}` cannot stand here"))
                .label(format!("did you mean `{better}`?"))
                .fix(format!("write `{better}`"), at, better);
        }
        if level == Level::TestLine
            && expected.takes(":")
            && expected.operator()
            && matches!(tok, Some(Tok::Word(word)) if starts_outcome(word))
        {
            return missing(self.end_before(index), ":", &format!("before the outcome {shown}"));
        }
        if expected.only(&["else"]) {
            return missing(self.end_before(index), " else", "in this `if`")
                .help("every `if` has both: `if a then b else c`");
        }
        if expected.only(&["then"]) {
            return missing(self.end_before(index), " then", "after the condition of this `if`");
        }
        if let Some(Tok::Type(text)) = before
            && expected.only(&[".", "{", "{{"])
        {
            let span = self.token(index - 1).map_or(at, |token| self.token_span(token));
            let diagnostic =
                Diagnostic::error("E0110", span, format!("`{text}` is the name of a type, not of a value"))
                    .label("starts with a capital letter");
            return if tok == Some(Tok::ParenOpen) {
                diagnostic.help(format!(
                    "a record is written `{text} {{ field: value }}`; participations and functions start with a small letter"
                ))
            } else {
                diagnostic.help(format!(
                    "values and cases start with a small letter; a case of `{text}` is written `{text}.case`, a record `{text} {{ … }}`"
                ))
            };
        }
        if let Some(Tok::Type(text)) = tok
            && (expected.only(&["label"]) || expected.name())
        {
            return Diagnostic::error("E0110", at, format!("`{text}` starts with a capital letter"))
                .label("a name with a small letter is expected")
                .help("only types, scales and events start with a capital letter");
        }
        if let Some(Tok::Word(word)) = tok
            && word.is_reserved()
            && let Some(found) = self.reserved_word(index, word, at, expected)
        {
            return found;
        }
        if expected.value() {
            return self.missing_value(index, at, expected);
        }
        if expected.only(&[":"]) || (expected.takes(":") && !expected.operator()) {
            return missing(self.end_before(index), ":", &format!("before {shown}"));
        }
        if expected.takes(",") && tok.is_some_and(starts_value) && self.in_brackets(index) {
            return missing(self.end_before(index), ",", &format!("before {shown}"));
        }
        if expected.operator() {
            return self.after_value(index, at, expected);
        }
        if level == Level::TestLine && expected.takes("permit") && expected.takes("advises") {
            return Diagnostic::error("E0101", at, format!("{shown} is no outcome")).label("unexpected").help(
                "outcomes are `permit`, `deny because …`, `grade …`, `standing …`, `valid until …`, `obliges …`, \
                     `advises …`, `revoke|suspend|reverify|reinstate …` and `none`",
            );
        }
        if before == Some(Tok::Word(Word::On)) && expected.takes("permit") {
            return Diagnostic::error("E0101", at, format!("{shown} is no effect"))
                .label("expected `permit`, `deny` or `any`");
        }
        fallback(at, &shown, expected)
    }

    /// After the starter of a clause: its name is missing, has no `:`, or is none.
    fn clause_name(&self, index: usize, word: Word, at: Span) -> Diagnostic {
        let starter = word.text();
        let name = self.tok(index).and_then(Tok::word);
        let next = self.tok(index + 1);
        if let (Some(name), Some(Tok::Minus)) = (name, next)
            && let Some((full, end)) = self.hyphenated(index)
        {
            let span = Span { end, ..at };
            let better = full.replace('-', "_");
            let _ = name;
            return Diagnostic::error("E0101", span, format!("`{full}` is no name: it has a hyphen"))
                .label("read as a subtraction")
                .fix(format!("write `{better}`"), span, better);
        }
        if let Some(name) = name
            && next.is_some_and(|next| starts_value(next) || next.is(Word::On) || next.is(Word::When))
            && next != Some(Tok::ParenOpen)
            && !self.token(index).is_some_and(|token| token.first && self.is_clause_word(token.tok))
        {
            return Diagnostic::error("E0101", at.after(), format!("a `:` is missing after the name `{name}`"))
                .label(format!("`{starter} {name}: …`"))
                .fix("add `:`", at.after(), ":");
        }
        let keyword =
            index.checked_sub(1).and_then(|before| self.token(before)).map_or(at, |token| self.token_span(token));
        Diagnostic::error("E0101", keyword, format!("this clause `{starter}` has no name"))
            .label("a name and `:` follow this word")
            .help(format!(
                "write `{starter} some_name: …`; the name stands in decisions, tests and audit records, so let it say what is demanded"
            ))
    }

    fn is_clause_word(&self, tok: Tok<'s>) -> bool {
        matches!(tok, Tok::Word(word) if word.starts_clause())
    }

    /// `own-domain`, glued together and before a `:`.
    fn hyphenated(&self, index: usize) -> Option<(String, u32)> {
        let mut full = String::new();
        let mut at = index;
        let mut end = self.token(index)?.start;
        loop {
            let token = self.token(at).filter(|token| token.start == end)?;
            full.push_str(token.tok.word()?);
            end = token.end;
            if matches!(token.tok, Tok::Label(_)) {
                return Some((full, end));
            }
            let minus = self.token(at + 1).filter(|minus| minus.start == end && minus.tok == Tok::Minus)?;
            full.push('-');
            end = minus.end;
            at += 2;
        }
    }

    /// A clause outside a block, or no starter where one is needed.
    fn misplaced_starter(&self, index: usize, at: Span, level: Level, expected: &Expected<'_>) -> Option<Diagnostic> {
        let token = self.token(index)?;
        let body = self.arranged.bodies.get(index)?;
        let bare = !expected.operator() && !expected.value();
        // A word that begins a line begins something, unless the line before is not complete.
        let begins = token.first && token.tok.word().is_some() && !expected.value();
        let shown = self.shown(index);
        if !token.first
            && let Some(text) = token.tok.word()
            && meant(text, &expected.0).is_some()
        {
            return None;
        }
        match (level, body) {
            (Level::Item, Body::Module) if expected.takes("record") && (bare || begins) => {
                if let Tok::Word(word) = token.tok
                    && word.starts_clause()
                {
                    return Some(
                        Diagnostic::error("E0101", at, format!("{shown} starts a clause, and here is no block around it"))
                            .label("outside of any block")
                            .help("clauses stand inside the braces of a participation, relationship or assessment; is a `}` too early?"),
                    );
                }
                Some(
                    Diagnostic::error("E0101", at, format!("{shown} starts nothing at this place"))
                        .label("unexpected")
                        .help(format!("what stands outside of braces starts with one of {}", words(ITEM_STARTERS))),
                )
            }
            (Level::Clause, Body::Clauses) if expected.takes("require") && (bare || begins) => Some(
                Diagnostic::error("E0101", at, format!("{shown} starts no clause"))
                    .label("unexpected")
                    .help(format!("a clause starts with one of {}", words(CLAUSE_STARTERS)))
                    .help("if this goes on with the clause above, an operator such as `and` is missing"),
            ),
            (Level::Field, Body::Fields) => Some(self.no_field(index, at)),
            (Level::FrameworkLine, Body::FrameworkLines) if expected.takes("title") && (bare || begins) => Some(
                Diagnostic::error("E0101", at, format!("{shown} starts no line of a framework"))
                    .label("unexpected")
                    .help(format!("the lines are {}", words(FRAMEWORK_STARTERS))),
            ),
            (Level::TestLine, Body::TestLines) if expected.takes("expect") && (bare || begins) => Some(
                Diagnostic::error("E0101", at, format!("{shown} starts no line of a test"))
                    .label("unexpected")
                    .help("a test has lines with `at`, `let` and `expect`"),
            ),
            _ => None,
        }
    }

    fn no_field(&self, index: usize, at: Span) -> Diagnostic {
        let name = self.tok(index).and_then(Tok::word);
        let typed = self.token(index + 1).is_some_and(|next| !next.first && next.tok.word().is_some());
        match name {
            Some(name) if typed => {
                Diagnostic::error("E0101", at.after(), format!("a `:` is missing after the name `{name}`"))
                    .label(format!("`{name}: …`"))
                    .fix("add `:`", at.after(), ":")
            }
            _ => Diagnostic::error("E0101", at, format!("{} cannot stand here", self.shown(index)))
                .label("unexpected")
                .help("a field is written `name: type`, one below the other"),
        }
    }

    fn reserved_word(&self, index: usize, word: Word, at: Span, expected: &Expected<'_>) -> Option<Diagnostic> {
        let text = word.text();
        if is_operator(word) || (self.token(index)?.first && word.starts_clause()) {
            return None;
        }
        if matches!(word, Word::If | Word::All | Word::Any | Word::No) {
            return expected.value().then(|| {
                Diagnostic::error("E0101", at, format!("`{text}` needs parentheses here"))
                    .label("reaches to the end of what follows")
                    .help(format!("write `({text} …)`"))
            });
        }
        let wanted = expected.value() || expected.name() || expected.only(&["label"]);
        (wanted && (word.starts_clause() || word.starts_item())).then(|| reserved(text, at))
    }

    fn missing_value(&self, index: usize, at: Span, expected: &Expected<'_>) -> Diagnostic {
        let place = self.end_before(index);
        let Some(tok) = self.tok(index) else {
            return Diagnostic::error("E0101", place, "the file ends where a value is missing")
                .label("a value is expected here");
        };
        if expected.takes("not") && tok == Tok::Colon {
            return Diagnostic::error("E0101", at, "a `:` cannot stand here").label("a value is expected");
        }
        let name = match index.checked_sub(1).filter(|before| *before < self.arranged.tokens.len()) {
            Some(before) => format!(" after {}", self.shown(before)),
            None => String::new(),
        };
        let shown = self.shown(index);
        let wrong = Span { start: place.start, end: at.end, ..at };
        match tok {
            Tok::Word(Word::Not) => Diagnostic::error("E0101", at, "`not` needs parentheses here")
                .label("takes everything up to the next `and` or `or`")
                .help("write `(not …)`"),
            _ if self.token(index).is_some_and(|token| token.first) => {
                Diagnostic::error("E0101", place, format!("a value is missing{name}"))
                    .label("something is missing here")
                    .help(format!("the next line starts with {shown}, which is no value"))
            }
            _ => Diagnostic::error("E0101", wrong, format!("a value is missing before {shown}"))
                .label("something is missing here")
                .help("values are names, numbers, texts, dates (`2026-01-31`), durations (`15m`), or an expression in parentheses"),
        }
    }

    /// A value is complete, and what follows does not continue it.
    fn after_value(&self, index: usize, at: Span, expected: &Expected<'_>) -> Diagnostic {
        let shown = self.shown(index);
        let Some(tok) = self.tok(index) else {
            return Diagnostic::error("E0101", at, "the file ends too early").label("something is missing here");
        };
        if expected.only(&["then"]) || (expected.takes("then") && !tok.ends_operand()) {
            return missing(self.end_before(index), " then", "after the condition of this `if`");
        }
        if expected.takes("else") && !expected.takes("then") && !starts_value(tok) {
            return missing(self.end_before(index), " else", "what holds otherwise in this `if`")
                .help("every `if` has both: `if a then b else c`");
        }
        if let Tok::Label(text) = tok {
            return Diagnostic::error("E0101", at, format!("`{text}:` belongs to nothing here"))
                .label("a new clause or field?")
                .help("a clause starts with its own word, as in `require name: …`");
        }
        if tok == Tok::ParenOpen {
            return Diagnostic::error("E0101", at, "only a plain name can be called")
                .label("a `(` cannot follow this value")
                .help("functions and blocks are called by their name: `fresh(credential.issued_at, 5m)`");
        }
        if tok == Tok::BracketOpen {
            return Diagnostic::error("E0101", at, "a `[` cannot follow a value")
                .label("unexpected")
                .help("lists have no numbered places: ask with `in`, `any x in xs: …`, `first(xs)` or `last(xs)`");
        }
        if let Some(word) = tok.word()
            && let Some(better) = operator_slip(word)
        {
            return Diagnostic::error("E0101", at, format!("`{word}` is no operator")).label("unexpected").fix(
                format!("write `{better}`"),
                at,
                better,
            );
        }
        if starts_value(tok) {
            return Diagnostic::error("E0101", at, format!("{shown} cannot follow a value directly"))
                .label("an operator or a new clause is missing before this")
                .help("compare values with `==`, `<=`, `in`, …; join conditions with `and` or `or`");
        }
        if tok == Tok::Comma {
            return Diagnostic::error("E0101", at, "a `,` cannot stand here")
                .label("unexpected")
                .help("conditions are joined with `and` or `or`; clauses and fields need no comma between them");
        }
        Diagnostic::error("E0101", at, format!("{shown} cannot stand here"))
            .label("unexpected")
            .help("the value before it is complete: go on with an operator, or begin the next clause")
    }

    fn in_brackets(&self, index: usize) -> bool {
        self.arranged
            .bodies
            .get(index)
            .is_some_and(|body| matches!(body, Body::Values | Body::Expression | Body::Cases))
    }
}
