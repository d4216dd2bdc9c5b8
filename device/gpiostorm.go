package device

import (
	"errors"
	"time"
)

// A line in a storm changes faster than its edges can be read: an input that floats, or
// that hears a motor. No finger and no contact does that.
const (
	stormy = 3 * time.Second // a storm that lasts so long is a fault; a plug that is put in takes less
	calm   = time.Second     // a storm is over when nothing was lost for so long
)

// errStorm is of a line in a storm.
var errStorm = errors.New("it changes too fast: the kernel loses its edges all the time")

// storm counts what the kernel has lost of a line's edges. The zero storm is none.
type storm struct {
	since, last time.Time // its first and last loss
	lost        uint64
}

// add notes that edges were lost, and says whether that is a fault: it has gone on for
// long, and is as much as fills the kernel's buffer.
func (s *storm) add(edges uint32, now time.Time) bool {
	if now.Sub(s.last) > calm {
		*s = storm{since: now}
	}
	s.last = now
	s.lost += uint64(edges)
	return now.Sub(s.since) >= stormy && s.lost >= eventBuffer
}

// fail ends what v reads, because of a storm. A view that is opened then fails at the
// next loss, until the storm is over.
func (v *view) fail() {
	if v.err == nil {
		v.err = &Error{Op: "read line", Path: v.Name(), Err: errStorm, Hint: "check its wiring and pull-up"}
		close(v.failed)
	}
}
