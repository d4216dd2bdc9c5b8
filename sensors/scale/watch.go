package scale

import (
	"fmt"
	"time"
)

// When a conversation has failed.
const (
	// So many bytes, or some of them over that time, without a single good frame,
	// are not this protocol.
	junkBytes = 2 << 10
	junkSome  = 64
	junkTime  = 10 * time.Second
	// A scale that may be silent, but has sent so many frames without such a pause,
	// is one that streams; then silence is a fault too, though a late one, as some
	// keep quiet while their load moves.
	streamFrames = 100
	streamPause  = time.Second
	streamFault  = 30 * time.Second
)

// watch tells when a conversation has failed.
type watch struct {
	heard  time.Time // when anything was last heard, or the port was opened
	frame  time.Time // when a good frame came last
	frames int       // good frames without a pause
	junk   int       // bytes since the last good frame
	since  time.Time // when the junk began
}

// bytes notes that n bytes came.
func (w *watch) bytes(now time.Time, n int) {
	if w.junk == 0 {
		w.since = now
	}
	w.junk += n
	w.heard = now
}

// good notes a good frame of n bytes, and tells whether it proves that the scale
// speaks the dialect. A lone control character ("no weight now") does not, if there
// was junk around it: at a wrong baud rate every byte comes by at times.
func (w *watch) good(now time.Time, n int) bool {
	if n == 1 {
		w.junk--
		if w.junk > 0 {
			return false
		}
	}
	if w.frames > 0 && now.Sub(w.frame) > streamPause {
		w.frames = 0
	}
	w.frames++
	w.frame = now
	w.junk = 0
	return true
}

// held shifts everything by a time in which nobody listened.
func (w *watch) held(d time.Duration) {
	w.heard, w.frame, w.since = w.heard.Add(d), w.frame.Add(d), w.since.Add(d)
}

// check returns what a shop owner has to know once the conversation has failed.
func (w *watch) check(now time.Time, d Dialect) error {
	silence := now.Sub(w.heard)
	switch {
	case w.junk >= junkBytes || w.junk >= junkSome && now.Sub(w.since) >= junkTime:
		return fmt.Errorf("the scale talks, but not %s: check protocol and mode (now %s)", d.Name, d.Mode)
	case d.Quiet > 0 && silence >= d.Quiet && d.Poll != nil:
		return fmt.Errorf("the scale does not answer: check cable, power, protocol and baud rate (now %s, %s)", d.Name, d.Mode)
	case d.Quiet > 0 && silence >= d.Quiet:
		return fmt.Errorf("the scale sends nothing: check cable, power, protocol and baud rate (now %s, %s)", d.Name, d.Mode)
	case d.Quiet == 0 && d.Poll == nil && w.frames >= streamFrames && silence >= streamFault:
		return fmt.Errorf("the scale has stopped sending: check cable and power, and that nothing on it keeps moving")
	}
	return nil
}
