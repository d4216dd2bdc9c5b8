#!/usr/bin/env bash
# Fetches what a virtual machine of the given Debian architecture is made of, and
# prints the folder that has it:
#
#	vmlinuz             the kernel
#	lib/modules/VERSION its modules, with modules.dep
#	busybox             a static busybox
#	version             the kernel's version
#
# The kernel is Debian's of trixie-backports: it is the oldest that has gpio-sim as
# a module, and it has the USB gadgets too. It is unpacked, never installed. apt
# runs with a configuration of its own, on the mirror that this machine already
# uses. What was fetched once is used again: rm -r .cache/rig fetches anew. It ends
# with 75 where the mirror cannot be reached.
set -euo pipefail
arch=${1:?the architecture, as Debian calls it}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=$PWD/.cache/rig

if [ -e "$cache/$arch/version" ]; then
	readlink -f "$cache/$arch"
	exit 0
fi
mkdir -p "$cache"
work=$(mktemp -d "$cache/fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT

# The mirror and its key are those of the first plain Debian archive in this
# machine's own sources.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
mkdir -p "$work"/lists/partial "$work"/archives/partial
key=/usr/share/keyrings/debian-archive-keyring.gpg
for suite in trixie-backports bookworm; do
	echo "deb [signed-by=$key arch=$arch] $mirror $suite main"
done >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$work/lists";
Dir::State::status "/dev/null";
Dir::Cache "$work";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONF
export APT_CONFIG=$work/apt.conf
apt-get -qq update -o APT::Update::Error-Mode=any >&2 || {
	echo "the mirror $mirror does not answer" >&2
	exit 75 # EX_TEMPFAIL
}
version=$(apt-cache depends "linux-image-$arch/trixie-backports" |
	sed -n 's/.*Depends: linux-image-\([0-9].*\)/\1/p' | head -n 1)
[ -n "$version" ] || {
	echo "the mirror $mirror has no linux-image-$arch in trixie-backports" >&2
	exit 1
}
(cd "$work" && apt-get -qq download "linux-base-$version" "linux-binary-$version" "linux-modules-$version" busybox-static/bookworm >&2)
unset APT_CONFIG

new=$work/new
mkdir "$new"
for package in "$work"/linux-*.deb "$work"/busybox-static_*.deb; do
	dpkg-deb -x "$package" "$work/x"
done
mkdir "$new/lib"
mv "$work/x/usr/lib/modules" "$new/lib/modules"
mv "$work/x/bin/busybox" "$new/busybox"
mv "$new/lib/modules/$version/vmlinuz" "$new/vmlinuz"
depmod -b "$new" "$version"
echo "$version" >"$new/version"
rm -rf "$cache/$arch-$version"
mv "$new" "$cache/$arch-$version"
ln -sfn "$arch-$version" "$cache/$arch"
echo "$cache/$arch-$version"
