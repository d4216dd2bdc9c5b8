package ticket

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// A pipes is a listener in memory, so that a test runs in a synctest bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects; the test fails if nobody accepts within a second.
func (l *pipes) dial(t *testing.T) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	select {
	case l.conns <- there:
	case <-time.After(time.Second):
		t.Fatal("nobody accepts")
	}
	return here
}

// A rig is a printer at work in a bubble.
type rig struct {
	ln   *pipes
	log  bytes.Buffer
	end  func() error
	fail atomic.Bool // emit refuses
	bang atomic.Bool // emit panics
	shut atomic.Bool // jobs are not taken

	mu     sync.Mutex
	events []kitchen.Event
}

func (g *rig) emit(_ context.Context, e ...kitchen.Event) error {
	if g.bang.Swap(false) {
		panic("bang")
	}
	if g.fail.Load() {
		return errors.New("full")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events = append(g.events, e...)
	return nil
}

// got returns what was emitted since the last call, once all is still.
func (g *rig) got() []kitchen.Event {
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.events
	g.events = nil
	return out
}

var began = time.Date(2026, 11, 22, 11, 30, 0, 0, time.UTC)

// clock is a stamp of the bubble's time since start.
func clock(start time.Time) func() kitchen.Stamp {
	return func() kitchen.Stamp {
		up := time.Since(start)
		return kitchen.Stamp{Boot: 1, Up: up, At: began.Add(up), Clock: kitchen.Synced}
	}
}

// serve starts a printer in the bubble.
func serve(t *testing.T, change func(*Printer)) *rig {
	g := &rig{ln: newPipes()}
	p := &Printer{
		Name: "kitchen", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()),
		Log:       slog.New(slog.NewTextHandler(&g.log, nil)),
		Accepting: func() bool { return !g.shut.Load() },
	}
	if change != nil {
		change(p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Serve(ctx, g.ln, g.emit) }()
	g.end = func() error { cancel(); return <-done }
	return g
}

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	c.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatalf("send %q: %v", s, err)
	}
}

// ask sends a question and returns n bytes of answer. A pipe holds no bytes, so it
// listens while it speaks.
func ask(t *testing.T, c net.Conn, question string, n int) string {
	t.Helper()
	sent := make(chan error, 1)
	c.SetWriteDeadline(time.Time{})
	go func() {
		_, err := io.WriteString(c, question)
		sent <- err
	}()
	answer := hear(t, c, n)
	if err := <-sent; err != nil {
		t.Fatalf("ask %q: %v", question, err)
	}
	return answer
}

func hear(t *testing.T, c net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	m, err := io.ReadFull(c, b)
	if err != nil {
		t.Fatalf("answer: %q, %v", b[:m], err)
	}
	return string(b)
}

func names(events []kitchen.Event) (s []string) {
	for _, e := range events {
		s = append(s, e.Source+" "+e.Ticket.Number)
	}
	return s
}

const order = "\x1B@\x1D!\x11Order #%\n\x1D!\x00 2x Soup\n"

func orderNo(n string) string { return strings.Replace(order, "%", n, 1) }

func TestPrinterSlips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		time.Sleep(10 * time.Second)
		send(t, c, orderNo("41")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 41"}, names(g.got())); diff != "" {
			t.Errorf("a cut: want -, got +\n%s", diff)
		}
		send(t, c, orderNo("42"))
		time.Sleep(1400 * time.Millisecond)
		if e := g.got(); e != nil {
			t.Errorf("a slip ended before its time: %v", e)
		}
		time.Sleep(200 * time.Millisecond)
		e := g.got()
		if diff := cmp.Diff([]string{"printer/kitchen 42"}, names(e)); diff != "" {
			t.Errorf("silence: want -, got +\n%s", diff)
		}
		if len(e) == 1 && e[0].Up != 10*time.Second {
			t.Errorf("the slip is stamped %v, want when its last byte came, 10s", e[0].Up)
		}
		send(t, c, orderNo("43"))
		c.Close()
		if diff := cmp.Diff([]string{"printer/kitchen 43"}, names(g.got())); diff != "" {
			t.Errorf("close: want -, got +\n%s", diff)
		}
		if err := g.end(); err != nil || g.log.Len() > 0 {
			t.Errorf("got %v and log %q, want neither", err, &g.log)
		}
	})
}

// TestPrinterPolls: a till that asks all the time does not keep a slip from ending.
func TestPrinterPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		send(t, c, orderNo("5"))
		for range 4 {
			time.Sleep(500 * time.Millisecond)
			if a := ask(t, c, "\x10\x04\x01", 1); a != "\x12" {
				t.Errorf("got % X, want 12", a)
			}
		}
		e := g.got()
		if len(e) != 1 || e[0].Up != 0 {
			t.Errorf("got %+v, want one slip stamped 0", e)
		}
		c.Close()
		g.end()
	})
}

func TestPrinterAnswers(t *testing.T) {
	for _, c := range []struct{ name, ask, want string }{
		{"DLE EOT 1 to 4", "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", "\x12\x12\x12\x12"},
		{"in the middle of text", "a\x10\x04\x01b\n", "\x12"},
		{"in the middle of a picture, as printers do", "\x1B@\x1Dv0\x00\x04\x00\x01\x00a\x10\x04\x01", "\x12"},
		{"GS I", "\x1DI\x01\x1DI2\x1DI\x03", "\x20\x02\x01"},
		{"GS I with a text", "\x1DI\x42\x1DI\x43", "_EPSON\x00_TM-T88V\x00"},
		{"GS r", "\x1Dr\x01\x1Dr2", "\x00\x00"},
		{"GS r of a sensor that is not there", "\x1Dr\x03\x1DI\x03", "\x01"},
		{"ESC v and ESC u", "\x1Bv\x1Bu\x00", "\x00\x00"},
		{"automatic status", "\x1Da\xFF", "\x10\x00\x00\x0F"},
		{"process identity", "\x1D(H\x06\x0000abcd", "\x37\x22abcd\x00"},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := serve(t, nil)
			conn := g.ln.dial(t)
			if got := ask(t, conn, c.ask, len(c.want)); got != c.want {
				t.Errorf("%s: got % X, want % X", c.name, got, c.want)
			}
			conn.Close()
			g.end()
		})
	}
}

// TestPrinterOffline: nothing is swallowed while jobs are not taken.
func TestPrinterOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		watcher := g.ln.dial(t)
		if a := ask(t, watcher, "\x1Da\xFF", 4); a != "\x10\x00\x00\x0F" {
			t.Fatalf("automatic status: got % X", a)
		}
		g.shut.Store(true)
		if a := hear(t, watcher, 4); a != "\x18\x40\x00\x0F" {
			t.Errorf("going offline: got % X, want 18 40 00 0F", a)
		}
		c := g.ln.dial(t)
		if a := ask(t, c, "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", 4); a != "\x1A\x52\x52\x12" {
			t.Errorf("offline: got % X, want 1A 52 52 12", a)
		}
		job := orderNo("7") + "\x1DV0"
		c.SetWriteDeadline(time.Now().Add(time.Minute))
		if n, err := io.WriteString(c, job); n > 1 || err == nil {
			t.Errorf("an offline printer read %d bytes of a job", n)
		}
		if e := g.got(); e != nil {
			t.Errorf("an offline printer took %v", names(e))
		}
		g.shut.Store(false)
		send(t, c, job[1:])
		if diff := cmp.Diff([]string{"printer/kitchen 7"}, names(g.got())); diff != "" {
			t.Errorf("online again: want -, got +\n%s", diff)
		}
		if a := hear(t, watcher, 4); a != "\x10\x00\x00\x0F" {
			t.Errorf("online again: got % X", a)
		}
		c.Close()
		watcher.Close()
		g.end()
	})
}

// TestPrinterOfflineMidJob: the rest of a job waits too.
func TestPrinterOfflineMidJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		send(t, c, orderNo("7"))
		synctest.Wait()
		g.shut.Store(true)
		done := make(chan error)
		c.SetWriteDeadline(time.Time{})
		go func() {
			_, err := io.WriteString(c, " 1x Tea\n\x1DV0")
			done <- err
		}()
		time.Sleep(900 * time.Millisecond)
		g.shut.Store(false)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if e := g.got(); e != nil {
			t.Errorf("an offline printer took %v", names(e))
		}
		time.Sleep(acceptAgain)
		if e := g.got(); len(e) != 1 || len(e[0].Ticket.Items) != 2 {
			t.Errorf("got %+v, want one ticket of two items", e)
		}
		c.Close()
		g.end()
	})
}

func TestPrinterSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		var conns []net.Conn
		for range maxSessions {
			conns = append(conns, g.ln.dial(t))
		}
		// Two jobs interleave by connection only.
		send(t, conns[0], orderNo("1"))
		send(t, conns[1], orderNo("2"))
		here := g.ln.dial(t)
		here.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := io.WriteString(here, "x"); err == nil {
			t.Error("one connection too many was served")
		}
		send(t, conns[0], "\x1DV0")
		synctest.Wait()
		send(t, conns[1], "\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 1", "printer/kitchen 2"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		conns[0].Close()
		time.Sleep(slotAgain)
		send(t, here, orderNo("3")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 3"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		// The end of the daemon ends connections that never end, and reports what came.
		send(t, here, orderNo("4"))
		synctest.Wait()
		if err := g.end(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"printer/kitchen 4"}, names(g.got())); diff != "" {
			t.Errorf("at the end: want -, got +\n%s", diff)
		}
	})
}

// closed says that the printer ended a connection.
func closed(c net.Conn) bool {
	c.SetReadDeadline(time.Now())
	_, err := c.Read(make([]byte, 1))
	return err == io.EOF
}

// TestPrinterGivesWay: connections that nobody uses do not keep a till from printing.
func TestPrinterGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, func(p *Printer) { p.Idle = time.Hour })
		var conns []net.Conn
		for range maxSessions {
			conns = append(conns, g.ln.dial(t))
			time.Sleep(time.Second)
		}
		send(t, conns[0], orderNo("1")) // a job is at hand: it never gives way
		send(t, conns[1], "\x10\x04\x01")
		synctest.Wait()
		late := g.ln.dial(t)
		time.Sleep(2*time.Second - time.Millisecond)
		for i, c := range conns {
			if closed(c) {
				t.Errorf("connection %d ended before it was idle for 10 s", i)
			}
		}
		time.Sleep(2*time.Second + 500*time.Millisecond)
		send(t, late, orderNo("9")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 9"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		for i, c := range conns {
			if closed(c) != (i == 2) {
				t.Errorf("connection %d: ended %v; the one idle longest is 2", i, closed(c))
			}
		}
		more := g.ln.dial(t)
		time.Sleep(10 * time.Second)
		send(t, more, orderNo("10")+"\x1DV0")
		synctest.Wait()
		send(t, conns[0], "\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 10", "printer/kitchen 1"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		if err := g.end(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(g.log.String(), "\n"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, &g.log)
		}
	})
}

// TestPrinterIdleEnd: a connection ends after five minutes of nothing, unless a job
// is at hand.
func TestPrinterIdleEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, func(p *Printer) { p.Idle = time.Hour })
		idle, busy := g.ln.dial(t), g.ln.dial(t)
		send(t, busy, orderNo("1"))
		time.Sleep(idleEnd - time.Millisecond)
		if closed(idle) || closed(busy) {
			t.Error("a connection ended before its time")
		}
		time.Sleep(2 * time.Millisecond)
		if !closed(idle) || closed(busy) {
			t.Errorf("after five minutes: idle ended %v, busy ended %v", closed(idle), closed(busy))
		}
		send(t, busy, "\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 1"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		if err := g.end(); err != nil || g.log.Len() > 0 {
			t.Errorf("got %v and log %q, want neither", err, &g.log)
		}
	})
}

func TestPrinterPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		a, b := g.ln.dial(t), g.ln.dial(t)
		g.bang.Store(true)
		send(t, a, orderNo("1")+"\x1DV0")
		if _, err := a.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want the connection closed", err)
		}
		send(t, b, orderNo("2")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 2"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		b.Close()
		g.end()
		if n := strings.Count(g.log.String(), "could not be read"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, &g.log)
		}
	})
}

// TestPrinterRefused: a queue that fails is logged once, and jobs go on.
func TestPrinterRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		g.fail.Store(true)
		for range 3 {
			send(t, c, orderNo("1")+"\x1DV0")
		}
		synctest.Wait()
		g.fail.Store(false)
		send(t, c, orderNo("2")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 2"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		c.Close()
		g.end()
		if n := strings.Count(g.log.String(), "\n"); n != 2 {
			t.Errorf("got %d lines of log, want one for each change:\n%s", n, &g.log)
		}
	})
}

// TestPrinterDeaf: a host that does not read its answers loses them, not its job.
func TestPrinterDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		c.SetWriteDeadline(time.Now().Add(time.Minute))
		io.WriteString(c, "\x10\x04\x01")
		io.WriteString(c, "\x10\x04\x01"+orderNo("1")+"\x1DV0")
		if diff := cmp.Diff([]string{"printer/kitchen 1"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
		c.Close()
		g.end()
	})
}

// TestPrinterTCP prints over the loopback, past a stranger who is turned away.
func TestPrinterTCP(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		network := "192.0.2.0/24"
		if allowed {
			network = "127.0.0.0/8"
		}
		var log bytes.Buffer
		p := &Printer{
			Name: "bar", Allow: []netip.Prefix{netip.MustParsePrefix(network)},
			Now: clock(time.Now()), Log: slog.New(slog.NewTextHandler(&log, nil)),
		}
		ctx, cancel := context.WithCancel(t.Context())
		events, done := make(chan kitchen.Event, 10), make(chan error)
		go func() {
			done <- p.Serve(ctx, ln, func(_ context.Context, e ...kitchen.Event) error {
				for _, e := range e {
					events <- e
				}
				return nil
			})
		}()
		conn, err := net.Dial("tcp", ln.Addr().String())
		if errors.Is(err, syscall.ECONNRESET) && !allowed { // it was turned away already
			conn, _ = net.Pipe()
			conn.Close()
		} else if err != nil {
			t.Fatal(err)
		}
		if allowed {
			if a := ask(t, conn, "\x10\x04\x01", 1); a != "\x12" {
				t.Errorf("got % X, want 12", a)
			}
			send(t, conn, string(read(t, "testdata/layouts/01-meituan-merchant-58.bin")))
			if e := <-events; e.Source != "printer/bar" || e.Ticket.Number != "12" {
				t.Errorf("got %s %+v", e.Source, e.Ticket)
			}
		} else if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("a stranger was served")
		}
		conn.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if logged := strings.Contains(log.String(), "127.0.0.1"); logged == allowed {
			t.Errorf("log: %q", &log)
		}
	}
}

// TestPrinterListener: a listener that fails is the caller's to open again.
func TestPrinterListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := serve(t, nil)
		c := g.ln.dial(t)
		send(t, c, orderNo("1"))
		g.ln.Close()
		synctest.Wait()
		if err := g.end(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want why the listener failed", err)
		}
		if diff := cmp.Diff([]string{"printer/kitchen 1"}, names(g.got())); diff != "" {
			t.Errorf("want -, got +\n%s", diff)
		}
	})
}
