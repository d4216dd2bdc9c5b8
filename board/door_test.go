package board

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// gate is a door whose list is kept in memory, and whose log is read.
type gate struct {
	*Door
	kept   []Screen
	broken error // of Save
	said   strings.Builder
}

func newGate() *gate {
	g := &gate{}
	g.Door = &Door{
		Key: []byte(strings.Repeat("k", 32)),
		Log: slog.New(slog.NewTextHandler(&g.said, nil)),
		Save: func(all []Screen) error {
			if g.broken == nil {
				g.kept = all
			}
			return g.broken
		},
	}
	return g
}

// gated is lunch behind a gate.
func gated() (*gate, *Server) {
	g, p := newGate(), site()
	p.Door, p.Now = g.Door, nil
	return g, p
}

// far is a request from a tablet in the shop's network.
func far(method, path, body string) *http.Request {
	r := from(method, path, body)
	r.Host, r.RemoteAddr = "192.168.1.20:8080", "192.168.1.77:5000"
	return r
}

// offer makes a code.
func (g *gate) offer(t *testing.T, role Role, name string) string {
	t.Helper()
	o, err := g.Offer(role, name)
	if err != nil {
		t.Fatal(err)
	}
	return o.Code
}

// paired pairs a screen through the pages and returns its cookie.
func paired(t *testing.T, g *gate, h http.Handler, role Role, name string) *http.Cookie {
	t.Helper()
	w := answer(h, far("POST", "/pair", fmt.Sprintf(`{"code":%q,"to":"/"}`, g.offer(t, role, name))))
	cookies := w.Result().Cookies()
	if w.Code != http.StatusOK || len(cookies) != 1 {
		t.Fatalf("pair %s: %d %s, cookies %v", name, w.Code, w.Body, cookies)
	}
	return cookies[0]
}

// with adds a cookie to a request.
func with(r *http.Request, c *http.Cookie) *http.Request {
	r.AddCookie(c)
	return r
}

// code is the code of a refusal.
func code(t *testing.T, body string) string {
	t.Helper()
	var got struct{ Error Refusal }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return got.Error.Code
}

func TestPairing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		h := p.Handler()
		c := paired(t, g, h, Staff, "pass tablet")
		if c.Name != "readyshelf" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure || c.MaxAge != 365*24*60*60 {
			t.Errorf("got the cookie %v", c)
		}
		if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != http.StatusOK {
			t.Errorf("with the cookie: %d", w.Code)
		}
		w := answer(h, with(far("GET", "/whoami", ""), c))
		if got, want := strings.TrimSpace(w.Body.String()), `{"paired":true,"role":"staff","screen":"pass tablet"}`; got != want {
			t.Errorf("whoami: got %s, want %s", got, want)
		}
		if !strings.Contains(g.said.String(), `screen="pass tablet" role=staff from=192.168.1.77:5000`) {
			t.Errorf("the log says %q", g.said.String())
		}

		again := newGate() // after a restart
		again.Load(g.kept)
		p.Door = again.Door
		if w := answer(p.Handler(), with(far("GET", "/board.json", ""), c)); w.Code != http.StatusOK {
			t.Errorf("after a restart: %d", w.Code)
		}
	})
}

// A code is good once, for ten minutes, and for one screen of several at a time.
func TestCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		once := g.offer(t, View, "")
		if s, err := g.pair(once, "a"); err != nil || s.Name != "view-1" || s.Role != View {
			t.Errorf("got %+v, %v", s, err)
		}
		if _, err := g.pair(once, "a"); !errors.Is(err, wrongCode) {
			t.Errorf("a second time: %v", err)
		}
		late := g.offer(t, View, "")
		time.Sleep(10*time.Minute - time.Second)
		second := g.offer(t, Owner, "phone")
		time.Sleep(time.Second)
		if _, err := g.pair(late, "a"); !errors.Is(err, wrongCode) {
			t.Errorf("after ten minutes: %v", err)
		}
		if s, err := g.pair(second, "a"); err != nil || s.Name != "phone" || s.Role != Owner {
			t.Errorf("another code: %+v, %v", s, err)
		}
		if _, err := g.pair("", "a"); !errors.Is(err, wrongCode) {
			t.Errorf("no code: %v", err)
		}
	})
}

func TestOfferRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		paired(t, g, p.Handler(), View, "here")
		g.offer(t, View, "pass")
		for _, c := range []struct {
			role Role
			name string
		}{
			{Nobody, ""}, {Owner + 1, ""}, {View, "here"}, {View, "all"}, {View, "local"}, {View, " x"}, {View, "a\nb"},
			{View, strings.Repeat("长", maxName+1)},
		} {
			if o, err := g.Offer(c.role, c.name); err == nil {
				t.Errorf("role %v, name %q: got %+v", c.role, c.name, o)
			}
		}
		for range maxOffers - 1 {
			g.offer(t, View, "")
		}
		if _, err := g.Offer(View, ""); err == nil {
			t.Error("one code too many was made")
		}
		time.Sleep(codeLasts)
		g.offer(t, View, "pass")
	})
}

// A code that was lost, or made for the wrong role, is replaced by one for the same name.
func TestCodeAgain(t *testing.T) {
	g := newGate()
	lost := g.offer(t, View, "pass")
	for range maxOffers {
		g.offer(t, Staff, "pass")
	}
	last := g.offer(t, Staff, "pass")
	if _, err := g.pair(lost, "a"); !errors.Is(err, wrongCode) {
		t.Errorf("the lost code: %v", err)
	}
	if s, err := g.pair(last, "a"); err != nil || s.Name != "pass" || s.Role != Staff {
		t.Errorf("the last one: %+v, %v", s, err)
	}
	if a, b := g.offer(t, View, ""), g.offer(t, View, ""); a == b || len(g.offers) != 2 {
		t.Errorf("codes without a name replace each other: %v", g.offers)
	}
}

// tried is what a code gets from an address: 200, 403 or 429.
func tried(h http.Handler, code, address string) int {
	r := far("POST", "/pair", fmt.Sprintf(`{"code":%q,"to":"/"}`, code))
	r.RemoteAddr = address
	return answer(h, r).Code
}

// Eight digits hold because nobody may try often: of 1,000 tries in a minute few are looked
// at, wherever they come from, and the log has a line for each thing that happened.
func TestThousandCodeTries(t *testing.T) {
	for name, c := range map[string]struct {
		addresses, most, lines int
	}{
		"from one address":    {1, ownTries.most + 1, 1},
		"from many addresses": {250, 2 * allTries.most, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, p := gated()
				h := p.Handler()
				right := g.offer(t, Owner, "phone")
				looked, slow := 0, 0
				for i := range 1000 {
					switch got := tried(h, fmt.Sprint("no", i), fmt.Sprintf("192.168.1.%d:5000", i%c.addresses)); got {
					case http.StatusForbidden:
						looked++
					case http.StatusTooManyRequests:
						slow++
					default:
						t.Fatalf("try %d: %d", i, got)
					}
					time.Sleep(60 * time.Millisecond) // a minute for all
				}
				if looked > c.most || looked+slow != 1000 {
					t.Errorf("%d tries were looked at and %d refused in a minute, want %d at most", looked, slow, c.most)
				}
				if n := strings.Count(g.said.String(), "\n"); n != c.lines {
					t.Errorf("the log has %d lines, want %d:\n%s", n, c.lines, g.said.String())
				}
				if w := answer(h, from("GET", "/board.json", "")); w.Code != http.StatusOK {
					t.Errorf("who sits at the machine is locked out: %d", w.Code)
				}
				if c.addresses > 1 {
					time.Sleep(time.Minute)
				}
				if got := tried(h, right, "192.168.2.1:5000"); got != http.StatusOK {
					t.Errorf("the right code from another address: %d", got)
				}
			})
		})
	}
}

// Nobody keeps others from pairing by guessing, for as long as it may go on, also those of
// the same network in IPv6. The log says it once.
func TestGuessingHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		h := p.Handler()
		looked := map[string]int{}
		for range 24 * 60 {
			for who, address := range map[string]string{"four": "192.168.1.66:5000", "six": "[fd00::66]:5000"} {
				if tried(h, "no", address) == http.StatusForbidden {
					looked[who]++
				}
			}
			time.Sleep(time.Minute)
		}
		for who, n := range looked {
			if most := 24*60/2 + ownTries.most; n > most {
				t.Errorf("%s: %d tries were looked at in a day, want %d at most", who, n, most)
			}
		}
		said := g.said.String()
		if n := strings.Count(said, "\n"); n != 2 {
			t.Errorf("the log has %d lines, want one for each who guesses:\n%s", n, said)
		}
		if got := tried(h, g.offer(t, View, "later"), "[fd00::77]:5000"); got != http.StatusOK {
			t.Errorf("another one in IPv6: %d", got)
		}
		if len(g.wrong) != 2 {
			t.Errorf("%d who guess are remembered", len(g.wrong))
		}
		time.Sleep(ownTries.in)
		paired(t, g, h, View, "last")
		if len(g.wrong) != 0 {
			t.Errorf("left behind: %v", g.wrong)
		}
	})
}

// However many addresses codes are guessed from, little is remembered of them.
func TestGuessersRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		for i := range 100_000 {
			_, _ = g.pair("no", fmt.Sprintf("10.%d.%d.%d:5000", i>>16, i>>8&255, i&255))
			time.Sleep(10 * time.Millisecond)
		}
		if most := 3 * allTries.most; len(g.wrong) > most {
			t.Errorf("%d addresses are remembered, want %d at most", len(g.wrong), most)
		}
	})
}

// Without a code being offered, an answer says no more than a wrong code gets.
func TestNoCodeToldFromWrong(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	none := answer(h, far("POST", "/pair", `{"code":"00000000","to":"/"}`))
	g.offer(t, View, "")
	wrong := answer(h, far("POST", "/pair", `{"code":"x","to":"/"}`))
	if diff := cmp.Diff(none.Body.String(), wrong.Body.String()); diff != "" || none.Code != wrong.Code {
		t.Errorf("%d and %d: %s", none.Code, wrong.Code, diff)
	}
}

// A code that waits for a screen that is unpaired lets none in.
func TestUnpairBeforePaired(t *testing.T) {
	g, p := gated()
	paired(t, g, p.Handler(), View, "b")
	a, b, c := g.offer(t, View, "a"), g.offer(t, View, "c"), g.offer(t, View, "d")
	if gone, err := g.Unpair("a"); err != nil || len(gone) != 1 || gone[0].Name != "a" {
		t.Errorf("unpair a: %v, %v", gone, err)
	}
	if _, err := g.pair(a, "x"); !errors.Is(err, wrongCode) {
		t.Errorf("the code for a: %v", err)
	}
	if s, err := g.pair(b, "x"); err != nil || s.Name != "c" {
		t.Errorf("the code for c: %v, %v", s, err)
	}
	if gone, err := g.Unpair(Everybody); err != nil || len(gone) != 3 {
		t.Errorf("unpair all: %v, %v", gone, err)
	}
	if _, err := g.pair(c, "x"); !errors.Is(err, wrongCode) {
		t.Errorf("the code for d: %v", err)
	}
}

// A clock that was years ahead when a screen was paired, or is so for a while, costs no
// screen its place.
func TestClockAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		ahead := time.Duration(0)
		g.Now = func() time.Time { return time.Now().Add(ahead) }
		h := p.Handler()
		right := paired(t, g, h, View, "a")
		ahead = 70 * 365 * 24 * time.Hour
		wrong := paired(t, g, h, View, "b")
		if w := answer(h, with(far("GET", "/board.json", ""), right)); w.Code != http.StatusUnauthorized {
			t.Errorf("70 years later: %d", w.Code)
		}
		ahead = 0
		for name, c := range map[string]*http.Cookie{"a": right, "b": wrong} {
			if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != http.StatusOK || (len(w.Result().Cookies()) > 0) != (name == "b") {
				t.Errorf("%s, when the clock is right again: %d, new cookies %v", name, w.Code, w.Result().Cookies())
			}
		}
		for _, s := range g.kept {
			if s.Seen.After(time.Now()) {
				t.Errorf("%s is kept as seen at %v", s.Name, s.Seen)
			}
		}
	})
}

// Who was sent away sees nothing more, at once and after a restart.
func TestUnpair(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	a, b, c := paired(t, g, h, View, "a"), paired(t, g, h, View, "b"), paired(t, g, h, View, "c")
	see := func(c *http.Cookie) int { return answer(h, with(far("GET", "/board.json", ""), c)).Code }
	if _, err := g.Unpair("d"); !errors.Is(err, ErrNoScreen) {
		t.Errorf("unpair d: %v", err)
	}
	if gone, err := g.Unpair("a"); err != nil || len(gone) != 1 || gone[0].Name != "a" {
		t.Errorf("unpair a: %v, %v", gone, err)
	}
	if see(a) != 401 || see(b) != 200 {
		t.Errorf("a gets %d, b %d", see(a), see(b))
	}
	again := newGate()
	again.Load(g.kept)
	p.Door = again.Door
	if see(a) != 401 || see(b) != 200 || see(c) != 200 {
		t.Errorf("after a restart: a gets %d, b %d, c %d", see(a), see(b), see(c))
	}
	if gone, err := again.Unpair(Everybody); err != nil || len(gone) != 2 || see(b) != 401 {
		t.Errorf("unpair all: %v, %v, b gets %d", gone, err, see(b))
	}
	if gone, err := again.Unpair(Everybody); err != nil || len(gone) != 0 {
		t.Errorf("unpair nobody: %v, %v", gone, err)
	}
}

// A screen that cannot be kept is not paired; one that cannot be taken off the list is
// away all the same.
func TestListNotKept(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, View, "a")
	g.broken = errors.New("the disk is full")
	code := g.offer(t, View, "b")
	if w := answer(h, far("POST", "/pair", fmt.Sprintf(`{"code":%q,"to":"/"}`, code))); w.Code != 500 || len(w.Result().Cookies()) > 0 || len(g.Screens()) != 1 {
		t.Errorf("got %d, cookies %v, screens %v", w.Code, w.Result().Cookies(), g.Screens())
	}
	if gone, err := g.Unpair("a"); err == nil || len(gone) != 1 {
		t.Errorf("unpair: %v, %v", gone, err)
	}
	if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != 401 {
		t.Errorf("a gets %d", w.Code)
	}
}

// Who was sent away while the disk was full does not come back with the next start, once
// there was room again: another screen's coming, or the same command, makes up for it.
func TestListKeptLater(t *testing.T) {
	for name, again := range map[string]func(*gate, func()){
		"a screen comes":    func(_ *gate, come func()) { time.Sleep(keepAgain); come() },
		"unpaired again":    func(g *gate, _ func()) { _, _ = g.Unpair("a") },
		"all are sent away": func(g *gate, _ func()) { _, _ = g.Unpair(Everybody) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, p := gated()
				h := p.Handler()
				paired(t, g, h, View, "a")
				b := paired(t, g, h, View, "b")
				come := func() { answer(h, with(far("GET", "/board.json", ""), b)) }
				g.broken = errors.New("the disk is full")
				if _, err := g.Unpair("a"); err == nil || !strings.Contains(err.Error(), "it is away") {
					t.Errorf("unpair: %v", err)
				}
				for range 100 {
					time.Sleep(keepAgain)
					come()
				}
				if n := strings.Count(g.said.String(), "WARN"); n > 0 {
					t.Errorf("the log complains %d times", n)
				}
				g.broken = nil
				again(g, come)
				for _, s := range g.kept {
					if s.Name == "a" {
						t.Errorf("a comes back with the next start: %v", g.kept)
					}
				}
			})
		})
	}
}

func TestLeave(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, View, "a")
	w := answer(h, with(far("POST", "/leave", "{}"), c))
	if out := w.Result().Cookies(); w.Code != 200 || len(out) != 1 || out[0].MaxAge != -1 || len(g.Screens()) != 0 || len(g.kept) != 0 {
		t.Errorf("got %d, cookies %v, screens %v", w.Code, out, g.Screens())
	}
	if w := answer(h, from("POST", "/leave", "{}")); w.Code != http.StatusConflict {
		t.Errorf("the machine itself: %d", w.Code)
	}
	// A screen that is paired anew leaves its old place.
	c = paired(t, g, h, View, "b")
	if w := answer(h, with(far("POST", "/pair", fmt.Sprintf(`{"code":%q,"to":"/"}`, g.offer(t, Staff, "c"))), c)); w.Code != 200 {
		t.Fatalf("paired anew: %d", w.Code)
	}
	if all := g.Screens(); len(all) != 1 || all[0].Name != "c" {
		t.Errorf("screens: %v", all)
	}
}

// Sessions that are used do not end; one that is not used ends after a year.
func TestRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		h := p.Handler()
		c := paired(t, g, h, View, "a")
		see := func() []*http.Cookie {
			w := answer(h, with(far("GET", "/board.json", ""), c))
			if w.Code != 200 {
				t.Fatalf("got %d", w.Code)
			}
			return w.Result().Cookies()
		}
		if out := see(); len(out) > 0 {
			t.Errorf("renewed at once: %v", out)
		}
		began := g.kept[0].Seen
		for range 3 {
			time.Sleep(300 * 24 * time.Hour)
			out := see()
			if len(out) != 1 {
				t.Fatalf("not renewed: %v", out)
			}
			c = out[0]
		}
		if got := g.kept[0].Seen.Sub(began); got != 900*24*time.Hour {
			t.Errorf("it was seen after %v", got)
		}
	})
}

// An open stream ends when its screen is unpaired, and when its session expires.
func TestUnpairedStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*gate) error{
		"unpaired": func(g *gate) error { _, err := g.Unpair("a"); return err },
		"expired":  func(*gate) error { time.Sleep(time.Minute); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, p := gated()
				s, err := g.pair(g.offer(t, View, "a"), "x")
				if err != nil {
					t.Fatal(err)
				}
				now := time.Now().Unix()
				c := &http.Cookie{Name: plainCookie, Value: session{false, s.ID, View, now, now + 90}.seal(g.Key)}
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				ended := make(chan *httptest.ResponseRecorder, 1)
				go func() { ended <- answer(p.Handler(), with(far("GET", "/events", ""), c).WithContext(ctx)) }()
				time.Sleep(time.Minute)
				synctest.Wait()
				if len(ended) > 0 {
					t.Fatal("the stream ended by itself")
				}
				if err := end(g); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if len(ended) == 0 {
					t.Fatal("the stream goes on")
				}
				if w := <-ended; !strings.Contains(w.Body.String(), "event: beat") {
					t.Errorf("it was no stream: %s", w.Body)
				}
				if len(g.inside) > 0 || len(p.watchers.of) > 0 {
					t.Errorf("left behind: %v, %v", g.inside, p.watchers.of)
				}
			})
		})
	}
}
