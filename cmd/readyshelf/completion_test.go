package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// offered are the words that the program offers in place of the last one.
func offered(t *testing.T, words ...string) []string {
	t.Helper()
	out, complaint, code := said(t, append([]string{"complete", "--"}, words...)...)
	if code != 0 {
		t.Fatalf("complete %q: exit code %d, %s", words, code, complaint)
	}
	var all []string
	for line := range strings.Lines(out) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, word)
	}
	return all
}

func TestComplete(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{"chec|", "check"},
		{"log c|", "check compact"},
		{"log nonsense|", ""},
		{"log dump --o|", "--order"},
		{"log dump --json --o|", "--order"}, // a flag without a value takes none
		{"log dump -- --o|", ":file"},       // nothing is a flag now
		{"scale decode --protocol toledo-b|", "toledo-br-p05"},
		{"scale decode --protocol=toledo-b|", "--protocol=toledo-br-p05"},
		{"scale decode --protocol = toledo-b|", "toledo-br-p05"}, // bash
		{"scale decode --protocol =|", "all"},                    // bash
		{"scale decode --protocol st-gs |", ":file"},
		{"scale decode --protocol st-gs x |", ""},
		{"run --config |", ":file"},
		{"run --config=|", ""},
		{"completion |", "bash zsh fish"},
		{"demo --speed |", ""},
		{"log dump --since 2h --j|", "--json"},
		{"complet|", "completion"}, // what is for scripts is not shown
	} {
		words := strings.Split(strings.TrimSuffix(test.typed, "|"), " ")
		got := offered(t, words...)
		if test.want == "all" {
			if len(got) < 20 {
				t.Errorf("%q: got %d offers, want every protocol", test.typed, len(got))
			}
			continue
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q: got %q, want %q", test.typed, got, test.want)
		}
	}
}

// What listens to a device is offered those of the shop.
func TestCompleteDevices(t *testing.T) {
	file := filepath.Join(t.TempDir(), "readyshelf.toml")
	text := "store = \"s\"\n[[printer]]\nname = \"kitchen\"\nlisten = \":9100\"\n[[button]]\nslot = \"A1\"\nline = \"GPIO17\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := devicesAt(file)
	for _, want := range []offer{{"printer/kitchen", ":9100"}, {"button/A1", "GPIO17"}} {
		if !slices.Contains(got, want) {
			t.Errorf("offered are %v, want %v among them", got, want)
		}
	}
}

// visibleVerbs are the verbs that people are shown.
func visibleVerbs(t *testing.T) []*kong.Node {
	t.Helper()
	k, err := commandLine(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	verbs := k.Model.Leaves(true)
	if len(verbs) < 10 {
		t.Fatalf("found %d verbs, too few to be all", len(verbs))
	}
	return verbs
}

// Whatever kong parses is offered, word by word.
func TestCompleteKnowsEveryVerb(t *testing.T) {
	for _, verb := range visibleVerbs(t) {
		words := strings.Fields(verb.Path())
		for i, w := range words {
			if got := offered(t, words[:i+1]...); !slices.Contains(got, w) {
				t.Errorf("%q: got %q, want %q among them", words[:i+1], got, w)
			}
		}
		got := offered(t, append(words, "-")...)
		for _, f := range verb.Flags {
			if !f.Hidden && !slices.Contains(got, "--"+f.Name) {
				t.Errorf("%s: got %q, want --%s among them", verb.Path(), got, f.Name)
			}
		}
	}
}

// The manual names what people are shown, and every setting.
func TestManualIsWhole(t *testing.T) {
	page, complaint, code := said(t, "manual", "1")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, complaint)
	}
	for _, verb := range visibleVerbs(t) {
		_, rest, found := strings.Cut(page, ".SS readyshelf "+roff(verb.Path()))
		if !found {
			t.Errorf("readyshelf(1) does not know %s", verb.Path())
		}
		section, _, _ := strings.Cut(rest, "\n.S")
		for _, f := range verb.Flags {
			if !f.Hidden && !strings.Contains(section, roff("--"+f.Name)) {
				t.Errorf("readyshelf(1) does not know --%s of %s", f.Name, verb.Path())
			}
		}
	}
	page, _, _ = said(t, "manual", "5")
	for _, key := range configKeys() {
		if _, name := splitKey(key); !strings.Contains(page, name) {
			t.Errorf("readyshelf.toml(5) does not know %s", key)
		}
	}
	for _, text := range []string{`a \ b`, ".SH", "'quoted", "--flag"} {
		if got := roff(text); got == text {
			t.Errorf("roff(%q) leaves it as it is, and roff would take it for a command", text)
		}
	}
}
