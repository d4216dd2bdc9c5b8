package ticket

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"readyshelf/kitchen"
)

// dialTime is how long the printer may take to answer a call. A till gives up after a
// few seconds, and must hear before that.
const dialTime = 2 * time.Second

// maxHearers is how many connections are decoded at once: those under way, and those
// that are over and whose last slips wait to be taken.
const maxHearers = 4 * maxSessions

// A Proxy stands in the line between tills and their printer. What a till sends goes
// to the printer, and what that answers to the till, byte by byte as it comes. Only
// then it is decoded, by another goroutine behind a queue that is bounded: when the
// decoder is too slow, or what it calls, bytes are dropped there and printed all the
// same.
//
// Nothing is faked. Each connection of a till is one to the printer. Where that cannot
// be made the till's is reset at once, so that it does what it does without a proxy
// when the printer is off.
type Proxy struct {
	// Name is the printer's in the configuration: its facts come from "printer/"+Name.
	Name string
	Options
	// Allow lists the networks that may connect. Empty allows all.
	Allow []netip.Prefix
	// Idle is the silence that ends a slip without a cut. Zero means 1.5 s.
	Idle time.Duration
	// Now stamps a slip when its last byte has come.
	Now func() kitchen.Stamp
	Log *slog.Logger
	// Printer is how people call the printer: its address.
	Printer string
	// Dial calls it. To pass on that one side has ended and the other has not, its
	// connections and the listener's have CloseWrite as a [net.TCPConn] has.
	Dial func(context.Context) (net.Conn, error)
	// Faulted says whether a fault of that name is open in the log from before. May be nil.
	Faulted func(name string) bool
	// Heard is told what passed, in order, beside the line. May be nil.
	Heard func(Passed)
}

// Passed is what went through a [Proxy].
type Passed struct {
	// From tells the connections apart: the till's address.
	From string
	// Bytes are what was passed, valid during the call; Back that the printer sent them.
	Bytes []byte
	Back  bool
	// End says that the connection is over.
	End bool
}

// Serve passes the connections of ln on until ctx ends. It emits one fact for each
// slip that holds text or a picture. What the printer is known to lack are faults below
// its name, each with its end: "printer/kitchen/paper", and so cover, error and
// unreachable.
//
// It closes ln, and returns when all connections are done with: nil if ctx ended, else
// why ln failed.
func (p *Proxy) Serve(ctx context.Context, ln net.Listener, emit func(context.Context, ...kitchen.Event) error) error {
	s := &service{
		Proxy: p, places: newGuests(p.Allow, p.Log), hearers: make(chan struct{}, maxHearers),
		reporter: &reporter{name: p.Name, opts: p.Options, log: p.Log, emit: emit},
	}
	s.printer = newOutlet(p, emit)
	return s.places.welcome(ctx, ln, func(conn net.Conn) (lodger, func(context.Context)) {
		l := &wire{service: s, till: conn, from: conn.RemoteAddr().String()}
		l.touch()
		return l, l.serve
	})
}

// A service is one Serve at work.
type service struct {
	*Proxy
	*reporter
	places  *guests
	hearers chan struct{} // holds one for each connection that is decoded
	printer *outlet
	crowded atomic.Bool // it was said that not all are read
}
