package board

import (
	"context"
	"net/http"
)

// Role is what somebody may do. Each may do what those before it may.
type Role int

// The roles.
const (
	Nobody Role = iota // may know whether the daemon lives
	View               // sees the kitchen
	Staff              // presses
	Owner              // sets things up
)

// Visitor is who asks.
type Visitor struct {
	Role Role
	// Screen names the screen that it sits at, for the log: "local" on this machine.
	Screen string
}

type visitorKey struct{}

// visitor is who asks, as admit found.
func visitor(r *http.Request) Visitor {
	v, _ := r.Context().Value(visitorKey{}).(Visitor)
	return v
}

// who asks.
func (s *Server) who(*http.Request) Visitor { return Visitor{Owner, "local"} }

// admit lets those in who have a role.
func (s *Server) admit(role Role, to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.who(r)
		if v.Role < role {
			refuse(w, Refusal{http.StatusForbidden, "role", "this screen may not do that"})
			return
		}
		to.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)))
	})
}
