package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// supervisor is a service manager: it keeps what it is told, each line with its time.
type supervisor struct {
	mu    sync.Mutex
	start time.Time
	heard []message
}

type message struct {
	at   time.Duration
	line string
}

func (s *supervisor) notify(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(state) {
		s.heard = append(s.heard, message{time.Since(s.start), strings.TrimSuffix(line, "\n")})
	}
}

// when returns when a line was heard.
func (s *supervisor) when(line string) (at []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.heard {
		if n.line == line {
			at = append(at, n.at)
		}
	}
	return at
}

// status is the newest.
func (s *supervisor) status() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range slices.Backward(s.heard) {
		if text, ok := strings.CutPrefix(n.line, "STATUS="); ok {
			return text
		}
	}
	return ""
}

// supervised runs a test of a daemon that a service manager watches for 30 s.
func supervised(t *testing.T, prepare func(*bubble, *world), test func(*bubble, *supervisor)) {
	synctest.Test(t, func(t *testing.T) {
		b, s := newBubble(t, 1), &supervisor{start: time.Now()}
		b.change = func(w *world) {
			w.service = service{notify: s.notify, watchdog: 30 * time.Second}
			if prepare != nil {
				prepare(b, w)
			}
		}
		b.up()
		test(b, s)
		b.end()
	})
}

func TestServiceManagerIsTold(t *testing.T) {
	supervised(t, nil, func(b *bubble, s *supervisor) {
		time.Sleep(5*time.Minute + time.Second)
		if got := s.when("READY=1"); len(got) != 1 || got[0] > time.Second {
			t.Errorf("it was ready at %v, want once and at once", got)
		}
		beats := s.when("WATCHDOG=1")
		for i, at := range beats {
			if want := time.Duration(i) * 10 * time.Second; at != want {
				t.Fatalf("sign of life %d came at %v, want %v", i, at, want)
			}
		}
		if len(beats) != 31 {
			t.Errorf("there were %d signs of life in 5 min, want 31", len(beats))
		}
		if got, want := s.status(), "0 open orders; broker connected"; got != want {
			t.Errorf("status: got %q, want %q", got, want)
		}
		before := len(s.heard) - len(beats)

		b.broker.SetDown(true)
		b.broker.Cut()
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(11 * time.Second)
		if got, want := s.status(), "1 open order; 2 alerts wait for the broker; no broker: "; !strings.HasPrefix(got, want) {
			t.Errorf("status: got %q, want %q", got, want)
		}
		b.scale.Unplug()
		time.Sleep(time.Minute)
		if got, want := s.status(), "; fault: scale/s"; !strings.HasSuffix(got, want) {
			t.Errorf("status: got %q, want it to end with %q", got, want)
		}
		if n := len(s.heard) - len(s.when("WATCHDOG=1")) - before; n > 5 {
			t.Errorf("%d lines for two changes", n)
		}
		b.end()
		if got := s.when("STOPPING=1"); len(got) != 1 || s.heard[len(s.heard)-1].line == "WATCHDOG=1" {
			t.Errorf("it was stopping at %v, and said last %q", got, s.heard[len(s.heard)-1].line)
		}
	})
}

// A writer that hangs gives no sign of life, and the daemon says why it will be ended.
func TestHungWriterIsNotAlive(t *testing.T) {
	var hang atomic.Pointer[chan struct{}] // until it is closed
	var out bytes.Buffer
	supervised(t, func(b *bubble, w *world) {
		w.log = slog.New(slog.NewTextHandler(&out, nil))
		committed := w.committed
		w.committed = func(events []kitchen.Event, board *kitchen.Board) {
			if until := hang.Load(); until != nil {
				<-*until
			}
			committed(events, board)
		}
	}, func(b *bubble, s *supervisor) {
		time.Sleep(11 * time.Second)
		before := len(s.when("WATCHDOG=1"))
		release := make(chan struct{})
		hang.Store(&release)
		go b.press("A1", 100*time.Millisecond)
		time.Sleep(2 * time.Minute)
		if n := len(s.when("WATCHDOG=1")); n != before {
			t.Errorf("a writer that hangs gave %d signs of life", n-before)
		}
		close(release)
		time.Sleep(time.Minute)
		if n := len(s.when("WATCHDOG=1")); n < before+5 {
			t.Errorf("a writer that works again gave %d signs of life in a minute", n-before)
		}
		b.end()
		for _, said := range []string{"writer does not answer", "writer answers again"} {
			if n := strings.Count(out.String(), said); n != 1 {
				t.Errorf("it says %d times that the %s", n, said)
			}
		}
	})
}

// A start that takes long asks for time, and is ready only then. A stop meanwhile does
// not wait for it.
func TestSlowStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := newBubble(t, 1), &supervisor{start: time.Now()}
		b.up()
		b.end()
		ctx, cancel := context.WithCancel(t.Context())
		takes, killed := 15*time.Second, false
		b.change = func(w *world) {
			w.service = service{notify: s.notify, watchdog: 30 * time.Second}
			w.probe = func(ctx context.Context, _ string) error {
				select {
				case <-time.After(takes):
				case <-ctx.Done():
					killed = true
				}
				return ctx.Err()
			}
		}
		started := time.Now()
		s.start = started
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, b.conf, b.world()) }()
		time.Sleep(time.Minute)
		if got := s.when("READY=1"); len(got) != 1 || got[0] != takes {
			t.Errorf("it was ready after %v, want %v", got, takes)
		}
		more := s.when(fmt.Sprint("EXTEND_TIMEOUT_USEC=", moreTime.Microseconds()))
		if want := []time.Duration{0, 5 * time.Second, 10 * time.Second}; !slices.Equal(more[:min(3, len(more))], want) || len(more) > 4 {
			t.Errorf("it asked for time at %v, want %v", more, want)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}

		takes = time.Hour
		ctx, cancel = context.WithCancel(t.Context())
		go func() { ended <- run(ctx, b.conf, b.world()) }()
		time.Sleep(5 * time.Second)
		stopped := time.Now()
		cancel()
		if err := <-ended; err != nil || time.Since(stopped) > probeGrace || !killed {
			t.Errorf("a stop during the probe took %v and gave %v", time.Since(stopped), err)
		}
	})
}

// A till's connection with half a job, a broker that says nothing and one that takes
// nothing hold up no stop.
func TestStopIsPrompt(t *testing.T) {
	for name, hang := range map[string]func(*bubble){
		"mute broker": func(b *bubble) { b.broker.SetMute(true) },
		"deaf broker": func(b *bubble) { b.broker.SetDeaf(true) },
	} {
		t.Run(name, func(t *testing.T) {
			supervised(t, nil, func(b *bubble, s *supervisor) {
				time.Sleep(time.Second)
				hang(b)
				conn, err := b.printer.Load().Dial()
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				job := b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n")
				if _, err := conn.Write(job[:len(job)/2]); err != nil {
					t.Fatal(err)
				}
				b.press("A1", 100*time.Millisecond)
				stopped := time.Now()
				b.cancel()
				b.down()
				b.ended = nil
				if took := time.Since(stopped); took > 5*time.Second {
					t.Errorf("it took %v to end", took)
				}
				b.broker.Close()
			})
		})
	}
}

func TestStatusLine(t *testing.T) {
	if got, want := statusLine("a\nWATCHDOG=1\tb"), "STATUS=a WATCHDOG=1 b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for text, want := range map[string]string{"饭饭饭": "饭饭…", "饭饭": "饭饭", "": ""} {
		if got := clip(text, 2); got != want {
			t.Errorf("clip(%q) is %q, want %q", text, got, want)
		}
	}
}

// What a child says to the manager would be taken for the daemon's.
func TestChildHasNoManager(t *testing.T) {
	t.Setenv(notifySocket, "/run/systemd/notify")
	for _, v := range childEnv() {
		if strings.Contains(v, "systemd/notify") {
			t.Errorf("a child gets %s", v)
		}
	}
	if len(childEnv()) != len(os.Environ())-1 {
		t.Error("a child lacks more of the environment")
	}
}

// Ports that systemd holds open for nobody are told of once.
func TestUnusedSocket(t *testing.T) {
	var out bytes.Buffer
	supervised(t, func(_ *bubble, w *world) {
		w.log = slog.New(slog.NewTextHandler(&out, nil))
		w.service.unused = func() []string { return []string{"[::]:9101"} }
	}, func(b *bubble, _ *supervisor) {
		time.Sleep(time.Minute)
		b.end()
		if n := strings.Count(out.String(), "[::]:9101"); n != 1 {
			t.Errorf("it says %d times that nobody listens:\n%s", n, out.String())
		}
	})
}

func TestUntilGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		late, end := lasting(ctx, probeGrace)
		defer end()
		probe := until(late, func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() })
		cancel()
		begin := time.Now()
		for _, want := range []time.Duration{probeGrace, 0} {
			if err := probe(t.Context(), ""); !errors.Is(err, context.Canceled) || time.Since(begin) != probeGrace {
				t.Errorf("got %v after %v, want %v", err, time.Since(begin), want)
			}
		}
		if until(late, nil) != nil {
			t.Error("no probe became one")
		}
	})
}
