package board

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

var noon = time.Date(2026, 10, 5, 12, 0, 0, 0, time.FixedZone("", 8*60*60))

func after(d time.Duration) *time.Time {
	t := noon.Add(d)
	return &t
}

// lunch is a board with one of everything that a board can hold.
func lunch() *kitchen.Board {
	return &kitchen.Board{
		Seq: 812, At: noon, Since: noon.Add(-time.Hour), Away: after(-2 * time.Hour),
		Orders: []kitchen.BoardOrder{
			{
				ID: "a", Number: "88", Channel: "eleme", Table: "6", Slot: "A1", Phase: kitchen.Cooking,
				Items: []kitchen.Item{{Qty: 2, Name: "<b>宫保鸡丁</b>", Mods: []string{"微辣"}}}, Notes: "花生过敏", Confidence: 0.83,
				Accepted: noon.Add(-9 * time.Minute), Promised: after(time.Minute),
				P50: after(2 * time.Minute), P85: after(4 * time.Minute), Late: true, Urged: 2, Seq: 811,
			},
			{
				ID: "b", Number: "17", Slot: "A2", Phase: kitchen.Ready, Accepted: noon.Add(-20 * time.Minute),
				ReadyAt: after(-8 * time.Minute), Waiting: true, Unread: true, Seq: 800,
			},
		},
		Slots: []kitchen.BoardSlot{
			{Slot: "A1", Order: "a", Light: kitchen.LightLate},
			{Slot: "A2", Order: "b", Light: kitchen.LightReady, ReadySeq: 800},
		},
		Left: []kitchen.BoardLeft{
			{ID: "c", Number: "16", Channel: "jd", Phase: kitchen.PickedUp, ReadyAt: noon.Add(-9 * time.Minute), Picked: after(-7 * time.Minute), Seq: 803},
			{ID: "b", Number: "17", Slot: "A2", Phase: kitchen.Ready, ReadyAt: noon.Add(-8 * time.Minute), Seq: 800},
		},
		Faults: []kitchen.BoardFault{{Device: "scale/a1", Text: "no reading", Remedy: "check its cable", Since: noon}},
		Unsure: []kitchen.BoardOrphan{{Orphan: kitchen.Orphan{Kind: kitchen.SlipUrge, Number: "41", Channel: "jd"}, At: noon}},
	}
}

// page returns a page that shows lunch and never changes.
func site() *Server {
	b := lunch()
	return &Server{
		Store: "Wang's", Language: "en", View: func() *kitchen.Board { return b },
		Health: func() Health {
			return Health{Cause: "no route", Since: after(-time.Minute), Waiting: 3, Sent: 800, Acked: 790}
		},
		Changed: func() <-chan struct{} { return nil }, Now: func() time.Time { return noon },
	}
}

// from is a request as a browser on the same machine sends it.
func from(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// get asks h for a path as a browser on the same machine would.
func get(h http.Handler, path string) *httptest.ResponseRecorder {
	r := from(http.MethodGet, path, "")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestState(t *testing.T) {
	w := get(site().Handler(), "/board.json")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %s, want 200 application/json", w.Code, w.Header().Get("Content-Type"))
	}
	var got bytes.Buffer
	if err := json.Indent(&got, w.Body.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/state.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("board.json differs from testdata/state.json (-want +got):\n%s", diff)
	}
}

func TestFiles(t *testing.T) {
	h := site().Handler()
	for path, want := range map[string]string{
		"/":           "text/html; charset=utf-8",
		"/base.css":   "text/css; charset=utf-8",
		"/kitchen.js": "text/javascript; charset=utf-8",
		"/draw.js":    "text/javascript; charset=utf-8",
		"/words.js":   "text/javascript; charset=utf-8",
		"/icon.svg":   "image/svg+xml",
	} {
		w := get(h, path)
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != want {
			t.Errorf("%s: got %d %s, want 200 %s", path, w.Code, got, want)
		}
		r := from(http.MethodGet, path, "")
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		again := httptest.NewRecorder()
		if h.ServeHTTP(again, r); again.Code != http.StatusNotModified {
			t.Errorf("%s, asked for again: got %d, want 304", path, again.Code)
		}
	}
	for _, path := range []string{"/zh.json", "/kitchen.html", "/base.html", "/words/zh.json", "/web/kitchen.js", "/board.json/x"} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, w.Code)
		}
	}
	r := from(http.MethodPost, "/board.json", "")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", w.Code)
	}
}

// The pages are read over slow links, by old tablets.
func TestSize(t *testing.T) {
	made, err := site().draw("Wang's", "en")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, f := range made.files {
		files += f.weight()
	}
	for name, p := range made.pages {
		if sum := files + p.weight(); sum > 120_000 {
			t.Errorf("%s, with all that any page loads, has %d bytes, want at most 120,000", name, sum)
		}
	}
}

// weight is how many bytes a browser loads.
func (f *file) weight() int {
	if f.zipped != nil {
		return len(f.zipped)
	}
	return len(f.plain)
}

// What a browser unpacks is what it would have got without.
func TestZipped(t *testing.T) {
	r := from(http.MethodGet, "/kitchen.js", "")
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h := site().Handler()
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("a file that shrinks is not zipped")
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	plain := get(h, "/kitchen.js")
	if !bytes.Equal(got, plain.Body.Bytes()) {
		t.Error("zipped and plain differ")
	}
	if w.Header().Get("ETag") == plain.Header().Get("ETag") {
		t.Error("two bodies have one ETag")
	}
}

func TestEscaping(t *testing.T) {
	p := site()
	p.Store = `</title><script src=//evil.example></script>`
	body := get(p.Handler(), "/").Body.String()
	if strings.Contains(body, "<script src=//") {
		t.Error("the store's name became markup")
	}
	if !strings.Contains(body, "&lt;script") {
		t.Error("the store's name is not on the page")
	}
	if body := get(p.Handler(), "/board.json").Body.String(); strings.Contains(body, "<b>") {
		t.Error("a dish's name stands in the JSON as markup")
	}
}

func TestHeaders(t *testing.T) {
	h := site().Handler()
	for _, path := range []string{"/", "/kitchen.js", "/board.json", "/healthz", "/nowhere"} {
		got := get(h, path).Header()
		policy := got.Get("Content-Security-Policy")
		for _, part := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'", "frame-ancestors 'none'",
		} {
			if !strings.Contains(policy+";", part+";") {
				t.Errorf("%s: the policy %q lacks %q", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy %q allows something unsafe", path, policy)
		}
		if got.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", path)
		}
	}
}

func TestHealth(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Server)
		want   int
	}{
		"the broker is away":    {func(*Server) {}, 200},
		"all is well":           {func(p *Server) { p.Health = func() Health { return Health{Connected: true} } }, 200},
		"the log takes nothing": {func(p *Server) { p.Health = func() Health { return Health{Connected: true, Refused: true} } }, 503},
		"no board yet":          {func(p *Server) { p.View = func() *kitchen.Board { return nil } }, 503},
	} {
		p := site()
		c.change(p)
		w := get(p.Handler(), "/healthz")
		var got Health
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if w.Code != c.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, c.want)
		}
		if diff := cmp.Diff(p.Health(), got); diff != "" {
			t.Errorf("%s: health differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestNoBoardYet(t *testing.T) {
	p := site()
	p.View = func() *kitchen.Board { return nil }
	if w := get(p.Handler(), "/board.json"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", w.Code)
	}
}

// A page that runs for weeks must notice that its files are others now.
func TestEdition(t *testing.T) {
	edition := func(change func(*Server)) string {
		p := site()
		change(p)
		made, err := p.draw(p.Store, p.Language)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(made.pages["kitchen"].plain, []byte(`data-edition="`+made.edition+`"`)) {
			t.Errorf("the page does not carry its edition %s", made.edition)
		}
		return made.edition
	}
	same := edition(func(*Server) {})
	if edition(func(*Server) {}) != same {
		t.Error("the edition changes by itself")
	}
	for _, change := range []func(*Server){
		func(p *Server) { p.Store = "Li's" },
		func(p *Server) { p.Language = "zh" },
	} {
		if edition(change) == same {
			t.Error("another page has the same edition")
		}
	}
}
