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
		// What it would say is what anybody in the network does to a port.
		ErrorLog: slog.NewLogLogger(s.log().Handler(), slog.LevelDebug),
	}
}

// How many connections may be open: a screen's browser has six at most. Those of this
// machine are not counted.
const (
	maxConnections     = 256
	maxFromOneNeighbor = 32
)

// Limit closes connections of the shop's network that are too many, from one address or
// on the whole, before anything is read from them.
func Limit(ln net.Listener) net.Listener {
	return &limited{Listener: ln, of: map[netip.Prefix]int{}}
}

type limited struct {
	net.Listener

	mu    sync.Mutex
	of    map[netip.Prefix]int
	total int
}

// Accept waits for a connection that may be.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		who, far := neighbor(c.RemoteAddr())
		if !far {
			return c, nil
		}
		if l.begin(who) {
			return &counted{Conn: c, end: func() { l.end(who) }}, nil
		}
		c.Close()
	}
}

// neighbor is whose connections are counted together, and whether they are: an address,
// or, since a machine has many, the network of one in IPv6.
func neighbor(from net.Addr) (netip.Prefix, bool) {
	at, err := netip.ParseAddrPort(from.String())
	if err != nil || at.Addr().Unmap().IsLoopback() {
		return netip.Prefix{}, false
	}
	bits := 32
	if at.Addr().Unmap().Is6() {
		bits = 64
	}
	who, err := at.Addr().Unmap().WithZone("").Prefix(bits)
	return who, err == nil
}

func (l *limited) begin(who netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total == maxConnections || l.of[who] == maxFromOneNeighbor {
		return false
	}
	l.total++
	l.of[who]++
	return true
}

func (l *limited) end(who netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.of[who]--; l.of[who] == 0 {
		delete(l.of, who)
	}
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
