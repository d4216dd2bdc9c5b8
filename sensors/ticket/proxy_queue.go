package ticket

import (
	"sync"
	"time"
)

// What waits of one connection to be decoded: the longest tickets with their pictures.
const (
	queueBytes  = 256 << 10
	queuePieces = 4096
)

// A queue stands between the line and the decoder. The line's side never waits: the
// lock is held to copy or to swap, and by nobody who does anything else.
//
// What does not fit is dropped, and all that comes after it until the decoder has
// taken what is there: one hole, not many.
type queue struct {
	ready chan struct{} // holds one when there is something new

	mu    sync.Mutex
	now   heap
	ended bool
}

// A heap is what the decoder takes at once.
type heap struct {
	bytes  []byte
	pieces []passed
	lost   int // bytes of both directions dropped after these
}

// passed is one piece of a heap.
type passed struct {
	n    int
	back bool
	at   time.Time // when its newest byte was passed
}

// together is how far apart two pieces may be to count as one.
const together = 10 * time.Millisecond

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// offer is the line's side. A nil queue takes nothing.
func (q *queue) offer(back bool, p []byte) {
	if q == nil {
		return
	}
	q.mu.Lock()
	q.now.add(back, p, time.Now())
	q.mu.Unlock()
	q.ring()
}

// close says that nothing more comes.
func (q *queue) close() {
	if q == nil {
		return
	}
	q.mu.Lock()
	q.ended = true
	q.mu.Unlock()
	q.ring()
}

func (q *queue) ring() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take returns what there is, and gives the queue an empty heap to fill. Ended says
// that nothing more comes.
func (q *queue) take(empty heap) (h heap, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h, q.now = q.now, heap{bytes: empty.bytes[:0], pieces: empty.pieces[:0]}
	return h, q.ended
}

func (h *heap) add(back bool, p []byte, at time.Time) {
	last := len(h.pieces) - 1
	joins := last >= 0 && h.pieces[last].back == back && at.Sub(h.pieces[last].at) < together
	switch {
	case h.lost > 0, len(h.bytes)+len(p) > queueBytes, !joins && len(h.pieces) == queuePieces:
		h.lost += len(p)
		return
	case joins:
		h.pieces[last].n += len(p)
		h.pieces[last].at = at
	default:
		h.pieces = append(h.pieces, passed{n: len(p), back: back, at: at})
	}
	h.bytes = append(h.bytes, p...)
}
