package board

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var testKey = []byte(strings.Repeat("k", 32))

// A cookie that nobody here signed opens nothing.
func TestForgedCookie(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	good := paired(t, g, h, View, "a").Value
	one, ok := openSession(g.Key, good)
	if !ok {
		t.Fatal("our own session does not open")
	}
	owner, longer, other, stranger := one, one, one, one
	owner.role = Owner
	longer.expires++
	other.screen = rand.Text()
	stranger.screen = rand.Text()
	parts := strings.Split(good, ".")
	mac := parts[5]
	raw, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil {
		t.Fatal(err)
	}
	raw[31] ^= 1
	for name, text := range map[string]string{
		"another role":             owner.signed() + "." + mac,
		"another role, signed":     owner.seal(g.Key), // the list does not have it
		"a longer life":            longer.signed() + "." + mac,
		"another screen":           other.signed() + "." + mac,
		"an unknown screen signed": stranger.seal(g.Key),
		"another key":              one.seal([]byte(strings.Repeat("x", 32))),
		"an empty key":             one.seal(nil),
		"no signature":             one.signed() + ".",
		"without its signature":    one.signed(),
		"a bit is another":         one.signed() + "." + base64.RawURLEncoding.EncodeToString(raw),
		"half a signature":         good[:len(good)-20],
		"padded":                   good + "=",
		"otherwise written":        strings.Join(append(append(parts[:3:3], "+"+parts[3]), parts[4:]...), "."),
		"another version":          "2" + good[1:],
		"empty":                    "",
		"long":                     good + strings.Repeat("A", 4000),
	} {
		if w := answer(h, with(far("GET", "/board.json", ""), &http.Cookie{Name: plainCookie, Value: text})); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", name, w.Code)
		}
	}
	if w := answer(h, with(far("GET", "/board.json", ""), &http.Cookie{Name: secureCookie, Value: good})); w.Code != http.StatusUnauthorized {
		t.Errorf("the cookie of TLS without TLS: got %d, want 401", w.Code)
	}
}

// What was sent in the clear may have been read: it is no session over TLS, by whichever
// name it comes. Nor is one of TLS without it.
func TestSessionOfTheClear(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	over := func(r *http.Request) *http.Request {
		r.TLS = &tls.ConnectionState{}
		return r
	}
	clear := paired(t, g, h, Owner, "clear")
	w := answer(h, over(far("POST", "/pair", fmt.Sprintf(`{"code":%q,"to":"/"}`, g.offer(t, View, "secure")))))
	if len(w.Result().Cookies()) != 1 {
		t.Fatalf("pair over TLS: %d %s", w.Code, w.Body)
	}
	secure := w.Result().Cookies()[0]
	if secure.Name != secureCookie || !secure.Secure || !secure.HttpOnly || secure.Path != "/" || secure.Domain != "" {
		t.Errorf("over TLS got the cookie %v", secure)
	}
	for name, c := range map[string]struct {
		r     *http.Request
		name  string
		value string
		want  int
	}{
		"TLS over TLS":                        {over(far("GET", "/board.json", "")), secureCookie, secure.Value, 200},
		"clear in the clear":                  {far("GET", "/board.json", ""), plainCookie, clear.Value, 200},
		"clear over TLS":                      {over(far("GET", "/board.json", "")), secureCookie, clear.Value, 401},
		"clear over TLS, by its old name":     {over(far("GET", "/board.json", "")), plainCookie, clear.Value, 401},
		"TLS in the clear":                    {far("GET", "/board.json", ""), plainCookie, secure.Value, 401},
		"TLS in the clear, by its other name": {far("GET", "/board.json", ""), secureCookie, secure.Value, 401},
	} {
		if w := answer(h, with(c.r, &http.Cookie{Name: c.name, Value: c.value})); w.Code != c.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, c.want)
		}
	}
}

// A cookie of our name that somebody else set, as another port of this host can, hides ours
// from nobody.
func TestTwoCookies(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	c := paired(t, g, h, View, "a")
	r := far("GET", "/board.json", "")
	r.Header.Set("Cookie", "readyshelf=x; readyshelf="+c.Value+"; readyshelf=y")
	if w := answer(h, r); w.Code != http.StatusOK {
		t.Errorf("got %d", w.Code)
	}
}

// Who comes without a session, or with one whose time is over, gets nothing.
func TestNoSession(t *testing.T) {
	g, p := gated()
	h := p.Handler()
	for _, c := range []*http.Cookie{nil, {Name: plainCookie, Value: "x"}} {
		for _, path := range []string{"/board.json", "/events"} {
			r := far("GET", path, "")
			if c != nil {
				r.AddCookie(c)
			}
			w := answer(h, r)
			if w.Code != http.StatusUnauthorized || code(t, w.Body.String()) != "unpaired" {
				t.Errorf("%s: got %d %s, want 401 unpaired", path, w.Code, w.Body)
			}
		}
		w := answer(h, far("GET", "/?x=y", ""))
		if got, want := w.Header().Get("Location"), "/pair?to=%2F"; w.Code != http.StatusSeeOther || got != want {
			t.Errorf("a page: got %d to %s, want 303 to %s", w.Code, got, want)
		}
		if w := answer(h, far("POST", "/leave", "{}")); w.Code != http.StatusUnauthorized {
			t.Errorf("leave: %d", w.Code)
		}
		if w := answer(h, far("GET", "/healthz", "")); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != "{}" {
			t.Errorf("healthz: got %d %s, want 200 and nothing more", w.Code, w.Body)
		}
		w = answer(h, far("GET", "/whoami", ""))
		if got, want := strings.TrimSpace(w.Body.String()), `{"paired":false,"role":"nobody","screen":""}`; w.Code != http.StatusOK || got != want {
			t.Errorf("whoami: got %d %s, want %s", w.Code, got, want)
		}
		if w := answer(h, far("GET", "/pair", "")); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `id="code"`) {
			t.Errorf("the page for the code: %d", w.Code)
		}
	}
	if len(g.Screens()) > 0 {
		t.Errorf("screens: %v", g.Screens())
	}
}

func TestExpiredSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := gated()
		h := p.Handler()
		c := paired(t, g, h, View, "a")
		time.Sleep(lifetime - time.Second)
		if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != http.StatusOK {
			t.Errorf("before its end: %d", w.Code)
		}
		time.Sleep(time.Second)
		if w := answer(h, with(far("GET", "/board.json", ""), c)); w.Code != http.StatusUnauthorized {
			t.Errorf("after its end: %d", w.Code)
		}
	})
}

// What opens is what seal writes, and nothing else: one text a session.
func FuzzSession(f *testing.F) {
	good := session{false, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Staff, 1796000000, 1827536000}
	f.Add(good.seal(testKey))
	f.Add(session{true, good.screen, Owner, 1796000000, 1827536000}.seal(testKey))
	f.Add(good.signed() + ".")
	f.Add("1.ABCDEFGHIJKLMNOPQRSTUVWXYZ.owner.+1.01." + strings.Repeat("A", 43))
	f.Add("1.2.3.4.5.6")
	f.Add("......")
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := openSession(testKey, text)
		if ok && s.seal(testKey) != text {
			t.Errorf("%q opens, and is written %q", text, s.seal(testKey))
		}
		// The same, signed well: so that the fuzzer comes behind the signature.
		signed := text + "." + base64.RawURLEncoding.EncodeToString(sign(testKey, text))
		if s, ok := openSession(testKey, signed); ok && s.seal(testKey) != signed {
			t.Errorf("%q opens, and is written %q", signed, s.seal(testKey))
		}
	})
}
