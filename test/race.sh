#!/usr/bin/env bash
# Prints -race, unless this is a machine for which there is no race detector: 32
# bits, or a kernel with an address space that it does not know. On amd64 it
# always works, so there nothing excuses its absence.
set -euo pipefail

if [ "$(go env GOARCH)" = amd64 ] || go test -race -run '^$' ./kitchen >/dev/null 2>&1; then
	echo -race
else
	echo "No race detector on this machine: testing without it." >&2
fi
