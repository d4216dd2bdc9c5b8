package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"readyshelf/board"
	"readyshelf/buffer"
	"readyshelf/kitchen"
)

const (
	// keptDays is how many days are kept as they were read: who steps through them comes
	// back to them.
	keptDays = 3
	// afterHours is how long after a day's end its last orders may still leave the shop, and
	// closedFor how long the daemon may have been off before it closes those that did not.
	afterHours = 6 * time.Hour
	closedFor  = 7 * 24 * time.Hour
	// dayEvents is how many events a day is made of at most, thirty for each of 10,000
	// orders: reading more would keep a small machine from its work.
	dayEvents = 300_000
)

// days tells what business days were like, from the log. A day is read once; the present
// one goes on where it was read up to. Reading copies a few hundred events at a time, so
// that the log's writer never waits.
type days struct {
	log      *buffer.Log
	clocks   *clocks
	now      func() kitchen.Stamp
	start    time.Duration // of a day, after midnight
	location *time.Location
	turn     chan struct{} // taken by who reads
	kept     []*diary      // the last one was asked for last
}

func (h *house) days() *days {
	return &days{
		log: h.buffer, clocks: &h.clocks, now: h.clock, start: h.DayStart.Duration(), location: h.Timezone,
		turn: make(chan struct{}, 1),
	}
}

// date names the business day of a moment.
func (d *days) date(at time.Time) string {
	return at.In(d.location).Add(-d.start).Format(time.DateOnly)
}

// begins is when a business day does.
func (d *days) begins(date time.Time) time.Time {
	y, m, day := date.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, d.location).Add(d.start)
}

// day is what board.Server.Day wants.
func (d *days) day(ctx context.Context, asked string) (board.Day, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return board.Day{}, ctx.Err()
	}
	newest := d.date(d.now().At)
	first := newest
	at, err := d.moment(ctx, 1)
	if err != nil {
		return board.Day{}, err
	}
	if !at.IsZero() {
		first = min(d.date(at), newest)
	}
	if asked == "" {
		asked = newest
	}
	date, err := time.Parse(time.DateOnly, asked)
	if err != nil || asked < first || asked > newest {
		return board.Day{}, board.ErrNoDay
	}
	b := d.diary(date)
	if err := d.read(ctx, b); err != nil {
		return board.Day{}, err
	}
	told := b.tell()
	told.First, told.Newest = first, newest
	return told, nil
}

// errEnough ends a reading of the log.
var errEnough = errors.New("enough")

// moment is when the first event from a seq on happened of which that is known; the zero
// time where none near it is.
func (d *days) moment(ctx context.Context, seq uint64) (at time.Time, err error) {
	err = d.log.Read(ctx, seq, d.log.Head(), func(batch []kitchen.Event) error {
		for _, e := range batch {
			if st := d.clocks.correct(e.Stamp); st.Clock != kitchen.Unknown {
				at = st.At
				break
			}
		}
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return at, err
}

// seek finds where to begin to read what happened from a moment on, by halves. Clocks
// step, so it begins a little earlier.
func (d *days) seek(ctx context.Context, from time.Time) (uint64, error) {
	const margin = time.Hour
	low, high := uint64(1), d.log.Head()+1
	for low < high {
		mid := low + (high-low)/2
		at, err := d.moment(ctx, mid)
		if err != nil {
			return 0, err
		}
		if at.IsZero() || at.Before(from.Add(-margin)) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, nil
}

// diary is the one of a day, which may be new and empty.
func (d *days) diary(date time.Time) *diary {
	name := date.Format(time.DateOnly)
	i := slices.IndexFunc(d.kept, func(b *diary) bool { return b.date == name })
	b := &diary{date: name, from: d.begins(date), to: d.begins(date.AddDate(0, 0, 1)), orders: map[string]*entry{}}
	if i >= 0 {
		b = d.kept[i]
		d.kept = slices.Delete(d.kept, i, i+1)
	}
	if len(d.kept) == keptDays {
		d.kept = slices.Delete(d.kept, 0, 1)
	}
	d.kept = append(d.kept, b)
	return b
}

// read takes in what the log has of a day and b has not. What it has when ctx ends stays.
func (d *days) read(ctx context.Context, b *diary) error {
	if b.next == 0 {
		from, err := d.seek(ctx, b.from)
		if err != nil {
			return err
		}
		b.next = from
	}
	if b.done {
		return nil
	}
	err := d.log.Read(ctx, b.next, d.log.Head(), func(batch []kitchen.Event) error {
		for _, e := range batch {
			st := d.clocks.correct(e.Stamp)
			if b.events == dayEvents || st.Clock != kitchen.Unknown && b.over(st.At) {
				b.done, b.cut = true, b.events == dayEvents
				return errEnough
			}
			b.take(inner(e), d.clocks)
			b.next = e.Seq + 1
			b.events++
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
