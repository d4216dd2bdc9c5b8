package buffer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// A damaged file can end a process inside bbolt, so what may be damaged is read
// here without it. A page of bbolt has a header and then its elements; all numbers
// are little-endian, as on every machine this runs on.
//
//	 0  u64  the page's number
//	 8  u16  1 branch, 2 leaf, 4 meta, 16 freelist
//	10  u16  how many elements
//	12  u32  how many pages more belong to it
//	16  …    elements: leaf    u32 flags, u32 pos, u32 key size, u32 value size
//	                   branch  u32 pos, u32 key size, u64 the child's page
//
// Keys and values follow the elements without a space between, in their order; pos
// counts from its element. A leaf element with flag 1 is a bucket: its value is
// the u64 page of its root, the u64 sequence, and, where the root is 0, the page
// itself.
const (
	flagBranch = 1
	flagLeaf   = 2
	flagMeta   = 4
	flagBucket = 1

	// maxPages bounds what one page may claim: bbolt does not split a leaf below
	// five records.
	maxPages = 6*maxRecord/pageSize + 1
)

// rawPage is a page with those that belong to it.
type rawPage []byte

func (p rawPage) id() uint64  { return binary.LittleEndian.Uint64(p) }
func (p rawPage) flags() int  { return int(binary.LittleEndian.Uint16(p[8:])) }
func (p rawPage) count() int  { return int(binary.LittleEndian.Uint16(p[10:])) }
func (p rawPage) more() int64 { return int64(binary.LittleEndian.Uint32(p[12:])) }

// element is one of a leaf or a branch.
type element struct {
	key, value []byte
	bucket     bool
	child      uint64 // of a branch
	from, to   int    // where in the page key and value lie
}

// element returns the i-th of p, and false where it does not lie within p.
func (p rawPage) element(i int) (e element, ok bool) {
	at := pageHeader + i*elementSize
	if at+elementSize > len(p) {
		return e, false
	}
	h := p[at:]
	word := func(i int) int64 { return int64(binary.LittleEndian.Uint32(h[4*i:])) }
	pos, keySize, valueSize := word(1), word(2), word(3)
	if p.flags() == flagBranch {
		pos, keySize, valueSize = word(0), word(1), 0
		e.child = binary.LittleEndian.Uint64(h[8:])
	} else {
		e.bucket = word(0)&flagBucket != 0
	}
	from := int64(at) + pos
	to := from + keySize + valueSize
	if to > int64(len(p)) {
		return e, false
	}
	e.from, e.to = int(from), int(to)
	e.key, e.value = p[from:from+keySize], p[from+keySize:to]
	return e, true
}

// elements returns all of p, or what is wrong with how they lie. They end within
// its last room bytes.
func (p rawPage) elements(room int) ([]element, error) {
	next := pageHeader + p.count()*elementSize
	out := make([]element, 0, min(p.count(), len(p)/elementSize))
	for i := range p.count() {
		e, ok := p.element(i)
		switch {
		case !ok || e.from != next || len(e.key) == 0:
			return nil, fmt.Errorf("element %d does not lie where it should", i)
		case i > 0 && string(out[i-1].key) >= string(e.key):
			return nil, fmt.Errorf("element %d is out of order", i)
		}
		next = e.to
		out = append(out, e)
	}
	if next > len(p) || next+room <= len(p) {
		return nil, fmt.Errorf("its elements end at %d of %d bytes", next, len(p))
	}
	return out, nil
}

// inline returns the root, the sequence and, where there is one, the page inside
// the value of a bucket.
func (e element) inline() (root, sequence uint64, p rawPage, err error) {
	if !e.bucket || len(e.value) < bucketHeader {
		return 0, 0, nil, fmt.Errorf("%q is no bucket", e.key)
	}
	root, sequence = binary.LittleEndian.Uint64(e.value), binary.LittleEndian.Uint64(e.value[8:])
	if root != 0 {
		return root, sequence, nil, nil
	}
	p = rawPage(e.value[bucketHeader:])
	if len(p) < pageHeader || p.flags() != flagLeaf {
		return 0, sequence, nil, fmt.Errorf("bucket %q has no page", e.key)
	}
	return 0, sequence, p, nil
}

// rawMeta is what a meta page says.
type rawMeta struct{ root, high, txid uint64 }

const (
	metaMagic = 0xED0CDAED
	metaSize  = 64
)

// meta reads a meta page: after the page's header u32 magic, version, page size
// and flags, u64 root, sequence, freelist, high water, transaction and FNV-1a of all
// that.
func (p rawPage) meta() (m rawMeta, err error) {
	b := p[pageHeader : pageHeader+metaSize]
	h := fnv.New64a()
	h.Write(b[:metaSize-8])
	switch word := binary.LittleEndian.Uint32; {
	case p.flags() != flagMeta || word(b) != metaMagic:
		return m, errors.New("it is no meta page")
	case binary.LittleEndian.Uint64(b[metaSize-8:]) != h.Sum64():
		return m, errCRC
	case word(b[4:]) != 2 || word(b[8:]) != pageSize:
		return m, fmt.Errorf("version %d, pages of %d bytes", word(b[4:]), word(b[8:]))
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	return rawMeta{root: word(2), high: word(5), txid: word(6)}, nil
}

// rawFile is a file of pages.
type rawFile struct {
	io.ReaderAt
	pages uint64 // whole ones
}

func newRawFile(f *os.File) (rawFile, error) {
	info, err := f.Stat()
	if err != nil {
		return rawFile{}, err
	}
	return rawFile{f, uint64(info.Size()) / pageSize}, nil
}

// page reads page id with those that belong to it, as many as can be. Where they
// are fewer than it says, the rest of it is missing and no error tells so.
func (f rawFile) page(id uint64) (rawPage, error) {
	b := make([]byte, pageSize)
	if _, err := f.ReadAt(b, int64(id)*pageSize); err != nil {
		return nil, err
	}
	more := min(rawPage(b).more(), maxPages, int64(f.pages-id-1))
	if more == 0 || rawPage(b).flags() != flagLeaf && rawPage(b).flags() != flagBranch {
		return b, nil
	}
	b = append(b, make([]byte, more*pageSize)...)
	if n, err := f.ReadAt(b[pageSize:], int64(id+1)*pageSize); err != nil {
		b = b[:pageSize+n]
	}
	return b, nil
}
