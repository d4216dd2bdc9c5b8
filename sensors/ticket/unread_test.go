package ticket

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

const strangeSlip = `THEKE UND TERRASSE
Platz B4
Beleg 0815 / 22.11.2026 18:03
Gast Erika Mustermann
Konto 123456
Dienst: Horst
=== WIR BITTEN UM ===
Radler, gross @2
.. ohne Eis
Brezn @1
=== DANKE ===
Wunsch an alle: flott
`

// TestAnonymous: what could name somebody is hidden, and the rest stands where it stood.
func TestAnonymous(t *testing.T) {
	s := slipOf(strangeSlip)
	s.Codes, s.Lines[1].Width, s.Lines[1].Height = 2, 2, 2
	want := []Line{
		{Hidden: true}, {Text: "Platz B4", Width: 2, Height: 2}, {Text: "Beleg 0815 / 22.11.2026 18:03"}, {Hidden: true},
		{Text: "Konto 000000"}, {Text: "Dienst:"}, {Text: "=== WIR BITTEN UM ==="}, {Text: "Radler, gross @2"},
		{Text: ".. ohne Eis"}, {Text: "Brezn @1"}, {Text: "=== DANKE ==="}, {Text: "Wunsch an alle: flott"},
	}
	got := s.Anonymous(Options{Layouts: Shipped()})
	for i := range got.Lines {
		got.Lines[i].Align = Left
		if i != 1 {
			got.Lines[i].Width, got.Lines[i].Height = 0, 0
		}
	}
	if d := cmp.Diff(want, got.Lines); d != "" || got.Codes > 0 {
		t.Errorf("(-want +got)\n%s", d)
	}
	_, lines := Explain(got, Options{})
	if lines[3].As != "personal" {
		t.Errorf("a hidden line is taken for %q", lines[3].As)
	}
	if twice := got.Anonymous(Options{}); !cmp.Equal(twice, got) {
		t.Errorf("once more (-once +twice)\n%s", cmp.Diff(got, twice))
	}
}

// TestUnreadReport: slips that nobody understands are told, behind the tickets; others
// are not.
func TestUnreadReport(t *testing.T) {
	var told []Unread
	var taken int
	r := &reporter{
		name: "kitchen", log: slog.New(slog.DiscardHandler), opts: Options{Unread: func(u Unread) {
			if taken == 0 {
				t.Error("told before the tickets were taken")
			}
			told = append(told, u)
		}},
		emit: func(_ context.Context, e ...kitchen.Event) error { taken += len(e); return nil },
	}
	at := kitchen.Stamp{At: time.Date(2026, 11, 22, 18, 3, 0, 0, time.UTC)}
	r.report(t.Context(), at, []Slip{slipOf("Order #12\n2x Soup\n"), slipOf(strangeSlip), slipOf("hello\n")})
	for _, half := range []string{
		"Order #12\nuna zupo\nkaj pano\nsen salo\nfino\n",               // no dishes
		"KITCHEN\n2x Soup\nuna zupo\nkaj pano\nsen salo fino\ndankon\n", // nothing to call it by
	} {
		s := slipOf(half)
		if p := Parse(s, Options{}); !Teachable(&p, s) {
			t.Errorf("half of it is missing, and it is not told: %+v", p)
		}
		s.Partial = true
		if p := Parse(s, Options{}); Teachable(&p, s) {
			t.Error("it is told though its beginning was missed")
		}
	}
	if taken != 3 || len(told) != 1 || told[0].Printer != "kitchen" || !told[0].At.Equal(at.At) {
		t.Errorf("%d tickets, told %+v", taken, told)
	}
	r.opts.Unread = nil
	r.report(t.Context(), at, []Slip{slipOf(strangeSlip)})
}

// TestUnreadLike: other dishes on the same form are one kind of slip, another form is not.
func TestUnreadLike(t *testing.T) {
	of := func(text string) Unread { return Unread{Slip: slipOf(text).Anonymous(Options{})} }
	bar := of(strangeSlip)
	for _, c := range []struct {
		what, text string
		want       bool
	}{
		{"the same", strangeSlip, true},
		{"other numbers", strings.NewReplacer("B4", "C12", "0815", "0820", "18:03", "19:44", "@2", "@11").Replace(strangeSlip), true},
		{"many other dishes", strings.Replace(strangeSlip, "Brezn @1\n", "Wein, rot @2\n.. kalt\nObatzda @3\nSuppe, klein @1\nKaffee @4\nTee @1\nEis, gemischt @2\n", 1), true},
		{"one dish", strings.Replace(strangeSlip, "Radler, gross @2\n.. ohne Eis\n", "", 1), true},
		{"another till", "KUECHE 7\nPlatz B4\n>> 2 Suppe\n>> 1 Brot <<\nNr 12 um 18:03\n", false},
		{"another till with dishes in the same form", "Ausgabe Nord\nLauf-Nr. 17 vom 22.11.2026\n(18:03)\nRadler, gross @2\nBrezn @1\n+++ Ende +++\nKasse 3\n", false},
		{"nothing", "", false},
	} {
		u := of(c.text)
		if got, back := bar.Like(u), u.Like(bar); got != c.want || back != c.want {
			t.Errorf("%s: %v and %v, want %v", c.what, got, back, c.want)
		}
	}
}

func sealedUnread(t testing.TB) (u Unread, file, key []byte) {
	u = Unread{At: time.Date(2026, 11, 22, 18, 3, 0, 0, time.UTC), Printer: "kitchen", Slip: slipOf(strangeSlip).Anonymous(Options{})}
	key = bytes.Repeat([]byte{1, 2}, KeySize/2)
	file, err := u.Seal(key)
	if err != nil {
		t.Fatal(err)
	}
	return u, file, key
}

// TestUnreadSeal: a sealed slip comes back with its key, and with nothing else.
func TestUnreadSeal(t *testing.T) {
	u, file, key := sealedUnread(t)
	got, err := OpenUnread(file, key)
	if err != nil || !cmp.Equal(got, u) {
		t.Fatalf("%v (-want +got)\n%s", err, cmp.Diff(u, got))
	}
	if bytes.Contains(file, []byte("Radler")) {
		t.Error("the file can be read without a key")
	}
	again, err := u.Seal(key)
	if err != nil || bytes.Equal(again[len(unreadHeader):][:12], file[len(unreadHeader):][:12]) {
		t.Errorf("%v; a nonce comes twice", err)
	}
	for i := range file {
		bad := slices.Clone(file)
		bad[i] ^= 0x40
		if _, err := OpenUnread(bad, key); !errors.Is(err, ErrUnread) {
			t.Fatalf("byte %d was changed: %v", i, err)
		}
		if _, err := OpenUnread(file[:i], key); !errors.Is(err, ErrUnread) {
			t.Fatalf("%d bytes: %v", i, err)
		}
	}
	other := slices.Clone(key)
	other[0]++
	if _, err := OpenUnread(file, other); !errors.Is(err, ErrUnread) {
		t.Errorf("another key: %v", err)
	}
	if _, err := OpenUnread(file, key[:16]); err == nil || errors.Is(err, ErrUnread) {
		t.Errorf("half a key: %v", err)
	}
	u.Slip.Lines = slices.Repeat(u.Slip.Lines, 20)
	if _, err := u.Seal(key); err == nil {
		t.Error("a slip of 240 lines is sealed")
	}
}

// FuzzOpenUnread: no file makes the reader fail otherwise than by an error, and what was
// in one can be sealed again and is as harmless.
func FuzzOpenUnread(f *testing.F) {
	_, file, key := sealedUnread(f)
	f.Add(file, false)
	f.Add([]byte(`{"at":"2026-11-22T18:03:00Z","printer":"k","encoding":"utf8","ending":"cut","lines":[{"text":"a\u001b[2J","width":9,"height":-1,"align":200,"hidden":true}]}`), true)
	f.Add([]byte(`{"lines":[{}]} x`), true)
	f.Add([]byte(`{"at":5}`), true)
	f.Fuzz(func(t *testing.T, data []byte, opened bool) {
		u, err := OpenUnread(data, key)
		if opened {
			u, err = parseUnread(data)
		}
		if err != nil {
			if !errors.Is(err, ErrUnread) {
				t.Errorf("%v is no ErrUnread", err)
			}
			return
		}
		if strings.ContainsAny(u.Slip.Text(), "\x1b\x07\r") {
			t.Errorf("a terminal would obey %q", u.Slip.Text())
		}
		Explain(u.Slip, Options{Layouts: Shipped()})
		file, err := u.Seal(key)
		if err != nil {
			return // it has grown by what JSON escapes
		}
		if again, err := OpenUnread(file, key); err != nil || !cmp.Equal(again.Slip, u.Slip) {
			t.Errorf("%v (-once +twice)\n%s", err, cmp.Diff(u.Slip, again.Slip))
		}
	})
}
