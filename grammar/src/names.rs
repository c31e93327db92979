//! Names: a word as written in, a name out; words of the language and wrong first letters are reported.

use smol_str::SmolStr;

use crate::ast::Name;
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::Word;

impl<'s> Build<'s> {
    pub fn name(&mut self, text: &str, l: u32, r: u32) -> Name {
        Name { text: SmolStr::new(text), span: self.span(l, r) }
    }

    pub fn field_name(&mut self, text: &str, l: u32, r: u32) -> Name {
        self.check_small(text, l, r);
        self.name(text, l, r)
    }

    /// A name that is no field: not reserved, and with a small letter.
    pub fn small(&mut self, text: &str, l: u32, r: u32) -> Name {
        self.check_small(text, l, r);
        self.check_reserved(text, l, r);
        self.name(text, l, r)
    }

    pub fn match_case(&mut self, text: &str, l: u32, r: u32) -> Name {
        if text != Word::Reverify.text() {
            self.check_reserved(text, l, r);
        }
        self.name(text, l, r)
    }

    pub fn capital(&mut self, text: &str, l: u32, r: u32) -> Name {
        if !text.starts_with(char::is_uppercase) {
            let span = self.span(l, r);
            let better = capitalised(text);
            self.report(
                Diagnostic::error("E0110", span, format!("`{text}` starts with a small letter"))
                    .label("types, scales and events start with a capital letter")
                    .fix(format!("write `{better}`"), span, better),
            );
        }
        self.name(text, l, r)
    }

    fn check_small(&mut self, text: &str, l: u32, r: u32) {
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) && text.starts_with(char::is_uppercase) {
            let span = self.span(l, r);
            let better = snake(text);
            self.report(
                Diagnostic::error("E0110", span, format!("`{text}` starts with a capital letter"))
                    .label("only types, scales and events start with a capital letter")
                    .fix(format!("write `{better}`"), span, better),
            );
        }
    }

    fn check_reserved(&mut self, text: &str, l: u32, r: u32) {
        let reported = || self.token_at(l).is_some_and(|(_, token)| token.reported);
        if Word::of(text).is_some_and(Word::is_reserved) && !reported() {
            let span = self.span(l, r);
            self.report(reserved(text, span));
        }
    }
}

pub(crate) fn reserved(text: &str, span: Span) -> Diagnostic {
    let better = format!("{text}_");
    Diagnostic::error("E0108", span, format!("`{text}` is a word of the language and cannot be a name here"))
        .label("only fields may be called by such a word")
        .help(format!("choose another name, such as `the_{text}` or `{better}`"))
}

fn capitalised(text: &str) -> String {
    text.split('_')
        .flat_map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
        })
        .collect()
}

fn snake(text: &str) -> String {
    let mut out = String::new();
    let mut last_small = false;
    for c in text.chars() {
        if c.is_uppercase() && last_small {
            out.push('_');
        }
        last_small = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}
