package uplink_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"readyshelf/sync/uplink/uplinktest"
)

// BenchmarkRoundTrip is one alert from the log to its PUBACK and the cursor, at a
// broker on the loopback.
func BenchmarkRoundTrip(b *testing.B) {
	m := uplinktest.StartMosquitto(b, "allow_anonymous true", nil)
	s := newShop(nil)
	acked := make(chan uint64, 1)
	s.Brokers, s.Dial = []string{"tcp://" + m.Addr}, nil
	s.log.onAck = func(seq uint64) { acked <- seq }
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	s.log.add(s.alert())
	<-acked
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		s.log.add(s.alert())
		<-acked
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

// BenchmarkDrain is the rate at which a backlog goes out.
func BenchmarkDrain(b *testing.B) {
	m := uplinktest.StartMosquitto(b, "allow_anonymous true\nset_tcp_nodelay true", nil)
	s := newShop(nil)
	s.Brokers, s.Dial = []string{"tcp://" + m.Addr}, nil
	acked := make(chan struct{})
	s.log.onAck = func(seq uint64) {
		if seq == uint64(b.N) {
			close(acked)
		}
	}
	for range b.N {
		s.log.add(s.alert())
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-acked
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

// BenchmarkEncode is one body, beside what encoding/json takes for it.
func BenchmarkEncode(b *testing.B) {
	e := ready()
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := origin.Encode(e, nil, e.Stamp, false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(reference(origin, e, e.Stamp, false)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
