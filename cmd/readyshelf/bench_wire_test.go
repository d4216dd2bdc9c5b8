package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// wire is a real log, a real uplink and a real mosquitto, without a kitchen: what
// is appended is an alert already.
type wire struct {
	said wording
	*uplink.Uplink
	b      *testing.B
	log    *buffer.Log
	began  time.Time
	broker *uplinktest.Mosquitto

	// committed and acked are told of each commit and each move of the cursor.
	committed, acked atomic.Pointer[func(seq uint64)]

	gate     gate
	follower string // the uplink's cursor; each shipping has its own
	ships    int

	ends []func() // join what runs
}

// echo is a Decider that logs what it is given.
type echo struct {
	kitchen.Decider
	sequence uint64
}

func (d *echo) Decide(first uint64, _ kitchen.Stamp, fact *kitchen.Event) []kitchen.Event {
	if fact == nil {
		return nil
	}
	e := *fact
	e.Seq = first
	d.sequence++
	e.Alert.Sequence = d.sequence
	return []kitchen.Event{e}
}

func (d *echo) Apply(kitchen.Event)       {}
func (d *echo) Snapshot() ([]byte, error) { return nil, nil }
func (d *echo) Restore([]byte) error      { return nil }

// stock is how Debian configures a mosquitto, but for the listener: Nagle's
// algorithm is on.
const stock = "allow_anonymous true"

// newWire opens a log and starts a broker; the uplink is not running yet.
func newWire(b *testing.B, conf string) *wire {
	b.Helper()
	w := &wire{b: b, broker: uplinktest.StartMosquitto(b, conf, nil), began: time.Now()}
	tell := func(p *atomic.Pointer[func(uint64)], seq uint64) {
		if f := p.Load(); f != nil {
			(*f)(seq)
		}
	}
	var err error
	w.log, err = buffer.Open(buffer.Options{
		Path: filepath.Join(b.TempDir(), "log"), BootID: "bench", Now: w.now, MaxSize: 256 << 20,
		Decider: &echo{Decider: kitchen.Decider{Model: predict.New()}},
		Committed: func(events []kitchen.Event) {
			if len(events) > 0 {
				tell(&w.committed, events[len(events)-1].Seq)
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	w.run(w.log.Run)
	c := defaultConfig()
	words, err := c.texts(c.Language, nil)
	if err != nil {
		b.Fatal(err)
	}
	w.said.now.Store(words)
	w.Uplink = &uplink.Uplink{
		Config: uplink.Config{Brokers: []string{"tcp://" + w.broker.Addr}, Store: "s", Device: "pi", Dial: device.Dial},
		Epoch:  w.log.ID(), Now: w.now, Say: w.said.say,
		Follow: func(ctx context.Context, fn func([]kitchen.Event, func(uint64)) error) error {
			return w.log.Follow(ctx, w.follower, func(batch []kitchen.Event, ack func(uint64)) error {
				if err := w.gate.pass(ctx, batch[0].Seq); err != nil {
					return err
				}
				return fn(batch, func(seq uint64) { ack(seq); tell(&w.acked, seq) })
			})
		},
	}
	b.Cleanup(func() {
		w.end()
		if err := w.log.Close(); err != nil {
			b.Error(err)
		}
	})
	return w
}

// run starts f; stop ends what was started last, end all of it.
func (w *wire) run(f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	w.ends = append(w.ends, func() {
		cancel()
		if err := <-done; err != nil {
			w.b.Error(err)
		}
	})
}

func (w *wire) stop() {
	last := len(w.ends) - 1
	w.ends[last]()
	w.ends = w.ends[:last]
}

func (w *wire) end() {
	for len(w.ends) > 0 {
		w.stop()
	}
}

func (w *wire) now() kitchen.Stamp {
	return kitchen.Stamp{Boot: 1, Up: time.Since(w.began), At: time.Now().UTC(), Clock: kitchen.Synced}
}

// ready is an alert as a press makes it.
func (w *wire) ready(n int) kitchen.Event {
	e := w.now().Fact("rule")
	number := strconv.Itoa(n % 1000)
	e.Alert = &kitchen.Alert{
		Type: kitchen.OrderReady, ID: "2026-11-22/meituan/" + number, Number: number, Channel: "meituan",
		Slot: "A1", ReadyAt: &e.At, Evidence: "button", Input: "button/A1",
	}
	return e
}

// append appends n alerts, as few commits as will do.
func (w *wire) append(n int) {
	w.b.Helper()
	for done := 0; done < n; {
		batch := make([]kitchen.Event, min(200, n-done))
		for i := range batch {
			batch[i] = w.ready(done + i)
		}
		if err := w.log.Append(w.b.Context(), batch...); err != nil {
			w.b.Fatal(err)
		}
		done += len(batch)
	}
}

// reached returns a channel that gets the moment when a commit or a cursor passes seq.
func reached(p *atomic.Pointer[func(uint64)], seq uint64) <-chan time.Time {
	c := make(chan time.Time, 1)
	var once atomic.Bool
	f := func(at uint64) {
		if at >= seq && once.CompareAndSwap(false, true) {
			c <- time.Now()
		}
	}
	p.Store(&f)
	return c
}

// ship runs the uplink from the log's beginning until the cursor is at its head, and
// returns how long that took. The uplink goes on until stop.
func (w *wire) ship() time.Duration {
	w.fresh()
	done := reached(&w.acked, w.log.Head())
	began := time.Now()
	w.run(w.Run)
	return (<-done).Sub(began)
}

// fresh makes the uplink begin at the log's beginning.
func (w *wire) fresh() {
	w.log.Forget(w.follower)
	w.ships++
	w.follower = "uplink" + strconv.Itoa(w.ships)
	w.log.Remember(w.follower)
}

// gate holds back what is not wanted yet. The zero value lets all pass.
type gate struct {
	mu    sync.Mutex
	limit uint64
	moved chan struct{}
}

// set lets batches pass that begin at limit or before; 0 lets all.
func (g *gate) set(limit uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limit = limit
	if g.moved != nil {
		close(g.moved)
	}
	g.moved = make(chan struct{})
}

func (g *gate) pass(ctx context.Context, seq uint64) error {
	for {
		g.mu.Lock()
		open, moved := g.limit == 0 || seq <= g.limit, g.moved
		g.mu.Unlock()
		if open {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// payloads are bodies as the uplink would publish them.
func (w *wire) payloads(n int) [][]byte {
	from := uplink.Origin{Store: "s", Device: "pi", Epoch: w.log.ID()}
	all := make([][]byte, n)
	for i := range all {
		e := w.ready(i)
		e.Seq, e.Alert.Sequence = uint64(100_000+i), uint64(100_000+i)
		var err error
		if all[i], err = from.Encode(e, w.said.say(e), w.now(), true); err != nil {
			w.b.Fatal(err)
		}
	}
	return all
}

// quantile returns the p-quantile of took in milliseconds.
func quantile(took []time.Duration, p float64) float64 {
	s := slices.Sorted(slices.Values(took))
	return float64(s[int(p*float64(len(s)-1))].Microseconds()) / 1000
}

// ownMemory is the memory in MB that is this process' own and no file's.
func ownMemory(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Error(err)
	}
	return kb * 1024 / 1e6
}
