package main

import (
	"context"
	"sync"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sensors"
)

// A tap is where people's tools hear what a device says, beside the source that works
// it. It never holds that up: who listens too slowly misses some, and is told how much.
type tap struct {
	// name is that of the source, "scale/shelf-a1"; kind is printer, scale, button or
	// light; path is what the configuration calls the device itself.
	name, kind, path string
	up               func() time.Duration // CLOCK_BOOTTIME
	active           bool                 // the level of a line whose contact is closed

	mu    sync.Mutex
	open  bool
	spoke time.Time // when it last said something
	event time.Time // when that last became an event
	level *bool     // of a line, as last seen
	ears  map[*ear]bool
}

// heard is something that a device said, as JSON for tools.
type heard struct {
	// Up is CLOCK_BOOTTIME in nanoseconds.
	Up time.Duration `json:"up_ns"`
	// Bytes are what came from the device, or went to it if Sent. From tells the
	// connections of a printer apart.
	Bytes []byte `json:"bytes,omitempty"`
	Sent  bool   `json:"sent,omitempty"`
	From  string `json:"from,omitempty"`
	// Level is that of a line after an edge.
	Level *bool `json:"level,omitempty"`
	// Open says that the device was opened, or closed; End that the connection From ended.
	Open *bool `json:"open,omitempty"`
	End  bool  `json:"end,omitempty"`
	// Lost is how many of these were left out before this one.
	Lost int `json:"lost,omitempty"`
	// events are what its words became, once the log has them. They stay in the daemon.
	events []kitchen.Event
}

// earSize is how much may wait for one who listens: a long ticket in small pieces.
const earSize = 256

// ear is one who listens.
type ear struct {
	said chan heard
	lost int // since the last that it got
}

// tapOn is the tap of a device of the house.
func (h *house) tapOn(kind, name, path string) *tap {
	t := &tap{name: kind + "/" + name, kind: kind, path: path, up: func() time.Duration { return h.clock().Up }}
	h.taps = append(h.taps, t)
	return t
}

// listen lets a tool hear what the device says from now on, until stop.
func (t *tap) listen() (said <-chan heard, stop func()) {
	e := &ear{said: make(chan heard, earSize)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ears == nil {
		t.ears = map[*ear]bool{}
	}
	t.ears[e] = true
	return e.said, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.ears, e)
	}
}

// hear passes h to all who listen. Bytes are copied only if somebody does.
func (t *tap) hear(h heard) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !h.Sent && (len(h.Bytes) > 0 || h.Level != nil) {
		t.spoke = time.Now()
	}
	if h.Open != nil {
		t.open = *h.Open
	}
	if h.Level != nil {
		t.level = h.Level
	}
	if len(t.ears) == 0 {
		return
	}
	if h.Up == 0 {
		h.Up = t.up()
	}
	h.Bytes = append([]byte(nil), h.Bytes...)
	for e := range t.ears {
		h.Lost = e.lost
		select {
		case e.said <- h:
			e.lost = 0
		default:
			e.lost++
		}
	}
}

// see notes the level of a line that did not change now.
func (t *tap) see(level bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.level == nil || *t.level != level {
		t.level = &level
	}
}

// opened notes that the device is open; what it returns, that it is closed.
func (t *tap) opened() (closed func()) {
	yes, no := true, false
	t.hear(heard{Open: &yes})
	return func() { t.hear(heard{Open: &no}) }
}

// emit is to, and notes that the device's words became an event.
func (t *tap) emit(to sensors.Emit) sensors.Emit {
	return func(ctx context.Context, events ...kitchen.Event) error {
		t.mu.Lock()
		t.event = time.Now()
		t.mu.Unlock()
		err := to(ctx, events...)
		if err == nil {
			t.hear(heard{events: events})
		}
		return err
	}
}

// deviceState is what GET /devices says of one device.
type deviceState struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Path string `json:"path"`
	Open bool   `json:"open"`
	// Closed says that the contact of a button is closed.
	Closed *bool `json:"closed,omitempty"`
	// Faults are all that are open, oldest first.
	Faults []kitchen.BoardFault `json:"faults,omitempty"`
	// ByteAge and EventAge are how many seconds ago the device last said something, and
	// last said something that became an event; nil is not since the start.
	ByteAge  *float64 `json:"last_byte_s,omitempty"`
	EventAge *float64 `json:"last_event_s,omitempty"`
}

// state is how the device does, given the faults of all.
func (t *tap) state(faults []kitchen.BoardFault) deviceState {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := deviceState{Name: t.name, Kind: t.kind, Path: t.path, Open: t.open, ByteAge: age(t.spoke), EventAge: age(t.event)}
	if t.level != nil {
		closed := *t.level == t.active
		s.Closed = &closed
	}
	for _, f := range faults {
		if device, _ := kitchen.SplitFault(f.Device); device == t.name {
			s.Faults = append(s.Faults, f)
		}
	}
	return s
}

// age is how many seconds ago at was, to the millisecond; nil if it was never.
func age(at time.Time) *float64 {
	if at.IsZero() {
		return nil
	}
	s := time.Since(at).Round(time.Millisecond).Seconds()
	return &s
}
