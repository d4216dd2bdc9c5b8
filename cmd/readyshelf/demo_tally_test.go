package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// What the shop says as it closes is not lost, only late; what it said before must arrive.
func TestTally(t *testing.T) {
	for name, c := range map[string]struct {
		arrives time.Duration // of the alert before the end; 0 is never
		cut     bool          // somebody presses Ctrl-C
		took    time.Duration
		lost    string
	}{
		"all arrives":     {arrives: 10 * time.Second, took: 10 * time.Second, lost: "0"},
		"one is lost":     {took: patience, lost: "1"},
		"one is cut off":  {cut: true, took: time.Second, lost: "1"},
		"one is too late": {arrives: time.Hour, took: patience, lost: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ta := newTally()
				fault := func(seq uint64) {
					ta.count([]kitchen.Event{{Seq: seq, Alert: &kitchen.Alert{Type: kitchen.DeviceFault}}}, &kitchen.Board{})
				}
				fault(1)
				if c.arrives > 0 {
					time.AfterFunc(c.arrives, func() { ta.mu.Lock(); ta.got[1]++; ta.mu.Unlock(); ta.ring() })
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.cut {
					time.AfterFunc(time.Second, cancel)
				}
				start := time.Now()
				ta.settle(ctx)
				if took := time.Since(start); took != c.took {
					t.Errorf("it took %v, want %v", took, c.took)
				}
				fault(2)
				var out bytes.Buffer
				ta.report(&out, phrases["en"])
				if !strings.HasSuffix(out.String(), "events lost: "+c.lost+"\n") {
					t.Errorf("%s, want %s lost", out.String(), c.lost)
				}
			})
		})
	}
}
