package rig

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

//go:embed debian-init.sh
var debianInit string

// debianModules are what Debian's machine loads before systemd starts. Its disk has
// no modules.
var debianModules = []string{"virtio_pci", "virtio_console", "virtio_net", "virtio_blk", "ext4", "configfs", "gpio-sim"}

// debianAppend is for the kernel.
const debianAppend = "root=/dev/vda net.ifnames=0 audit=0 apparmor=0"

// DebianArch is the architecture of the machines with Debian: most hosts emulate it
// fastest, or need not.
const DebianArch = "amd64"

// Debian is the state that tests of tier B begin with: a Debian with systemd, just
// booted, without the program. There is hardly more on its disk /dev/vda than Debian
// calls essential; /dev/vdb is an empty disk of [DiskSize]. Its time is [Options.Counted].
// The first who asks waits for
// the disk to be made and for the boot; both are kept in .cache/rig.
func Debian(t testing.TB) *State {
	t.Helper()
	Need(t)
	s, err := debian()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var debian = sync.OnceValues(func() (*State, error) {
	o := Options{Arch: DebianArch, Append: debianAppend, NoUSB: true, Counted: true}
	var err error
	if o.Initrd, err = debianInitramfs(); err != nil {
		return nil, err
	}
	root, err := checkout()
	if err != nil {
		return nil, err
	}
	disk, err := output(exec.Command(filepath.Join(root, "test/rig/debian.sh"), DebianArch))
	if err != nil {
		return nil, err
	}
	o.Disks = []Disk{{File: strings.TrimSpace(disk)}, {}}
	if o, err = o.filled(); err != nil {
		return nil, err
	}
	key, err := o.key()
	if err != nil {
		return nil, err
	}
	kept := keptState{filepath.Join(root, ".cache/rig/booted-"+key), o}
	return kept.get(bootDebian)
})

// bootDebian boots a Debian and saves it as soon as systemd has nothing more to do.
func bootDebian(o Options) (*State, error) {
	own, err := o.Disks[0].own()
	if err != nil {
		return nil, err
	}
	o.Disks = append([]Disk{own}, o.Disks[1:]...)
	m, err := boot(o, bootLimit)
	if err != nil {
		return nil, err
	}
	defer m.off()
	p := m.agent.ask(runRequest("until systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.2; done; systemctl --failed --no-legend"))
	if rc, err := p.Wait(bootLimit); err != nil || rc != 0 {
		return nil, fmt.Errorf("wait for systemd: exit code %d, %w", rc, err)
	}
	if failed := p.Output(); failed != "" {
		return nil, fmt.Errorf("a bare Debian has failed units: %s", failed)
	}
	return m.save()
}

// debianInitramfs packs what a machine needs to reach its disk.
func debianInitramfs() (string, error) {
	k, err := fetchKernel(DebianArch)
	if err != nil {
		return "", err
	}
	agent, err := Agent(DebianArch)
	if err != nil {
		return "", err
	}
	a := &archive{}
	for _, dir := range []string{"bin", "sbin", "dev", "proc", "sys", "mnt", "lib", "lib/modules"} {
		a.add(dir, dirMode, nil)
	}
	a.add("init", fileMode, []byte(debianInit))
	for _, program := range []struct{ name, from string }{{"bin/busybox", filepath.Join(string(k), "busybox")}, {"bin/agent", agent}} {
		b, err := os.ReadFile(program.from)
		if err != nil {
			return "", err
		}
		a.add(program.name, fileMode, b)
	}
	if err := a.addModules(k, debianModules); err != nil {
		return "", err
	}
	path := filepath.Join(scratch, "initramfs-debian")
	return path, os.WriteFile(path, a.end(), 0o600)
}

// key names all that a machine is made of: another key is another machine.
func (o Options) key() (string, error) {
	h := sha256.New()
	version, err := output(exec.Command(boards[o.Arch].qemu, "--version"))
	if err != nil {
		return "", err
	}
	fmt.Fprintln(h, version, o.Kernel, unprotected, o.Append, o.arguments("", nil))
	b, err := os.ReadFile(o.Initrd)
	if err != nil {
		return "", err
	}
	h.Write(b)
	return fmt.Sprintf("%x", h.Sum(nil)[:6]), nil
}
