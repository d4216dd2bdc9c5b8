package scale

import (
	"fmt"
	"io"
)

// A Decoder reads what a port sends, piece by piece. It is not safe for concurrent use.
type Decoder struct {
	dialect Dialect
	framer  *framer
}

// NewDecoder returns a decoder at the start of a stream, which may be anywhere in a frame.
func NewDecoder(d Dialect) *Decoder { return &Decoder{d, newFramer(d)} }

// Write takes the next bytes, and hands every frame that they complete to each: its
// bytes, valid until each returns, and what they say or why they were dropped. Noise
// between frames is skipped, handshakes are not shown.
func (d *Decoder) Write(p []byte, each func(frame []byte, r Reading, err error)) {
	_ = d.framer.feed(p, d.show(each)) // show has no error
}

// Close says that nothing follows. A frame that the end has cut off comes last, as an
// error.
func (d *Decoder) Close(each func(frame []byte, r Reading, err error)) {
	if cut, _ := d.framer.end(d.show(each)); len(cut) > 0 { // show has no error
		each(cut, Reading{}, errCut)
	}
}

// show reads a frame for each, unless it belongs to a handshake.
func (d *Decoder) show(each func(frame []byte, r Reading, err error)) func(frame []byte) error {
	return func(frame []byte) error {
		if d.dialect.Answer != nil {
			if _, done := d.dialect.Answer(frame); done {
				return nil
			}
		}
		reading, err := d.dialect.Parse(frame)
		each(frame, reading, err)
		return nil
	}
}

// Decode reads what a port has sent, to its end, as a [Decoder] does. It returns the
// error of r, if any but io.EOF.
func Decode(dialect Dialect, r io.Reader, each func(frame []byte, r Reading, err error)) error {
	d := NewDecoder(dialect)
	chunk := make([]byte, 4096)
	for {
		n, err := r.Read(chunk)
		d.Write(chunk[:n], each)
		if err == io.EOF {
			d.Close(each)
			return nil
		}
		if err != nil {
			return fmt.Errorf("read frames: %w", err)
		}
	}
}
