request diagnostics
--- trust.toml disk
name = 3
--- a.trust
use std.time.fresh
let a = fresh(2026-01-01, 1)
