package main

import (
	"context"
	"encoding/binary"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.etcd.io/bbolt"

	"readyshelf/device"
	"readyshelf/sync/uplink"
)

// dialer opens a connection under MQTT.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// clients numbers the bare ones: no two may have one id.
var clients atomic.Int32

// bare is a plain paho client; a nil dial is paho's own.
func bare(b *testing.B, addr string, dial dialer) mqtt.Client {
	b.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID("bare" + strconv.Itoa(int(clients.Add(1)))).SetProtocolVersion(4).SetAutoReconnect(false)
	if dial != nil {
		o.SetCustomOpenConnectionFn(func(u *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
			return dial(context.Background(), "tcp", u.Host)
		})
	}
	c := mqtt.NewClient(o)
	if t := c.Connect(); t.Wait() && t.Error() != nil {
		b.Fatal(t.Error())
	}
	return c
}

// bareDrain publishes n of bodies, round and round, with the default window in
// flight, and returns how long that took until the last PUBACK.
func bareDrain(b *testing.B, c mqtt.Client, bodies [][]byte, n int) time.Duration {
	b.Helper()
	began := time.Now()
	flight := make(chan mqtt.Token, uplink.DefaultWindow-1) // one is waited for
	var settling sync.WaitGroup
	settling.Go(func() {
		for t := range flight {
			if t.Wait(); t.Error() != nil {
				b.Error(t.Error())
			}
		}
	})
	for i := range n {
		flight <- c.Publish("readyshelf/v1/s/pi/event/order.ready", 1, false, bodies[i%len(bodies)])
	}
	close(flight)
	settling.Wait()
	return time.Since(began)
}

// rawCommit is a bbolt file as small as the log's, and one record in one commit.
type rawCommit struct {
	db  *bbolt.DB
	seq uint64
}

func newRawCommit(b *testing.B) *rawCommit {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw"), 0o600, &bbolt.Options{
		Timeout: 2 * time.Second, PageSize: 4096, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("q")); return err }); err != nil {
		b.Fatal(err)
	}
	return &rawCommit{db: db}
}

func (r *rawCommit) put(value []byte) error {
	r.seq++
	return r.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("q")).Put(binary.BigEndian.AppendUint64(nil, r.seq), value)
	})
}

// BenchmarkAppendToPuback is one alert from Append to its PUBACK and the cursor, and
// in turn with it the limit: a bare bbolt commit of as many bytes, then a bare paho
// round trip.
func BenchmarkAppendToPuback(b *testing.B) {
	w := newWire(b, stock)
	w.append(1)
	w.ship()
	raw, client := newRawCommit(b), bare(b, w.broker.Addr, nil)
	defer client.Disconnect(0)
	record, body := make([]byte, 280), w.payloads(1)[0]
	var ours, stored, limit, commits []time.Duration
	for b.Loop() {
		for range 500 {
			began := time.Now()
			if err := raw.put(record); err != nil {
				b.Fatal(err)
			}
			commits = append(commits, time.Since(began))
			if t := client.Publish("bare/event", 1, false, body); t.Wait() && t.Error() != nil {
				b.Fatal(t.Error())
			}
			limit = append(limit, time.Since(began))

			acked := reached(&w.acked, w.log.Head()+1)
			e := w.ready(len(ours))
			began = time.Now()
			if err := w.log.Append(b.Context(), e); err != nil {
				b.Fatal(err)
			}
			stored = append(stored, time.Since(began))
			ours = append(ours, (<-acked).Sub(began))
		}
	}
	b.ReportMetric(quantile(ours, 0.50), "p50-ms")
	b.ReportMetric(quantile(ours, 0.99), "p99-ms")
	b.ReportMetric(quantile(stored, 0.50), "commit-p50-ms")
	b.ReportMetric(quantile(limit, 0.50), "limit-p50-ms")
	b.ReportMetric(quantile(limit, 0.99), "limit-p99-ms")
	b.ReportMetric(quantile(commits, 0.50), "limit-commit-p50-ms")
	b.ReportMetric(quantile(ours, 0.50)/quantile(limit, 0.50), "p50-ratio")
	b.ReportMetric(quantile(ours, 0.99)/quantile(limit, 0.99), "p99-ratio")
	b.ReportMetric(0, "ns/op") // says nothing: both are in it
}

// BenchmarkBurst is ten alerts of one commit, from the commit to the last PUBACK, at
// a mosquitto as Debian has it; and a lone one, which is the round trip. Without
// TCP_QUICKACK the broker's Nagle and our delayed ACK wait for each other.
func BenchmarkBurst(b *testing.B) {
	for name, dial := range map[string]dialer{"quickack": device.Dial, "plain": new(net.Dialer).DialContext} {
		b.Run(name, func(b *testing.B) {
			w := newWire(b, stock)
			w.Dial = dial
			w.append(1)
			w.ship()
			var lone, ten []time.Duration
			once := func(n int) time.Duration {
				head := w.log.Head() + uint64(n)
				committed, acked := reached(&w.committed, head), reached(&w.acked, head)
				w.append(n)
				took := (<-acked).Sub(<-committed)
				time.Sleep(20 * time.Millisecond) // after a longer rest the kernel acknowledges at once for a while
				return took
			}
			for b.Loop() {
				for range 30 {
					lone, ten = append(lone, once(1)), append(ten, once(10))
				}
			}
			b.ReportMetric(quantile(lone, 0.5), "rtt-p50-ms")
			b.ReportMetric(quantile(ten, 0.5), "last-puback-p50-ms")
			b.ReportMetric(quantile(ten, 0.9), "last-puback-p90-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// backlog is how many alerts a drain has.
const backlog = 100_000

// slice is how much of a backlog is measured before it is a peer's turn: many
// batches of the log.
const slice = 25 * 256

// BenchmarkDrain is a backlog from the log to the cursor, and beside it the limit: a
// bare paho loop with the same window over bodies made before, on paho's own
// connection and on ours. They take turns, so that the machine is as busy for each.
func BenchmarkDrain(b *testing.B) {
	w := newWire(b, stock)
	w.append(backlog)
	bodies := w.payloads(256)
	plain, prompt := bare(b, w.broker.Addr, nil), bare(b, w.broker.Addr, device.Dial)
	defer plain.Disconnect(0)
	defer prompt.Disconnect(0)
	var ours, took, theirs time.Duration
	n, memory := 0, 0.0
	for b.Loop() {
		w.beginSlices()
		for at := 256; at+slice <= backlog; at += slice {
			theirs += bareDrain(b, plain, bodies, slice)
			took += bareDrain(b, prompt, bodies, slice)
			ours += w.shipSlice(at + slice)
			memory = max(memory, ownMemory(b))
			n += slice
		}
		w.stop()
	}
	b.ReportMetric(float64(n)/ours.Seconds(), "alerts/s")
	b.ReportMetric(float64(n)/theirs.Seconds(), "bare/s")
	b.ReportMetric(float64(n)/took.Seconds(), "bare-on-our-conn/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(memory, "RssAnon-MB")
	b.ReportMetric(0, "ns/op") // the three of them
}

// BenchmarkDrainFar is the backlog at a broker 40 ms away, and what a subscriber
// there saw of it.
func BenchmarkDrainFar(b *testing.B) {
	w := newWire(b, stock)
	w.append(backlog)
	w.Window = 512
	far := newFarAway(b, w.broker.Addr, 20*time.Millisecond)
	w.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return device.Dial(ctx, network, far.addr)
	}
	var rate float64
	for b.Loop() {
		cloud := watch(b, w.broker.Addr)
		rate += backlog / w.ship().Seconds()
		w.stop()
		lost, disordered := cloud.end(backlog)
		b.ReportMetric(float64(lost), "lost")
		b.ReportMetric(float64(disordered), "out-of-order")
	}
	b.ReportMetric(rate/float64(b.N), "alerts/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDrainUnderIntake is a backlog while the kitchen goes on: 2,000 alerts a
// second are appended, each by itself. Slices with and without take turns.
func BenchmarkDrainUnderIntake(b *testing.B) {
	w := newWire(b, stock)
	w.append(backlog)
	var took [2]time.Duration // alone, under intake
	var slices, intake int
	for b.Loop() {
		w.beginSlices()
		for at := 256; at+2*slice <= backlog; at += 2 * slice {
			slices++
			took[0] += w.shipSlice(at + slice)
			ctx, cancel := context.WithCancel(b.Context())
			fed := make(chan int)
			go func() { fed <- w.feed(ctx, 2000) }()
			took[1] += w.shipSlice(at + 2*slice)
			cancel()
			intake += <-fed
		}
		w.stop()
	}
	n := float64(slices * slice)
	b.ReportMetric(n/took[0].Seconds(), "alone/s")
	b.ReportMetric(n/took[1].Seconds(), "alerts/s")
	b.ReportMetric(float64(intake)/took[1].Seconds(), "intake/s")
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// beginSlices runs the uplink from the log's beginning and lets one batch pass.
func (w *wire) beginSlices() {
	w.fresh()
	w.gate.set(1)
	connected := reached(&w.acked, 256)
	w.run(w.Run)
	<-connected
}

// shipSlice opens the gate up to seq and returns how long the cursor took to it.
func (w *wire) shipSlice(seq int) time.Duration {
	done := reached(&w.acked, uint64(seq))
	began := time.Now()
	w.gate.set(uint64(seq))
	return (<-done).Sub(began)
}
