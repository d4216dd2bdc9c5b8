package board

import (
	"net/http"
	"time"

	"readyshelf/kitchen"
)

// Health is how the log and the way to the cloud are.
type Health struct {
	// Alone says that there is no broker to connect to: nobody has set one up.
	Alone bool `json:"alone,omitempty"`
	// Connected says that a broker takes alerts; Cause why not, for people; Since
	// when that began.
	Connected bool       `json:"connected"`
	Cause     string     `json:"cause"`
	Since     *time.Time `json:"since"`
	// Waiting counts the alerts that no broker has acknowledged. Acked is the last
	// event that one has: a slot's order with a ReadySeq up to it is known outside.
	// Sent is the last that a broker was handed, never less than Acked.
	Waiting uint64 `json:"waiting"`
	Sent    uint64 `json:"sent"`
	Acked   uint64 `json:"acked"`
	// Refused says that the log takes nothing at present.
	Refused bool `json:"refused"`
}

// state is all that the kitchen's page shows, but for the time.
type state struct {
	Board *kitchen.Board `json:"board"`
	// Left are the orders that can be recalled.
	Left   []kitchen.BoardLeft `json:"left"`
	Health Health              `json:"health"`
}

func (s *Server) state() state {
	now := state{Board: s.View(), Left: []kitchen.BoardLeft{}, Health: s.Health()}
	if now.Board != nil {
		now.Left = append(now.Left, now.Board.Left...)
	}
	return now
}

// frame is the state as the stream sends it.
func (s *Server) frame() (frame, error) {
	now := s.state()
	if now.Board == nil {
		return frame{}, nil
	}
	return newFrame(now.Board.Seq, now)
}

// serveState answers the state once.
func (s *Server) serveState(w http.ResponseWriter, _ *http.Request) {
	f, err := s.frame()
	switch {
	case err != nil:
		s.log().Error("write an answer", "error", err)
		refuse(w, undrawn)
	case f.id == "":
		refuse(w, Refusal{http.StatusServiceUnavailable, "starting", "starting: no board yet"})
	default:
		writeBody(w, http.StatusOK, f.data(s.now()))
	}
}

// serveHealth answers 200 while the kitchen is watched and the log takes facts. A
// broker that is away is no illness: the log waits for it. Who may not see the kitchen
// is told that alone.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) {
	now := s.state()
	code := http.StatusOK
	if now.Board == nil || now.Health.Refused {
		code = http.StatusServiceUnavailable
	}
	if visitor(r).Role < View {
		s.writeJSON(w, code, struct{}{})
		return
	}
	s.writeJSON(w, code, now.Health)
}
