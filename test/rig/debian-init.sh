#!/bin/busybox sh
# The first process of a machine with Debian: it loads what the tests need, puts the
# agent beside the disk, and leaves the rest to systemd.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for m in $(cat /lib/modules/order); do
	insmod "/lib/modules/$m.ko" || echo "init: no $m"
done
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2
mount -t ext4 -o noatime /dev/vda /mnt
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /mnt/run
mkdir -p /mnt/run/rig /mnt/run/systemd/system/multi-user.target.wants
cp /bin/agent /mnt/run/rig/agent
cat >/mnt/run/systemd/system/rig-agent.service <<UNIT
[Service]
ExecStart=/run/rig/agent
OOMScoreAdjust=-1000
TasksMax=infinity
KillMode=process
UNIT
ln -s ../rig-agent.service /mnt/run/systemd/system/multi-user.target.wants/rig-agent.service
for d in proc sys dev; do
	mount --move /$d /mnt/$d
done
exec switch_root /mnt /sbin/init
