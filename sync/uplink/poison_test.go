package uplink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// asides are the alerts that were set aside.
type asides struct {
	mu  sync.Mutex
	all []uint64
}

func (a *asides) add(seq uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, seq)
}

func (a *asides) list() []uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.all)
}

// poison is a shop with 20 alerts, and whoever publishes one of bad is hung up on.
func poison(t *testing.T, bad []uint64, f func(t *testing.T, s *shop, aside *asides)) {
	t.Helper()
	bubble(t, func(t *testing.T, s *shop) {
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			for _, seq := range bad {
				if bytes.Contains(m.Payload, fmt.Appendf(nil, `"pi-1-q9c1-%d"`, seq)) {
					return uplinktest.Lose
				}
			}
			return uplinktest.Acknowledge
		}
		var aside asides
		s.SetAside = func(_ context.Context, seq uint64, cause error) error {
			if uplink.Cause(cause) != uplink.CauseLost {
				t.Errorf("set aside for %v", cause)
			}
			aside.add(seq)
			return nil
		}
		s.log.onAck = nil // not all that is acknowledged was published
		for range 20 {
			s.log.add(s.alert())
		}
		f(t, s, &aside)
	})
}

// sent returns the seqs that the broker took at least once.
func (s *shop) sent() []string {
	var all []string
	for _, e := range s.events() {
		if seq := e.ID[strings.LastIndex(e.ID, "-")+1:]; !slices.Contains(all, seq) {
			all = append(all, seq)
		}
	}
	return all
}

func TestPoison(t *testing.T) {
	poison(t, []uint64{5}, func(t *testing.T, s *shop, aside *asides) {
		s.start()
		time.Sleep(10 * time.Minute)
		if got := s.log.acked(); got != 20 || !slices.Equal(aside.list(), []uint64{5}) {
			t.Errorf("the cursor is at %d and %d was set aside, want 20 and 5", got, aside.list())
		}
		if got := s.sent(); len(got) != 19 || slices.Contains(got, "5") {
			t.Errorf("the broker took %v, want all but 5", got)
		}
		if n := len(s.broker.Sessions()); n < 6 || n > 7 { // the first may lose PUBACKs
			t.Errorf("%d sessions, want five drops and one that goes on", n)
		}
	})
}

// Two bad ones: something good was acknowledged between them.
func TestPoisonTwice(t *testing.T) {
	poison(t, []uint64{1, 7}, func(t *testing.T, s *shop, aside *asides) {
		s.start()
		time.Sleep(20 * time.Minute)
		if got := s.log.acked(); got != 20 || !slices.Equal(aside.list(), []uint64{1, 7}) {
			t.Errorf("the cursor is at %d and %d was set aside, want 20 and 1, 7", got, aside.list())
		}
	})
}

// Two bad ones in a row: the second is believed to be one after an hour.
func TestPoisonInARow(t *testing.T) {
	poison(t, []uint64{5, 6}, func(t *testing.T, s *shop, aside *asides) {
		s.start()
		time.Sleep(50 * time.Minute)
		if got := s.log.acked(); got != 5 || !slices.Equal(aside.list(), []uint64{5}) {
			t.Errorf("the cursor is at %d and %d was set aside, want 5 and 5", got, aside.list())
		}
		time.Sleep(40 * time.Minute)
		if got := s.log.acked(); got != 20 || !slices.Equal(aside.list(), []uint64{5, 6}) {
			t.Errorf("the cursor is at %d and %d was set aside, want 20 and 5, 6", got, aside.list())
		}
	})
}

// A broker that forbids all alerts costs one of them an hour.
func TestNothingButPoison(t *testing.T) {
	var all []uint64
	for seq := range uint64(20) {
		all = append(all, seq+1)
	}
	poison(t, all, func(t *testing.T, s *shop, aside *asides) {
		s.start()
		time.Sleep(90 * time.Minute)
		if got := s.log.acked(); got != 2 || !slices.Equal(aside.list(), []uint64{1, 2}) {
			t.Errorf("the cursor is at %d and %d was set aside, want 2 and 1, 2", got, aside.list())
		}
	})
}

// What cannot be set aside for good stays at the head, and is tried again.
func TestPoisonStaysUntilItIsKept(t *testing.T) {
	poison(t, []uint64{5}, func(t *testing.T, s *shop, aside *asides) {
		var full atomic.Bool
		full.Store(true)
		s.SetAside = func(_ context.Context, seq uint64, _ error) error {
			if full.Load() {
				return errors.New("the log is full")
			}
			aside.add(seq)
			return nil
		}
		s.start()
		time.Sleep(time.Hour)
		if got := s.log.acked(); got != 4 {
			t.Errorf("the cursor is at %d, want 4", got)
		}
		full.Store(false)
		time.Sleep(time.Hour)
		if got := s.log.acked(); got != 20 || len(aside.list()) != 1 {
			t.Errorf("the cursor is at %d with %d set aside, want 20 with 5", got, aside.list())
		}
	})
}

// Connections that break are no fault of the message: those that we end, those that
// broke before the greeting was taken, those that took something.
func TestNoPoison(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(m uplinktest.Message) uplinktest.Reply
	}{
		{"mute", func(m uplinktest.Message) uplinktest.Reply {
			if strings.Contains(m.Topic, "/event/") {
				return uplinktest.Withhold
			}
			return uplinktest.Acknowledge
		}},
		{"hangs up at once, always", func(uplinktest.Message) uplinktest.Reply { return uplinktest.Lose }},
		{"hangs up in the greeting", func(m uplinktest.Message) uplinktest.Reply {
			if strings.HasSuffix(m.Topic, "/status") {
				return uplinktest.Lose
			}
			return uplinktest.Acknowledge
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			poison(t, nil, func(t *testing.T, s *shop, aside *asides) {
				s.broker.Answer = test.answer
				s.start()
				time.Sleep(time.Hour)
				if len(aside.list()) > 0 {
					t.Errorf("%d was set aside", aside.list())
				}
			})
		})
	}
}

// After a session that was hung up on, the head is under way alone.
func TestSuspectGoesAlone(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var alone atomic.Int32
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			if !strings.Contains(m.Topic, "/event/") {
				return uplinktest.Acknowledge
			}
			if m.Conn < 2 {
				return uplinktest.HangUp
			}
			if alone.Add(1) == 1 {
				return uplinktest.Withhold
			}
			return uplinktest.Acknowledge
		}
		s.log.onAck = nil
		for range 20 {
			s.log.add(s.alert())
		}
		s.start()
		time.Sleep(8 * time.Second)
		second := 0
		for _, e := range s.events() {
			if e.Conn == 2 {
				second++
			}
		}
		if second != 1 {
			t.Errorf("%d alerts under way in the second session, want the suspect alone", second)
		}
		time.Sleep(time.Minute)
		if got := s.log.acked(); got != 20 {
			t.Errorf("the cursor is at %d, want 20", got)
		}
	})
}

// What the cloud wants again and the broker hangs up on is given up.
func TestPoisonSentAgain(t *testing.T) {
	resends(t, func(t *testing.T, s *shop, resend chan<- uplink.Range) {
		s.broker.SetAnswer(func(m uplinktest.Message) uplinktest.Reply {
			if bytes.Contains(m.Payload, []byte(`"pi-1-q9c1-41"`)) {
				return uplinktest.Lose
			}
			return uplinktest.Acknowledge
		})
		resend <- uplink.Range{From: 1, To: 200}
		time.Sleep(time.Hour)
		n := len(s.broker.Sessions())
		if n < 5 || n > 8 {
			t.Errorf("%d sessions, want a few", n)
		}
		resend <- uplink.Range{From: 199, To: 199}
		time.Sleep(time.Second)
		events := s.events()
		if last := events[len(events)-1]; last.ID != "pi-1-q9c1-199" || len(s.broker.Sessions()) != n {
			t.Errorf("%s was sent last in %d sessions, want 199 in %d", last.ID, len(s.broker.Sessions()), n)
		}
	})
}

// What was set aside is sent after all when the cloud asks for it, and the broker has
// changed its mind.
func TestSetAsideIsSentAgain(t *testing.T) {
	poison(t, []uint64{5}, func(t *testing.T, s *shop, aside *asides) {
		resend := make(chan uplink.Range)
		s.Resend, s.Read = resend, s.log.Read
		s.start()
		time.Sleep(10 * time.Minute)
		s.broker.SetAnswer(nil)
		resend <- uplink.Range{From: 5, To: 5}
		time.Sleep(time.Second)
		if got := s.sent(); len(got) != 20 || !slices.Contains(got, "5") {
			t.Errorf("the broker took %v, want all", got)
		}
	})
}
