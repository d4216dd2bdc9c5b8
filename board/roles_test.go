package board

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// asks returns a request for a route, with a body where it takes one.
func (r route) asks(t *testing.T) *http.Request {
	t.Helper()
	method, path, ok := strings.Cut(r.pattern, " ")
	if !ok {
		t.Fatalf("the route %q has no method", r.pattern)
	}
	body := ""
	if method == http.MethodPost {
		body = "{}"
	}
	return far(method, strings.NewReplacer("{$}", "", "{", "", "}", "").Replace(path), body)
}

// Whatever there is to ask, a screen without a session gets none of it.
func TestEveryRouteNeedsASession(t *testing.T) {
	_, p := gated()
	h := p.Handler()
	for _, route := range p.routes("") {
		if w := answer(h, route.asks(t)); route.role > Nobody && w.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", route.pattern, w.Code)
		}
	}
	for _, page := range pages {
		w := answer(h, far("GET", page.at(), ""))
		if want := "/pair?to=" + url.QueryEscape(page.at()); page.role > Nobody && (w.Code != http.StatusSeeOther || w.Header().Get("Location") != want) {
			t.Errorf("%s: got %d to %q, want 303 to %s", page.name, w.Code, w.Header().Get("Location"), want)
		}
	}
}

// A screen that may only see presses nothing: no order becomes ready by it.
func TestViewRolePressingReady(t *testing.T) {
	g, p := gated()
	pressed := false
	h := p.admit(Staff, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { pressed = true }))
	if w := answer(h, with(far("POST", "/orders/ready", "{}"), paired(t, g, p.Handler(), View, "view"))); w.Code != http.StatusForbidden || pressed {
		t.Errorf("view: got %d, pressed %v", w.Code, pressed)
	}
	if answer(h, with(far("POST", "/orders/ready", "{}"), paired(t, g, p.Handler(), Staff, "staff"))); !pressed {
		t.Error("staff may not press either")
	}
}

// Whatever there is to ask, a smaller role gets none of a larger one's.
func TestEveryRouteNeedsItsRole(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	for role := Pickup; role < Owner; role++ {
		c := paired(t, g, h, role, "")
		for _, route := range p.routes("") {
			if route.role <= role {
				continue
			}
			if w := answer(h, with(route.asks(t), c)); w.Code != http.StatusForbidden || code(t, w.Body.String()) != "role" {
				t.Errorf("%s as %s: got %d %s, want 403 role", route.pattern, role, w.Code, w.Body)
			}
		}
		for _, page := range pages {
			if page.role <= role || page.at() == "/" {
				continue
			}
			r := with(far("GET", page.at(), ""), c)
			r.Header.Set("If-None-Match", "*")
			if w := answer(h, r); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `id="code"`) {
				t.Errorf("%s as %s: got %d, want 403 and the page for a code", page.name, role, w.Code)
			}
		}
	}
}

// A screen for couriers comes from the first page to its own, and to no other.
func TestPickupRole(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, Pickup, "")
	if w := answer(h, with(far("GET", "/", ""), c)); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/pickup" {
		t.Errorf("the first page: got %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := answer(h, with(far("GET", "/pickup", ""), c)); w.Code != http.StatusOK {
		t.Errorf("its own: got %d", w.Code)
	}
	if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != http.StatusForbidden {
		t.Errorf("the board: got %d", w.Code)
	}
	for _, to := range []string{"/", "/today", "/pickup"} {
		if got := ownPage(to, Pickup); got != "/pickup" {
			t.Errorf("after pairing %s leads to %s", to, got)
		}
	}
}

// Nobody is sent anywhere but to our own pages.
func TestOpenRedirect(t *testing.T) {
	for to, want := range map[string]string{
		"/":                        "/",
		"/?day=2026-10-05":         "/?day=2026-10-05",
		"":                         "/",
		"/pair":                    "/",
		"/nowhere":                 "/",
		"https://evil.example/":    "/",
		"//evil.example/":          "/",
		"///evil.example/":         "/",
		`/\evil.example/`:          "/",
		`\\evil.example`:           "/",
		"/\t/evil.example":         "/",
		"javascript:alert(1)":      "/",
		"http:evil.example":        "/",
		"/%2f/evil.example":        "/",
		"/../..//evil.example":     "/",
		"//user@evil.example/?x=/": "/",
	} {
		if got := ownPage(to, Owner); got != want {
			t.Errorf("%q: got %q, want %q", to, got, want)
		}
	}
	_, p := gated()
	for _, path := range []string{"//evil.example/", "/%5cevil.example", "/..//evil.example", "///evil.example/%2f.."} {
		r := far("GET", "/", "")
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = u
		to := answer(p.Handler(), r).Header().Get("Location")
		if to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
			t.Errorf("%s leads to %s", path, to)
		}
	}
}
