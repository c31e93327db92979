//! Names of a policy as names of C.
//!
//! In: any name. Out: one that C and C++ take and that nothing else in its scope has.

use std::collections::HashSet;

/// Words of C and C++, and macros of their usual headers, which no field may be called.
const RESERVED: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "assert",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "offsetof",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "typeof_unqual",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

/// Letters, digits and underscores; never a digit first.
pub fn identifier(name: &str) -> String {
    let mut out: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if out.starts_with(|c: char| c.is_ascii_digit()) || out.is_empty() {
        out.insert(0, '_');
    }
    out
}

/// Names of one scope.
#[derive(Default)]
pub struct Scope(HashSet<String>);

impl Scope {
    /// The name, or one like it that is free.
    pub fn unique(&mut self, wanted: String) -> String {
        let mut name = wanted.clone();
        let mut n = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}_{n}");
            n += 1;
        }
        name
    }

    /// The same where names are written in capitals.
    pub fn unique_in_capitals(&mut self, wanted: String) -> String {
        let capitals = wanted.to_ascii_uppercase();
        let found = self.unique(capitals.clone());
        match found.strip_prefix(&capitals) {
            Some(more) => wanted + more,
            None => found,
        }
    }

    /// Of a field.
    pub fn field(&mut self, name: &str) -> String {
        let mut name = identifier(name);
        if RESERVED.binary_search(&name.as_str()).is_ok() || name.starts_with('_') {
            name = if name.starts_with('_') { format!("f{name}") } else { format!("{name}_") };
        }
        self.unique(name)
    }
}

/// Text inside a comment, on one line.
pub fn comment(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_by_c_and_stand_once() {
        assert!(RESERVED.is_sorted());
        let mut scope = Scope::default();
        assert_eq!(scope.field("default"), "default_");
        assert_eq!(scope.field("default_"), "default__2");
        assert_eq!(scope.field("last-seen"), "last_seen");
        assert_eq!(scope.field("1st"), "f_1st");
        assert_eq!(scope.unique_in_capitals("aB".into()), "aB");
        assert_eq!(scope.unique_in_capitals("ab".into()), "ab_2");
        assert_eq!(identifier(""), "_");
        assert_eq!(comment("a\n  b */ c"), "a b * / c");
    }
}
