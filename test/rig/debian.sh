#!/usr/bin/env bash
# Makes the disk of a machine with Debian and systemd, and prints its path: an ext4 image
# without a kernel and without an agent, which come with the initramfs. It is kept in
# .cache/rig under a hash of this recipe, so a new recipe makes a new disk. Needs root.
set -euo pipefail
arch=${1:?the architecture, as Debian calls it}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH=$PATH:/usr/sbin:/sbin
cache=$PWD/.cache/rig

suite=bookworm # what Raspberry Pi OS was made of until 2025, and the oldest that the package supports
size=512M
# What Debian calls essential, systemd, and what the package depends on: the machine that
# installs it reaches no archive.
packages=apt,systemd,systemd-sysv,systemd-timesyncd,udev,passwd
# Nobody logs in, nothing happens by itself, and what nobody needs does not keep an emulated
# processor busy at each boot and each daemon-reload.
masked=(
	getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
	e2scrub_reap.service fstrim.timer systemd-pstore.service systemd-firstboot.service
	systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service
	systemd-modules-load.service modprobe@.service kmod-static-nodes.service dev-hugepages.mount dev-mqueue.mount
	sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount
)

key=$(sha256sum test/rig/debian.sh | head -c 12)
disk=$cache/debian-$arch-$key.ext4
if [ -e "$disk" ]; then
	echo "$disk"
	exit 0
fi

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}
mkdir -p "$cache"
work=$(mktemp -d "$cache/debian-XXXXXX")
trap 'as_root rm -rf "$work"' EXIT

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
signed=/usr/share/keyrings/debian-archive-keyring.gpg
as_root mmdebstrap --quiet --mode=root --architectures="$arch" --variant=essential --include="$packages" \
	--aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
	"$suite" "$work/root" "deb [signed-by=$signed] $mirror $suite main" >&2

for unit in "${masked[@]}"; do
	as_root ln -sf /dev/null "$work/root/etc/systemd/system/$unit"
done
as_root mkdir -p "$work/root/etc/systemd/system-generators"
for generator in "$work"/root/lib/systemd/system-generators/*; do
	as_root ln -sf /dev/null "$work/root/etc/systemd/system-generators/$(basename "$generator")"
done
as_root ln -sf /lib/systemd/system/multi-user.target "$work/root/etc/systemd/system/default.target"
as_root rm -f "$work/root/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service" # until a test wants it
# Not its first boot, and nothing to bring up to date: that would take longer than all else.
printf '%.0s0123456789abcdef' 1 2 | as_root tee "$work/root/etc/machine-id" >/dev/null
as_root touch "$work/root/etc/.updated" "$work/root/var/.updated"
echo kitchen | as_root tee "$work/root/etc/hostname" >/dev/null
as_root mke2fs -q -t ext4 -E root_owner=0:0 -L root -d "$work/root" "$work/disk" "$size" >&2
as_root chown "$(id -u):$(id -g)" "$work/disk"
rm -f "$cache/debian-$arch-"*.ext4
mv "$work/disk" "$disk"
echo "$disk"
