#!/usr/bin/env bash
# Runs every benchmark, those of the peers and of the pages in a browser too, and writes the results beside their
# limits, with what they were measured on, to the file named. A benchmark that
# fails is missing there, and fails this.
set -euo pipefail
out=${1:?the file to write}

results=$(mktemp)
trap 'rm -f "$results" "$out.new"' EXIT
failed=0
# One package at a time: they would disturb each other.
go test -p 1 -run '^$' -bench . -benchmem -timeout 30m ./... | tee "$results" || failed=1
(cd test/peers && go test -p 1 -run '^$' -bench . -timeout 30m ./...) | tee -a "$results" || failed=1
(cd test/browser && go test -run '^$' -bench . -timeout 30m ./...) | tee -a "$results" || failed=1

if [ -r /proc/device-tree/model ]; then
	machine=$(tr -d '\0' </proc/device-tree/model)
else
	machine=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
fi
export MACHINE="${machine:-unknown}, $(nproc) CPUs, $(uname -m)"
KERNEL=$(uname -sr)
GOVERSION=$(go env GOVERSION)
DATE=$(date -u +%Y-%m-%d)
COMMIT=$(git describe --always --dirty 2>/dev/null || echo unknown)
export KERNEL GOVERSION DATE COMMIT
(cd test/peers && go run ./report) <"$results" >"$out.new"
mv "$out.new" "$out"
echo "wrote $out"
exit "$failed"
