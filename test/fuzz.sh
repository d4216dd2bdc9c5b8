#!/usr/bin/env bash
# Runs every fuzz target, or those of the packages named, for the time named, one
# after the other.
set -euo pipefail
time=${1:-60s}
shift || true

go list -f '{{.Dir}} {{.ImportPath}}' "${@:-./...}" | while read -r dir pkg; do
	for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9]+)\(f \*testing\.F\).*/\1/p' "$dir"/*_test.go 2>/dev/null); do
		echo "== $pkg $target"
		go test "$pkg" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 5x </dev/null
	done
done
