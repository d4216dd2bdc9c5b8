package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// metrics are the figures that a Prometheus server may fetch: those that are
// counted as things happen. What is asked at each fetch is a [gauges].
// docs/operations says what each means and when to worry.
type metrics struct {
	registry *prometheus.Registry

	events      prometheus.Counter
	alerts      *prometheus.CounterVec // by type
	commits     prometheus.Histogram
	presses     prometheus.Histogram
	pubacks     prometheus.Histogram
	connects    prometheus.Counter
	disconnects *prometheus.CounterVec // by cause
	dropped     *prometheus.CounterVec // by class
	salvaged    prometheus.Counter
	commands    *prometheus.CounterVec // by command and result
}

// latencies are the buckets of what takes from an SSD's 0.3 ms to the seconds of a
// dying card, or of a broker that is about to be dropped.
var latencies = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics(h *house) *metrics {
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		events:      counter("events_total", "Events committed to the log since the start."),
		alerts:      counters("alerts_total", "Alerts committed since the start, by type.", "type"),
		commits:     histogram("commit_duration_seconds", "Time that a commit of the log took."),
		presses:     histogram("press_to_commit_seconds", "Time from a button's contact to its commit."),
		pubacks:     histogram("puback_duration_seconds", "Time from the publishing of an alert to the broker's acknowledgement."),
		connects:    counter("broker_connects_total", "Connections made to a broker."),
		disconnects: counters("broker_disconnects_total", "Times that there was no connection any more, or for another reason than before, by cause.", "cause"),
		dropped:     counters("dropped_events_total", "Events that gap records say are gone, by class: what a full log gave up, what is damaged, what no broker takes.", "class"),
		salvaged:    counter("salvaged_events_total", "Events taken over from a damaged log since the start."),
		commands:    counters("commands_total", "Commands answered since the start, by name and result.", "command", "result"),
	}
	m.registry.MustRegister(
		m.events, m.alerts, m.commits, m.presses, m.pubacks, m.connects, m.disconnects, m.dropped, m.salvaged, m.commands,
		gauges{h}, build(h.version),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewGoCollector(),
	)
	m.begin()
	return m
}

// begin sets to 0 what is worth an alarm when it happens once: a counter that
// begins with 1 shows no increase.
func (m *metrics) begin() {
	m.alerts.WithLabelValues(string(kitchen.RecordsMissing))
	for _, class := range []string{string(kitchen.ClassForecast), string(kitchen.ClassTelemetry), "history", "damaged", "refused", "log"} {
		m.dropped.WithLabelValues(class)
	}
	for _, cause := range uplink.Causes {
		m.disconnects.WithLabelValues(cause)
	}
}

// build is a figure of 1 that says what runs.
func build(version string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "1, with the version of the program and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	g.Set(1)
	return g
}

const namespace = "readyshelf"

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: latencies})
}

// count counts what was committed, now.
func (m *metrics) count(events []kitchen.Event, now kitchen.Stamp) {
	m.events.Add(float64(len(events)))
	for _, e := range events {
		switch {
		case e.Alert != nil:
			m.alerts.WithLabelValues(string(e.Alert.Type)).Inc()
		case e.Press != nil && e.Press.Gesture == kitchen.Down && e.Boot == now.Boot:
			m.presses.Observe((now.Up - e.Up).Seconds())
		case e.Gap != nil:
			m.dropped.WithLabelValues(cmp.Or(e.Gap.Class, "damaged")).Add(float64(max(e.Gap.Events, 1)))
		}
	}
}

// committed is told how long a commit took.
func (m *metrics) committed(_ int, took time.Duration) { m.commits.Observe(took.Seconds()) }

// acked is told how long a PUBACK took.
func (m *metrics) acked(took time.Duration) { m.pubacks.Observe(took.Seconds()) }

// linked counts a change of the way to the cloud.
func (m *metrics) linked(connected bool, cause error) {
	if connected {
		m.connects.Inc()
	} else {
		m.disconnects.WithLabelValues(uplink.Cause(cause)).Inc()
	}
}

// answered counts a command; one that does not exist has no name here.
func (m *metrics) answered(name, result string) {
	if !slices.Contains(commandNames, name) {
		name = "unknown"
	}
	m.commands.WithLabelValues(name, result).Inc()
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
	if err := serveHTTP(ctx, ln, h.metrics.handler(loopback(ln.Addr()))); err != nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// loopback says whether only this machine can reach an address.
func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// handler answers for the metrics, and with profiles for /debug/pprof: those cost
// time and say what is in memory, so they are for this machine alone.
func (m *metrics) handler(profiles bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	if profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}
