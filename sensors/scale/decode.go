package scale

import (
	"fmt"
	"io"
)

// Decode reads what a port has sent, to its end, and hands every frame to each:
// its bytes, valid until each returns, and what they say or why they were dropped.
// Noise between frames is skipped, handshakes are not shown, and a frame that the
// end has cut off comes last, as an error. Decode returns the error of r, if any but io.EOF.
func Decode(d Dialect, r io.Reader, each func(frame []byte, r Reading, err error)) error {
	f := newFramer(d)
	show := func(frame []byte) error {
		if d.Answer != nil {
			if _, done := d.Answer(frame); done {
				return nil
			}
		}
		reading, err := d.Parse(frame)
		each(frame, reading, err)
		return nil
	}
	chunk := make([]byte, 4096)
	for {
		n, err := r.Read(chunk)
		if err := f.feed(chunk[:n], show); err != nil {
			return err
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read frames: %w", err)
		}
	}
	cut, err := f.end(show)
	if err == nil && len(cut) > 0 {
		each(cut, Reading{}, errCut)
	}
	return err
}
