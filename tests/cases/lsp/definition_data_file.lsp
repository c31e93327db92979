request textDocument/definition
--- a.trust
data names: set<string> from "na‸mes.json"
--- names.json disk
["a"]
