package buffer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

func TestFirstStart(t *testing.T) {
	h := run(t, options(logPath(t)))
	if h.Replaced().Why != "" || h.Head() != 0 || h.Boot() != 1 {
		t.Errorf("got replaced %q, head %d, boot %d", h.Replaced().Why, h.Head(), h.Boot())
	}
	info, err := os.Stat(h.path)
	if err != nil || info.Size() != 64<<10 {
		t.Errorf("new file has %d bytes (%v), want the prefill", info.Size(), err)
	}
	names, _ := filepath.Glob(filepath.Dir(h.path) + "/*")
	if len(names) != 2 {
		t.Errorf("got files %q, want the log and its sidecar", names)
	}
}

// What lies where a log was and is none is moved aside; where none was it stays.
func TestForeignFiles(t *testing.T) {
	foreign := bytes.Repeat([]byte("not a log "), 4000)
	for name, spoil := range map[string]func(b []byte) []byte{
		"empty":      func([]byte) []byte { return nil },
		"short":      func(b []byte) []byte { return b[:5000] },
		"foreign":    func([]byte) []byte { return foreign },
		"zeros":      func(b []byte) []byte { return make([]byte, len(b)) },
		"bbolt only": func([]byte) []byte { return emptyBolt(t) },
	} {
		t.Run(name, func(t *testing.T) {
			h := run(t, options(logPath(t)))
			h.append(t, ticket("1"))
			h.end(t)
			b, err := os.ReadFile(h.path)
			if err != nil {
				t.Fatal(err)
			}
			bad := spoil(b)
			if err := os.WriteFile(h.path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			for i, aside := range []string{".bad-1", ".bad-2", ".bad-2"} {
				again := run(t, options(h.path))
				if again.ID() == h.ID() || again.Head() != 0 || again.tally.N != 0 {
					t.Errorf("log %s went on with %d events after its file was lost", again.ID(), again.Head())
				}
				if !strings.Contains(again.Replaced().Why, h.path+aside) {
					t.Errorf("start %d: replaced says %q, want where the file is", i, again.Replaced().Why)
				}
				kept, err := os.ReadFile(h.path + aside)
				if err != nil || !bytes.Equal(kept, bad) {
					t.Errorf("the bad file was not kept as %s: %v", aside, err)
				}
				again.append(t, press("A1"))
				again.end(t)
				if err := os.WriteFile(h.path, bad, 0o600); err != nil {
					t.Fatal(err)
				}
			}

			if err := os.Remove(sidecarPath(h.path)); err != nil {
				t.Fatal(err)
			}
			opts, err := options(h.path), error(nil)
			opts.Decider, opts.Now = &tally{}, func() kitchen.Stamp { return kitchen.Stamp{} }
			if _, err = Open(opts); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("no log was here: got %v, want a refusal with the way out", err)
			}
			if kept, _ := os.ReadFile(h.path); !bytes.Equal(kept, bad) {
				t.Error("a file that never was a log was changed")
			}
		})
	}
}

// emptyBolt returns a bbolt file of somebody else.
func emptyBolt(t *testing.T) []byte {
	t.Helper()
	path := logPath(t)
	s, err := openStore(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVanishedLog(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, press("A1"))
	h.end(t)
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	again := run(t, options(h.path))
	if again.ID() == h.ID() || !strings.Contains(again.Replaced().Why, h.ID()) {
		t.Errorf("got log %s, replaced %q; the old one was %s", again.ID(), again.Replaced().Why, h.ID())
	}
}

// A log put back from a backup is a log, with or without its sidecar.
func TestRestoredLog(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.append(t, press("A1"))
	h.end(t)
	for _, text := range []string{"", "aaaaaaaaaaaaa\n", "-"} {
		err := os.WriteFile(sidecarPath(h.path), []byte(text), 0o600)
		if text == "-" {
			err = os.Remove(sidecarPath(h.path))
		}
		if err != nil {
			t.Fatal(err)
		}
		again := openHouse(t, options(h.path))
		if again.ID() != h.ID() || again.Replaced().Why != "" || again.Head() != 1 {
			t.Errorf("sidecar %q: got log %s, replaced %q", text, again.ID(), again.Replaced().Why)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if was, err := readSidecar(h.path); err != nil || was.id != h.ID() {
			t.Errorf("sidecar says %+v, %v", was, err)
		}
	}
}

func TestHeldLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		opts := options(h.path)
		opts.Decider, opts.Now = &tally{}, h.opts.Now
		begin := time.Now()
		_, err := Open(opts)
		if took := time.Since(begin); !errors.Is(err, ErrHeld) || took > 2*time.Second {
			t.Errorf("got %v after %v, want ErrHeld within 2 s", err, took)
		}
		if err := Dump(h.path, func(kitchen.Event) error { return nil }); !errors.Is(err, ErrHeld) {
			t.Errorf("dump: got %v, want ErrHeld", err)
		}
		h.append(t, press("A1")) // and it was not disturbed
	})
}

func TestNewerFormat(t *testing.T) {
	h := run(t, options(logPath(t)))
	h.end(t)
	s, err := openStore(h.path, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.setFormat(format+1), s.close()); err != nil {
		t.Fatal(err)
	}
	opts := options(h.path)
	opts.Decider, opts.Now = &tally{}, h.opts.Now
	if _, err := Open(opts); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
	if _, err := os.Stat(h.path); err != nil {
		t.Errorf("the newer log was touched: %v", err)
	}
}

// spoil flips a byte of the record of each seq, in its body, in the file at rest.
func spoil(t *testing.T, path string, seqs ...uint64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range seqs {
		mark := fmt.Appendf(nil, `"slot":"n%d"`, seq)
		if !bytes.Contains(b, mark) {
			t.Fatalf("no record of %d in the file", seq)
		}
		for i := 0; ; {
			j := bytes.Index(b[i:], mark)
			if j < 0 {
				break
			}
			b[i+j+8] ^= 4
			i += j + 1
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// numbered runs a log with n presses, of slots named after their seqs.
func numbered(t *testing.T, n int) *house {
	t.Helper()
	h := run(t, options(logPath(t)))
	for i := range n {
		h.append(t, press(fmt.Sprint("n", i+1)))
	}
	return h
}

var bad = []uint64{3, 100, 101, 102, 290, 300}

func TestDumpAndCheckGoOnPastDamage(t *testing.T) {
	h := damaged(t, 300, bad...)
	var got []uint64
	err := Dump(h.path, func(e kitchen.Event) error { got = append(got, e.Seq); return nil })
	if len(got) != 300-len(bad) {
		t.Errorf("got %d events, want %d", len(got), 300-len(bad))
	}
	if got, want := ranges(t, err), "3-3 100-102 290-290 300-300"; got != want {
		t.Errorf("damaged are %s, want %s", got, want)
	}
	r, err := Check(h.path)
	if err != nil || len(r.Problems) == 0 || r.Events != 294 {
		t.Errorf("got %+v, %v, want problems", r, err)
	}
	stop := errors.New("stop")
	if err := Dump(h.path, func(kitchen.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want the callback's error", err)
	}
}

// ranges spells the damage that err joins.
func ranges(t *testing.T, err error) string {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []string
		for _, e := range joined.Unwrap() {
			out = append(out, ranges(t, e))
		}
		return strings.Join(out, " ")
	}
	var d *Damage
	if !errors.As(err, &d) || !errors.Is(err, errCRC) {
		t.Fatalf("got %v, want damage", err)
	}
	return fmt.Sprint(d.From, "-", d.To)
}

// damaged returns a log at rest with n events, some of them bad.
func damaged(t *testing.T, n int, seqs ...uint64) *house {
	t.Helper()
	h := numbered(t, n)
	h.end(t)
	spoil(t, h.path, seqs...)
	return h
}

// Damage met while reading is skipped, logged once, and told once as a Gap: not
// again by another follower, nor after a restart.
func TestDamageBecomesAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := damaged(t, 300, bad...)
		opts := options(h.path)
		for restart := range 2 {
			again := run(t, opts)
			for _, name := range []string{"uplink", "board"} {
				got := take(t, again.Log, fmt.Sprint(name, restart), 294, whole)
				for _, e := range got {
					for _, b := range bad {
						if e.Seq == b {
							t.Errorf("%s was given the damaged %d", name, b)
						}
					}
				}
			}
			synctest.Wait()
			if got, want := again.lines.count("events in the log are damaged"), 4*(1-restart); got != want {
				t.Errorf("logged %d times, want %d", got, want)
			}
			if again.Head() != 304 {
				t.Errorf("head is %d, want 4 gaps behind 300", again.Head())
			}
			if st, _ := again.Stats(); st.Lost != 6 {
				t.Errorf("lost %d, want 6", st.Lost)
			}
			again.end(t)
		}
		var gaps []string
		_ = Dump(h.path, func(e kitchen.Event) error {
			if e.Gap != nil {
				gaps = append(gaps, fmt.Sprint(e.Gap.From, "-", e.Gap.To))
			}
			return nil
		})
		if got, want := strings.Join(gaps, " "), "3-3 100-102 290-290 300-300"; got != want {
			t.Errorf("gaps are %s, want %s", got, want)
		}
	})
}

// A gap that could not be written is told when writing works again.
func TestGapIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := damaged(t, 20, 5)
		opts := options(h.path)
		opts.Tick = time.Second
		again := run(t, opts)
		synctest.Wait()
		again.breakCommits(2, syscall.EIO)
		take(t, again.Log, "uplink", 19, whole)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := again.seen(); len(got) != 1 || got[0].Gap == nil || got[0].Gap.From != 5 {
			t.Errorf("got %+v, want the gap at 5", got)
		}
	})
}

// A whole page that is unreadable costs what is on it.
func TestUnreadablePage(t *testing.T) {
	for name, fill := range map[string]byte{"zeros": 0, "garbage": 0xA5} {
		for where, seq := range map[string]uint64{"in the middle": 150, "at the beginning": 1, "last of the history": 0} {
			t.Run(name+" "+where, func(t *testing.T) {
				h := numbered(t, 302)
				h.end(t)
				lost := spoilPage(t, h.path, seq, fill)
				var got []kitchen.Event
				err := Dump(h.path, func(e kitchen.Event) error { got = append(got, e); return nil })
				var d *Damage
				if !errors.As(err, &d) {
					t.Fatalf("got %v, want damage", err)
				}
				if d.From > lost || d.To < lost || d.To-d.From > 40 || uint64(len(got)) != 302-(d.To-d.From+1) {
					t.Errorf("%v, and got %d events of 302", d, len(got))
				}
			})
		}
	}
}

// spoilPage overwrites the page that the record of seq is on; of 0, the last of
// the history. It returns the seq.
func spoilPage(t *testing.T, path string, seq uint64, fill byte) uint64 {
	t.Helper()
	page, seq := livePage(t, path, seq)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range pageSize {
		b[page*pageSize+i] = fill
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestDamagedCheckpoint(t *testing.T) {
	h := run(t, options(logPath(t)))
	for i := range 50 {
		h.append(t, ticket(fmt.Sprint(i)))
	}
	want := h.tally.state()
	h.end(t)
	s, err := openStore(h.path, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.spoilCheckpoint(), s.close()); err != nil {
		t.Fatal(err)
	}
	if r, err := Check(h.path); err != nil || len(r.Problems) != 1 {
		t.Errorf("got %+v, %v, want one problem", r, err)
	}
	again := run(t, options(h.path))
	if got := again.tally.state(); got.Hash != want.Hash {
		t.Errorf("got %+v from the history alone, want %+v", got, want)
	}
	if again.lines.count("rebuilt from the history alone") != 1 {
		t.Error("it was not logged")
	}
}
