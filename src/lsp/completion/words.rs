//! Words of the language where they may stand, with what they mean.

use lsp_types::CompletionItemKind;
use trust_syntax::ast::BlockKind;

use super::offer::{Offer, Offers};
use crate::diag::pages;
use crate::lint;

/// A word, what it writes, what it means.
type Row = (&'static str, &'static str, &'static str);

fn rows(offers: &mut Offers<'_>, rows: &[Row]) {
    for (label, insert, about) in rows {
        offers.add(Offer {
            label: (*label).into(),
            about: (*about).into(),
            kind: Some(CompletionItemKind::KEYWORD),
            insert: Some((*insert).into()),
            rank: 1,
            ..Offer::default()
        });
    }
}

pub fn plain(offers: &mut Offers<'_>, words: &[&str]) {
    for word in words {
        offers.add(Offer {
            label: (*word).into(),
            kind: Some(CompletionItemKind::KEYWORD),
            rank: 3,
            ..Offer::default()
        });
    }
}

pub fn items(offers: &mut Offers<'_>) {
    rows(
        offers,
        &[
            (
                "framework",
                "framework ${1:name} {\n    title     \"$2\"\n    version   \"${3:1.0.0}\"\n    authority \"$4\"\n    effective ${5:2026-01-01}\n    review    every ${6:90d}\n\\}",
                "The trust framework this package states; one a package.",
            ),
            ("use", "use ${1:std.time.fresh}", "Brings in names of another module."),
            ("enum", "enum ${1:Name} { $2 \\}", "A type of cases without order."),
            ("scale", "scale ${1:Name} { ${2:low} < ${3:high} \\}", "A type of cases in ascending order."),
            ("record", "record ${1:Name} {\n    $2\n\\}", "A type of facts with fields."),
            ("event", "event ${1:Name} { $2 \\}", "What may happen and move a standing."),
            ("duty", "duty ${1:name}($2)", "What a party can owe."),
            ("catalog", "catalog ${1:name} \"$2\" {\n    \"$3\": \"$4\"\n\\}", "The controls of a standard."),
            (
                "data",
                "data ${1:name}: ${2:set<string>} from \"${3:file.json}\"",
                "A typed value read from a JSON or CSV file when the policy is compiled.",
            ),
            ("let", "let ${1:name} = $2", "A constant."),
            ("define", "define ${1:name}($2): ${3:bool} = $4", "A pure function."),
            (
                "participation",
                "participation ${1:role}($2) {\n    require ${3:name}: $4\n\\}",
                "Who may take part, in which role.",
            ),
            (
                "relationship",
                "relationship ${1:name}($2) {\n    parties $3 relies on $4\n    purpose \"$5\"\n    scope   $6\n\\}",
                "Who may rely on whom, for what.",
            ),
            (
                "assessment",
                "assessment ${1:name}($2) {\n    grade ${3:Scale} from ${4:case}\n\\}",
                "How much to trust an identity right now.",
            ),
            (
                "test",
                "test \"$1\" {\n    at ${2:2026-01-01}\n    expect $3\n\\}",
                "What must come out, at a stated instant.",
            ),
            (
                "invariant",
                "invariant ${1:name}($2): $3",
                "Claimed for all facts, every `now` and every prior; searched for counterexamples.",
            ),
        ],
    );
}

pub fn clauses(offers: &mut Offers<'_>, kind: BlockKind) {
    if kind == BlockKind::Relationship {
        rows(
            offers,
            &[
                (
                    "parties",
                    "parties $1 relies on $2",
                    "Who relies on whom: a participation each, or a text for somebody outside.",
                ),
                ("purpose", "purpose \"$1\"", "The business need."),
                ("scope", "scope $1", "Least privilege: must hold."),
            ],
        );
    }
    if kind != BlockKind::Assessment {
        rows(
            offers,
            &[
                ("key", "key $1", "What a stored standing belongs to; needed with `on` clauses."),
                ("require", "require ${1:name}: $2", "Must hold."),
                ("recommend", "recommend ${1:name}: $2", "Should hold: reported as advice where it does not."),
                ("basis", "basis ${1:name}: $2", "Where a block has any, at least one must hold."),
                ("deny", "deny ${1:name}: $2", "Must not hold."),
                ("expires", "expires ${1:name}: $2", "Denies from that instant on."),
            ],
        );
    }
    rows(
        offers,
        &[
            ("ttl", "ttl ${1:name}: ${2:10m}", "Decide anew within that time; with `from` an instant, deny after it."),
            (
                "oblige",
                "oblige ${1:name}: $2 within ${3:1m}",
                "A dated obligation (`due`), or one owed at every reliance (`within`).",
            ),
            ("grade", "grade ${1:Scale} from ${2:case}", "What the block grades by, and where the grade starts."),
            ("cap", "cap ${1:name}: ${2:case} when $3", "The grade is the lowest of all caps that apply."),
            ("let", "let ${1:name} = $2", "A local value."),
        ],
    );
    if kind != BlockKind::Assessment {
        rows(
            offers,
            &[
                (
                    "suspend",
                    "suspend ${1:name}: on ${2:Event} as e when $3",
                    "Suspends, by an event or for as long as a condition holds.",
                ),
                (
                    "reverify",
                    "reverify ${1:name}: on ${2:Event} as e when $3",
                    "Asks to be verified anew, by an event or while a condition holds.",
                ),
                (
                    "revoke",
                    "revoke ${1:name}: on ${2:Event} as e when $3 within ${4:1h} of $5",
                    "Ends it for ever, by an event.",
                ),
                (
                    "reinstate",
                    "reinstate ${1:name}: on ${2:Event} as e when $3 lifts $4",
                    "Ends suspensions or reverifications; never a revocation.",
                ),
            ],
        );
    }
}

pub fn framework(offers: &mut Offers<'_>) {
    rows(
        offers,
        &[
            ("title", "title \"$1\"", "What people call it."),
            ("version", "version \"${1:1.0.0}\"", "The version of the policy."),
            ("authority", "authority \"$1\"", "Who is answerable for it."),
            ("effective", "effective ${1:2026-01-01}", "From when, and with `until` to when, it permits at all."),
            ("review", "review every ${1:90d}", "How often it is looked at anew."),
            ("skew", "skew ${1:30s}", "By how much clocks may differ."),
        ],
    );
}

pub fn test(offers: &mut Offers<'_>) {
    rows(
        offers,
        &[
            ("at", "at ${1:2026-01-01}", "What `now` is for what follows."),
            ("expect", "expect $1", "A condition, or a block's decision with what must come of it."),
            ("let", "let ${1:name} = $2", "A value of this test."),
        ],
    );
}

pub fn outcomes(offers: &mut Offers<'_>) {
    rows(
        offers,
        &[
            ("permit", "permit", "It permits; with `because`, on exactly these bases."),
            ("deny", "deny because $1", "It denies; with `because`, for exactly these reasons."),
            ("grade", "grade $1", "The grade."),
            ("standing", "standing $1", "The standing."),
            ("valid until", "valid until $1", "Until when the decision holds."),
            ("obliges", "obliges $1", "Obliges at least to this; with `due`, by that instant."),
            ("advises", "advises $1", "Advises at least this."),
            ("revoke", "revoke because $1", "The event revokes."),
            ("suspend", "suspend because $1", "The event suspends."),
            ("reverify", "reverify because $1", "The event asks to be verified anew."),
            ("reinstate", "reinstate because $1", "The event reinstates."),
            ("none", "none", "No trigger matches."),
        ],
    );
}

pub fn annotations(offers: &mut Offers<'_>) {
    rows(
        offers,
        &[
            ("maps", "maps(${1:catalog}[\"$2\"])", "The controls it serves."),
            ("owner", "owner(\"$1\")", "Who answers for the block."),
            ("since", "since(\"$1\")", "The version it came with."),
            ("was", "was(\"$1\")", "A former name: stored standings keep their meaning."),
            ("json", "json(\"$1\")", "What facts call the field, case or event."),
            ("allow", "allow(${1:lint}, \"$2\")", "Allows what a lint finds here, with the reason."),
        ],
    );
}

/// Words a value may begin with.
pub const VALUE: &[&str] = &["has", "not", "all", "any", "no", "if", "match", "true", "false", "none"];

/// The lints that can be allowed.
pub fn lints(offers: &mut Offers<'_>) {
    for lint in lint::LINTS {
        let page = pages::find(lint.code);
        offers.add(Offer {
            label: lint.name.into(),
            detail: page.map_or_else(|| lint.code.to_owned(), |p| format!("{} {}", lint.code, p.title)),
            about: page.map(|p| pages::first_paragraph(p).to_owned()).unwrap_or_default(),
            kind: Some(CompletionItemKind::REFERENCE),
            ..Offer::default()
        });
    }
}
