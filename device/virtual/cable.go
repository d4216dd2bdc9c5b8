package virtual

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
)

// Cable is the network between the shop and a server: it passes bytes both ways
// until it is cut.
type Cable struct {
	ln net.Listener
	to string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// NewCable lays a cable to the server at to; the near end listens on loopback.
func NewCable(to string) (*Cable, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("lay a cable: %w", err)
	}
	return &Cable{ln: ln, to: to, conns: map[net.Conn]bool{}}, nil
}

// Addr is the near end.
func (c *Cable) Addr() string { return c.ln.Addr().String() }

// Run passes bytes until ctx ends, and has closed everything when it returns.
func (c *Cable) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { c.ln.Close(); c.Cut(true) })
	defer stop()
	for {
		near, err := c.ln.Accept()
		if err != nil {
			c.wg.Wait()
			return
		}
		c.wg.Go(func() { c.pass(ctx, near) })
	}
}

// Cut cuts the cable, or mends it. While it is cut no connection can be made.
func (c *Cable) Cut(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for conn := range c.conns {
		if cut {
			conn.Close()
		}
	}
}

// hold remembers a connection that a cut must end; false means it is cut already.
func (c *Cable) hold(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.cut {
		c.conns[conn] = true
	}
	return !c.cut
}

func (c *Cable) drop(conn net.Conn) {
	conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}

func (c *Cable) pass(ctx context.Context, near net.Conn) {
	defer c.drop(near)
	if !c.hold(near) {
		return
	}
	far, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.to)
	if err != nil {
		return
	}
	defer c.drop(far)
	if !c.hold(far) {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			io.Copy(way[0], way[1])
			near.Close()
			far.Close()
		})
	}
	both.Wait()
}
