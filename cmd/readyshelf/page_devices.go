package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"readyshelf/board"
	"readyshelf/device"
	"readyshelf/kitchen"
)

// pageDevices is what the page of the devices asks of the house.
func (h *house) pageDevices() *board.Devices {
	return &board.Devices{All: h.shownDevices, Listen: h.listenTo, Try: h.tryDevice, Blink: h.blink}
}

// shownDevices are all devices of the configuration, the broker, and what else has a fault.
func (h *house) shownDevices() []board.Device {
	faults := h.view.get().Faults
	all := make([]board.Device, 0, len(h.taps)+1)
	for _, t := range h.taps {
		all = append(all, h.shownDevice(t.state(faults)))
	}
	all = append(all, h.shownBroker())
	for _, f := range faults {
		name, _ := kitchen.SplitFault(f.Device)
		if !slices.ContainsFunc(all, func(d board.Device) bool { return d.Name == name }) {
			all = append(all, board.Device{Name: f.Device, Kind: "other", State: "faulty", Findings: []board.Finding{shownFault(f)}})
		}
	}
	return all
}

// shownDevice is one device as doctor would judge it.
func (h *house) shownDevice(s deviceState) board.Device {
	d := board.Device{
		Name: s.Name, Kind: s.Kind, Path: s.Path, State: "ok", Closed: s.Closed, ByteAge: s.ByteAge, EventAge: s.EventAge,
	}
	found := append(s.seen(s.Kind, s.Path), unsteady(s.Name, s.Path, device.StableName)...)
	for i, f := range found {
		if f.Mark == good {
			continue
		}
		one := board.Finding{Bad: f.Mark == bad, Text: f.Text, Remedy: f.Remedy}
		if i < len(s.Faults) { // faulty says them first, in their order
			one.Since = &s.Faults[i].Since
		}
		d.Findings = append(d.Findings, one)
	}
	switch {
	case len(s.Faults) > 0:
		d.State = "faulty"
	case !s.Open:
		d.State = "unopened"
	}
	if slot, ok := strings.CutPrefix(s.Name, "light/"); ok {
		d.Closed, d.Shows = nil, string(h.light(slot))
	}
	return d
}

func shownFault(f kitchen.BoardFault) board.Finding {
	return board.Finding{Bad: true, Text: f.Text, Remedy: f.Remedy, Since: &f.Since}
}

// shownBroker is how the way to the cloud does.
func (h *house) shownBroker() board.Device {
	d := board.Device{Name: "broker", Kind: "broker", State: "alone", Path: strings.Join(urls(h.MQTT.Brokers), ", ")}
	if len(h.MQTT.Brokers) == 0 {
		return d
	}
	s := h.health()
	d.Since, d.Waiting = s.Since, s.Waiting
	switch f := s.link(h.Timezone); f.Mark {
	case good:
		d.State = "ok"
	case odd:
		d.State = "connecting"
	default:
		d.State = "faulty"
		d.Findings = []board.Finding{{Bad: true, Text: f.Text, Remedy: "each step of the way: readyshelf doctor; no alert is lost meanwhile", Since: s.Since}}
	}
	return d
}

// tapped returns the tap of a device that can be listened to, and what it is.
func (h *house) tapped(name string) (*tap, target, error) {
	i := slices.IndexFunc(h.taps, func(t *tap) bool { return t.name == name && t.kind != "light" })
	if i < 0 {
		return nil, target{}, board.ErrNoDevice
	}
	t, err := configured(&h.Config, name)
	if err != nil {
		return nil, target{}, fmt.Errorf("%w: %w", board.ErrNoDevice, err)
	}
	return h.taps[i], t, nil
}

// tryPatience is how long an attempt waits for somebody to use the device.
const tryPatience = 30 * time.Second

// tryDevice waits for the next press, slip or weight of a device and says what it was. It
// hears what everybody hears: to the kitchen it is a press like any other.
func (h *house) tryDevice(ctx context.Context, name string) (board.Tried, error) {
	on, t, err := h.tapped(name)
	if err != nil {
		return board.Tried{}, err
	}
	said, stop := on.listen()
	defer stop()
	late := time.NewTimer(tryPatience)
	defer late.Stop()
	one := attempt{active: on.active}
	for {
		select {
		case <-ctx.Done():
			return board.Tried{}, ctx.Err()
		case s := <-said:
			if one.hear(s) {
				return one.Tried, nil
			}
		case <-late.C:
			return one.nothing(t.check()), nil
		}
	}
}

// attempt puts together what came of a device.
type attempt struct {
	board.Tried
	active       bool // the level of a line whose contact is closed
	closed, open time.Duration
}

// hear takes what came, and says whether that is all.
func (t *attempt) hear(s heard) (done bool) {
	if !s.Sent {
		t.Bytes += len(s.Bytes)
	}
	if s.Level != nil && *s.Level == t.active {
		t.closed = s.Up
	} else if s.Level != nil {
		t.open = s.Up
	}
	for _, e := range s.events {
		switch {
		case e.Press != nil:
			done = t.press(*e.Press)
		case e.Ticket != nil:
			k := *e.Ticket
			t.Result, t.Kind, t.Channel, t.Number = "ticket", string(k.Kind), k.Channel, k.Number
			t.Dishes, t.Unparsed, t.Picture = len(k.Items), k.Unparsed, k.Raster && !k.Text
			done = true
		case e.Weight != nil:
			t.Result, t.Slot, t.Grams, t.Delta = "weight", e.Weight.Slot, int32(e.Weight.Grams), int32(e.Weight.Delta)
			done = true
		}
	}
	return done
}

// press takes a gesture. One that began before is no answer to what was asked.
func (t *attempt) press(p kitchen.Press) (done bool) {
	if p.Gesture == kitchen.Down {
		t.Result, t.Slot = "stuck", p.Slot
		return false
	}
	if t.Result != "stuck" {
		return false
	}
	t.Result = "press"
	if t.Hold = p.Gesture == kitchen.Hold; t.Hold {
		t.Held = kitchen.HoldTime.Seconds()
	} else {
		t.Held = max(t.open-t.closed, 0).Seconds()
	}
	return true
}

// nothing is an attempt for which nobody did what was asked.
func (t *attempt) nothing(remedy string) board.Tried {
	if t.Remedy = remedy; t.Result == "" {
		t.Result = "silence"
		if t.Bytes > 0 {
			t.Result = "noise"
		}
	}
	return t.Tried
}

// tryLight is how long a light that is tried blinks.
const tryLight = 5 * time.Second

// blinks are the lights that are tried at this moment.
type blinks struct {
	mu sync.Mutex
	of map[string]int // how many try the light of a slot
}

func (b *blinks) add(slot string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of = map[string]int{}
	}
	b.of[slot] += n
}

func (b *blinks) has(slot string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of[slot] > 0
}

// blink lets a light blink, and returns when it shows again what it should.
func (h *house) blink(ctx context.Context, name string) error {
	slot, isLight := strings.CutPrefix(name, "light/")
	if !isLight || !slices.ContainsFunc(h.taps, func(t *tap) bool { return t.name == name }) {
		return board.ErrNoDevice
	}
	h.trying.add(slot, 1)
	h.view.ring()
	defer h.view.ring()
	defer h.trying.add(slot, -1)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(tryLight):
		return nil
	}
}
