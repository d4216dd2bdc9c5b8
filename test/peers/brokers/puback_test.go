package brokers

import (
	"encoding/binary"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/test/peers/card"
)

const (
	// alertSize is that of an ordinary alert, window that of the uplink.
	alertSize = 400
	window    = 64
	// quiet is how long nothing comes before all that was kept has come.
	quiet = 3 * time.Second
)

// ending is how a broker ends while its subscriber is away.
type ending int

const (
	stopped ending = iota // systemctl stop
	killed                // kill -9: what it wrote, the kernel still has
	cut                   // the power: what the kernel had not written is gone
)

// BenchmarkPubackWorth counts what a broker still has of the messages that it
// acknowledged. Each time a subscriber with a persistent session is away, messages
// are acknowledged, the broker ends, starts again, and the subscriber comes back.
func BenchmarkPubackWorth(b *testing.B) {
	const debian = "persistence true\nautosave_interval 1800\n" // the file of the package, and the default
	const roomy = debian + "max_queued_messages 0\n"
	const eager = "persistence true\nmax_queued_messages 0\nautosave_interval 1\nautosave_on_changes true\n"
	for _, w := range []worth{
		{name: "mosquitto-debian-stopped", start: mosquitto(debian), sent: 5000, ends: stopped},
		{name: "mosquitto-unlimited-stopped", start: mosquitto(roomy), sent: 5000, ends: stopped},
		{name: "mosquitto-unlimited-killed", start: mosquitto(roomy), sent: 5000, ends: killed},
		{name: "mosquitto-autosave-1s-killed", start: mosquitto("persistence true\nmax_queued_messages 0\nautosave_interval 1\n"), sent: 5000, ends: killed},
		{name: "mosquitto-autosave-each-killed", start: mosquitto(eager), sent: 500, ends: killed},
		{name: "mosquitto-autosave-each-cut", start: mosquitto(eager), sent: 500, ends: cut},
		{name: "nats-killed", start: natsAlone("2m"), sent: 5000, ends: killed},
		{name: "nats-cut", start: natsAlone("2m"), sent: 5000, ends: cut},
		{name: "nats-sync-always-cut", start: natsAlone("always"), sent: 2000, ends: cut},
		{name: "nats-nobody-subscribed-killed", start: natsAlone("2m"), sent: 5000, ends: killed, stranger: true},
	} {
		b.Run(w.name, w.measure)
	}
}

// worth is one broker and one way to end it.
type worth struct {
	name  string
	start func(b *testing.B, dir string) *process // with its messages in dir
	sent  int
	ends  ending
	// stranger says that the subscriber was never there before.
	stranger bool
}

func (w worth) measure(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		var medium *card.Card
		if w.ends == cut {
			medium = card.Insert(b, 512<<20)
			dir = medium.Dir
		}
		p := w.start(b, dir)
		if !w.stranger {
			back := backEndAt(b, p)
			back.Disconnect(250)
		}
		began := time.Now()
		publish(b, p, w.sent)
		took := time.Since(began)
		switch w.ends {
		case stopped:
			p.stop()
		case killed:
			p.kill()
		case cut:
			left := medium.Cut(b)
			p.kill()
			p = w.start(b, left.Dir)
		}
		if w.ends != cut {
			p.start(b)
			p.await(b)
		}
		kept := collect(b, p)
		b.ReportMetric(float64(w.sent), "acknowledged")
		b.ReportMetric(float64(kept), "kept")
		b.ReportMetric(float64(w.sent)/took.Seconds(), "PUBACK/s")
		b.ReportMetric(0, "ns/op") // says nothing: the waiting is in it
		p.kill()
	}
}

// mosquitto runs the broker of Debian with conf.
func mosquitto(conf string) func(*testing.B, string) *process {
	return func(b *testing.B, dir string) *process {
		b.Helper()
		path, err := exec.LookPath("mosquitto")
		if err != nil {
			if path, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
				b.Skip("mosquitto is not installed: make deps installs it")
			}
		}
		port := freePorts(b, 1)[0]
		file := writeFile(b, filepath.Join(b.TempDir(), "mosquitto.conf"),
			fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\nuser root\npersistence_location %s/\n%s", port, dir, conf))
		p := &process{name: "mosquitto", mqtt: fmt.Sprintf("127.0.0.1:%d", port), args: []string{path, "-c", file}}
		p.start(b)
		b.Cleanup(p.kill)
		p.await(b)
		return p
	}
}

// natsAlone runs one NATS node that flushes as sync says.
func natsAlone(sync string) func(*testing.B, string) *process {
	return func(b *testing.B, dir string) *process {
		b.Helper()
		return &startNATS(b, sync, dir)[0].process
	}
}

// backEndAt connects the subscriber, whose session the broker is to keep.
func backEndAt(b *testing.B, p *process, handlers ...mqtt.MessageHandler) mqtt.Client {
	b.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + p.mqtt).SetClientID("back-end").
		SetProtocolVersion(4).SetCleanSession(false).SetAutoReconnect(false).SetOrderMatters(true)
	for _, h := range handlers {
		o.SetDefaultPublishHandler(h)
	}
	c := mqtt.NewClient(o)
	wait(b, c.Connect())
	wait(b, c.Subscribe("shop/#", 1, nil))
	return c
}

// publish returns when n messages have been acknowledged.
func publish(b *testing.B, p *process, n int) {
	b.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + p.mqtt).SetClientID("shop").
		SetProtocolVersion(4).SetAutoReconnect(false))
	wait(b, c.Connect())
	var flight []mqtt.Token
	for i := range n {
		body := make([]byte, alertSize)
		binary.BigEndian.PutUint64(body, uint64(i))
		flight = append(flight, c.Publish("shop/event", 1, false, body))
		if len(flight) == window {
			wait(b, flight[0])
			flight = flight[1:]
		}
	}
	for _, t := range flight {
		wait(b, t)
	}
	c.Disconnect(0)
}

// collect counts the different messages that the subscriber still gets.
func collect(b *testing.B, p *process) int {
	b.Helper()
	var mu sync.Mutex
	seen := map[uint64]bool{}
	last := time.Now()
	back := backEndAt(b, p, func(_ mqtt.Client, m mqtt.Message) {
		mu.Lock()
		defer mu.Unlock()
		seen[binary.BigEndian.Uint64(m.Payload())] = true
		last = time.Now()
	})
	defer back.Disconnect(0)
	within(time.Minute, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return time.Since(last) > quiet
	})
	mu.Lock()
	defer mu.Unlock()
	return len(seen)
}

func wait(b *testing.B, t mqtt.Token) {
	b.Helper()
	if !t.WaitTimeout(time.Minute) {
		b.Fatal("no answer in a minute")
	}
	if t.Error() != nil {
		b.Fatal(t.Error())
	}
}
