package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/buffer"
	"readyshelf/device/devicetest"
	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// bubble is the whole daemon in a synctest bubble: the real log on a RAM disk,
// the real paho client, scripted ports, pins and broker, and staff who work.
type bubble struct {
	*testing.T
	staff
	seed   uint64
	rand   *rand.Rand // of the test's own goroutine
	conf   Config
	start  time.Time
	menu   menu
	broker uplinktest.Broker
	vitals func() vitals // of the machine
	change func(*world)  // what else is different about it; nil is nothing

	printer atomic.Pointer[devicetest.Listener] // of the daemon that runs now
	scale   *devicetest.Port
	grams   atomic.Int64
	pins    map[string]*gpiotest.Pin
	lamps   map[string]*gpiotest.Pin

	// The machine: which boot it is in, since when, and how its clock was when it came up.
	boot     int
	booted   time.Time
	synced   time.Time
	wall     func(kitchen.Stamp) kitchen.Stamp // a clock that is wrong; nil is right
	accepted []string                          // events as JSON, by seq: on disk
	house    *house
	cancel   context.CancelFunc
	ended    chan error

	crashIn atomic.Int64 // commits until the power goes; 0 is never
	image   []byte       // the disk when it went: the log
	beside  []byte       // … and its sidecar
	live    []byte       // state and model when it went
}

const bubbleScale = "S1"

func newBubble(t *testing.T, seed uint64) *bubble {
	b := &bubble{
		T: t, staff: newStaff(), seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), menu: menus["zh"], start: time.Now(),
		scale: &devicetest.Port{},
		pins:  map[string]*gpiotest.Pin{}, lamps: map[string]*gpiotest.Pin{}, boot: 1, booted: time.Now(), synced: time.Now(),
	}
	c := *defaultConfig()
	c.Store, c.Device, c.Data, c.Timezone = "s", "pi", ramDisk(t), time.UTC
	c.Board.Listen, c.Metrics.Listen = "", ""
	c.MQTT.Brokers = []*url.URL{{Scheme: "tcp", Host: "broker:1883"}}
	c.Printers = []PrinterConfig{{Name: "kitchen", Listen: ":9100"}}
	c.Scales = []ScaleConfig{{Name: "s", Serial: "scale", Protocol: "st-gs", Slot: bubbleScale, Step: 20}}
	c.complete(c.Data)
	b.conf = c
	b.buttons("A1", "A2", "A3", "A4")
	return b
}

// buttons wires the shelf: a button and a lamp for each of these slots.
func (b *bubble) buttons(slots ...string) {
	b.conf.Buttons = nil
	for _, slot := range slots {
		b.conf.Buttons = append(b.conf.Buttons, ButtonConfig{Slot: slot, Line: slot, Light: slot, Debounce: 25 * time.Millisecond, Active: "low"})
		b.pins[slot] = &gpiotest.Pin{N: slot, L: gpio.High, EdgesChan: make(chan gpio.Level, 64)}
		b.lamps[slot] = &gpiotest.Pin{N: "light of " + slot}
	}
}

// ramDisk is a folder where a flush costs nothing, if there is one.
func ramDisk(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "readyshelf-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (b *bubble) db() string { return filepath.Join(b.conf.Data, logName) }

// now is what the machine's clocks show.
func (b *bubble) now(boot uint32) func() kitchen.Stamp {
	booted, synced := b.booted, b.synced
	return func() kitchen.Stamp {
		now := time.Now()
		s := kitchen.Stamp{Boot: boot, Up: now.Sub(booted) + time.Minute, At: now.UTC(), Clock: kitchen.Synced}
		if now.Before(synced) {
			s.At, s.Clock = time.Unix(0, 0).UTC().Add(s.Up), kitchen.Unknown
		}
		if b.wall != nil {
			s = b.wall(s)
		}
		return s
	}
}

func (b *bubble) world() world {
	w := world{
		bootID: fmt.Sprint("boot-", b.boot), now: b.now,
		listen: func(string) (net.Listener, error) {
			ln := devicetest.NewListener()
			b.printer.Store(ln)
			return ln, nil
		},
		serial: func(string, SerialMode) (io.ReadWriteCloser, error) { return b.scale.Open() },
		input:  func(line string) (gpio.PinIn, error) { return b.pins[line], nil },
		output: func(line string) (gpio.PinOut, error) { return b.lamps[line], nil },
		dial:   b.broker.Dial, vitals: b.vitals,
		device: "pi", board: "10000000a3f7c2d1", version: "test", log: slog.New(slog.NewTextHandler(io.Discard, nil)), prefill: 1 << 20,
		committed: b.committed, random: rand.New(rand.NewPCG(b.seed, uint64(b.boot))).Float64,
	}
	if b.change != nil {
		b.change(&w)
	}
	return w
}

// up starts the daemon.
func (b *bubble) up() {
	b.Helper()
	h, err := openHouse(b.conf, b.world())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	b.house, b.cancel, b.ended = h, cancel, make(chan error, 1)
	go func() { b.ended <- errors.Join(h.run(ctx), h.buffer.Close()) }()
}

// committed keeps what is on disk. When the power goes it keeps the disk as it
// is, and nothing that this daemon still does leaves the machine.
func (b *bubble) committed(events []kitchen.Event, _ *kitchen.Board) {
	if b.image != nil {
		return
	}
	for _, e := range events {
		b.accepted = append(b.accepted, asJSON(b.T, e))
	}
	b.saw(events)
	if b.crashIn.Load() == 0 || b.crashIn.Add(-1) > 0 {
		return
	}
	b.broker.SetDown(true)
	image, err := os.ReadFile(b.db())
	beside, besideErr := os.ReadFile(b.db() + ".id")
	if err := errors.Join(err, besideErr); err != nil {
		b.Error(err)
	}
	b.image, b.beside, b.live = image, beside, b.snapshot(b.house.decider)
	b.cancel()
}

// down waits for the daemon to end, after a signal or a power cut, and compares
// what is on disk with what was accepted.
func (b *bubble) down() {
	b.Helper()
	if err := <-b.ended; err != nil {
		b.Errorf("the daemon ended with: %v", err)
	}
	live := b.live
	if b.image == nil {
		live = b.snapshot(b.house.decider)
	} else if err := errors.Join(os.WriteFile(b.db(), b.image, 0o600), os.WriteFile(b.db()+".id", b.beside, 0o600)); err != nil {
		b.Fatal(err)
	}
	b.image = nil

	fold := &kitchen.Decider{Model: predict.New()}
	var logged []string
	err := buffer.Dump(b.db(), func(e kitchen.Event) error {
		logged = append(logged, asJSON(b.T, e))
		fold.Apply(e)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if i := firstDifference(logged, b.accepted); i >= 0 {
		b.Fatalf("%d events were accepted, %d are in the log; they differ at %d\naccepted: %s\nlogged:   %s",
			len(b.accepted), len(logged), i+1, at(b.accepted, i), at(logged, i))
	}
	if folded := b.snapshot(fold); !bytes.Equal(folded, live) {
		b.Fatalf("the fold of the log is not the live state\nlive:   %s\nfolded: %s", live, folded)
	}
}

func (b *bubble) snapshot(d *kitchen.Decider) []byte {
	out, err := d.Snapshot()
	if err != nil {
		b.Error(err)
	}
	return out
}

func asJSON(t *testing.T, v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	return string(out)
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

func firstDifference(x, y []string) int {
	for i := range max(len(x), len(y)) {
		if at(x, i) != at(y, i) {
			return i
		}
	}
	return -1
}

// restart ends the daemon as SIGTERM does, and starts it again after a pause.
func (b *bubble) restart(pause time.Duration) {
	b.Helper()
	b.cancel()
	b.down()
	time.Sleep(pause)
	b.up()
}

// crash takes the power away at one of the next commits or ticks, and gives it back after
// a pause: another boot, whose clock is not known for a while.
func (b *bubble) crash(within int64, pause, unknown time.Duration) {
	b.Helper()
	b.crashIn.Store(1 + b.rand.Int64N(within))
	b.down()
	time.Sleep(pause)
	b.boot++
	b.booted, b.synced = time.Now(), time.Now().Add(unknown)
	for _, pin := range b.pins {
		for len(pin.EdgesChan) > 0 {
			<-pin.EdgesChan // nobody felt these
		}
	}
	b.broker.SetDown(false)
	b.up()
}

// fill lets somebody press a button of no slot, whose name takes so many bytes, until
// the log takes no more; then the same with a name of the next size. It returns what
// the log said last.
func (b *bubble) fill(sizes ...int) (full error) {
	b.Helper()
	press := b.house.clock().Fact("button/nowhere")
	press.Press = &kitchen.Press{Gesture: kitchen.Down}
	for _, size := range sizes {
		press.Press.Slot = strings.Repeat("x", size)
		for full = nil; full == nil; {
			full = b.house.buffer.Append(b.Context(), press)
		}
	}
	return full
}

// delivered checks that every alert in the log reached the broker under its id:
// first sightings in the order of the log, the same words each time. And all that the
// broker got is as the contract says.
func (b *bubble) delivered() {
	b.Helper()
	bodies := map[string]string{}
	var order []string
	for _, m := range b.broker.Messages() {
		if err := fulfils(m); err != nil {
			b.Fatalf("%s\n%s: %v", m.Payload, m.Topic, err)
		}
		if !strings.Contains(m.Topic, "/event/") {
			continue
		}
		v, err := uplink.Decode(m.Payload)
		if err != nil {
			b.Fatal(err)
		}
		body := v.Sequence + v.Time + asJSON(b.T, v.Data)
		if first, again := bodies[v.ID]; again && first != body {
			b.Errorf("%s says two things:\n%s\n%s", v.ID, first, body)
		} else if !again {
			order = append(order, v.ID)
		}
		bodies[v.ID] = body
	}
	var want []string
	for _, line := range b.accepted {
		var e kitchen.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.Fatal(err)
		}
		if e.Alert != nil {
			want = append(want, fmt.Sprintf("pi-%s-%d", b.house.buffer.ID(), e.Seq))
		}
	}
	if i := firstDifference(want, order); i >= 0 {
		b.Errorf("%d alerts were accepted, %d arrived; they differ at %d: accepted %s, arrived %s",
			len(want), len(order), i+1, at(want, i), at(order, i))
	}
}
