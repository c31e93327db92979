request textDocument/completion
--- a.trust
scale S { low < high }
assessment a(x: int) {
    grade S from high
    ca‸
}
