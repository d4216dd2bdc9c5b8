package ticket

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
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
	r.post(ctx, events)
	for i, s := range slips { // behind the tickets, never in their way
		r.sample(at, *events[i].Ticket, s)
		if s.Picture != nil && r.opts.Reader != nil {
			r.opts.Reader.offer(sight{by: r, picture: s.Picture, seen: events[i].Ticket.Print})
		}
	}
}

// readTicket reports what was read from the picture of a slip that is a fact already.
func (r *reporter) readTicket(ctx context.Context, at kitchen.Stamp, of uint64, s seen) {
	t := Parse(s.slip, r.opts)
	t.Of, t.Confidence = of, s.confidence
	if s.confidence < sureSlip { // nobody could teach anything of it either
		s.slip = Slip{}
		t = kitchen.Ticket{Kind: kitchen.SlipUnknown, Raster: true, Unread: true, Of: of, Confidence: s.confidence}
	}
	e := at.Fact("printer/" + r.name)
	e.Ticket = &t
	r.post(ctx, []kitchen.Event{e})
	r.sample(at, t, s.slip)
}

// sample hands on a slip that is to be taught.
func (r *reporter) sample(at kitchen.Stamp, t kitchen.Ticket, s Slip) {
	if r.opts.Unread != nil && len(s.Lines) > 0 && Teachable(&t, s) {
		r.opts.Unread(Unread{At: at.At, Printer: r.name, Slip: s.Anonymous(r.opts)})
	}
}

// post emits facts, and logs that they are not taken, and that they are again.
func (r *reporter) post(ctx context.Context, events []kitchen.Event) {
	err := r.emit(context.WithoutCancel(ctx), events...)
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

// panicked logs that a step panicked with v. What somebody says in a panic may quote the
// job, and with it a person: only the runtime's own words are logged, which are of numbers.
func panicked(log *slog.Logger, what string, v any) {
	text := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		text = e.Error()
	}
	log.Error(what, "panic", text, "stack", string(debug.Stack()))
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
