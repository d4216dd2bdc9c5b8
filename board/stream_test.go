package board

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// shop is a kitchen whose board changes when a test says so.
type shop struct {
	mu      sync.Mutex
	board   *kitchen.Board
	health  Health
	changed chan struct{}
}

func newShop() *shop { return &shop{board: lunch(), changed: make(chan struct{})} }

// change lets do alter the shop and tells everybody.
func (s *shop) change(do func(*shop)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s)
	close(s.changed)
	s.changed = make(chan struct{})
}

// commit makes the next board.
func (s *shop) commit() {
	s.change(func(s *shop) {
		next := *s.board
		next.Seq++
		s.board = &next
	})
}

func (s *shop) site() *Server {
	return &Server{
		View:    func() *kitchen.Board { s.mu.Lock(); defer s.mu.Unlock(); return s.board },
		Health:  func() Health { s.mu.Lock(); defer s.mu.Unlock(); return s.health },
		Changed: func() <-chan struct{} { s.mu.Lock(); defer s.mu.Unlock(); return s.changed },
	}
}

// message is one event of the stream.
type message struct{ event, id, data string }

// seq is that of the board in a state.
func (m message) seq() string {
	seq, _, _ := strings.Cut(m.id, "-")
	return seq
}

// watcher is a browser at the other end of a pipe.
type watcher struct {
	t        *testing.T
	conn     net.Conn
	messages chan message
	ended    chan struct{} // closes when the handler has returned
	stop     context.CancelFunc
}

// watch opens the stream of a page over a pipe, all of it inside the bubble.
func watch(t *testing.T, p *Server) *watcher {
	t.Helper()
	return watchAt(t, p.Handler(), "/events")
}

// watchAt is watch of a stream elsewhere; further headers may follow the path.
func watchAt(t *testing.T, h http.Handler, path string, headers ...string) *watcher {
	t.Helper()
	w := open(t, h, path, headers...)
	go w.read()
	return w
}

// open asks for the stream and leaves the reading to the caller.
func open(t *testing.T, h http.Handler, path string, headers ...string) *watcher {
	t.Helper()
	ours, theirs := net.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	w := &watcher{t: t, conn: ours, messages: make(chan message, 1000), ended: make(chan struct{}), stop: stop}
	server := &http.Server{
		Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			defer close(w.ended)
			h.ServeHTTP(rw, r)
		}),
		BaseContext:  func(net.Listener) context.Context { return ctx },
		WriteTimeout: time.Second, // a stream must outlive it
	}
	l := &oneConn{conn: theirs, closed: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() {
		stop()
		ours.Close()
		server.Close()
		serving.Wait()
	})
	if _, err := io.WriteString(ours, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n"+strings.Join(append(headers, "\r\n"), "\r\n")); err != nil {
		t.Fatal(err)
	}
	return w
}

// read takes the stream apart until it ends.
func (w *watcher) read() {
	defer close(w.messages)
	answer, err := http.ReadResponse(bufio.NewReader(w.conn), nil)
	if err != nil {
		w.t.Errorf("read the answer: %v", err)
		return
	}
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		w.t.Errorf("got %s, want text/event-stream", got)
	}
	var m message
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			m.event = value
		case "id":
			m.id = value
		case "data":
			m.data = value
		case "":
			w.messages <- m
			m = message{}
		}
	}
}

// heard returns what came by now.
func (w *watcher) heard() []message {
	synctest.Wait()
	var all []message
	for {
		select {
		case m, ok := <-w.messages:
			if !ok {
				return all
			}
			all = append(all, m)
		default:
			return all
		}
	}
}

// over says whether the handler has returned.
func (w *watcher) over() bool {
	synctest.Wait()
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

func count(all []message, event string) int {
	n := 0
	for _, m := range all {
		if m.event == event {
			n++
		}
	}
	return n
}

func TestStreamBeginsWithTheWholeState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newShop().site()
		p.Now = func() time.Time { return noon }
		all := watch(t, p).heard()
		if len(all) != 2 || all[0].event != "edition" || all[1].event != "state" {
			t.Fatalf("got %v, want an edition and a state", all)
		}
		made, err := p.draw(p.Store, p.Language)
		if err != nil {
			t.Fatal(err)
		}
		if all[0].data != made.edition {
			t.Errorf("got edition %q, want %q", all[0].data, made.edition)
		}
		f, err := p.frame()
		if err != nil {
			t.Fatal(err)
		}
		if want := string(f.data(noon)); all[1].id != f.id || !strings.HasPrefix(f.id, "812-") || all[1].data != want {
			t.Errorf("got state %s %s, want %s %s", all[1].id, all[1].data, f.id, want)
		}
	})
}

func TestStreamTellsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		w := watch(t, s.site())
		w.heard()
		time.Sleep(beat / 2)
		s.commit()
		all := w.heard()
		if len(all) != 1 || all[0].seq() != "813" {
			t.Fatalf("got %v at once after a commit, want state 813", all)
		}
		time.Sleep(pace)
		s.change(func(s *shop) { s.health.Refused = true })
		all = w.heard()
		if len(all) != 1 || all[0].seq() != "813" || !strings.Contains(all[0].data, `"refused":true`) {
			t.Errorf("got %v, want state 813 with the log refused", all)
		}
	})
}

func TestStreamKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		w := watch(t, s.site())
		w.heard()
		for range 1000 { // one second of a kitchen gone mad
			s.commit()
			time.Sleep(time.Millisecond)
		}
		time.Sleep(pace)
		all := w.heard()
		if n := count(all, "state"); n < 9 || n > 11 {
			t.Errorf("got %d states in a second, want about 10", n)
		}
		all = slices.DeleteFunc(all, func(m message) bool { return m.event != "state" })
		if last := all[len(all)-1]; last.seq() != fmt.Sprint(812+1000) {
			t.Errorf("the last state is %s, want the newest, 1812", last.id)
		}
	})
}

func TestStreamBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := newShop().site()
		p.Now = func() time.Time { return noon.Add(time.Since(begin)) }
		w := watch(t, p)
		w.heard()
		time.Sleep(5 * time.Minute) // also: no time-out of the server ends it
		all := w.heard()
		if n := count(all, "beat"); n != 600 || len(all) != n {
			t.Fatalf("got %d messages and %d beats in five quiet minutes, want 600 beats", len(all), n)
		}
		if want := "2026-10-05T12:05:00+08:00"; all[len(all)-1].data != want {
			t.Errorf("the last beat says %s, want the kitchen's clock, %s", all[len(all)-1].data, want)
		}
	})
}

func TestStreamBeatsWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		w := watch(t, s.site())
		w.heard()
		for range 400 { // ten seconds
			s.commit()
			time.Sleep(25 * time.Millisecond)
		}
		if n := count(w.heard(), "beat"); n != 20 {
			t.Errorf("got %d beats in ten busy seconds, want 20", n)
		}
	})
}

func TestStreamWaitsForTheFirstBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.board = nil
		w := watch(t, s.site())
		time.Sleep(time.Minute)
		if n := count(w.heard(), "state"); n != 0 {
			t.Fatalf("got %d states of no board", n)
		}
		s.change(func(s *shop) { s.board = lunch() })
		if all := w.heard(); count(all, "state") != 1 {
			t.Errorf("got %v, want the first state", all)
		}
	})
}

func TestStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*watcher){
		"the browser is gone": func(w *watcher) { w.conn.Close() },
		"the daemon stops":    func(w *watcher) { w.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := watch(t, newShop().site())
				w.heard()
				if w.over() {
					t.Fatal("the stream ended by itself")
				}
				if end(w); !w.over() {
					t.Error("the handler still runs")
				}
			})
		})
	}
}

// A screen without power closes nothing and reads nothing.
func TestStreamGivesUpOnADeafPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, newShop().site().Handler(), "/events")
		time.Sleep(patience - time.Second)
		if w.over() {
			t.Fatal("the stream ended too early")
		}
		if time.Sleep(2 * time.Second); !w.over() {
			t.Errorf("the handler still runs %v after nobody read", patience+time.Second)
		}
	})
}
