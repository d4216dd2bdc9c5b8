package buffer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"readyshelf/kitchen"
)

// cursor is how far a follower has acknowledged. Log.mu guards it.
type cursor struct {
	acked uint64
	saved uint64 // in the file
	fresh bool   // not in the file yet
}

// gap is a damaged range and what was wrong with it.
type gap struct {
	span
	why string
}

// Follow hands name the events past its cursor, in order and at most 256 at a
// time, and waits for more. It returns fn's error, ctx's, or ErrClosed.
//
// ack moves the cursor: up to seq, of the events handed out, all is dealt with. It
// never moves back. It is cheap and may be called from any goroutine, also after
// fn has returned; so fn may send and a later answer acknowledge. A new Follow
// begins behind what was acknowledged. The cursor reaches the disk with the next
// commit, after a minute without one, or at shutdown: a crash hands out again what
// was acknowledged since.
//
// Followers share the events: fn may keep them, and changes nothing in them.
//
// A name is known from its first Follow on, and until [Log.Forget] nothing is
// dropped that it has not acknowledged. One Follow at a time for each name.
func (l *Log) Follow(ctx context.Context, name string, fn func(batch []kitchen.Event, ack func(seq uint64)) error) error {
	at := l.know(name)
	handed := at
	ack := func(seq uint64) { l.ack(name, seq, &handed) }
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more := l.waiter()
		b, err := l.next(at)
		if err != nil {
			return fmt.Errorf("follow log as %s: %w", name, err)
		}
		if b.next == at {
			if err := l.wait(ctx, more); err != nil {
				return err
			}
			continue
		}
		at = b.next
		l.mu.Lock()
		handed = at
		l.mu.Unlock()
		if len(b.events) == 0 {
			continue
		}
		if err := fn(b.events, ack); err != nil {
			return err
		}
	}
}

// wait waits for the next commit.
func (l *Log) wait(ctx context.Context, more <-chan struct{}) error {
	count := func(n int) {
		l.mu.Lock()
		l.waiting += n
		l.mu.Unlock()
	}
	count(1)
	defer count(-1)
	select {
	case <-more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.done:
		return ErrClosed
	}
}

// read reads events past a seq and reports what is damaged. bbolt shows a commit
// to readers before it is flushed; what the medium may not have is left for later.
func (l *Log) read(after uint64) (batch, error) {
	var b batch
	head := l.Head()
	err := l.reading(func(s *store) (err error) { b, err = s.read(after); return err })
	b.cut(head)
	if err == nil {
		l.reportLost(b)
	}
	return b, err
}

// Read hands fn the events from one seq to another, both included, in order and at
// most 256 at a time, as far as they are there: nothing is waited for, and what was
// dropped or is damaged is left out. It returns fn's error or ctx's.
func (l *Log) Read(ctx context.Context, from, to uint64, fn func([]kitchen.Event) error) error {
	to = min(to, l.Head())
	for at := max(from, 1) - 1; at < to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := l.read(at)
		if err != nil {
			return fmt.Errorf("read log from %d: %w", at+1, err)
		}
		if b.next <= at {
			return nil
		}
		at = b.next
		b.cut(to)
		if len(b.events) == 0 {
			continue
		}
		if err := fn(b.events); err != nil {
			return err
		}
	}
	return nil
}

// cut takes away what lies past head.
func (b *batch) cut(head uint64) {
	if b.next <= head {
		return
	}
	b.next = head
	b.events = slices.DeleteFunc(b.events, func(e kitchen.Event) bool { return e.Seq > head })
	b.lost = slices.DeleteFunc(b.lost, func(s span) bool { return s.From > head })
	for i := range b.lost {
		b.lost[i].To = min(b.lost[i].To, head)
	}
}

// Remember makes name a follower before its first Follow: from now on nothing is
// dropped that it has not acknowledged.
func (l *Log) Remember(name string) { l.know(name) }

// know makes name a follower and returns its cursor.
func (l *Log) know(name string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.cursors[name]
	if !ok {
		c = &cursor{fresh: true}
		l.cursors[name] = c
		l.forget = slices.DeleteFunc(l.forget, func(n string) bool { return n == name })
	}
	return c.acked
}

func (l *Log) ack(name string, seq uint64, handed *uint64) {
	l.mu.Lock()
	c := l.cursors[name]
	seq = min(seq, *handed)
	moves := c != nil && seq > c.acked
	if moves {
		c.acked = seq
	}
	l.mu.Unlock()
	if moves {
		signal(l.acked)
	}
}

// Forget drops a follower and its cursor, so that trimming waits for it no more.
func (l *Log) Forget(name string) {
	l.mu.Lock()
	if _, ok := l.cursors[name]; ok {
		delete(l.cursors, name)
		l.forget = append(l.forget, name)
	}
	l.mu.Unlock()
	signal(l.acked)
}

// Cursor returns the seq up to which name has acknowledged.
func (l *Log) Cursor(name string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.cursors[name]; ok {
		return c.acked
	}
	return 0
}

// Release says that the far side has everything up to seq for good, so that it may
// go before its day is over. It never moves back, nor past what every follower has
// acknowledged. It reaches the disk as cursors do.
func (l *Log) Release(seq uint64) {
	seq = min(seq, l.acknowledged())
	l.mu.Lock()
	moves := seq > l.released
	if moves {
		l.released = seq
	}
	l.mu.Unlock()
	if moves {
		signal(l.acked)
	}
}

// Released returns the seq up to which the far side has everything for good.
func (l *Log) Released() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.released
}

// unsaved returns what of the cursors and the watermark is not in the file, and
// whether that is anything.
func (l *Log) unsaved() (c change, any bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.cursors, c.forget = map[string]uint64{}, slices.Clone(l.forget)
	for name, cursor := range l.cursors {
		if cursor.fresh || cursor.acked != cursor.saved {
			c.cursors[name] = cursor.acked
		}
	}
	if l.released != l.releasedSaved {
		c.released = l.released
	}
	return c, len(c.cursors)+len(c.forget) > 0 || c.released > 0
}

// saved notes what of the cursors and the watermark a commit wrote.
func (l *Log) saved(c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, seq := range c.cursors {
		if cursor, ok := l.cursors[name]; ok {
			cursor.saved, cursor.fresh = seq, false
		}
	}
	l.forget = slices.DeleteFunc(l.forget, func(n string) bool { return slices.Contains(c.forget, n) })
	l.releasedSaved = max(l.releasedSaved, c.released)
}

// acknowledged returns the seq up to which every follower has acknowledged.
func (l *Log) acknowledged() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq := l.head
	for c := range maps.Values(l.cursors) {
		seq = min(seq, c.acked)
	}
	return seq
}

// waiter returns a channel that the next commit closes.
func (l *Log) waiter() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.more
}

// reportLost logs damage that was not known and leaves it for the writer to tell.
func (l *Log) reportLost(b batch) {
	for _, lost := range b.lost {
		l.mu.Lock()
		parts := l.gaps.without(lost)
		for _, part := range parts {
			l.gaps = l.gaps.add(part)
			l.untold = append(l.untold, gap{part, b.why.Error()})
		}
		l.mu.Unlock()
		for _, part := range parts {
			l.opts.Log.Error("events in the log are damaged", "from", part.From, "to", part.To, "err", b.why)
			signal(l.damage)
		}
	}
}

// signal wakes whoever waits for c, now or later.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
