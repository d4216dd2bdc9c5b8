package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

const year = 365 * 24 * time.Hour

// wrongClock is a wall clock that steps in the middle of a lunch.
type wrongClock struct {
	name string
	// What it shows before and after the step, against true time; from 1970 where
	// unknown.
	before, after time.Duration
	quality       kitchen.ClockQuality // before; afterwards it is synced
}

var wrongClocks = []wrongClock{
	{"a synced clock steps back a year", 0, -year, kitchen.Synced},
	{"a synced clock steps on a year", 0, year, kitchen.Synced},
	{"a saved clock was a year ahead", year, 0, kitchen.Estimated},
	{"a saved clock was a year behind", -year, 0, kitchen.Estimated},
	{"from 1970", 0, 0, kitchen.Unknown},
}

// A lunch in which the clock steps is the same lunch: each order is accepted, ready
// and picked up once, none is late or closed for it, and once the clock is set the
// times of what came before are right.
func TestClockSteps(t *testing.T) {
	for _, c := range wrongClocks {
		for _, offline := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, offline %v", c.name, offline), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { c.lunch(t, offline) })
			})
		}
	}
}

// lunch lets the clock step in the middle of 16 orders. Offline, the broker comes
// back only when the clock is right.
func (c wrongClock) lunch(t *testing.T, offline bool) {
	b := newBubble(t, 1)
	var stepped atomic.Bool
	b.wall = func(s kitchen.Stamp) kitchen.Stamp {
		switch {
		case stepped.Load():
			s.At = s.At.Add(c.after)
		case c.quality == kitchen.Unknown:
			s.At, s.Clock = time.Unix(0, 0).UTC().Add(s.Up), c.quality
		default:
			s.At, s.Clock = s.At.Add(c.before), c.quality
		}
		return s
	}
	b.broker.SetDown(offline)
	b.up()
	ctx, closing := context.WithTimeout(t.Context(), 3*time.Hour)
	var scale, people sync.WaitGroup
	scale.Go(func() { b.talk(ctx) })
	plans := b.busy(16, 40*time.Minute)
	for i := range plans {
		plans[i].mishap = fine
		if i < 4 { // two are cooked when it steps, and two wait for their couriers
			plans[i].at, plans[i].promise = minutes(25), minutes(50)
			plans[i].ready, plans[i].courier = minutes(27+float64(5*(i%2))), minutes(34)
		}
		people.Go(func() { b.serve(ctx, plans[i]) })
	}
	time.Sleep(30*time.Minute + 7*time.Second) // not when clocks are compared
	stepped.Store(true)
	people.Wait()
	closing()
	scale.Wait()
	b.broker.SetDown(false)
	time.Sleep(2 * time.Minute)
	b.cancel()
	b.down()
	b.broker.Close()
	b.delivered()
	b.once(plans)
	c.told(b)
	c.corrected(b)
	if offline && c.quality != kitchen.Synced {
		c.published(b)
	}
}

// told checks the alerts: of the clock one, and none that says that time has passed
// which has not.
func (c wrongClock) told(b *bubble) {
	b.Helper()
	step, sets := c.after-c.before, 0
	if c.quality == kitchen.Unknown {
		step = b.start.Sub(time.Unix(0, 0).Add(time.Minute))
	}
	for _, line := range b.accepted {
		var e kitchen.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.Fatal(err)
		}
		switch {
		case e.Alert == nil:
		case e.Alert.Type == kitchen.ClockWasSet:
			sets++
			if off := e.Alert.Offset - step; off.Abs() > time.Second {
				b.Errorf("the clock was set by %s, want %s", e.Alert.Offset, step)
			}
		case e.Alert.Type == kitchen.OrderLate && e.Alert.Reason == "late", e.Alert.Type == kitchen.OrderClosed, e.Alert.Type == kitchen.OrderWaiting:
			b.Errorf("time seemed to pass: %s", line)
		}
	}
	if sets != 1 {
		b.Errorf("the clock was set %d times, want 1", sets)
	}
}

// corrected checks that the log knows the true time of each event, by the clock that
// was set last or by one that was synced when the event came.
func (c wrongClock) corrected(b *bubble) {
	b.Helper()
	for _, line := range b.accepted {
		var e kitchen.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.Fatal(err)
		}
		want := b.booted.Add(e.Up - time.Minute)
		if c.quality != kitchen.Synced || e.At.Sub(want).Abs() > year/2 {
			want = want.Add(c.after)
		}
		if got := b.house.clocks.correct(e.Stamp); !got.At.Equal(want) || got.Clock == kitchen.Unknown {
			b.Errorf("%s is known as %v, want %v", line, got, want)
			return
		}
	}
}

// published checks that no message has a time that was known to be wrong when it
// went out.
func (c wrongClock) published(b *bubble) {
	b.Helper()
	for _, m := range b.broker.Messages() {
		if !strings.Contains(m.Topic, "/event/") {
			continue
		}
		v, err := uplink.Decode(m.Payload)
		if err != nil {
			b.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, v.Time)
		if err != nil || at.Before(b.start) || at.After(m.At) || v.Data.Clock == kitchen.Unknown {
			b.Errorf("published with time %s, clock %s: %s", v.Time, v.Data.Clock, m.Payload)
			return
		}
	}
}
