package buffer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// compactTx bounds a transaction of a compaction, in bytes.
const compactTx = 1 << 20

// Compact writes the log at rest at path anew, without the free pages in it, and
// returns how many bytes the file had and has. It is the same log: id, seqs,
// cursors, checkpoint. The old file stays until the new one is whole, so that
// takes their sum in space. A running daemon's is ErrHeld.
func Compact(path string) (before, after int64, err error) {
	// The lock keeps a daemon from starting meanwhile; it goes with the old file.
	old, _, err := openAtRest(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, old.close()) }()
	info, err := old.file.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("compact log: %w", err)
	}
	next := path + ".new"
	if err := old.rewrite(next); err != nil {
		return 0, 0, fmt.Errorf("compact log: %w", errors.Join(err, remove(next)))
	}
	if after, err = fileSize(next); err == nil {
		err = rename(next, path)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("compact log: %w", err)
	}
	return info.Size(), after, nil
}

// rewrite copies the log into a new file, durably, and reads all of it again.
func (s *store) rewrite(path string) error {
	if err := remove(path); err != nil {
		return err
	}
	// Nobody can see the file before it is whole, so one flush at the end will do.
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize, Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		return err
	}
	err = guard(func() error { return bbolt.Compact(db, s.db, compactTx) })
	if err = errors.Join(err, db.Sync(), db.Close()); err != nil {
		return err
	}
	r, err := Check(path)
	if err == nil && len(r.Problems) > 0 {
		err = fmt.Errorf("%w: %s", ErrDamaged, r.Problems[0])
	}
	return err
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// remove removes a file that may not be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
