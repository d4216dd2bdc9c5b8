package board

import (
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// headers stand on every answer. The policy lets the page load its own files and
// nothing else, run no script that stands in it, and be framed by nobody.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
		"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// bodyPatience is how long a request's body may take to come. The pages' own have a
// few hundred bytes.
const bodyPatience = 10 * time.Second

// foreign refuses what a page of somebody else asks for.
var foreign = Refusal{http.StatusForbidden, "cross_origin", "another site's page asked for this: open the board itself"}

// guard sets the headers, and refuses hosts that could be somebody else's and changes
// that another site's page asks for.
func (s *Server) guard(next http.Handler) http.Handler {
	var origins http.CrossOriginProtection
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.caught(w, r)
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		if !ours(r.Host, s.Names) {
			http.Error(w, "the board answers to its address and to the names in [board] names, as in http://127.0.0.1:8080/", http.StatusMisdirectedRequest)
			return
		}
		if origins.Check(r) != nil {
			refuse(w, foreign)
			return
		}
		if r.ContentLength != 0 {
			// net/http takes this away again when the body was read.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)) // a test's writer has none
		}
		next.ServeHTTP(w, r)
	})
}

// caught tells of a handler that panicked; the others go on.
func (s *Server) caught(w http.ResponseWriter, r *http.Request) {
	what := recover()
	if what == nil {
		return
	}
	if what != http.ErrAbortHandler {
		s.log().Error("a page's request failed", "path", r.URL.Path, "error", what, "stack", string(debug.Stack()))
		refuse(w, failed)
	}
}

// ours says whether a Host is one that nobody can point here from outside: an
// address, localhost, or one of names, with or without a port.
func ours(host string, names []string) bool {
	name := hostName(host)
	_, err := netip.ParseAddr(name)
	return err == nil || strings.EqualFold(name, "localhost") ||
		slices.ContainsFunc(names, func(own string) bool { return strings.EqualFold(name, own) })
}

// sameOrigin says whether what a browser asks for was asked by one of our own pages, or
// by a person. Browsers before 2020, and all over plain HTTP, say it by Origin alone.
func sameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		from := r.Header.Get("Origin")
		u, err := url.Parse(from)
		return from == "" || err == nil && u.Host == r.Host
	}
	return false
}
