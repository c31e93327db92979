request textDocument/completion
--- a.trust
participation p(a: bool) { ‸ }
