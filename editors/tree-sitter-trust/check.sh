#!/bin/sh
# Generates the parser and holds it against every policy of this repository and against test/corpus.
#
#   editors/tree-sitter-trust/check.sh        # needs tree-sitter (the CLI) and a C compiler; TREE_SITTER names another
set -eu
cd "$(dirname "$0")"
tree_sitter=${TREE_SITTER:-tree-sitter}
"$tree_sitter" generate
"$tree_sitter" test
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find ../../examples ../../stdlib ../../templates -name '*.trust' | LC_ALL=C sort >"$list"
# Ends with 1 where a file has an ERROR or a missing token.
"$tree_sitter" parse --quiet --paths "$list"
echo "$(wc -l <"$list") policies are read without an error"
