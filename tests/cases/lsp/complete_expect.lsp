request textDocument/completion
--- a.trust
participation p(a: bool) { require r: a }
test "t" {
    at 2026-01-01
    expect ‸
}
