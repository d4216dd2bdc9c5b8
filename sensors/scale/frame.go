package scale

import (
	"bufio"
	"bytes"
	"errors"
)

// maxFrame is more than any frame is long. What grows longer without an end is
// noise, and gives way.
const maxFrame = 128

var (
	errChecksum = errors.New("the checksum is wrong")
	errCut      = errors.New("the frame is cut short")
	errShape    = errors.New("not a frame of this protocol")
)

// framer cuts a stream into frames. Its memory is fixed: unlike a bufio.Scanner
// it survives endless garbage, and finds the next frame after it.
type framer struct {
	split bufio.SplitFunc
	mask  byte
	n     int // bytes of buf in use; fewer than maxFrame between feeds
	buf   [4 * maxFrame]byte
}

func newFramer(d Dialect) *framer {
	f := &framer{split: d.Split, mask: 0x7F}
	if d.Binary {
		f.mask = 0xFF
	}
	return f
}

// feed takes the next bytes and hands every frame that they complete to each. The
// frame is valid until each returns. It ends at the first error of each.
func (f *framer) feed(p []byte, each func(frame []byte) error) error {
	for len(p) > 0 {
		n := copy(f.buf[f.n:], p)
		for i := f.n; i < f.n+n; i++ {
			f.buf[i] &= f.mask
		}
		f.n += n
		p = p[n:]
		if err := f.drain(false, each); err != nil {
			return err
		}
	}
	return nil
}

// end says that no more bytes follow. It returns what is left of a frame that
// never ended; the frames behind its beginning have been handed on.
func (f *framer) end(each func(frame []byte) error) (cut []byte, err error) {
	if err := f.drain(false, each); err != nil {
		return nil, err
	}
	cut = bytes.Clone(f.buf[:f.n])
	found := false
	err = f.drain(true, func(frame []byte) error {
		found = true
		return each(frame)
	})
	if found {
		return nil, err
	}
	return cut, err
}

func (f *framer) drain(last bool, each func(frame []byte) error) error {
	rest := f.buf[:f.n]
	var err error
	for len(rest) > 0 && err == nil {
		advance, frame, _ := f.split(rest, last)
		if frame != nil {
			err = each(frame)
		}
		if advance <= 0 {
			if frame == nil && len(rest) < maxFrame && !last {
				break
			}
			advance = 1
		}
		rest = rest[min(advance, len(rest)):]
	}
	f.n = copy(f.buf[:], rest)
	return err
}

// fixed returns a SplitFunc for frames of n bytes that begin with start and for
// which ok holds. A byte of single outside a frame is a frame of its own.
func fixed(start string, n int, ok func(frame []byte) bool, single string) bufio.SplitFunc {
	heads := start[:1] + single
	return func(data []byte, last bool) (int, []byte, error) {
		i := indexAny(data, heads)
		if i < 0 {
			return len(data), nil, nil
		}
		if data[i] != start[0] {
			return i + 1, data[i : i+1], nil
		}
		frame := data[i:]
		have := min(len(start), len(frame))
		switch {
		case string(frame[:have]) != start[:have]:
			return i + 1, nil, nil
		case len(frame) < n:
			return i, nil, nil
		case !ok(frame[:n]):
			return i + 1, nil, nil // the next frame may begin inside this one
		}
		return i + n, frame[:n], nil
	}
}

// between returns a SplitFunc for frames from start to end, of at most n bytes,
// that hold no second start.
func between(start, end byte, n int) bufio.SplitFunc {
	return func(data []byte, last bool) (int, []byte, error) {
		i := bytes.IndexByte(data, start)
		if i < 0 {
			return len(data), nil, nil
		}
		frame := data[i:min(len(data), i+n)]
		if again := bytes.IndexByte(frame[1:], start); again >= 0 {
			if e := bytes.IndexByte(frame[:again+1], end); e < 0 {
				return i + again + 1, nil, nil
			}
		}
		e := bytes.IndexByte(frame, end)
		switch {
		case e >= 0:
			return i + e + 1, frame[:e+1], nil
		case len(frame) == n:
			return i + 1, nil, nil
		}
		return i, nil, nil
	}
}

// lines is a SplitFunc for lines that end in CR, LF or both. The frame is the line
// without its end; empty ones are skipped.
func lines(data []byte, last bool) (int, []byte, error) { return line(data, 0) }

// line is lines, for a line of which the first from bytes may hold any value.
func line(data []byte, from int) (int, []byte, error) {
	if data[0] == cr || data[0] == lf {
		return 1, nil, nil
	}
	for i := from; i < len(data) && i < maxFrame; i++ {
		if data[i] == cr || data[i] == lf {
			return i + 1, data[:i], nil
		}
	}
	if len(data) >= maxFrame {
		return maxFrame / 2, nil, nil // the other half may be the line that ends next
	}
	return 0, nil, nil
}

// printable returns the end of a line that follows its last control character,
// and whether it had one: then its beginning is lost, or was noise.
func printable(line []byte) (rest []byte, torn bool) {
	for i := len(line) - 1; i >= 0; i-- {
		if line[i] < ' ' || line[i] > '~' {
			return line[i+1:], true
		}
	}
	return line, false
}

func indexAny(data []byte, set string) int {
	for i, c := range data {
		for j := range len(set) {
			if c == set[j] {
				return i
			}
		}
	}
	return -1
}
