//! Tokens: what the lexer yields, `arrange` settles and the grammar reads.
//!
//! Words come in three kinds: reserved, contextual (known to the grammar, free as names) and plain.

/// Words the grammar knows, each with whether it is reserved.
macro_rules! words {
    ($($kind:ident $text:literal $reserved:literal,)*) => {
        #[allow(non_upper_case_globals, reason = "a word each")]
        mod heads { $(pub const $kind: u64 = super::head($text);)* }

        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word { $($kind,)* }

        impl Word {
            pub fn of(text: &str) -> Option<Word> {
                // No two words begin with the same eight letters.
                let found = match head(text) { $(heads::$kind => Word::$kind,)* _ => return None };
                (found.text() == text).then_some(found)
            }

            pub fn text(self) -> &'static str {
                match self { $(Word::$kind => $text,)* }
            }

            pub fn is_reserved(self) -> bool {
                match self { $(Word::$kind => $reserved,)* }
            }
        }
    };
}

/// Up to eight letters as a number.
const fn head(text: &str) -> u64 {
    let mut rest = text.as_bytes();
    let mut head = 0;
    let mut left = 8;
    while let [byte, others @ ..] = rest
        && left > 0
    {
        head = head << 8 | *byte as u64;
        rest = others;
        left -= 1;
    }
    head
}

words! {
    Framework "framework" true,
    Use "use" true,
    Enum "enum" true,
    Scale "scale" true,
    Record "record" true,
    Event "event" true,
    Duty "duty" true,
    Catalog "catalog" true,
    Data "data" true,
    Let "let" true,
    Define "define" true,
    Participation "participation" true,
    Relationship "relationship" true,
    Assessment "assessment" true,
    Test "test" true,
    Invariant "invariant" true,
    Parties "parties" true,
    Purpose "purpose" true,
    Scope "scope" true,
    Key "key" true,
    Require "require" true,
    Recommend "recommend" true,
    Basis "basis" true,
    Deny "deny" true,
    Grade "grade" true,
    Cap "cap" true,
    Expires "expires" true,
    Ttl "ttl" true,
    Oblige "oblige" true,
    Suspend "suspend" true,
    Reverify "reverify" true,
    Revoke "revoke" true,
    Reinstate "reinstate" true,
    And "and" true,
    Or "or" true,
    Not "not" true,
    Implies "implies" true,
    If "if" true,
    Then "then" true,
    Else "else" true,
    Match "match" true,
    All "all" true,
    Any "any" true,
    No "no" true,
    In "in" true,
    Has "has" true,
    Otherwise "otherwise" true,
    Is "is" true,
    With "with" true,
    Matches "matches" true,
    Intersects "intersects" true,
    True "true" true,
    False "false" true,
    None "none" true,
    Relies "relies" false,
    On "on" false,
    From "from" false,
    When "when" false,
    Due "due" false,
    Within "within" false,
    Of "of" false,
    As "as" false,
    Lifts "lifts" false,
    Title "title" false,
    Version "version" false,
    Authority "authority" false,
    Effective "effective" false,
    Until "until" false,
    Review "review" false,
    Every "every" false,
    Reviewed "reviewed" false,
    Skew "skew" false,
    Subset "subset" false,
    Contains "contains" false,
    Starts "starts" false,
    Ends "ends" false,
    Empty "empty" false,
    Where "where" false,
    For "for" false,
    At "at" false,
    Expect "expect" false,
    Permit "permit" false,
    Standing "standing" false,
    Valid "valid" false,
    Obliges "obliges" false,
    Advises "advises" false,
    Because "because" false,
    By "by" false,
}

/// Words that start an item, and stand nowhere else (`let` also starts a clause and a test line).
pub const ITEM_STARTERS: &[Word] = &[
    Word::Framework,
    Word::Use,
    Word::Enum,
    Word::Scale,
    Word::Record,
    Word::Event,
    Word::Duty,
    Word::Catalog,
    Word::Data,
    Word::Let,
    Word::Define,
    Word::Participation,
    Word::Relationship,
    Word::Assessment,
    Word::Test,
    Word::Invariant,
];

pub const CLAUSE_STARTERS: &[Word] = &[
    Word::Parties,
    Word::Purpose,
    Word::Scope,
    Word::Key,
    Word::Let,
    Word::Require,
    Word::Recommend,
    Word::Basis,
    Word::Deny,
    Word::Grade,
    Word::Cap,
    Word::Expires,
    Word::Ttl,
    Word::Oblige,
    Word::Suspend,
    Word::Reverify,
    Word::Revoke,
    Word::Reinstate,
];

pub const FRAMEWORK_STARTERS: &[Word] =
    &[Word::Title, Word::Version, Word::Authority, Word::Effective, Word::Review, Word::Skew];

pub const TEST_STARTERS: &[Word] = &[Word::At, Word::Let, Word::Expect];

/// A bit for each word.
const fn set(words: &[Word]) -> u128 {
    let mut set = 0;
    let mut rest = words;
    while let [word, others @ ..] = rest {
        set |= 1 << *word as u32;
        rest = others;
    }
    set
}

impl Word {
    pub fn starts_item(self) -> bool {
        const SET: u128 = set(ITEM_STARTERS);
        SET >> self as u32 & 1 == 1
    }

    pub fn starts_clause(self) -> bool {
        const SET: u128 = set(CLAUSE_STARTERS);
        SET >> self as u32 & 1 == 1
    }

    /// Clauses that carry a name: `require NAME: …`.
    pub fn clause_has_name(self) -> bool {
        self.starts_clause()
            && !matches!(self, Word::Parties | Word::Purpose | Word::Scope | Word::Key | Word::Let | Word::Grade)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tok<'s> {
    /// A word of the grammar, where it may act as one.
    Word(Word),
    /// A plain name with a small initial letter (or `_`).
    Name(&'s str),
    /// A name with a capital initial letter.
    Type(&'s str),
    /// Any word directly before `:`.
    Label(&'s str),
    /// A string literal as written, quotes included.
    Text(&'s str),
    /// At most 2^63, which only a minus sign makes legal.
    Int(u64),
    Decimal(i64),
    Instant(i64),
    Duration(i64),
    /// A literal that was already reported; stands for any value.
    Broken,
    /// The braces of an item at top level, and of expressions there.
    OuterOpen,
    OuterClose,
    Open,
    Close,
    ParenOpen,
    ParenClose,
    BracketOpen,
    BracketClose,
    Comma,
    Colon,
    Dot,
    At,
    Question,
    Assign,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
}

impl<'s> Tok<'s> {
    /// The word as text, if this is one of any kind.
    pub fn word(self) -> Option<&'s str> {
        match self {
            Tok::Word(word) => Some(word.text()),
            Tok::Name(text) | Tok::Type(text) | Tok::Label(text) => Some(text),
            _ => None,
        }
    }

    pub fn is(self, word: Word) -> bool {
        self == Tok::Word(word)
    }

    /// Ends an operand: a value may not follow directly, an operator may.
    pub fn ends_operand(self) -> bool {
        match self {
            Tok::Name(_) | Tok::Type(_) | Tok::Label(_) | Tok::Text(_) => true,
            Tok::Int(_) | Tok::Decimal(_) | Tok::Instant(_) | Tok::Duration(_) | Tok::Broken => true,
            Tok::OuterClose | Tok::Close | Tok::ParenClose | Tok::BracketClose => true,
            Tok::Word(word) => {
                !word.is_reserved() || matches!(word, Word::True | Word::False | Word::None | Word::Reverify)
            }
            _ => false,
        }
    }
}

/// A token with its place and what the lexer noticed about it.
#[derive(Clone, Copy, Debug)]
pub struct Token<'s> {
    pub tok: Tok<'s>,
    pub start: u32,
    pub end: u32,
    /// First on its line.
    pub first: bool,
    /// Something was reported about it: the parser keeps quiet.
    pub reported: bool,
}
