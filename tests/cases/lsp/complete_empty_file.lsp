request textDocument/completion
--- a.trust
‸