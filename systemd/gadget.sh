#!/bin/sh
# Makes this machine a USB printer ("make"), or takes that back ("remove"). It becomes
# /dev/g_printer0, which the daemon reads: gadget = "/dev/g_printer0".
#
# Described in the kernel's Documentation/usb/gadget_configfs.rst and, for the printer,
# gadget-testing.rst. PRINTER_MAKER and PRINTER_MODEL change what the till is told.
set -eu

gadget=/sys/kernel/config/usb_gadget/readyshelf

fail() {
	echo "readyshelf-gadget: $*" >&2
	exit 1
}

remove() {
	[ -d "$gadget" ] || return 0
	cd "$gadget"
	echo >UDC 2>/dev/null || true # it is not bound if making it failed
	rm -f configs/c.1/printer.usb0
	for d in configs/c.1 functions/printer.usb0 strings/0x409; do
		[ ! -d $d ] || rmdir $d
	done
	cd /
	rmdir "$gadget"
}

make() {
	modprobe -q libcomposite 2>/dev/null || true # may be built in
	[ -d "${gadget%/*}" ] || fail "this kernel can be no USB device: it has no libcomposite, or configfs is not mounted"
	udc=
	for u in /sys/class/udc/*; do
		[ ! -e "$u" ] || udc=${u##*/}
	done
	[ -n "$udc" ] || fail "this machine has no USB port that can be a device now; on a Raspberry Pi add dtoverlay=dwc2,dr_mode=peripheral to /boot/firmware/config.txt and restart it"
	remove
	mkdir "$gadget"
	trap remove EXIT
	cd "$gadget"
	# The ids of the kernel's own printer, g_printer.
	echo 0x0525 >idVendor
	echo 0xa4a8 >idProduct
	mkdir strings/0x409 configs/c.1 functions/printer.usb0
	maker=${PRINTER_MAKER:-EPSON} model=${PRINTER_MODEL:-TM-T88V}
	echo "$maker" >strings/0x409/manufacturer
	echo "$model" >strings/0x409/product
	# A till remembers its printers by this.
	serial=$(tr -d '\0' 2>/dev/null </proc/device-tree/serial-number || true)
	echo "${serial:-READYSHELF}" >strings/0x409/serialnumber
	# Kernels until now leave the last two bytes out: a blank and the end of the line.
	echo "MFG:$maker;MDL:$model;CMD:ESC/POS;CLS:PRINTER; " >functions/printer.usb0/pnp_string
	echo 0xc0 >configs/c.1/bmAttributes # has its own power supply
	ln -s functions/printer.usb0 configs/c.1
	echo "$udc" >UDC
	trap - EXIT
}

case ${1:-} in
make) make ;;
remove) remove ;;
*) fail "say make or remove" ;;
esac
