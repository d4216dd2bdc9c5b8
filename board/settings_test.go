package board

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"readyshelf/kitchen"
)

// withSettings is a page with settings that notes what is asked of it.
func withSettings(p *Server, asked *[]string) *Server {
	note := func(what string) { *asked = append(*asked, what) }
	p.Settings = &Settings{
		All:  func() (SettingsShown, error) { return SettingsShown{Base: "b", Layouts: []Layout{{Name: "<x>"}}}, nil },
		Plan: func(c SettingsChange) (SettingsPlan, error) { note("plan " + c.Base); return SettingsPlan{}, nil },
		Save: func(_ context.Context, screen string, c SettingsChange) (SettingsPlan, error) {
			note("save " + screen)
			if c.Base != "b" {
				return SettingsPlan{}, ErrChangedMeanwhile
			}
			return SettingsPlan{}, nil
		},
		Say: func(c SentencesChange) (SentencesSaid, error) {
			note("say")
			return SentencesSaid{Says: c.Templates}, nil
		},
		Tell: func(_ context.Context, screen string, c SentencesChange) (SentencesSaid, error) {
			note("tell " + screen)
			return SentencesSaid{}, Unset(errors.New("no"))
		},
	}
	return p
}

func TestSettings(t *testing.T) {
	var asked []string
	h := withSettings(site(), &asked).Handler()
	if w := get(h, "/settings"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/settings.js") {
		t.Errorf("the page: got %d", w.Code)
	}
	var got SettingsShown
	if err := json.Unmarshal(get(h, "/settings.json").Body.Bytes(), &got); err != nil || got.Base != "b" {
		t.Errorf("got %+v and %v", got, err)
	}
	for _, test := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"/settings/plan", `{"base":"x","values":{"language":"en"}}`, http.StatusOK, ""},
		{"/settings/save", `{"base":"b"}`, http.StatusOK, ""},
		{"/settings/save", `{"base":"x"}`, http.StatusConflict, "changed"},
		{"/settings/save", `{"base":1}`, http.StatusBadRequest, "malformed"},
		{"/settings/save", `{"data":"/"}`, http.StatusBadRequest, "malformed"},
		{"/settings/say", `{"base":"b","templates":{"order.ready":{"courier":"x"}}}`, http.StatusOK, ""},
		{"/settings/sentences", `{"base":"b","templates":{}}`, http.StatusBadRequest, "malformed"},
		{"/settings/sentences", `{"base":"b","transaction":"0123456789abcdef","templates":{}}`, http.StatusConflict, "unset"},
	} {
		w := answer(h, from("POST", test.path, test.body))
		if w.Code != test.code || test.want != "" && code(t, w.Body.String()) != test.want {
			t.Errorf("%s %s: got %d %s", test.path, test.body, w.Code, w.Body)
		}
	}
	if got, want := strings.Join(asked, ","), "plan x,save local,save local,say,tell local"; got != want {
		t.Errorf("asked was %s, want %s", got, want)
	}
}

func TestNoSettings(t *testing.T) {
	h := site().Handler()
	if w := get(h, "/settings.json"); w.Code != http.StatusNotFound {
		t.Errorf("got %d", w.Code)
	}
	for _, path := range []string{"plan", "save", "say", "sentences"} {
		if w := answer(h, from("POST", "/settings/"+path, "{}")); w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, w.Code)
		}
	}
}

// Staff sets nothing, and sees nothing of it.
func TestStaffSetsNothing(t *testing.T) {
	var asked []string
	g, p := gated()
	h := withSettings(p, &asked).Handler()
	c := paired(t, g, h, Staff, "staff")
	for _, r := range []*http.Request{
		far("GET", "/settings", ""), far("GET", "/settings.json", ""), far("POST", "/settings/plan", "{}"), far("POST", "/settings/save", "{}"),
		far("POST", "/settings/say", "{}"), far("POST", "/settings/sentences", "{}"),
	} {
		if w := answer(h, with(r, c)); w.Code != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", r.URL.Path, w.Code)
		}
	}
	if asked != nil {
		t.Errorf("asked was %v", asked)
	}
}

// A page that is open hears that it is drawn otherwise, and gets the other one.
func TestRedraw(t *testing.T) {
	changed := make(chan struct{})
	p := site()
	seq := uint64(1)
	p.View = func() *kitchen.Board { return &kitchen.Board{Seq: seq} }
	p.Changed = func() <-chan struct{} { return changed }
	srv := httptest.NewServer(p.Handler())
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	edition := func() string {
		for lines.Scan() {
			if lines.Text() == "event: edition" && lines.Scan() {
				return lines.Text()
			}
		}
		t.Fatal("the stream ended")
		return ""
	}
	before := edition()
	p.Redraw("Li's", "zh")
	close(changed)
	if after := edition(); after == before {
		t.Error("the edition is the same")
	}
	if body := get(p.Handler(), "/").Body.String(); !strings.Contains(body, "Wang&#39;s") {
		t.Error("a new handler begins with what the fields say")
	}
	p.Redraw("Li's", "zh")
	body, err := http.Get(srv.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Body.Close()
	text := bufio.NewScanner(body.Body)
	text.Buffer(nil, 1<<20)
	all := ""
	for text.Scan() {
		all += text.Text()
	}
	if !strings.Contains(all, "Li&#39;s") || !strings.Contains(all, `lang="zh-CN"`) {
		t.Error("the page is the old one")
	}
}
