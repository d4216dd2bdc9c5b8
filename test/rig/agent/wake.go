package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"

	"readyshelf/test/rig/wire"
)

// bootID is where the kernel names the boot, and where our own name for it lies.
const (
	bootID    = "/proc/sys/kernel/random/boot_id"
	ownBootID = "/run/boot_id"
)

// wake makes a restored machine one that was just switched on: it has the time, a
// boot id and randomness of its own, and nothing in memory of its disks, which may
// have been exchanged. The network hears of it.
func wake(q wire.Request) error {
	if err := setClock(q); err != nil {
		return err
	}
	if err := stir(q.Data); err != nil {
		return err
	}
	if err := os.WriteFile(ownBootID, []byte(q.Text+"\n"), 0o444); err != nil {
		return err
	}
	if err := unix.Mount(ownBootID, bootID, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("put a boot id in place: %w", err)
	}
	return errors.Join(forget(), announce())
}

// stir makes the kernel's random numbers others than those of the machine that was
// saved.
func stir(seed []byte) error {
	if len(seed) != 64 {
		return fmt.Errorf("a seed of %d bytes", len(seed))
	}
	f, err := os.OpenFile("/dev/urandom", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	pool := struct { // struct rand_pool_info of random(4)
		bits, size int32
		seed       [64]byte
	}{8 * 64, 64, [64]byte(seed)}
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, f.Fd(), unix.RNDADDENTROPY, uintptr(unsafe.Pointer(&pool))); e != 0 {
		return fmt.Errorf("add to the random numbers: %w", e)
	}
	if err := unix.IoctlSetInt(int(f.Fd()), unix.RNDRESEEDCRNG, 0); err != nil {
		return fmt.Errorf("mix the seed into the random numbers: %w", err)
	}
	return nil
}

// forget drops what the kernel has read of the disks, but for a disk in use.
func forget() error {
	disks, err := filepath.Glob("/dev/vd?")
	for _, d := range disks {
		f, err := os.Open(d)
		if err != nil {
			return err
		}
		err = unix.IoctlSetInt(int(f.Fd()), unix.BLKFLSBUF, 0)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("forget %s: %w", d, err)
		}
	}
	return err
}
