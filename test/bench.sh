#!/usr/bin/env bash
# Runs every benchmark and writes the results, with what they were measured on,
# to the file named.
set -euo pipefail
out=${1:?the file to write}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
go test -run '^$' -bench . -benchmem -timeout 60m ./... | tee "$results"

if [ -r /proc/device-tree/model ]; then
	machine=$(tr -d '\0' </proc/device-tree/model)
else
	machine=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
fi

{
	echo "# Benchmarks"
	echo
	echo "Written by \`make bench\`. Figures of a disk or a loopback socket say more about the"
	echo "machine than about the program: compare on one machine only."
	echo
	echo "| | |"
	echo "|---|---|"
	echo "| machine | ${machine:-unknown}, $(nproc) CPUs, $(uname -m) |"
	echo "| kernel | $(uname -sr) |"
	echo "| Go | $(go env GOVERSION) |"
	echo "| date | $(date -u +%Y-%m-%d) |"
	echo "| commit | $(git describe --always --dirty 2>/dev/null || echo unknown) |"
	awk '
		/^pkg: /     { pkg = $2; named = 0; next }
		/^Benchmark/ {
			if (!named) { if (open) print "```"; print "\n## " pkg "\n\n```"; named = open = 1 }
			print
		}
		END { if (open) print "```" }
	' "$results"
} >"$out.new"
mv "$out.new" "$out"
echo "wrote $out"
