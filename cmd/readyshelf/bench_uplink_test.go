package main

import (
	"context"
	"encoding/binary"
	"net"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.etcd.io/bbolt"

	"readyshelf/device"
	"readyshelf/sync/uplink"
)

// dialer opens a connection under MQTT.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// bare is a plain paho client; a nil dial is paho's own.
func bare(b *testing.B, addr string, dial dialer) mqtt.Client {
	b.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID("bare").SetProtocolVersion(4).SetAutoReconnect(false)
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

// bareDrain publishes a backlog of bodies, round and round, with the default window
// in flight, and returns how long that took until the last PUBACK.
func bareDrain(b *testing.B, addr string, dial dialer, bodies [][]byte) time.Duration {
	b.Helper()
	c := bare(b, addr, dial)
	defer c.Disconnect(0)
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
	for i := range backlog {
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
				time.Sleep(50 * time.Millisecond) // the kernel forgets how the traffic was
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

// BenchmarkDrain is a backlog from the log to the cursor, and beside it the limit: a
// bare paho loop with the same window over bodies made before, on paho's own
// connection and on ours. All in one run, one after the other.
func BenchmarkDrain(b *testing.B) {
	w := newWire(b, stock)
	w.append(backlog)
	bodies := w.payloads(256)
	var ours, plain, prompt, memory float64
	for b.Loop() {
		debug.FreeOSMemory()
		stop := make(chan struct{})
		peak := peakMemory(b, stop)
		ours += backlog / w.ship().Seconds()
		close(stop)
		memory = max(memory, <-peak)
		w.stop()
		plain += backlog / bareDrain(b, w.broker.Addr, nil, bodies).Seconds()
		prompt += backlog / bareDrain(b, w.broker.Addr, device.Dial, bodies).Seconds()
	}
	n := float64(b.N)
	b.ReportMetric(ours/n, "alerts/s")
	b.ReportMetric(plain/n, "bare/s")
	b.ReportMetric(prompt/n, "bare-on-our-conn/s")
	b.ReportMetric(ours/plain, "ratio")
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
// second are appended, ten at a time. The ratio is to a drain alone, just before.
func BenchmarkDrainUnderIntake(b *testing.B) {
	w := newWire(b, stock)
	w.append(backlog)
	var alone, busy, intake float64
	for b.Loop() {
		alone += backlog / w.ship().Seconds()
		w.stop()
		done := make(chan float64)
		ctx, cancel := context.WithCancel(b.Context())
		go func() { done <- w.feed(ctx, 2000) }()
		busy += backlog / w.ship().Seconds()
		cancel()
		intake += <-done
		w.stop()
	}
	n := float64(b.N)
	b.ReportMetric(busy/n, "alerts/s")
	b.ReportMetric(intake/n, "intake/s")
	b.ReportMetric(busy/alone, "ratio")
	b.ReportMetric(0, "ns/op")
}
