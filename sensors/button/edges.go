package button

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
)

// Edge is one edge of a line, as the kernel saw it. It is an alias of a plain
// struct so that a driver can return it without importing this package.
type Edge = struct {
	// Level is the level after the edge.
	Level gpio.Level
	// Up is CLOCK_BOOTTIME at the edge.
	Up time.Duration
	// Gap says that edges before this one were lost. A level that changed unseen, with
	// no edge after it, is an edge with a gap too: the driver looks for such.
	Gap bool
}

// edger is a pin that hands over its edges one by one. NextEdge blocks until there
// is one, or ctx ends; an edge that waits already is returned even then. An error
// that is not ctx's own means that the line is gone.
type edger interface {
	NextEdge(ctx context.Context) (Edge, error)
}

// sight is what a wait for an edge brought. Without known, nothing can be said
// about the line; without edge, nothing happened up to mark; with gap, edges before
// this one were lost.
type sight struct {
	known, edge, closed, gap bool
	mark
}

// source waits for edges, d at most; it may give up earlier.
type source interface {
	wait(ctx context.Context, d time.Duration) (sight, error)
}

// A line that answers at once that nothing happened, dead times in a row with a
// pause between them, is gone. One such answer means nothing.
const (
	dead  = 20
	pause = 10 * time.Millisecond
)

// look is how long one wait of a polled pin lasts at most: how late the end of ctx
// may be noticed, and how late an edge that the driver lost.
const look = 250 * time.Millisecond

// polled is the source of any pin.
type polled struct {
	pin    gpio.PinIn
	active gpio.Level
	now    func() kitchen.Stamp
	early  int // answers in a row that came too early
}

func (p *polled) wait(ctx context.Context, d time.Duration) (sight, error) {
	d = min(max(d, time.Millisecond), look) // 0 is for ever to some of periph's drivers
	start := time.Now()
	edge := p.pin.WaitForEdge(d)
	if !edge && time.Since(start) < d/2 {
		// The level of a line that has gone reads as low: do not look.
		if p.early++; p.early >= dead {
			return sight{}, errGone
		}
		rest(ctx, pause)
		return sight{}, nil
	}
	p.early = 0
	closed := p.pin.Read() == p.active
	return sight{known: true, edge: edge, closed: closed, mark: mark{time.Now(), p.now()}}, nil
}

// stamped is the source of a pin that has NextEdge.
type stamped struct {
	polled
	edges  edger
	closed bool
	log    *slog.Logger
	lost   *time.Time // when edges were lost last
}

// lossy is after how long without a loss another one is told of.
const lossy = time.Minute

func (s *stamped) wait(ctx context.Context, d time.Duration) (sight, error) {
	wctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	e, err := s.edges.NextEdge(wctx)
	m := mark{time.Now(), s.now()}
	if err != nil {
		if wctx.Err() == nil || !errors.Is(err, wctx.Err()) {
			return sight{}, err
		}
		return sight{known: true, closed: s.closed, mark: m}, nil
	}
	if e.Gap {
		if m.at.Sub(*s.lost) > lossy {
			s.log.Warn("edges of the button were lost")
		}
		*s.lost = m.at
	}
	s.closed = e.Level == s.active
	age := max(m.stamp.Up-e.Up, 0)
	return sight{known: true, edge: true, closed: s.closed, gap: e.Gap, mark: m.add(-age)}, nil
}

// rest waits for d or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
