package device

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeTesseract does what its language says: $4 is what follows -l. It is a script, as
// the bounds of memory are for programs of that size.
const fakeTesseract = `#!/bin/sh
[ "$1" = --list-langs ] && { echo 'List of available languages in "/x" (2):'; echo chi_sim; echo eng; exit; }
case $4 in
says) cat ;;
args) echo "$@"; env | sort; pwd ;;
bound)
	until grep -q 'file size *0 ' /proc/$$/limits; do sleep 0.01; done
	cat /proc/$$/limits
	until [ "$(cat /proc/$$/oom_score_adj)" = 1000 ]; do sleep 0.01; done
	cut -d' ' -f19 /proc/$$/stat ;;
hangs) sleep 1000 & echo $! >&2; wait ;;
crashes) echo 'first' >&2; echo 'bad picture' >&2; kill -SEGV $$ ;;
floods) while :; do echo 12345678901234567890123456789012345678901234567890; done ;;
deaf) echo table ;;
writes)
	until grep -q 'file size *0 ' /proc/$$/limits; do sleep 0.01; done
	echo secret >"` + "$0" + `.out" ;;
esac
`

// fake is a tesseract that behaves as mode says.
func fake(t *testing.T, mode string) Tesseract {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(path, []byte(fakeTesseract), 0o755); err != nil {
		t.Fatal(err)
	}
	return Tesseract{Path: path, Languages: []string{mode}, Limit: time.Minute}
}

func TestTesseract(t *testing.T) {
	big := strings.Repeat("picture ", 1<<15)
	for mode, want := range map[string]string{
		"says": big[:512], "deaf": "table\n",
	} {
		got, err := fake(t, mode).See(t.Context(), []byte(big[:512]))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", mode, got, err, want)
		}
	}
	if _, err := fake(t, "deaf").See(t.Context(), []byte(big)); err != nil {
		t.Errorf("one that does not read all of the picture: %v", err)
	}
	got, err := fake(t, "args").See(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"stdin stdout -l args --psm 6", "tessedit_create_tsv=1", "OMP_THREAD_LIMIT=1"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("it is started with %s, want %s among it", got, want)
		}
	}
	if strings.Contains(string(got), "HOME=") {
		t.Errorf("it sees the environment of the daemon: %s", got)
	}
}

// TestTesseractBound: the process has bounds, and may not write a file.
func TestTesseractBound(t *testing.T) {
	got, err := fake(t, "bound").See(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(got)), " ")
	for _, want := range []string{"Max address space 335544320", "Max core file size 0", "Max cpu time 61"} {
		if !strings.Contains(text, want) {
			t.Errorf("its limits lack %q: %s", want, got)
		}
	}
	if !strings.HasSuffix(text, " 15") {
		t.Errorf("it is as nice as %q, want 15", text[len(text)-3:])
	}
	w := fake(t, "writes")
	if _, err := w.See(t.Context(), nil); err != nil {
		t.Logf("it was stopped: %v", err)
	}
	if b, err := os.ReadFile(w.Path + ".out"); err == nil && len(b) > 0 {
		t.Errorf("it wrote %q", b)
	}
}

// TestTesseractFails: whatever the process does, the call ends with an error that says
// it, and nothing is left running.
func TestTesseractFails(t *testing.T) {
	for mode, want := range map[string]error{"hangs": errTooSlow, "floods": errTooMuch} {
		f := fake(t, mode)
		if mode == "hangs" {
			f.Limit = 200 * time.Millisecond
		}
		if _, err := f.See(t.Context(), nil); !errors.Is(err, want) {
			t.Errorf("one that %s: got %v, want %v", mode, err, want)
		}
	}
	if _, err := fake(t, "crashes").See(t.Context(), nil); err == nil || !strings.Contains(err.Error(), `"bad picture"`) {
		t.Errorf("one that crashes: got %v, want what it said last", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := fake(t, "hangs").See(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("when the daemon ends: got %v, want that it was cancelled", err)
	}
	none := fake(t, "says")
	none.Path = filepath.Join(t.TempDir(), "none")
	if _, err := none.See(t.Context(), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the program: got %v", err)
	}
}

// TestTesseractGroup: what the process started ends with it.
func TestTesseractGroup(t *testing.T) {
	f := fake(t, "hangs")
	f.Limit = 300 * time.Millisecond
	before := children(t)
	if _, err := f.See(t.Context(), nil); err == nil {
		t.Fatal("it hangs and there is no error")
	}
	for deadline := time.Now().Add(10 * time.Second); children(t) > before; {
		if time.Now().After(deadline) {
			t.Fatal("a process that it started is still there")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// children counts the processes that sleep for so long, as the fake's do.
func children(t *testing.T) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if b, err := os.ReadFile(f); err == nil && string(b) == "sleep\x001000\x00" {
			n++
		}
	}
	return n
}

// TestTesseractCheck: what is missing is named with the packages to install.
func TestTesseractCheck(t *testing.T) {
	f := fake(t, "")
	f.Languages = []string{"chi_sim", "eng"}
	if err := f.Check(t.Context()); err != nil {
		t.Errorf("with all that it needs: %v", err)
	}
	f.Languages = []string{"eng", "chi_tra"}
	for what, f := range map[string]Tesseract{
		`it has no language pack "chi_tra"`: f,
		"the program is not installed":      {Path: "/nowhere/tesseract", Languages: f.Languages, Limit: time.Minute},
	} {
		err := f.Check(t.Context())
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), what) ||
			e.Remedy() != "sudo apt install tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-tra" {
			t.Errorf("got %v, want %s and what to install", err, what)
		}
	}
}

// TestTesseractReal: the real program reads a picture with its bounds on, so that it
// needs no file.
func TestTesseractReal(t *testing.T) {
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("no tesseract; sudo apt install tesseract-ocr")
	}
	real := Tesseract{Path: "tesseract", Languages: []string{"eng"}, Limit: time.Minute}
	if err := real.Check(t.Context()); err != nil {
		t.Skip(err)
	}
	picture, err := os.ReadFile("testdata/order42.pbm")
	if err != nil {
		t.Fatal(err)
	}
	got, err := real.See(t.Context(), picture)
	if err != nil || !strings.HasPrefix(string(got), "level\t") || !strings.Contains(string(got), "\t#42\n") {
		t.Errorf("got %q, %v, want a table with #42", got, err)
	}
	if _, err := real.See(t.Context(), []byte("no picture")); err == nil || errors.Is(err, syscall.EPIPE) {
		t.Errorf("of what is no picture got %v, want what is wrong", err)
	}
}
