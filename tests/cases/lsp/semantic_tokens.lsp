request textDocument/semanticTokens/full
--- a.trust
use std.time.fresh

/// Said: 𝒳.
participation p(a: string?, at: instant) {
    // note
    @maps(c["1"])
    require r: has a and a == "𝒳" and fresh(at, 5m)
}
catalog c "C" { "1": "One" }
‸