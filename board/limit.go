package board

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// How many streams may be open. Those of this machine are counted apart: whatever the
// shop's network does, who sits at the box sees the board.
const (
	maxStreams       = 64
	maxScreenStreams = 8 // of one paired screen
)

// tally counts what is open at this moment, by whose it is.
type tally[K comparable] struct {
	mu    sync.Mutex
	of    map[K]int
	total int
}

// begin says whether one more may be, with so many of each and of all; then end is called
// when it no longer is.
func (t *tally[K]) begin(who K, each, all int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.total >= all || t.of[who] >= each {
		return false
	}
	if t.of == nil {
		t.of = map[K]int{}
	}
	t.total++
	t.of[who]++
	return true
}

func (t *tally[K]) end(who K) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total--
	if t.of[who]--; t.of[who] == 0 {
		delete(t.of, who)
	}
}

// watchers counts open streams by screen.
type watchers struct {
	tally[string]               // without those of this machine
	here          tally[string] // those
}

// begin says whether one more may be open; end is called when it no longer is.
func (l *watchers) begin(screen string) (end func(), ok bool) {
	of, each := &l.tally, maxScreenStreams
	if screen == local {
		of, each = &l.here, maxStreams
	}
	if !of.begin(screen, each, maxStreams) {
		return nil, false
	}
	return func() { of.end(screen) }, true
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
		MaxHeaderBytes:    8 << 10,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxAtOnce, MaxReceiveBufferPerConnection: maxUnread, MaxReceiveBufferPerStream: maxUnread,
		},
		// What it would say is what anybody in the network does to a port.
		ErrorLog: slog.NewLogLogger(s.log().Handler(), slog.LevelDebug),
	}
}

// How many connections may be open, and how many requests on them: a screen's browser has
// six at most. Those of this machine are not counted.
const (
	maxConnections     = 256
	maxFromOneNeighbor = 32
	maxAtOnce          = 16       // requests on one connection of HTTP/2: twice a screen's streams
	maxUnread          = 64 << 10 // bytes on one such connection that nobody has read; the least there may be
)

// Limit closes connections of the shop's network that are too many, from one address or
// on the whole, before anything is read from them.
func Limit(ln net.Listener) net.Listener {
	return &limited{Listener: ln}
}

type limited struct {
	net.Listener
	open crowd
}

// Accept waits for a connection that may be.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		who, far := neighbor(c.RemoteAddr().String())
		if !far {
			return c, nil
		}
		if l.open.begin(who) {
			return &counted{Conn: c, end: func() { l.open.end(who) }}, nil
		}
		c.Close()
	}
}

// neighbor is whose connections, requests and wrong codes are counted together, and whether
// it is another machine. It is an address, in IPv6 too: all of a shop's network have one
// prefix there, and one of them must not use up what the others have.
func neighbor(from string) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(from)
	who := at.Addr().Unmap()
	return who, err == nil && !who.IsLoopback()
}

// crowd counts what comes from the shop's network, by neighbor.
type crowd struct{ tally[netip.Addr] }

// begin says whether one more may be; then end is called when it no longer is.
func (c *crowd) begin(who netip.Addr) bool {
	return c.tally.begin(who, maxFromOneNeighbor, maxConnections)
}

// crowded keeps the number of requests within that of connections, of which one in HTTP/2
// carries several.
func (s *Server) crowded(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, far := neighbor(r.RemoteAddr); far {
			if !s.asking.begin(who) {
				w.Header().Set("Retry-After", "10")
				refuse(w, Refusal{http.StatusServiceUnavailable, "crowded", "too much is asked at once"})
				return
			}
			defer s.asking.end(who)
		}
		to.ServeHTTP(w, r)
	})
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	once sync.Once
	end  func()
}

// Close closes it.
func (c *counted) Close() error {
	c.once.Do(c.end)
	return c.Conn.Close()
}
