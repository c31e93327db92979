#!/usr/bin/env bash
# Looks at policies as a CI job does: layout, findings, tests with coverage. Reports are written whatever is found.
#
#   ci/policies.sh [PATH…]        # `.` where no path is given
#
# TRUSTC        the program (`trustc`)
# REPORTS       a folder for the reports (`trust-reports`): trustc.sarif, code-quality.json, junit.xml, cobertura.xml, lcov.info
# MIN_COVERAGE  the least percentage of clauses that tests must have seen each way (0)
#
# Exit code: the worst of the steps; 0 clean, 1 findings, 2 nothing to look at or wrong usage.
set -uo pipefail

trustc=${TRUSTC:-trustc}
reports=${REPORTS:-trust-reports}
least=${MIN_COVERAGE:-0}
[ $# -gt 0 ] || set -- .
worst=0

# Runs a step, shows its title, and remembers how it ended.
step() {
    local title=$1 code=0
    shift
    echo "== $title"
    "$@" || code=$?
    [ "$code" -le "$worst" ] || worst=$code
}

# Writes what a command says on standard output to a file.
into() {
    local file=$1
    shift
    "$@" >"$file"
}

mkdir -p "$reports" || exit 2

if [ "${GITHUB_ACTIONS:-}" = true ]; then shown=github; else shown=text; fi
step "layout" "$trustc" fmt --check "$@"
step "findings" "$trustc" check --format "$shown" "$@"
step "findings, for code scanning" into "$reports/trustc.sarif" "$trustc" check --format sarif "$@"
step "findings, for merge requests" into "$reports/code-quality.json" "$trustc" check --format gitlab "$@"
step "tests" "$trustc" test --coverage --min-coverage "$least" \
    --coverage-format cobertura --coverage-output "$reports/cobertura.xml" "$@"
step "tests, for build servers" into "$reports/junit.xml" "$trustc" test --format junit --coverage \
    --coverage-format lcov --coverage-output "$reports/lcov.info" "$@"
exit "$worst"
