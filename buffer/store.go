package buffer

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	// pageSize is not the kernel's: a Pi 5 has pages of 16 KiB, which quadruple
	// the bytes of a commit; below 4 KiB both meta pages share a sector.
	pageSize = 4096
	// lockTimeout is how long to wait for another process to let go of the file.
	lockTimeout = 2 * time.Second
	// growStep is by how much the file grows at a time, filled with zeros, so that
	// a full card shows here and not inside a commit.
	growStep = 1 << 20
)

var (
	bucketMeta       = []byte("meta")
	bucketEvents     = []byte("events")
	bucketLean       = []byte("lean")
	bucketBare       = []byte("bare")
	bucketCursors    = []byte("cursors")
	bucketCheckpoint = []byte("checkpoint")
	bucketGaps       = []byte("gaps")

	buckets = append(bucketsHot[:], bucketMeta, bucketEvents, bucketLean, bucketBare, bucketCursors, bucketCheckpoint, bucketGaps)
)

// store is the bbolt file.
type store struct {
	db   *bbolt.DB
	file *os.File // bbolt's own
	max  int64
	// hook, of tests, runs last in every transaction: its error fails the commit.
	hook func() error
}

// openStore opens the file at path, and makes a new one of an empty file.
// A structure that cannot be read is ErrDamaged, a lock held elsewhere ErrHeld.
func openStore(path string, max int64) (*store, error) {
	s := &store{max: max}
	err := guard(func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			PageSize: pageSize,
			Timeout:  lockTimeout,
			MaxSize:  inMemory(max),
			// The whole map at once: growing it later would wait for every reader.
			InitialMmapSize: inMemory(max),
			// The freelist stays in memory, which saves one page of three. Its price:
			// bbolt finds the free pages by walking the tree when it opens and after a
			// failed commit, in a goroutine of its own, where a damaged page ends the
			// process, beyond recover. So a file is probed by a child first; see
			// Options.Probe.
			NoFreelistSync: true,
			FreelistType:   bbolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				f, err := os.OpenFile(name, flag, mode)
				s.file = f
				return f, err
			},
		})
		return err
	})
	if err != nil {
		s.abandon()
		return nil, openError(path, err)
	}
	// bbolt refuses a page when the next growth, not the page, would pass MaxSize.
	// Its 16 MiB would waste a quarter of a 64 MiB file.
	s.db.AllocSize = int(s.slack())
	if err := s.exceed(); err != nil {
		s.abandon()
		return nil, openError(path, err)
	}
	return s, nil
}

// exceed lets a file that is larger than it may be, after a salvage or under a new
// limit, grow by what the transactions need that make room in it. Facts do not get
// that: see space.
func (s *store) exceed() error {
	return s.view(func(tx *bbolt.Tx) error {
		if tx.Size() > s.max-s.slack() { // as no log does that began within its limit
			s.db.MaxSize = inMemory(tx.Size() + s.slack() + 2*baseReserve + s.max/8)
		}
		return nil
	})
}

// inMemory is size, or where that is less, all that an address can reach.
func inMemory(size int64) int { return int(min(size, math.MaxInt)) }

// openError tells damage from trouble, and names the way out of a held lock.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("open log %s: %w", path, ErrHeld)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("open log %s: %w: %w", path, ErrDamaged, err)
	}
	return fmt.Errorf("open log %s: %w", path, err)
}

// slack is the end of the file that bbolt never fills: what it would grow by.
func (s *store) slack() int64 { return max(s.max/64, pageSize) }

// guard runs fn and turns a panic, or a fault on the mapped file, into ErrDamaged:
// that is how bbolt tells of a broken page.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return fn()
}

func (s *store) view(fn func(*bbolt.Tx) error) error {
	return guard(func() error { return s.db.View(fn) })
}

func (s *store) update(fn func(*bbolt.Tx) error) error {
	return guard(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			if s.hook != nil {
				return s.hook()
			}
			return nil
		})
	})
}

func (s *store) close() error { return s.db.Close() }

// abandon closes the file alone. After a panic bbolt may hold locks that its own
// Close would wait for; the map stays until the process ends.
func (s *store) abandon() {
	if s.file == nil {
		return
	}
	// The map keeps the open file, and with it the lock, so Close is not enough.
	// Errors do not matter: there is nothing to save.
	_ = syscall.Flock(int(s.file.Fd()), syscall.LOCK_UN)
	_ = s.file.Close()
}

// init makes the buckets of a new log.
func (s *store) init(id string) error {
	return s.update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		m := tx.Bucket(bucketMeta)
		return errors.Join(m.Put(metaFormat, []byte{format}), m.Put(metaLog, []byte(id)))
	})
}

// extend fills the file with zeros up to size and makes that durable.
func (s *store) extend(size int64) error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	zeros := make([]byte, 256<<10)
	for at := info.Size(); at < size; {
		n, err := s.file.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return s.file.Sync()
}

// space is how the file is used, in bytes.
type space struct {
	max  int64 // it may not grow beyond
	file int64 // it is so large
	used int64 // pages that hold something
	free int64 // pages that can be had yet, with growth
	high int64 // the end of the highest page ever used
}

// space reads how the file is used. It costs no disk access.
func (s *store) space() (space, error) {
	sp := space{max: s.max}
	if err := s.view(func(tx *bbolt.Tx) error { sp.high = tx.Size(); return nil }); err != nil {
		return sp, err
	}
	info, err := s.file.Stat()
	if err != nil {
		return sp, err
	}
	sp.file = info.Size()
	st := s.db.Stats()
	free, pending := int64(st.FreePageN)*pageSize, int64(st.PendingPageN)*pageSize
	sp.used = sp.high - free - pending
	sp.free = free + max(0, s.max-s.slack()-pageSize-sp.high)
	if st.OpenTxN == 0 { // else a reader may still need the pages just given up
		sp.free += pending
	}
	return sp, nil
}

// grow makes the file large enough for need more bytes. Where pages within the
// file suffice it does nothing.
func (s *store) grow(sp space, need int64) error {
	if sp.file-sp.used >= need || sp.file >= s.max {
		return nil
	}
	if err := s.extend(min(s.max, sp.file+max(need, growStep))); err != nil {
		return fmt.Errorf("grow log: %w", err)
	}
	return nil
}

// change is one transaction: whatever is set is written.
type change struct {
	facts      int               // among the records
	records    []record          // the newest, in order
	head       uint64            // seq of the last of them
	cursors    map[string]uint64 // moved
	forget     []string          // followers that are gone
	released   uint64            // moved watermark, 0 where it did not
	gaps       []span            // newly known
	checkpoint *checkpoint
	told       bool    // what became of an older log
	trim       uint64  // drop the records up to this seq
	sweep      *sweep  // drop the records of some classes
	gone       []goner // what trim or sweep drops before its time
}

// size is about how many bytes c wants.
func (c change) size() int64 {
	n := int64(baseReserve)
	for _, r := range c.records {
		n += 3 * int64(r.size())
	}
	if c.checkpoint != nil {
		n += 2 * int64(len(c.checkpoint.snapshot))
	}
	return n
}

// commit writes c in one durable transaction.
func (s *store) commit(c change) error {
	return s.judge(s.write(c), c.size())
}

func (s *store) write(c change) error {
	return s.update(func(tx *bbolt.Tx) error {
		if len(c.records) > 0 {
			if err := putRecords(tx, c.records, c.head); err != nil {
				return err
			}
		}
		if err := putCursors(tx.Bucket(bucketCursors), c.cursors, c.forget); err != nil {
			return err
		}
		if c.released > 0 {
			if err := tx.Bucket(bucketMeta).Put(metaReleased, key(c.released)); err != nil {
				return err
			}
		}
		for _, g := range c.gaps {
			if err := tx.Bucket(bucketGaps).Put(key(g.From), key(g.To)); err != nil {
				return err
			}
		}
		if c.told {
			if err := tx.Bucket(bucketMeta).Delete(metaReplaced); err != nil {
				return err
			}
		}
		if c.checkpoint != nil {
			if err := c.checkpoint.save(tx); err != nil {
				return err
			}
		}
		if c.sweep != nil {
			if err := c.sweep.move(tx); err != nil {
				return err
			}
		}
		if c.trim > 0 {
			return trimRecords(tx, c.trim)
		}
		return nil
	})
}

func putCursors(b *bbolt.Bucket, moved map[string]uint64, forget []string) error {
	for name, seq := range moved {
		if err := b.Put([]byte(name), key(seq)); err != nil {
			return err
		}
	}
	for _, name := range forget {
		if err := b.Delete([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// all ranges over the keys and values of b, which must not change meanwhile.
func all(b *bbolt.Bucket) func(func(k, v []byte) bool) {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}
