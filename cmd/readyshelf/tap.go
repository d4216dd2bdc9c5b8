package main

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
	"readyshelf/sensors"
	"readyshelf/sensors/button"
	"readyshelf/sensors/ticket"
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
		return to(ctx, events...)
	}
}

// deviceState is what GET /devices says of one device.
type deviceState struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Path string `json:"path"`
	Open bool   `json:"open"`
	// Closed says that the contact of a button is closed.
	Closed *bool  `json:"closed,omitempty"`
	Fault  string `json:"fault,omitempty"`
	Remedy string `json:"remedy,omitempty"`
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
		if f.Device == t.name {
			s.Fault, s.Remedy = f.Text, f.Remedy
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

// port is p with a tap.
func (t *tap) port(p io.ReadWriteCloser) io.ReadWriteCloser { return &tappedPort{p, t} }

// cable is c with a tap.
func (t *tap) cable(c ticket.Cable) ticket.Cable { return &tappedCable{c, t.port(c)} }

type tappedCable struct {
	ticket.Cable
	port io.ReadWriteCloser
}

func (c *tappedCable) Read(b []byte) (int, error)  { return c.port.Read(b) }
func (c *tappedCable) Write(b []byte) (int, error) { return c.port.Write(b) }

type tappedPort struct {
	io.ReadWriteCloser
	tap *tap
}

func (p *tappedPort) Read(b []byte) (int, error) {
	n, err := p.ReadWriteCloser.Read(b)
	if n > 0 {
		p.tap.hear(heard{Bytes: b[:n]})
	}
	return n, err
}

func (p *tappedPort) Write(b []byte) (int, error) {
	n, err := p.ReadWriteCloser.Write(b)
	if n > 0 {
		p.tap.hear(heard{Bytes: b[:n], Sent: true})
	}
	return n, err
}

// listener is ln with a tap on each of its connections.
func (t *tap) listener(ln net.Listener) net.Listener { return &tappedListener{ln, t} }

type tappedListener struct {
	net.Listener
	tap *tap
}

func (l *tappedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tappedConn{Conn: c, tap: l.tap, from: c.RemoteAddr().String()}, nil
}

type tappedConn struct {
	net.Conn
	tap  *tap
	from string
	end  sync.Once
}

func (c *tappedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.tap.hear(heard{Bytes: b[:n], From: c.from})
	}
	return n, err
}

func (c *tappedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if n > 0 {
		c.tap.hear(heard{Bytes: b[:n], Sent: true, From: c.from})
	}
	return n, err
}

func (c *tappedConn) Close() error {
	c.end.Do(func() { c.tap.hear(heard{From: c.from, End: true}) })
	return c.Conn.Close()
}

// edges is a pin that hands over its edges one by one; see [button.Button].
type edges interface {
	NextEdge(ctx context.Context) (button.Edge, error)
}

// pin is p with a tap. It hands over edges if p does.
func (t *tap) pin(p gpio.PinIn) gpio.PinIn {
	tapped := &tappedPin{PinIn: p, tap: t}
	if e, ok := p.(edges); ok {
		return &tappedEdges{tapped, e}
	}
	return tapped
}

type tappedPin struct {
	gpio.PinIn
	tap  *tap
	edge bool // there was one, and its level has not been read
}

func (p *tappedPin) WaitForEdge(d time.Duration) bool {
	p.edge = p.PinIn.WaitForEdge(d)
	return p.edge
}

func (p *tappedPin) Read() gpio.Level {
	l := p.PinIn.Read()
	if p.edge {
		p.edge = false
		level := bool(l)
		p.tap.hear(heard{Level: &level})
	}
	return l
}

type tappedEdges struct {
	*tappedPin
	edges edges
}

func (p *tappedEdges) NextEdge(ctx context.Context) (button.Edge, error) {
	e, err := p.edges.NextEdge(ctx)
	if err == nil {
		level := bool(e.Level)
		p.tap.hear(heard{Level: &level, Up: e.Up})
	}
	return e, err
}
