package rig

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

var enabled = flag.Bool("rig", false, "run what needs QEMU; make rig gives it")

// Need skips a test where the rig is switched off.
func Need(t testing.TB) {
	t.Helper()
	if !*enabled {
		t.Skip("needs a virtual machine: make rig runs it")
	}
}

// What lives as long as the tests of this process: files, and the memory of machines,
// on a disk of memory where there is room on one.
var scratch, memory string

// Main is TestMain of a package that uses the rig.
func Main(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "rig-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(scratch)
		if memory, err = os.MkdirTemp(roomy("/dev/shm"), "rig-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(memory)
		return m.Run()
	}())
}

// roomy is dir where there is room for the memory of a few machines, else "".
func roomy(dir string) string {
	const enough = 3 << 30
	var f unix.Statfs_t
	if err := unix.Statfs(dir, &f); err != nil || f.Bavail*uint64(f.Bsize) < enough {
		return ""
	}
	return dir
}

// newRAM makes a file for the memory of a machine.
func newRAM() (string, error) {
	f, err := os.CreateTemp(memory, "*.ram")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}
