package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"readyshelf/kitchen"
)

// metrics are the figures that a Prometheus server may fetch.
type metrics struct {
	registry *prometheus.Registry
	events   prometheus.Counter
	alerts   *prometheus.CounterVec
}

func newMetrics(h *house) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events:   prometheus.NewCounter(prometheus.CounterOpts{Name: "readyshelf_events_total", Help: "Events committed to the log since the start."}),
		alerts:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "readyshelf_alerts_total", Help: "Alerts committed since the start, by type."}, []string{"type"}),
	}
	m.registry.MustRegister(m.events, m.alerts)
	for _, g := range []struct {
		name, help string
		value      func(health) float64
	}{
		{"readyshelf_log_waiting_events", "Events that the broker has not acknowledged.", func(s health) float64 { return float64(s.Waiting) }},
		{"readyshelf_log_used_bytes", "Bytes used within the log file.", func(s health) float64 { return float64(s.LogBytes) }},
		{"readyshelf_log_refused", "1 while the log takes no events.", func(s health) float64 { return oneIf(s.Refused) }},
		{"readyshelf_broker_connected", "1 while connected to a broker.", func(s health) float64 { return oneIf(s.Connected) }},
		{"readyshelf_faulty_devices", "Devices that do not work.", func(s health) float64 { return float64(s.Faults) }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help}, func() float64 { return g.value(h.health()) }))
	}
	return m
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// count counts what was committed.
func (m *metrics) count(events []kitchen.Event) {
	m.events.Add(float64(len(events)))
	for _, e := range events {
		if e.Alert != nil {
			m.alerts.WithLabelValues(string(e.Alert.Type)).Inc()
		}
	}
}

// serveMetrics answers /metrics until ctx ends, and on loopback /debug/pprof too.
func (h *house) serveMetrics(ctx context.Context) error {
	if h.Metrics.Listen == "" {
		return nil
	}
	ln, err := h.listen(h.Metrics.Listen)
	if err != nil {
		h.log.Error("no metrics", "error", err)
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.metrics.registry, promhttp.HandlerOpts{}))
	if tcp, ok := ln.Addr().(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	if err := serveHTTP(ctx, ln, mux); err != nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}
