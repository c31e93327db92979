//! Text in; tokens, trivia, doc comments and lexical diagnostics out.
//!
//! Total and linear. What cannot be read is reported here and dropped, or stands as [`Tok::Broken`]; signs of
//! other languages (`&&`, `'text'`, `≥`) are reported and read as what they mean.

use logos::Logos;
use smol_str::SmolStr;

use crate::ast::Text;
use crate::diagnostic::{Diagnostic, Edit};
use crate::literal::{self, Fault, Literal};
use crate::span::{FileId, Span};
use crate::token::{Tok, Token, Word};
use crate::trivia::{Comment, Docs, Trivia};

pub struct Lexed<'s> {
    pub tokens: Vec<Token<'s>>,
    pub trivia: Trivia,
    pub docs: Docs,
    pub diagnostics: Vec<Diagnostic>,
    /// Where something was lost that the parser may stumble over: offsets in text order.
    pub scars: Vec<u32>,
}

#[derive(Logos, Clone, Copy, Debug, PartialEq)]
#[logos(skip r"[ \t\r\n\f]+")]
enum Raw {
    #[regex(r"[\p{L}_][\p{L}\p{M}\p{N}_]*")]
    Word,
    #[regex(r"[0-9]", number)]
    Number,
    #[token("\"", |lexer| string(lexer, '"'))]
    String,
    #[token("'", |lexer| string(lexer, '\''))]
    SingleQuoted,
    #[token("“", |lexer| string(lexer, '”'))]
    CurlyQuoted,
    #[token("//", line)]
    Comment,
    #[token("#", line)]
    HashComment,
    #[token("/*", starred)]
    StarComment,
    #[token("{")]
    Open,
    #[token("}")]
    Close,
    #[token("(")]
    ParenOpen,
    #[token(")")]
    ParenClose,
    #[token("[")]
    BracketOpen,
    #[token("]")]
    BracketClose,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("@")]
    At,
    #[token("?")]
    Question,
    #[token("=")]
    Assign,
    #[token("==")]
    Equal,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/", slash)]
    Slash,
    #[token("%")]
    Percent,
    #[token("&&")]
    #[token("&")]
    Ampersands,
    #[token("||")]
    #[token("|")]
    Bars,
    #[token("!")]
    Bang,
    #[token(";")]
    Semicolon,
    #[token("->")]
    #[token("=>")]
    Arrow,
    #[token("===")]
    TripleEqual,
    #[token("!==")]
    #[token("<>")]
    #[token("≠")]
    OtherNotEqual,
    #[token("≥")]
    OtherAtLeast,
    #[token("≤")]
    OtherAtMost,
    #[token("–")]
    #[token("−")]
    OtherMinus,
    #[token("\u{a0}")]
    NoBreakSpace,
}

fn line(lexer: &mut logos::Lexer<'_, Raw>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find('\n').unwrap_or(rest.len()));
}

/// One slash at the start of a line of prose was meant as two: the line is taken with it.
fn slash(lexer: &mut logos::Lexer<'_, Raw>) {
    let before = lexer.source().get(..lexer.span().start).unwrap_or("").trim_end_matches([' ', '\t']);
    let mut words = lexer.remainder().split('\n').next().unwrap_or("").split_whitespace();
    let prose = |word: &str| {
        let word = word.trim_end_matches(['.', ',', ':', ';', '?', '!']);
        let joins =
            matches!(word, "and" | "or" | "not" | "implies" | "in" | "is" | "when" | "then" | "else" | "otherwise");
        !joins && !word.is_empty() && word.chars().all(char::is_alphabetic)
    };
    let alone = before.is_empty() || before.ends_with(['\n', '\u{feff}']);
    if alone && words.next().is_some_and(prose) && words.next().is_some_and(prose) {
        line(lexer);
    }
}

fn starred(lexer: &mut logos::Lexer<'_, Raw>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find("*/").map_or(rest.len(), |at| at + 2));
}

/// To the closing quote, or to the end of the line.
fn string(lexer: &mut logos::Lexer<'_, Raw>, quote: char) {
    let rest = lexer.remainder();
    let mut sign = [0; 4];
    let sign = quote.encode_utf8(&mut sign).as_bytes();
    let first = sign.first().copied().unwrap_or(b'"');
    let mut escaped = false;
    // Bytes within a character are none of these signs.
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\n' => return lexer.bump(at),
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == first && rest.as_bytes().get(at..at + sign.len()) == Some(sign) => {
                return lexer.bump(at + sign.len());
            }
            _ => {}
        }
    }
    lexer.bump(rest.len());
}

/// A date or instant, or digits with everything glued to them.
fn number(lexer: &mut logos::Lexer<'_, Raw>) {
    let rest = lexer.source().get(lexer.span().start..).unwrap_or("").as_bytes();
    let at = |index: usize| rest.get(index).copied().unwrap_or(b' ');
    let digits = |from: usize| (from..).take_while(|index| at(*index).is_ascii_digit()).count();
    let glued = |mut end: usize, signs: &[u8]| {
        while at(end).is_ascii_alphanumeric()
            || at(end) == b'_'
            || at(end) >= 0x80
            || (signs.contains(&at(end)) && at(end + 1).is_ascii_digit())
        {
            end += 1;
        }
        end
    };
    let (month, day) = (digits(5), digits(6 + digits(5)));
    let is_date =
        digits(0) == 4 && at(4) == b'-' && (1..=2).contains(&month) && at(5 + month) == b'-' && (1..=2).contains(&day);
    let end = if is_date {
        let end = 6 + month + day;
        if matches!(at(end), b'T' | b't') { glued(end, b".:+-") } else { glued(end, b"") }
    } else {
        glued(1, b".")
    };
    // `end` stands behind a whole character: bytes of one are all taken or none.
    lexer.bump(end.saturating_sub(1).min(lexer.remainder().len()));
}

pub fn lex(file: FileId, text: &str) -> Lexed<'_> {
    let skip = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut run = Run {
        file,
        text,
        out: Lexed {
            // More than most texts have.
            tokens: Vec::with_capacity(text.len() / 5),
            trivia: Trivia::default(),
            docs: Docs::default(),
            diagnostics: Vec::new(),
            scars: Vec::new(),
        },
        pending: None,
        cases: None,
        separated: None,
    };
    let mut lexer = Raw::lexer(text);
    lexer.bump(skip);
    let mut last_end = skip;
    let mut at_start = true;
    while let Some(raw) = lexer.next() {
        let span = lexer.span();
        let breaks = text.get(last_end..span.start).unwrap_or("").bytes().filter(|b| *b == b'\n').count();
        if breaks > 1 || (at_start && breaks > 0) {
            if !at_start {
                run.out.trivia.blank_lines.push(offset(last_end));
            }
            run.pending = None;
        }
        let first = at_start || breaks > 0;
        at_start = false;
        match raw {
            Ok(raw) => run.token(raw, span.start, span.end, first),
            Err(()) => run.bad_character(span.start, span.end),
        }
        last_end = span.end;
    }
    run.out
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// `///` lines one below the other, not yet attached.
struct PendingDoc {
    start: u32,
    end: u32,
    text: String,
}

struct Run<'s> {
    file: FileId,
    text: &'s str,
    out: Lexed<'s>,
    pending: Option<PendingDoc>,
    /// Inside the braces of an enum (not ordered) or a scale (ordered).
    cases: Option<bool>,
    /// The diagnostic that tells of the other signs between these cases.
    separated: Option<usize>,
}

impl<'s> Run<'s> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, offset(start), offset(end))
    }

    fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or("")
    }

    fn push(&mut self, tok: Tok<'s>, start: usize, end: usize, first: bool, reported: bool) {
        if let Some(doc) = self.pending.take()
            && first
        {
            let span = Span::new(self.file, doc.start, doc.end);
            self.out.docs.push(offset(start), Text { value: SmolStr::new(doc.text), span });
        }
        if matches!(tok, Tok::Open | Tok::Close) {
            let item = self.out.tokens.iter().rev().nth(1).map(|token| token.tok);
            self.cases = match item {
                Some(Tok::Word(Word::Enum)) if tok == Tok::Open => Some(false),
                Some(Tok::Word(Word::Scale)) if tok == Tok::Open => Some(true),
                _ => None,
            };
            self.separated = None;
        }
        self.out.tokens.push(Token { tok, start: offset(start), end: offset(end), first, reported });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    fn token(&mut self, raw: Raw, start: usize, end: usize, first: bool) {
        let tok = match raw {
            Raw::Word => return self.word(start, end, first),
            Raw::Number => return self.number(start, end, first),
            Raw::String => return self.string(start, end, first),
            Raw::SingleQuoted | Raw::CurlyQuoted => return self.other_string(start, end, first),
            Raw::Comment => return self.comment(start, end, first),
            Raw::Slash if end > start + 1 => return self.other_comment(raw, start, end, first),
            Raw::HashComment | Raw::StarComment => {
                return self.other_comment(raw, start, end, first);
            }
            Raw::Ampersands => {
                return self.other_sign(Tok::Word(Word::And), "and", start, end, first);
            }
            Raw::Bars | Raw::Semicolon if self.cases.is_some() => return self.other_separator(start, end, first),
            Raw::Bars => return self.other_sign(Tok::Word(Word::Or), "or", start, end, first),
            Raw::Bang => return self.other_sign(Tok::Word(Word::Not), "not ", start, end, first),
            Raw::TripleEqual => return self.other_sign(Tok::Equal, "==", start, end, first),
            Raw::OtherNotEqual => return self.other_sign(Tok::NotEqual, "!=", start, end, first),
            Raw::OtherAtLeast => {
                return self.other_sign(Tok::GreaterEqual, ">=", start, end, first);
            }
            Raw::OtherAtMost => return self.other_sign(Tok::LessEqual, "<=", start, end, first),
            Raw::OtherMinus => return self.other_sign(Tok::Minus, "-", start, end, first),
            Raw::Semicolon => return self.semicolon(start, end),
            Raw::Arrow => return self.arrow(start, end, first),
            Raw::NoBreakSpace => return self.no_break_space(start, end),
            Raw::Open => Tok::Open,
            Raw::Close => Tok::Close,
            Raw::ParenOpen => Tok::ParenOpen,
            Raw::ParenClose => Tok::ParenClose,
            Raw::BracketOpen => Tok::BracketOpen,
            Raw::BracketClose => Tok::BracketClose,
            Raw::Comma => Tok::Comma,
            Raw::Colon => Tok::Colon,
            Raw::Dot => Tok::Dot,
            Raw::At => Tok::At,
            Raw::Question => Tok::Question,
            Raw::Assign => Tok::Assign,
            Raw::Equal => Tok::Equal,
            Raw::NotEqual => Tok::NotEqual,
            Raw::Less => Tok::Less,
            Raw::LessEqual => Tok::LessEqual,
            Raw::Greater => Tok::Greater,
            Raw::GreaterEqual => Tok::GreaterEqual,
            Raw::Plus => Tok::Plus,
            Raw::Minus => Tok::Minus,
            Raw::Star => Tok::Star,
            Raw::Slash => Tok::Slash,
            Raw::Percent => Tok::Percent,
        };
        self.push(tok, start, end, first, false);
    }

    fn word(&mut self, start: usize, end: usize, first: bool) {
        let text = self.slice(start, end);
        let tok = match Word::of(text) {
            Some(word) => Tok::Word(word),
            None if text.starts_with(char::is_uppercase) => Tok::Type(text),
            None => Tok::Name(text),
        };
        let foreign = !text.is_ascii();
        if foreign {
            let span = self.span(start, end);
            self.report(
                Diagnostic::error("E0102", span, format!("the name `{text}` has letters other than a to z"))
                    .label("not a plain letter")
                    .help("names use a to z, digits and `_`; texts in quotes may hold any character"),
            );
        }
        self.push(tok, start, end, first, foreign);
    }

    fn number(&mut self, start: usize, end: usize, first: bool) {
        let text = self.slice(start, end);
        let dated = text.as_bytes().get(4) == Some(&b'-');
        let read = if dated { literal::instant(text).map(Literal::Instant) } else { literal::number(text) };
        match read {
            Ok(Literal::Int(value)) => self.push(Tok::Int(value), start, end, first, false),
            Ok(Literal::Decimal(value)) => self.push(Tok::Decimal(value), start, end, first, false),
            Ok(Literal::Duration(value)) => self.push(Tok::Duration(value), start, end, first, false),
            Ok(Literal::Instant(value)) => self.push(Tok::Instant(value), start, end, first, false),
            Err(fault) => {
                let span = self.span(start, end);
                let version = self.out.tokens.last().is_some_and(|token| token.tok.is(Word::Version)) && !first;
                self.report(if version {
                    Diagnostic::error("E0101", span, "a version is a text and stands in double quotes")
                        .label("not in quotes")
                        .fix(format!("write `\"{text}\"`"), span, format!("\"{text}\""))
                } else {
                    fault_diagnostic(fault, span)
                });
                self.push(Tok::Broken, start, end, first, true);
            }
        }
    }

    fn string(&mut self, start: usize, end: usize, first: bool) {
        let written = self.slice(start, end);
        let (inside, closed) = inside_quotes(written);
        if !closed {
            let span = self.span(start, end);
            self.report(
                Diagnostic::error("E0103", span, "a text without its closing quote")
                    .label("the text begins here and does not end on this line")
                    .help("close it with `\"`; write a line break inside a text as `\\n`"),
            );
            self.out.scars.push(offset(start));
        }
        let faults = if inside.contains('\\') { literal::unescape(inside).1 } else { Vec::new() };
        let broken = !closed || !faults.is_empty();
        for fault in faults {
            let span = self.span(start + 1 + fault.start, start + 1 + fault.end);
            self.report(
                Diagnostic::error("E0103", span, fault.message)
                    .label("here")
                    .help("in a text write `\\\"` for a quote, `\\\\` for a backslash, `\\n` for a line break"),
            );
        }
        self.push(Tok::Text(written), start, end, first, broken);
    }

    fn other_string(&mut self, start: usize, end: usize, first: bool) {
        let written = self.slice(start, end);
        let inside = written.trim_start_matches(['\'', '“']);
        let trimmed = inside.trim_end_matches(['\'', '”', '\r']);
        let span = self.span(start, end);
        let mut diagnostic =
            Diagnostic::error("E0103", span, "texts stand in straight double quotes").label("other quotes");
        if written.chars().count() > 1 && written.ends_with(['\'', '”']) && !trimmed.contains('"') {
            diagnostic = diagnostic.fix("use double quotes", span, format!("\"{trimmed}\""));
        } else {
            diagnostic = diagnostic.help("write `\"text\"`");
            self.out.scars.push(offset(start));
        }
        self.report(diagnostic);
        self.push(Tok::Text(written), start, end, first, true);
    }

    fn comment(&mut self, start: usize, end: usize, first: bool) {
        let text = self.slice(start, end).trim_end();
        let end = start + text.len();
        let body = text.strip_prefix("///").filter(|body| !body.starts_with('/'));
        let doc = body.filter(|_| first);
        self.out.trivia.comments.push(Comment { span: self.span(start, end), doc: doc.is_some(), own_line: first });
        match doc {
            Some(body) => {
                let body = body.strip_prefix(' ').unwrap_or(body);
                match &mut self.pending {
                    Some(pending) => {
                        pending.text.push('\n');
                        pending.text.push_str(body);
                        pending.end = offset(end);
                    }
                    None => {
                        self.pending =
                            Some(PendingDoc { start: offset(start), end: offset(end), text: body.to_string() });
                    }
                }
            }
            // A comment of its own line parts a doc comment from what is below it.
            None if first => self.pending = None,
            None => {}
        }
    }

    fn other_comment(&mut self, raw: Raw, start: usize, end: usize, first: bool) {
        let span = self.span(start, end);
        let text = self.slice(start, end).trim_end();
        let mut diagnostic =
            Diagnostic::error("E0102", span, "a comment starts with `//`").label("another kind of comment");
        let rest = match raw {
            Raw::HashComment => text.trim_start_matches('#'),
            Raw::Slash => text.trim_start_matches('/'),
            _ => text.trim_start_matches("/*").trim_end_matches("*/"),
        };
        if !rest.contains('\n') {
            let edit = Span { end: offset(start + text.len()), ..span };
            diagnostic = diagnostic.fix("write it with `//`", edit, format!("// {}", rest.trim()));
        } else {
            diagnostic = diagnostic.help("start each of its lines with `//`");
        }
        if raw == Raw::Slash {
            diagnostic = diagnostic.help("a sentence for the rule book starts with `///`");
        }
        self.report(diagnostic);
        self.out.trivia.comments.push(Comment { span, doc: false, own_line: first });
    }

    /// A sign of another language: reported, and read as what it means.
    fn other_sign(&mut self, tok: Tok<'s>, instead: &str, start: usize, end: usize, first: bool) {
        let written = self.slice(start, end);
        let span = self.span(start, end);
        let word = instead.trim();
        self.report(
            Diagnostic::error("E0102", span, format!("write `{word}` for `{written}`"))
                .label(format!("`{written}` is no sign of this language"))
                .fix(format!("write `{word}`"), span, instead),
        );
        self.push(tok, start, end, first, true);
    }

    /// `;` or `|` between cases: read as what parts them, reported once for all of them.
    fn other_separator(&mut self, start: usize, end: usize, first: bool) {
        let ordered = self.cases == Some(true);
        let (tok, instead) = if ordered { (Tok::Less, " <") } else { (Tok::Comma, ",") };
        let span = self.span(start, end);
        let written = self.slice(start, end);
        match self.separated.and_then(|at| self.out.diagnostics.get_mut(at)?.fixes.first_mut()) {
            Some(fix) => fix.edits.push(Edit { span, text: instead.to_string() }),
            None => {
                let sign = instead.trim();
                let message = if ordered {
                    "the cases of a scale are ordered, lowest first, with `<`"
                } else {
                    "the cases of an enum are parted by `,`"
                };
                self.separated = Some(self.out.diagnostics.len());
                self.report(
                    Diagnostic::error("E0102", span, message).label(format!("`{written}` does not part cases")).fix(
                        format!("write `{sign}`"),
                        span,
                        instead,
                    ),
                );
            }
        }
        self.push(tok, start, end, first, true);
    }

    fn semicolon(&mut self, start: usize, end: usize) {
        let span = self.span(start, end);
        self.report(
            Diagnostic::error("E0102", span, "no `;` is needed: each clause starts with its own word")
                .label("not needed")
                .fix("remove it", span, ""),
        );
    }

    fn arrow(&mut self, start: usize, end: usize, first: bool) {
        let written = self.slice(start, end);
        let span = self.span(start, end);
        self.report(
            Diagnostic::error("E0102", span, format!("`{written}` is no sign of this language"))
                .label("here")
                .help(
                    "a result type and the arms of a `match` follow a `:`; at least is `>=`, an implication `implies`",
                )
                .fix("write `:`", span, ":"),
        );
        self.push(Tok::Colon, start, end, first, true);
    }

    fn no_break_space(&mut self, start: usize, end: usize) {
        let span = self.span(start, end);
        self.report(
            Diagnostic::error("E0102", span, "a no-break space, which looks like a space and is none")
                .label("here")
                .fix("write a space", span, " "),
        );
    }

    fn bad_character(&mut self, start: usize, end: usize) {
        let text = self.slice(start, end);
        let span = self.span(start, end);
        let shown: String = text.chars().flat_map(char::escape_debug).collect();
        self.report(
            Diagnostic::error("E0102", span, format!("the character `{shown}` has no meaning here"))
                .label("remove it, or put it in a text in quotes"),
        );
        self.out.scars.push(offset(start));
    }
}

pub fn fault_diagnostic(fault: Fault, span: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(fault.code, span, fault.message).label("here");
    if let Some(help) = fault.help {
        diagnostic = diagnostic.help(help);
    }
    if let Some(instead) = fault.instead {
        diagnostic = diagnostic.fix(format!("write `{instead}`"), span, instead);
    }
    diagnostic
}

/// A text literal without its quotes, and whether it has both.
pub fn inside_quotes(written: &str) -> (&str, bool) {
    for (open, close) in [("\"", "\""), ("'", "'"), ("“", "”")] {
        if let Some(rest) = written.strip_prefix(open) {
            let ends_escaped = {
                let body = rest.strip_suffix(close).unwrap_or("");
                body.len() - body.trim_end_matches('\\').len()
            } % 2
                == 1;
            return match rest.strip_suffix(close) {
                Some(inside) if !ends_escaped => (inside, true),
                _ => (rest.trim_end_matches('\r'), false),
            };
        }
    }
    (written, false)
}
