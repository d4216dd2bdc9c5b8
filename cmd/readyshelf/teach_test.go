package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateDocs = flag.Bool("update-docs", false, "write the worked example of docs/tickets.md anew")

// example are the blocks of the worked example: the slip, the command, its output, and
// the layout that it writes.
var example = regexp.MustCompile("(?s)is read as `unknown`:\n\n```text\n(.*?)```.*?```sh\n(.*?)```\n\n```text\n(.*?)```.*?```toml\n(.*?)```")

// TestTeachExample does what the page shows, and gets what it shows.
func TestTeachExample(t *testing.T) {
	const path = "../../docs/tickets.md"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := example.FindSubmatchIndex(doc)
	if m == nil {
		t.Fatal("the page has no worked example")
	}
	dir := t.TempDir()
	sample := filepath.Join(dir, "slip.bin")
	if err := os.WriteFile(sample, doc[m[2]:m[3]], 0o600); err != nil {
		t.Fatal(err)
	}
	layouts := filepath.Join(dir, layoutsName)
	args := append(shellWords(string(doc[m[4]:m[5]]))[2:], "--config", filepath.Join(dir, "readyshelf.toml"))
	for i, a := range args {
		if a == "slip.bin" {
			args[i] = sample
		}
	}
	out := runTeach(t, "", args...)
	out = strings.ReplaceAll(out, layouts, "/etc/readyshelf/"+layoutsName)
	file, err := os.ReadFile(filepath.Join(layouts, "bar-slip.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if *updateDocs {
		doc = bytes.Join([][]byte{doc[:m[6]], []byte(out), doc[m[7]:m[8]], file, doc[m[9]:]}, nil)
		if err := os.WriteFile(path, doc, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(doc[m[6]:m[7]]), out); d != "" {
		t.Errorf("the output (-page +got):\n%s", d)
	}
	if d := cmp.Diff(string(doc[m[8]:m[9]]), string(file)); d != "" {
		t.Errorf("the layout (-page +got):\n%s", d)
	}
	if bytes.Contains(file, []byte("Mustermann")) {
		t.Error("the guest's name is in the layout")
	}
	var got bytes.Buffer
	if code := command(t.Context(), []string{"ticket", "decode", "--encoding", "utf8", "--layouts", layouts, sample}, streams{strings.NewReader(""), &got, &got}); code != 0 {
		t.Fatal(got.String())
	}
	want := `{"kind":"order","copy":"kitchen","channel":"dine-in","seq":"0815","table":"B4","ordered":"22.11.2026 18:03","promised":null,"notes":"flott",` +
		`"items":[{"qty":2,"name":"Radler, gross","mods":["ohne Eis"]},{"qty":1,"name":"Brezn","mods":[]}],"part":null,"raster":false,"encoding":"utf8","unparsed":0}` + "\n"
	if got.String() != want {
		t.Errorf("with the layout: got\n%swant\n%s", got.String(), want)
	}
}

// runTeach runs a command line that must succeed, and returns what it printed.
func runTeach(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := command(t.Context(), args, streams{strings.NewReader(stdin), &out, &errs}); code != 0 {
		t.Fatalf("code %d: %s%s", code, out.String(), errs.String())
	}
	return out.String()
}

// shellWords are the words of a command of a page.
func shellWords(text string) (words []string) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\\\n", " ")
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(text, -1) {
		words = append(words, m[1]+m[2])
	}
	return words
}

// TestTeachAsks: what no flag says is asked for, and the answers are the same.
func TestTeachAsks(t *testing.T) {
	dir := t.TempDir()
	sample := filepath.Join(dir, "slip.bin")
	if err := os.WriteFile(sample, []byte("THEKE\nPlatz B4\n== BITTE ==\nRadler @2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	layouts := filepath.Join(dir, layoutsName)
	args := []string{"ticket", "teach", "--encoding", "utf8", "--layouts", layouts}
	asked := runTeach(t, "theke\nThe bar\n1\n\n2\n\n\n\n4\n\n\n\n", append(args, "--print", sample)...)
	flags := runTeach(t, "", append(args, "--print", "--no-ask", "--name", "theke", "--about", "The bar", "--has", "1", "--table", "2", "--dishes", "4", sample)...)
	_, a, _ := strings.Cut(asked, "\nabout = ")
	_, b, _ := strings.Cut(flags, "\nabout = ")
	if a == "" || a != b {
		t.Errorf("asked:\n%s\nwith flags:\n%s", asked, flags)
	}
	if _, err := os.Stat(layouts); err == nil {
		t.Error("--print wrote a folder")
	}
}

// TestTeachRefuses: nothing is written that does not read the slip, or changes how a
// kept one is read.
func TestTeachRefuses(t *testing.T) {
	dir := t.TempDir()
	sample := filepath.Join(dir, "slip.bin")
	if err := os.WriteFile(sample, []byte("THEKE\nPlatz B4\nBon 3 Nr 7\nRadler @2\nWein (3)\nKÜCHENBON\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	layouts := filepath.Join(dir, layoutsName)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--has", "9"}, "there is no line 9, the slip has 6"},
		{[]string{"--has", "x"}, "--has: lines are numbers"},
		{nil, "say which lines stand on every such slip: has"},
		{[]string{"--has", "1", "--number", "3"}, "number: line 3 has 2 of what may be a number; say which: 3=TEXT"},
		{[]string{"--has", "1", "--dishes", "4,5", "--modifiers", "2,3"}, "modifiers: they have neither a mark nor a deeper indent"},
		{[]string{"--has", "1", "--kind", "soup"}, `there is no kind "soup"`},
		{[]string{"--has", "1", "--private", "1"}, "line 1 has nothing but the person"},
		{[]string{"--has", "6", "--name", "a"}, "with it the sample in line 22 of the layout kitchen-de is read otherwise"},
	} {
		var out bytes.Buffer
		args := append([]string{"ticket", "teach", "--no-ask", "--encoding", "utf8", "--layouts", layouts, "--name", "theke"}, c.args...)
		if code := command(t.Context(), append(args, sample), streams{strings.NewReader(""), &out, &out}); code == 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: code %d, %s, want %s", c.args, code, out.String(), c.want)
		}
	}
	if _, err := os.Stat(layouts); err == nil {
		t.Error("a refused layout was written")
	}
}
