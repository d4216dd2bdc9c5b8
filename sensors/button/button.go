package button

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"periph.io/x/conn/v3/gpio"

	"readyshelf/kitchen"
)

// DefaultDebounce is for contacts that bounce for up to 20 ms, as large arcade
// buttons do.
const DefaultDebounce = 25 * time.Millisecond

// backlog is how many gestures may wait while the log is busy with one.
const backlog = 64

// lastTry bounds how long what waits at the end may take.
const lastTry = 2 * time.Second

// Button is the button of a shelf slot.
type Button struct {
	// Slot is the slot it stands at: "A1". Its facts come from "button/A1".
	Slot string
	// Pin is the line of its contact. If it has the method
	// NextEdge(context.Context) ([Edge], error), that is used. If it has the method
	// Debounced() time.Duration, the driver reports only edges after which the contact
	// was quiet for so long.
	Pin gpio.PinIn
	// Active is the level of a closed contact. Low asks for the pin's pull-up, High
	// for its pull-down.
	Active gpio.Level
	// Debounce is how long the contact must be quiet; zero is [DefaultDebounce]. A
	// longer one makes a press arrive as much later. Where the driver has waited as
	// long already, it is not waited for again.
	Debounce time.Duration
	// Now stamps what happens now.
	Now func() kitchen.Stamp
	// Log is told what is odd but no fault; nil is nobody.
	Log *slog.Logger

	stuck bool      // the last Run ended because of a contact that does not open
	lost  time.Time // when the driver lost edges last
}

// Run emits what is done to the button, until ctx ends (nil), emit fails, or the
// button does. It calls up once it has seen the contact open and at rest. The pin
// is read on while emit is busy; what then waits is still emitted when ctx ends, within
// two seconds. Call it again after an error, but never twice at once.
func (b *Button) Run(ctx context.Context, up func(), emit func(ctx context.Context, events ...kitchen.Event) error) error {
	pull := gpio.PullUp
	if b.Active == gpio.High {
		pull = gpio.PullDown
	}
	if err := b.Pin.In(pull, gpio.BothEdges); err != nil {
		return fmt.Errorf("prepare the line of button %s: %w", b.Slot, err)
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	facts := make(chan kitchen.Event, backlog)
	told := make(chan error, 1)
	go func() {
		defer cancel()
		told <- tell(ctx, facts, emit)
	}()
	err := b.watch(ctx, up, facts)
	close(facts)
	if e := <-told; e != nil {
		return fmt.Errorf("log button %s: %w", b.Slot, e)
	}
	return err
}

// tell emits facts until there are no more.
func tell(ctx context.Context, facts <-chan kitchen.Event, emit func(context.Context, ...kitchen.Event) error) error {
	for e := range facts {
		err := emit(ctx, e)
		switch {
		case err != nil && ctx.Err() != nil:
			return tellLast(ctx, e, facts, emit)
		case err != nil:
			return err
		}
	}
	return nil
}

// tellLast emits e, and what waits behind it, although ctx has ended: it was done before.
func tellLast(ctx context.Context, e kitchen.Event, facts <-chan kitchen.Event, emit func(context.Context, ...kitchen.Event) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTry)
	defer cancel()
	for more := true; more; e, more = <-facts {
		if err := emit(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// watch reads the line and sends what is done to it, until ctx ends or it fails.
func (b *Button) watch(ctx context.Context, up func(), facts chan<- kitchen.Event) error {
	src, closed := b.source()
	c := newMachine(b.debounce(), b.stuck, closed, mark{time.Now(), b.Now()})
	c.late = b.debounced()
	for armed := false; ctx.Err() == nil; {
		s, err := src.wait(ctx, until(c))
		if err == nil && s.known {
			err = c.see(s)
		}
		if !b.send(ctx, c.take(), facts) {
			return nil
		}
		if err != nil {
			b.stuck = b.stuck || err == errStuck
			return b.fault(err)
		}
		if c.armed && !armed {
			armed, b.stuck = true, false
			up()
		}
	}
	return nil
}

// see feeds what a wait brought into the machine. A level that changed without an
// edge is an edge that the driver lost. So is an edge to the level that was there
// before: the one that went away from it is put in again, and the machine decides
// whether that was a finger or a bounce.
func (c *machine) see(s sight) error {
	if s.gap && s.closed == c.level {
		if err := c.edge(!s.closed, s.mark); err != nil {
			return err
		}
	}
	if s.edge || s.closed != c.level {
		return c.edge(s.closed, s.mark)
	}
	return c.advance(s.at, s.at.Add(-c.late))
}

// until says how long to wait for an edge before c must be told the time.
func until(c *machine) time.Duration {
	if t, ok := c.next(); ok {
		return time.Until(t)
	}
	return time.Hour
}

// source returns where the edges come from, and whether the contact is closed.
func (b *Button) source() (source, bool) {
	p := polled{pin: b.Pin, active: b.Active, now: b.Now}
	closed := b.Pin.Read() == b.Active
	if e, ok := b.Pin.(edger); ok {
		return &stamped{polled: p, edges: e, closed: closed, log: b.logger(), lost: &b.lost}, closed
	}
	return &p, closed
}

func (b *Button) logger() *slog.Logger {
	if b.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return b.Log.With("source", "button/"+b.Slot)
}

// debounce is how long a level must be quiet here.
func (b *Button) debounce() time.Duration {
	d := b.Debounce
	if d <= 0 {
		d = DefaultDebounce
	}
	if b.debounced() >= d {
		return 0
	}
	return d
}

// debounced is how long the driver waits before it reports an edge.
func (b *Button) debounced() time.Duration {
	if p, ok := b.Pin.(interface{ Debounced() time.Duration }); ok {
		return p.Debounced()
	}
	return 0
}

// send sends gestures as facts. It returns false if ctx ended.
func (b *Button) send(ctx context.Context, gestures []gesture, facts chan<- kitchen.Event) bool {
	for _, g := range gestures {
		e := g.at.Fact("button/" + b.Slot)
		e.Press = &kitchen.Press{Slot: b.Slot, Gesture: g.kind}
		select {
		case facts <- e:
			continue // even if ctx has ended
		default:
		}
		select {
		case facts <- e:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
