package ticket

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// A reporter makes facts of slips.
type reporter struct {
	name string
	opts Options
	log  *slog.Logger
	emit func(context.Context, ...kitchen.Event) error

	mu      sync.Mutex
	refused bool // emit failed the last time
}

// report emits one ticket for each slip, together. A failure is that of the
// caller's queue, which is durable and speaks for itself: it is logged once. The
// bytes were taken, so that the end of ctx does not keep them from being reported.
func (r *reporter) report(ctx context.Context, at kitchen.Stamp, slips []Slip) {
	if len(slips) == 0 {
		return
	}
	var events []kitchen.Event
	for _, s := range slips {
		e := at.Fact("printer/" + r.name)
		t := Parse(s, r.opts)
		e.Ticket = &t
		events = append(events, e)
	}
	err := r.emit(context.WithoutCancel(ctx), events...)
	r.tell(err)
	for i, e := range events {
		if e.Ticket.Unread && r.opts.Unread != nil { // behind the tickets, never in their way
			r.opts.Unread(Unread{At: at.At, Printer: r.name, Slip: slips[i].Anonymous(r.opts)})
		}
	}
}

// tell logs that tickets are not taken, and that they are again.
func (r *reporter) tell(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil && !r.refused:
		r.log.Error("tickets are not taken", "err", err)
	case err == nil && r.refused:
		r.log.Info("tickets are taken again")
	}
	r.refused = err != nil
}

// An intake decodes one stream as it comes, and knows when it fell silent.
type intake struct {
	*reporter
	d    *Decoder
	idle time.Duration
	now  func() kitchen.Stamp

	last  kitchen.Stamp // when the newest byte of a slip came
	since time.Time     // the same, or when silence was last noticed
}

// write takes bytes that have just come.
func (i *intake) write(ctx context.Context, p []byte) {
	before := i.d.tokens.work
	slips := i.d.Write(p)
	if i.d.tokens.work != before {
		i.last, i.since = i.now(), time.Now()
	}
	i.report(ctx, i.last, slips)
}

// silence says when silence ends the slip at hand; the zero time where none is.
func (i *intake) silence() time.Time {
	if !i.d.Pending() {
		return time.Time{}
	}
	return i.since.Add(i.idle)
}

// quiet ends the slip at hand if nothing came for long enough.
func (i *intake) quiet(ctx context.Context) {
	if end := i.silence(); end.IsZero() || time.Now().Before(end) {
		return
	}
	i.since = time.Now()
	i.report(ctx, i.last, i.d.Idle())
}

// close ends the slip at hand with its stream.
func (i *intake) close(ctx context.Context) { i.report(ctx, i.last, i.d.Close()) }
