package ticket

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A printer serves few connections at once, and tills forget to close theirs. Like
// Epson's UB-E02 it ends one that is idle for five minutes. While all are taken and
// a till waits, the one that has been idle longest gives way; and after a while, of a host
// that has more than half of the places, the one that has been silent longest.
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
	// host is whose it is.
	host() string
}

// hostOf is the host at an address of the network.
func hostOf(a net.Addr) string {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	return ap.Addr().Unmap().String()
}

func newSlots(log *slog.Logger) *slots {
	return &slots{log: log, free: make(chan struct{}, maxSessions), open: map[lodger]bool{}}
}

// enter waits for a place; false if ctx ends first.
func (l *slots) enter(ctx context.Context, s lodger) bool {
	for came := time.Now(); ; {
		select {
		case l.free <- struct{}{}:
			l.mu.Lock()
			defer l.mu.Unlock()
			l.open[s] = true
			return true
		default:
		}
		if !l.makeRoom() && time.Since(came) >= givesWay {
			l.share(s.host())
		}
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
func (l *slots) makeRoom() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var oldest lodger
	since := time.Now().Add(-givesWay)
	for s := range l.open {
		if at, idle := s.rests(); idle && !at.After(since) {
			oldest, since = s, at
		}
	}
	if oldest != nil {
		l.end(oldest)
	}
	return oldest != nil
}

// share ends a session of the host that has more than half of the places, for one of the
// host that waits: the one that has been silent longest.
func (l *slots) share(waits string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	places := map[string]int{}
	for s := range l.open {
		places[s.host()]++
	}
	var oldest lodger
	var since time.Time
	for s := range l.open {
		at, _ := s.rests()
		if h := s.host(); h != waits && places[h] > maxSessions/2 && (oldest == nil || at.Before(since)) {
			oldest, since = s, at
		}
	}
	if oldest != nil {
		l.end(oldest)
	}
}

// end ends a session for another one. Whoever calls has the lock.
func (l *slots) end(s lodger) {
	s.giveWay()
	if !l.told {
		l.told = true
		l.log.Warn("all connections are taken; some are ended for new ones", "connections", maxSessions)
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
