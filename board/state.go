package board

import (
	"net/http"
	"time"

	"readyshelf/kitchen"
)

// Health is how the log and the way to the cloud are.
type Health struct {
	// Connected says that a broker takes alerts; Cause why not, for people; Since
	// when that began.
	Connected bool       `json:"connected"`
	Cause     string     `json:"cause"`
	Since     *time.Time `json:"since"`
	// Waiting counts the alerts that no broker has acknowledged. Acked is the last
	// event that one has: a slot's order with a ReadySeq up to it is known outside.
	Waiting uint64 `json:"waiting"`
	Acked   uint64 `json:"acked"`
	// Refused says that the log takes nothing at present.
	Refused bool `json:"refused"`
}

// state is all that the kitchen's page shows.
type state struct {
	Now    time.Time      `json:"now"`
	Board  *kitchen.Board `json:"board"`
	Health Health         `json:"health"`
}

func (s *Server) state() state { return state{s.now(), s.View(), s.Health()} }

// serveState answers the state once.
func (s *Server) serveState(w http.ResponseWriter, _ *http.Request) {
	now := s.state()
	if now.Board == nil {
		refuse(w, Refusal{http.StatusServiceUnavailable, "starting", "starting: no board yet"})
		return
	}
	s.writeJSON(w, http.StatusOK, now)
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
