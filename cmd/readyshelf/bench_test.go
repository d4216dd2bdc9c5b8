package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/device"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// presses is how many presses make an op: enough for a p99.
const presses = 200

// acknowledged waits until the broker has an event.
func (h *house) acknowledged(seq uint64) {
	for {
		rung := h.view.wait()
		if h.buffer.Cursor(followerName) >= seq {
			return
		}
		<-rung
	}
}

// BenchmarkPress is a finger on a button, with a real log on a real disk and a
// real mosquitto on loopback: from the edge to the commit, where the lamp lights,
// and to the broker's acknowledgement. The debounce of 25 ms is in both.
func BenchmarkPress(b *testing.B) {
	broker := uplinktest.StartMosquitto(b, "allow_anonymous true", nil)
	pin := &gpiotest.Pin{N: "A1", L: gpio.High, EdgesChan: make(chan gpio.Level, 64)}
	c := *defaultConfig()
	c.Store, c.Device, c.Data, c.Timezone = "s", "pi", b.TempDir(), time.UTC
	c.Board.Listen, c.Metrics.Listen = "", ""
	c.MQTT.Brokers = []*url.URL{{Scheme: "tcp", Host: broker.Addr}}
	c.Buttons = []ButtonConfig{{Slot: "A1", Line: "A1", Debounce: 25 * time.Millisecond, Active: "low"}}
	c.complete(c.Data)

	began := time.Now()
	committed := make(chan uint64, 1024)
	h, err := openHouse(c, world{
		bootID: "bench", now: func(boot uint32) func() kitchen.Stamp {
			return func() kitchen.Stamp {
				return kitchen.Stamp{Boot: boot, Up: time.Since(began), At: time.Now().UTC(), Clock: kitchen.Synced}
			}
		},
		input: func(string) (gpio.PinIn, error) { return pin, nil }, dial: device.Dial,
		log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		committed: func(events []kitchen.Event, _ *kitchen.Board) {
			for _, e := range events {
				if e.Alert != nil && (e.Alert.Type == kitchen.OrderReady || e.Alert.Type == kitchen.OrderPickedUp) {
					committed <- e.Seq
				}
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(h.run(ctx), h.buffer.Close()) }()
	time.Sleep(time.Second) // the button arms, the uplink connects

	order := 0
	var commits, pubacks []time.Duration
	for b.Loop() {
		for range presses {
			order++
			t := h.clock().Fact("printer/kitchen")
			t.Ticket = &kitchen.Ticket{Kind: kitchen.SlipOrder, Number: strconv.Itoa(order)}
			if err := h.keeper.Emit(ctx, t); err != nil {
				b.Fatal(err)
			}
			edge := time.Now()
			pin.EdgesChan <- gpio.Low
			seq := <-committed
			commits = append(commits, time.Since(edge))
			h.acknowledged(seq)
			pubacks = append(pubacks, time.Since(edge))
			for _, l := range []gpio.Level{gpio.High, gpio.Low, gpio.High} { // let go; pick it up
				pin.EdgesChan <- l
				time.Sleep(40 * time.Millisecond)
			}
			<-committed
		}
	}
	report := func(what string, took []time.Duration) {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, what+"-p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, what+"-p99-ms")
	}
	report("commit", commits)
	report("puback", pubacks)
	b.ReportMetric(0, "ns/op") // says nothing: the finger is in it
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}
