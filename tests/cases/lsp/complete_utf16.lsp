request textDocument/completion
--- a.trust
record R { name: string }
participation p(r: R) {
    require x: "𝒳é" == r.‸
}
