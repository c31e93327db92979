//! Pictures as SVG text.
//!
//! In: shapes with classes. Out: one `<svg>` element with a title and a description for those who do not see it. Always:
//! text is escaped, numbers are rounded to tenths, and no colour stands in the picture itself: the page's style has them.

use std::fmt::Write as _;

/// Average advance of a letter, as a part of its size.
const ADVANCE: f64 = 0.56;
pub const SIZE: f64 = 14.0;

/// What a picture that stands alone needs of the page's style.
const STYLE: &str = include_str!("assets/picture.css");

pub struct Svg {
    pub width: f64,
    pub height: f64,
    body: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
}

pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No character of a name may end a document or reorder its text.
            c if c.is_control() && c != '\n' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c => out.push(c),
        }
    }
    out
}

/// The width that a text takes, roughly.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * ADVANCE
}

/// Words in lines of at most so many characters.
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn n(x: f64) -> String {
    let tenths = (x * 10.0).round();
    let tenths = if tenths.is_finite() { tenths as i64 } else { 0 };
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        _ => format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10),
    }
}

impl Svg {
    pub fn new(width: f64, height: f64) -> Svg {
        Svg { width, height, body: String::new() }
    }

    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        let (x, y, w, h) = (n(x), n(y), n(width), n(height));
        let _ = write!(self.body, r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6" class="{class}"/>"#);
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let (a, b, c, d) = (n(from.0), n(from.1), n(to.0), n(to.1));
        let _ = write!(self.body, r#"<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" class="{class}"/>"#);
    }

    pub fn dot(&mut self, at: (f64, f64), class: &str) {
        let _ = write!(self.body, r#"<circle cx="{}" cy="{}" r="4" class="{class}"/>"#, n(at.0), n(at.1));
    }

    /// A cubic curve through control points, as SVG writes it.
    pub fn curve(&mut self, points: &[(f64, f64)], class: &str) {
        let Some((first, rest)) = points.split_first() else { return };
        let _ = write!(self.body, r#"<path d="M{} {}"#, n(first.0), n(first.1));
        for part in rest.chunks_exact(3) {
            let _ = write!(self.body, "C");
            for (i, point) in part.iter().enumerate() {
                let _ = write!(self.body, "{}{} {}", if i > 0 { " " } else { "" }, n(point.0), n(point.1));
            }
        }
        let _ = write!(self.body, r#"" class="{class}"/>"#);
    }

    /// The head of an arrow at `at`, coming from the direction of `from`.
    pub fn head(&mut self, from: (f64, f64), at: (f64, f64), class: &str) {
        let (dx, dy) = (at.0 - from.0, at.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        if length < 0.01 {
            return;
        }
        let (ux, uy) = (dx / length, dy / length);
        let base = (at.0 - ux * 10.0, at.1 - uy * 10.0);
        let (a, b) = ((base.0 - uy * 4.5, base.1 + ux * 4.5), (base.0 + uy * 4.5, base.1 - ux * 4.5));
        let points = [at, a, b].map(|p| format!("{},{}", n(p.0), n(p.1))).join(" ");
        let _ = write!(self.body, r#"<polygon points="{points}" class="{class}"/>"#);
    }

    pub fn text(&mut self, at: (f64, f64), text: &str, anchor: Anchor, class: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
        };
        let (x, y) = (n(at.0), n(at.1));
        let text = escape(text);
        let _ = write!(self.body, r#"<text x="{x}" y="{y}" text-anchor="{anchor}" class="{class}">{text}</text>"#);
    }

    /// Everything until `close` leads to an anchor of the page.
    pub fn open_link(&mut self, target: &str) {
        let _ = write!(self.body, r##"<a href="#{}">"##, escape(&anchor(target)));
    }

    pub fn close_link(&mut self) {
        self.body.push_str("</a>");
    }

    pub fn finish(self, id: &str, title: &str, about: &str) -> String {
        let (w, h) = (n(self.width), n(self.height));
        let id = escape(&anchor(id));
        // What holds links is no single image.
        let role = if self.body.contains("<a ") { "group" } else { "img" };
        // A wide picture shrinks a little before it scrolls.
        let least = n(self.width * 0.8);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="{role}" style="min-width:{least}px" aria-labelledby="{id}-title {id}-desc" class="picture"><title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc>{}</svg>"#,
            escape(title),
            escape(about),
            self.body
        )
    }
}

/// An anchor as it stands in an `id` and after `#`: what a browser would encode is replaced.
pub fn anchor(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let mut out = String::with_capacity(id.len());
    for c in id.chars() {
        if plain(c) {
            out.push(c);
        } else {
            let _ = write!(out, "~{:x}", u32::from(c));
        }
    }
    out
}

/// With the style that the page has otherwise, for a file of its own.
pub fn standalone(svg: &str) -> String {
    let style = format!("<style>{}</style>", STYLE.trim());
    let at = svg.find('>').map_or(svg.len(), |at| at + 1);
    let (open, rest) = svg.split_at_checked(at).unwrap_or((svg, ""));
    // Links lead to the page's anchors, which a picture alone does not have.
    let mut text = String::new();
    let mut rest = rest;
    while let Some(start) = rest.find("<a href=") {
        let (before, link) = rest.split_at_checked(start).unwrap_or((rest, ""));
        text.push_str(before);
        rest = link.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    format!("{open}{style}{}\n", text.replace("</a>", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.text((1.0, 2.25), "</text><script>\u{0}\u{202e}", Anchor::Start, "t");
        let out = svg.finish("a b", "\"x\"", "<desc>");
        assert!(out.contains("&lt;/text&gt;&lt;script&gt;</text>"), "{out}");
        assert!(out.contains(r#"y="2.3""#) && out.contains(r#"id="a~20b-title""#), "{out}");
    }

    #[test]
    fn a_picture_alone_has_a_style_and_no_links() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.open_link("block/a");
        svg.rect(0.0, 0.0, 1.0, 1.0, "box");
        svg.close_link();
        let out = standalone(&svg.finish("p", "t", "d"));
        assert!(out.contains("<style>") && !out.contains("<a ") && !out.contains("</a>"), "{out}");
    }
}
