package uplink_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// resends is a shop that has sent 100 alerts, each with a press behind it.
func resends(t *testing.T, f func(t *testing.T, s *shop, resend chan<- uplink.Range)) {
	t.Helper()
	bubble(t, func(t *testing.T, s *shop) {
		resend := make(chan uplink.Range, 2)
		s.Resend, s.Read, s.Window = resend, s.log.Read, 8
		s.log.onAck = nil // it looks through everything each time
		for range 100 {
			s.log.add(s.alert(), s.press())
		}
		s.start()
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 200 {
			t.Fatalf("the cursor is at %d, want 200", got)
		}
		f(t, s, resend)
	})
}

// ids are those of the alerts between two seqs, both included.
func ids(from, to int) []string {
	var all []string
	for seq := from; seq <= to; seq += 2 {
		all = append(all, fmt.Sprint("pi-1-q9c1-", seq))
	}
	return all
}

func TestResend(t *testing.T) {
	resends(t, func(t *testing.T, s *shop, resend chan<- uplink.Range) {
		resend <- uplink.Range{From: 41, To: 120}
		resend <- uplink.Range{From: 0, To: 3}
		time.Sleep(time.Second)
		resend <- uplink.Range{From: 199, To: 1 << 60}
		resend <- uplink.Range{From: 1000, To: 2000} // there is nothing
		time.Sleep(time.Second)
		var got []string
		for _, e := range s.events()[100:] {
			got = append(got, e.ID)
			if !e.Replayed {
				t.Errorf("%s was sent again and does not say so", e.ID)
			}
		}
		want := slices.Concat(ids(41, 119), ids(1, 3), ids(199, 199))
		if !slices.Equal(got, want) {
			t.Errorf("sent again %v, want %v", got, want)
		}
		s.log.add(s.alert())
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 201 {
			t.Errorf("the cursor is at %d, want 201", got)
		}
	})
}

// A cut in the middle loses nothing of what was wanted again.
func TestResendThroughACut(t *testing.T) {
	resends(t, func(t *testing.T, s *shop, resend chan<- uplink.Range) {
		left := 30
		s.broker.SetAnswer(func(m uplinktest.Message) uplinktest.Reply {
			if left--; left == 0 {
				return uplinktest.Lose
			}
			return uplinktest.Acknowledge
		})
		resend <- uplink.Range{From: 1, To: 200}
		time.Sleep(time.Minute)
		seen := map[string]bool{}
		for _, e := range s.events()[100:] {
			seen[e.ID] = true
		}
		if n := len(s.broker.Sessions()); len(seen) != 100 || n != 2 {
			t.Errorf("%d alerts were sent again in %d sessions, want 100 in 2", len(seen), n)
		}
	})
}

// What is new does not wait for what goes out again, nor the other way round.
func TestResendBesideNew(t *testing.T) {
	resends(t, func(t *testing.T, s *shop, resend chan<- uplink.Range) {
		s.broker.SetAnswer(func(uplinktest.Message) uplinktest.Reply {
			time.Sleep(10 * time.Millisecond)
			return uplinktest.Acknowledge
		})
		resend <- uplink.Range{From: 1, To: 200}
		time.Sleep(100 * time.Millisecond)
		s.log.add(s.alert())
		time.Sleep(250 * time.Millisecond)
		if got := s.log.acked(); got != 201 {
			t.Errorf("the cursor is at %d, want 201: a new alert waits for old ones", got)
		}
		before := len(s.events())
		for range 1000 {
			s.log.add(s.alert())
		}
		time.Sleep(5 * time.Second)
		old := 0
		for _, e := range s.events()[before:] {
			if e.Replayed {
				old++
			}
		}
		if old < 5 || old > 100 {
			t.Errorf("%d alerts went out again beside a backlog, want some", old)
		}
	})
}

// What is sent again is said in words too: those of now.
func TestResendSays(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		resend := make(chan uplink.Range, 1)
		var version atomic.Value
		version.Store("en-1")
		s.Resend, s.Read = resend, s.log.Read
		s.Say = func(e kitchen.Event) *kitchen.Texts {
			return &kitchen.Texts{Version: version.Load().(string), Sentences: kitchen.Sentences{Courier: e.Alert.ID}}
		}
		s.log.add(s.alert())
		s.start()
		time.Sleep(time.Second)
		version.Store("en-2")
		resend <- uplink.Range{From: 1, To: 1}
		time.Sleep(time.Second)
		events := s.events()
		if len(events) != 2 {
			t.Fatalf("got %d events, want 2", len(events))
		}
		for i, want := range []string{"en-1", "en-2"} {
			if said := events[i].Data.Texts; said == nil || said.Version != want || said.Courier != events[i].Data.ID {
				t.Errorf("sending %d says %+v, want version %s", i, said, want)
			}
		}
	})
}
