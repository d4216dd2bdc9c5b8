package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/sensors/ticket"
)

const barSlip = "THEKE UND TERRASSE\nPlatz B4\nBeleg 0815 / 22.11.2026 18:03\nGast Erika Mustermann\n=== WIR BITTEN UM ===\nRadler, gross @2\n.. ohne Eis\nBrezn @1\n=== DANKE ===\nWunsch an alle: flott\n"

// unreadSlip is a slip that nobody understood.
func unreadSlip(t *testing.T, text string) ticket.Unread {
	t.Helper()
	slips, err := ticket.Decode(strings.NewReader(text), ticket.Options{Encoding: "utf8"})
	if err != nil || len(slips) != 1 {
		t.Fatalf("%d slips, %v", len(slips), err)
	}
	return ticket.Unread{At: time.Date(2026, 11, 22, 18, 3, 0, 0, time.UTC), Printer: "kitchen", Slip: slips[0].Anonymous(ticket.Options{})}
}

// oddSlip is a slip that no other kind looks like.
func oddSlip(n int) string {
	word := strings.Repeat(string(rune('a'+n%26)), 3+n/26)
	return fmt.Sprintf("%[1]s %[2]s\n%[2]s%[1]sx 5\n(%[1]s) #\n%[2]s%[2]sz\n", word, strings.Repeat("+", n%7)+strings.Repeat("/", n/7))
}

// sampleShop is a shop whose configuration has a key of samples.
func sampleShop(t *testing.T) (conf string, f sampleFolder) {
	t.Helper()
	dir := t.TempDir()
	conf = filepath.Join(dir, "readyshelf.toml")
	runTeach(t, "", "ticket", "samples", "key", filepath.Join(dir, "sample.key"))
	text := "store = \"s\"\ndata = \"data\"\ntimezone = \"UTC\"\nencoding = \"utf8\"\n[mqtt]\nbrokers = []\n[privacy]\nsample_key_file = \"sample.key\"\n"
	if err := errors.Join(os.WriteFile(conf, []byte(text), 0o600), os.Mkdir(filepath.Join(dir, "data"), 0o700)); err != nil {
		t.Fatal(err)
	}
	c, err := config(conf)
	if err == nil {
		f, err = c.samples()
	}
	if err != nil {
		t.Fatal(err)
	}
	return conf, f
}

// TestSampler: one slip of each kind is kept, sealed and for its owner alone; the oldest
// go; what somebody deleted is kept again.
func TestSampler(t *testing.T) {
	_, f := sampleShop(t)
	var said bytes.Buffer
	s := newSampler(f, slog.New(slog.NewTextHandler(&said, nil)))
	keep := func(text string) string {
		t.Helper()
		name, err := s.keep(unreadSlip(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	if name := keep(barSlip); name != "slip-1" {
		t.Errorf("the first is %q", name)
	}
	for n := range 100 { // a rush
		if name := keep(strings.NewReplacer("0815", fmt.Sprint(1000+n), "@2", fmt.Sprint("@", n%9+1)).Replace(barSlip)); name != "" {
			t.Fatalf("one more of the same kind is kept as %s", name)
		}
	}
	path := filepath.Join(f.dir, samplesName, "slip-1.sample")
	info, err := os.Stat(path)
	sealed, readErr := os.ReadFile(path)
	if err := errors.Join(err, readErr); err != nil || info.Mode().Perm() != 0o600 || bytes.Contains(sealed, []byte("Radler")) {
		t.Errorf("%v, mode %v, %q", err, info.Mode(), sealed)
	}
	u, err := f.read("slip-1")
	if err != nil || strings.Contains(u.Slip.Text(), "Muster") || !cmp.Equal(u, unreadSlip(t, barSlip)) {
		t.Errorf("%v: %s", err, u.Slip.Text())
	}
	again := newSampler(f, s.log) // another start
	if name, err := again.keep(unreadSlip(t, barSlip)); name != "" || err != nil {
		t.Errorf("after a start it is kept as %q, %v", name, err)
	}
	for n := range mostSlips {
		if name := keep(oddSlip(n)); name != fmt.Sprint("slip-", n+2) {
			t.Errorf("kind %d is kept as %q", n, name)
		}
	}
	names, err := f.names()
	if err != nil || len(names) != mostSlips || slices.Contains(names, "slip-1") {
		t.Errorf("%v, kept are %v", err, names)
	}
	if err := f.remove("slip-5"); err != nil || keep(oddSlip(3)) == "" {
		t.Errorf("%v; what was deleted is not kept again", err)
	}
	if said.Len() > 0 {
		t.Errorf("said %s", said.String())
	}
	f.key = bytes.Repeat([]byte{1, 2}, 16) // another one
	other := newSampler(f, s.log)
	for range 2 {
		if _, err := other.keep(unreadSlip(t, barSlip)); err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(said.String(), "another key"); n != 1 || !strings.Contains(said.String(), fmt.Sprint("samples=", mostSlips)) {
		t.Errorf("samples of another key are said %d times: %s", n, said.String())
	}
}

// TestSamplerTrouble: a disk that takes nothing is said once, and again when it had
// worked; a slip that comes while the disk is slow does not wait.
func TestSamplerTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, f := sampleShop(t)
		var said bytes.Buffer
		s := newSampler(f, slog.New(slog.NewTextHandler(&said, nil)))
		for n := range 5 * waitingSlips { // nobody writes
			s.take(unreadSlip(t, oddSlip(n)))
		}
		if n := strings.Count(said.String(), "too slow"); n != 1 {
			t.Errorf("a slow disk is said %d times", n)
		}
		said.Reset()
		dir := filepath.Join(f.dir, samplesName)
		if err := os.WriteFile(dir, nil, 0o600); err != nil { // where the folder should be
			t.Fatal(err)
		}
		s.missed.Store(false)
		done := make(chan error, 1)
		go func() { done <- s.run(t.Context()) }()
		synctest.Wait()
		if n := strings.Count(said.String(), "is not kept as a sample"); n != 1 {
			t.Errorf("a disk that takes nothing is said %d times: %s", n, said.String())
		}
		said.Reset()
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		s.take(unreadSlip(t, barSlip))
		synctest.Wait()
		if !strings.Contains(said.String(), "name=slip-1") || s.missed.Load() {
			t.Errorf("said %q", said.String())
		}
	})
}

// TestSamplesVerbs: the list, one sample, a key that is another one, a file that is
// damaged, and deleting.
func TestSamplesVerbs(t *testing.T) {
	conf, f := sampleShop(t)
	say := func(words ...string) (string, int) {
		var out bytes.Buffer
		code := command(t.Context(), append([]string{"ticket", "samples"}, append(words, "--config", conf)...), streams{strings.NewReader(""), &out, &out})
		return out.String(), code
	}
	if out, code := say(); code != 0 || !strings.Contains(out, "there are none") {
		t.Errorf("%d %s", code, out)
	}
	for _, text := range []string{barSlip, oddSlip(1), oddSlip(2)} {
		if _, err := f.write(unreadSlip(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	want := "slip-1  2026-11-22 18:03  kitchen  10 lines  not understood\n"
	if out, code := say("list"); code != 0 || !strings.HasPrefix(out, want) || strings.Count(out, "\n") != 3 {
		t.Errorf("%d, got\n%swant\n%s", code, out, want)
	}
	out, code := say("show", "slip-1")
	if code != 0 || !strings.Contains(out, "  4 personal   \n") || !strings.Contains(out, "  8 ?          Brezn @1\n") || !strings.Contains(out, "teach slip-1\n") || strings.Contains(out, "Muster") {
		t.Errorf("%d, got\n%s", code, out)
	}
	if out, code := say("show", "slip-9"); code == 0 || !strings.Contains(out, "there are 3: [slip-1 slip-2 slip-3]") {
		t.Errorf("%d %s", code, out)
	}
	if err := os.WriteFile(filepath.Join(f.dir, samplesName, "slip-2.sample"), []byte("readyshelf unread slip 1\nrubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := say(); code == 0 || strings.Count(out, " lines  ") != 2 || strings.Count(out, "slip-2 cannot be read: it is damaged, or was kept with another key") != 1 {
		t.Errorf("a damaged one: %d, got\n%s", code, out)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(conf), "sample.key"), []byte(strings.Repeat("0123456789abcdef0f1e2d3c4b5a6978", 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := say(); code == 0 || strings.Count(out, "another key\n") != 3 || strings.Count(out, "put the old key back") != 1 {
		t.Errorf("another key: %d, got\n%s", code, out)
	}
	for _, words := range [][]string{{"delete"}, {"delete", "slip-1", "--all"}, {"delete", "slip-1", "slip-7"}} {
		if out, code := say(words...); code == 0 {
			t.Errorf("%v: %s", words, out)
		}
	}
	if out, code := say("delete", "slip-2"); code != 0 || out != "deleted slip-2\n" {
		t.Errorf("%d %s", code, out)
	}
	if out, code := say("delete", "--all"); code != 0 || out != "deleted slip-1\ndeleted slip-3\n" {
		t.Errorf("%d %s", code, out)
	}
	if out, code := complained(t, "ticket", "samples", "key", filepath.Join(filepath.Dir(conf), "sample.key")); code == 0 || !strings.Contains(out, "is there already") {
		t.Errorf("%d %s", code, out)
	}
}

// complained runs a command line and returns all that it said.
func complained(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, errs, code := said(t, args...)
	return out + errs, code
}

// TestTeachKept: a kept sample is taught by its name; lines that were left out are put in
// and stay; the other samples are read with the layout, and none otherwise than before.
func TestTeachKept(t *testing.T) {
	conf, f := sampleShop(t)
	cards := "Platz C7\nBeleg 0820 / 22.11.2026 19:03\n=== WIR BITTEN UM ===\nRadler, gross @1\nWurst @3\n=== DANKE ===\n"
	for _, text := range []string{barSlip, "kueche drei\n>> das da <<\nnach 3\nmit 12 dort\n", cards, strings.ReplaceAll(cards, "C7", "D9")} {
		if _, err := f.write(unreadSlip(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	teach := append([]string{"ticket", "teach", "--config", conf, "--channel", "dine-in", "--about", "x"}, "--table", "2", "--number", "3=0815", "--dishes", "6,8", "--modifiers", "7")
	out := runTeach(t, "9\n1=THEKE UND TERRASSE\n\nbar-slip\n5\n\n\n\n\n", append(teach, "slip-1")...)
	for _, want := range []string{
		"  1 personal", "line 9 needs its text", "  1 ?          THEKE UND TERRASSE", "  number    0815\n  table     B4\n  dish      2 × Radler, gross | ohne Eis\n  dish      1 × Brezn\n",
		"it reads the kept sample slip-3 too: slip: order dine-in #0820 C7 1×Radler, gross, 3×Wurst", "takes it over within ten seconds",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said:\n%s", want, out)
		}
	}
	u, err := f.read("slip-1")
	if err != nil || u.Slip.Lines[0].Text != "THEKE UND TERRASSE" || u.Slip.Lines[3].Text != "" {
		t.Errorf("%v, kept is %+v", err, u.Slip.Lines)
	}
	if out := runTeach(t, "", "ticket", "samples", "--config", conf); strings.Count(out, "read by bar-slip: slip: order dine-in #08") != 3 || strings.Count(out, "not understood") != 1 {
		t.Errorf("the list says\n%s", out)
	}
	// A layout before the first in the order of names would take slip-3 from it.
	sample := filepath.Join(f.dir, "slip.bin")
	if err := os.WriteFile(sample, []byte(barSlip), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := complained(t, "ticket", "teach", "--config", conf, "--no-ask", "--name", "a", "--has", "5", "--channel", "takeout", "slip-4")
	if code == 0 || !strings.Contains(out, "is read otherwise") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := complained(t, "ticket", "teach", "--config", conf, "--no-ask", "--name", "a", "--has", "1", "--line", "1=x", "--encoding", "utf8", sample); code == 0 || !strings.Contains(out, "only a kept sample") {
		t.Errorf("%d %s", code, out)
	}
}

// TestSamplesStayHere: a backup has the key and no sample, and a support bundle blots the
// key out.
func TestSamplesStayHere(t *testing.T) {
	conf, f := sampleShop(t)
	if _, err := f.write(unreadSlip(t, barSlip)); err != nil {
		t.Fatal(err)
	}
	c, err := config(conf)
	if err != nil {
		t.Fatal(err)
	}
	files, err := smallFiles(c)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if want := []string{configName, configFolder + "/sample.key"}; !slices.Equal(names, want) {
		t.Errorf("a backup has %v, want %v", names, want)
	}
	key, err := os.ReadFile(c.Privacy.SampleKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if got := blotted(key, secretsOf(c)); string(got) != "[secret]\n" {
		t.Errorf("a support bundle has %q", got)
	}
}
