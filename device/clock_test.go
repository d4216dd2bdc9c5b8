package device

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

func TestUp(t *testing.T) {
	c, err := NewClock()
	if err != nil {
		t.Fatal(err)
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		t.Fatal(err)
	}
	kernel := time.Duration(ts.Nano())
	if d := kernel - c.Up(); d > time.Second || d < -time.Second {
		t.Errorf("Up differs from the kernel's by %v", d)
	}
	if c.Up() <= 0 {
		t.Errorf("Up is %v", c.Up())
	}
}

// In a bubble the clock moves with the bubble's time.
func TestUpInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := NewClock()
		if err != nil {
			t.Fatal(err)
		}
		start := c.Up()
		time.Sleep(8 * time.Hour)
		if got := c.Up() - start; got != 8*time.Hour {
			t.Errorf("eight hours are %v", got)
		}
	})
}

func TestBootID(t *testing.T) {
	c := &Clock{}
	id, err := c.BootID()
	if err != nil {
		t.Skip(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("boot id %q is no UUID", id)
	}
	if again, _ := c.BootID(); again != id {
		t.Errorf("boot id %q, then %q", id, again)
	}
}

// Synced says what the kernel says; what that is depends on the machine.
func TestSynced(t *testing.T) {
	var tx unix.Timex
	state, err := unix.Adjtimex(&tx)
	want := err == nil && state != unix.TIME_ERROR && tx.Status&unix.STA_UNSYNC == 0
	if got := (&Clock{}).Synced(); got != want {
		t.Errorf("Synced is %v, the kernel's status %#x, state %d, error %v", got, tx.Status, state, err)
	}
}
