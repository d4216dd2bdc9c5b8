package scale

import (
	"bytes"
	"cmp"
	"slices"
)

// Match is a dialect that makes sense of what a port sent.
type Match struct {
	Dialect Dialect
	// Frames is how many good ones there were, Reading what the last of them says. No
	// frame is a mere ACK of the question: the dialect begins so.
	Frames  int
	Reading Reading

	share float64 // of the bytes, that are in good frames
}

// enough is the share of bytes that must be in good frames. Of a stream that was
// entered in a frame, and left in one, two thirds are.
const enough = 0.5

// Recognise returns the dialects that fit what a port set to mode sent after it was
// asked with asked, or unasked if that is nil: the best fit first, and of equal ones
// that which is asked so, is usually set so, or is the likelier.
func Recognise(heard, asked []byte, mode Mode) []Match {
	var found []Match
	for _, d := range dialects {
		if d.Mode == (Mode{}) {
			continue // no serial line
		}
		m := match(d, heard)
		if m.share >= enough || begins(d, heard, asked) {
			found = append(found, m)
		}
	}
	usual := func(m Match) int {
		n := 0
		if bytes.Equal(m.Dialect.Poll, asked) {
			n += 2
		}
		if m.Dialect.Mode == mode {
			n++
		}
		return n
	}
	slices.SortStableFunc(found, func(x, y Match) int {
		return cmp.Or(cmp.Compare(y.share, x.share), cmp.Compare(usual(y), usual(x)))
	})
	return found
}

// match reads what was heard as d. A lone control character is no frame: at a wrong
// speed every byte comes by at times.
func match(d Dialect, heard []byte) Match {
	m := Match{Dialect: d}
	good := 0
	count := func(frame []byte) error {
		if len(frame) == 1 {
			return nil
		}
		if r, err := d.Parse(frame); err == nil {
			m.Frames, m.Reading = m.Frames+1, r
			good += content(frame)
		}
		return nil
	}
	f := newFramer(d)
	_ = f.feed(heard, count) // count has no error
	_, _ = f.end(count)
	m.share = float64(good) / float64(max(content(heard), 1))
	return m
}

// content counts the bytes that do not end lines: some dialects leave those out of
// their frames.
func content(p []byte) int {
	return len(p) - bytes.Count(p, []byte{cr}) - bytes.Count(p, []byte{lf})
}

// begins says that heard is the ACK with which d begins its answer to asked.
func begins(d Dialect, heard, asked []byte) bool {
	if d.Answer == nil || !bytes.Equal(d.Poll, asked) || len(heard) != 1 || heard[0]&0x7F != ack {
		return false
	}
	_, done := d.Answer([]byte{ack})
	return done
}
