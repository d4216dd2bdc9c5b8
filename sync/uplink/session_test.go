package uplink_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

func TestMute(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Window = 8
		s.start()
		time.Sleep(time.Second)
		s.broker.SetMute(true)
		for range 100 {
			s.log.add(s.alert())
		}
		time.Sleep(9 * time.Second)
		if n := len(s.events()); n != 8 {
			t.Errorf("%d messages in flight, want the window of 8", n)
		}
		if connected, cause := s.state(); !connected {
			t.Errorf("after 9 s of silence: %v, want still connected", cause)
		}
		time.Sleep(1001 * time.Millisecond)
		s.checkCause("acknowledged nothing for 10s")
		s.checkClass(uplink.CauseMute)
		if got := s.log.acked(); got != 0 {
			t.Errorf("the cursor is at %d, and nothing was acknowledged", got)
		}
		s.broker.SetMute(false)
		time.Sleep(time.Minute)
		if got := s.log.acked(); got != 100 {
			t.Errorf("the cursor is at %d, want 100", got)
		}
		s.checkFirstSightings(100)
	})
}

func TestCutMidWindow(t *testing.T) {
	for _, reply := range []uplinktest.Reply{uplinktest.HangUp, uplinktest.Lose} {
		bubble(t, func(t *testing.T, s *shop) {
			seen := 0
			s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
				if !strings.Contains(m.Topic, "/event/") {
					return uplinktest.Acknowledge
				}
				if seen++; seen%40 == 0 {
					return reply
				}
				return uplinktest.Acknowledge
			}
			for range 200 {
				s.log.add(s.alert(), s.press())
			}
			s.start()
			time.Sleep(10 * time.Minute) // lives this short get the long pause
			if got := s.log.acked(); got != 400 {
				t.Errorf("reply %d: the cursor is at %d, want 400", reply, got)
			}
			s.checkFirstSightings(200)
			if n := len(s.broker.Sessions()); n < 5 {
				t.Errorf("reply %d: %d sessions, want several", reply, n)
			}
			s.checkResumes()
		})
	}
}

func TestWithheldHeadHoldsTheCursor(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			if strings.Contains(string(m.Payload), `"pi-1-q9c1-3"`) && m.Conn == 1 {
				return uplinktest.Withhold
			}
			return uplinktest.Acknowledge
		}
		for range 9 {
			s.log.add(s.alert())
		}
		s.start()
		time.Sleep(5 * time.Second)
		if got := s.log.acked(); got != 2 {
			t.Errorf("the cursor is at %d, want 2: 3 has no PUBACK", got)
		}
		time.Sleep(time.Minute)
		if got := s.log.acked(); got != 9 {
			t.Errorf("the cursor is at %d, want 9", got)
		}
		s.checkFirstSightings(9)
	})
}

// The broker stays connected and reads nothing: idle, the ping notices; busy, the
// time limit of a write.
func TestHalfOpen(t *testing.T) {
	for _, test := range []struct {
		name  string
		busy  int
		limit time.Duration
	}{{"idle", 0, 8 * time.Second}, {"busy", 100, 6 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				s.start()
				time.Sleep(3 * time.Second)
				s.broker.SetDeaf(true)
				for range test.busy {
					s.log.add(s.alert())
				}
				time.Sleep(test.limit)
				s.checkCause("")
				s.broker.SetDeaf(false)
				time.Sleep(time.Minute)
				if got := s.log.acked(); got != uint64(test.busy) {
					t.Errorf("the cursor is at %d, want %d", got, test.busy)
				}
				s.checkFirstSightings(test.busy)
			})
		})
	}
}

// An event that nobody publishes must not carry the cursor over an alert that
// nobody acknowledged.
func TestOthersWaitForTheHead(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.start()
		time.Sleep(time.Second)
		s.broker.SetMute(true)
		s.log.add(s.alert())
		time.Sleep(time.Second)
		s.log.add(s.press())
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 0 {
			t.Errorf("the cursor is at %d, past an alert without PUBACK", got)
		}
	})
}

func TestStopTakesASecondAtMost(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.start()
		time.Sleep(time.Second)
		s.broker.SetMute(true)
		for range 100 {
			s.log.add(s.alert())
		}
		time.Sleep(time.Second)
		began := time.Now()
		s.end()
		s.stop = nil
		if took := time.Since(began); took > time.Second {
			t.Errorf("a stop at a mute broker took %v", took)
		}
		if status := s.status(t, s.broker.Retained(root+"/status")); status.State != "offline" {
			t.Errorf("status %+v, want offline", status)
		}
	})
}

// A stop waits for the acknowledgements under way and moves the cursor for them.
func TestStopSettles(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			time.Sleep(10 * time.Millisecond)
			return uplinktest.Acknowledge
		}
		s.start()
		time.Sleep(time.Second)
		for range 20 {
			s.log.add(s.alert())
		}
		time.Sleep(15 * time.Millisecond)
		s.end()
		s.stop = nil
		if acked, seen := s.log.acked(), len(s.events()); int(acked) != seen || seen == 0 {
			t.Errorf("the cursor is at %d, the broker has %d", acked, seen)
		}
	})
}

func TestTwin(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		heard := make(chan string, 100)
		s.Twin = func(health []byte) { heard <- string(health) }
		s.broker.Answer = func(uplinktest.Message) uplinktest.Reply { return uplinktest.HangUp }
		s.start()
		time.Sleep(10 * time.Second)
		if n := len(s.broker.Sessions()); n != 3 {
			t.Errorf("%d sessions in 10 s, want 3 and a pause", n)
		}
		if _, cause := s.state(); !errors.Is(cause, uplink.ErrTwin) {
			t.Errorf("told %v, want ErrTwin", cause)
		}
		s.checkClass(uplink.CauseTwin)
		time.Sleep(time.Minute)
		if n := len(s.broker.Sessions()); n < 4 || n > 6 {
			t.Errorf("%d sessions after the pause, want another 3 at most", n)
		}
		if len(heard) > 0 {
			t.Error("something was heard of a twin that has said nothing")
		}
		s.broker.Publish(root+"/state/health", []byte("hers"), true)
		time.Sleep(10 * time.Minute)
		pauses := (len(s.broker.Sessions()) - 1) / 3
		if n := len(heard); n == 0 || n > pauses || <-heard != "hers" {
			t.Errorf("the twin was heard %d times in %d pauses, want her words once after each at most", n, pauses)
		}
	})
}
