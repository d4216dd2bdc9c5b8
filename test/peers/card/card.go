// Package card is a memory card that can be looked at: a file system on a loop
// device of its own. It counts what reaches the device, and shows what would be
// left if the power went now.
package card

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Card is a file system on a loop device that nobody else uses.
type Card struct {
	Dir   string // where it is mounted
	image string // the file that stands for the medium
	stat  string // the kernel's counters
}

// Written is what reached a card.
type Written struct{ Bytes, Flushes int64 }

// Insert makes a card of size bytes: ext4, blocks of 4 KiB, no access times. It
// skips the test where that takes rights or tools which are not there.
func Insert(t testing.TB, size int64) *Card {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("bytes are counted on a loop device, which takes root")
	}
	image := filepath.Join(t.TempDir(), "card.img")
	f, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	if _, err := command("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", image); err != nil {
		t.Skip("bytes are counted on ext4, and there is none: ", err)
	}
	return mount(t, image)
}

// mount makes a card of an image.
func mount(t testing.TB, image string) *Card {
	t.Helper()
	loop, err := command("losetup", "--find", "--show", image)
	if err != nil {
		t.Skip("bytes are counted on a loop device, and there is none: ", err)
	}
	t.Cleanup(func() {
		if _, err := command("losetup", "--detach", loop); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	if _, err := command("mount", "-o", "noatime", loop, dir); err != nil {
		t.Skip("bytes are counted on ext4, which cannot be mounted: ", err)
	}
	t.Cleanup(func() {
		if _, err := command("umount", dir); err != nil {
			t.Error(err)
		}
	})
	return &Card{Dir: dir, image: image, stat: filepath.Join("/sys/block", filepath.Base(loop), "stat")}
}

// Cut returns the card that there would be had the power gone just now: all that
// reached the device, and nothing of what is still in memory. A medium may keep
// less, of what it was not told to flush.
func (c *Card) Cut(t testing.TB) *Card {
	t.Helper()
	image := filepath.Join(t.TempDir(), "cut.img")
	if _, err := command("cp", "--sparse=always", c.image, image); err != nil {
		t.Fatal(err)
	}
	return mount(t, image)
}

// Count runs fn and returns what reached the card of it. What lay in memory before
// is written first, what fn leaves there afterwards.
func (c *Card) Count(t testing.TB, fn func()) Written {
	t.Helper()
	before := c.read(t)
	fn()
	after := c.read(t)
	return Written{after.Bytes - before.Bytes, after.Flushes - before.Flushes}
}

// read returns the kernel's counters, once the card has everything. The fields are
// those of Documentation/block/stat.rst: the 7th counts sectors of 512 bytes
// written, the 16th flushes.
func (c *Card) read(t testing.TB) Written {
	t.Helper()
	d, err := os.Open(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := unix.Syncfs(int(d.Fd())); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(c.stat)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b))
	if len(fields) < 16 {
		t.Skip("this kernel does not count flushes: ", c.stat)
	}
	sectors, err1 := strconv.ParseInt(fields[6], 10, 64)
	flushes, err2 := strconv.ParseInt(fields[15], 10, 64)
	if err1 != nil || err2 != nil {
		t.Fatalf("%s: %q", c.stat, b)
	}
	return Written{sectors * 512, flushes}
}

// command runs a program and returns the one line that it says.
func command(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	said := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("%s: %w %s", name, err, said)
	}
	return said, nil
}
