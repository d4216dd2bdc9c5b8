package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/device"
	"readyshelf/kitchen"
)

// farAway is a TCP proxy that delays each direction and limits nothing.
type farAway struct {
	addr    string
	to      string
	delay   time.Duration
	l       net.Listener
	running sync.WaitGroup
}

func newFarAway(b *testing.B, to string, delay time.Duration) *farAway {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	f := &farAway{addr: l.Addr().String(), to: to, delay: delay, l: l}
	f.running.Go(f.serve)
	b.Cleanup(func() { l.Close(); f.running.Wait() })
	return f
}

func (f *farAway) serve() {
	for {
		near, err := f.l.Accept()
		if err != nil {
			return
		}
		// The broker's Nagle must not wait for this end's delayed ACK besides.
		far, err := device.Dial(context.Background(), "tcp", f.to)
		if err != nil {
			near.Close()
			continue
		}
		f.running.Go(func() { f.carry(far, near) })
		f.running.Go(func() { f.carry(near, far) })
	}
}

// carry moves what from sends to to, each piece delay after it came.
func (f *farAway) carry(to, from net.Conn) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 4096)
	f.running.Go(func() {
		defer to.Close()
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				io.Copy(io.Discard, from)
			}
		}
	})
	defer close(pieces)
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		pieces <- piece{time.Now().Add(f.delay), append([]byte(nil), buf[:n]...)}
	}
}

// witness counts what a subscriber at the broker gets of a backlog.
type witness struct {
	client mqtt.Client

	mu         sync.Mutex
	seen       map[uint64]bool // by sequence
	last       uint64
	disordered int
}

func watch(b *testing.B, addr string) *witness {
	b.Helper()
	c := &witness{seen: map[uint64]bool{}}
	o := mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID("cloud").SetProtocolVersion(4)
	c.client = mqtt.NewClient(o)
	if t := c.client.Connect(); t.Wait() && t.Error() != nil {
		b.Fatal(t.Error())
	}
	if t := c.client.Subscribe("readyshelf/v1/s/pi/event/#", 0, c.take); t.Wait() && t.Error() != nil {
		b.Fatal(t.Error())
	}
	return c
}

// take reads the sequence and nothing else: the witness shares the machine with what
// it watches.
func (c *witness) take(_ mqtt.Client, m mqtt.Message) {
	_, rest, _ := bytes.Cut(m.Payload(), []byte(`"sequence":"`))
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	sequence, err := strconv.ParseUint(string(digits), 10, 64)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || c.seen[sequence] {
		return
	}
	c.seen[sequence] = true
	if sequence != c.last+1 {
		c.disordered++
	}
	c.last = sequence
}

// end waits for the last of want alerts, for ten seconds at most, and returns how
// many never came and how many first came out of order.
func (c *witness) end(want int) (lost, disordered int) {
	for range 1000 {
		c.mu.Lock()
		got := len(c.seen)
		c.mu.Unlock()
		if got == want {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.client.Disconnect(100)
	c.mu.Lock()
	defer c.mu.Unlock()
	return want - len(c.seen), c.disordered
}

// feed appends rate alerts a second until ctx ends, as a hundred sources would: each
// by itself, unless one is behind its time. It returns how many there were.
func (w *wire) feed(ctx context.Context, rate int) int {
	const sources = 100
	var fed atomic.Int64
	var feeding sync.WaitGroup
	for range sources {
		feeding.Go(func() {
			period := sources * time.Second / time.Duration(rate)
			tick := time.NewTicker(period)
			defer tick.Stop()
			for began, done := time.Now(), 0; ctx.Err() == nil; {
				<-tick.C
				due := make([]kitchen.Event, int(time.Since(began)/period)-done)
				for i := range due {
					due[i] = w.ready(done + i)
				}
				if err := w.log.Append(context.Background(), due...); err != nil {
					w.b.Error(err)
					return
				}
				done += len(due)
				fed.Add(int64(len(due)))
			}
		})
	}
	feeding.Wait()
	return int(fed.Load())
}
