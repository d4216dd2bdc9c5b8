package ticket

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// overTCP is a proxy on the loopback, before the printer at ln.
func overTCP(tb testing.TB, printer string) (addr string) {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{
		Name: "line", Now: clock(time.Now()), Log: slog.New(slog.DiscardHandler), Printer: printer,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", printer)
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- p.Serve(ctx, ln, func(context.Context, ...kitchen.Event) error { return nil })
	}()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	return ln.Addr().String()
}

// printerAt is the printer's end of each connection, handed to serve.
func printerAt(tb testing.TB, serve func(*net.TCPConn)) net.Listener {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				serve(c.(*net.TCPConn))
			})
		}
	})
	tb.Cleanup(func() { ln.Close(); all.Wait() })
	return ln
}

func dialTCP(tb testing.TB, addr string) *net.TCPConn {
	tb.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// chatter sends so many random bytes in pieces of any size, ends its half, and returns
// the hash of what it sent.
func chatter(c *net.TCPConn, seed byte, size int64) (hash.Hash, error) {
	random := rand.NewChaCha8([32]byte{seed})
	sizes := rand.New(rand.NewPCG(uint64(seed), 0))
	sum, buf := sha256.New(), make([]byte, 128<<10)
	for size > 0 {
		p := buf[:min(size, 1+sizes.Int64N(int64(len(buf))))]
		random.Read(p)
		sum.Write(p)
		if _, err := c.Write(p); err != nil {
			return nil, err
		}
		size -= int64(len(p))
	}
	return sum, c.CloseWrite()
}

// TestProxyRandom passes random data both ways at once: 1 GB each, 16 MB in short mode.
func TestProxyRandom(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() || raced {
		size = 16 << 20
	}
	type result struct {
		sent, got hash.Hash
		err       error
	}
	both := func(c *net.TCPConn, seed byte) (r result) {
		var sending sync.WaitGroup
		var sendErr error
		sending.Go(func() { r.sent, sendErr = chatter(c, seed, size) })
		r.got = sha256.New()
		_, err := io.Copy(r.got, c)
		sending.Wait()
		r.err = errors.Join(err, sendErr)
		return r
	}
	far := make(chan result, 1)
	printer := printerAt(t, func(c *net.TCPConn) { far <- both(c, 2) })
	began := time.Now()
	here := both(dialTCP(t, overTCP(t, printer.Addr().String())), 1)
	there := <-far
	if err := errors.Join(here.err, there.err); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(here.sent.Sum(nil), there.got.Sum(nil)) || !slices.Equal(there.sent.Sum(nil), here.got.Sum(nil)) {
		t.Error("what arrived is not what was sent")
	}
	t.Logf("%d MB each way in %s", size>>20, time.Since(began).Round(time.Millisecond))
}

// A printer that is off is an error for the till at once, and so is one that breaks off.
func TestProxyRefuses(t *testing.T) {
	broken := printerAt(t, func(c *net.TCPConn) {
		io.ReadFull(c, make([]byte, 4))
		c.SetLinger(0)
	})
	// At port 1 nobody listens. A free port could be the proxy's own a moment later.
	for what, printer := range map[string]string{"off": "127.0.0.1:1", "broken": broken.Addr().String()} {
		till, err := net.Dial("tcp", overTCP(t, printer))
		if err == nil {
			if what == "broken" {
				io.WriteString(till, "text")
			}
			till.SetReadDeadline(time.Now().Add(10 * time.Second))
			_, err = till.Read(make([]byte, 1))
			till.Close()
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a printer that is %s: the till hears %v, want a reset", what, err)
		}
	}
}

// A till that hangs up with answers unread, which resets its connection, has its ticket
// printed to the end, which the printer hears as an end and not as a failure.
func TestProxyRudeTCP(t *testing.T) {
	const size = 200_000
	type job struct {
		n   int64
		err error
	}
	jobs := make(chan job, 1)
	answered := make(chan bool)
	printer := printerAt(t, func(c *net.TCPConn) {
		c.Write([]byte("\x12\x12\x12\x12"))
		<-answered
		n, err := io.Copy(io.Discard, c)
		jobs <- job{n, err}
	})
	till := dialTCP(t, overTCP(t, printer.Addr().String()))
	till.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := till.Read(make([]byte, 1)); err != nil { // three are left unread
		t.Fatal(err)
	}
	close(answered)
	if _, err := till.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	till.Close()
	if got := <-jobs; got.err != nil || got.n == 0 {
		t.Errorf("the printer got %d bytes and %v, want an end in order", got.n, got.err)
	}
}

// BenchmarkProxy is how long a till waits for the printer's answer to DLE EOT 1 while a
// job of 2 KB passes before it: over the bare loopback, and through the proxy beside it.
// It reports the median and the slowest in a hundred, and what the proxy adds to each.
func BenchmarkProxy(b *testing.B) {
	job := append(make([]byte, 2<<10), "\x10\x04\x01"...)
	printer := printerAt(b, func(c *net.TCPConn) {
		buf := make([]byte, len(job))
		for {
			if _, err := io.ReadFull(c, buf); err != nil {
				return
			}
			if _, err := c.Write([]byte{0x12}); err != nil {
				return
			}
		}
	})
	ways := []*net.TCPConn{dialTCP(b, printer.Addr().String()), dialTCP(b, overTCP(b, printer.Addr().String()))}
	took := make([][]time.Duration, len(ways))
	answer := make([]byte, 1)
	for b.Loop() {
		for i, c := range ways {
			began := time.Now()
			if _, err := c.Write(job); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(c, answer); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	for name, part := range map[string]int{"p50": 50, "p99": 99} {
		at := len(took[0]) * part / 100
		bare, through := took[0][at], took[1][at]
		b.ReportMetric(float64(bare.Microseconds()), name+"-bare-µs")
		b.ReportMetric(float64(through.Microseconds()), name+"-µs")
		b.ReportMetric(float64((through - bare).Microseconds()), name+"-added-µs")
	}
}
