package device

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

const (
	devDir     = "/dev"
	chipPrefix = "gpiochip"
)

// devChips are the chips in /dev.
type devChips struct{}

// chips leaves out links: on a Pi, gpiochip4 may lead to gpiochip0.
func (devChips) chips() ([]string, error) {
	dir, err := os.Open(devDir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), chipPrefix) && e.Type()&os.ModeCharDevice != 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return chipNumber(a) - chipNumber(b) })
	return names, err
}

// chipNumber is the N of gpiochipN.
func chipNumber(name string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(name, chipPrefix))
	return n
}

func (devChips) open(name string) (gpioChip, error) {
	f, err := os.Open(filepath.Join(devDir, name))
	if err != nil {
		return nil, err
	}
	node, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &devChip{f, node}, nil
}

// clocks reads the two one after the other: nanoseconds lie between, or all the time
// that the machine was busy with something else.
func (devChips) clocks() (boot, mono time.Duration) {
	var b, m unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &b)
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &m)
	return time.Duration(b.Nano()), time.Duration(m.Nano())
}

// devChip is a chip's node in /dev.
type devChip struct {
	file *os.File
	node os.FileInfo
}

func (c *devChip) info() (i uapi.ChipInfo, err error) {
	cerr := control(c.file, func(fd uintptr) { i, err = uapi.GetChipInfo(fd) })
	return i, cmp.Or(cerr, err)
}

func (c *devChip) line(offset int) (i uapi.LineInfoV2, err error) {
	cerr := control(c.file, func(fd uintptr) { i, err = uapi.GetLineInfoV2(fd, offset) })
	return i, cmp.Or(cerr, err)
}

func (c *devChip) request(r *uapi.LineRequest) (gpioLines, error) {
	var err error
	cerr := control(c.file, func(fd uintptr) { err = uapi.GetLine(fd, r) })
	if err := cmp.Or(cerr, err); err != nil {
		return nil, err
	}
	fd := int(r.Fd)
	// Only a file that does not block goes to Go's poller, and so has deadlines and a
	// Close that ends a Read.
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set up the request: %w", err)
	}
	return &devLines{os.NewFile(uintptr(fd), c.file.Name()), c.node}, nil
}

func (c *devChip) Close() error { return c.file.Close() }

// devLines is the kernel's file of a request.
type devLines struct {
	*os.File             // its name is that of the chip's node
	node     os.FileInfo // of the chip, when it was opened
}

// gone says that the chip's node is not the one that was opened. A kernel before
// 6.2 says nothing when a chip is removed, and does not always survive to be asked
// for a level of it.
func (l *devLines) gone() bool {
	now, err := os.Stat(l.Name())
	return err != nil || !os.SameFile(now, l.node)
}

func (l *devLines) get(mask uapi.LineBitmap) (uapi.LineBitmap, error) {
	if l.gone() {
		return 0, unix.ENODEV
	}
	v, err := uapi.LineValues{Mask: mask}, error(nil)
	cerr := control(l.File, func(fd uintptr) { err = uapi.GetLineValuesV2(fd, &v) })
	return v.Bits, cmp.Or(cerr, err)
}

func (l *devLines) set(levels, mask uapi.LineBitmap) error {
	if l.gone() {
		return unix.ENODEV
	}
	var err error
	cerr := control(l.File, func(fd uintptr) { err = uapi.SetLineValuesV2(fd, uapi.LineValues{Bits: levels, Mask: mask}) })
	return cmp.Or(cerr, err)
}

// control calls f with the file's descriptor, which stays open meanwhile.
func control(file *os.File, f func(fd uintptr)) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(f)
}
