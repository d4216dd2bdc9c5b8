#!/bin/busybox sh
# The first process of a machine without a disk: it loads what the tests need and
# leaves the rest to the agent.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
for m in $(cat /lib/modules/order); do
	insmod "/lib/modules/$m.ko" || echo "init: no $m"
done
mount -t configfs none /sys/kernel/config
ip link set lo up
if [ -e /sys/class/net/eth0 ]; then
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
fi
[ -z "$rig_port" ] || stty -F "$rig_port" raw -echo clocal
exec /bin/agent $rig_port
