package buffer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"readyshelf/kitchen"
)

// A damaged file is read page by page, whatever its tree says. A record carries its
// seq and a checksum over both, so it can be believed wherever it lies; a piece of a
// checkpoint too. Pages that are no longer in use hold older versions of the same:
// they are read as well, and may have what a damaged page has lost.
//
// What has no checksum of its own is the log's id, its sequences and its cursors.
// The root's page is written anew with every commit, so there are several versions
// of it: an id is what most of them say, and how far something is, is what two of
// them reach at least. One damaged page alone cannot push a cursor ahead.

// place is where a record lies.
type place struct {
	seq  uint64
	at   int64 // of its value, in the file
	size int32 // of its value
	live bool  // on a page that is in use
	boot uint32
	up   time.Duration
}

// finds is what a scan found.
type finds struct {
	f       rawFile
	records []place // by seq, each once
	chunks  map[chunkSet][]chunk
	ids     map[string]int
	head    witnesses
	trimmed witnesses
	cursors map[string]*witnesses
	// earlier is what became of a log before this one, told or not.
	earlier *Replacement
}

// chunkSet is what the chunks of one checkpoint share.
type chunkSet struct {
	seq         uint64
	slot, count int
}

// witnesses says of something that only grows how far it is. The zero value is of
// none.
type witnesses struct{ first, second uint64 }

// add hears a witness.
func (w *witnesses) add(n uint64) {
	if n > w.first {
		w.first, w.second = n, w.first
	} else {
		w.second = max(w.second, n)
	}
}

// atLeast returns what two witnesses agree on, or one of them with a bound that is
// known otherwise.
func (w witnesses) atLeast(bound uint64) uint64 { return max(w.second, min(w.first, bound)) }

// scan reads all pages of a file. It fails only where the medium does not answer at
// all; what cannot be read is passed over.
func scan(raw rawFile) (*finds, error) {
	var in inspection
	in.file(raw)
	if in.trouble != nil {
		return nil, in.trouble
	}
	f := &finds{f: raw, chunks: map[chunkSet][]chunk{}, ids: map[string]int{}, cursors: map[string]*witnesses{}}
	for id := range raw.pages {
		p, err := raw.page(id)
		if err != nil || p.flags() != flagLeaf {
			continue
		}
		live := id < uint64(len(in.seen)) && in.seen[id]
		f.leaf(p, int64(id)*pageSize, live, "")
	}
	f.once()
	return f, nil
}

// leaf takes what it knows from a leaf that lies at an offset of the file: the page of
// a bucket, or one of no known bucket.
func (f *finds) leaf(p rawPage, at int64, live bool, bucket string) {
	room := 2 * len(p) // elements that overlap cannot cost more than this
	for i := range p.count() {
		e, ok := p.element(i)
		if !ok || len(e.value) > room {
			continue
		}
		room -= len(e.value)
		if e.bucket && bucket == "" {
			f.bucket(e, at+int64(e.from+len(e.key)), live)
			continue
		}
		f.entry(bucket, e)
		stamp, err := decodeStamp(e.key, e.value)
		if err != nil {
			continue
		}
		f.records = append(f.records, place{
			seq: seqOf(e.key), at: at + int64(e.from+len(e.key)), size: int32(len(e.value)),
			live: live, boot: stamp.Boot, up: stamp.Up,
		})
	}
}

// bucket takes what the root says of a bucket, and what lies within.
func (f *finds) bucket(e element, at int64, live bool) {
	_, sequence, page, err := e.inline()
	if err != nil && page == nil && sequence == 0 {
		return
	}
	switch string(e.key) {
	case string(bucketsHot[0]):
		f.head.add(sequence)
	case string(bucketEvents):
		f.trimmed.add(sequence)
	}
	if page != nil {
		f.leaf(page, at+bucketHeader, live, string(e.key))
	}
}

// logID is what the id of a log looks like.
var logID = regexp.MustCompile(`^[a-z2-7]{13}$`)

// entry takes what is no record.
func (f *finds) entry(bucket string, e element) {
	switch {
	case bucket == "" && len(e.key) == chunkKey, bucket == string(bucketCheckpoint):
		if c, err := decodeChunk(e.key, e.value); err == nil {
			set := chunkSet{c.seq, c.slot, c.count}
			c.data = slices.Clone(c.data)
			f.chunks[set] = append(f.chunks[set], c)
		}
	case bucket == string(bucketCursors) && len(e.value) == keySize:
		if f.cursors[string(e.key)] == nil {
			f.cursors[string(e.key)] = &witnesses{}
		}
		f.cursors[string(e.key)].add(seqOf(e.value))
	case (bucket == "" || bucket == string(bucketMeta)) && string(e.key) == string(metaLog) && logID.Match(e.value):
		f.ids[string(e.value)]++
	case (bucket == "" || bucket == string(bucketMeta)) && string(e.key) == string(metaReplaced):
		var r Replacement
		if json.Unmarshal(e.value, &r) == nil {
			f.earlier = &r
		}
	}
}

// once keeps of each seq one record: that in use, else the later. A commit that failed
// may have left one that another took the place of.
func (f *finds) once() {
	slices.SortFunc(f.records, func(a, b place) int {
		better := 0
		if a.live != b.live {
			better = 1
			if a.live {
				better = -1
			}
		}
		return cmp.Or(cmp.Compare(a.seq, b.seq), better, cmp.Compare(b.boot, a.boot), cmp.Compare(b.up, a.up))
	})
	f.records = slices.CompactFunc(f.records, func(a, b place) bool { return a.seq == b.seq })
	f.records = slices.DeleteFunc(f.records, func(p place) bool { return p.seq == 0 })
}

// id returns what most pages say that the log is, empty where none says.
func (f *finds) id() string {
	best := ""
	for id, n := range f.ids {
		if n > f.ids[best] || n == f.ids[best] && id < best {
			best = id
		}
	}
	return best
}

// checkpoint returns the newest checkpoint that is whole, nil for none.
func (f *finds) checkpoint() *checkpoint {
	var best *checkpoint
	for _, chunks := range f.chunks {
		// A page that was copied has the same chunk again.
		slices.SortFunc(chunks, func(a, b chunk) int { return a.index - b.index })
		chunks = slices.CompactFunc(chunks, func(a, b chunk) bool { return a.index == b.index })
		if c := join(chunks); c != nil && (best == nil || c.seq > best.seq) {
			best = c
		}
	}
	return best
}

// read returns the event of a record.
func (f *finds) read(p place) (kitchen.Event, error) {
	v := make([]byte, p.size)
	if _, err := f.f.ReadAt(v, p.at); err != nil && !errors.Is(err, io.EOF) {
		return kitchen.Event{}, fmt.Errorf("event %d: %w", p.seq, err)
	}
	return decode(key(p.seq), v)
}
