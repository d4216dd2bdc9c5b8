package uplink_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// replies returns what was published below reply/, as "name body".
func (s *shop) replies() []string {
	var all []string
	for _, m := range s.broker.Messages() {
		if name, ok := strings.CutPrefix(m.Topic, root+"/reply/"); ok {
			if m.Retained || m.QoS != 1 {
				s.t.Errorf("reply %s: retained %v, QoS %d, want false, 1", name, m.Retained, m.QoS)
			}
			all = append(all, name+" "+string(m.Payload))
		}
	}
	return all
}

// ask publishes a command as the cloud does.
func (s *shop) ask(name, body string) { s.broker.Publish(root+"/cmd/"+name, []byte(body), false) }

func echo(_ context.Context, _ string, body []byte) []byte { return append([]byte("re:"), body...) }

func TestCommands(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = echo
		s.start()
		time.Sleep(time.Second)
		var want []string
		for i := range 50 { // in order
			s.ask("ping", fmt.Sprint(i))
			want = append(want, fmt.Sprint("ping re:", i))
		}
		s.ask("no.such_THING-1", "x")
		want = append(want, "no.such_THING-1 re:x")
		time.Sleep(time.Second)
		if got := s.replies(); !slices.Equal(got, want) {
			t.Errorf("replies %q, want %q", got, want)
		}
	})
}

// Who reads that we are online can send a command: it is heard.
func TestCommandAtBirth(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = echo
		asked := false
		s.broker.Answer = func(m uplinktest.Message) uplinktest.Reply {
			if !asked && strings.HasSuffix(m.Topic, "/status") {
				asked = true
				s.ask("ping", "1")
			}
			return uplinktest.Acknowledge
		}
		s.start()
		time.Sleep(time.Second)
		if got := s.replies(); !slices.Equal(got, []string{"ping re:1"}) {
			t.Errorf("replies %q, want one", got)
		}
	})
}

func TestNoCommands(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = func(_ context.Context, name string, body []byte) []byte {
			switch {
			case name == "silent":
				return nil
			case name == "big" && len(body) == uplink.MaxCommand+1:
				return []byte("too large")
			}
			t.Errorf("told to %q", name)
			return nil
		}
		s.broker.Publish(root+"/cmd/retained", []byte("1"), true)
		s.start()
		time.Sleep(time.Second)
		for _, name := range []string{"", "a/b", "a b", "ä", "a\n", strings.Repeat("a", 65), "silent"} {
			s.ask(name, "1")
		}
		s.ask("big", strings.Repeat("1", uplink.MaxCommand+100))
		time.Sleep(time.Second)
		if got := s.replies(); !slices.Equal(got, []string{"big too large"}) {
			t.Errorf("replies %q, want one", got)
		}
	})
}

// Replies go out ahead of what the log has, within the pace.
func TestReplyBeforeBacklog(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command, s.MaxRate = echo, 1
		for range 100 {
			s.log.add(s.alert())
		}
		s.start()
		time.Sleep(10*time.Second + 500*time.Millisecond) // messages go out at whole seconds
		s.ask("ping", "1")
		before := len(s.events())
		time.Sleep(2 * time.Second)
		if got, events := s.replies(), len(s.events()); len(got) != 1 || events > before+1 {
			t.Errorf("%d replies after %d events, want one after 1 at most", len(got), events-before)
		}
	})
}

// More commands than wait are dropped, and the uplink goes on.
func TestTooManyCommands(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = func(ctx context.Context, name string, body []byte) []byte {
			time.Sleep(time.Second)
			return body
		}
		s.start()
		time.Sleep(time.Second)
		for range 100 {
			s.ask("ping", "1")
			time.Sleep(time.Millisecond)
		}
		s.log.add(s.alert())
		time.Sleep(2 * time.Minute)
		if got := len(s.replies()); got != 65 { // one under way, 64 waiting
			t.Errorf("%d replies, want 65", got)
		}
		if got := s.log.acked(); got != 1 {
			t.Errorf("the cursor is at %d, want 1", got)
		}
		s.ask("ping", "1")
		time.Sleep(2 * time.Second)
		if got := len(s.replies()); got != 66 {
			t.Errorf("%d replies, want 66: there is room again", got)
		}
	})
}

// A flood of commands is no flood of lines in the log.
func TestFloodIsToldOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var said bytes.Buffer
		s.Log = slog.New(slog.NewTextHandler(&said, nil))
		s.Command = func(context.Context, string, []byte) []byte {
			time.Sleep(10 * time.Millisecond)
			return nil
		}
		s.start()
		time.Sleep(time.Second)
		for range 5000 {
			s.ask("ping", "1")
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Minute)
		s.ask("ping", "1")
		s.end()
		s.stop = nil
		dropped, room := strings.Count(said.String(), "are dropped"), strings.Count(said.String(), "room for commands again")
		if dropped != 1 || room != 1 {
			t.Errorf("told of it %d times and of its end %d times, want once each", dropped, room)
		}
	})
}

// A reply whose link has died is dropped; the next command is answered.
func TestReplyToADeadLink(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.Command = func(ctx context.Context, name string, body []byte) []byte {
			time.Sleep(time.Second)
			return body
		}
		s.start()
		time.Sleep(time.Second)
		s.ask("ping", "1")
		time.Sleep(time.Millisecond)
		s.broker.Cut()
		time.Sleep(time.Minute)
		s.ask("ping", "2")
		time.Sleep(2 * time.Second)
		if got := s.replies(); !slices.Equal(got, []string{"ping 2"}) {
			t.Errorf("replies %q, want the second only", got)
		}
	})
}

// A stop waits for the command under way, which is told of it.
func TestStopInACommand(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		ended := false
		s.Command = func(ctx context.Context, _ string, _ []byte) []byte {
			<-ctx.Done()
			ended = true
			return nil
		}
		s.start()
		time.Sleep(time.Second)
		s.ask("ping", "1")
		time.Sleep(time.Second)
		s.end()
		s.stop = nil
		if !ended {
			t.Error("Run returned and a command was still under way")
		}
	})
}
