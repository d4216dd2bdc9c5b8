package board

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// pace is the least time between two states: ten a second is more than eyes need.
	pace = 100 * time.Millisecond
	// beat is how often a page hears that the daemon lives.
	beat = 500 * time.Millisecond
	// patience is how long a page may take to read what it is sent. A screen that
	// was switched off closes nothing, and its stream must end one day.
	patience = 10 * time.Second
)

// stream serves frames of one kind as they change. It ends with the request's context, or
// when the other side no longer reads.
type stream struct {
	*Server
	edition string
	frames  *frames
}

func (s stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	s.log().Debug("a board is open", "at", r.RemoteAddr)
	err := s.run(r, sender{w, http.NewResponseController(w)})
	s.log().Debug("a board is closed", "at", r.RemoteAddr, "error", err)
}

// run sends until the request's context ends, which is no error.
func (s stream) run(r *http.Request, to sender) error {
	// The browser comes back after a second, not after its own three to five.
	if err := to.send("retry: 1000\nevent: edition\ndata: %s\n\n", s.edition); err != nil {
		return err
	}
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	sent, had, edition := "", has(r), s.edition
	for {
		f, changed, err := s.frames.newest()
		if err != nil {
			return err
		}
		if now := s.shown.Load(); now != nil && now.edition != edition {
			edition = now.edition // the page goes and comes back
			if err := to.send("event: edition\ndata: %s\n\n", edition); err != nil {
				return err
			}
		}
		if f.id != "" && f.id != sent {
			if err := s.sendFrame(to, f, had); err != nil {
				return err
			}
			sent, had = f.id, ""
		}
		// Until pace has passed changed stays unread; whatever closes it meanwhile is
		// one change.
		rest, again := time.After(pace), (<-chan struct{})(nil)
		for due := false; !due; {
			select {
			case <-r.Context().Done():
				return nil
			case <-rest:
				again = changed
			case <-again:
				due = true
			case <-ticker.C:
				if err := to.send("event: beat\ndata: %s\n\n", s.clock()); err != nil {
					return err
				}
			}
		}
	}
}

// sendFrame sends a frame, or says that it is the one that the page has.
func (s stream) sendFrame(to sender, f frame, had string) error {
	if f.id == had {
		return to.send("event: same\ndata: %s\n\n", s.clock())
	}
	return to.send("id: %s\nevent: state\ndata: %s\n\n", f.id, f.data(s.now()))
}

// clock is the kitchen's, as the pages get it.
func (s *Server) clock() string { return s.now().Format(time.RFC3339Nano) }

// sender writes one message at a time and gives each its own deadline, whatever
// the server's is.
type sender struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (t sender) send(format string, args ...any) error {
	if err := t.rc.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("give a page its time: %w", err)
	}
	if _, err := fmt.Fprintf(t.w, format, args...); err != nil {
		return fmt.Errorf("send to a page: %w", err)
	}
	if err := t.rc.Flush(); err != nil {
		return fmt.Errorf("send to a page: %w", err)
	}
	return nil
}
