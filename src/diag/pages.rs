//! The pages of `trustc explain`: one for each error and lint.
//!
//! In: a code, in any case. Out: its page. The table is made when the compiler is built, from every
//! `docs/errors/*.md` and `docs/lints/*.md` named by a code: adding a page is adding a file.

/// One code and what is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub code: &'static str,
    /// The name of a lint, `no-owner`; empty for an error.
    pub name: &'static str,
    pub title: &'static str,
    /// Markdown, with the title as its first line.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// All pages, in the order of their codes.
pub fn all() -> &'static [Page] {
    PAGES
}

/// The page of a code or of a lint's name, however its letters are written.
pub fn find(word: &str) -> Option<&'static Page> {
    let name = word.replace('_', "-").to_ascii_lowercase();
    PAGES.iter().find(|p| p.code.eq_ignore_ascii_case(word) || (!name.is_empty() && p.name == name))
}

/// What stands below the title, up to the next empty line.
pub fn first_paragraph(page: &Page) -> &str {
    let below = page.text.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    below.split("\n\n").next().unwrap_or("").trim_end()
}

/// The code that was probably meant.
pub fn nearest(code: &str) -> Option<&'static Page> {
    trust_syntax::suggest::nearest(&code.to_ascii_uppercase(), PAGES.iter().map(|page| page.code)).and_then(find)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_in_any_case_and_have_a_title() {
        for page in all() {
            assert_eq!(find(&page.code.to_lowercase()).map(|p| p.code), Some(page.code));
            assert!(!page.title.is_empty(), "{} has no title", page.code);
        }
        assert!(all().is_sorted_by_key(|p| p.code));
        assert!(find("no such code").is_none());
    }
}
