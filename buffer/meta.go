package buffer

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Keys and the version of the meta bucket.
var (
	metaFormat = []byte("format")
	metaLog    = []byte("log")
	metaBoot   = []byte("boot")
	metaBootID = []byte("boot_id")
	// metaReleased is how far the far side has everything for good; see Log.Release.
	metaReleased = []byte("released")
)

// format is the layout that this program writes. A larger one is a newer program's.
const format = 1

// meta is what the file says about itself.
type meta struct {
	id            string
	boot          uint32
	bootID        string
	head, trimmed uint64
	holes         uint64 // seqs of what was dropped from among the rest
	released      uint64
	cursors       map[string]uint64
	replaced      *Replacement // nil where nothing is to be told
	gaps          []span
}

// load reads meta, cursors and gaps. A file without them is not a log.
func (s *store) load() (meta, error) {
	var m meta
	err := s.view(func(tx *bbolt.Tx) (err error) { m, err = loadMeta(tx); return err })
	return m, err
}

func loadMeta(tx *bbolt.Tx) (meta, error) {
	m := meta{cursors: map[string]uint64{}}
	b := tx.Bucket(bucketMeta)
	if b == nil || len(b.Get(metaFormat)) != 1 {
		return m, fmt.Errorf("%w: a bbolt file, but not a log", ErrDamaged)
	}
	if v := b.Get(metaFormat)[0]; v > format {
		return m, fmt.Errorf("%w: format %d, this program knows %d", ErrNewer, v, format)
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return m, fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
		}
	}
	m.id, m.bootID = string(b.Get(metaLog)), string(b.Get(metaBootID))
	if v := b.Get(metaBoot); len(v) == 4 {
		m.boot = binary.BigEndian.Uint32(v)
	}
	if v := b.Get(metaReplaced); v != nil {
		m.replaced = readReplacement(v)
	}
	m.released = seqOf(b.Get(metaReleased))
	m.head = headOf(tx)
	m.trimmed = tx.Bucket(bucketEvents).Sequence()
	m.holes = holesOf(tx)
	for k, v := range all(tx.Bucket(bucketCursors)) {
		m.cursors[string(k)] = seqOf(v)
	}
	for k, v := range all(tx.Bucket(bucketGaps)) {
		m.gaps = append(m.gaps, span{From: seqOf(k), To: seqOf(v)})
	}
	return m, nil
}

// saveBoot notes a boot's number.
func (s *store) saveBoot(id string, number uint32) error {
	err := s.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketMeta)
		return errors.Join(b.Put(metaBootID, []byte(id)), b.Put(metaBoot, binary.BigEndian.AppendUint32(nil, number)))
	})
	return s.judge(err, baseReserve)
}
