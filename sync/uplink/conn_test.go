package uplink_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// counted counts the writes that reach the wire.
type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// A backlog goes out in few writes, and a lone alert at once.
func TestWritesAreMerged(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var writes atomic.Int64
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := s.broker.Dial(ctx, network, addr)
			return counted{c, &writes}, err
		}
		s.start()
		time.Sleep(time.Second)
		before := writes.Load()
		s.log.add(s.alert())
		time.Sleep(time.Nanosecond) // a bubble's clock moves when nobody has anything to do
		if got := s.log.acked(); got != 1 {
			t.Errorf("a lone alert is not out at once: the cursor is at %d", got)
		}
		if n := writes.Load() - before; n != 1 {
			t.Errorf("%d writes for one alert", n)
		}
		var backlog []kitchen.Event
		for range 6 * 32 { // one batch of the log, three times the window
			backlog = append(backlog, s.alert())
		}
		s.log.add(backlog...)
		before = writes.Load()
		time.Sleep(time.Second)
		if got := s.log.acked(); got != 1+6*32 {
			t.Errorf("the cursor is at %d, want %d", got, 1+6*32)
		}
		if n := writes.Load() - before; n > 6*32/2 {
			t.Errorf("%d writes for %d alerts", n, 6*32)
		}
	})
}

// blackHole is a connection whose far end may go away without a word, on a network
// that takes all that is written.
type blackHole struct {
	net.Conn
	gone *atomic.Bool
}

func (h blackHole) Write(b []byte) (int, error) {
	if h.gone.Load() {
		return len(b), nil
	}
	return h.Conn.Write(b)
}

// Read hears nothing any more; only Close ends it.
func (h blackHole) Read(b []byte) (n int, err error) {
	for n, err = h.Conn.Read(b); err == nil && h.gone.Load(); {
		n, err = h.Conn.Read(b)
	}
	return n, err
}

// The network swallows everything, also what is written: under load the ping
// notices, because nothing comes back.
func TestBlackHoleUnderLoad(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		var gone atomic.Bool
		s.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := s.broker.Dial(ctx, network, addr)
			return blackHole{c, &gone}, err
		}
		s.start()
		ctx, cancel := context.WithCancel(t.Context())
		var feeding sync.WaitGroup
		feeding.Go(func() {
			for ctx.Err() == nil {
				s.log.add(s.alert())
				time.Sleep(100 * time.Millisecond)
			}
		})
		time.Sleep(3 * time.Second)
		gone.Store(true)
		time.Sleep(10 * time.Second)
		if connected, _ := s.state(); connected {
			t.Error("a dead link under load is not noticed after 10 s")
		}
		cancel()
		feeding.Wait()
		gone.Store(false)
		time.Sleep(time.Minute)
		n := s.log.size()
		if got := s.log.acked(); got != uint64(n) {
			t.Errorf("the cursor is at %d, want %d", got, n)
		}
		s.checkFirstSightings(n)
	})
}
