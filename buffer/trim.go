package buffer

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

const (
	// resendFor is how long what was acknowledged stays, if it can: a broker's
	// acknowledgement is not durable, and the far side may ask again for a day.
	resendFor = 24 * time.Hour
	// baseReserve is what stays free for the transactions that make room.
	baseReserve = 16 * pageSize
)

// Parts of MaxSize, in hundredths.
const (
	nearFull  = 80 // events older than resendFor go, and somebody should know
	veryFull  = 90 // any acknowledged events go
	nearAgain = 75 // what trimming for space aims at, and where the alarm is over
)

// makeRoom sees that facts of a size, and what follows from them, can be written.
// What it cannot make is ErrFull.
func (w *writer) makeRoom(size int64) error {
	// Three times: the facts, as much again for what follows, and pages half used.
	need := baseReserve + 2*w.checkpointSize + 3*size
	err := w.hasRoom(need)
	if errors.Is(err, ErrFull) && w.trim(need, true) {
		err = w.hasRoom(need)
	}
	if errors.Is(err, ErrFull) && !w.full {
		if lost, lostErr := w.l.store.lost(); lostErr == nil && lost >= w.l.store.most(need) {
			err = fmt.Errorf("%w: there is no room and %d bytes are lost", ErrDamaged, lost)
			w.fail(err)
			return err
		}
		w.full = true
		w.l.opts.Log.Error("log takes nothing more", "err", err)
	}
	return err
}

// hasRoom says whether need bytes can be had, and takes them from the card.
func (w *writer) hasRoom(need int64) error {
	sp, err := w.l.store.space()
	if err != nil {
		return err
	}
	w.watch(sp)
	if sp.free < need {
		return ErrFull
	}
	if err := w.l.store.grow(sp, need); err != nil {
		return fmt.Errorf("%w (%w)", ErrFull, err)
	}
	if w.full && sp.free > need+baseReserve { // not when a small fact fits where a large one did not
		w.full = false
		w.l.opts.Log.Info("log has room again")
	}
	return nil
}

// watch warns once when the file nears its limit.
func (w *writer) watch(sp space) {
	switch {
	case !w.near && sp.used > sp.max*nearFull/100:
		w.near = true
		w.l.opts.Log.Warn("log is nearly full", "used", sp.used, "max", sp.max, "acknowledged", w.l.acknowledged(), "head", w.l.Head())
	case w.near && sp.used < sp.max*nearAgain/100:
		w.near = false
		w.l.opts.Log.Info("log is no longer nearly full", "used", sp.used)
	}
}

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
	w.trim(need, sp.used > sp.max*veryFull/100)
}

// trim drops, oldest first, what is older than Keep; and where need bytes are
// wanted, what is older than resendFor, or with any whatever was acknowledged. It
// says whether it dropped something.
//
// It is one transaction with a checkpoint at the head, so that nothing is needed
// of what goes, and it takes at most a sixteenth of MaxSize: the freelist, written
// with every commit, has an entry for each page.
func (w *writer) trim(need int64, any bool) bool {
	p := plan{
		now: w.l.opts.Now(), keep: w.l.opts.Keep, need: need, any: any,
		limit: w.l.acknowledged(), most: w.l.opts.MaxSize / 16, bulk: w.l.opts.MaxSize / 256,
	}
	err := w.l.store.view(func(tx *bbolt.Tx) error { p.scan(tx); return nil })
	upto := p.upto()
	if err == nil && upto > 0 {
		if c := w.snapshot(w.l.Head()); c != nil {
			err = w.save(change{checkpoint: c, trim: upto})
		} else {
			upto = 0
		}
	}
	if err != nil {
		w.l.opts.Log.Error("log not trimmed", "err", err)
		return false
	}
	return upto > 0
}

// plan finds out how far to trim.
type plan struct {
	now   kitchen.Stamp
	keep  time.Duration
	limit uint64 // not beyond this seq
	need  int64  // bytes wanted; 0 where only age counts
	any   bool   // even what is younger than resendFor
	most  int64  // bytes at most
	bulk  int64  // bytes worth a transaction where only age counts

	oldest time.Duration // age of the oldest record that has one
	old    mark          // the last older than keep
	day    mark          // the last older than resendFor
	enough mark          // where need is met, or the last that may go
}

// mark is a place in the log: a seq and the bytes up to it.
type mark struct {
	seq  uint64
	size int64
}

// scan looks at the records from the oldest on.
func (p *plan) scan(tx *bbolt.Tx) {
	var at mark
	for _, b := range append([]*bbolt.Bucket{tx.Bucket(bucketEvents)}, hots(tx)...) {
		for k, v := range all(b) {
			seq := seqOf(k)
			if seq > p.limit || at.size >= p.most {
				return
			}
			at = mark{seq, at.size + int64(len(k)+len(v)+elementSize)}
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
	age, ok := p.age(k, v)
	if !ok {
		return false
	}
	p.oldest = max(p.oldest, age)
	if age > p.keep {
		p.old = at
	}
	if age > resendFor {
		p.day = at
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

// upto returns the last seq that goes, 0 for none.
func (p *plan) upto() uint64 {
	if p.need > 0 {
		space := p.enough
		if !p.any && space.seq > p.day.seq {
			space = p.day
		}
		return max(space.seq, p.old.seq)
	}
	if p.old.size >= p.bulk || p.oldest > p.keep+resendFor {
		return p.old.seq
	}
	return 0
}
