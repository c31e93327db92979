//! The standard library: written in the language, compiled in, readable with `trustc doc std`.

/// Module name and source, in the order of the names.
pub const MODULES: &[(&str, &str)] = &[
    ("std.assurance", include_str!("../stdlib/assurance.trust")),
    ("std.controls", include_str!("../stdlib/controls.trust")),
    ("std.delegation", include_str!("../stdlib/delegation.trust")),
    ("std.duties", include_str!("../stdlib/duties.trust")),
    ("std.events", include_str!("../stdlib/events.trust")),
    ("std.identity", include_str!("../stdlib/identity.trust")),
    ("std.spiffe", include_str!("../stdlib/spiffe.trust")),
    ("std.time", include_str!("../stdlib/time.trust")),
];

/// The source of `std.time` and the like.
pub fn source(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}
