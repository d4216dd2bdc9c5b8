package buffer

import (
	"slices"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// sweep lets events of some classes go, from the oldest part of a tier: the rest
// of that part moves to another.
type sweep struct {
	from, to tier
	upto     uint64 // the last seq of the part
	gone     []goner
}

// goner is what goes of one class. Alerts are the unsent ones: the numbers that it
// leaves out of their sequence.
type goner struct {
	class                       kitchen.Class
	first, last, events, alerts uint64
	size                        int64
}

// plan looks at the oldest records of the tier, as many as have about the bytes of
// chunk. What was acknowledged was sent.
func (s *sweep) plan(tx *bbolt.Tx, chunk int64, acknowledged uint64) {
	var size int64
	for k, v := range all(tx.Bucket(s.from.bucket)) {
		if size >= chunk {
			return
		}
		size += int64(len(k) + len(v) + elementSize)
		s.upto = seqOf(k)
		if class := classOf(v); s.to.lack(class) {
			s.take(class, k, v, acknowledged)
		}
	}
}

// take counts a record that goes.
func (s *sweep) take(class kitchen.Class, k, v []byte, acknowledged uint64) {
	seq := seqOf(k)
	i := slices.IndexFunc(s.gone, func(g goner) bool { return g.class == class })
	if i < 0 {
		i = len(s.gone)
		s.gone = append(s.gone, goner{class: class, first: seq})
	}
	g := &s.gone[i]
	g.last = seq
	g.events++
	g.size += int64(len(k) + len(v) + elementSize)
	if seq <= acknowledged {
		return
	}
	if e, err := decode(k, v); err == nil && e.Alert != nil {
		g.alerts++
	}
}

// move does it.
func (s *sweep) move(tx *bbolt.Tx) error {
	from, to := tx.Bucket(s.from.bucket), packed(tx, s.to.bucket)
	for k, v := range all(from) {
		if seqOf(k) > s.upto {
			break
		}
		if s.to.lack(classOf(v)) {
			continue
		}
		if err := to.Put(k, v); err != nil {
			return err
		}
	}
	if err := deleteWhile(from, func(k, _ []byte) bool { return seqOf(k) <= s.upto }); err != nil {
		return err
	}
	return to.SetSequence(s.upto)
}

// spare returns the bytes that sweeps from one tier into another would free.
func (s *store) spare(from, to tier) (n int64, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		for k, v := range all(tx.Bucket(from.bucket)) {
			if to.lack(classOf(v)) {
				n += int64(len(k) + len(v) + elementSize)
			}
		}
		return nil
	})
	return n, err
}
