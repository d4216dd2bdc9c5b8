package buffer

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"readyshelf/kitchen"
)

// readings are the ways in which people have a file read.
func readings() map[string]func(path string) error {
	ignore := func(kitchen.Event) error { return nil }
	return map[string]func(path string) error{
		"check":   func(path string) error { _, err := Check(path); return err },
		"compact": func(path string) error { _, _, err := Compact(path); return err },
		"dump":    func(path string) error { return Dump(path, ignore) },
		"scan":    func(path string) error { _, err := Scan(path, ignore); return err },
		"salvage": func(path string) error { _, err := Salvage(path, path+".out", new(tally)); return err },
	}
}

// What is no file is no damaged log to those who read one, and nobody waits for it. A
// start keeps it like any other thing that stands where a log was.
func TestNoOrdinaryFile(t *testing.T) {
	kinds := map[string]func(path string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink(os.DevNull, path) },
	}
	for kind, put := range kinds {
		for name, read := range readings() {
			t.Run(kind+" "+name, func(t *testing.T) {
				path := logPath(t)
				if err := put(path); err != nil {
					t.Fatal(err)
				}
				err := read(path)
				if err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "no ordinary file") {
					t.Errorf("got %v, want that it is no ordinary file", err)
				}
			})
		}
		t.Run(kind+" open", func(t *testing.T) {
			path := logPath(t)
			if err := errors.Join(put(path), os.WriteFile(sidecarPath(path), []byte("iq2wxyvkrgbms\n"), 0o600)); err != nil {
				t.Fatal(err)
			}
			h := openHouse(t, options(path))
			if got := h.Replaced().Log; got != "iq2wxyvkrgbms" {
				t.Errorf("it replaced log %q, want the one that the sidecar names", got)
			}
			if err := h.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Lstat(path + ".bad-1"); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file in which nothing of a log is found is not made one.
func TestSalvageOfNoLog(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "short": "hello", "foreign": strings.Repeat("SQLite format 3\x00", 1000)} {
		path := logPath(t)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, way := range []string{"scan", "salvage"} {
			if err := readings()[way](path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "nothing of a log") {
				t.Errorf("%s of an %s file: got %v, want that nothing is in it", way, name, err)
			}
		}
		if _, err := os.Lstat(path + ".out"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a log was made of it: %v", name, err)
		}
	}
}
