package scale

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/device/devicetest"
)

// said is what a port sends for a row: a scale that is asked says it once, a stream
// is entered in the middle of one frame and left in another.
func (v vector) said(d Dialect) []byte {
	if d.Poll != nil {
		return v.bytes
	}
	half := len(v.bytes) / 2
	return slices.Concat(v.bytes[half:], bytes.Repeat(v.bytes, 4), v.bytes[:half])
}

func names(ms []Match) (names []string) {
	for _, m := range ms {
		names = append(names, m.Dialect.Name)
	}
	return names
}

// Every frame of the collection is recognised as what it is.
func TestRecognise(t *testing.T) {
	tried := 0
	for _, v := range vectors(t) {
		d := v.dialect(t)
		if v.want == "" || strings.Contains(v.name, "hello") || // the answer of an echo test, which nobody asks for
			d.Mode == (Mode{}) || len(v.bytes) < 4 {
			continue
		}
		tried++
		heard := v.said(d)
		got := Recognise(heard, d.Poll, d.Mode)
		if len(got) == 0 || got[0].Dialect.Name != d.Name {
			t.Errorf("%s: %q is recognised as %v, want %s first", v.name, heard, names(got), d.Name)
		}
	}
	if tried < 40 {
		t.Errorf("only %d frames were tried", tried)
	}
}

// What is no scale is not taken for one.
func TestRecogniseNothing(t *testing.T) {
	for _, heard := range []string{
		"", "\x06", "hello\r\n", "\x1b@\x1ba\x01Order #18\n2 x Noodles  12.50\n\x1dV\x00",
		"\xf8\x00\xf8\x80\x00\xf8\x78\x80\xf8\x00\xf8", "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9\r\n",
		"login: ", "W", "W\r", "S\r\n", "P\r\n", // an echo
	} {
		if got := Recognise([]byte(heard), nil, Mode{9600, 8, 'N', 1}); len(got) > 0 {
			t.Errorf("%q is recognised as %v, want nothing", heard, names(got))
		}
	}
}

// An ENQ that is acknowledged is the beginning of a conversation; which one, the speed tells.
func TestRecogniseHandshake(t *testing.T) {
	for mode, want := range map[Mode]string{{9600, 8, 'N', 1}: "cas-ap", {2400, 7, 'E', 1}: "berkel"} {
		got := Recognise([]byte{ack}, []byte{enq}, mode)
		if len(got) == 0 || got[0].Dialect.Name != want || got[0].Frames != 0 {
			t.Errorf("%s: an ACK is recognised as %v, want %s first", mode, names(got), want)
		}
	}
}

// shop is a port with a scale that is set to one mode, and hears nothing in others.
type shop struct {
	devicetest.Port
	mode   Mode
	answer func(asked string) string
	stream string
	asked  []string // what it was asked, at any mode
}

func (s *shop) open(m Mode) (io.ReadWriteCloser, error) {
	p, err := s.Port.Open()
	if err == nil && m == s.mode && s.stream != "" {
		for range 3 {
			io.WriteString(&s.Port, s.stream)
		}
	}
	return &plug{p, s, m}, err
}

type plug struct {
	io.ReadWriteCloser
	s    *shop
	mode Mode
}

func (l *plug) Write(b []byte) (int, error) {
	l.s.asked = append(l.s.asked, l.mode.String()+" "+string(b))
	if l.mode == l.s.mode && l.s.answer != nil {
		io.WriteString(&l.s.Port, l.s.answer(string(b)))
	}
	return len(b), nil
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		name string
		shop *shop
		want string
		most time.Duration
	}{
		{"a stream", &shop{mode: Mode{9600, 8, 'N', 1}, stream: "ST,GS,+   1.234kg\r\n"}, "st-gs 9600 8N1", 2 * time.Second},
		{"asked with ENQ", &shop{mode: Mode{9600, 8, 'N', 1}, answer: func(q string) string {
			return map[string]string{"\x05": "\x06"}[q]
		}}, "cas-ap 9600 8N1", 3 * time.Second},
		{"asked with W", &shop{mode: Mode{9600, 7, 'E', 1}, answer: func(q string) string {
			return map[string]string{"W": "\x0201.234\r"}[q]
		}}, "toledo8217 9600 7E1", ProbeTime},
		{"asked with P", &shop{mode: Mode{4800, 8, 'N', 1}, answer: func(q string) string {
			return map[string]string{"P\r\n": "    1.234 kg\r\n"}[q]
		}}, "adam 4800 8N1", ProbeTime},
		{"nobody", &shop{}, "", ProbeTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				heard, err := Probe(t.Context(), c.shop.open)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if n := len(heard); n > 0 && len(heard[n-1].Matches) > 0 {
					got = heard[n-1].Matches[0].Dialect.Name + " " + heard[n-1].Mode.String()
				}
				if got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if took := time.Since(start); took > c.most {
					t.Errorf("it took %s, want %s at most", took, c.most)
				}
				for _, q := range c.shop.asked {
					if strings.ContainsAny(q[len("9600 8N1 "):], "ZT") {
						t.Errorf("it was asked %q, which may set zero or a tare", q)
					}
				}
			})
		})
	}
}

// A port where nothing talks is asked all that does no harm, in order, and only that.
func TestProbeAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{}
		if _, err := Probe(t.Context(), s.open); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, mode := range []string{"9600 8N1 ", "2400 7E1 ", "9600 7E1 ", "4800 8N1 "} {
			for _, q := range []string{"\x05", "W", "W\r", "S\r\n", "P\r\n"} {
				want = append(want, mode+q)
			}
		}
		if diff := cmp.Diff(want, s.asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
	})
}

func TestProbeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Probe(ctx, new(shop).open); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the time is up", err)
		}
		s := &shop{}
		time.AfterFunc(time.Second, s.Unplug)
		if _, err := Probe(t.Context(), s.open); !errors.Is(err, devicetest.ErrUnplugged) {
			t.Errorf("got %v, want that it was unplugged", err)
		}
	})
}

func FuzzRecognise(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.bytes, []byte("W"))
	}
	f.Add([]byte{ack}, []byte{enq})
	f.Fuzz(func(t *testing.T, heard, asked []byte) {
		for _, m := range Recognise(heard, asked, Mode{9600, 8, 'N', 1}) {
			if m.share > 1 || m.Frames == 0 && len(heard) != 1 {
				t.Errorf("%s: %d frames and %v of the bytes of %q", m.Dialect.Name, m.Frames, m.share, heard)
			}
		}
	})
}
