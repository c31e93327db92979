//! Syntax errors in plain words: the token the grammar stumbled over and what it would have taken in,
//! a diagnostic out that says what was being read, what is wrong and what could stand there.

use crate::arrange::Body;
use crate::build::{Build, Level, reserved};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::{CLAUSE_STARTERS, FRAMEWORK_STARTERS, ITEM_STARTERS, Tok, Token, Word};

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
        let end = index
            .checked_sub(1)
            .and_then(|before| self.token(before))
            .map_or(0, |token| token.end);
        self.span(end, end)
    }

    fn shown(&self, index: usize) -> String {
        match self.token(index) {
            None => "the end of the file".to_string(),
            Some(token) => match token.tok {
                Tok::Text(_) => "this text".to_string(),
                tok => format!("`{}`", written(tok)),
            },
        }
    }

    /// The stretch of text being read: "in the clause `require own_domain`".
    fn reading(&self, place: usize) -> Option<String> {
        let region = place
            .checked_sub(1)
            .and_then(|index| self.arranged.regions.get(index))?;
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

    pub(crate) fn complain(
        &self,
        index: usize,
        place: usize,
        expected: &[String],
        level: Level,
    ) -> Diagnostic {
        let expected = Expected(expected.iter().map(|text| text.trim_matches('"')).collect());
        let mut diagnostic = self.describe(index, &expected, level);
        if let Some(reading) = self.reading(place)
            && !diagnostic.message.contains("clause `")
        {
            diagnostic.notes.push(format!("this was read {reading}"));
        }
        diagnostic
    }

    fn describe(&self, index: usize, expected: &Expected<'_>, level: Level) -> Diagnostic {
        let at = self
            .token(index)
            .map_or_else(|| self.end_before(index), |token| self.token_span(token));
        let tok = self.tok(index);
        let before = index.checked_sub(1).and_then(|before| self.tok(before));
        let next = self.tok(index + 1);
        let shown = self.shown(index);

        if let Some(Tok::Word(word)) = before
            && word.clause_has_name()
            && expected.only(&["label"])
        {
            return self.clause_name(index, word, at);
        }
        if let Some(found) = self.misplaced_starter(tok, at, level, expected) {
            return found;
        }
        if let Some(Tok::Type(text)) = before
            && expected.only(&[".", "{", "{{"])
        {
            let span = self
                .token(index - 1)
                .map_or(at, |token| self.token_span(token));
            let diagnostic = Diagnostic::error(
                "E0110",
                span,
                format!("`{text}` is the name of a type, not of a value"),
            )
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
            return Diagnostic::error(
                "E0110",
                at,
                format!("`{text}` starts with a capital letter"),
            )
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
        if level == Level::Field {
            return Diagnostic::error("E0101", at, format!("{shown} starts no field"))
                .label("unexpected")
                .help("a field is written `name: type`, one below the other");
        }
        if level == Level::FrameworkLine && expected.takes("title") {
            return Diagnostic::error(
                "E0101",
                at,
                format!("{shown} starts no line of a framework"),
            )
            .label("unexpected")
            .help(format!("the lines are {}", words(FRAMEWORK_STARTERS)));
        }
        if level == Level::TestLine && expected.takes("expect") {
            return Diagnostic::error("E0101", at, format!("{shown} starts no line of a test"))
                .label("unexpected")
                .help("a test has lines with `at`, `let` and `expect`");
        }
        if expected.takes("permit") && expected.takes("advises") {
            return Diagnostic::error("E0101", at, format!("{shown} is no outcome"))
                .label("unexpected")
                .help(
                    "outcomes are `permit`, `deny because …`, `grade …`, `standing …`, `valid until …`, `obliges …`, \
                     `advises …`, `revoke|suspend|reverify|reinstate …` and `none`",
                );
        }
        if before == Some(Tok::Word(Word::On)) && expected.takes("permit") {
            return Diagnostic::error("E0101", at, format!("{shown} is no effect"))
                .label("expected `permit`, `deny` or `any`");
        }
        self.fallback(at, &shown, expected, next)
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
            return Diagnostic::error(
                "E0101",
                span,
                format!("`{full}` is no name: it has a hyphen"),
            )
            .label("read as a subtraction")
            .fix(format!("write `{better}`"), span, better);
        }
        if let Some(name) = name
            && next
                .is_some_and(|next| starts_value(next) || next.is(Word::On) || next.is(Word::When))
            && next != Some(Tok::ParenOpen)
            && !self
                .token(index)
                .is_some_and(|token| token.first && self.is_clause_word(token.tok))
        {
            return Diagnostic::error(
                "E0101",
                at.after(),
                format!("a `:` is missing after the name `{name}`"),
            )
            .label(format!("`{starter} {name}: …`"))
            .fix("add `:`", at.after(), ":");
        }
        let keyword = index
            .checked_sub(1)
            .and_then(|before| self.token(before))
            .map_or(at, |token| self.token_span(token));
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
            let minus = self
                .token(at + 1)
                .filter(|minus| minus.start == end && minus.tok == Tok::Minus)?;
            full.push('-');
            end = minus.end;
            at += 2;
        }
    }

    /// A clause outside a block, an item inside one, or no starter at all.
    fn misplaced_starter(
        &self,
        tok: Option<Tok<'s>>,
        at: Span,
        level: Level,
        expected: &Expected<'_>,
    ) -> Option<Diagnostic> {
        let at_item =
            level == Level::Item && expected.takes("participation") && expected.takes("record");
        let at_clause =
            level == Level::Clause && expected.takes("require") && expected.takes("ttl");
        match tok {
            Some(Tok::Word(word)) if at_item && word.starts_clause() => Some(
                Diagnostic::error("E0101", at, format!("`{}` starts a clause, and here is no block around it", word.text()))
                    .label("outside of any block")
                    .help("clauses stand inside the braces of a participation, relationship or assessment; is a `}` too early?"),
            ),
            Some(Tok::Word(word)) if (at_clause || level == Level::TestLine) && word.starts_item() => Some(
                Diagnostic::error("E0101", at, format!("`{}` cannot stand inside of these braces", word.text()))
                    .label("starts a new item")
                    .help("close what is open with `}` first"),
            ),
            Some(tok) if at_clause && !expected.operator() => Some(
                Diagnostic::error("E0101", at, format!("`{}` starts no clause", written(tok)))
                    .label("unexpected")
                    .help(format!("a clause starts with one of {}", words(CLAUSE_STARTERS))),
            ),
            Some(tok) if at_item && !expected.operator() => Some(
                Diagnostic::error("E0101", at, format!("`{}` starts nothing at this place", written(tok)))
                    .label("unexpected")
                    .help(format!("what stands outside of braces starts with one of {}", words(ITEM_STARTERS))),
            ),
            _ => None,
        }
    }

    fn reserved_word(
        &self,
        index: usize,
        word: Word,
        at: Span,
        expected: &Expected<'_>,
    ) -> Option<Diagnostic> {
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
            return Diagnostic::error("E0101", at, "a `:` cannot stand here")
                .label("a value is expected");
        }
        let name = match self.tok(index.wrapping_sub(1)) {
            Some(before) => format!(" after `{}`", written(before)),
            None => String::new(),
        };
        let wrong = Span {
            start: place.start,
            end: at.end,
            ..at
        };
        match tok {
            Tok::Word(Word::Not) => Diagnostic::error("E0101", at, "`not` needs parentheses here")
                .label("takes everything up to the next `and` or `or`")
                .help("write `(not …)`"),
            _ if self.token(index).is_some_and(|token| token.first) => {
                Diagnostic::error("E0101", place, format!("a value is missing{name}"))
                    .label("something is missing here")
                    .help(format!("the next line starts with `{}`, which is no value", written(tok)))
            }
            _ => Diagnostic::error("E0101", wrong, format!("a value is missing before `{}`", written(tok)))
                .label("something is missing here")
                .help("values are names, numbers, texts, dates (`2026-01-31`), durations (`15m`), or an expression in parentheses"),
        }
    }

    /// A value is complete, and what follows does not continue it.
    fn after_value(&self, index: usize, at: Span, expected: &Expected<'_>) -> Diagnostic {
        let shown = self.shown(index);
        let Some(tok) = self.tok(index) else {
            return Diagnostic::error("E0101", at, "the file ends too early")
                .label("something is missing here");
        };
        if expected.only(&["then"]) || (expected.takes("then") && !tok.ends_operand()) {
            return missing(
                self.end_before(index),
                " then",
                "after the condition of this `if`",
            );
        }
        if expected.takes("else") && !expected.takes("then") && !starts_value(tok) {
            return missing(
                self.end_before(index),
                " else",
                "what holds otherwise in this `if`",
            )
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
        if let Some(word) = tok.word()
            && let Some(better) = operator_slip(word)
        {
            return Diagnostic::error("E0101", at, format!("`{word}` is no operator"))
                .label("unexpected")
                .fix(format!("write `{better}`"), at, better);
        }
        if starts_value(tok) {
            return Diagnostic::error(
                "E0101",
                at,
                format!("{shown} cannot follow a value directly"),
            )
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
            .help(
                "the value before it is complete: go on with an operator, or begin the next clause",
            )
    }

    fn in_brackets(&self, index: usize) -> bool {
        self.arranged
            .bodies
            .get(index)
            .is_some_and(|body| matches!(body, Body::Values | Body::Expression | Body::Cases))
    }

    fn fallback(
        &self,
        at: Span,
        shown: &str,
        expected: &Expected<'_>,
        next: Option<Tok<'s>>,
    ) -> Diagnostic {
        let mut wanted: Vec<String> = Vec::new();
        let has_name = expected.takes("name");
        for terminal in &expected.0 {
            let text = match *terminal {
                "name" => "a name".to_string(),
                "label" if has_name => continue,
                "label" => "a name and `:`".to_string(),
                "type" => "a type".to_string(),
                "text" => "a text in quotes".to_string(),
                "int" | "decimal" | "instant" | "duration" | "broken" => continue,
                "{{" | "{" => "`{`".to_string(),
                "}}" | "}" => "`}`".to_string(),
                word if has_name && Word::of(word).is_some_and(|word| !word.is_reserved()) => {
                    continue;
                }
                other => format!("`{other}`"),
            };
            if !wanted.contains(&text) {
                wanted.push(text);
            }
        }
        let diagnostic = Diagnostic::error("E0101", at, format!("{shown} cannot stand here"));
        let _ = next;
        match wanted.as_slice() {
            [] => diagnostic.label("unexpected"),
            [one] => diagnostic.label(format!("expected {one}")),
            many if many.len() <= 6 => diagnostic.label(format!("expected {}", either(many))),
            _ => diagnostic.label("unexpected"),
        }
    }
}

fn missing(at: Span, sign: &str, place: &str) -> Diagnostic {
    let shown = sign.trim();
    Diagnostic::error("E0101", at, format!("a `{shown}` is missing {place}"))
        .label(format!("`{shown}` is expected here"))
        .fix(format!("add `{shown}`"), at, sign)
}

fn either(list: &[String]) -> String {
    match list.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn words(list: &[Word]) -> String {
    let quoted: Vec<String> = list
        .iter()
        .map(|word| format!("`{}`", word.text()))
        .collect();
    quoted.join(", ")
}

fn is_operator(word: Word) -> bool {
    matches!(
        word,
        Word::And
            | Word::Or
            | Word::Implies
            | Word::In
            | Word::Is
            | Word::Otherwise
            | Word::Matches
            | Word::Intersects
            | Word::Then
            | Word::Else
            | Word::With
            | Word::Not
    )
}

/// What people write for an operator.
fn operator_slip(word: &str) -> Option<&'static str> {
    match word {
        "equals" | "eq" => Some("=="),
        "AND" | "And" => Some("and"),
        "OR" | "Or" => Some("or"),
        "IN" | "In" => Some("in"),
        "unless" => Some("or"),
        "includes" | "has" => Some("contains"),
        "xor" => Some("!="),
        "like" => Some("matches"),
        _ => None,
    }
}

fn starts_value(tok: Tok<'_>) -> bool {
    match tok {
        Tok::Name(_) | Tok::Type(_) | Tok::Label(_) | Tok::Text(_) => true,
        Tok::Int(_) | Tok::Decimal(_) | Tok::Instant(_) | Tok::Duration(_) | Tok::Broken => true,
        Tok::ParenOpen | Tok::BracketOpen | Tok::Open | Tok::OuterOpen => true,
        Tok::Word(word) => matches!(
            word,
            Word::Not
                | Word::Has
                | Word::If
                | Word::All
                | Word::Any
                | Word::No
                | Word::Match
                | Word::True
                | Word::False
                | Word::None
        ),
        _ => false,
    }
}

/// A token as it stands in the text.
fn written(tok: Tok<'_>) -> String {
    let sign = match tok {
        Tok::Word(word) => word.text(),
        Tok::Name(text) | Tok::Type(text) | Tok::Label(text) | Tok::Text(text) => text,
        Tok::Int(value) => return value.to_string(),
        Tok::Decimal(_) | Tok::Broken => "this number",
        Tok::Instant(_) => "this date",
        Tok::Duration(_) => "this duration",
        Tok::OuterOpen | Tok::Open => "{",
        Tok::OuterClose | Tok::Close => "}",
        Tok::ParenOpen => "(",
        Tok::ParenClose => ")",
        Tok::BracketOpen => "[",
        Tok::BracketClose => "]",
        Tok::Comma => ",",
        Tok::Colon => ":",
        Tok::Dot => ".",
        Tok::At => "@",
        Tok::Question => "?",
        Tok::Assign => "=",
        Tok::Equal => "==",
        Tok::NotEqual => "!=",
        Tok::Less => "<",
        Tok::LessEqual => "<=",
        Tok::Greater => ">",
        Tok::GreaterEqual => ">=",
        Tok::Plus => "+",
        Tok::Minus => "-",
        Tok::Star => "*",
        Tok::Slash => "/",
        Tok::Percent => "%",
    };
    sign.to_string()
}
