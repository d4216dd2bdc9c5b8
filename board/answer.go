package board

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
)

// Refusal is why something was not done: an HTTP status, a code for scripts and a text
// for people.
type Refusal struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Text   string `json:"text"`
}

func (r Refusal) Error() string { return r.Text }

// The longest requests, in bytes. The text of all settings, which are the owner's, fits
// several times; what others send has a few hundred. What anybody in the network can let a
// small machine remember must be little.
const (
	maxBody      = 4 << 10
	maxOwnerBody = 256 << 10
)

// post handles what a person does: JSON comes in, JSON goes out, and an error that is a
// [Refusal] is told. Any other is the daemon's own trouble and goes to its log.
func post[T any](s *Server, do func(context.Context, Visitor, T) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body T
		err := read(w, r, &body)
		var out any
		if err == nil {
			out, err = do(r.Context(), visitor(r), body)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.writeJSON(w, http.StatusOK, out)
	})
}

// fail answers why a request was not done.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refusal Refusal
	if errors.As(err, &refusal) {
		refuse(w, refusal)
		return
	}
	s.log().Error("a page's request failed", "path", r.URL.Path, "error", err)
	refuse(w, failed)
}

// failed is the daemon's own trouble.
var failed = Refusal{http.StatusInternalServerError, "failed", "that did not work; the daemon's log says why"}

// read reads a body, strictly. What comes too slowly guard ends.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return Refusal{http.StatusUnsupportedMediaType, "malformed", "the body must be application/json"}
	}
	most := int64(maxBody)
	if visitor(r).Role == Owner {
		most = maxOwnerBody
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = errors.New("more than one value")
		}
	}
	if long := (*http.MaxBytesError)(nil); errors.As(err, &long) {
		return Refusal{http.StatusRequestEntityTooLarge, "too_large", "the body is too long"}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Refusal{http.StatusRequestTimeout, "slow", "the body came too slowly"}
	}
	if err != nil {
		return Refusal{http.StatusBadRequest, "malformed", "the body is not what this asks for: " + err.Error()}
	}
	return nil
}

// refuse answers with an error, as {error: {code, text}}.
func refuse(w http.ResponseWriter, r Refusal) {
	body, _ := json.Marshal(map[string]Refusal{"error": r}) // strings
	writeBody(w, r.Status, body)
}

func (s *Server) writeJSON(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.log().Error("write an answer", "error", err)
		refuse(w, undrawn)
		return
	}
	writeBody(w, code, body)
}

// undrawn is the answer where something could not be written as JSON.
var undrawn = Refusal{http.StatusInternalServerError, "failed", "that could not be drawn; the daemon's log says why"}

// writeBody answers with JSON.
func writeBody(w http.ResponseWriter, code int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n')) // who asked is gone: nobody is left to tell
}
