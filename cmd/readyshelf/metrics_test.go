package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// figures is what a fetch of the daemon's metrics says, by name with labels.
func (b *bubble) figures() map[string]float64 {
	b.Helper()
	answer := httptest.NewRecorder()
	b.house.metrics.handler(false).ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	all := map[string]float64{}
	for line := range strings.Lines(answer.Body.String()) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cut := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(strings.TrimSpace(line[cut+1:]), 64)
		if err != nil {
			b.Fatalf("metrics say %q: %v", line, err)
		}
		all[line[:cut]] = v
	}
	return all
}

// expect compares some figures.
func (b *bubble) expect(when string, want map[string]float64) {
	b.Helper()
	all, got := b.figures(), map[string]float64{}
	for name := range want {
		if v, ok := all[name]; ok {
			got[name] = v
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s: want -, got +\n%s", when, diff)
	}
}

// What waits is counted in alerts and by the age of the oldest, and is gone when
// the broker has it.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.buttons("A1")
		free, celsius := int64(1<<30), 48.5
		b.vitals = func() vitals { return vitals{&free, &celsius} }
		b.broker.SetDown(true)
		b.up()
		time.Sleep(time.Minute)
		b.expect("before anything", map[string]float64{
			"readyshelf_unsent_alerts": 0, "readyshelf_oldest_unsent_age_seconds": 0, "readyshelf_broker_connected": 0,
			"readyshelf_boot_number": 1, `readyshelf_clock_quality{quality="synced"}`: 1, `readyshelf_clock_quality{quality="unknown"}`: 0,
			`readyshelf_device_up{device="printer/kitchen"}`: 1, `readyshelf_device_up{device="button/A1"}`: 1,
			`readyshelf_device_up{device="light/A1"}`: 1, `readyshelf_device_up{device="scale/s"}`: 1,
			"readyshelf_disk_free_bytes": 1 << 30, "readyshelf_temperature_celsius": 48.5,
			"readyshelf_log_max_bytes": 64 << 20, "readyshelf_log_refused": 0, "readyshelf_log_damaged_events": 0,
		})
		b.print(b.menu.job("#1 美团外卖\n宫保鸡丁饭 x1\n"))
		time.Sleep(100 * time.Second)
		b.press("A1", 100*time.Millisecond)
		time.Sleep(20 * time.Second)
		all := b.figures()
		if n, want := all["readyshelf_unsent_alerts"], all[`readyshelf_alerts_total{type="order.accepted"}`]+all[`readyshelf_alerts_total{type="order.ready"}`]; n < 2 || n < want {
			t.Errorf("%v alerts are unsent, want the accepted and the ready order at least", n)
		}
		if age := all["readyshelf_oldest_unsent_age_seconds"]; age < 119 || age > 125 {
			t.Errorf("the oldest unsent alert is %v s old, want 120", age)
		}
		if n := all["readyshelf_press_to_commit_seconds_count"]; n != 1 {
			t.Errorf("%v presses were timed, want 1", n)
		}

		if n, events := all["readyshelf_commit_duration_seconds_count"], all["readyshelf_events_total"]; n < 2 || n > events {
			t.Errorf("%v commits were timed, of %v events", n, events)
		}

		forecast := map[string]float64{
			"readyshelf_forecast_labels": 1, "readyshelf_soon_threshold_ratio": 0.85, "readyshelf_soon_right_ratio": 1,
			"readyshelf_forecast_mean_absolute_error_seconds": all["readyshelf_forecast_mean_absolute_error_seconds"],
		}
		b.expect("after an order", forecast)
		b.restart(time.Second) // what waits is known at once, not by having seen it come
		time.Sleep(time.Second)
		if n := b.figures()["readyshelf_unsent_alerts"]; n < all["readyshelf_unsent_alerts"] {
			t.Errorf("%v alerts are unsent after a restart, %v before", n, all["readyshelf_unsent_alerts"])
		}
		b.expect("the forecast's worth after a restart", forecast)
		b.broker.SetDown(false)
		time.Sleep(time.Minute)
		b.expect("when all is sent", map[string]float64{
			"readyshelf_unsent_alerts": 0, "readyshelf_oldest_unsent_age_seconds": 0, "readyshelf_broker_connected": 1, "readyshelf_broker_connects_total": 1,
		})
		if n := b.figures()["readyshelf_puback_duration_seconds_count"]; n != all["readyshelf_unsent_alerts"] {
			t.Errorf("%v PUBACKs were timed, want %v", n, all["readyshelf_unsent_alerts"])
		}
		b.lintMetrics()
		b.watched()
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

// A fault stands in the retained health within seconds, and so does its end.
func TestHealthFollowsFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.up()
		ctx, quiet := context.WithCancel(t.Context())
		var people sync.WaitGroup
		people.Go(func() { b.talk(ctx) })
		faults := func() (n int) {
			time.Sleep(2*healthLook + time.Second)
			var got health
			if err := json.Unmarshal(b.broker.Retained("readyshelf/v1/s/pi/state/health"), &got); err != nil {
				t.Fatal(err)
			}
			return got.Faults
		}
		got := []int{faults()}
		b.scale.Unplug()
		got = append(got, faults())
		b.scale.Replug()
		time.Sleep(time.Minute)
		got = append(got, faults())
		if want := []int{0, 1, 0}; !slices.Equal(got, want) {
			t.Errorf("faults in the retained health: got %v, want %v", got, want)
		}
		quiet()
		people.Wait()
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

// lintMetrics holds names and units against Prometheus' conventions.
func (b *bubble) lintMetrics() {
	b.Helper()
	families, err := b.house.metrics.registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range problems {
		b.Errorf("metric %s: %s", p.Metric, p.Text)
	}
}

// watched holds the alert rules, the dashboard and the page on them against what
// the daemon says: none asks for what is not there, and the page explains all.
func (b *bubble) watched() {
	b.Helper()
	const operations = "../../docs/operations/"
	said := b.figures()
	families := map[string]bool{}
	for series := range said {
		name, _, _ := strings.Cut(series, "{")
		families[suffix.ReplaceAllString(name, "")] = true
	}
	for _, file := range []string{"alerts.yml", "grafana.json"} {
		text := b.read(operations + file)
		for _, name := range regexp.MustCompile(`\b(readyshelf|process|go)_\w+`).FindAllString(text, -1) {
			if !families[suffix.ReplaceAllString(name, "")] {
				b.Errorf("%s asks for %s, which the daemon does not say", file, name)
			}
		}
		for _, series := range regexp.MustCompile(`\breadyshelf_\w+{\w+="\w+"}`).FindAllString(text, -1) {
			if _, ok := said[series]; !ok {
				b.Errorf("%s asks for %s, which the daemon does not say", file, series)
			}
		}
	}
	page := b.read(operations + "README.md")
	for name := range families {
		if short, ours := strings.CutPrefix(name, "readyshelf_"); ours && !regexp.MustCompile("`"+short+"[`{]").MatchString(page) {
			b.Errorf("docs/operations/README.md does not explain %s", name)
		}
	}
}

// suffix is what the parts of a histogram have behind its name.
var suffix = regexp.MustCompile(`_(bucket|sum|count)$`)

func (b *bubble) read(path string) string {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

// The page on MQTT explains every key of the health state.
func TestHealthIsExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/mqtt/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n`state/health` (")
	section, _, _ = strings.Cut(section, "\n`state/board`")
	_, table, _ := strings.Cut(section, "| key |")
	for f := range reflect.TypeFor[health]().Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !strings.Contains(table, "`"+key+"`") {
			t.Errorf("docs/mqtt/README.md does not explain %q of state/health", key)
		}
	}
}

// Profiles are for this machine alone.
func TestProfiles(t *testing.T) {
	h := &house{}
	m := newMetrics(h)
	for _, local := range []bool{true, false} {
		answer := httptest.NewRecorder()
		m.handler(local).ServeHTTP(answer, httptest.NewRequest("GET", "/debug/pprof/heap", nil))
		if served := answer.Code == 200; served != local {
			t.Errorf("on loopback %v: profiles answer %d", local, answer.Code)
		}
	}
	for addr, want := range map[string]bool{"127.0.0.1:0": true, "[::1]:0": true, ":0": false, "0.0.0.0:0": false} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			t.Logf("not looked at: %v", err)
			continue
		}
		ln.Close()
		if got := loopback(ln.Addr()); got != want {
			t.Errorf("%s is of this machine alone: %v, want %v", addr, got, want)
		}
	}
}
