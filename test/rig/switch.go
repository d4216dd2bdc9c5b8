package rig

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
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

// What lives as long as the tests of this process: files and sockets, and the memory
// of machines, on a disk of memory where there is room on one.
var scratch, memory string

// Main is TestMain of a package that uses the rig. It leaves nothing behind, also
// when a signal ends the tests.
func Main(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		os.Exit(1)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, unix.SIGTERM)
	ended := make(chan int)
	go func() { ended <- m.Run() }()
	code := 1
	select {
	case code = <-ended:
	case s := <-signals:
		fmt.Fprintln(os.Stderr, "rig:", s)
	}
	os.RemoveAll(scratch)
	os.RemoveAll(memory)
	os.Exit(code) // machines that still run end with this process
}

// prepare makes the folders to work in.
func prepare() (err error) {
	if !*enabled {
		return nil
	}
	if scratch, err = os.MkdirTemp("", "rig-"); err != nil {
		return err
	}
	memory, err = os.MkdirTemp(roomy("/dev/shm"), "rig-")
	return err
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
