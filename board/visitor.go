package board

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// local is the screen of whoever sits at this machine, or came through a tunnel.
const local = "local"

// Visitor is who asks.
type Visitor struct {
	Role Role
	// Screen names the screen that it sits at, for the log: "local" on this machine.
	Screen string
}

type (
	visitorKey struct{}
	sessionKey struct{}
)

// visitor is who asks, as admit found.
func visitor(r *http.Request) Visitor {
	v, _ := r.Context().Value(visitorKey{}).(Visitor)
	return v
}

// sessionOf is the session that a visitor from elsewhere has.
func sessionOf(r *http.Request) (session, bool) {
	s, ok := r.Context().Value(sessionKey{}).(session)
	return s, ok
}

// isLocal says whether a request comes from this machine and is meant for it. A proxy on
// this machine, which asks for others, is told by what it adds, by the name that they
// asked for, or by HTTP/1.0, which nginx speaks unless told otherwise and no browser does.
func isLocal(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() || !r.ProtoAtLeast(1, 1) {
		return false
	}
	host := hostName(r.Host)
	to, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && to.Unmap().IsLoopback()
}

// hostName is a Host without its port and without the brackets of IPv6.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// enter finds out who asks. The request it returns knows that, and ends when the
// visitor is sent away; left is called when the request was answered.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) (known *http.Request, left func()) {
	ctx, left := r.Context(), func() {}
	v := Visitor{}
	if isLocal(r) {
		v = Visitor{Owner, local}
	} else if screen, one, ok := s.holder(r); ok {
		v = Visitor{screen.Role, screen.Name}
		ctx, left = s.Door.stay(context.WithValue(ctx, sessionKey{}, one), one)
		if s.Door.stale(one) {
			http.SetCookie(w, newCookie(r, s.Door.issue(screen, secure(r))))
		}
	}
	return r.WithContext(context.WithValue(ctx, visitorKey{}, v)), left
}

// holder is the screen whose cookie a request brings. A browser may send several of the
// name, since other ports of this host can set one too.
func (s *Server) holder(r *http.Request) (screen Screen, one session, ok bool) {
	if s.Door == nil {
		return screen, one, false
	}
	for _, c := range r.CookiesNamed(cookieName(r)) {
		if screen, one, ok = s.Door.opened(c.Value, secure(r)); ok {
			break
		}
	}
	return screen, one, ok
}

// admit lets those in who have a role, and asks that a browser was sent by one of our
// own pages.
func (s *Server) admit(role Role, to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, left := s.enter(w, r)
		defer left()
		switch v := visitor(r); {
		case !sameOrigin(r):
			refuse(w, foreign)
		case v.Role < role && v.Role == Nobody:
			refuse(w, Refusal{http.StatusUnauthorized, "unpaired", "this screen is not paired: readyshelf board pair, on the box, makes a code for /pair"})
		case v.Role < role:
			refuse(w, Refusal{http.StatusForbidden, "role", "this screen may not do that"})
		default:
			to.ServeHTTP(w, r)
		}
	})
}

// admitPage is admit for a page. Who is not paired is sent to where that is done; whose
// role is too small is told there.
func (s *Server) admitPage(p page, made *drawn) http.Handler {
	own, pairing := made.page(p.name), made.page("pair")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, left := s.enter(w, r)
		defer left()
		switch v := visitor(r); {
		case v.Role >= p.role:
			own.ServeHTTP(w, r)
		case v.Role == Nobody:
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/pair?to="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
		case r.URL.Path == "/": // nobody meant this page by it
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, home(v.Role), http.StatusSeeOther)
		default:
			r.Header.Del("If-None-Match") // it is for the other page
			r.Header.Del("Range")
			pairing.ServeHTTP(forbidden{w}, r)
		}
	})
}

// forbidden answers 403 with whatever else is drawn.
type forbidden struct{ http.ResponseWriter }

// WriteHeader replaces the status.
func (f forbidden) WriteHeader(int) { f.ResponseWriter.WriteHeader(http.StatusForbidden) }

// whoami answers who asks: it is what a page shows of its own screen, and how one
// whose stream broke finds out whether it was sent away.
func (s *Server) whoami(w http.ResponseWriter, r *http.Request) {
	v := visitor(r)
	_, paired := sessionOf(r)
	s.writeJSON(w, http.StatusOK, map[string]any{"role": v.Role.String(), "screen": v.Screen, "paired": paired})
}

// pairing is what a page sends to be paired.
type pairing struct {
	Code string `json:"code"`
	To   string `json:"to"` // the page that it came from
}

// pair lets a screen in that knows a code, and answers where it goes then.
func (s *Server) pair(w http.ResponseWriter, r *http.Request) {
	var body pairing
	err := read(w, r, &body)
	if err == nil && s.Door == nil {
		err = wrongCode
	}
	var screen Screen
	if err == nil {
		screen, err = s.Door.pair(body.Code, r.RemoteAddr)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if old, ok := sessionOf(r); ok {
		s.sendAway(old)
	}
	http.SetCookie(w, newCookie(r, s.Door.issue(screen, secure(r))))
	s.writeJSON(w, http.StatusOK, map[string]any{"to": ownPage(body.To, screen.Role), "screen": screen.Name, "role": screen.Role.String()})
}

// leave unpairs the screen that asks.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	one, ok := sessionOf(r)
	if !ok {
		refuse(w, Refusal{http.StatusConflict, "local", "this screen was never paired: it is the machine itself"})
		return
	}
	http.SetCookie(w, newCookie(r, ""))
	s.sendAway(one)
	s.writeJSON(w, http.StatusOK, map[string]any{})
}

// sendAway unpairs the screen of a session.
func (s *Server) sendAway(one session) {
	if _, err := s.Door.unpair(func(p Screen) bool { return p.ID == one.screen }); err != nil {
		s.log().Error("a screen that left comes back with the next start", "error", err)
	}
}

// ownPage is to, if that is a page that the role may see, with what it asks for; else the
// first such page.
func ownPage(to string, role Role) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return home(role)
	}
	for _, p := range pages {
		if p.role > Nobody && p.role <= role && u.Path == p.at() {
			return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
		}
	}
	return home(role)
}
