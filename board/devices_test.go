package board

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// withDevices is a page with one device, "button/A1", of which nothing is left to chance.
func withDevices(p *Server) *Server {
	known := func(name string) error {
		if name != "button/A1" {
			return ErrNoDevice
		}
		return nil
	}
	p.Devices = &Devices{
		All: func() []Device { return []Device{{Name: "button/A1", Kind: "button", State: "ok"}} },
		Listen: func(_ context.Context, name string, hear func([]Line) error) error {
			if err := known(name); err != nil {
				return err
			}
			return errors.Join(hear([]Line{{T: 1, Means: "</script>"}}), hear(nil))
		},
		Try:   func(_ context.Context, name string) (Tried, error) { return Tried{Result: "press"}, known(name) },
		Blink: func(_ context.Context, name string) error { return known(name) },
	}
	return p
}

func TestDevices(t *testing.T) {
	h := withDevices(site()).Handler()
	if w := get(h, "/devices"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/devices.js") {
		t.Errorf("the page: got %d", w.Code)
	}
	var got struct{ Devices []Device }
	if err := json.Unmarshal(get(h, "/devices.json").Body.Bytes(), &got); err != nil || len(got.Devices) != 1 || got.Devices[0].Name != "button/A1" {
		t.Errorf("got %+v and %v", got, err)
	}
	w := get(h, "/devices/listen?device=button/A1")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" ||
		w.Body.String() != "data: [{\"t\":1,\"means\":\"\\u003c/script\\u003e\"}]\n\ndata: []\n\n" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	if w := get(h, "/devices/listen?device=nothing"); w.Code != http.StatusNotFound || code(t, w.Body.String()) != "not_found" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	for path, want := range map[string]string{"/devices/try": "press", "/devices/light": "{}"} {
		if w := answer(h, from("POST", path, `{"device":"button/A1"}`)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
		for body, want := range map[string]int{`{"device":"x"}`: http.StatusNotFound, `{}`: http.StatusNotFound, `{"device":1}`: http.StatusBadRequest, `{"other":1}`: http.StatusBadRequest} {
			if w := answer(h, from("POST", path, body)); w.Code != want {
				t.Errorf("%s %s: got %d, want %d", path, body, w.Code, want)
			}
		}
	}
}

// A house without devices has an empty page.
func TestNoDevices(t *testing.T) {
	h := site().Handler()
	if w := get(h, "/devices.json"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"devices":[]`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	for _, w := range []int{
		get(h, "/devices/listen?device=a").Code, answer(h, from("POST", "/devices/try", "{}")).Code, answer(h, from("POST", "/devices/light", "{}")).Code,
	} {
		if w != http.StatusNotFound {
			t.Errorf("got %d, want 404", w)
		}
	}
}

// Staff sees the devices and tries none of them.
func TestStaffTriesNothing(t *testing.T) {
	g, p := gated()
	h := withDevices(p).Handler()
	c := paired(t, g, h, Staff, "staff")
	for _, path := range []string{"/devices", "/devices.json", "/devices/listen?device=button/A1"} {
		if w := answer(h, with(far("GET", path, ""), c)); w.Code != http.StatusOK {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
	for _, path := range []string{"/devices/try", "/devices/light"} {
		if w := answer(h, with(far("POST", path, `{"device":"button/A1"}`), c)); w.Code != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", path, w.Code)
		}
	}
}
