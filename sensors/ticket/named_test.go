package ticket

import (
	"errors"
	iofs "io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestShipped: every layout that the program brings along loads and reads its sample.
// The general rules read most of them too by now; a shop still has an example to edit.
func TestShipped(t *testing.T) {
	var s Layouts
	names := files(ShippedLayouts())
	if len(names) < 12 {
		t.Errorf("%d layouts, want a dozen", len(names))
	}
	for _, name := range names {
		text, err := iofs.ReadFile(ShippedLayouts(), name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseLayout(name, text)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := s.Add(l); err != nil {
			t.Error(err)
		}
		if len(l.Samples) == 0 || l.About == "" {
			t.Errorf("%s: no sample, or nothing about it", name)
		}
	}
}

// TestShippedLeaveAlone: what the general rules read stays as it is.
func TestShippedLeaveAlone(t *testing.T) {
	shipped := Shipped()
	for _, pattern := range []string{"testdata/layouts/*.txt", "testdata/families/*.txt"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no fixtures: %v", err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := slipOf(string(text))
			if d := cmp.Diff(Parse(s, Options{}), Parse(s, Options{Layouts: shipped})); d != "" {
				t.Errorf("%s (-general +layout %s):\n%s", path, shipped.Of(s).Name, d)
			}
		}
	}
}

// bon is a layout as somebody may have written it.
const bon = `about = "the till at the bar"
has = ['^THEKE']
lacks = ['STORNO']
kind = "order"
channel = "dine-in"
private = ['^Gast ']

[number]
line = '^>> (\d+)'
size = 4

[table]
line = '^(\w\d)$'
below = 'PLATZ'
columns = "1-3"

[notes]
line = '^! (.+)'

[items]
lines = ['^(?<name>\S.*?) @ (?<qty>\d+)(?: mit (?<mods>.+))?$']
modifiers = ['^\.\. (.+)']
from = '^VON'
to = '^BIS'
`

func TestLayoutReads(t *testing.T) {
	l, err := ParseLayout("bar.toml", []byte(bon))
	if err != nil {
		t.Fatal(err)
	}
	s := slipOf("THEKE\nPLATZ\n\nB4\n>> 12\n>> 99\nGast Mustermann\nVON\nBier @ 2 mit Eis\n.. kalt\nSaft @ 1\nBIS\nRest @ 3\n! eilig\n")
	s.Lines[5].Width, s.Lines[5].Height = 2, 2
	got := Parse(s, Options{Layouts: &Layouts{own: []*Layout{l}}})
	want := Sample{Kind: kindName{"order"}, Channel: channelName{"dine-in"}, Number: "99", Table: "B4", Notes: "eilig", Items: []string{"2 Bier | Eis | kalt", "1 Saft"}}
	if why := want.differs(got); why != "" {
		t.Errorf("%s: %+v", why, got)
	}
	if got.Unparsed != 2 { // the small number, and what stands below BIS
		t.Errorf("%d lines were not understood, want 2", got.Unparsed)
	}
	s.Lines[0].Text = "THEKE STORNO"
	if (&Layouts{own: []*Layout{l}}).Of(s) != nil {
		t.Error("the slip that lacks names is recognised")
	}
}

// A layout cannot bring back what redaction took.
func TestLayoutKeepsPersonsOut(t *testing.T) {
	l, err := ParseLayout("x.toml", []byte(`has = ['KARTE']
[number]
line = '(\d+)'
[table]
line = 'Tel (.+)'
[notes]
line = '(.*0170.*|.*Mustermann.*)'
[items]
lines = ['(?<name>.+)']
`))
	if err != nil {
		t.Fatal(err)
	}
	got := Parse(slipOf("KARTE\nTel: 0170 1234567\nPhone: 13800000000\nName: Erika Mustermann\n13800000000\n张** 先生\n"), Options{Layouts: &Layouts{own: []*Layout{l}}})
	noPII(t, got, []string{"1234567", "13800000000", "Mustermann", "张"})
}

// TestLayoutRefused: each mistake is said with its line.
func TestLayoutRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"has = ['x']\nhass = ['x']\n", "t.toml:2:1: there is no key hass"},
		{"has = ['x']\n[number]\nline = '('\n", "t.toml:3:8: bad expression: missing closing ): `(?i)(`"},
		{"has = ['x']\n[number]\nline = 'a*'\n", "t.toml:3:8: the expression matches an empty line, and with that every line; say what stands in it"},
		{"has = ['x']\nkind = \"oder\"\n", `t.toml:2:8: there is no kind "oder", only order, urge, cancel, void, reprint, report, unknown`},
		{"has = ['x']\ncopy = \"cook\"\n", `t.toml:2:8: there is no copy "cook", only expo, rider, customer, merchant, kitchen, label, receipt`},
		{"has = ['x']\nchannel = \"Dine In\"\n", `t.toml:2:11: a channel is one word in small letters, as meituan or dine-in, not "Dine In"`},
		{"has = ['x']\n[items]\nlines = ['x']\n", "t.toml:3:10: it is not said where the name of the dish stands: put (?<name> and ) around it"},
		{"has = ['x']\n[items]\nlines = ['(?<nam>x)']\n", `t.toml:3:10: a dish has the parts name, qty and mods, and no "nam"`},
		{"has = ['x']\n[items]\nfrom = 'x'\n", "t.toml:2: items has no lines = ['…']"},
		{"has = ['x']\n[table]\nsize = 2\n", "t.toml:2: table has no line = '…'"},
		{"has = ['x']\n[table]\nline = 'x'\nsize = 99\n", `t.toml:2: table: a size is 1 to 64; the usual is 1, double height 2, double width and height 4`},
		{"has = ['x']\n[table]\nline = 'x'\ncolumns = \"9-1\"\n", `t.toml:4:11: columns are "5" or "1-12", counted from 1, not "9-1"`},
		{"about = \"x\"\n", "t.toml:1: it is not said how to recognise the slip: add has = ['words that stand on every such slip']"},
		{"has = ['x']\n[[sample]]\nitems = [\"Soup\"]\ntext = \"x\"\n", `t.toml:2: a dish of a sample is written "2 Soup | no salt", not "Soup"`},
		{"has = ['x']\n[[sample]]\n", "t.toml:2: the sample has no text"},
		{"has = ['x'\n", "t.toml:1:11: array is incomplete"},
		{"has = 'x'\n", "t.toml:1:7: "},
		{"has = ['\xff']\n", "t.toml: this is no UTF-8 text: save the file as UTF-8"},
		{"# " + strings.Repeat("x", largestLayout), "t.toml: a layout has at most 64 KiB"},
	} {
		_, err := ParseLayout("t.toml", []byte(c.text))
		var why *LayoutError
		if !errors.As(err, &why) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.40q: got %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := ParseLayout("Bad Name.toml", nil); err == nil {
		t.Error("a name with a blank is taken")
	}
}

// TestLayoutContradicts: a layout that reads a kept sample otherwise is refused, and
// what was there stays.
func TestLayoutContradicts(t *testing.T) {
	good := bon + "[[sample]]\ntext = '''\nTHEKE\nVON\nBier @ 2\nBIS\n'''\nitems = [\"2 Bier\"]\n"
	folder := func(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }
	both := func(b string) fstest.MapFS {
		return fstest.MapFS{"bar.toml": {Data: []byte(good)}, "aaa.toml": {Data: []byte(b)}}
	}
	for _, c := range []struct {
		name string
		dir  fstest.MapFS
		want string
	}{
		{"good", folder("bar.toml", good), ""},
		{"its own", folder("bar.toml", strings.Replace(good, `"2 Bier"`, `"3 Bier"`, 1)), `d/bar.toml:25: its own sample: a dish is read as "2 Bier" and should be "3 Bier"`},
		{"another's", both("has = ['^VON$']\n"), "d/bar.toml:25: its own sample: the slip is recognised as one of the layout aaa"},
		{"a shipped one's", folder("aaa.toml", "has = ['KÜCHENBON']\n"), "d/aaa.toml:1: with it the sample in line 22 of the layout kitchen-de is read otherwise"},
		{"unreadable", folder("bar.toml", "has"), "d/bar.toml:1:"},
	} {
		s, refused := LoadLayouts("d", c.dir, nil)
		got := ""
		if len(refused) > 0 {
			got = refused[0].Error()
		}
		if (c.want == "") != (got == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if err := s.prove(&Layout{}); err != nil {
			t.Errorf("%s: what is left contradicts itself: %v", c.name, err)
		}
	}
	s, refused := LoadLayouts("d", folder("bar.toml", "has"), folder("bar.toml", good))
	if len(refused) != 1 || !strings.HasSuffix(refused[0].Reason, "the one that was there before stays") || len(s.own) != 1 {
		t.Errorf("the old layout does not stay: %v", refused)
	}
	if s, refused := LoadLayouts("d", os.DirFS(t.TempDir()+"/none"), nil); len(refused) != 0 || len(s.All()) < 12 {
		t.Errorf("no folder: %d layouts, %v", len(s.All()), refused)
	}
}

// FuzzLayout: whatever stands in a file, it is refused with a reason or reads slips.
func FuzzLayout(f *testing.F) {
	for _, name := range files(ShippedLayouts()) {
		text, err := iofs.ReadFile(ShippedLayouts(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "TISCH 12\n2x Bier\n")
	}
	f.Add([]byte(bon), "THEKE\nVON\nBier @ 2\nBIS\n")
	f.Add([]byte("has = ['.']\n[items]\nlines = ['(?<qty>.*)(?<name>.+)']\nmodifiers = ['()x|y(.)']\n"), "x\n99999999999999999999\n-5\n")
	f.Fuzz(func(t *testing.T, text []byte, slip string) {
		l, err := ParseLayout("x.toml", text)
		if err != nil {
			var why *LayoutError
			if !errors.As(err, &why) || why.Reason == "" {
				t.Errorf("no reason: %v", err)
			}
			return
		}
		var s Layouts
		if s.Add(l) != nil {
			s.own = []*Layout{l}
		}
		got := Parse(slipOf(slip), Options{Layouts: &s})
		if _, err := MarshalTicket(got); err != nil {
			t.Fatal(err)
		}
	})
}
