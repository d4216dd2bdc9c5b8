package main

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/sensors/button"
	"readyshelf/sensors/ticket"
)

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

// passed hears what went through a proxy. The till's words are the device's, as with
// any printer; what the printer answers is sent to the till.
func (t *tap) passed(p ticket.Passed) {
	t.hear(heard{From: p.From, Bytes: p.Bytes, Sent: p.Back, End: p.End})
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
	if level := bool(l); p.edge {
		p.edge = false
		p.tap.hear(heard{Level: &level})
	} else {
		p.tap.see(level)
	}
	return l
}

// Debounced is what the kernel has taken of the bounce, for [button.Button].
func (p *tappedPin) Debounced() time.Duration {
	if k, ok := p.PinIn.(interface{ Debounced() time.Duration }); ok {
		return k.Debounced()
	}
	return 0
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
