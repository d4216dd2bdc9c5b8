package buffer

import (
	"go.etcd.io/bbolt"
)

// The newest records lie in the hot buckets. bbolt keeps a small bucket inside its
// parent's leaf, and all of these together fit on the root's page beside the other
// buckets: so a commit writes that page, and not the tree of the history. When
// they are full, all move to the history at once, which costs some three pages.
//
// There are several because one is full after three records of 200 bytes; all
// together take twelve.

const (
	// hotBytes bounds one hot bucket: bbolt inlines up to a quarter page, with its
	// own page header of 16 bytes.
	hotBytes = pageSize/4 - pageHeader
	// pageHeader and elementSize are what bbolt adds to a page, and to a key and
	// value in it; bucketHeader is the least value of a bucket.
	pageHeader   = 16
	elementSize  = 16
	bucketHeader = 16
	// rootReserve is kept free on the root's page for cursors and gaps to come.
	rootReserve = 96
)

// bucketsHot are filled in this order. The sequence of the first is the head.
var bucketsHot = [...][]byte{[]byte("hot0"), []byte("hot1"), []byte("hot2"), []byte("hot3")}

// hots returns the hot buckets.
func hots(tx *bbolt.Tx) []*bbolt.Bucket {
	var out []*bbolt.Bucket
	for _, name := range bucketsHot {
		out = append(out, tx.Bucket(name))
	}
	return out
}

func headOf(tx *bbolt.Tx) uint64 { return tx.Bucket(bucketsHot[0]).Sequence() }

func setHead(tx *bbolt.Tx, head uint64) error {
	return tx.Bucket(bucketsHot[0]).SetSequence(head)
}

// putRecords adds to the hot buckets. Where they have no room, all they hold goes to
// the history, and the records with it: they cost little more there by then.
func putRecords(tx *bbolt.Tx, records []record, head uint64) error {
	var sizes hotSizes
	buckets := hots(tx)
	for i, b := range buckets {
		sizes[i] = sizeOf(b)
	}
	places := sizes.place(records, rootRoom(tx))
	if places == nil {
		if err := moveHot(tx); err != nil {
			return err
		}
	}
	for i, r := range records {
		to := packed(tx, bucketEvents)
		if places != nil {
			to = buckets[places[i]]
		}
		if err := to.Put(r.key, r.value); err != nil {
			return err
		}
	}
	return setHead(tx, head)
}

// rootRoom returns the bytes that records may have on the root's page.
func rootRoom(tx *bbolt.Tx) int {
	room := pageSize - pageHeader - rootReserve
	for _, name := range buckets {
		room -= elementSize + len(name) + bucketHeader
	}
	room -= len(bucketsHot) * pageHeader
	for _, name := range [][]byte{bucketMeta, bucketCursors, bucketGaps} {
		if size := sizeOf(tx.Bucket(name)); size <= hotBytes {
			room -= pageHeader + size
		}
	}
	return room
}

// sizeOf returns the bytes of all that b holds.
func sizeOf(b *bbolt.Bucket) int {
	n := 0
	for k, v := range all(b) {
		n += elementSize + len(k) + len(v)
	}
	return n
}

// hotSizes are the bytes in each hot bucket.
type hotSizes [len(bucketsHot)]int

// place says into which bucket each record goes, so that order is kept; nil where
// they do not all fit.
func (s hotSizes) place(records []record, room int) []int {
	at := 0
	for i, n := range s {
		room -= n
		if n > 0 {
			at = i
		}
	}
	places := make([]int, 0, len(records))
	for _, r := range records {
		size := r.size() + elementSize
		for at < len(s) && s[at]+size > hotBytes {
			at++
		}
		if room -= size; at == len(s) || room < 0 {
			return nil
		}
		s[at] += size
		places = append(places, at)
	}
	return places
}

// moveHot moves the hot records to the history.
func moveHot(tx *bbolt.Tx) error {
	head := headOf(tx)
	for i, name := range bucketsHot {
		b, events := tx.Bucket(name), packed(tx, bucketEvents)
		if k, _ := b.Cursor().First(); k == nil {
			break
		}
		for k, v := range all(b) {
			if err := events.Put(k, v); err != nil {
				return err
			}
		}
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
		if i == 0 {
			if err := setHead(tx, head); err != nil {
				return err
			}
		}
	}
	return nil
}
