package buffer

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// baseReserve is what stays free for the transactions that make room.
const baseReserve = 16 * pageSize

// unknownCheckpoint is what a checkpoint may take before there was one: the largest
// that a kitchen simulated over weeks wrote was 228 KB.
const unknownCheckpoint = 256 << 10

// Parts of MaxSize, in hundredths.
const (
	nearFull  = 80 // history that nobody asks for goes, and somebody should know
	veryFull  = 90 // events go by class, and history before its day
	dropTo    = 85 // what dropping them aims at
	nearAgain = 75 // what trimming for space aims at, and where the alarm is over
)

const (
	// classHistory is what Gap and Stats call acknowledged events of any class that
	// went before their day was over.
	classHistory kitchen.Class = "history"
	// recount is how long it is known how much may be dropped: to count it reads the
	// whole file.
	recount = time.Minute
	// retell is how long a sweep that fails again is not said again.
	retell = time.Hour
)

// errCard says that the card is full, and not the log. Who filled it may make room
// again, so only what has had its time goes for it.
var errCard = errors.New("the card has no room")

// reasonFull is what a Gap says of what a full log dropped.
const reasonFull = "the log was full"

// makeRoom sees that facts of a size, and what follows from them, can be written.
// What it cannot make is ErrFull.
func (w *writer) makeRoom(size int64) error {
	// Three times: the facts, as much again for what follows, and pages half used.
	need := baseReserve + 2*max(w.checkpointSize, min(unknownCheckpoint, w.l.opts.MaxSize/32)) + 3*size
	err := w.hasRoom(need)
	for errors.Is(err, ErrFull) && w.relieve(need, errors.Is(err, errCard)) {
		err = w.hasRoom(need)
	}
	if errors.Is(err, ErrFull) && !w.l.full.Load() {
		var lost int64
		lostErr := w.meanwhile(walkLimit, func() (err error) { lost, err = w.l.store.lost(); return err })
		if lostErr == nil && lost >= w.l.store.most(need) {
			err = fmt.Errorf("%w: there is no room and %d bytes are lost", ErrDamaged, lost)
			w.fail(err)
			return err
		}
		w.l.full.Store(true)
		w.l.opts.Log.Error("log takes nothing more", "err", err)
	}
	return err
}

// hasRoom says whether need bytes can be had, and takes them from the card.
func (w *writer) hasRoom(need int64) error {
	w.breathe()
	sp, err := w.l.store.space()
	if err != nil {
		return err
	}
	w.watch(sp)
	if sp.free < need {
		return ErrFull
	}
	if err := w.l.store.grow(sp, need); err != nil {
		return fmt.Errorf("%w (%w: %w)", ErrFull, errCard, err)
	}
	if w.l.full.Load() && sp.free > need+baseReserve { // not when a small fact fits where a large one did not
		w.l.full.Store(false)
		w.l.opts.Log.Info("log has room again")
	}
	return nil
}

// watch warns once when the file nears its limit.
func (w *writer) watch(sp space) {
	switch near := w.l.near.Load(); {
	case !near && sp.used > sp.max*nearFull/100:
		w.l.near.Store(true)
		w.l.opts.Log.Warn("log is nearly full", "used", sp.used, "max", sp.max, "acknowledged", w.l.acknowledged(), "head", w.l.Head())
	case near && sp.used < sp.max*nearAgain/100:
		w.l.near.Store(false)
		w.l.opts.Log.Info("log is no longer nearly full", "used", sp.used)
	}
}

// ease makes room, one step of it, before a fact has to wait for it.
func (w *writer) ease() {
	if !w.l.near.Load() || time.Since(w.stuck) < recount || w.ready() != nil {
		return
	}
	sp, err := w.l.store.space()
	if err != nil || sp.used <= sp.max*veryFull/100 {
		return // who writes meets the error
	}
	if !w.relieve(sp.used-sp.max*dropTo/100, false) {
		w.stuck = time.Now()
	}
}

// relieve lets go, once, of what is worth least of all that may go, about need
// bytes of it, and says whether that helped. For others' files on the card nothing
// goes before its time.
func (w *writer) relieve(need int64, card bool) bool {
	if w.trim(need, false) {
		return true
	}
	if card || w.suspect { // suspect: trim failed, and nothing is written before the file was opened anew
		return false
	}
	return w.sweep(&w.forecasts, tierLean, tierWhole) ||
		w.sweep(&w.telemetry, tierBare, tierLean, tierWhole) ||
		w.trim(need, true)
}

// stock is how much there is to drop, and when that was counted.
type stock struct {
	bytes   int64
	counted time.Time
	told    time.Time // when it was last said that a sweep failed
}

// sweep moves a part of the first tier that holds anything to another, without what
// that lacks. It says whether it did: not where all of it together is not worth the
// bytes that are written for it. Large records want many pages in a row: where there is
// no room for a part it tries smaller ones, and then not again before the next count.
func (w *writer) sweep(left *stock, to tier, from ...tier) bool {
	moved, err := w.trySweep(left, to, from)
	if err != nil {
		left.bytes = 0
	}
	if err != nil && time.Since(left.told) >= retell {
		left.told = time.Now()
		w.l.opts.Log.Error("log not swept", "err", err)
	}
	return moved
}

func (w *writer) trySweep(left *stock, to tier, from []tier) (moved bool, err error) {
	if time.Since(left.counted) >= recount {
		if err := w.count(left, to, from); err != nil {
			return false, err
		}
	}
	if left.bytes < w.l.opts.MaxSize/256 {
		return false, nil
	}
	sp, err := w.l.store.space()
	if err != nil {
		return false, err
	}
	// There must be room to write it anew, for a checkpoint, and for the pages between.
	for chunk := min(w.l.opts.MaxSize/32, (sp.free-w.checkpointSize)/3); chunk >= 2*pageSize; chunk /= 4 {
		if moved, err = w.sweepPart(left, chunk, to, from); !errors.Is(err, ErrFull) {
			break
		}
	}
	return moved, err
}

// count finds out how many bytes sweeps would free.
func (w *writer) count(left *stock, to tier, from []tier) error {
	*left = stock{counted: time.Now(), told: left.told}
	for _, t := range from {
		err := w.meanwhile(walkLimit, func() error {
			n, err := w.l.store.spare(t, to)
			left.bytes += n
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepPart sweeps about the bytes of chunk, and says whether there was anything to move.
func (w *writer) sweepPart(left *stock, chunk int64, to tier, from []tier) (bool, error) {
	s, err := w.planSweep(chunk, to, from)
	if err != nil || s.upto == 0 {
		return false, err
	}
	if err := w.drop(change{sweep: &s}, s.gone); err != nil {
		return false, err
	}
	for _, g := range s.gone {
		left.bytes -= g.size
	}
	return true, nil
}

// planSweep finds the first of the tiers that holds anything.
func (w *writer) planSweep(chunk int64, to tier, from []tier) (s sweep, err error) {
	err = w.l.store.view(func(tx *bbolt.Tx) error {
		for _, t := range from {
			s = sweep{from: t, to: to}
			if s.plan(tx, chunk, w.l.acknowledged()); s.upto > 0 {
				break
			}
		}
		return nil
	})
	return s, err
}

// drop commits c, by which events go, with a checkpoint at the head, so that no
// start needs them, and with a Gap for each class that goes. It says so too.
func (w *writer) drop(c change, gone []goner) error {
	if c.checkpoint = w.snapshot(w.l.Head()); c.checkpoint == nil {
		return errors.New("no checkpoint")
	}
	c.gone = gone
	if len(gone) == 0 {
		return w.save(c)
	}
	var facts []kitchen.Event
	for _, g := range gone {
		f := w.l.opts.Now().Fact("log")
		f.Gap = &kitchen.Gap{
			From: g.first, To: g.last, Class: string(g.class), Reason: reasonFull,
			Events: g.events, Alerts: g.alerts,
		}
		facts = append(facts, f)
	}
	err := w.settle(c, facts)
	for _, g := range gone {
		if err == nil {
			w.l.opts.Log.Warn("log is full and drops events", "class", g.class, "events", g.events, "unsent_alerts", g.alerts)
		}
	}
	return err
}
