package board

import (
	"net/http"
	"sync"
	"time"
)

// How many streams may be open. Those of this machine are counted apart: whatever the
// shop's network does, who sits at the box sees the board.
const (
	maxStreams       = 64
	maxScreenStreams = 8 // of one paired screen
)

// watchers counts open streams by screen.
type watchers struct {
	mu    sync.Mutex
	of    map[string]int
	total int // without those of this machine
}

// begin says whether one more may be open; end is called when it no longer is.
func (l *watchers) begin(screen string) (end func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]int{}
	}
	far := 1
	if screen == local {
		far = 0
	}
	most := maxScreenStreams
	if far == 0 {
		most = maxStreams
	}
	if l.of[screen] >= most || l.total+far > maxStreams {
		return nil, false
	}
	l.of[screen]++
	l.total += far
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.of[screen]--; l.of[screen] == 0 {
			delete(l.of, screen)
		}
		l.total -= far
	}, true
}

// watched keeps the number of streams within its limits. What lasts goes through it.
func (s *Server) watched(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		end, ok := s.watchers.begin(visitor(r).Screen)
		if !ok {
			w.Header().Set("Retry-After", "10")
			refuse(w, Refusal{http.StatusServiceUnavailable, "streams", "too many pages are open: close one"})
			return
		}
		defer end()
		to.ServeHTTP(w, r)
	})
}

// HTTP returns a server for the pages, with the limits that a shop's network asks for. A
// stream gives each message its own time, so none of these ends one.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}
