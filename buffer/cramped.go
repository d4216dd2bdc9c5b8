package buffer

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// One flipped bit can make bbolt find no room in a file that is nearly empty: in
// the size of a key or value of a page that every commit rewrites, which then
// wants as many pages as the size says. Such a file would refuse everything for
// ever, as if it were full. It is damaged, and is told here from a full one.

// judge turns bbolt's refusal to write need bytes into ErrDamaged where a sound
// file has the room. Only who writes may call it.
func (s *store) judge(err error, need int64) error {
	if !errors.Is(err, berrors.ErrMaxSizeReached) {
		return err
	}
	need = s.most(need)
	row, rowErr := s.row()
	if rowErr == nil && row >= need {
		return fmt.Errorf("%w: %d bytes do not fit although %d in a row are free: %w", ErrDamaged, need, row, err)
	}
	if lost, lostErr := s.lost(); lostErr == nil && lost >= need {
		return fmt.Errorf("%w: %d bytes do not fit and %d are lost: %w", ErrDamaged, need, lost, err)
	}
	return err
}

// most is what a transaction of need bytes may want at most in a sound file, all
// of it in a row: with it a leaf of large records that it adds to, which bbolt
// does not split below five, and the freelist, of 8 bytes for a page.
func (s *store) most(need int64) int64 {
	return need + 4*maxRecord + s.max/(pageSize/8) + pageSize
}

// row returns the most bytes in a row that can be had.
func (s *store) row() (int64, error) {
	sp, err := s.space()
	if err != nil {
		return 0, err
	}
	most := s.max - s.slack() - pageSize - sp.high
	if st := s.db.Stats(); st.OpenTxN > 0 && st.PendingPageN > 0 {
		return most, nil // a reader may need what looks free
	}
	err = s.view(func(tx *bbolt.Tx) error {
		var run int64
		for id := 2; ; id++ {
			p, err := tx.Page(id)
			if p == nil || err != nil {
				return err
			}
			if p.Type != "free" {
				run = 0
				continue
			}
			run += pageSize
			most = max(most, run)
		}
	})
	return most, err
}

// lost returns the bytes of pages that are neither free nor in use; less than none
// where a page says to be larger than it is. It reads the whole tree.
func (s *store) lost() (int64, error) {
	sp, err := s.space()
	if err != nil {
		return 0, err
	}
	lost := sp.used - 3*pageSize - int64(s.db.Stats().FreelistInuse) // two metas, and what the freelist has left over
	err = s.view(func(tx *bbolt.Tx) error {
		st := tx.Cursor().Bucket().Stats()
		lost -= int64(st.BranchAlloc + st.LeafAlloc)
		return nil
	})
	return lost, err
}
