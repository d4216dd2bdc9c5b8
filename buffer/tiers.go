package buffer

import (
	"slices"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// The history lies in three buckets, so that a full log can let a class of events
// go from among the rest. New events go into the first. A sweep takes the oldest of
// one bucket, leaves a class out, and packs the rest at the end of a later bucket: so
// it frees whole pages, wherever the events of that class lay. What the buckets hold
// does not overlap; read from the last to the first, it is in order.
//
// The sequence of lean and bare is the seq up to which they were swept: up to there
// something may be missing because it was dropped. Past it, what is missing is
// damage.

// tier is a bucket of the history and the classes that are left out of it.
type tier struct {
	bucket []byte
	lacks  []kitchen.Class
}

var (
	tierWhole = tier{bucketEvents, nil}
	tierLean  = tier{bucketLean, []kitchen.Class{kitchen.ClassForecast}}
	tierBare  = tier{bucketBare, []kitchen.Class{kitchen.ClassForecast, kitchen.ClassTelemetry}}

	tiers = [...]tier{tierWhole, tierLean, tierBare}
)

func (t tier) lack(c kitchen.Class) bool { return slices.Contains(t.lacks, c) }

// inOrder returns the buckets that hold records, the oldest first.
func inOrder(tx *bbolt.Tx) []*bbolt.Bucket {
	var out []*bbolt.Bucket
	for i := len(tiers) - 1; i >= 0; i-- {
		out = append(out, tx.Bucket(tiers[i].bucket))
	}
	return append(out, hots(tx)...)
}

// packed returns a bucket for writing at its end. Keys only grow, so its pages are
// packed full.
func packed(tx *bbolt.Tx, name []byte) *bbolt.Bucket {
	b := tx.Bucket(name)
	b.FillPercent = 1
	return b
}

// sweptOf returns the seq up to which something may have been dropped from among
// the rest.
func sweptOf(tx *bbolt.Tx) uint64 {
	return max(tx.Bucket(bucketLean).Sequence(), tx.Bucket(bucketBare).Sequence())
}

// holesOf counts what was dropped from among the rest.
func holesOf(tx *bbolt.Tx) uint64 {
	swept, trimmed := sweptOf(tx), tx.Bucket(bucketEvents).Sequence()
	if swept <= trimmed {
		return 0
	}
	there := tx.Bucket(bucketLean).Stats().KeyN + tx.Bucket(bucketBare).Stats().KeyN
	return swept - trimmed - min(uint64(there), swept-trimmed)
}

// holes reads how many seqs are of what was dropped from among the rest.
func (s *store) holes() (n uint64, err error) {
	err = s.view(func(tx *bbolt.Tx) error { n = holesOf(tx); return nil })
	return n, err
}

// trimRecords drops the records up to a seq, and the gaps among them.
func trimRecords(tx *bbolt.Tx, upto uint64) error {
	if err := moveHot(tx); err != nil {
		return err
	}
	for _, t := range tiers {
		if err := deleteWhile(tx.Bucket(t.bucket), func(k, _ []byte) bool { return seqOf(k) <= upto }); err != nil {
			return err
		}
	}
	if err := deleteWhile(tx.Bucket(bucketGaps), func(_, v []byte) bool { return seqOf(v) <= upto }); err != nil {
		return err
	}
	return tx.Bucket(bucketEvents).SetSequence(upto)
}

// deleteWhile deletes from the beginning of b while goes says so.
func deleteWhile(b *bbolt.Bucket, goes func(k, v []byte) bool) error {
	// A cursor loses its place in a tree that shrinks: first collect, then delete.
	var keys [][]byte
	for k, v := range all(b) {
		if !goes(k, v) {
			break
		}
		keys = append(keys, append([]byte(nil), k...))
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
