package board

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

// A theme is served as it is, on the pick-up screen alone, under the policy of all pages.
func TestTheme(t *testing.T) {
	theme, err := ReadTheme(fstest.MapFS{
		"theme.css": {Data: []byte("h2 { color: red }")},
		"logo.svg":  {Data: []byte("<svg><script>alert(1)</script></svg>")},
		"notes.txt": {Data: []byte("secret")},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := site()
	s.Theme = theme
	h := s.Handler()
	page := get(h, "/pickup").Body.String()
	for _, want := range []string{`href="/theme/theme.css?`, `src="/theme/logo.svg?`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(get(h, "/").Body.String(), "/theme/") {
		t.Error("the kitchen has a theme")
	}
	for path, want := range map[string]string{"/theme/theme.css": "h2 { color: red }", "/theme/logo.svg": "<svg><script>"} {
		w := get(h, path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), want) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/theme/notes.txt", "/theme/", "/theme/../server.go", "/theme/logo.png"} {
		if w := get(h, path); w.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
	plain, err := site().draw("Wang's", "en")
	if err != nil {
		t.Fatal(err)
	}
	themed, err := s.draw(s.Store, s.Language)
	if err != nil {
		t.Fatal(err)
	}
	if plain.edition == themed.edition {
		t.Error("a page does not notice another theme")
	}
}

// What cannot be used is told, and the rest is used.
func TestThemeRefused(t *testing.T) {
	for name, c := range map[string]struct {
		folder fstest.MapFS
		want   string // in the error
		logo   string
	}{
		"a long logo":    {fstest.MapFS{"logo.svg": {Data: make([]byte, maxTheme+1)}, "theme.css": {}}, "longer than 256 kB", ""},
		"no PNG":         {fstest.MapFS{"logo.png": {Data: []byte("GIF89a")}}, "no PNG", ""},
		"a folder":       {fstest.MapFS{"theme.css/x": {}}, "no regular file", ""},
		"two logos":      {fstest.MapFS{"logo.svg": {}, "logo.png": {Data: []byte("\x89PNG\r\n\x1a\n")}}, "", "/theme/logo.svg"},
		"another's logo": {fstest.MapFS{"logo.png": {Data: []byte("\x89PNG\r\n\x1a\n")}}, "", "/theme/logo.png"},
		"nothing":        {fstest.MapFS{}, "", ""},
	} {
		got, err := ReadTheme(c.folder)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if !strings.HasPrefix(got.Logo(), c.logo) || (got.Logo() == "") != (c.logo == "") {
			t.Errorf("%s: got the logo %q, want %q", name, got.Logo(), c.logo)
		}
	}
}
