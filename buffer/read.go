package buffer

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// readBatch is the most events that one read transaction copies out. A long
// transaction would keep pages from being used again, and the file would grow.
const readBatch = 256

// batch is what one read gave.
type batch struct {
	events []kitchen.Event
	// next is the seq up to which nothing more is to be read.
	next uint64
	// lost are the ranges that should have been there, why says what was wrong.
	lost []span
	why  error
}

// read returns up to readBatch events past a seq. Records that do not decode are
// skipped and reported as lost.
func (s *store) read(after uint64) (batch, error) {
	p, err := s.readPage(after)
	if errors.Is(err, ErrDamaged) {
		return s.readPast(after, err)
	}
	return p.sift(after), err
}

// page is a run of records as one transaction saw them.
type page struct {
	records       []record
	trimmed, head uint64
	swept         uint64 // up to here what is missing was dropped
	last          bool   // no record follows
}

// readPage copies records out, so that no transaction is open while a follower
// waits for the network.
func (s *store) readPage(after uint64) (page, error) {
	var p page
	err := s.view(func(tx *bbolt.Tx) error {
		p.head, p.trimmed, p.swept = headOf(tx), tx.Bucket(bucketEvents).Sequence(), sweptOf(tx)
		from := inOrder(tx)
		if hot := hots(tx); first(hot[0]) <= after+1 {
			from = hot // a seek in the history would end on its last page in vain
		} else if after >= p.swept {
			from = from[len(tiers)-1:]
		}
		for _, b := range from {
			c := b.Cursor()
			for k, v := c.Seek(key(after + 1)); k != nil && len(p.records) < readBatch; k, v = c.Next() {
				p.records = append(p.records, record{bytes.Clone(k), bytes.Clone(v)})
			}
		}
		p.last = len(p.records) < readBatch
		return nil
	})
	if errors.Is(err, ErrDamaged) && len(p.records) > 0 {
		return p, nil // the next read meets the damage alone
	}
	return p, err
}

// first returns the first seq in b, and the largest where there is none.
func first(b *bbolt.Bucket) uint64 {
	if k, _ := b.Cursor().First(); k != nil {
		return seqOf(k)
	}
	return math.MaxUint64
}

// sift decodes the records of p past a seq and finds what is missing.
func (p page) sift(after uint64) batch {
	var b batch
	expected := max(after, p.trimmed) + 1
	for _, r := range p.records {
		e, err := decode(r.key, r.value)
		if err != nil {
			if b.why == nil {
				b.why = fmt.Errorf("record %d: %w", seqOf(r.key), err)
			}
			if seq := seqOf(r.key); seq >= expected && seq <= p.swept {
				b.lost = append(b.lost, span{seq, seq}) // else it is known by the hole that it leaves
			}
			continue
		}
		if e.Seq < expected {
			continue
		}
		if from := max(expected, p.swept+1); e.Seq > from {
			b.lost = append(b.lost, span{from, e.Seq - 1})
		}
		b.events = append(b.events, e)
		expected = e.Seq + 1
	}
	// What is bad at the end of a run has its end only where the run has.
	end := p.head
	if !p.last && len(b.events) == 0 {
		end = min(p.head, expected+readBatch-1)
	}
	if expected <= end && (p.last || len(b.events) == 0) {
		if from := max(expected, p.swept+1); from <= end {
			b.lost = append(b.lost, span{from, end})
		}
		expected = end + 1
	}
	if len(b.lost) > 0 && b.why == nil {
		b.why = errors.New("records are missing")
	}
	b.next = expected - 1
	return b
}

// readPast reads what lies behind a page that cannot be read, and calls lost
// what lies on it. It gives up with err where nothing behind can be read.
func (s *store) readPast(after uint64, err error) (batch, error) {
	m, loadErr := s.load()
	if loadErr != nil {
		return batch{}, errors.Join(err, loadErr)
	}
	after = max(after, m.trimmed)
	bad, good := after, m.head // reading past bad fails, past good there is nothing or it works
	for step := uint64(1); bad+step < m.head; step *= 2 {
		if _, e := s.readPage(bad + step); e == nil {
			good = bad + step
			break
		}
		bad += step
	}
	for bad+1 < good {
		mid := bad + (good-bad)/2
		if _, e := s.readPage(mid); e == nil {
			good = mid
		} else {
			bad = mid
		}
	}
	if good <= after {
		return batch{}, err
	}
	return batch{next: good, lost: []span{{after + 1, good}}, why: err}, nil
}
