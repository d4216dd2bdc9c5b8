package buffer

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A compacted log is the same log in less space, and is written on.
func TestCompact(t *testing.T) {
	path := logPath(t)
	h := run(t, options(path))
	for range 40 {
		h.append(t, ticket(strings.Repeat("7", 900)))
	}
	if _, _, err := Compact(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a log that is written to was compacted: %v", err)
	}
	h.end(t)
	events, report := dump(t, path), sound(t, path)
	before, after, err := Compact(path)
	if err != nil {
		t.Fatal(err)
	}
	if after >= before || after < 20_000 {
		t.Errorf("%d bytes became %d", before, after)
	}
	if d := cmp.Diff(events, dump(t, path)); d != "" {
		t.Errorf("the events changed (-before +after):\n%s", d)
	}
	got := sound(t, path)
	report.Bytes, got.Bytes = 0, 0
	if d := cmp.Diff(report, got); d != "" {
		t.Errorf("the log changed (-before +after):\n%s", d)
	}
	h = run(t, options(path))
	h.append(t, press("A1"))
	h.end(t)
	if replaced := h.Replaced().Why; replaced != "" {
		t.Error(replaced)
	}
	gapless(t, 1, dump(t, path))
}

// Who waits for the lock while a log is compacted does not go on with the old file,
// which has no name any more.
func TestOpenDuringCompact(t *testing.T) {
	opts := options(logPath(t))
	h := run(t, opts)
	h.append(t, press("A1"))
	h.end(t)
	old, _, err := openAtRest(h.path)
	if err != nil {
		t.Fatal(err)
	}
	open := openFiles(t, h.path)
	opts.Decider, opts.Now, opts.Log = h.tally, h.opts.Now, slog.New(slog.DiscardHandler)
	opened := make(chan error, 1)
	go func() {
		s, _, err := openExisting(opts, sidecar{})
		if err == nil {
			err = s.close()
		}
		opened <- err
	}()
	for len(opened) == 0 && len(openFiles(t, h.path)) == len(open) {
		runtime.Gosched()
	}
	if err := errors.Join(old.rewrite(h.path+".new"), rename(h.path+".new", h.path), old.close()); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; !errors.Is(err, ErrHeld) {
		t.Errorf("got %v, want ErrHeld", err)
	}
}

// openFiles returns the descriptors of this process that are of the file at path.
func openFiles(t *testing.T, path string) (fds []string) {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Error(err)
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && to == path {
			fds = append(fds, l)
		}
	}
	return fds
}
