package buffer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"
)

// probeEnv makes this test binary the child that probes the log which it names.
const probeEnv = "READYSHELF_TEST_PROBE"

// probeChild is Options.Probe as the daemon has it: exit code 3 is damage, and so is
// a death.
func probeChild(ctx context.Context, path string) error {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), probeEnv+"="+path)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 1 {
		line, _, _ := bytes.Cut(out, []byte("\n"))
		return fmt.Errorf("%w: %s", ErrDamaged, line)
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// probeMain is that child.
func probeMain(path string) int {
	err := Probe(path)
	fmt.Println(err)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrDamaged):
		return 3
	}
	return 1
}

func TestProbeOfASoundLog(t *testing.T) {
	h := run(t, options(logPath(t)))
	for i := range 400 {
		h.append(t, ticket(fmt.Sprint(i)), press("A1"))
	}
	if err := Probe(h.path); !errors.Is(err, ErrHeld) {
		t.Errorf("a log that is written: got %v, want ErrHeld", err)
	}
	h.end(t)
	before, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Probe(h.path); err != nil {
		t.Error(err)
	}
	if err := probeChild(t.Context(), h.path); err != nil {
		t.Error(err)
	}
	after, err := os.ReadFile(h.path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the probe changed the file (%v)", err)
	}
	spoil400(t, h.path)
	if err := Probe(h.path); err != nil {
		t.Errorf("a record that is damaged is a gap and no bad file: %v", err)
	}
	if err := Probe(h.path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
}

// spoil400 flips a bit inside the number of a ticket.
func spoil400(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(b, []byte(`"number":"200"`))
	if i < 0 {
		t.Fatal("no such ticket")
	}
	b[i+10] ^= 4
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every bit of the structure is looked at: whichever is flipped in the header or
// an element of a page that is in use, or in a meta page, the file is bad.
func TestProbeSeesEveryStructuralBit(t *testing.T) {
	h := run(t, options(logPath(t)))
	for i := range 60 {
		h.append(t, ticket(fmt.Sprint(i)))
	}
	h.end(t)
	b, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int) {
		b[at/8] ^= 1 << (at % 8)
		in := inspect(b)
		b[at/8] ^= 1 << (at % 8)
		if len(in.problems) == 0 && in.spoilt == 0 {
			t.Errorf("bit %d of page %d was flipped and nobody saw it", at%(8*pageSize), at/8/pageSize)
		}
	}
	if in := inspect(b); len(in.problems)+int(in.spoilt) > 0 || in.records != 120 {
		t.Fatalf("%d records, problems %q", in.records, in.problems)
	}
	for id := range 2 { // a meta page's header has a number and a count that nobody reads
		for bit := 16 * 8; bit < (16+64)*8; bit++ {
			flip(id*pageSize*8 + bit)
		}
	}
	root := newestMeta(b, 16)
	page := rawPage(b[root*pageSize:][:pageSize])
	ends := (16 + page.count()*16) * 8
	for bit := range ends {
		if bit >= 16*8 && (bit/8-16)%16 < 4 && bit%32 != 0 {
			continue // of an element's flags one has a meaning
		}
		flip(root*pageSize*8 + bit)
	}
}

func inspect(b []byte) inspection {
	var in inspection
	in.file(rawFile{bytes.NewReader(b), uint64(len(b) / pageSize)})
	return in
}

// A probe that does not end is asked twice, and what does not answer twice is
// damaged; what answers that it cannot say ends Open.
func TestSlowProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(logPath(t))
		opts.Log = openHouse(t, opts).opts.Log
		asked := 0
		opts.Probe = func(ctx context.Context, _ string) error {
			asked++
			<-ctx.Done()
			return ctx.Err()
		}
		begin := time.Now()
		if err := opts.sounds(); !errors.Is(err, ErrDamaged) || asked != 2 || time.Since(begin) != 2*probeLimit {
			t.Errorf("got %v after %v and %d probes", err, time.Since(begin), asked)
		}
		opts.Probe = func(context.Context, string) error { return os.ErrPermission }
		if err := opts.sounds(); !errors.Is(err, os.ErrPermission) || errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want what is in the way", err)
		}
	})
}

func FuzzInspect(f *testing.F) {
	h := run(f, options(logPath(f)))
	h.append(f, ticket("1"), press("A1"))
	if err := h.stop(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(h.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, uint32(16), byte(1))
	f.Add(b[:3*pageSize], uint32(4096+16), byte(255))
	f.Fuzz(func(_ *testing.T, b []byte, at uint32, mask byte) {
		if len(b) > 0 {
			b[int(at)%len(b)] ^= mask
		}
		inspect(b)
	})
}
