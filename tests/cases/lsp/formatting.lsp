request textDocument/formatting {"options":{"tabSize":4,"insertSpaces":true}}
--- a.trust
enum  A {x,y}

record R {
  a: A
    bee: string
}
‸