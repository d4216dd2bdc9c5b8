package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// proposed is a shop's configuration and the runtime folder of its daemon.
func proposed(t *testing.T) (c settingsTakeCmd, out *bytes.Buffer, take func() error) {
	t.Helper()
	c = settingsTakeCmd{Config: filepath.Join(t.TempDir(), "readyshelf.toml"), From: t.TempDir()}
	if err := os.WriteFile(c.Config, []byte(remarked), 0o640); err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	return c, out, func() error { return c.Run(streams{out: out, err: out}) }
}

// What the daemon proposes is taken over where only settings change, and refused where
// anything else does, whatever it is.
func TestSettingsTake(t *testing.T) {
	settings := func(values map[string]string) string {
		out, _, err := withSettings("x.toml", []byte(remarked), values)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	good := settings(map[string]string{"language": "zh", "alert.waiting_after": "", "board.title": "Wang's", "alert.confidence_threshold": "auto"})
	for _, test := range []struct {
		name, text string
		taken      bool
	}{
		{"settings", good, true},
		{"nothing", remarked, true},
		{"a secret's file", good + "\n[mqtt]\npassword_file = \"/etc/shadow\"\n", false},
		{"another printer", strings.Replace(remarked, ":9100", ":9101", 1), false},
		{"another store", strings.Replace(remarked, `"s"`, `"t"`, 1), false},
		{"a remark less", strings.Replace(good, "# The shop.\n", "", 1), false},
		{"another order", strings.Replace(remarked, "# the end\n", "", 1) + "# the end\n\n", false},
		{"no TOML", "language = ", false},
		{"nothing at all", "", false},
		{"too much", good + strings.Repeat("#\n", maxConfigSize), false},
	} {
		c, said, take := proposed(t)
		if err := os.WriteFile(filepath.Join(c.From, proposedName), []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := take(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		want := remarked
		if test.taken {
			want = test.text
		}
		text, _ := os.ReadFile(c.Config)
		_, left := os.Stat(filepath.Join(c.From, proposedName))
		why, _ := os.ReadFile(filepath.Join(c.From, refusedName))
		if string(text) != want || !errors.Is(left, os.ErrNotExist) || (len(why) == 0) != test.taken {
			t.Errorf("%s: refused with %q, %s\nthe file is %q", test.name, why, said, text)
		}
	}
}

// Who owns the runtime folder can lead nobody elsewhere with a link.
func TestSettingsTakeLinks(t *testing.T) {
	c, _, take := proposed(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := errors.Join(
		os.WriteFile(secret, []byte("secret"), 0o600),
		os.Symlink(secret, filepath.Join(c.From, proposedName)), os.Symlink(secret, filepath.Join(c.From, refusedName)),
	); err != nil {
		t.Fatal(err)
	}
	if err := take(); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(secret)
	why, _ := os.ReadFile(filepath.Join(c.From, refusedName))
	if string(text) != "secret" || len(why) == 0 || strings.Contains(string(why), "secret") && !strings.Contains(string(why), proposedName) {
		t.Errorf("the file behind the link is %q, told was %q", text, why)
	}
	if err := os.Remove(filepath.Join(c.From, refusedName)); err != nil {
		t.Fatal(err)
	}
	if err := take(); err != nil { // nothing is proposed any more
		t.Errorf("got %v", err)
	}
	c.From = filepath.Join(c.From, "absent")
	if err := c.Run(streams{out: os.Stderr, err: os.Stderr}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

// A full folder in the place of a proposal goes too, or systemd would start us for ever.
func TestSettingsTakeFolder(t *testing.T) {
	c, _, take := proposed(t)
	for _, name := range []string{proposedName, refusedName} {
		if err := os.MkdirAll(filepath.Join(c.From, name, "full"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := take(); err != nil {
		t.Error(err)
	}
	_, err := os.Lstat(filepath.Join(c.From, proposedName))
	why, _ := os.ReadFile(filepath.Join(c.From, refusedName))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(string(why), "a folder") {
		t.Errorf("it is left: %v; told was %q", err, why)
	}
}

// Who takes a proposal and is slow then, as on a busy card, is waited for.
func TestProposeToTheSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := proposed(t)
		go func() {
			time.Sleep(proposalPatience / 2)
			text, err := os.ReadFile(filepath.Join(c.From, proposedName))
			err = errors.Join(err, os.Remove(filepath.Join(c.From, proposedName)))
			time.Sleep(proposalPatience)
			if err = errors.Join(err, os.WriteFile(c.Config, text, 0o600)); err != nil {
				t.Error(err)
			}
		}()
		if err := (proposal{c.From}).put(t.Context(), c.Config, []byte(remarked+"# more\n")); err != nil {
			t.Errorf("got %v", err)
		}
		if err := (proposal{c.From}).put(t.Context(), c.Config, []byte(remarked)); !errors.Is(err, errNobodyTakes) {
			t.Errorf("nobody is there, and got %v", err)
		}
	})
}

// The daemon waits until its proposal is the file, and tells why it is not.
func TestPropose(t *testing.T) {
	c, _, take := proposed(t)
	text, _, err := withSettings("x.toml", []byte(remarked), map[string]string{"language": "zh"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(text []byte) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- proposal{c.From}.put(ctx, c.Config, text) }()
		for {
			select {
			case err := <-done:
				return err
			case <-time.After(time.Millisecond):
				if _, err := os.Stat(filepath.Join(c.From, proposedName)); err == nil {
					if err := take(); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
	if err := put(text); err != nil {
		t.Errorf("got %v", err)
	}
	if err := put([]byte("store = 'x'\n")); err == nil || !strings.Contains(err.Error(), "more would change") {
		t.Errorf("got %v", err)
	}
	if err := put([]byte(remarked)); err != nil {
		t.Errorf("after a refusal: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (proposal{c.From}).put(ctx, c.Config, text); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := (proposal{filepath.Join(c.From, "absent")}).put(t.Context(), c.Config, text); err == nil {
		t.Error("there is no folder and no error")
	}
}
