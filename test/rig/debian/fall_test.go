package debian_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// backIn is how long after its end the program must work again.
const backIn = 5 * time.Second

// pressAll presses the button again and again for so long, and returns what waits for
// the last.
func pressAll(t *testing.T, chip *rig.Chip, most time.Duration) (wait func()) {
	const hold, pause = 60 * time.Millisecond, 240 * time.Millisecond
	done := make(chan error, 1)
	go func() {
		done <- chip.Play(button, int(most/(hold+pause)), rig.Step{Up: false, For: hold}, rig.Step{Up: true, For: pause})
	}()
	return func() {
		t.Helper()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// back says how long after a moment the program had stored an order, and a press.
func back(t *testing.T, m *rig.Machine, at, order time.Duration) time.Duration {
	t.Helper()
	for _, up := range presses(readLog(t, m)) {
		if up > at {
			t.Logf("after its end the first order is stored in %.2f s, the first press is of %.2f s", (order - at).Seconds(), (up - at).Seconds())
			return max(order, up) - at
		}
	}
	t.Fatalf("no press was stored after the end at %s", at)
	return 0
}

// A program that is killed is there again, and the port is never closed.
func TestKill(t *testing.T) {
	t.Parallel()
	const times = 2 // systemd waits the longer the more often it happens
	m := rig.Restore(t, shop(t), rig.Options{})
	till := startTill(t, m, often)
	for n := 1; n <= times; n++ {
		wait := pressAll(t, shelf.In(m), 10*time.Second)
		pid := property(m, "MainPID")
		var at, gone float64
		fmt.Sscan(m.Sh("read at _ </proc/uptime; kill -9 %s; while kill -0 %[1]s; do :; done 2>/dev/null; read gone _ </proc/uptime; echo $at $gone", pid), &at, &gone)
		first := till.prints(3, seconds(gone))
		wait()
		inTime(t, back(t, m, seconds(at), first))
		if now, restarts := property(m, "MainPID"), property(m, "NRestarts"); now == pid || restarts != fmt.Sprint(n) {
			t.Errorf("the process %s is now %s, after %s restarts", pid, now, restarts)
		}
	}
	till.stop(m)
}

// inTime checks how soon the program works again.
func inTime(t *testing.T, took time.Duration) {
	t.Helper()
	if took > backIn {
		t.Errorf("the program works again after %s, wanted %s", took, backIn)
	}
}

// A log's writer that hangs in a flush is noticed by the watchdog.
func TestHungWriter(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	till := startTill(t, m, often)
	inTime(t, hang(t, m, till))
	till.stop(m)
}

// hang lets the log's writer hang, and returns how long after it was killed the program
// works again.
func hang(t *testing.T, m *rig.Machine, till *till) time.Duration {
	t.Helper()
	wait := pressAll(t, shelf.In(m), watchdog+4*backIn)
	restarts := property(m, "NRestarts")
	freeze := m.Start("/run/rig/freeze %s", property(m, "MainPID"))
	if err := freeze.Until("gone", patience); err != nil {
		t.Fatal(err)
	}
	var frozen, gone float64
	if _, err := fmt.Sscanf(freeze.Output(), "frozen %f\ngone %f", &frozen, &gone); err != nil {
		t.Fatalf("%s: %v", freeze.Output(), err)
	}
	first := till.prints(3, seconds(gone))
	wait()

	killed := journal(t, m, "Watchdog timeout")
	t.Logf("frozen at %.1f s, noticed %.1f s later, gone after another %.1f s", frozen, killed.Seconds()-frozen, gone-killed.Seconds())
	if limit := seconds(frozen) + watchdog + backIn; killed < seconds(frozen) || killed > limit {
		t.Errorf("it was killed at %s, wanted before %s", killed, limit)
	}
	if now := property(m, "NRestarts"); now == restarts {
		t.Error("it was not restarted")
	}
	if out := m.Sh("journalctl -u readyshelf --no-pager"); !strings.Contains(out, "the log's writer does not answer") || !strings.Contains(out, "goroutine ") {
		t.Errorf("the journal does not say what hung:\n%s", out)
	}
	return back(t, m, killed, first)
}

// journal returns the machine's uptime when the journal last had a line about the service.
func journal(t *testing.T, m *rig.Machine, line string) time.Duration {
	t.Helper()
	out := m.Sh("journalctl -u readyshelf -o short-monotonic --no-pager | grep '%s' | tail -n 1", line)
	var up float64
	if _, err := fmt.Sscanf(out, "[%f]", &up); err != nil {
		t.Fatalf("the journal says %q: %v", out, err)
	}
	return seconds(up)
}
