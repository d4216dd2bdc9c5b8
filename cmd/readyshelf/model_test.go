package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// givenModel is the file that a store with two dishes exports.
func givenModel(t *testing.T) string {
	t.Helper()
	d := kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()}
	now := kitchen.Stamp{Boot: 1, Up: time.Hour, At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Clock: kitchen.Synced}
	seq := uint64(1)
	say := func(a kitchen.Alert) {
		e := now.Fact("rule")
		e.Alert = &a
		seq += uint64(len(d.Decide(seq, now, &e)))
	}
	for i := range 60 {
		id, dish, took := fmt.Sprint(i), "茶", 2*time.Minute
		if i%2 == 0 {
			dish, took = "duck", 20*time.Minute
		}
		say(kitchen.Alert{Type: kitchen.OrderAccepted, ID: id, Items: []kitchen.Item{{Qty: 1, Name: dish}}})
		now = now.Add(took)
		say(kitchen.Alert{Type: kitchen.OrderReady, ID: id, Evidence: "button"})
		say(kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id})
	}
	s := d.Model.(*predict.Model).Export()
	s.From = predict.Origin{Store: "first", Date: "2026-11-20"}
	b, err := json.MarshalIndent(s, "", " ")
	file := filepath.Join(t.TempDir(), "model.json")
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// chainConfig is a configuration whose log lies in data.
func chainConfig(t *testing.T, data string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "readyshelf.toml")
	text := fmt.Sprintf("store = \"second\"\ndata = %q\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n[mqtt]\nbrokers = []\n", data)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A model goes from one store to another, beside a daemon and without one.
func TestModel(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) (data string){
		"at rest": func(t *testing.T) string { return filepath.Join(t.TempDir(), "data") },
		"running": func(t *testing.T) string { return runDaemon(t, func(*Config, *world) {}) },
	} {
		t.Run(name, func(t *testing.T) {
			data := start(t)
			given, conf := givenModel(t), chainConfig(t, data)
			want := func(part string, args ...string) {
				t.Helper()
				out, complaint, code := said(t, args...)
				if code != 0 || !strings.Contains(out, part) {
					t.Fatalf("%v: code %d, %q, %q; want %q", args, code, out, complaint, part)
				}
			}
			want("the model of store first of 2026-11-20: presses: 60, dishes: 2", "model", "import", "--config", conf, given)
			want("It began with the model of store first of 2026-11-20.", "model", "show", "--config", conf)
			want("duck (by 12 orders)", "model", "show", "--config", conf)
			want(`"name": "duck"`, "model", "export", "--config", conf)
			out := filepath.Join(t.TempDir(), "model.json")
			want("store second: presses: 0, dishes: 2", "model", "export", "--config", conf, "--out", out)
			want("the model of store second", "model", "import", "--replace", "--config", conf, out)
			want("the forecast begins anew with that model", "log", "dump", filepath.Join(data, logName))
			if _, complaint, code := said(t, "model", "import", "--config", conf, conf); code != exitFailed || !strings.Contains(complaint, "model export") {
				t.Errorf("no model: code %d, %q", code, complaint)
			}
		})
	}
}

// What a store has learned does not go by mistake, and both ways say what to do.
func TestModelIsKept(t *testing.T) {
	given := givenModel(t)
	rest := chainConfig(t, filepath.Join(t.TempDir(), "data"))
	if _, complaint, code := said(t, "model", "show", "--config", rest); code != exitFailed || !strings.Contains(complaint, "never run") {
		t.Errorf("before the first start: code %d, %q", code, complaint)
	}
	c, err := LoadConfig(rest)
	if err != nil {
		t.Fatal(err)
	}
	onePress(t, *c, world{bootID: "boot-1", version: "test", device: "pi", prefill: 1 << 20, log: slog.New(slog.DiscardHandler)})
	running := chainConfig(t, runDaemon(t, func(c *Config, w *world) { onePress(t, *c, *w) }))
	for name, conf := range map[string]string{"at rest": rest, "running": running} {
		out, complaint, code := said(t, "model", "import", "--config", conf, given)
		if code != exitFailed || !strings.Contains(complaint, "with --replace") {
			t.Errorf("%s: code %d, %q, %q", name, code, out, complaint)
		}
		if out, _, _ := said(t, "model", "show", "--config", conf); !strings.Contains(out, "from 1 press,") {
			t.Errorf("%s: after a refusal: %q", name, out)
		}
	}
}

// onePress lets a house learn from one order.
func onePress(t *testing.T, c Config, w world) {
	t.Helper()
	up := time.Minute
	w.now = func(boot uint32) func() kitchen.Stamp {
		return func() kitchen.Stamp {
			return kitchen.Stamp{Boot: boot, Up: up, At: time.Unix(0, 0).Add(up), Clock: kitchen.Unknown}
		}
	}
	h, err := openHouse(c, w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.buffer.Run(ctx) }()
	for _, a := range []kitchen.Alert{
		{Type: kitchen.OrderAccepted, ID: "a", Items: []kitchen.Item{{Qty: 1, Name: "soup"}}},
		{Type: kitchen.OrderReady, ID: "a", Evidence: "button"},
	} {
		e := kitchen.Stamp{Boot: h.buffer.Boot(), Up: up, Clock: kitchen.Unknown}.Fact("rule")
		e.Alert = &a
		if err := h.buffer.Append(ctx, e); err != nil {
			t.Error(err)
		}
		up += 5 * time.Minute
	}
	stop()
	if err := errors.Join(<-ended, h.buffer.Close()); err != nil {
		t.Error(err)
	}
}
