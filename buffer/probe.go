package buffer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	// probeLimit is how long a probe may take. A file with 48 MiB in use took 0.15 s; a
	// card that needs longer than this is dying.
	probeLimit = 20 * time.Second
	// probeTries is how often a probe may miss that limit: a card may stall once.
	probeTries = 2
)

// Probe says whether the file at path is a log that can be opened and written:
// whether both meta pages are valid, every page that is in use is where it should
// be and holds what it should, and bbolt itself opens it. What is broken in the
// structure is ErrDamaged. A record that does not match its checksum breaks
// nothing: it is told as a gap when it is read. Anything else that is in the way is
// reported as what it is: ErrHeld, a permission, an I/O error.
//
// bbolt looks for free pages in a goroutine of its own when it opens a file, and a
// damaged page ends the process there. So Probe belongs in a child process: see
// Options.Probe. A child that dies has given its answer.
func Probe(path string) error {
	if err := probeRaw(path); err != nil {
		return fmt.Errorf("probe log %s: %w", path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("probe log: %w", err)
	}
	s, err := openStore(path, max(info.Size(), minMaxSize))
	if err != nil {
		return err
	}
	m, err := s.load()
	if err == nil {
		err = s.probeCheckpoint(m)
	}
	if err = errors.Join(err, s.close()); err != nil {
		return fmt.Errorf("probe log %s: %w", path, err)
	}
	return nil
}

// probeCheckpoint misses the checkpoint where the history is not enough: a scan of
// all pages may find one that is no longer in use.
func (s *store) probeCheckpoint(m meta) error {
	c, err := s.loadCheckpoint()
	if !errors.Is(err, errCheckpoint) {
		return err
	}
	if c == nil && m.trimmed > 0 {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// probeRaw inspects the file at path.
func probeRaw(path string) error {
	problems, err := problemsOf(path)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%w: %s", ErrDamaged, problems[0])
	}
	return err
}

// problemsOf says what is wrong with the file at path. It reads it without bbolt, under
// its lock.
func problemsOf(path string) (problems []string, err error) {
	f, err := openBad(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := lockShared(f); err != nil {
		return nil, err
	}
	raw, err := newRawFile(f)
	if err != nil {
		return nil, err
	}
	var in inspection
	in.file(raw)
	return in.problems, in.trouble
}

// lockShared waits for the file to be nobody's who writes, as bbolt does.
func lockShared(f *os.File) error {
	for end := time.Now().Add(lockTimeout); ; time.Sleep(lockTimeout / 40) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Now().After(end) {
			return ErrHeld
		}
	}
}

// inspection is the look at a whole file, page by page.
type inspection struct {
	f        rawFile
	high     uint64
	seen     []bool // pages that belong to something
	problems []string
	trouble  error // the medium does not answer

	records  uint64 // that match their checksums
	spoilt   uint64 // that do not
	last     uint64 // the largest key of a record
	sequence map[string]uint64
}

func (in *inspection) problem(format string, args ...any) {
	if len(in.problems) < maxProblems {
		in.problems = append(in.problems, fmt.Sprintf(format, args...))
	}
}

// file inspects all of f.
func (in *inspection) file(f rawFile) {
	in.f, in.sequence = f, map[string]uint64{}
	if f.pages < 4 {
		in.problem("it has %d pages", f.pages)
		return
	}
	var newest rawMeta
	for id := range uint64(2) {
		p, err := f.page(id)
		if err != nil { // with the first pages out of reach the medium is: that is no damage
			in.trouble = err
			return
		}
		m, err := p.meta()
		if err != nil {
			in.problem("page %d: %v", id, err)
		} else if m.txid >= newest.txid {
			newest = m
		}
	}
	if newest.root == 0 {
		return // neither is valid
	}
	if in.high = newest.high; in.high > f.pages {
		in.problem("it is cut off: %d of %d pages are there", f.pages, in.high)
		in.high = f.pages
	}
	in.seen = make([]bool, in.high)
	in.tree(newest.root, nil, nil, in.bucket)
	if head := in.sequence[string(bucketsHot[0])]; in.last > head {
		in.problem("event %d lies beyond the head, %d", in.last, head)
	}
}

// tree inspects the tree at page id, whose keys lie from least up to, and not with,
// beyond, where these are given; each gets the elements of its leaves.
func (in *inspection) tree(id uint64, least, beyond []byte, each func(element)) {
	if id < 2 || id >= in.high {
		in.problem("page %d is none of this file", id)
		return
	}
	p, err := in.f.page(id)
	if err != nil {
		in.problem("page %d: %v", id, err)
		return
	}
	if !in.take(id, p) {
		return
	}
	elements, err := p.elements(pageSize)
	if err != nil {
		in.problem("page %d: %v", id, err)
		return
	}
	for i, e := range elements {
		switch {
		case string(e.key) < string(least), beyond != nil && string(e.key) >= string(beyond):
			in.problem("page %d: element %d belongs elsewhere", id, i)
		case p.flags() == flagLeaf:
			each(e)
		case i+1 < len(elements):
			in.tree(e.child, e.key, elements[i+1].key, each)
		default:
			in.tree(e.child, e.key, beyond, each)
		}
	}
}

// take notes that page id is in use, once, and says whether it can be read.
func (in *inspection) take(id uint64, p rawPage) bool {
	flags := p.flags()
	switch {
	case p.id() != id || flags != flagBranch && flags != flagLeaf || flags == flagBranch && p.count() == 0:
		in.problem("page %d is no page of a tree", id)
		return false
	case p.more() >= maxPages || id+uint64(p.more()) >= in.high:
		in.problem("page %d says to be %d pages", id, p.more()+1)
		return false
	}
	for i := id; i <= id+uint64(p.more()); i++ {
		if in.seen[i] {
			in.problem("page %d is used twice", i)
			return false
		}
		in.seen[i] = true
	}
	return true
}

// bucket inspects a bucket: an element of the root.
func (in *inspection) bucket(e element) {
	root, sequence, page, err := e.inline()
	if err != nil {
		in.problem("%v", err)
		return
	}
	name := string(e.key)
	in.sequence[name] = sequence
	each := func(e element) { in.entry(name, e) }
	if page == nil {
		in.tree(root, nil, nil, each)
		return
	}
	elements, err := page.elements(1)
	if err != nil {
		in.problem("bucket %q: %v", name, err)
	}
	for _, e := range elements {
		each(e)
	}
}

// entry inspects what lies in a bucket.
func (in *inspection) entry(bucket string, e element) {
	if e.bucket {
		in.problem("bucket %q holds another", bucket)
		return
	}
	switch bucket {
	case string(bucketMeta), string(bucketCursors), string(bucketCheckpoint), string(bucketGaps):
		return
	}
	if _, err := decodeStamp(e.key, e.value); err != nil {
		in.spoilt++
	} else {
		in.records++
	}
	if len(e.key) == keySize {
		in.last = max(in.last, seqOf(e.key))
	}
}

// sounds asks Options.Probe about an existing file. A probe that does not end is
// asked once more and then taken for damage: what a sound file holds is salvaged
// all the same.
func (o Options) sounds() error {
	if o.Probe == nil {
		return nil
	}
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
		err := o.Probe(ctx, o.Path)
		late := ctx.Err() != nil
		cancel()
		switch {
		case err == nil || errors.Is(err, ErrDamaged) || !late:
			return err
		case try == probeTries:
			return fmt.Errorf("probe log %s: %w: the probe did not end within %v, %d times", o.Path, ErrDamaged, probeLimit, try)
		}
		o.Log.Warn("the probe of the log did not end in time and is done again", "limit", probeLimit)
	}
}
