package buffer

import (
	"time"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// resendFor is how long what was acknowledged stays, if it can: a broker's
// acknowledgement is not durable, and the far side may ask again for a day. What
// the far side has for good need not wait; see Log.Release.
const resendFor = 24 * time.Hour

// trimOld drops what is old enough, or what must go for space.
func (w *writer) trimOld() {
	if w.ready() != nil {
		return
	}
	sp, err := w.l.store.space()
	if err != nil {
		w.l.opts.Log.Error("log not trimmed", "err", err)
		return
	}
	var need int64
	if sp.used > sp.max*nearFull/100 {
		need = sp.used - sp.max*nearAgain/100
	}
	w.trim(need, false)
	w.ease()
}

// trim drops, oldest first, what is older than Keep; and where need bytes are
// wanted, what is older than resendFor or released, or with young whatever was
// acknowledged. It says whether it dropped something.
//
// It is one transaction with a checkpoint at the head, so that nothing is needed
// of what goes, and it takes at most a sixteenth of MaxSize, so that nobody who
// appends waits long. History that goes before its day is told as a Gap.
func (w *writer) trim(need int64, young bool) bool {
	p := w.plan(need, young)
	err := w.l.store.view(func(tx *bbolt.Tx) error { p.scan(tx); return nil })
	upto := p.upto()
	if err == nil && upto.seq == 0 {
		return false
	}
	if err == nil {
		err = w.drop(change{trim: upto.seq}, p.gone(upto))
	}
	if err != nil {
		w.l.opts.Log.Error("log not trimmed", "err", err)
	}
	return err == nil
}

func (w *writer) plan(need int64, young bool) plan {
	o := w.l.opts
	p := plan{
		now: o.Now(), keep: o.Keep, off: o.Keep < 0, need: need, young: young,
		limit: w.l.acknowledged(), released: w.l.Released(), trimmed: w.l.oldest() - 1, most: o.MaxSize / 16, bulk: o.MaxSize / 256,
	}
	if p.off {
		p.bulk = 1
	}
	return p
}

// plan finds out how far to trim.
type plan struct {
	now      kitchen.Stamp
	keep     time.Duration
	off      bool   // nothing is kept that was acknowledged
	limit    uint64 // not beyond this seq
	released uint64 // the far side has it up to this seq
	trimmed  uint64 // nothing is there up to this seq
	need     int64  // bytes wanted; 0 where only age counts
	young    bool   // even what the far side may ask for again
	most     int64  // bytes at most
	bulk     int64  // bytes worth a transaction where only age counts

	oldest time.Duration // age of the oldest record that has one
	old    mark          // the last that is kept no longer
	day    mark          // the last that the far side will not ask for
	enough mark          // where need is met, or the last that may go
}

// mark is a place in the log: a seq, and the records and bytes up to it.
type mark struct {
	seq, n uint64
	size   int64
}

// scan looks at the records from the oldest on.
func (p *plan) scan(tx *bbolt.Tx) {
	var at mark
	for _, b := range inOrder(tx) {
		for k, v := range all(b) {
			seq := seqOf(k)
			if seq > p.limit || at.size >= p.most {
				return
			}
			at = mark{seq, at.n + 1, at.size + int64(len(k)+len(v)+elementSize)}
			if p.need > 0 && p.enough.size < p.need {
				p.enough = at
			}
			if p.look(at, k, v) {
				return
			}
		}
	}
}

// look marks a record by its age, and says whether later ones cannot change the
// plan. What has no age is as old as a later one at least.
func (p *plan) look(at mark, k, v []byte) (done bool) {
	if p.off {
		p.old = at
		return false
	}
	age, ok := p.age(k, v)
	if ok {
		p.oldest = max(p.oldest, age)
	}
	safe := at.seq <= p.released || ok && age > resendFor
	if safe {
		p.day = at
	}
	if !ok {
		return false
	}
	if safe && age > p.keep {
		p.old = at
	}
	return age <= p.keep && at.size >= p.need
}

// age returns how long ago a record's event was, and false where its clock and
// ours cannot be compared, or where it is damaged.
func (p *plan) age(k, v []byte) (time.Duration, bool) {
	s, err := decodeStamp(k, v)
	switch {
	case err != nil:
		return 0, false
	case s.Boot == p.now.Boot:
		return p.now.Up - s.Up, true
	case believed(s.Clock) && believed(p.now.Clock):
		return p.now.At.Sub(s.At), true
	}
	return 0, false
}

func believed(q kitchen.ClockQuality) bool {
	return q == kitchen.Synced || q == kitchen.Estimated
}

// upto returns the last record that goes, the zero mark for none.
func (p *plan) upto() mark {
	if p.need > 0 {
		space := p.enough
		if !p.young && space.seq > p.day.seq {
			space = p.day
		}
		if space.seq > p.old.seq {
			return space
		}
		return p.old
	}
	if p.old.size >= p.bulk || p.oldest > max(p.keep, resendFor)+resendFor {
		return p.old
	}
	return mark{}
}

// gone tells of what goes before its day.
func (p *plan) gone(upto mark) []goner {
	safe := p.day
	if p.old.seq > safe.seq {
		safe = p.old
	}
	if upto.seq <= safe.seq {
		return nil
	}
	return []goner{{class: classHistory, first: max(safe.seq, p.trimmed) + 1, last: upto.seq, events: upto.n - safe.n}}
}
