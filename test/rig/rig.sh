#!/usr/bin/env bash
# Runs the tests that need a virtual machine. It installs QEMU first, where that can
# be done without a question; where it cannot, it says so and nothing is tested.
# What can be reached and does not come is a failure. Arguments go to "go test".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH=$PATH:/usr/sbin:/sbin

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# skip says why nothing is tested and ends.
skip() {
	echo "rig: skipped: $*"
	exit 0
}

missing=()
for pair in qemu-system-aarch64=qemu-system-arm qemu-system-x86_64=qemu-system-x86 mmdebstrap=mmdebstrap mke2fs=e2fsprogs depmod=kmod xz=xz-utils mosquitto=mosquitto; do
	command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
command -v apt-get >/dev/null || [ -e .cache/rig/arm64/version ] ||
	skip "the kernel comes from Debian's archive, and there is no apt here"
if [ ${#missing[@]} -gt 0 ]; then
	command -v apt-get >/dev/null || skip "missing: ${missing[*]} (as Debian calls them)"
	as_root true 2>/dev/null ||
		skip "missing: ${missing[*]}; install them with: sudo apt-get install --no-install-recommends ${missing[*]}"
	echo "rig: installing ${missing[*]}"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
		install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
began=$SECONDS
fetching=()
for get in "fetch.sh arm64" "fetch.sh amd64" "debian.sh amd64"; do
	# shellcheck disable=SC2086 # two words
	test/rig/$get >/dev/null &
	fetching+=($!)
done
failed=0
for job in "${fetching[@]}"; do
	wait "$job" || failed=$((failed == 75 ? 75 : $?))
done
[ "$failed" -ne 75 ] || skip "Debian's archive cannot be reached, and not all of it is in .cache/rig"
[ "$failed" -eq 0 ]
echo "rig: kernels $(cat .cache/rig/{arm64,amd64}/version | xargs) and a Debian, after $((SECONDS - began)) s"
# Four machines at once: two keep two processors busy, and some only wait.
go test -count=1 -v -timeout 30m -p 2 -parallel 2 ./test/rig ./test/rig/debian -rig "$@"
