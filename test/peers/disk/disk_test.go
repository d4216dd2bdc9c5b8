package disk

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/test/peers/card"
	"readyshelf/test/peers/shop"
)

const (
	// events are put one at a time, pause apart: 10 a second.
	events = 100
	pause  = 100 * time.Millisecond
	// before is how many are in a store when counting begins: past the first pages,
	// the first checkpoint of SQLite, the last allocation of a short file.
	before = 2000
	// size of an event in bytes.
	size = 200
	// burst is how many come at once.
	burst = 10
	// cardSize holds a log of 64 MiB.
	cardSize = 128 << 20
)

// BenchmarkDevice counts bytes and flushes for an event, at 10 events a second.
func BenchmarkDevice(b *testing.B) {
	b.Run("history", func(b *testing.B) { single(b, buffer.Options{}, true) })
	b.Run("offline", func(b *testing.B) { single(b, buffer.Options{}, false) })
	b.Run("no-history", func(b *testing.B) { single(b, buffer.Options{Keep: -1}, true) })
	b.Run("burst", bursts)
	b.Run("burst-sources", burstOfSources)
	b.Run("press", presses)
	b.Run("wal", func(b *testing.B) { against(b, func(dir string) (store, error) { return openWAL(dir) }) })
	b.Run("sqlite", func(b *testing.B) { against(b, func(dir string) (store, error) { return openSQLite(dir) }) })
	b.Run("bbolt-delete", func(b *testing.B) { against(b, func(dir string) (store, error) { return openBolt(dir) }) })
}

// open opens a shop on a card; online says whether somebody acknowledges at once.
func open(b *testing.B, c *card.Card, opts buffer.Options, online bool) *shop.Shop {
	b.Helper()
	opts.Path = filepath.Join(c.Dir, "events.db")
	s := shop.Open(b, opts)
	s.Remember("uplink")
	if online {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = s.Follow(ctx, "uplink", func(batch []kitchen.Event, ack func(uint64)) error {
				ack(batch[len(batch)-1].Seq)
				return nil
			})
		}()
		b.Cleanup(func() { cancel(); <-done })
	}
	return s
}

// single puts one event after the other into the log.
func single(b *testing.B, opts buffer.Options, online bool) {
	c := card.Insert(b, cardSize)
	s := open(b, c, opts, online)
	s.Put(b, facts(b, s, before)...)
	for b.Loop() {
		report(b, events, c.Count(b, func() {
			for range events {
				s.Put(b, facts(b, s, 1)...)
				time.Sleep(pause)
			}
		}))
	}
}

// bursts puts ten events at once, as one source that has them together.
func bursts(b *testing.B) {
	inBursts(b, func(s *shop.Shop, ten []kitchen.Event) { s.Put(b, ten...) })
}

// burstOfSources puts ten events at once, each from a source of its own.
func burstOfSources(b *testing.B) {
	inBursts(b, func(s *shop.Shop, ten []kitchen.Event) {
		var sources sync.WaitGroup
		for _, f := range ten {
			sources.Go(func() {
				if err := s.Append(context.Background(), f); err != nil {
					b.Error(err)
				}
			})
		}
		sources.Wait()
	})
}

func inBursts(b *testing.B, put func(*shop.Shop, []kitchen.Event)) {
	c := card.Insert(b, cardSize)
	s := open(b, c, buffer.Options{}, true)
	s.Put(b, facts(b, s, before)...)
	for b.Loop() {
		report(b, events, c.Count(b, func() {
			for range events / burst {
				put(s, facts(b, s, burst))
				time.Sleep(burst * pause)
			}
		}))
	}
}

// presses puts the edge of a finger that makes an order ready, with the alert that
// follows from it, for orders that were accepted before.
func presses(b *testing.B) {
	c := card.Insert(b, cardSize)
	s := open(b, c, buffer.Options{}, true)
	s.Put(b, facts(b, s, before)...)
	for b.Loop() {
		var orders []kitchen.Event
		for range events {
			orders = append(orders, s.Slip())
		}
		s.Put(b, orders...)
		head := s.Head()
		report(b, events, c.Count(b, func() {
			for i := range events {
				s.Put(b, s.Gesture(shop.Slot(i), kitchen.Down))
				time.Sleep(pause)
			}
		}))
		if got := s.Head() - head; got != 2*events {
			b.Fatalf("%d presses made %d events, want an alert of each", events, got)
		}
	}
}

// against puts one event after the other into another store.
func against(b *testing.B, open func(dir string) (store, error)) {
	c := card.Insert(b, cardSize)
	s, err := open(c.Dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.close(); err != nil {
			b.Error(err)
		}
	})
	payload := []byte(strings.Repeat("x", size))
	for range before {
		if err := s.put(payload); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		report(b, events, c.Count(b, func() {
			for range events {
				if err := s.put(payload); err != nil {
					b.Fatal(err)
				}
				time.Sleep(pause)
			}
		}))
	}
}

// BenchmarkIntake is how many events of 200 bytes the log takes in a second, from
// many sources that have one each, while nobody reads.
func BenchmarkIntake(b *testing.B) {
	s := shop.Open(b, buffer.Options{Path: filepath.Join(b.TempDir(), "events.db")})
	f := fact(b, s)
	b.SetParallelism(512 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(context.Background(), f); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// facts are n times fact.
func facts(b *testing.B, s *shop.Shop, n int) []kitchen.Event {
	b.Helper()
	var all []kitchen.Event
	for range n {
		all = append(all, fact(b, s))
	}
	return all
}

// fact is an event of 200 bytes from which nothing follows.
func fact(b *testing.B, s *shop.Shop) kitchen.Event {
	b.Helper()
	f := s.Now().Fact("printer/kitchen")
	f.Ticket = &kitchen.Ticket{Kind: kitchen.SlipReport, Text: true}
	bare, err := json.Marshal(f)
	if err != nil {
		b.Fatal(err)
	}
	f.Ticket.Encoding = strings.Repeat("x", size-len(bare)-len(`,"encoding":""`))
	if full, err := json.Marshal(f); err != nil || len(full) != size {
		b.Fatal(fmt.Errorf("an event of %d bytes, want %d: %w", len(full), size, err))
	}
	return f
}

func report(b *testing.B, n int, w card.Written) {
	b.ReportMetric(float64(w.Bytes)/float64(n), "B/event")
	b.ReportMetric(float64(w.Flushes)/float64(n), "flushes/event")
	b.ReportMetric(0, "ns/op") // says nothing: the pauses are in it
}
