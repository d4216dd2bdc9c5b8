package buffer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	berrors "go.etcd.io/bbolt/errors"

	"readyshelf/kitchen"
)

const (
	// checkpointEvery bounds what a start must replay; a checkpoint is 40–200 KB.
	checkpointEvery = 6 * time.Hour
	// trimEvery is how often to look for what may go.
	trimEvery = time.Hour
	// flushAfter is how long a moved cursor waits for a commit to ride along with.
	flushAfter = time.Minute
	// patience is how long the file may refuse to be opened again before Run ends.
	patience = time.Minute
)

// writer is the one goroutine that decides and writes. Nobody else touches it.
type writer struct {
	l *Log

	checkpointed   time.Time // when, and at which seq, and how large
	checkpointSeq  uint64
	checkpointSize int64

	tail     tail      // of the last commit, until it is announced
	stale    bool      // the Decider is not at the head
	suspect  bool      // the file must be opened anew before the next write
	panicked bool      // bbolt did: its Close may hang
	damages  int       // in a row
	broken   time.Time // since when the file cannot be opened
	fatal    error     // ends Run

	replaced *Replacement // not told yet; nil where nothing is to be told

	// As last logged.
	failing, refused bool

	forecasts, telemetry stock     // that may be dropped
	stuck                time.Time // when there was nothing to drop
}

func newWriter(l *Log) *writer {
	return &writer{l: l, checkpointed: time.Now(), replaced: l.replaced}
}

// Run writes until ctx ends, then writes a checkpoint and the cursors and returns
// nil. It returns an error where the file cannot be written and not be opened
// again. It can run once.
func (l *Log) Run(ctx context.Context) error {
	if !l.started.CompareAndSwap(false, true) {
		return errors.New("run log: it ran before")
	}
	defer l.stop()
	w := l.writer
	trim := time.NewTicker(trimEvery)
	defer trim.Stop()
	var ticks <-chan time.Time
	if l.opts.Tick > 0 {
		t := time.NewTicker(l.opts.Tick)
		defer t.Stop()
		ticks = t.C
	}
	var flush <-chan time.Time
	for w.fatal == nil {
		select {
		case <-ctx.Done():
			return w.shutdown()
		case r := <-l.requests:
			w.serve(r)
			w.ease()
		case <-l.pulses:
		case fn := <-l.between:
			fn()
		case <-ticks:
			w.tick()
		case <-l.damage:
			w.tell()
		case <-trim.C:
			w.trimOld()
		case <-l.acked:
			if flush == nil {
				flush = time.After(flushAfter)
			}
		case <-flush:
			flush = nil
			w.flush()
		}
	}
	return fmt.Errorf("run log: %w", w.fatal)
}

// tick asks the Decider what follows from time alone.
func (w *writer) tick() {
	w.tell()
	err := w.write(nil, 0, nil)
	if refused := errors.Is(err, ErrRefused); refused != w.refused {
		w.refused = refused
		if refused { // no caller hears of it
			w.l.opts.Log.Error("log did not take what follows from time", "err", err)
		}
	}
}

// tell appends a Gap for each damaged range that was found.
func (w *writer) tell() {
	w.l.mu.Lock()
	untold := w.l.untold
	w.l.mu.Unlock()
	if len(untold) == 0 {
		return
	}
	var facts []kitchen.Event
	var lost []span
	for _, g := range untold {
		f := w.l.opts.Now().Fact("log")
		f.Gap = &kitchen.Gap{From: g.From, To: g.To, Reason: "damaged in the log: " + g.why}
		facts, lost = append(facts, f), append(lost, g.span)
	}
	if err := w.write(facts, int64(len(facts))*pageSize/8, lost); err != nil {
		return // the next tick tries again
	}
	w.l.mu.Lock()
	w.l.untold = w.l.untold[len(untold):]
	w.l.mu.Unlock()
}

// write makes room for facts, decides on them, or on a tick where there are none,
// and commits what follows. After an error the Decider is as the log is.
func (w *writer) write(facts []kitchen.Event, size int64, lost []span) error {
	if err := w.ready(); err != nil {
		return err
	}
	if err := w.makeRoom(size); err != nil {
		return err
	}
	return w.settle(change{gaps: lost}, facts)
}

// settle decides on facts, or on a tick, and commits what follows with c.
func (w *writer) settle(c change, facts []kitchen.Event) error {
	events, err := w.decide(facts)
	if err == nil && len(events) == 0 {
		w.l.opts.Committed(nil)
		return nil
	}
	if err == nil {
		c.facts = len(facts)
		err = w.commit(c, events)
	}
	if err != nil {
		w.stale = true
		ready := w.ready() // says itself what is wrong; the next write tries again
		if n := len(events); ready == nil && n > 0 && w.l.Head() >= events[n-1].Seq {
			return nil // the medium has them after all, and they have been announced
		}
		return err
	}
	w.announce(events)
	return nil
}

// decide asks the Decider for what to write, and checks how it is numbered.
func (w *writer) decide(facts []kitchen.Event) (events []kitchen.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.l.opts.Log.Error("decider panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: decide: panic: %v", ErrRefused, p)
		}
	}()
	first, now := w.l.Head()+1, w.l.opts.Now()
	if len(facts) == 0 {
		events = w.l.opts.Decider.Decide(first, now, nil)
	}
	for i := range facts {
		more := w.l.opts.Decider.Decide(first+uint64(len(events)), now, &facts[i])
		if len(more) == 0 {
			return nil, fmt.Errorf("%w: decide: the fact is not among the events", ErrRefused)
		}
		events = append(events, more...)
	}
	for i, e := range events {
		if want := first + uint64(i); e.Seq != want {
			return nil, fmt.Errorf("%w: decide: event %d is numbered %d", ErrRefused, want, e.Seq)
		}
	}
	return events, nil
}

// commit writes events with c and whatever else is due.
func (w *writer) commit(c change, events []kitchen.Event) error {
	c.head = events[len(events)-1].Seq
	for _, e := range events {
		r, err := encode(e)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		c.records = append(c.records, r)
	}
	c.told = w.replaced.told(events)
	if c.checkpoint == nil && time.Since(w.checkpointed) >= checkpointEvery {
		c.checkpoint = w.snapshot(c.head)
	}
	join := w.l.readAhead(c.records)
	err := w.save(c)
	if w.tail = join(); err != nil {
		w.tail = nil
	}
	return err
}

// save commits c, with the cursors that moved, and keeps the books.
func (w *writer) save(c change) error {
	moved, _ := w.l.unsaved()
	c.cursors, c.forget, c.released = moved.cursors, moved.forget, moved.released
	w.breathe()
	begin := time.Now()
	err := w.l.store.commit(c)
	took := time.Since(begin)
	switch {
	case errors.Is(err, berrors.ErrMaxSizeReached) && !errors.Is(err, ErrDamaged):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case err != nil:
		w.fail(err)
		return fmt.Errorf("commit: %w", err)
	}
	if w.failing {
		w.failing = false
		w.l.opts.Log.Info("log writes again")
	}
	w.damages = 0
	w.l.saved(c)
	w.l.opts.Timing(c.facts, took)
	if c.checkpoint != nil {
		w.checkpointed, w.checkpointSeq = time.Now(), c.checkpoint.seq
		w.checkpointSize = int64(len(c.checkpoint.snapshot))
		w.mirror()
	}
	if c.told {
		w.replaced = nil
	}
	w.l.committed(c)
	return nil
}

// committed keeps the books of what c wrote and dropped.
func (l *Log) committed(c change) {
	holes, err := uint64(0), error(nil)
	if c.trim > 0 || c.sweep != nil {
		if holes, err = l.store.holes(); err != nil {
			l.opts.Log.Error("events not counted", "err", err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(c.records) > 0 {
		l.commits++
	}
	if c.trim > 0 || c.sweep != nil {
		l.holes = holes
	}
	if c.trim > 0 {
		l.trimmed, l.gaps = c.trim, l.gaps.past(c.trim)
	}
	for _, g := range c.gone {
		l.dropped[g.class] += g.events
	}
}

// mirror notes beside the log how far it is. It is a help for a bad day: that it
// fails is no reason to refuse a fact.
func (w *writer) mirror() {
	w.breathe()
	if err := w.l.mirror(); err != nil {
		w.l.opts.Log.Warn("how far the log is was not noted beside it", "err", err)
	}
}

// fail notes that the file does not take what it should.
func (w *writer) fail(err error) {
	if !w.failing {
		w.failing = true
		w.l.opts.Log.Error("log does not write", "err", err)
	}
	// After a failed fsync nobody knows what the medium has: look again.
	w.suspect, w.stale = true, true
	if errors.Is(err, ErrDamaged) {
		w.panicked = true
		w.damages++
	}
}

// announce makes committed events known.
func (w *writer) announce(events []kitchen.Event) {
	w.l.mu.Lock()
	w.l.head, w.l.tail, w.tail = events[len(events)-1].Seq, w.tail, nil
	w.l.mu.Unlock()
	w.l.opts.Committed(events)
	w.l.mu.Lock()
	close(w.l.more)
	w.l.more = make(chan struct{})
	w.l.mu.Unlock()
}

// snapshot returns a checkpoint at seq, nil where the Decider cannot give one.
func (w *writer) snapshot(seq uint64) *checkpoint {
	b, err := w.l.opts.Decider.Snapshot()
	if err != nil {
		w.checkpointed = time.Now() // so that the next try, and its line in the log, is not at once
		w.l.opts.Log.Error("no checkpoint of the state", "err", err)
		return nil
	}
	return &checkpoint{seq: seq, snapshot: b}
}

// flush writes cursors that no commit took along.
func (w *writer) flush() {
	if _, moved := w.l.unsaved(); !moved || w.ready() != nil {
		return
	}
	_ = w.save(change{}) // it logs; the cursors go with the next commit
}

// shutdown writes a checkpoint and the cursors.
func (w *writer) shutdown() error {
	if err := w.ready(); err != nil {
		return fmt.Errorf("shut down log: %w", err)
	}
	if w.l.opts.Keep < 0 {
		w.trim(0, false)
	}
	head := w.l.Head()
	if _, moved := w.l.unsaved(); head == w.checkpointSeq && !moved {
		return nil
	}
	var c change
	if head != w.checkpointSeq {
		c.checkpoint = w.snapshot(head)
	}
	if err := w.save(c); err != nil {
		return fmt.Errorf("shut down log: %w", err)
	}
	w.mirror()
	return nil
}
