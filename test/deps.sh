#!/usr/bin/env bash
# Installs what the tests use beside Go, where that can be done without a
# question. Nothing here is fatal: a test whose tool is missing says so and is
# skipped. The mosquitto service that the package starts does not matter: the
# tests start brokers of their own on free ports.
set -euo pipefail

command -v go >/dev/null || {
	echo "There is no Go here. Install the version that go.mod names from https://go.dev/dl/" >&2
	exit 1
}

missing=()
command -v mosquitto >/dev/null || missing+=(mosquitto)
command -v mosquitto_pub >/dev/null || missing+=(mosquitto-clients)
command -v "${CC:-gcc}" >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
	echo "Missing: ${missing[*]}. Install them with this system's package manager." >&2
	exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "Missing: ${missing[*]}. Install them with: sudo $install" >&2
		exit 0
	fi
	as_root=(sudo -n)
fi

echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the words of the command
"${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install ||
	echo "That did not work. The tests that need ${missing[*]} will be skipped." >&2
