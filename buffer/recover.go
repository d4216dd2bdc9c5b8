package buffer

import (
	"errors"
	"fmt"
	"time"
)

// ready makes file and Decider fit to write: after a failed commit it opens the
// file anew and brings the Decider back to what the log says.
func (w *writer) ready() error {
	if w.fatal != nil {
		return w.fatal
	}
	if !w.stale && !w.suspect {
		return nil
	}
	err := w.rebuild()
	if err == nil {
		w.broken = time.Time{}
		return nil
	}
	err = fmt.Errorf("rebuild after a failed commit: %w", err)
	if w.broken.IsZero() {
		w.broken = time.Now()
		w.l.opts.Log.Error("log cannot be opened again", "err", err)
	}
	if w.giveUp(err) {
		w.fatal = err
	}
	return err
}

// giveUp says whether err ends Run, and notes damage for the next start, which
// moves the file aside: a start that fails the same way for ever helps nobody.
func (w *writer) giveUp(err error) bool {
	if !errors.Is(err, ErrDamaged) {
		return time.Since(w.broken) >= patience
	}
	if err := markDamaged(w.l.opts.Path, w.l.id); err != nil {
		w.l.opts.Log.Error("damage not noted", "err", err)
	}
	return true
}

func (w *writer) rebuild() error {
	if w.damages > 1 {
		return fmt.Errorf("%w: it cannot be written", ErrDamaged)
	}
	if w.suspect {
		if err := w.meanwhile(reopenLimit, w.reopen); err != nil {
			return err
		}
	}
	head, err := w.restore()
	if err != nil {
		return err
	}
	w.stale = false
	return w.catchUp(head)
}

// reopen replaces the store by one freshly opened from the same file.
func (w *writer) reopen() error {
	l := w.l
	l.fileMu.Lock()
	defer l.fileMu.Unlock()
	old := l.store
	if w.panicked {
		old.abandon()
	} else if err := old.close(); err != nil {
		old.abandon()
	}
	s, m, err := openExisting(l.opts, sidecar{})
	if err != nil {
		return err
	}
	s.hook, l.store = old.hook, s
	if err := s.confirm(); err != nil {
		return err
	}
	if m.id != l.id || m.head < l.Head() {
		return fmt.Errorf("%w: it has lost events that were committed", ErrDamaged)
	}
	w.suspect, w.panicked = false, false
	return nil
}

// confirm writes the newest meta page anew and flushes it. After a flush that failed the
// kernel may take for written what the medium never got: then this file shows a commit
// that a power cut would take back.
func (s *store) confirm() error {
	raw, err := newRawFile(s.file)
	if err != nil {
		return err
	}
	var newest rawPage
	var at rawMeta
	for id := range uint64(2) {
		p, err := raw.page(id)
		if err != nil {
			return err
		}
		if m, err := p.meta(); err == nil && (newest == nil || m.txid > at.txid) {
			newest, at = p, m
		}
	}
	if newest == nil {
		return fmt.Errorf("%w: no meta page is valid", ErrDamaged)
	}
	if _, err := s.file.WriteAt(newest, int64(newest.id())*pageSize); err != nil {
		return fmt.Errorf("write a meta page again: %w", err)
	}
	return s.file.Sync()
}

// restore brings the Decider to the head, by the checkpoint and what follows, and
// returns the head.
func (w *writer) restore() (head uint64, err error) {
	d, log := w.l.opts.Decider, w.l.opts.Log
	c, err := w.l.store.loadCheckpoint()
	switch {
	case errors.Is(err, errCheckpoint) && c != nil:
		log.Error("state is rebuilt from an older checkpoint", "err", err)
	case errors.Is(err, errCheckpoint):
		log.Error("state is rebuilt from the history alone", "err", err)
	case err != nil:
		return 0, fmt.Errorf("load checkpoint: %w", err)
	}
	if c == nil {
		c = &checkpoint{}
	}
	err = d.Restore(c.snapshot)
	if err != nil && c.snapshot != nil {
		log.Error("state is rebuilt from the history alone", "err", err)
		c = &checkpoint{}
		err = d.Restore(nil)
	}
	if err != nil {
		return 0, fmt.Errorf("restore state: %w", err)
	}
	w.checkpointSeq, w.checkpointSize = c.seq, int64(len(c.snapshot))
	for at := c.seq; ; {
		w.breathe()
		b, err := w.l.store.read(at)
		if err != nil {
			return 0, fmt.Errorf("replay: %w", err)
		}
		w.l.reportLost(b)
		for _, e := range b.events {
			d.Apply(e)
		}
		if b.next == at {
			return at, nil
		}
		at = b.next
	}
}

// catchUp announces what a commit wrote although it failed: the last fsync did,
// after the medium had it all.
func (w *writer) catchUp(head uint64) error {
	for at := w.l.Head(); at < head; {
		w.breathe()
		b, err := w.l.store.read(at)
		if err != nil {
			return fmt.Errorf("catch up: %w", err)
		}
		if len(b.events) > 0 {
			w.announce(b.events)
		}
		at = b.next
	}
	return nil
}
