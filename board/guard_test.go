package board

import (
	"context"
	"log/slog"
	"net/url"

	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"readyshelf/kitchen"
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
		"at the machine":                    {func(*http.Request) {}, 200},
		"over IPv6":                         {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:4000", "[::1]:8080" }, 200},
		"mapped":                            {func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:4000" }, 200},
		"from elsewhere":                    {func(r *http.Request) { r.RemoteAddr = "192.168.1.77:4000" }, 401},
		"from elsewhere by name":            {func(r *http.Request) { r.RemoteAddr, r.Host = "192.168.1.77:4000", "localhost" }, 401},
		"by the machine's number":           {func(r *http.Request) { r.Host = "192.168.1.20:8080" }, 401},
		"through a proxy":                   {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.0.0.9") }, 401},
		"through a proxy that says nothing": {func(r *http.Request) { r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0 }, 401},
		"from nowhere":                      {func(r *http.Request) { r.RemoteAddr = "" }, 401},
	} {
		r := from(http.MethodGet, "/board.json", "")
		c.change(r)
		if w := answer(h, r); w.Code != c.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, c.want)
		}
	}
}

// A page of another site can change nothing here, and reads nothing, whichever of its
// headers the browser sends.
func TestCrossOriginPost(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, Owner, "phone")
	for name, headers := range map[string]map[string]string{
		"another site":              {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"another port of this host": {"Sec-Fetch-Site": "same-site", "Origin": "http://192.168.1.20:9000"},
		"an old browser":            {"Origin": "http://evil.example"},
		"an old browser, a frame":   {"Origin": "null"},
	} {
		for _, near := range []bool{true, false} {
			for method, path := range map[string]string{"POST": "/leave", "GET": "/events", "DELETE": "/board.json"} {
				r := with(far(method, path, "{}"), c)
				if near {
					r = from(method, path, "{}")
				}
				for k, v := range headers {
					r.Header.Set(k, v)
				}
				if w := answer(h, r); w.Code != http.StatusForbidden || code(t, w.Body.String()) != "cross_origin" {
					t.Errorf("%s, %s %s, local %v: got %d %s, want 403 cross_origin", name, method, path, near, w.Code, w.Body)
				}
			}
		}
	}
	if len(g.Screens()) != 1 {
		t.Error("another site's page unpaired a screen")
	}
	for name, headers := range map[string]map[string]string{
		"our own page":                    {"Sec-Fetch-Site": "same-origin", "Origin": "http://192.168.1.20:8080"},
		"our own page, in an old browser": {"Origin": "http://192.168.1.20:8080"},
		"a program":                       {},
	} {
		r := with(far("GET", "/whoami", ""), c)
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		if w := answer(h, r); w.Code != http.StatusOK {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
	// A form of another site cannot send JSON.
	r := with(far("POST", "/pair", `{"code":"1","to":"/"}`), c)
	r.Header.Set("Content-Type", "text/plain")
	if w := answer(h, r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a form's body: got %d", w.Code)
	}
}

// No path leads to a file that is not the pages' own.
func TestPathTraversal(t *testing.T) {
	h := site().Handler()
	for _, path := range []string{
		"/../go.mod", "/..%2fgo.mod", "/%2e%2e/go.mod", "/..%5cgo.mod", "/words/../base.html", "/./base.html",
		"/words%2f..%2fbase.html", "/web/base.html", "/base.html%00.css", "//etc/passwd", "/etc/passwd", "/file:///etc/passwd",
		"/%252e%252e/go.mod", "/words/zh.json/..", "/kitchen.js/../../board/doc.go", "/.", "/..",
	} {
		r := from(http.MethodGet, "/", "")
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL, r.RequestURI = u, path
		for range 3 { // redirects clean the path
			w := answer(h, r)
			if to := w.Header().Get("Location"); w.Code >= 300 && w.Code < 400 {
				r = from(http.MethodGet, to, "")
				continue
			}
			if body := w.Body.String(); w.Code != http.StatusNotFound && r.URL.Path != "/" || strings.Contains(body, "module readyshelf") || strings.Contains(body, "root:") {
				t.Errorf("%s: got %d at %s", path, w.Code, r.URL)
			}
			break
		}
	}
}

// A dish may be called anything: its name goes out as JSON that no browser takes for
// markup, with a policy that runs no script of the page's text.
func TestScriptInItemName(t *testing.T) {
	const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
	p := site()
	b := lunch()
	b.Orders[0].Items[0].Name, b.Orders[0].Notes, b.Orders[0].Number = evil, evil, evil
	p.View = func() *kitchen.Board { return b }
	h := p.Handler()
	w := answer(h, from("GET", "/board.json", ""))
	if body := w.Body.String(); strings.Contains(body, "<") || !strings.Contains(body, `\u003cscript\u003e`) {
		t.Errorf("the state has markup: %s", body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("the state is %s", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	w = answer(h, from("GET", "/events", "").WithContext(ctx))
	if body := w.Body.String(); strings.Contains(body, "<") || !strings.Contains(body, `\u003cscript\u003e`) {
		t.Errorf("the stream has markup: %s", body)
	}
	if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self';") {
		t.Errorf("the stream's policy is %q", got)
	}
}

// A handler that fails badly takes nobody with it.
func TestPanic(t *testing.T) {
	p := site()
	said := new(strings.Builder)
	p.Log = slog.New(slog.NewTextHandler(said, nil))
	p.View = func() *kitchen.Board { panic("no board") }
	w := answer(p.Handler(), from("GET", "/board.json", ""))
	if w.Code != http.StatusInternalServerError || code(t, w.Body.String()) != "failed" || !strings.Contains(said.String(), "no board") {
		t.Errorf("got %d %s, and the log says %q", w.Code, w.Body, said)
	}
}
