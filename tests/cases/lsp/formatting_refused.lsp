request textDocument/formatting {"options":{"tabSize":4,"insertSpaces":true}}
--- a.trust
enum A { x,
record R {
 a A
}
‸