package debian_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// stays checks that the service lives on for twice as long as the watchdog waits.
func stays(t *testing.T, m *rig.Machine) {
	t.Helper()
	pid, restarts := property(m, "MainPID"), property(m, "NRestarts")
	m.Sh("sleep %d", 2*watchdog/time.Second+2)
	if now := property(m, "MainPID"); now != pid || property(m, "NRestarts") != restarts {
		t.Errorf("the process %s was restarted, and is now %s:\n%s", pid, now, m.Sh("journalctl -u readyshelf --no-pager -n 20"))
	}
}

// A night without an order is no reason for the watchdog to bite.
func TestIdle(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	before := len(readLog(t, m))
	stays(t, m)
	for _, e := range readLog(t, m)[before:] {
		if e.Source != "clock" && (e.Alert == nil || e.Alert.Type != kitchen.ClockWasSet) { // the state has woken hours later
			t.Errorf("nothing happened, and the log has %+v", e)
		}
	}
}

// Nor is a card that takes more than half of that time for a write, again and again.
func TestSlowCard(t *testing.T) {
	t.Parallel()
	card := filepath.Join(t.TempDir(), "card")
	if out, err := exec.Command("mke2fs", "-q", "-t", "ext4", card, fmt.Sprintf("%dK", rig.DiskSize>>10)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := shop(t)
	m := rig.Restore(t, s, rig.Options{Disks: append(s.Disks()[:1:1], rig.Disk{File: card})})
	m.Sh("systemctl stop readyshelf.socket readyshelf && mount -t ext4 /dev/vdb /var/lib/readyshelf && systemctl start readyshelf.socket readyshelf")
	till := startTill(t, m, often)
	pid := property(m, "MainPID")
	const slow = watchdog * 6 / 10
	for range 3 {
		at := m.Uptime()
		throttle(m, 1)
		m.Sh("sleep %.1f", slow.Seconds())
		throttle(m, 0)
		first := till.prints(2, at+slow/2)
		t.Logf("the card was slow for %s, and an order came through after %.1f s", slow, (first - at).Seconds())
	}
	till.stop(m)
	if now := property(m, "MainPID"); now != pid {
		t.Errorf("the process %s was restarted, and is now %s", pid, now)
	}
}

// throttle lets so many bytes a second be written to the second disk, 0 as many as can be.
func throttle(m *rig.Machine, bytes int) {
	m.QMP("block_set_io_throttle", map[string]any{
		"device": "d1", "bps": 0, "bps_rd": 0, "bps_wr": bytes, "iops": 0, "iops_rd": 0, "iops_wr": 0,
	})
}
