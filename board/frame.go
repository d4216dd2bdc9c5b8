package board

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"sync"
	"time"
)

// frame is a state as all screens get it. It is made once, however many watch.
type frame struct {
	// id names what it says: the board's seq, and a hash of the rest. A page that has a
	// frame is not sent it again.
	id string
	// rest is the state without its time, which is that of each sending: {"board":…}.
	rest []byte
}

// data is the state, as sent at a time. Its first key is "now".
func (f frame) data(now time.Time) []byte {
	out := fmt.Appendf(make([]byte, 0, len(f.rest)+64), `{"now":%q`, now.Format(time.RFC3339Nano))
	if len(f.rest) > len("{}") {
		out = append(out, ',')
	}
	return append(out, f.rest[1:]...)
}

// newFrame makes the frame of a state; v is its rest.
func newFrame(seq uint64, v any) (frame, error) {
	rest, err := json.Marshal(v)
	if err != nil {
		return frame{}, fmt.Errorf("draw the board: %w", err)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(rest) // never fails
	return frame{fmt.Sprintf("%d-%x", seq, sum.Sum64()), rest}, nil
}

// frames makes the frames of one kind. The zero id means that there is nothing to show yet.
type frames struct {
	server *Server
	make   func() (frame, error)

	mu      sync.Mutex
	changed <-chan struct{} // what last is of; nil without
	last    frame
}

// newest returns the newest frame, and what closes when it is out of date.
func (f *frames) newest() (frame, <-chan struct{}, error) {
	changed := f.server.Changed() // asked before the state: a change in between is not missed
	f.mu.Lock()
	defer f.mu.Unlock()
	if changed != nil && changed == f.changed {
		return f.last, changed, nil
	}
	last, err := f.make()
	if err != nil {
		return frame{}, nil, err
	}
	f.last, f.changed = last, changed
	return last, changed, nil
}

// has is the id of the frame that a page says it has. Browsers say so in a header where
// they come back by themselves, and the page in its query where it does.
func has(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return strings.TrimSpace(r.URL.Query().Get("have"))
}
