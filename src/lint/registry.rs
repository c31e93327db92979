//! Every lint: its code, its name and the level it has where nobody sets another.
//!
//! In: a code or a name as somebody wrote it. Out: the lint. Codes are never given to another lint; names are written with
//! `_` in a policy and with `-` or `_` elsewhere.

use trust_syntax::suggest;

use crate::manifest::LintLevel;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lint {
    pub code: &'static str,
    pub name: &'static str,
    pub level: LintLevel,
}

impl Lint {
    /// As file names and addresses have it: `no-owner`.
    pub fn kebab(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Whether it is judged on the day of `--as-of` alone.
    pub fn is_dated(&self) -> bool {
        matches!(self.code, "T017" | "T048")
    }

    /// Whether it is about trust that goes wrong: an error unless somebody says otherwise.
    pub fn is_safety(&self) -> bool {
        self.level == LintLevel::Deny
    }
}

const fn safety(code: &'static str, name: &'static str) -> Lint {
    Lint { code, name, level: LintLevel::Deny }
}

const fn remark(code: &'static str, name: &'static str) -> Lint {
    Lint { code, name, level: LintLevel::Warn }
}

const fn style(code: &'static str, name: &'static str) -> Lint {
    Lint { code, name, level: LintLevel::Allow }
}

/// In the order of the codes.
pub const LINTS: &[Lint] = &[
    safety("T001", "permanent_trust"),
    safety("T002", "no_revocation"),
    safety("T003", "verified_once"),
    safety("T004", "no_way_out"),
    safety("T005", "one_sided_freshness"),
    safety("T006", "outlives_revocation"),
    safety("T007", "unchecked_chain"),
    safety("T008", "unchecked_handoff"),
    safety("T009", "authentication_alone"),
    safety("T010", "network_alone"),
    safety("T011", "assurance_ignored"),
    safety("T012", "class_left_out"),
    safety("T013", "no_evidence"),
    safety("T014", "no_owner"),
    safety("T015", "no_authority"),
    safety("T016", "no_review"),
    safety("T017", "review_overdue"),
    safety("T018", "role_not_asked"),
    safety("T019", "constant_condition"),
    remark("T020", "shadowed_clause"),
    safety("T021", "contradiction"),
    safety("T022", "unreachable"),
    safety("T023", "touches_everybody"),
    safety("T024", "wildcard_scope"),
    safety("T025", "fact_without_age"),
    safety("T026", "event_ignored"),
    safety("T027", "duty_ignored"),
    safety("T028", "unused_allow"),
    remark("T029", "unused_name"),
    style("T030", "quadratic_cost"),
    style("T031", "revocation_untested"),
    style("T032", "no_message"),
    style("T033", "no_control"),
    style("T034", "no_sender"),
    style("T035", "mixed_and_or"),
    safety("T036", "rule_ignored"),
    safety("T037", "late_only_if_done"),
    safety("T040", "standing_not_own"),
    safety("T041", "level_backwards"),
    safety("T042", "due_after_end"),
    safety("T043", "untied_facts"),
    safety("T044", "bounds_nothing"),
    safety("T045", "everything_passes"),
    safety("T046", "absent_passes"),
    safety("T047", "relies_on_itself"),
    safety("T048", "framework_ended"),
    remark("T049", "field_ignored"),
    style("T050", "text_ignored"),
    remark("T051", "event_unheard"),
    style("T052", "empty_passes"),
];

/// The lint of a code (`T014`, in any case) or a name (`no_owner`, `no-owner`).
pub fn find(word: &str) -> Option<&'static Lint> {
    let name = word.replace('-', "_").to_ascii_lowercase();
    LINTS.iter().find(|l| l.name == name || l.code.eq_ignore_ascii_case(word))
}

/// The name that was probably meant.
pub fn nearest(word: &str) -> Option<&'static str> {
    let name = word.replace('-', "_").to_ascii_lowercase();
    suggest::nearest(&name, LINTS.iter().flat_map(|l| [l.name, l.code]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_in_order_and_once() {
        assert!(LINTS.is_sorted_by(|a, b| a.code < b.code));
        let names: std::collections::BTreeSet<_> = LINTS.iter().map(|l| l.name).collect();
        assert_eq!(names.len(), LINTS.len());
        assert_eq!(find("t014").map(|l| l.name), Some("no_owner"));
        assert_eq!(find("no-owner").map(|l| l.code), Some("T014"));
        assert_eq!(nearest("no_ower"), Some("no_owner"));
    }
}
