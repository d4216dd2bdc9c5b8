package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"readyshelf/kitchen"
)

// gauges are the figures that are asked for at each fetch: one health state
// answers for all of them.
type gauges struct{ *house }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// The gauges without labels, and what of the health state they are; false where
// nobody knows it.
var plainGauges = []struct {
	desc  *prometheus.Desc
	value func(health) (float64, bool)
}{
	{desc("boot_number", "Boots of this machine since the log began."), func(s health) (float64, bool) { return float64(s.Boot), true }},
	{desc("unsent_alerts", "Alerts that no broker has acknowledged."), func(s health) (float64, bool) { return float64(s.Waiting), true }},
	{desc("oldest_unsent_age_seconds", "Age of the oldest alert that no broker has acknowledged, 0 where there is none; absent where no clock can tell."), oldestAge},
	{desc("log_used_bytes", "Bytes used within the log file."), func(s health) (float64, bool) { return float64(s.LogBytes), true }},
	{desc("log_max_bytes", "Bytes that the log file may have: log.max_size."), func(s health) (float64, bool) { return float64(s.LogMax), true }},
	{desc("log_near_full", "1 while more than 80 % of the log are used: then it gives up what is worth least."), func(s health) (float64, bool) { return oneIf(s.NearFull), true }},
	{desc("log_refused", "1 while the log takes no events."), func(s health) (float64, bool) { return oneIf(s.Refused), true }},
	{desc("held_events", "Events that wait in memory because the log takes none; they are lost with the power."), func(s health) (float64, bool) { return float64(s.Held), true }},
	{desc("log_damaged_events", "Events that the log should hold and cannot read."), func(s health) (float64, bool) { return float64(s.Lost), true }},
	{desc("disk_free_bytes", "Bytes that the daemon may still write beside its log."), func(s health) (float64, bool) { return told(s.DiskFree) }},
	{desc("temperature_celsius", "The highest temperature of the machine's own sensors."), func(s health) (float64, bool) { return told(s.Celsius) }},
}

// The gauges of what the last forecasts were worth; absent as long as there are none.
var forecastGauges = []struct {
	desc  *prometheus.Desc
	value func(*kitchen.Worth) float64
}{
	{desc("forecast_labels", "Orders that the figures of the forecast are of: the last that somebody said were ready."), func(w *kitchen.Worth) float64 { return float64(w.Labels) }},
	{desc("forecast_mean_absolute_error_seconds", "How far the median that was forecast with the ticket was off."), func(w *kitchen.Worth) float64 { return w.MAE }},
	{desc("forecast_crps_seconds", "Continuous ranked probability score of the forecast with the ticket: less is better."), func(w *kitchen.Worth) float64 { return w.CRPS }},
	{desc("forecast_coverage_p85_ratio", "Share of orders that were ready by the 85 % quantile; should be 0.85."), func(w *kitchen.Worth) float64 { return w.Coverage85 }},
	{desc("forecast_coverage_central70_ratio", "Share of orders that were ready between the 15 % and the 85 % quantile; should be 0.70."), func(w *kitchen.Worth) float64 { return w.Coverage70 }},
	{desc("soon_right_ratio", "Share of orders that were ready within the window after their order.soon."), func(w *kitchen.Worth) float64 { return w.Right }},
	{desc("soon_early_ratio", "Share of orders that were ready only later than their order.soon said."), func(w *kitchen.Worth) float64 { return w.Early }},
	{desc("soon_missed_ratio", "Share of orders that were ready before any order.soon."), func(w *kitchen.Worth) float64 { return w.Missed }},
	{desc("courier_wait_seconds", "Mean wait of couriers who leave at order.soon, or at ready where that came first, and travel for alert.courier_travel."), func(w *kitchen.Worth) float64 { return w.CourierWait }},
	{desc("food_wait_seconds", "Mean wait of the food for them."), func(w *kitchen.Worth) float64 { return w.FoodWait }},
	{desc("soon_threshold_ratio", "Probability that order.soon needs: alert.confidence_threshold, or what auto has learned."), func(w *kitchen.Worth) float64 { return w.Threshold }},
}

var (
	connected    = desc("broker_connected", "1 while connected to a broker; absent where none is configured.")
	deviceUp     = desc("device_up", "1 while a printer, scale, button or light works, 0 while it is faulty.", "device")
	deviceFault  = desc("device_fault", "1 for each fault that is open: which of its device's it is, empty where that does not work at all.", "device", "fault")
	clockQuality = desc("clock_quality", "1 for what the wall clock is, 0 for what it is not.", "quality")
)

// Describe names the gauges.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, p := range plainGauges {
		out <- p.desc
	}
	for _, p := range forecastGauges {
		out <- p.desc
	}
	out <- connected
	out <- deviceUp
	out <- deviceFault
	out <- clockQuality
}

// Collect measures.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	s := g.health()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, p := range plainGauges {
		if v, ok := p.value(s); ok {
			gauge(p.desc, v)
		}
	}
	for _, p := range forecastGauges {
		if s.Forecast != nil {
			gauge(p.desc, p.value(s.Forecast))
		}
	}
	if len(g.MQTT.Brokers) > 0 {
		gauge(connected, oneIf(s.Connected))
	}
	for device, up := range g.devicesUp() {
		gauge(deviceUp, oneIf(up), device)
	}
	for _, f := range g.view.get().Faults {
		device, which := kitchen.SplitFault(f.Device)
		gauge(deviceFault, 1, device, which)
	}
	for _, q := range []kitchen.ClockQuality{kitchen.Synced, kitchen.Estimated, kitchen.Unknown} {
		gauge(clockQuality, oneIf(string(q) == s.Clock), string(q))
	}
}

// devicesUp says of each device whether it works.
func (h *house) devicesUp() map[string]bool {
	up := map[string]bool{}
	for _, name := range h.devices {
		up[name] = true
	}
	for _, f := range h.view.get().Faults {
		if device, which := kitchen.SplitFault(f.Device); up[device] && which != "silent" && which != "pictures" {
			up[device] = false
		}
	}
	return up
}

func oldestAge(s health) (float64, bool) {
	if s.Waiting == 0 {
		return 0, true
	}
	return told(s.Oldest)
}

func told[T int64 | float64](v *T) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
