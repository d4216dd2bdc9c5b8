package board

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"readyshelf/kitchen"
)

// Server serves the kitchen's pages. Set its fields before [Server.Handler] and leave
// them; [Server.Redraw] changes what may be changed later.
type Server struct {
	// Store is the name on the pages. Language is one of [Languages]; anything else
	// is zh.
	Store, Language string
	// View returns the newest board, nil while there is none. What it returned is
	// never changed.
	View func() *kitchen.Board
	// Health returns how things are at this moment.
	Health func() Health
	// Changed returns a channel that closes at the next change of either.
	Changed func() <-chan struct{}
	// Do puts what a person at a screen asks before the kitchen, and returns the reply
	// once it is on disk; an error says that the log did not take it.
	Do func(ctx context.Context, screen string, c kitchen.Command) (kitchen.Reply, error)
	// Day tells of a business day by its date, the present one if that is empty. It returns
	// [ErrNoDay] where there is none. nil: there is no log to tell of days.
	Day func(ctx context.Context, date string) (Day, error)
	// Now is the kitchen's wall clock, time.Now if nil. The pages count by it, so
	// that a screen with a wrong clock shows right times.
	Now func() time.Time
	// Pace is how many times faster than real time Now runs, as in a demo; 0 is 1.
	Pace float64
	// Theme is the shop's own, for the page of couriers and guests.
	Theme Theme
	// Stations say which dishes are made where, for screens that show a station's alone.
	Stations []Station
	// Log is told who watches; nil tells nobody.
	Log *slog.Logger
	// Devices is for the page of the devices, which is empty without it.
	Devices *Devices
	// Settings is for the page of the settings; without it there are none.
	Settings *Settings
	// Door lets screens in from elsewhere; nil lets in who sits at this machine alone.
	Door *Door
	// Names are what this machine is called, as in http://NAME:8080/, beside its
	// addresses and localhost.
	Names []string

	watchers watchers
	asking   crowd
	shown    atomic.Pointer[drawing]
}

// Station is a place in the kitchen that makes some of the dishes: those that have any of
// Dishes in their names, in capitals or not. What no station makes is everybody's.
type Station struct {
	Name   string   `json:"name"`
	Dishes []string `json:"dishes"`
}

// Handler answers what routes lists. A stream lasts until its request's context ends, so
// a server that wants to stop must end that: http.Server.BaseContext is the place.
func (s *Server) Handler() http.Handler {
	s.Redraw(s.Store, s.Language)
	return s.guard(s.crowded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.shown.Load().ServeHTTP(w, r) })))
}

// drawing is the pages as they are at present, behind their addresses.
type drawing struct {
	http.Handler
	edition string
}

// Redraw draws the pages with another name and language. Those that are open load
// themselves anew when Changed rings next.
func (s *Server) Redraw(store, language string) {
	made, err := s.draw(store, language)
	if err != nil {
		s.log().Error("draw the pages", "error", err)
		made = &drawn{}
	}
	mux := http.NewServeMux()
	for path, f := range made.files {
		mux.Handle("GET "+path, f)
	}
	for _, p := range pages {
		mux.Handle("GET "+p.path, s.admitPage(p, made))
	}
	for _, r := range s.routes(made.edition) {
		mux.Handle(r.pattern, s.admit(r.role, r.handler))
	}
	s.shown.Store(&drawing{mux, made.edition})
}

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Server) pace() float64 { return cmp.Or(s.Pace, 1) }

func (s *Server) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}
