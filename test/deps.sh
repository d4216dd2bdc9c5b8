#!/usr/bin/env bash
# Installs what the tests use beside Go, where that can be done without a
# question. Nothing here is fatal: a test whose tool is missing says so and is
# skipped. The mosquitto service that the package starts does not matter: the
# tests start brokers of their own on free ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin:/sbin

command -v go >/dev/null || {
	echo "There is no Go here. Install the version that go.mod names from https://go.dev/dl/" >&2
	exit 1
}

# as_root runs a command as root, if that needs no password.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# packages installs what is missing of these Debian packages: program=package, or
# program="several packages".
packages() {
	local missing=() pair
	for pair in "$@"; do
		# shellcheck disable=SC2206 # the words of the package list
		command -v "${pair%%=*}" >/dev/null || missing+=(${pair#*=})
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "Missing: ${missing[*]} (as Debian calls them). Install them with this system's package manager." >&2
	elif ! as_root true 2>/dev/null; then
		echo "Missing: ${missing[*]}. Install them with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
	else
		echo "Installing ${missing[*]}"
		as_root apt-get update -q &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" ||
			echo "That did not work. The tests that need ${missing[*]} will be skipped." >&2
	fi
}

# fetch_promtool gets what checks the alert rules. Debian has it in the package of a whole
# Prometheus server, which would be started too: so it is taken out of the package.
fetch_promtool() {
	local to=.cache/promtool tmp get
	[ ! -x "$to" ] && ! command -v promtool >/dev/null || return 0
	if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
		echo "Missing: promtool, of Prometheus. Put it into the PATH, or the alert rules are not tested." >&2
		return 0
	fi
	mkdir -p .cache
	tmp=$(mktemp -d .cache/promtool-XXXXXX)
	get="cd $tmp && apt-get -q -o APT::Sandbox::User=$(id -un) download prometheus"
	echo "Fetching promtool"
	if { bash -c "$get" || { as_root apt-get update -q && bash -c "$get"; }; } &&
		dpkg-deb --fsys-tarfile "$tmp"/prometheus_*.deb | tar -xO ./usr/bin/promtool >"$tmp/promtool" &&
		chmod +x "$tmp/promtool" && "$tmp/promtool" --version >/dev/null 2>&1; then
		mv "$tmp/promtool" "$to"
	else
		echo "That did not work. The alert rules will not be tested." >&2
	fi
	rm -rf "$tmp"
}

packages mosquitto=mosquitto mosquitto_pub=mosquitto-clients "${CC:-gcc}=gcc libc6-dev" \
	chromium="chromium fonts-noto-cjk" strace=strace mkfs.ext4=e2fsprogs losetup=mount \
	tesseract="tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim" lintian=lintian systemd-analyze=systemd udevadm=udev zsh=zsh fish=fish
fetch_promtool
