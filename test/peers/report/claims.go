package main

// claim is a figure that has a limit: a number, or where of is set that figure of
// the same benchmark and plus.
type claim struct {
	what        string
	bench, unit string
	least       bool // else the limit is the most
	limit       float64
	of          string
	// whole says that the figure is rounded before it is compared: ext4 flushes its
	// own journal every 5 s, whoever writes.
	whole bool
}

const (
	device = "test/peers/disk.Device/"
	wire   = "cmd/readyshelf."
	paper  = "sensors/ticket.Tokenise/"
	line   = "sensors/ticket.Proxy"
	screen = "test/browser."
)

// claims are what the project promises of its durable path, of what reads bytes
// from outside, and of the forecast.
var claims = []claim{
	{what: "one event of 200 B at the device, history kept", bench: device + "history", unit: "B/event", limit: 12_500},
	{what: "… its flushes", bench: device + "history", unit: "flushes/event", limit: 2, whole: true},
	{what: "the same, no broker in reach", bench: device + "offline", unit: "B/event", limit: 12_500},
	{what: "… its flushes", bench: device + "offline", unit: "flushes/event", limit: 2, whole: true},
	{what: "the same, no history kept", bench: device + "no-history", unit: "B/event", limit: 9_000},
	{what: "each of ten events at once", bench: device + "burst", unit: "B/event", limit: 2_000},
	{what: "a press and its alert", bench: device + "press", unit: "B/event", limit: 16_000},
	{what: "Append to PUBACK, median, × bare commit and bare round trip", bench: wire + "AppendToPuback", unit: "p50-ratio", limit: 1.15},
	{what: "… the slowest in a hundred", bench: wire + "AppendToPuback", unit: "p99-ratio", limit: 1.5},
	{what: "last PUBACK of ten alerts at once, ms, to a round trip and 1 ms", bench: wire + "Burst/quickack", unit: "last-puback-p50-ms", limit: 1, of: "rtt-p50-ms"},
	{what: "drain of 100,000 alerts, × a bare loop", bench: wire + "Drain", unit: "ratio", least: true, limit: 0.9},
	{what: "… its memory, RssAnon in MB", bench: wire + "Drain", unit: "RssAnon-MB", limit: 40},
	{what: "drain at 40 ms, alerts a second", bench: wire + "DrainFar", unit: "alerts/s", least: true, limit: 8_000},
	{what: "… alerts lost", bench: wire + "DrainFar", unit: "lost"},
	{what: "… first sightings out of order", bench: wire + "DrainFar", unit: "out-of-order"},
	{what: "drain while 2,000 events a second come in, × alone", bench: wire + "DrainUnderIntake", unit: "ratio", least: true, limit: 0.5},
	{what: "intake alone, events of 200 B a second", bench: "test/peers/disk.Intake", unit: "events/s", least: true, limit: 20_000},
	{what: "ticket bytes told apart, text, MB a second", bench: paper + "text/ours", unit: "MB/s", least: true, limit: 200},
	{what: "… pictures", bench: paper + "raster/ours", unit: "MB/s", least: true, limit: 200},
	{what: "… allocations", bench: paper + "text/ours", unit: "allocs/op"},
	{what: "added by the proxy on loopback, the slowest in a hundred, µs", bench: line, unit: "p99-added-µs", limit: 1_000},
	{what: "press to pixel on a page, the slowest in twenty, ms", bench: screen + "PressToPixel", unit: "p95-ms", limit: 100},
	{what: "press to the last of twenty tablets, the slowest in twenty, ms", bench: screen + "PressToTablets", unit: "p95-ms", limit: 100},
	{what: "… the daemon's memory then, RSS in MB", bench: screen + "PressToTablets", unit: "RSS-MB", limit: 40},
	{what: "a page's heap after a day of 3,000 orders, × after three hours", bench: screen + "DayOfPage", unit: "heap-ratio", limit: 1.1},
	{what: "an order forecast, and learned from, ns", bench: "predict.ForecastAndLearn", unit: "ns/op", limit: 100_000},
}

// cell is one figure of a table.
type cell struct{ bench, unit string }

// row is one contestant.
type row struct {
	label string
	cells []cell
}

// table lays contestants beside one another.
type table struct {
	title, text string
	heads       []string
	rows        []row
	// base is the row that the first column is compared with, -1 for none.
	base int
}

// each makes rows of benchmarks that measure the same: pairs of label and name.
func each(prefix string, units []string, pairs ...string) []row {
	var rows []row
	for i := 0; i < len(pairs); i += 2 {
		r := row{label: pairs[i]}
		for _, u := range units {
			r.cells = append(r.cells, cell{prefix + pairs[i+1], u})
		}
		rows = append(rows, r)
	}
	return rows
}

// tables are the figures with their peers, all of one run.
var tables = []table{
	{
		title: "Bytes at the block device",
		text:  "Counted by the kernel on a loop device with ext4 (4 KiB blocks, noatime), 100 events at 10 a second after 2,000 others. Journal and inodes are in it; ext4 flushes its journal every 5 s by itself, which is the fraction of a flush.",
		heads: []string{"bytes an event", "flushes an event"},
		base:  7,
		rows: each(device, []string{"B/event", "flushes/event"},
			"readyshelf, history kept", "history",
			"readyshelf, no broker in reach", "offline",
			"readyshelf, no history", "no-history",
			"readyshelf, ten events in one Append", "burst",
			"readyshelf, ten sources at once", "burst-sources",
			"readyshelf, a press and its alert", "press",
			"SQLite, WAL, synchronous=FULL", "sqlite",
			"a file written before, one fdatasync: the least there is", "wal",
			"bbolt with its defaults, deleted when acknowledged", "bbolt-delete"),
	},
	{
		title: "From Append to PUBACK",
		text:  "A mosquitto on loopback; the bare commit and the bare round trip take turns with ours.",
		heads: []string{"median, ms", "1 in 100, ms", "commit alone, median, ms"},
		base:  1,
		rows: []row{
			{"readyshelf", []cell{{wire + "AppendToPuback", "p50-ms"}, {wire + "AppendToPuback", "p99-ms"}, {wire + "AppendToPuback", "commit-p50-ms"}}},
			{"bare bbolt commit, then bare paho round trip", []cell{{wire + "AppendToPuback", "limit-p50-ms"}, {wire + "AppendToPuback", "limit-p99-ms"}, {wire + "AppendToPuback", "limit-commit-p50-ms"}}},
		},
	},
	{
		title: "Ten alerts at once",
		text:  "From the commit to the last PUBACK, at a mosquitto as Debian has it.",
		heads: []string{"last PUBACK, median, ms", "1 in 10, ms", "a lone alert, ms"},
		base:  -1,
		rows: each(wire, []string{"last-puback-p50-ms", "last-puback-p90-ms", "rtt-p50-ms"},
			"readyshelf", "Burst/quickack", "without TCP_QUICKACK", "Burst/plain"),
	},
	{
		title: "Drain of 100,000 alerts",
		text:  "The window is 64, at 40 ms it is 512.",
		heads: []string{"alerts a second"},
		base:  1,
		rows: []row{
			{"readyshelf, from the log to the cursor", []cell{{wire + "Drain", "alerts/s"}}},
			{"a bare paho loop", []cell{{wire + "Drain", "bare/s"}}},
			{"a bare paho loop on our connection", []cell{{wire + "Drain", "bare-on-our-conn/s"}}},
			{"readyshelf, 40 ms away", []cell{{wire + "DrainFar", "alerts/s"}}},
			{"readyshelf, while events come in", []cell{{wire + "DrainUnderIntake", "alerts/s"}}},
		},
	},
	{
		title: "What a PUBACK is worth",
		text:  "A subscriber with a persistent session is away, messages of 400 B are acknowledged, the broker ends and starts again, the subscriber comes back. How to configure them: [brokers](operations/brokers.md).",
		heads: []string{"acknowledged", "kept", "PUBACK/s"},
		base:  -1,
		rows: each("test/peers/brokers.PubackWorth/", []string{"acknowledged", "kept", "PUBACK/s"},
			"mosquitto as Debian has it, stopped", "mosquitto-debian-stopped",
			"mosquitto, no limit of the queue, stopped", "mosquitto-unlimited-stopped",
			"… killed", "mosquitto-unlimited-killed",
			"… saved every second, killed", "mosquitto-autosave-1s-killed",
			"… saved at each message, killed", "mosquitto-autosave-each-killed",
			"… saved at each message, power cut", "mosquitto-autosave-each-cut",
			"NATS, one node, killed", "nats-killed",
			"NATS, one node, power cut", "nats-cut",
			"NATS, one node, sync_interval: always, power cut", "nats-sync-always-cut",
			"NATS, the subscriber was never there before, killed", "nats-nobody-subscribed-killed"),
	},
	{
		title: "Ticket bytes told apart",
		text:  "Text, control bytes and commands of ESC/POS. What it is compared with finds next to nothing: a search for the line ends alone (bytes.IndexByte), and a copy.",
		heads: []string{"text, MB a second", "allocations", "pictures, MB a second"},
		base:  1,
		rows: []row{
			{"readyshelf", []cell{{paper + "text/ours", "MB/s"}, {paper + "text/ours", "allocs/op"}, {paper + "raster/ours", "MB/s"}}},
			{"a search for the line ends", []cell{{paper + "text/line-ends", "MB/s"}, {paper + "text/line-ends", "allocs/op"}, {paper + "raster/line-ends", "MB/s"}}},
			{"a copy", []cell{{paper + "text/copy", "MB/s"}, {paper + "text/copy", "allocs/op"}, {paper + "raster/copy", "MB/s"}}},
		},
	},
	{
		title: "Through the proxy",
		text:  "How long a till waits for its printer's answer after a job of 2 KB, on loopback; the way without the proxy takes turns with it.",
		heads: []string{"median, µs", "1 in 100, µs"},
		base:  0,
		rows: []row{
			{"to the printer", []cell{{line, "p50-bare-µs"}, {line, "p99-bare-µs"}}},
			{"through the proxy", []cell{{line, "p50-µs"}, {line, "p99-µs"}}},
		},
	},
}
