package ticket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"
)

// guests are the hosts that connect to a port: those that have a place, those that wait
// for one, and those that tried and may not.
type guests struct {
	*slots
	allow     []netip.Prefix // empty allows all
	strangers []netip.Addr
	short     bool // the machine had nothing left for another one
}

// newGuests returns the guests of a port. Networks may be written as IPv6 writes those
// of IPv4.
func newGuests(allow []netip.Prefix, log *slog.Logger) *guests {
	allow = slices.Clone(allow)
	for i, n := range allow {
		if n.Addr().Is4In6() && n.Bits() >= 96 {
			allow[i] = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
		}
	}
	return &guests{slots: newSlots(log), allow: allow}
}

// welcome takes connections from ln until ctx ends. Of each, lodge makes the lodger, and
// what serves it once there is a place; that leaves the place.
//
// It closes ln, and returns when all are served: nil if ctx ended, else why ln failed.
func (g *guests) welcome(ctx context.Context, ln net.Listener, lodge func(net.Conn) (lodger, func(context.Context))) error {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer ln.Close()
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	for {
		conn, err := g.accept(ctx, ln)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("accept print jobs: %w", err)
		}
		if !g.admit(conn.RemoteAddr()) {
			reset(conn)
			continue
		}
		who, serve := lodge(conn)
		if !g.enter(ctx, who) {
			reset(conn)
			return nil
		}
		all.Go(func() { serve(ctx) })
	}
}

// scarceAgain is how often a port looks whether the machine can take another connection.
const scarceAgain = 250 * time.Millisecond

// accept is the next connection. That the machine has nothing left for one ends none of
// those that are there: the next one waits.
func (g *guests) accept(ctx context.Context, ln net.Listener) (net.Conn, error) {
	for {
		conn, err := ln.Accept()
		if err == nil || !scarce(err) {
			if g.short && err == nil {
				g.short = false
				g.log.Info("connections are taken again")
			}
			return conn, err
		}
		if !g.short {
			g.short = true
			g.log.Warn("this machine can take no more connections; who connects waits", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(scarceAgain):
		}
	}
}

// scarce says that accepting failed for want of something, or for who gave up meanwhile.
func scarce(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED}, func(e error) bool { return errors.Is(err, e) })
}

// admit says whether the host at a may connect. It logs a stranger the first time,
// the first few strangers at least.
func (g *guests) admit(a net.Addr) bool {
	const most = 32
	ap, err := netip.ParseAddrPort(a.String())
	addr := ap.Addr().Unmap().WithZone("")
	if len(g.allow) == 0 || err == nil && slices.ContainsFunc(g.allow, func(n netip.Prefix) bool { return n.Contains(addr) }) {
		return true
	}
	if len(g.strangers) < most && !slices.Contains(g.strangers, addr) {
		g.strangers = append(g.strangers, addr)
		g.log.Warn("a host outside the allowed networks tried to print", "host", addr)
	}
	return false
}

// reset ends a connection as a host does that has nobody at this port, where the
// network can say so.
func reset(c net.Conn) {
	if tcp, ok := c.(interface{ SetLinger(int) error }); ok {
		// That it fails means that the other side has gone: nobody is to be told.
		_ = tcp.SetLinger(0)
	}
	c.Close()
}
