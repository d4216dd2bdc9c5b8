package debian_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/test/rig"
)

// In its sandbox the program sees that the clock is right, as soon as systemd-timesyncd
// has set it.
func TestClock(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	if line := clockLine(m); !strings.Contains(line, "not set") {
		t.Errorf("before, doctor says %q", line)
	}
	m.Guest("ntp")
	m.Start("/run/rig/ntp")
	m.Sh("mkdir -p /run/systemd/timesyncd.conf.d && printf '[Time]\\nNTP=127.0.0.1\\n' >/run/systemd/timesyncd.conf.d/rig.conf && systemctl start systemd-timesyncd")
	m.Sh("until [ -e /run/systemd/timesync/synchronized ]; do sleep 0.1; done")
	if line := clockLine(m); !strings.Contains(line, "set from the network") || !strings.Contains(line, "timesyncd") {
		t.Errorf("after, doctor says %q", line)
	}
	told := func(e kitchen.Event) bool { return e.ClockSet != nil && e.Clock == kitchen.Synced }
	for end := time.Now().Add(patience); !slices.ContainsFunc(readLog(t, m), told); {
		if time.Now().After(end) {
			t.Fatal("the program has not seen that the clock is right")
		}
		m.Sh("sleep 1")
	}
}

// clockLine is what doctor says of the time.
func clockLine(m *rig.Machine) string {
	out, _ := m.Try("readyshelf doctor </dev/null")
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) > 1 && words[1] == "time" {
			return strings.TrimSpace(line)
		}
	}
	return out
}
