package ticket

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A printer serves few connections at once, and tills forget to close theirs. Like
// Epson's UB-E02 it ends one that is idle for five minutes. While all are taken and
// a till waits, the one that has been idle longest gives way.
const (
	idleEnd   = 5 * time.Minute
	givesWay  = 10 * time.Second // idle for so long, a session may be ended for another
	slotAgain = time.Second      // how often a waiting till looks for such a one
)

// slots are the places for sessions.
type slots struct {
	log  *slog.Logger
	free chan struct{} // holds one for each session

	mu   sync.Mutex
	open map[lodger]bool
	told bool
}

// A lodger is a session that has a place.
type lodger interface {
	// rests says since when it is idle, if it is.
	rests() (time.Time, bool)
	// giveWay ends it for another one.
	giveWay()
}

func newSlots(log *slog.Logger) *slots {
	return &slots{log: log, free: make(chan struct{}, maxSessions), open: map[lodger]bool{}}
}

// enter waits for a place; false if ctx ends first.
func (l *slots) enter(ctx context.Context, s lodger) bool {
	for {
		select {
		case l.free <- struct{}{}:
			l.mu.Lock()
			defer l.mu.Unlock()
			l.open[s] = true
			return true
		default:
		}
		l.makeRoom()
		select {
		case <-ctx.Done():
			return false
		case l.free <- struct{}{}:
			<-l.free
		case <-time.After(slotAgain):
		}
	}
}

func (l *slots) leave(s lodger) {
	l.mu.Lock()
	delete(l.open, s)
	l.mu.Unlock()
	<-l.free
}

// makeRoom ends the session that has been idle longest, if that is long enough.
func (l *slots) makeRoom() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var oldest lodger
	since := time.Now().Add(-givesWay)
	for s := range l.open {
		if at, idle := s.rests(); idle && !at.After(since) {
			oldest, since = s, at
		}
	}
	if oldest == nil {
		return
	}
	oldest.giveWay()
	if !l.told {
		l.told = true
		l.log.Warn("all connections are taken; those that are idle are ended for new ones", "connections", maxSessions)
	}
}

// rest is since when a session waits for a job to begin.
type rest struct {
	mu    sync.Mutex
	since time.Time // when the last byte came
	idle  bool      // nothing is at hand
}

// begins notes that the session waits for bytes, with a job at hand or none.
func (r *rest) begins(pending bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = !pending
}

// ends notes that bytes came.
func (r *rest) ends() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.since, r.idle = time.Now(), false
}

// rests says since when the session is idle, if it is.
func (r *rest) rests() (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.since, r.idle
}
