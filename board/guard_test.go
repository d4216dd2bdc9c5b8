package board

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answer is what h says to r.
func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A foreign name that points here (DNS rebinding) is told nothing.
func TestRebindingHost(t *testing.T) {
	p := site()
	p.Names = []string{"Readyshelf.local", "board.wang.example"}
	h := p.Handler()
	for host, want := range map[string]int{
		"127.0.0.1:8080":           200,
		"127.0.0.1":                200,
		"[::1]:8080":               200,
		"[::1]":                    200,
		"localhost:8080":           200,
		"LocalHost":                200,
		"192.168.1.20:8080":        401,
		"readyshelf.local:8080":    401,
		"BOARD.wang.example":       401,
		"":                         421,
		"evil.example":             421,
		"evil.example:8080":        421,
		"localhost.evil.example":   421,
		"127.0.0.1.evil.example":   421,
		"readyshelf.local.evil":    421,
		"localhost:8080:evil":      421,
		"2130706433":               421,
		"127.0.0.1@evil.example:1": 421,
	} {
		r := from(http.MethodGet, "/board.json", "")
		r.Host = host
		w := answer(h, r)
		if w.Code != want {
			t.Errorf("Host %q: got %d, want %d", host, w.Code, want)
		}
		if w.Code != 200 && strings.Contains(w.Body.String(), "88") {
			t.Errorf("Host %q was told of an order", host)
		}
	}
}

// Who sits at the machine needs no pairing; a request that only passes through it is
// somebody else's.
func TestLocal(t *testing.T) {
	h := site().Handler()
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"at the machine":          {func(*http.Request) {}, 200},
		"over IPv6":               {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:4000", "[::1]:8080" }, 200},
		"mapped":                  {func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:4000" }, 200},
		"from elsewhere":          {func(r *http.Request) { r.RemoteAddr = "192.168.1.77:4000" }, 401},
		"from elsewhere by name":  {func(r *http.Request) { r.RemoteAddr, r.Host = "192.168.1.77:4000", "localhost" }, 401},
		"by the machine's number": {func(r *http.Request) { r.Host = "192.168.1.20:8080" }, 401},
		"through a proxy":         {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.0.0.9") }, 401},
		"from nowhere":            {func(r *http.Request) { r.RemoteAddr = "" }, 401},
	} {
		r := from(http.MethodGet, "/board.json", "")
		c.change(r)
		if w := answer(h, r); w.Code != c.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, c.want)
		}
	}
}
