package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const thekeLayout = "has = ['THEKE']\nchannel = \"dine-in\"\n"

// TestLayoutsStay: a layout that somebody breaks stays as it was, says so, and goes only
// with its file; check and doctor name the line.
func TestLayoutsStay(t *testing.T) {
	dir := t.TempDir()
	c := Config{Data: filepath.Join(dir, "data"), file: filepath.Join(dir, "etc", "readyshelf.toml")}
	file := filepath.Join(dir, "etc", layoutsName, "theke.toml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	start := func(text string) *house {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		h := &house{Config: c, world: world{log: slog.New(slog.NewTextHandler(&said, nil))}}
		h.loadLayouts()
		return h
	}
	has := func(h *house) bool {
		for _, l := range h.layouts.All() {
			if l.Name == "theke" {
				return true
			}
		}
		return false
	}
	if h := start(thekeLayout); !has(h) || said.Len() > 0 || c.CheckLayouts() != nil {
		t.Fatalf("a good layout is not taken: %s", said.String())
	}
	if h := start("has = ['THEKE']\nchanel = \"dine-in\"\n"); !has(h) || !strings.Contains(said.String(), "line=2") {
		t.Errorf("a broken layout: the old one does not stay, or its line is not said: %s", said.String())
	}
	var found Problems
	if err := c.CheckLayouts(); !errors.As(err, &found) || !strings.HasPrefix(found[0].String(), file+":2:1: theke.toml: there is no key chanel; the one that was there before stays; ") {
		t.Errorf("check says %v", err)
	}
	if h := start(thekeLayout); !has(h) || c.CheckLayouts() != nil {
		t.Error("a mended layout is not taken")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	h := &house{Config: c, world: world{log: slog.New(slog.DiscardHandler)}}
	if h.loadLayouts(); has(h) {
		t.Error("a layout stays though its file is gone")
	}
	if left, _ := layoutsIn(c.keptLayouts()); len(left) > 0 {
		t.Errorf("kept: %v", left)
	}
}
