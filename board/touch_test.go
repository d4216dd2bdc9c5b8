package board

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// ask posts a body as a page on the same machine would.
func ask(h http.Handler, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:4711"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A touch reaches the kitchen as a command that names the screen.
func TestTouchesReachTheKitchen(t *testing.T) {
	type asked struct {
		Screen  string
		Command kitchen.Command
	}
	var got []asked
	s := site()
	s.Do = func(_ context.Context, screen string, c kitchen.Command) (kitchen.Reply, error) {
		got = append(got, asked{screen, c})
		return kitchen.Reply{Order: c.Order}, nil
	}
	h := s.Handler()
	var want []asked
	for path, name := range map[string]string{
		"/orders/ready": "ready", "/orders/undo": "undo", "/orders/handover": "handover",
		"/orders/return": "return", "/orders/recall": "recall",
	} {
		w := ask(h, path, `{"order":"2026-10-05/eleme/88","transaction":"0123456789abcdef"}`)
		if body := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || body != `{"order_id":"2026-10-05/eleme/88"}` {
			t.Errorf("%s: got %d %s", path, w.Code, body)
		}
		want = append(want, asked{"local", kitchen.Command{Transaction: "0123456789abcdef", Name: name, Order: "2026-10-05/eleme/88"}})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the kitchen was asked otherwise (-want +got):\n%s", diff)
	}
}

// What was not done is told by a code and, to programs, by a status.
func TestTouchesRefused(t *testing.T) {
	const good = `{"order":"a","transaction":"0123456789abcdef"}`
	for name, c := range map[string]struct {
		body   string
		reply  kitchen.Reply
		err    error
		status int
		code   string
	}{
		"nothing":                  {`{}`, kitchen.Reply{}, nil, 400, "malformed"},
		"no transaction":           {`{"order":"a"}`, kitchen.Reply{}, nil, 400, "malformed"},
		"a short transaction":      {`{"order":"a","transaction":"1"}`, kitchen.Reply{}, nil, 400, "malformed"},
		"an odd transaction":       {`{"order":"a","transaction":"0123456789abcdef<"}`, kitchen.Reply{}, nil, 400, "malformed"},
		"an endless order":         {`{"order":"` + strings.Repeat("a", 1001) + `","transaction":"0123456789abcdef"}`, kitchen.Reply{}, nil, 400, "malformed"},
		"an unknown key":           {`{"order":"a","transaction":"0123456789abcdef","x":1}`, kitchen.Reply{}, nil, 400, "malformed"},
		"no such order":            {good, kitchen.Reply{Error: kitchen.CodeNotFound, Text: "x"}, nil, 404, "not_found"},
		"it is so already":         {good, kitchen.Reply{Error: kitchen.CodeConflict, Text: "x"}, nil, 409, "conflict"},
		"too many":                 {good, kitchen.Reply{Error: kitchen.CodeBusy, Text: "x"}, nil, 429, "busy"},
		"a code of another day":    {good, kitchen.Reply{Error: "new", Text: "x"}, nil, 409, "new"},
		"the log does not take it": {good, kitchen.Reply{}, errors.New("full"), 503, "unavailable"},
	} {
		s := site()
		s.Do = func(context.Context, string, kitchen.Command) (kitchen.Reply, error) { return c.reply, c.err }
		w := ask(s.Handler(), "/orders/ready", c.body)
		var got struct{ Error Refusal }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != c.status || got.Error.Code != c.code || got.Error.Text == "" {
			t.Errorf("%s: got %d %s, want %d %s", name, w.Code, w.Body, c.status, c.code)
		}
	}
}
