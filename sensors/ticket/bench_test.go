package ticket

import (
	"bytes"
	"strings"
	"testing"
)

// nowhere is a sink that forgets.
type nowhere struct{ n int }

func (s *nowhere) text(p []byte)            { s.n += len(p) }
func (s *nowhere) control(byte)             { s.n++ }
func (s *nowhere) command(h []byte, _ bool) { s.n += len(h) }
func (s *nowhere) lost()                    {}
func (s *nowhere) dots([]byte, bool)        {}

// heard are streams of the kinds that a tokeniser hears.
func heard(b *testing.B) map[string][]byte {
	band := "\x1Dv0\x00\x30\x00\x18\x00" + strings.Repeat("\xAA", 48*24) + "\x1BJ\x18"
	return map[string][]byte{
		"text":        bytes.Repeat(read(b, "testdata/layouts/01-meituan-merchant-58.bin"), 64),
		"raster":      []byte("\x1B@" + strings.Repeat(band, 64)),
		"evil-raster": bytes.Repeat(read(b, "testdata/adversarial/a04-raster-evil-payload.bin"), 16),
	}
}

// BenchmarkTokenise has two peers, which find next to nothing: a search for the line
// ends alone, and a copy of the bytes.
func BenchmarkTokenise(b *testing.B) {
	for name, stream := range heard(b) {
		t := &tokeniser{sink: &nowhere{}}
		copied := make([]byte, len(stream))
		for _, c := range []struct {
			name string
			once func()
		}{
			{"ours", func() { t.feed(stream) }},
			{"line-ends", func() { lineEnds(stream) }},
			{"copy", func() { copy(copied, stream) }},
		} {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				b.SetBytes(int64(len(stream)))
				b.ReportAllocs()
				for b.Loop() {
					c.once()
				}
			})
		}
	}
}

// lineEnds counts them by bytes.IndexByte.
func lineEnds(p []byte) (n int) {
	for {
		i := bytes.IndexByte(p, lf)
		if i < 0 {
			return n
		}
		n, p = n+1, p[i+1:]
	}
}

// TestNoAllocation: what is told apart is handed on, not copied.
func TestNoAllocation(t *testing.T) {
	stream := bytes.Repeat(read(t, "testdata/layouts/01-meituan-merchant-58.bin"), 4)
	tok := &tokeniser{sink: &nowhere{}}
	if n := testing.AllocsPerRun(20, func() { tok.feed(stream) }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	stream := read(b, "testdata/layouts/01-meituan-merchant-58.bin")
	d := newConnection(Options{})
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if len(d.Write(stream)) != 1 {
			b.Fatal("not one slip")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	s := slipOf(string(read(b, "testdata/layouts/01-meituan-merchant-58.txt")))
	for b.Loop() {
		Parse(s, Options{})
	}
}
