package board

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"readyshelf/kitchen"
)

//go:embed web
var web embed.FS

// files are served as they are, each under its own name.
var files = []string{"board.css", "board.js", "draw.js", "words.js", "icon.svg"}

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

// Page is the kitchen's page. Set its fields before [Page.Handler] and leave them.
type Page struct {
	// Store is the name on the page. Language is "zh" or "en"; anything else is zh.
	Store, Language string
	// View returns the newest board, nil while there is none. What it returned is
	// never changed.
	View func() *kitchen.Board
	// Health returns how things are at this moment.
	Health func() Health
	// Changed returns a channel that closes at the next change of either.
	Changed func() <-chan struct{}
	// Now is the kitchen's wall clock, time.Now if nil. The page counts by it, so
	// that a screen with a wrong clock shows right times.
	Now func() time.Time
	// Log is told who watches; nil tells nobody.
	Log *slog.Logger
}

// state is all that the page shows.
type state struct {
	Now    time.Time      `json:"now"`
	Board  *kitchen.Board `json:"board"`
	Health Health         `json:"health"`
}

// Handler answers GET /, /events, /board.json and /healthz. A stream lasts until
// its request's context ends, so a server that wants to stop must end that:
// http.Server.BaseContext is the place.
func (p *Page) Handler() http.Handler {
	html, edition, err := p.render()
	if err != nil {
		p.log().Error("draw the page", "error", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", file("index.html", html))
	for _, name := range files {
		body, _ := fs.ReadFile(web, "web/"+name) // render said so if one is missing
		mux.Handle("GET /"+name, file(name, body))
	}
	mux.HandleFunc("GET /board.json", p.serveState)
	mux.HandleFunc("GET /healthz", p.serveHealth)
	mux.Handle("GET /events", stream{p, edition})
	return guard(mux)
}

// render fills in the page. Its edition changes with whatever it is made of.
func (p *Page) render() (html []byte, edition string, err error) {
	words, err := dictionary(p.language())
	if err != nil {
		return nil, "", err
	}
	page, err := template.ParseFS(web, "web/index.html")
	if err != nil {
		return nil, "", fmt.Errorf("parse the page: %w", err)
	}
	made := sha256.New()
	fmt.Fprintln(made, p.Store)
	for _, name := range append([]string{"index.html", p.language() + ".json"}, files...) {
		body, err := fs.ReadFile(web, "web/"+name)
		if err != nil {
			return nil, "", fmt.Errorf("read a file of the page: %w", err)
		}
		made.Write(body)
	}
	edition = hex.EncodeToString(made.Sum(nil)[:8])
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"Store": p.Store, "Words": words, "Edition": edition})
	if err != nil {
		return nil, "", fmt.Errorf("fill in the page: %w", err)
	}
	return out.Bytes(), edition, nil
}

// tag is the ETag of a body.
func tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

// file serves a body that never changes while the daemon runs. The browser asks
// each time and is mostly told that it has it already.
func file(name string, body []byte) http.Handler {
	etag := tag(body)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(body) == 0 {
			http.Error(w, "this page could not be drawn; the daemon's log says why", http.StatusInternalServerError)
			return
		}
		w.Header().Set("ETag", etag)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	})
}

// serveState answers the state once.
func (p *Page) serveState(w http.ResponseWriter, _ *http.Request) {
	s := p.state()
	if s.Board == nil {
		http.Error(w, "starting: no board yet", http.StatusServiceUnavailable)
		return
	}
	p.writeJSON(w, http.StatusOK, s)
}

// serveHealth answers 200 while the kitchen is watched and the log takes facts. A
// broker that is away is no illness: the log waits for it.
func (p *Page) serveHealth(w http.ResponseWriter, _ *http.Request) {
	s := p.state()
	code := http.StatusOK
	if s.Board == nil || s.Health.Refused {
		code = http.StatusServiceUnavailable
	}
	p.writeJSON(w, code, s.Health)
}

func (p *Page) writeJSON(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		p.log().Error("draw the board", "error", err)
		http.Error(w, "the board could not be drawn; the daemon's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n')) // who asked is gone: nobody is left to tell
}

func (p *Page) state() state { return state{p.now(), p.View(), p.Health()} }

func (p *Page) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Page) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}

func (p *Page) language() string {
	if p.Language == "en" {
		return "en"
	}
	return "zh"
}
