package ticket

import (
	"context"
	"time"

	"readyshelf/kitchen"
)

// A hearer decodes what one wire has passed on. Whatever it does, and however long
// that takes, the line goes on.
type hearer struct {
	*service
	from string
	in   *intake
	said answers
	at   time.Time // when what is being decoded was passed
	held bool      // there was print data
	told bool      // that bytes were dropped
}

// hearer starts one for the line, and returns what to offer it and what is closed when
// it has ended. There is none while too many hang.
func (l *wire) hearer(ctx context.Context) (*queue, <-chan struct{}) {
	done := make(chan struct{})
	select {
	case l.hearers <- struct{}{}:
		if len(l.hearers) == 1 {
			l.crowded.Store(false)
		}
	default:
		if !l.crowded.Swap(true) {
			l.Log.Warn("tickets are not read fast enough; those of some connections are printed and not read")
		}
		close(done)
		return nil, done
	}
	q := newQueue()
	h := &hearer{service: l.service, from: l.from}
	go func() {
		defer close(done)
		defer func() { <-l.hearers }()
		h.run(ctx, q)
	}()
	return q, done
}

// run decodes until the line has ended and all of it is taken.
func (h *hearer) run(ctx context.Context, q *queue) {
	h.begin()
	h.guard(func() { h.printer.reached(ctx) })
	defer h.guard(func() { h.printer.left(ctx, h.held) })
	tick := time.NewTimer(time.Hour)
	defer tick.Stop()
	var spent heap
	for ended := false; !ended; {
		if end := h.in.silence(); !end.IsZero() {
			tick.Reset(time.Until(end))
		}
		select {
		case <-q.ready:
		case <-tick.C:
		}
		var got heap
		got, ended = q.take(spent)
		h.guard(func() { h.hear(ctx, got) })
		if got.lost > 0 {
			h.guard(func() { h.gap(got.lost) })
		}
		h.guard(func() { h.in.quiet(ctx) })
		spent = got
	}
	h.guard(func() { h.in.close(ctx) })
	h.guard(func() { h.tell(Passed{From: h.from, End: true}) })
}

// begin starts anew: a connection, or what is seen of it after a hole.
func (h *hearer) begin() {
	idle := h.Idle
	if idle <= 0 {
		idle = printerIdle
	}
	h.in = &intake{reporter: h.reporter, d: newConnection(h.Options), idle: idle, now: h.stamp}
	h.in.d.heard = h.said.command
	h.said = answers{}
}

// stamp is the time at which what is being decoded was passed.
func (h *hearer) stamp() kitchen.Stamp {
	s, late := h.Now(), time.Since(h.at)
	s.Up -= late
	s.At = s.At.Add(-late)
	return s
}

// guard does a step of decoding. If that panics, the slip at hand is lost, and
// nothing else.
func (h *hearer) guard(step func()) {
	defer func() {
		if v := recover(); v != nil {
			panicked(h.Log, "a print job could not be read; it is printed", v)
			h.entered()
		}
	}()
	step()
}

// entered starts anew in the middle of a stream.
func (h *hearer) entered() {
	h.begin()
	h.in.d = NewDecoder(h.Options)
	h.in.d.heard = h.said.command
}

// hear decodes what was passed.
func (h *hearer) hear(ctx context.Context, got heap) {
	rest := got.bytes
	for _, piece := range got.pieces {
		p := rest[:piece.n]
		rest = rest[piece.n:]
		h.at = piece.at
		h.tell(Passed{From: h.from, Bytes: p, Back: piece.back})
		if piece.back {
			h.said.answer(p, piece.at)
		} else {
			h.said.question(p, piece.at)
			h.in.write(ctx, p)
			h.held = h.held || !h.in.since.IsZero()
		}
		h.printer.heard(ctx, h.said.take())
	}
}

// gap says that bytes were not kept: the slip at hand has a hole, and is given up.
func (h *hearer) gap(lost int) {
	if !h.told {
		h.told = true
		h.Log.Warn("tickets are not read fast enough; what is printed meanwhile is not read", "bytes", lost, "till", h.from)
	}
	h.entered()
}

func (h *hearer) tell(p Passed) {
	if h.Heard != nil {
		h.Heard(p)
	}
}
