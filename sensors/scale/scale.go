package scale

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"readyshelf/kitchen"
)

// DefaultStep is the smallest change that counts, unless the scale says otherwise.
const DefaultStep kitchen.Grams = 20

// Scale is one scale, over all the times its port is opened: its baseline stays, so
// that what was placed while the port was gone is reported when it is back.
type Scale struct {
	// Name is what the configuration calls it; its events come from "scale/" + Name.
	Name string
	// Slot is the shelf slot that it stands under; "" if it stands under none.
	Slot string
	// Dialect is what it speaks. Its Mode should be the one the port was opened with:
	// faults name it.
	Dialect Dialect
	// Step is the smallest change that counts. 0 means [DefaultStep].
	Step kitchen.Grams
	// Now stamps the events.
	Now func() kitchen.Stamp
	// Log hears of changes; nil is silence.
	Log *slog.Logger

	dropped atomic.Uint64
	base    baseline // Run's
}

// Expect tells a Scale that has not run yet what lay on it when it was last heard,
// so that what was placed or taken since is reported.
func (s *Scale) Expect(g kitchen.Grams) { s.base = baseline{known: true, grams: g} }

// Dropped counts the frames that were refused since the program started: bad
// checksums, torn lines. It may be called at any time.
func (s *Scale) Dropped() uint64 { return s.dropped.Load() }

// Run talks to the scale on port until ctx ends, which gives nil, or until it fails,
// which gives an error that tells a shop owner what to check: the port broke, the
// scale does not answer, what it sends is not its dialect, or emit failed. It calls
// up after the first good frame, and emit for each change of weight; a change whose
// emit failed is reported again by the next Run.
//
// A read may wait for ever or return 0, nil after a while. Run closes the port when
// it returns, if that is an [io.Closer]; otherwise its reads must end by themselves.
// Only one Run of a Scale may be going on at a time.
func (s *Scale) Run(ctx context.Context, port io.ReadWriter, up func(), emit func(context.Context, ...kitchen.Event) error) error {
	l := newLink(port)
	defer l.close()
	t := newTalk(s, l, up, emit)
	err := t.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// checkEvery is how often silence is looked at.
const checkEvery = 250 * time.Millisecond

// talk is one Run: from the opening of a port to its end.
type talk struct {
	*Scale
	link   *link
	framer *framer
	settle settle
	watch  watch
	up     func() // nil once it was called
	emit   func(context.Context, ...kitchen.Event) error
	log    *slog.Logger
	fault  string // what the scale itself last complained of
}

func newTalk(s *Scale, l *link, up func(), emit func(context.Context, ...kitchen.Event) error) *talk {
	log := s.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &talk{
		Scale: s, link: l, up: up, emit: emit, log: log,
		framer: newFramer(s.Dialect),
		settle: settle{silent: s.Dialect.Quiet == 0},
		watch:  watch{heard: time.Now()},
	}
}

func (t *talk) run(ctx context.Context) error {
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	var poll <-chan time.Time
	if t.Dialect.Poll != nil {
		ticker := time.NewTicker(t.Dialect.Every)
		defer ticker.Stop()
		poll = ticker.C
		t.link.ask(t.Dialect.Poll)
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-poll:
			t.link.ask(t.Dialect.Poll)
		case h := <-t.link.heard:
			err = t.hear(ctx, h)
		case err = <-t.link.wrote:
			err = fmt.Errorf("the scale's port has failed, check cable and adapter: %w", err)
		case <-check.C:
			if t.settle.idle(time.Now()) {
				err = t.settled(ctx)
			}
		}
		if err == nil {
			err = t.watch.check(time.Now(), t.Dialect)
		}
		if err != nil {
			return err
		}
	}
}

func (t *talk) hear(ctx context.Context, h heard) error {
	if len(h.bytes) > 0 {
		t.watch.bytes(time.Now(), len(h.bytes))
	}
	if err := t.framer.feed(h.bytes, func(frame []byte) error { return t.frame(ctx, frame) }); err != nil {
		return err
	}
	if h.err != nil {
		return fmt.Errorf("the scale's port has failed, check cable and adapter: %w", h.err)
	}
	return nil
}

func (t *talk) frame(ctx context.Context, frame []byte) error {
	if t.Dialect.Answer != nil {
		reply, done := t.Dialect.Answer(frame)
		if reply != nil {
			t.link.ask(reply)
		}
		if done {
			return nil
		}
	}
	r, err := t.Dialect.Parse(frame)
	if err != nil {
		t.dropped.Add(1)
		t.log.Debug("frame dropped", "frame", fmt.Sprintf("% X", frame), "err", err)
		return nil
	}
	now := time.Now()
	if t.watch.good(now, len(frame)) && t.up != nil {
		t.up()
		t.up = nil
	}
	if r.Fault != t.fault {
		t.fault = r.Fault
		t.log.Warn("scale complains", "fault", r.Fault)
	}
	if t.settle.add(now, r) {
		return t.settled(ctx)
	}
	return nil
}

// settled compares the weight that has settled with the one before, and emits the
// change. The baseline moves only once the change is safe.
func (t *talk) settled(ctx context.Context) error {
	step := t.Step
	if step <= 0 {
		step = DefaultStep
	}
	start, r := time.Now(), t.settle.reading
	delta, changed := t.base.compare(start, r, step)
	if !changed {
		return nil
	}
	e := t.Now().Fact("scale/" + t.Name)
	e.Weight = &kitchen.Weight{Slot: t.Slot, Grams: r.Grams, Delta: delta}
	if err := t.emit(ctx, e); err != nil {
		return fmt.Errorf("keep a change of weight: %w", err)
	}
	t.base.set(start, r)
	t.watch.held(time.Since(start))
	return nil
}
