package rig

import (
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// Options are what a machine is made of. The zero value is the board of tier A: an
// arm64 "virt" board with one processor of a Raspberry Pi 4, 512 MiB of memory, an
// initramfs with the agent, the shipped program and the modules that tests need, an
// empty disk of [DiskSize] at /dev/vda, a network and a USB 3 host controller.
//
// A restored machine must have the same devices as the one that was saved, so
// [Restore] takes only Disks (as many as there were), Forward and Keep.
type Options struct {
	// Arch is arm64, amd64 or armhf, as Debian says it; default arm64.
	Arch string
	// Machine and CPU are QEMU's names; default what suits Arch.
	Machine, CPU string
	// Memory is in MiB; default 512.
	Memory int
	// Kernel and Initrd are files; default the rig's own.
	Kernel, Initrd string
	// DTB is a device tree, for boards that need one.
	DTB string
	// Append comes at the end of the kernel's command line.
	Append string
	// Disks are /dev/vda, /dev/vdb, …; default is one empty disk.
	Disks []Disk
	// Forward are TCP ports of the machine that the host can reach, see
	// [Machine.Addr]. The machine reaches the host's loopback address at [Host].
	Forward []int
	// CPUs is how many processors there are; default 1. Some boards cannot have fewer
	// than they have.
	CPUs int
	// AgentOn is the serial port on which the agent talks, as ttyS1: the second of QEMU's.
	// It is for boards that can have no virtio serial port.
	AgentOn string
	// Counted makes an emulated processor count its instructions: one takes 2 ns of the
	// machine's time, whatever the host does. 500 million a second are fewer than those of
	// the slowest board that is supported: the Cortex-A53 of a Pi Zero 2 has 1 GHz, and
	// takes one or two instructions a cycle. So what a program takes of the processor, and
	// how soon it is up, does not depend on how busy the host is.
	Counted bool
	// NoNet, NoUSB and NoAgent leave these out. Without an agent only QMP, Console
	// and Kill work.
	NoNet, NoUSB, NoAgent bool
	// Keep is for a restored machine that is to be saved again. One that was booted
	// always can be.
	Keep bool
	// RTC is QEMU's -rtc, as in "base=1970-01-01T00:00:00".
	RTC string
	// Extra are more arguments for QEMU.
	Extra []string

	accel string // QEMU's -accel; default tcg
}

// Host is the address at which a machine reaches the loopback address of the host.
const Host = "10.0.2.2"

// DiskSize is the size of the disk that a machine has where nothing is said, in
// bytes. A Card that takes its place in a restored machine must be as large.
const DiskSize = 64 << 20

// Disk is what a virtio disk is made of. The zero value is an empty one of DiskSize
// that forgets everything that is written to it.
type Disk struct {
	Card *Card  // …, or
	File string // an image
	// Format of File: "raw" (default) or "qcow2".
	Format string
	// Snapshot keeps changes of File for as long as the machine runs.
	Snapshot bool
}

// blockdev returns the arguments for QEMU that make the disk with the number n.
func (d Disk) blockdev(n int) []string {
	node := fmt.Sprintf("d%d", n)
	device := []string{"-device", fmt.Sprintf("virtio-blk-pci,drive=%s,id=vd%d", node, n)}
	switch {
	case d.Card != nil:
		return append([]string{"-blockdev", fmt.Sprintf(`driver=nbd,node-name=%s,server.type=unix,server.path=%s`, node, d.Card.socket)}, device...)
	case d.File != "":
		format := d.Format
		if format == "" {
			format = "raw"
		}
		snapshot := ""
		if d.Snapshot {
			snapshot = ",snapshot=on"
		}
		return append([]string{"-drive", fmt.Sprintf("file=%s,format=%s,id=%s,if=none,cache=unsafe%s", d.File, format, node, snapshot)}, device...)
	}
	return append([]string{"-blockdev", fmt.Sprintf("driver=null-co,node-name=%s,size=%d,read-zeroes=on", node, DiskSize)}, device...)
}

// boards are the defaults of each architecture.
var boards = map[string]struct{ qemu, machine, cpu, console string }{
	"arm64": {"qemu-system-aarch64", "virt", "cortex-a72", "ttyAMA0"},
	"armhf": {"qemu-system-arm", "virt", "cortex-a7", "ttyAMA0"},
	"amd64": {"qemu-system-x86_64", "pc", "Nehalem", "ttyS0"},
}

// The emulated processor, and the host's own.
const (
	tcg = "tcg"
	kvm = "kvm"
)

// filled returns o with its defaults. It fetches and builds what they need.
func (o Options) filled() (Options, error) {
	if o.Arch == "" {
		o.Arch = "arm64"
	}
	board, known := boards[o.Arch]
	if !known {
		return o, fmt.Errorf("the rig knows no architecture %q", o.Arch)
	}
	if _, err := exec.LookPath(board.qemu); err != nil {
		return o, fmt.Errorf("%w; make rig installs it", err)
	}
	set := func(s *string, to string) {
		if *s == "" {
			*s = to
		}
	}
	set(&o.accel, tcg)
	set(&o.Machine, board.machine)
	if o.accel == kvm {
		set(&o.CPU, "host")
	}
	set(&o.CPU, board.cpu)
	if o.CPUs == 0 {
		o.CPUs = 1
	}
	if o.Memory == 0 {
		o.Memory = 512
	}
	if o.Disks == nil {
		o.Disks = []Disk{{}}
	}
	if o.Kernel == "" {
		k, err := fetchKernel(o.Arch)
		if err != nil {
			return o, err
		}
		o.Kernel = k.image()
	}
	if o.Initrd == "" {
		initrd, err := initramfs(o.Arch)
		if err != nil {
			return o, err
		}
		o.Initrd = initrd
	}
	return o, nil
}

// arguments returns the command line of QEMU, whose sockets are in dir.
func (o Options) arguments(dir string, forward map[int]string) []string {
	board := boards[o.Arch]
	args := []string{
		board.qemu, "-accel", o.accel, "-M", o.Machine + ",memory-backend=ram", "-cpu", o.CPU, "-smp", strconv.Itoa(o.CPUs), "-m", strconv.Itoa(o.Memory),
		"-display", "none", "-nodefaults", "-no-reboot", "-no-user-config",
		"-serial", "file:" + dir + "/console", "-qmp", "unix:" + dir + "/qmp,server=on,wait=off",
	}
	if o.Counted && o.accel == tcg {
		args = append(args, "-icount", "shift=1")
	}
	if o.RTC != "" {
		args = append(args, "-rtc", o.RTC)
	}
	if !o.NoAgent {
		args = append(args, "-chardev", "socket,id=rig,server=on,wait=off,path="+dir+"/agent")
		if o.AgentOn != "" {
			args = append(args, "-serial", "chardev:rig")
		} else {
			args = append(args, "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=rig,name=rig")
		}
	}
	if !o.NoNet {
		net := "user,id=net0"
		for _, port := range o.Forward {
			net += fmt.Sprintf(",hostfwd=tcp:%s-:%d", forward[port], port)
		}
		args = append(args, "-netdev", net, "-device", "virtio-net-pci,netdev=net0,id=nic0,romfile=")
	}
	if !o.NoUSB {
		args = append(args, "-device", "qemu-xhci,id=usb")
	}
	for n, d := range o.Disks {
		args = append(args, d.blockdev(n)...)
	}
	return append(args, slices.Clone(o.Extra)...)
}

// unprotected are the kernel's options that leave out what protects it from other
// processors' mistakes. A page table of its own for the kernel, which arm64 has wherever
// its place in memory is random, makes every system call of an emulated processor eight
// times as slow: it forgets all translations each time.
const unprotected = "mitigations=off nokaslr kpti=0"

// firmware returns the arguments for QEMU that a machine needs to boot. One that is
// restored has all of it in memory.
func (o Options) firmware() []string {
	words := "console=" + boards[o.Arch].console + " quiet panic=-1 " + unprotected + " " + o.Append
	if o.AgentOn != "" {
		words += " rig_port=/dev/" + o.AgentOn // init finds it in its environment
	}
	args := []string{"-kernel", o.Kernel, "-append", strings.TrimSpace(words)}
	if o.Initrd != "none" {
		args = append(args, "-initrd", o.Initrd)
	}
	if o.DTB != "" {
		args = append(args, "-dtb", o.DTB)
	}
	return args
}

// freePorts returns an address on the loopback interface for each port.
func freePorts(ports []int) (map[int]string, error) {
	free := map[int]string{}
	for _, p := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // not before all are found
		free[p] = l.Addr().String()
	}
	return free, nil
}
