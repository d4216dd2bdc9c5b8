package ticket

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"path/filepath"
	"runtime"
	"slices"
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

// halves is a connection in memory whose directions end one by one, as TCP's do.
type halves struct{ in, out net.Conn }

func connection() (*halves, *halves) {
	a, b := net.Pipe()
	c, d := net.Pipe()
	return &halves{a, c}, &halves{d, b}
}

func (h *halves) Read(p []byte) (int, error)         { return h.in.Read(p) }
func (h *halves) Write(p []byte) (int, error)        { return h.out.Write(p) }
func (h *halves) CloseWrite() error                  { return h.out.Close() }
func (h *halves) LocalAddr() net.Addr                { return host("192.168.1.9:9100") }
func (h *halves) RemoteAddr() net.Addr               { return host("192.168.1.7:40000") }
func (h *halves) SetReadDeadline(t time.Time) error  { return h.in.SetReadDeadline(t) }
func (h *halves) SetWriteDeadline(t time.Time) error { return h.out.SetWriteDeadline(t) }
func (h *halves) SetDeadline(t time.Time) error {
	return errors.Join(h.SetReadDeadline(t), h.SetWriteDeadline(t))
}

func (h *halves) Close() error {
	h.in.Close()
	return h.out.Close()
}

// A street is a proxy at work in a bubble, between tills and a printer.
type street struct {
	*rig
	*testing.T
	calls chan *halves // to the printer
	off   atomic.Bool  // the printer refuses calls
}

func proxied(t *testing.T, change func(*Proxy)) *street {
	s := &street{rig: &rig{ln: newPipes()}, T: t, calls: make(chan *halves, 100)}
	p := &Proxy{
		Name: "kitchen", Options: Options{Encoding: "cp437"}, Now: clock(time.Now()), Printer: "192.168.1.50:9100",
		Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		Dial: func(context.Context) (net.Conn, error) {
			if s.off.Load() {
				return nil, syscall.ECONNREFUSED
			}
			here, there := connection()
			s.calls <- there
			return here, nil
		},
	}
	if change != nil {
		change(p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Serve(ctx, s.ln, s.emit) }()
	s.end = func() error { cancel(); return <-done }
	return s
}

// till connects one.
func (s *street) till() *halves {
	s.Helper()
	here, there := connection()
	select {
	case s.ln.conns <- there:
	case <-time.After(time.Second):
		s.Fatal("nobody accepts")
	}
	return here
}

// both connects a till, and returns the printer's end too.
func (s *street) both() (till, printer *halves) {
	s.Helper()
	till = s.till()
	return till, s.called()
}

func (s *street) called() *halves {
	s.Helper()
	select {
	case c := <-s.calls:
		return c
	case <-time.After(time.Second):
		s.Fatal("the printer was not called")
		return nil
	}
}

// moves sends text and returns whether it arrives.
func (s *street) moves(from, to *halves, text string) {
	s.Helper()
	deadline := time.Now().Add(time.Second)
	from.SetWriteDeadline(deadline)
	to.SetReadDeadline(deadline)
	done := make(chan error, 1)
	go func() {
		_, err := io.WriteString(from, text)
		done <- err
	}()
	got := make([]byte, len(text))
	n, err := io.ReadFull(to, got)
	if sent := <-done; err != nil || sent != nil || string(got) != text {
		s.Fatalf("sent %q (%v), %q arrived (%v)", text, sent, got[:n], err)
	}
}

// hungUp says that the other side has ended, at once.
func hungUp(c *halves) bool {
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}

// told are the facts that are no tickets, in words.
func told(events []kitchen.Event) (s []string) {
	for _, e := range events {
		switch {
		case e.Fault != nil:
			s = append(s, e.Fault.Device+": "+e.Fault.Text)
		case e.Recovered != nil:
			s = append(s, e.Recovered.Device+" recovered")
		case e.Ticket != nil:
			s = append(s, "order "+e.Ticket.Number)
		}
	}
	return s
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: want -, got +\n%s", what, diff)
	}
}

// Every stream of the corpus passes as it is, both ways at once, in pieces of any size.
func TestProxyPassesCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.bin")
	if more, _ := filepath.Glob(shared + "/*/*.bin"); len(more) > 0 {
		files = append(files, more...)
	}
	if err != nil || len(files) == 0 {
		t.Fatal("no streams", err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		rnd := rand.New(rand.NewPCG(1, 2))
		for _, file := range files {
			want := read(t, file)
			till, printer := s.both()
			sent := make(chan error, 2)
			send := func(c *halves, seed uint64) {
				rnd := rand.New(rand.NewPCG(seed, 0))
				for p := want; len(p) > 0; {
					n := min(len(p), 1+rnd.IntN(5000))
					if _, err := c.Write(p[:n]); err != nil {
						sent <- err
						return
					}
					p = p[n:]
				}
				sent <- c.CloseWrite()
			}
			go send(till, rnd.Uint64())
			go send(printer, rnd.Uint64())
			there := make(chan []byte)
			go func() { b, _ := io.ReadAll(printer); there <- b }()
			back, _ := io.ReadAll(till)
			if !bytes.Equal(back, want) || !bytes.Equal(<-there, want) || errors.Join(<-sent, <-sent) != nil {
				t.Errorf("%s does not pass as it is", file)
			}
			till.Close()
			printer.Close()
		}
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

// Tickets are read as on any printer, stamped when they passed, and the till's two ends
// are passed on one by one.
func TestProxyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		time.Sleep(10 * time.Second)
		s.moves(till, printer, orderNo("41")+"\x1DV0")
		e := s.got()
		same(t, "a cut", []string{"order 41"}, told(e))
		if len(e) == 1 && (e[0].Source != "printer/kitchen" || e[0].Up != 10*time.Second) {
			t.Errorf("got %s at %s, want printer/kitchen at 10s", e[0].Source, e[0].Up)
		}
		s.moves(till, printer, orderNo("42"))
		time.Sleep(1600 * time.Millisecond)
		same(t, "silence", []string{"order 42"}, told(s.got()))
		s.moves(till, printer, orderNo("43"))
		till.CloseWrite()
		if !hungUp(printer) {
			t.Error("the printer does not hear that the till has ended")
		}
		s.moves(printer, till, "\x12 done")
		if hungUp(till) {
			t.Error("the till hears an end that is none")
		}
		printer.Close()
		if !hungUp(till) {
			t.Error("the till does not hear that the printer has ended")
		}
		same(t, "close", []string{"order 43"}, told(s.got()))
		if err := s.end(); err != nil || s.log.Len() > 0 {
			t.Errorf("got %v and log %q, want neither", err, &s.log)
		}
	})
}

// Two tills print at once, and each has a printer's connection of its own.
func TestProxyTwoTills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		a, there := s.both()
		b, here := s.both()
		one, two := orderNo("1")+"\x1DV0", orderNo("2")+"\x1DV0"
		for i := range len(one) {
			s.moves(a, there, one[i:i+1])
			s.moves(b, here, two[i:i+1])
			s.moves(there, a, "\x12")
		}
		same(t, "both", []string{"order 1", "order 2"}, slices.Sorted(slices.Values(told(s.got()))))
		a.Close()
		s.moves(b, here, "more")
		b.Close()
		s.end()
	})
}

// A printer that is off refuses the till at once. That is one fault if it lasts, and it
// ends when the printer is back, whether a till calls or not.
func TestProxyOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		s.off.Store(true)
		for range 3 {
			began := time.Now()
			till := s.till()
			if !hungUp(till) || time.Since(began) > 10*time.Millisecond {
				t.Fatal("the till is not refused at once")
			}
		}
		if e := s.got(); e != nil {
			t.Errorf("a moment is a fault: %v", told(e))
		}
		time.Sleep(time.Hour)
		same(t, "off", []string{"printer/kitchen/unreachable: the printer at 192.168.1.50:9100 cannot be reached: connection refused"}, told(s.got()))
		s.off.Store(false)
		time.Sleep(callLast)
		same(t, "back", []string{"printer/kitchen/unreachable recovered"}, told(s.got()))
		s.called().Close() // was for that
		till, printer := s.both()
		s.moves(till, printer, orderNo("1")+"\x1DV0")
		same(t, "prints", []string{"order 1"}, told(s.got()))
		till.Close()
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
}

// A till that gets through ends the fault without waiting for the next call.
func TestProxyBackByTill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		s.off.Store(true)
		s.till()
		time.Sleep(time.Minute)
		s.off.Store(false)
		till, printer := s.both()
		if e := told(s.got()); len(e) != 2 || e[1] != "printer/kitchen/unreachable recovered" {
			t.Errorf("got %v, want a fault and its end", e)
		}
		s.moves(till, printer, "x")
		till.Close()
		s.end()
	})
}

// What the printer answers its till says what it lacks, in each way that it has.
func TestProxyStatus(t *testing.T) {
	const paper, cover = "printer/kitchen/paper: the printer at 192.168.1.50:9100 is out of paper", "printer/kitchen/cover: the cover of the printer at 192.168.1.50:9100 is open"
	for _, c := range []struct{ name, ask, bad, good, want string }{
		{"DLE EOT 4", "\x10\x04\x04", "\x7E", "\x12", paper},
		{"DLE EOT 2, paper", "\x10\x04\x02", "\x32", "\x12", paper},
		{"DLE EOT 2, cover", "\x10\x04\x02", "\x16", "\x12", cover},
		{"all four", "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", "\x1A\x32\x12\x7E", "\x12\x12\x12\x12", paper},
		{"GS r", "\x1Dr\x01", "\x0F", "\x00", paper},
		{"GS I before it", "\x1DI\x02\x1Dr1", "\x0C\x0C", "\x0C\x00", paper},
		{"GS I with a text", "\x1DI\x43\x10\x04\x02", "_TM-\x7E~T88V\x00\x16", "_TM\x00\x12", cover},
		{"automatic status, paper", "\x1Da\xFF", "\x1C\x00\x0C\x0F", "\x14\x00\x00\x0F", paper},
		{"automatic status, cover", "\x1Da\xFF", "\x38\x00\x00\x0F", "\x10\x00\x00\x0F", cover},
		{"automatic status of itself", "", "\x1C\x00\x0C\x0F", "\x10\x00\x00\x0F", paper},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := proxied(t, nil)
			till, printer := s.both()
			ask := func(answer string) {
				if c.ask != "" {
					s.moves(till, printer, c.ask)
				}
				s.moves(printer, till, answer)
				time.Sleep(5 * time.Second)
			}
			ask(c.good)
			ask(c.bad)
			ask(c.bad)
			same(t, c.name, []string{c.want}, told(s.got()))
			ask(c.good)
			device, _, _ := strings.Cut(c.want, ":")
			same(t, c.name+", mended", []string{device + " recovered"}, told(s.got()))
			till.Close()
			s.end()
		})
	}
}

// Each trouble begins and ends by itself, two at once too. One that nobody asks about any more ends when the printer has taken a job.
func TestProxyTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		s.moves(till, printer, "\x1Da\xFF")
		for _, status := range []string{"\x1C\x00\x0C\x0F", "\x3C\x00\x0C\x0F", "\x3C\x00\x00\x0F"} {
			s.moves(printer, till, status)
			time.Sleep(time.Second)
		}
		same(t, "paper out, cover opened, paper put in", []string{
			"printer/kitchen/paper: the printer at 192.168.1.50:9100 is out of paper",
			"printer/kitchen/cover: the cover of the printer at 192.168.1.50:9100 is open", "printer/kitchen/paper recovered",
		}, told(s.got()))
		till.Close()
		printer.Close()
		for i, want := range [][]string{{"order 1"}, {"order 2", "printer/kitchen/cover recovered"}} {
			till, printer = s.both()
			s.moves(till, printer, orderNo(want[0][6:])+"\x1DV0")
			till.Close()
			printer.Close()
			same(t, "a job", want, told(s.got()))
			if i == 0 {
				time.Sleep(staleAfter + time.Second)
			}
		}
		s.end()
	})
}

// Bytes of a language that is no ESC/POS are no status.
func TestProxyNoStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		s.moves(till, printer, "~HS\r\n")
		s.moves(printer, till, "\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x1C0\x0C\r\x0F\x0E")
		if e := s.got(); e != nil {
			t.Errorf("got %v", told(e))
		}
		till.Close()
		s.end()
	})
}

// A connection that is silent all day still prints; nothing is sent on it meanwhile.
func TestProxyIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		s.moves(till, printer, orderNo("1")+"\x1DV0")
		for range 100 {
			time.Sleep(5 * time.Minute)
		}
		if hungUp(till) || hungUp(printer) {
			t.Fatal("the connection ended")
		}
		s.moves(till, printer, orderNo("2")+"\x1DV0")
		s.moves(printer, till, "\x12")
		same(t, "orders", []string{"order 1", "order 2"}, told(s.got()))
		till.Close()
		s.end()
	})
}

// A side that never ends its half does not hold the line for ever.
func TestProxyHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		till.CloseWrite()
		time.Sleep(idleEnd - time.Second)
		s.moves(printer, till, "\x12") // it lives
		time.Sleep(idleEnd - time.Second)
		if hungUp(till) {
			t.Error("the line ended before its time")
		}
		time.Sleep(2 * time.Second)
		if !hungUp(till) || !hungUp(printer) {
			t.Error("a printer that never ends holds the line")
		}
		till, printer = s.both()
		printer.CloseWrite()
		time.Sleep(idleEnd - time.Second)
		s.moves(till, printer, "x")
		time.Sleep(idleEnd + time.Second)
		if !hungUp(printer) {
			t.Error("a till that never ends holds the line")
		}
		if err := s.end(); err != nil || s.log.Len() > 0 {
			t.Errorf("got %v and log %q, want neither", err, &s.log)
		}
	})
}

// When the daemon ends, a ticket that is being printed comes out whole; who never ends
// does not hold it up.
func TestProxyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		idle, _ := s.both()
		slow, there := s.both()
		endless, paper := s.both()
		var people sync.WaitGroup
		defer people.Wait()
		people.Go(func() { io.Copy(io.Discard, paper) })
		people.Go(func() {
			for {
				if _, err := io.WriteString(endless, "more "); err != nil {
					return
				}
				time.Sleep(lull / 2)
			}
		})
		began := time.Now()
		s.moves(slow, there, orderNo("1"))
		ended := make(chan error)
		go func() { ended <- s.end() }()
		for range 5 {
			time.Sleep(lull / 2)
			s.moves(slow, there, "1x Tea\n")
		}
		if !hungUp(idle) {
			t.Error("an idle line is not ended")
		}
		s.moves(slow, there, "\x1DV0")
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < grace || took > grace+lull {
			t.Errorf("the end took %s, want %s", took, grace)
		}
		if e := told(s.got()); !slices.Contains(e, "order 1") {
			t.Errorf("got %q, want order 1", e)
		}
	})
}

// A till that hangs up with answers unread has its ticket printed, and is heard to the end.
func TestProxyRude(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		till, printer := s.both()
		s.moves(till, printer, orderNo("1"))
		till.Close()
		printer.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := io.WriteString(printer, "\x12\x12\x12"); err != nil {
			t.Errorf("the printer is cut off: %v", err)
		}
		if !hungUp(printer) {
			t.Error("the printer does not hear that the till has ended")
		}
		printer.Close()
		same(t, "orders", []string{"order 1"}, told(s.got()))
		s.end()
	})
}

// Who holds connections and says nothing does not keep a till from printing.
func TestProxyScanner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, nil)
		busy, there := s.both()
		s.moves(busy, there, "\x10\x04\x01")
		time.Sleep(time.Minute) // idle, and yet a till's
		for range maxSessions - 1 {
			s.both()
		}
		for range 50 { // come and gone: in the backlog, or refused
			here, _ := connection()
			here.Close()
		}
		till := s.till()
		time.Sleep(givesWay + slotAgain)
		printer := s.called()
		s.moves(till, printer, orderNo("1")+"\x1DV0")
		s.moves(busy, there, "x")
		same(t, "orders", []string{"order 1"}, told(s.got()))
		if err := s.end(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(s.log.String(), "\n"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, &s.log)
		}
	})
}

// TestProxyHearer: a decoder that panics, stalls, falls far behind or dies changes
// nothing on the wire, however many there are.
func TestProxyHearer(t *testing.T) {
	for name, hook := range map[string]func(){
		"panics":  func() { panic("bang") },
		"stalls":  func() { time.Sleep(time.Hour) },
		"is late": func() { time.Sleep(10 * time.Second) },
		"dies":    runtime.Goexit,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := proxied(t, func(p *Proxy) { p.Heard = func(Passed) { hook() } })
			began := time.Now()
			for range 3 * maxHearers {
				till, printer := s.both()
				for range 5 {
					s.moves(till, printer, orderNo("1")+"\x1DV0")
					s.moves(printer, till, "\x12")
				}
				s.moves(till, printer, strings.Repeat("long ", queueBytes/4))
				till.CloseWrite()
				if !hungUp(printer) {
					t.Fatalf("a decoder that %s: the end is not passed on", name)
				}
				printer.Close()
				till.Close()
				synctest.Wait()
			}
			if took := time.Since(began); took > 3*maxHearers*2*time.Millisecond {
				t.Errorf("a decoder that %s: it took %s of the tills' time", name, took)
			}
			if err := s.end(); err != nil || s.log.Len() == 0 && name != "dies" {
				t.Errorf("a decoder that %s: got %v and log %q", name, err, &s.log)
			}
		})
	}
}

// TestProxyBehind: a decoder that is behind loses whole stretches, says so, and reads
// the next ticket exactly, with the time at which it passed.
func TestProxyBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := proxied(t, func(p *Proxy) {
			first := true
			p.Heard = func(Passed) {
				if first {
					first = false
					time.Sleep(10 * time.Second)
				}
			}
		})
		till, printer := s.both()
		s.moves(till, printer, orderNo("1")+"\x1DV0")
		synctest.Wait()
		time.Sleep(time.Second)
		s.moves(till, printer, orderNo("2")+"\x1DV0")
		s.moves(till, printer, strings.Repeat("lost ", queueBytes/5))
		s.moves(till, printer, orderNo("3")+"\x1DV0")
		time.Sleep(20 * time.Second)
		s.moves(till, printer, orderNo("4")+"\x1DV0")
		e := s.got()
		same(t, "orders", []string{"order 1", "order 2", "order 4"}, told(e))
		for i, want := range []time.Duration{0, time.Second, 21 * time.Second} {
			if i < len(e) && e[i].Up != want {
				t.Errorf("order %d is stamped %s, want %s", i, e[i].Up, want)
			}
		}
		if n := strings.Count(s.log.String(), "not read fast enough"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, &s.log)
		}
		till.Close()
		s.end()
	})
}

// When more connections wait to be read than may, the log says so once, and all are
// printed.
func TestProxyCrowded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		s := proxied(t, func(p *Proxy) { p.Heard = func(Passed) { <-stuck } })
		for range maxHearers + 50 {
			till, printer := s.both()
			s.moves(till, printer, orderNo("1")+"\x1DV0")
			till.Close()
			printer.Close()
			synctest.Wait()
		}
		if n := strings.Count(s.log.String(), "\n"); n != 1 {
			t.Errorf("logged %d lines, want one:\n%s", n, &s.log)
		}
		close(stuck)
		s.end()
	})
}
