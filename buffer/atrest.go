package buffer

import (
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// Damage is a range of events that a file should have and that cannot be read.
type Damage struct {
	From, To uint64
	Err      error
}

func (d *Damage) Error() string {
	return fmt.Sprintf("events %d to %d are damaged: %v", d.From, d.To, d.Err)
}

// Unwrap returns what was wrong.
func (d *Damage) Unwrap() error { return d.Err }

// ordinary is what os.Stat says of a log. Whatever is no file is none.
func ordinary(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no ordinary file: name the file of a log", path)
	}
	return info, err
}

// openAtRest opens a log for reading. A running daemon's is ErrHeld.
func openAtRest(path string) (*store, meta, error) {
	info, err := ordinary(path)
	if err != nil {
		return nil, meta{}, fmt.Errorf("open log: %w", err)
	}
	if info.Size() < 4*pageSize {
		return nil, meta{}, fmt.Errorf("open log %s: %w: it has %d bytes", path, ErrDamaged, info.Size())
	}
	s := &store{}
	err = guard(func() (err error) {
		s.db, err = bbolt.Open(path, 0, &bbolt.Options{
			ReadOnly: true, PageSize: pageSize, Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
				s.file, err = os.OpenFile(name, flag, mode)
				return s.file, err
			},
		})
		return err
	})
	if err != nil {
		s.abandon()
		return nil, meta{}, openError(path, err)
	}
	m, err := s.load()
	if err == nil {
		err = s.whole()
	}
	if err != nil {
		return nil, meta{}, fmt.Errorf("open log %s: %w", path, errors.Join(err, s.close()))
	}
	return s, m, nil
}

// Dump calls each with every event of a log at rest, oldest first. It passes over
// what is damaged and goes on; its error then is, or joins, a *Damage for every
// damaged range. An error of each ends it.
func Dump(path string, each func(kitchen.Event) error) (err error) {
	s, _, err := openAtRest(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.walk(0, each)
}

// Fold brings d to the head of a log at rest, by its newest checkpoint that is whole and
// what follows. It passes over what is damaged, as Dump does.
func Fold(path string, d Decider) (err error) {
	s, _, err := openAtRest(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	c, err := s.loadCheckpoint()
	if err != nil && !errors.Is(err, errCheckpoint) {
		return fmt.Errorf("fold log %s: %w", path, err)
	}
	if c == nil {
		c = &checkpoint{}
	}
	if err := d.Restore(c.snapshot); err != nil {
		return fmt.Errorf("fold log %s: %w", path, err)
	}
	return s.walk(c.seq, func(e kitchen.Event) error { d.Apply(e); return nil })
}

// walk reads the log after an event; see Dump.
func (s *store) walk(at uint64, each func(kitchen.Event) error) error {
	var damage []error
	for {
		b, err := s.read(at)
		if err != nil {
			return errors.Join(append(damage, err)...)
		}
		for _, g := range b.lost {
			damage = append(damage, &Damage{g.From, g.To, b.why})
		}
		for _, e := range b.events {
			if err := each(e); err != nil {
				return errors.Join(append(damage, err)...)
			}
		}
		if b.next == at {
			return errors.Join(damage...)
		}
		at = b.next
	}
}

// Report is what Check found in a file.
type Report struct {
	ID           string
	Boot         uint32
	Oldest, Head uint64
	Events       uint64 // that can be read
	Checkpoint   uint64 // its seq, 0 for none
	Cursors      map[string]uint64
	Bytes        int64 // used within the file
	// Problems are what is wrong, in words; none in a sound log.
	Problems []string
}

// maxProblems bounds a report: a torn tree has thousands of complaints.
const maxProblems = 50

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Check reads all of a log at rest: its structure, the checksum of every record,
// whether ids have gaps, whether checkpoint and cursors lie within it. Its error
// says that the file could not be read as a log at all; where that is ErrDamaged, the
// Report has only Problems.
//
// bbolt checks the page tree in a goroutine of its own. A file whose records read
// well and whose tree is torn all the same may end the process there: who cannot
// afford that runs Check in a child.
func Check(path string) (r Report, err error) {
	s, m, err := openAtRest(path)
	if errors.Is(err, ErrDamaged) {
		if r.Problems, _ = problemsOf(path); len(r.Problems) == 0 {
			r.problem("%v", err)
		}
	}
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r = Report{ID: m.id, Boot: m.boot, Oldest: m.trimmed + 1, Head: m.head, Cursors: m.cursors}
	for name, seq := range m.cursors {
		if seq > m.head {
			r.problem("cursor %s is at %d, beyond the last event, %d", name, seq, m.head)
		}
	}
	s.checkCheckpoint(&r)
	if err := s.walk(0, func(kitchen.Event) error { r.Events++; return nil }); err != nil {
		r.problem("%v", err)
		return r, nil // the tree is not asked: see above
	}
	return r, s.checkTree(&r)
}

func (s *store) checkCheckpoint(r *Report) {
	c, err := s.loadCheckpoint()
	if err != nil {
		r.problem("%v", err)
	}
	if c != nil {
		r.Checkpoint = c.seq
	}
	if r.Checkpoint > r.Head {
		r.problem("checkpoint is at %d, beyond the last event, %d", c.seq, r.Head)
	}
	if r.Checkpoint+1 < r.Oldest {
		r.problem("the events from %d to %d are neither in the checkpoint nor in the log", r.Checkpoint+1, r.Oldest-1)
	}
}

func (s *store) checkTree(r *Report) error {
	return s.view(func(tx *bbolt.Tx) error {
		r.Bytes = tx.Size()
		for err := range tx.Check() {
			r.problem("%v", err)
		}
		return nil
	})
}
