package ticket

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A recorder writes down what a tokeniser finds, runs of text joined.
type recorder struct {
	out  []string
	open bool // the last entry is text, and more may follow
}

func (r *recorder) text(p []byte) {
	if r.open {
		r.out[len(r.out)-1] += string(p)
		return
	}
	r.add(string(p))
	r.open = true
}

func (r *recorder) add(s string)      { r.out, r.open = append(r.out, s), false }
func (r *recorder) control(b byte)    { r.add(fmt.Sprintf("<%02X>", b)) }
func (r *recorder) lost()             { r.add("<lost>") }
func (r *recorder) dots([]byte, bool) {}
func (r *recorder) command(h []byte, known bool) {
	if !known {
		r.add(fmt.Sprintf("<? % X>", h))
		return
	}
	r.add(fmt.Sprintf("<% X>", h))
}

// tokens returns what a synchronised tokeniser makes of b.
func tokens(b string, next func() int) string {
	r := &recorder{}
	t := &tokeniser{sink: r, sync: true}
	for p := []byte(b); len(p) > 0; {
		n := min(next(), len(p))
		t.feed(p[:n])
		p = p[n:]
	}
	if t.busy() {
		r.add("<…>")
	}
	return strings.Join(r.out, "|")
}

func whole() int    { return 1 << 30 }
func bytewise() int { return 1 }

// zeros is n parameters.
func zeros(n int) string { return strings.Repeat("\x00", n) }

// TestLengths is ESCPOS by example: every command, between two letters, and how it
// is cut. A command's first 64 bytes are kept.
func TestLengths(t *testing.T) {
	cut := func(s string) string { // the whole of s is one command
		return fmt.Sprintf("a|<% X>|b", s[:min(len(s), keep)])
	}
	one := []string{
		"\x10\x04\x01", "\x10\x04\x06", "\x10\x04\x00\x01", "\x10\x04\x07\x01", "\x10\x04\x08\x03", "\x10\x04\x12\x01",
		"\x10\x05\x00", "\x10\x14\x01\x00\x01", "\x10\x14\x02\x01\x08", "\x10\x14\x03" + zeros(5), "\x10\x14\x07\x01",
		"\x10\x14\x08" + zeros(7),
		"\x1B\x0C", "\x1B2", "\x1B<", "\x1B@", "\x1BL", "\x1BS", "\x1Bi", "\x1Bm", "\x1Bq", "\x1Bv", "\x1B4", "\x1B5",
		"\x1B \x01", "\x1B!0", "\x1B%\x01", "\x1B-1", "\x1B3\x18", "\x1B=\x01", "\x1B?x", "\x1BC\x01", "\x1BE\x01",
		"\x1BF\x01", "\x1BG\x01", "\x1BJ\x18", "\x1BK\x18", "\x1BM\x01", "\x1BR\x0F", "\x1BT\x00", "\x1BU\x01",
		"\x1BV\x01", "\x1Ba\x01", "\x1Bd\x05", "\x1Be\x01", "\x1Br\x01", "\x1Bt\x10", "\x1Bu\x00", "\x1B{\x01",
		"\x1B$\x10\x00", "\x1B\\\x10\x00", "\x1Bc5\x01", "\x1Bf\x01\x02", "\x1BB\x03\x02", "\x1Bp\x00\x19\xFA",
		"\x1BW" + zeros(8), "\x1B(A\x03\x00xyz", "\x1B*\x00\x03\x00xyz", "\x1B*\x21\x01\x00xyz",
		"\x1BD\x08\x10\x18\x00", "\x1B##CDTY\x02", "\x1B##UPPG1234\x02\x00\x00\x00xy",
		"\x1B%-12345X", "\x1BZ\x00\x03\x06\x02\x00ab",
		"\x1C&", "\x1C.", "\x1CL", "\x1Cb", "\x1Cc", "\x1C!\x0C", "\x1C-1", "\x1CC\x01", "\x1CW\x01", "\x1C?ab",
		"\x1CS\x00\x01", "\x1Cp\x01\x00", "\x1C(C\x02\x000\x02", "\x1C2ab" + zeros(72),
		"\x1Cg1\x00abcd\x02\x00xy", "\x1Cg2\x00abcd\x02\x00", "\x1Ca0\x01", "\x1Ca1", "\x1C\x0E", "\x1Ci\x01",
		"\x1D!\x11", "\x1D/\x00", "\x1DB\x01", "\x1DE\x01", "\x1DH\x02", "\x1DI\x01", "\x1DT\x01", "\x1Da\xFF",
		"\x1Db\x01", "\x1Df\x01", "\x1Dh\x50", "\x1Dj\x01", "\x1Dr\x01", "\x1Dw\x02", "\x1D$\x01\x02", "\x1DL\x01\x02",
		"\x1DP\x01\x02", "\x1DW\x01\x02", "\x1D\\\x01\x02", "\x1D^\x01\x02\x03", "\x1Dz0\x01\x02", "\x1D:", "\x1Dc",
		"\x1DV\x00", "\x1DV1", "\x1DVB\x00", "\x1DVh\x10", "\x1Dk\x0412345\x00", "\x1DkE\x03ABC",
		"\x1Dka\x01\x02\x03\x00abc",
		"\x1Dv0\x00\x02\x00\x03\x00123456", "\x1DQ0\x00\x01\x00\x02\x00ab", "\x1D*\x01\x0212345678abcdefgh",
		"\x1D(k\x03\x001Q0", "\x1D8L\x02\x00\x00\x00ab", "\x1Dg0\x00\x01\x02", "\x1DC0\x01\x02", "\x1DC1\x01\x02\x03\x04\x05\x06",
		"\x1DC2\x01\x02", "\x1DC;1;9;1;1;1;",
	}
	for _, c := range one {
		if got, want := tokens("a"+c+"b", whole), cut(c); got != want {
			t.Errorf("% X: got %s, want %s", c, got, want)
		}
	}
}

// TestTokens is what is no plain command.
func TestTokens(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "ab\ncd", "ab|<0A>|cd"},
		{"unknown takes its second byte", "a\x1B\x7Fb", "a|<? 1B 7F>|b"},
		{"a lead that was cut off", "a\x1B\x1B@b", "a|<1B 40>|b"},
		{"a group lead that was cut off", "a\x1D\x1B@b", "a|<1B 40>|b"},
		{"user characters, each of its own width", "\x1B&\x03AB\x02123456\x01789b", "<1B 26 03 41 42 01 37 38 39>|b"},
		{"user characters of no width", "\x1B&\x03AC\x00\x01789\x00b", "<1B 26 03 41 43 00>|b"},
		{"user characters backwards", "\x1B&\x03BAb", "<lost>|&|<03>|BAb"},
		{"stored images", "\x1Cq\x02\x01\x00\x01\x0012345678\x01\x00\x00\x00b", "<1C 71 02 01 00 00 00>|b"},
		{"tabs end where they stop growing", "\x1BD\x08\x08b", "<1B 44 08>|<08>|b"},
		{"at most 32 tabs", "\x1BD" + upTo(33) + "!", "<1B 44 " + fmt.Sprintf("% X", upTo(32)) + ">|!!"},
		{"a real-time command is a parameter in a parameter", "\x1D(k\x03\x00\x10\x04\x01b", "<1D 28 6B 03 00 10 04 01>|b"},
		{"and dropped between the bytes of text", "1\x10\x04\x012", "1|<10 04 01>|2"},
		{"cut without its n", "x\x1DVA\x1B@y", "x|<1D 56 41 1B>|<1B 40>|y"},
		{"clone settings end at LF", "\x1F\x1B\x1F\xFC\x01\x02\x03\nx", "<1F 1B 1F FC 01 02 03>|<0A>|x"},
		{"clone settings end at ESC @", "\x1F\x1B\x1F\x93\x10\x1B@x", "<1B 40>|x"},
		{"clone settings are short", "\x1F\x1B\x1F" + strings.Repeat("x", 40), "<1F 1B 1F" + strings.Repeat(" 78", 29) + ">|" + strings.Repeat("x", 11)},
		{"the pole display is not paper", "a\x1B=\x02TOTAL\x1B@\x0C\x1B=\x01b", "a|<1B 3D 02>|<1B 3D 01>|b"},
		{"4 GB of raster is lost, one byte of it dropped", "\x1Dv0\x00\xFF\xFF\xFF\xFFx",
			"<lost>|v0|<00>|\xFF\xFF\xFF\xFFx"},
		{"a barcode without its end is lost", "\x1Dk\x04" + strings.Repeat("1", 300), ""},
		{"DEL prints nothing", "a\x7Fb", "a|<7F>|b"},
	} {
		got := tokens(c.in, whole)
		if c.want != "" && got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if again := tokens(c.in, bytewise); again != got {
			t.Errorf("%s: byte by byte it is %q, at once %q", c.name, again, got)
		}
	}
}

// upTo returns the bytes 1 to n.
func upTo(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(byte(i + 1))
	}
	return b.String()
}

// TestStarTokens is Star Line Mode, from its first command on.
func TestStarTokens(t *testing.T) {
	const on = "\x1B\x1Dt\x01"
	for _, c := range []struct{ name, in, want string }{
		{"detected", on + "\x1Bi\x01\x01x", "<1B 69 01 01>|x"},
		{"emphasis has no parameter", on + "\x1BEx\x1BFy", "<1B 45>|x|<1B 46>|y"},
		{"cut", on + "\x1Bd\x02x", "<1B 64 02>|x"},
		{"barcode to RS", on + "\x1Bb\x06\x02\x02\x50ABC\x1Ex", "<1B 62 06 02 02 50 41 42 43 1E>|x"},
		{"QR data", on + "\x1B\x1DyD1\x00\x03\x00abc\x1B\x1DyPx", "<1B 1D 79 44 31 00 03 00 61 62 63>|<1B 1D 79 50>|x"},
		{"raster mode", on + "\x1B*rA" + "b\x03\x00\x1B@!" + "\x1B*rBx", "<1B 2A 72 41>|<62 03 00 1B 40 21>|<1B 2A 72 42>|x"},
		{"raster mode with a number", on + "\x1B*rP0\x00x", "<1B 2A 72 50 30 00>|x"},
		{"drawers are single bytes", on + "a\x07\x1C\x1Ab", "a|<07>|<1A>|b"},
		{"raster at once", on + "\x1B\x1DS\x01\x02\x00\x01\x00\x00abx", "<1B 1D 53 01 02 00 01 00 00 61 62>|x"},
		{"a GS command says it was no Star", on + "\x1D!\x11\x1BE\x01x", "<1D 21 11>|<1B 45 01>|x"},
	} {
		got := strings.TrimPrefix(tokens(c.in, whole), "<1B 1D 74 01>|")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestUnsynchronised: no skip crosses an ESC @ until the stream is understood.
func TestUnsynchronised(t *testing.T) {
	raster := "\x1Dv0\x00\x06\x00\x01\x00ab\x1B@ef"
	for _, c := range []struct{ name, before, want string }{
		{"at the start", "", "<1B 40>|ef"},
		{"after two lines", "one\ntwo\n", "one|<0A>|two|<0A>|<1B 40>|ef"},
		{"not after three lines", "one\ntwo\n3\n", "one|<0A>|two|<0A>|3|<0A>|<1D 76 30 00 06 00 01 00 61 62 1B 40 65 66>"},
		{"not after ESC @", "\x1B@", "<1B 40>|<1D 76 30 00 06 00 01 00 61 62 1B 40 65 66>"},
		{"not after a cut", "\x1DV0", "<1D 56 30>|<1D 76 30 00 06 00 01 00 61 62 1B 40 65 66>"},
		{"after noisy lines", "on\x02e\ntwo\n3\n", "on|<02>|e|<0A>|two|<0A>|3|<0A>|<1B 40>|ef"},
	} {
		for _, next := range []func() int{whole, bytewise} {
			r := &recorder{}
			tok := &tokeniser{sink: r}
			for p := []byte(c.before + raster); len(p) > 0; {
				n := min(next(), len(p))
				tok.feed(p[:n])
				p = p[n:]
			}
			if got := strings.Join(r.out, "|"); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	}
}

// TestResync enters streams at every offset (2,000 of a long one) and lets a good
// ticket follow: it is read exactly, every time.
func TestResync(t *testing.T) {
	good := read(t, "testdata/adversarial/a07-trailing-init-nul.bin")
	want := tidy(string(read(t, "testdata/adversarial/a07-trailing-init-nul.txt")))
	files, _ := filepath.Glob("testdata/*/*.bin")
	if !testing.Short() && !raced { // a minute with the race detector, and nothing is shared
		more, _ := filepath.Glob(shared + "/*/*.bin")
		files = append(files, more...)
	}
	var all tally
	for _, name := range files {
		b := read(t, name)
		if strings.Contains(name, "a13-") {
			b = b[1:2002] // from within, up to where its connection breaks
		}
		for _, i := range offsets(len(b)) {
			ok := readsLast(slices.Concat(b[i:], good), want)
			all.add(ok)
			if !ok {
				t.Errorf("entered at %d of %s, the next ticket is lost", i, filepath.Base(name))
				break
			}
		}
	}
	t.Logf("%d of %d", all.right, all.all)
}

// offsets are all places in n bytes, or 2,000 of them.
func offsets(n int) []int {
	const most = 8 << 10
	r := rand.New(rand.NewPCG(1, 1))
	all := r.Perm(n)
	if n > most {
		all = all[:2000]
	}
	return all
}

// TestResyncNoise is the same after random bytes.
func TestResyncNoise(t *testing.T) {
	good := read(t, "testdata/adversarial/a07-trailing-init-nul.bin")
	want := tidy(string(read(t, "testdata/adversarial/a07-trailing-init-nul.txt")))
	const trials = 300
	missed := 0
	for seed := range uint64(trials) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := make([]byte, 100+r.IntN(4000))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		if !readsLast(append(b, good...), want) {
			missed++
		}
	}
	if missed > 0 {
		t.Errorf("after noise the next ticket is lost in %d of %d trials", missed, trials)
	}
}

func readsLast(b []byte, want string) bool {
	d := NewDecoder(Options{})
	slips := append(d.Write(b), d.Close()...)
	return len(slips) > 0 && tidy(slips[len(slips)-1].Text()) == want
}

// seeds adds the streams of testdata to a fuzz target.
func seeds(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.bin")
	for i, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint64(i))
	}
}

func FuzzTokenise(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		for _, sync := range []bool{true, false} {
			cut := func(next func() int) []string {
				r := &recorder{}
				tok := &tokeniser{sink: r, sync: sync}
				for p := b; len(p) > 0; {
					n := min(next(), len(p))
					if tok.feed(p[:n]) != n {
						t.Fatal("bytes left over")
					}
					p = p[n:]
				}
				return r.out
			}
			rnd := rand.New(rand.NewPCG(seed, 3))
			at := cut(func() int { return 1 + rnd.IntN(40) })
			if diff := cmp.Diff(cut(whole), at); diff != "" {
				t.Errorf("whole -, in chunks +\n%s", diff)
			}
		}
	})
}

// TestNoiseIsNoSlip: what a tap hears of a picture before the first ESC @ is not
// reported as a slip, but for one odd end of a picture in a hundred.
func TestNoiseIsNoSlip(t *testing.T) {
	picture := read(t, "testdata/adversarial/a13-truncated-raster-reconnect.bin")[:2002]
	noise := 0
	for i := 1; i < len(picture); i++ {
		d := NewDecoder(Options{})
		slips := append(d.Write(picture[i:]), d.Write([]byte("\x1B@ok\n\x1DV0"))...)
		if n := len(slips); n == 0 || slips[n-1].Text() != "ok\n" {
			t.Fatalf("entered at %d: got %+v, want the slip after the picture", i, slips)
		}
		noise += len(slips) - 1
	}
	if noise > len(picture)/100 {
		t.Errorf("%d of %d ends of a picture were taken for slips", noise, len(picture))
	}
}
