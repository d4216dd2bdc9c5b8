package ticket

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"readyshelf/kitchen"
)

// maxSessions is how many connections are served at once. Epson's UB-E02 takes
// three; a till that polls on fresh sockets needs more.
const maxSessions = 8

// printerIdle ends a slip that no cut ended. Tills send a slip in one go.
const printerIdle = 1500 * time.Millisecond

// How often a printer that takes no job looks whether it may, and how often one
// looks that has a host to tell.
const (
	acceptAgain = 250 * time.Millisecond
	statusAgain = time.Second
)

// A Printer is one more printer of the shop, on TCP port 9100 or on USB. Tills are
// told to print a copy to it. It answers as a plain TM-T88, and what is printed
// becomes tickets.
type Printer struct {
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
	// Accepting says whether jobs are taken. While it is false the printer says that
	// it is offline, and reads nothing that is to be printed. Nil is always.
	Accepting func() bool
}

// Serve takes connections from ln until ctx ends, and emits one fact for each slip
// that holds text or a picture. It closes ln, and returns when all connections are
// done with: nil if ctx ended, else why ln failed.
func (p *Printer) Serve(ctx context.Context, ln net.Listener, emit func(context.Context, ...kitchen.Event) error) error {
	r := &reporter{name: p.Name, opts: p.Options, log: p.Log, emit: emit}
	places := newGuests(p.Allow, p.Log)
	return places.welcome(ctx, ln, func(conn net.Conn) (lodger, func(context.Context)) {
		s := &session{p: p, conn: conn, from: hostOf(conn.RemoteAddr())}
		return s, func(ctx context.Context) {
			defer places.leave(s)
			s.serve(ctx, r)
		}
	})
}

// A session is one connection, or all the time of a cable.
type session struct {
	p     *Printer
	conn  duplex
	from  string // the host
	cable Cable  // the same, if it is one
	in    intake
	say   replier
	mute  bool  // the host does not listen
	err   error // how reading ended
	rest
}

// serve reads one connection to its end. Whatever goes wrong in it stays in it.
func (s *session) serve(ctx context.Context, r *reporter) {
	p := s.p
	defer s.conn.Close()
	defer context.AfterFunc(ctx, func() { s.conn.Close() })()
	defer func() {
		if v := recover(); v != nil {
			panicked(p.Log, "a print job could not be read; its connection is closed", v)
		}
	}()
	idle := p.Idle
	if idle <= 0 {
		idle = printerIdle
	}
	s.ends()
	s.in = intake{reporter: r, d: newConnection(p.Options), idle: idle, now: p.Now}
	s.in.d.heard = s.say.command
	for s.next(ctx) {
	}
	s.in.close(ctx)
}

// next reads once; false ends the connection.
func (s *session) next(ctx context.Context) bool {
	var buf [4096]byte
	p := buf[:]
	if !s.in.d.Pending() {
		p = buf[:1] // a job begins: is it taken?
	} else if !s.accepting(ctx) {
		return false
	}
	s.begins(s.in.d.Pending())
	s.conn.SetReadDeadline(s.wake())
	n, err := s.conn.Read(p)
	if n > 0 {
		s.ends()
	}
	if n > 0 && !s.take(ctx, p[:n]) {
		return false
	}
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		if s.tooLong() {
			return false
		}
		s.in.quiet(ctx)
		s.setOffline(!s.open())
		s.mute = s.mute && s.cable == nil // another host may be there by now
	default:
		s.err = err
		return false
	}
	s.reply()
	return true
}

// tooLong says that the session has been idle for so long that it ends.
func (s *session) tooLong() bool {
	since, idle := s.rests()
	return idle && time.Since(since) >= idleEnd && s.cable == nil
}

// setOffline tells the host whether jobs are taken, if that is news.
func (s *session) setOffline(offline bool) {
	if s.cable != nil && s.say.offline != offline {
		s.cable.SetOffline(offline)
	}
	s.say.setOffline(offline)
}

// wake is when a read is to end without a byte: for silence to end the slip, for
// an idle session to end, and for a host that wants to hear of changes.
func (s *session) wake() time.Time {
	at := s.in.silence()
	if since, idle := s.rests(); at.IsZero() && idle && s.cable == nil {
		at = since.Add(idleEnd)
	}
	if s.cable == nil && !s.say.auto || s.p.Accepting == nil {
		return at
	}
	if look := time.Now().Add(statusAgain); at.IsZero() || look.Before(at) {
		return look
	}
	return at
}

// giveWay ends the session for another one.
func (s *session) giveWay() { s.conn.Close() }

func (s *session) host() string { return s.from }

func (s *session) open() bool { return s.p.Accepting == nil || s.p.Accepting() }

// take takes bytes that came. Print data waits until jobs are taken, and nothing
// behind it is read meanwhile.
func (s *session) take(ctx context.Context, p []byte) bool {
	asks := true
	s.setOffline(!s.open())
	for _, b := range p {
		asks = s.say.realTime(b) && asks
	}
	if !asks && !s.accepting(ctx) {
		return false
	}
	s.in.write(ctx, p)
	return true
}

// accepting waits until jobs are taken; false if the connection ends first.
func (s *session) accepting(ctx context.Context) bool {
	for !s.open() {
		s.setOffline(true)
		s.reply()
		select {
		case <-ctx.Done():
			return false
		case <-time.After(acceptAgain):
		}
	}
	s.setOffline(false)
	return true
}

// reply sends what there is to answer. A host that does not take it within a
// second is answered no more; its jobs are read all the same.
func (s *session) reply() {
	const patience = time.Second
	out := s.say.out.Bytes()
	s.say.out.Reset()
	if len(out) == 0 || s.mute {
		return
	}
	s.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := s.conn.Write(out)
	s.mute = err != nil
}
