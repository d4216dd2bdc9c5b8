package device

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const bootIDFile = "/proc/sys/kernel/random/boot_id"

// Clock tells the time since the machine was switched on, which no one can set.
type Clock struct {
	up time.Duration // CLOCK_BOOTTIME at the moment at
	at time.Time
}

// NewClock reads CLOCK_BOOTTIME once. From then on the clock follows
// [time.Since]: it costs no system call, and it moves with the fake time of a
// synctest bubble. It does not count a suspend, which a Pi does not have.
func NewClock() (*Clock, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return nil, fmt.Errorf("read the boot clock: %w", err)
	}
	return &Clock{up: time.Duration(ts.Nano()), at: time.Now()}, nil
}

// Up returns the time since the machine was switched on.
func (c *Clock) Up() time.Duration { return c.up + time.Since(c.at) }

// BootID returns the kernel's name for this boot: a random UUID, the same until
// the next boot.
func (c *Clock) BootID() (string, error) {
	b, err := os.ReadFile(bootIDFile)
	if err != nil {
		return "", fmt.Errorf("read the boot's id: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Synced says whether the kernel holds its wall clock for right: something like
// NTP sets it, and has done so lately. What the kernel does not say counts as no.
//
// To read it needs no privilege, but the system call adjtimex, which also sets the
// clock and so is often forbidden: by systemd's ProtectClock=yes, and by
// SystemCallFilter=@system-service unless adjtimex is added to it.
func (c *Clock) Synced() bool {
	var tx unix.Timex // Modes 0: read only
	state, err := unix.Adjtimex(&tx)
	return err == nil && state != unix.TIME_ERROR && tx.Status&unix.STA_UNSYNC == 0
}

const (
	rtcDir        = "/sys/class/rtc"
	deviceTreeDir = "/proc/device-tree"
)

// builtAfter is a moment that no right clock is before: this was written then.
var builtAfter = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// Kept says whether the wall clock may be near the truth though nothing sets it
// now: a battery keeps it, or the machine is no small board. A Pi without one
// wakes up at 1970 or when it was last switched off.
func (c *Clock) Kept() bool {
	if time.Now().Before(builtAfter) {
		return false
	}
	rtcs, _ := os.ReadDir(rtcDir)
	_, err := os.Stat(deviceTreeDir)
	return len(rtcs) > 0 || os.IsNotExist(err)
}
