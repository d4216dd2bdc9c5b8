package scale

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// vector is one row of testdata/frames.csv, and the same line of readings.jsonl.
type vector struct {
	name, protocol, weight, unit, checksum string
	bytes                                  []byte
	want                                   string // "" if it holds no frame of the dialect
}

func vectors(t testing.TB) []vector {
	t.Helper()
	f, err := os.Open("testdata/frames.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/readings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(golden), "\n"), "\n")
	rows = rows[1:]
	if len(rows) != len(lines) || len(rows) < 59 {
		t.Fatalf("%d frames and %d readings, want the same, and 59 or more", len(rows), len(lines))
	}
	var vs []vector
	for i, row := range rows {
		b, err := hex.DecodeString(strings.ReplaceAll(row[3], " ", ""))
		if err != nil {
			t.Fatalf("row %d: %v", i+2, err)
		}
		v := vector{
			name: row[0] + " " + row[4], protocol: row[0], bytes: b,
			weight: row[5], unit: row[6], checksum: row[8], want: lines[i],
		}
		if v.want == "-" {
			v.want = ""
		}
		vs = append(vs, v)
	}
	return vs
}

// dialect returns the dialect of a row. Requests, which a host sends, are read as
// answers of the same scale, and must mean nothing.
func (v vector) dialect(t testing.TB) Dialect {
	t.Helper()
	name := v.protocol
	if name == "xk3190-cmd" {
		name = "xk3190-tf0"
	}
	d, ok := Lookup(name)
	if !ok {
		t.Fatalf("no dialect %q", name)
	}
	return d
}

// decode returns the readings in b as JSON, one a line, without the bad frames.
func decode(t testing.TB, d Dialect, b []byte) string {
	t.Helper()
	var got []string
	err := Decode(d, bytes.NewReader(b), func(_ []byte, r Reading, err error) {
		if err != nil {
			return
		}
		line, err := MarshalReading(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(line))
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, "\n")
}

func TestFrames(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.name, func(t *testing.T) {
			if diff := cmp.Diff(v.want, decode(t, v.dialect(t), v.bytes)); diff != "" {
				t.Errorf("% X (-want +got):\n%s", v.bytes, diff)
			}
		})
	}
}

// TestFrameWeights computes the grams from the columns of frames.csv in exact
// rationals, so that neither the code nor the golden file is believed.
func TestFrameWeights(t *testing.T) {
	grams := map[string]string{"kg": "1000", "": "1000", "lb/kg": "1000", "g": "1", "lb": "453.59237", "oz": "28.349523125"}
	for _, v := range vectors(t) {
		var got *kitchen.Grams
		Decode(v.dialect(t), bytes.NewReader(v.bytes), func(_ []byte, r Reading, err error) {
			if err == nil && r.Valid {
				got = &r.Grams
			}
		})
		if v.weight == "" {
			if got != nil {
				t.Errorf("%s: %d g from a frame without a weight", v.name, *got)
			}
			continue
		}
		w, ok1 := new(big.Rat).SetString(v.weight)
		u, ok2 := new(big.Rat).SetString(grams[v.unit])
		if !ok1 || !ok2 {
			t.Fatalf("%s: weight %q %q", v.name, v.weight, v.unit)
		}
		want := w.Mul(w, u).FloatString(0) // rounds half away from zero
		if got == nil || big.NewInt(int64(*got)).String() != want {
			t.Errorf("%s: got %v, want %s g", v.name, got, want)
		}
	}
}

// TestFramesChunked joins all frames of a dialect into one stream, and reads it in
// pieces of every kind.
func TestFramesChunked(t *testing.T) {
	streams := map[string][]byte{}
	for _, v := range vectors(t) {
		d := v.dialect(t)
		streams[d.Name] = append(streams[d.Name], v.bytes...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for name, stream := range streams {
		d, _ := Lookup(name)
		want := decode(t, d, stream)
		if want == "" {
			t.Errorf("%s: nothing in % X", name, stream)
		}
		for range 50 {
			var got []string
			f := newFramer(d)
			each := func(frame []byte) error {
				r, err := d.Parse(frame)
				if d.Answer != nil {
					if _, done := d.Answer(frame); done {
						return nil
					}
				}
				if err == nil {
					line, _ := MarshalReading(r)
					got = append(got, string(line))
				}
				return nil
			}
			for rest := stream; len(rest) > 0; {
				n := 1 + random.IntN(min(len(rest), 12))
				f.feed(rest[:n], each)
				rest = rest[n:]
			}
			f.end(each)
			if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
				t.Fatalf("%s in pieces (-whole +pieces):\n%s", name, diff)
			}
		}
	}
}

// TestFramesInNoise puts line noise, the tail of a torn frame and its head around
// every frame.
func TestFramesInNoise(t *testing.T) {
	for _, v := range vectors(t) {
		if v.want == "" {
			continue
		}
		d := v.dialect(t)
		lone := len(v.bytes) - 1
		for _, noise := range []struct {
			name          string
			before, after []byte
		}{
			{"high bytes", []byte{0xFF, 0xFE, 0x9C}, nil},
			{"a tail", v.bytes[lone:], nil},
			{"a tail and a frame", append(bytes.Clone(v.bytes[lone-1:]), v.bytes...), v.bytes},
			{"noise behind", nil, afterNoise(d)},
		} {
			stream := append(append(bytes.Clone(noise.before), v.bytes...), noise.after...)
			n := 1
			if noise.name == "a tail and a frame" {
				n = 3
			}
			want := strings.TrimSuffix(strings.Repeat(v.want+"\n", n), "\n")
			if diff := cmp.Diff(want, decode(t, d, stream)); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", v.name, noise.name, diff)
			}
		}
	}
}

// afterNoise is noise that the frame cannot be mistaken to go on with: what follows
// the CR of a Toledo continuous frame is its checksum, whatever it is.
func afterNoise(d Dialect) []byte {
	if d.Name == toledoContinuous.Name {
		return nil
	}
	return []byte{0xFE, 0xDB, 0x7C}
}

// TestChecksums flips every bit of every frame that has a checksum: none may give
// another weight, and the frame after it is read.
func TestChecksums(t *testing.T) {
	checked := 0
	for _, v := range vectors(t) {
		switch v.protocol {
		case "cas-ap", "pinnacle-os2", "berkel", "xk3190-tf0", "xk3190-a12e", "dibal-epos", "toledo-continuous":
		default:
			continue
		}
		d := v.dialect(t)
		if v.want == "" || d.Name == toledoContinuous.Name && len(v.bytes) == toledoContFrame {
			continue
		}
		checked++
		for i := range v.bytes {
			for bit := range 7 {
				bad := bytes.Clone(v.bytes)
				bad[i] ^= 1 << bit
				got := decode(t, d, append(bad, v.bytes...))
				if d.Name == berkel.Name { // a flipped byte may become a NUL or NAK: no weight now
					got = strings.TrimPrefix(got, decode(t, d, []byte{nak})+"\n")
				}
				// The flags behind a Pinnacle frame are outside its checksum.
				if i < casFrame || d.Name != pinnacleOS2.Name {
					if got != v.want && got != v.want+"\n"+v.want {
						t.Errorf("%s: bit %d of byte %d flipped: got %s", v.name, bit, i, got)
					}
				}
			}
		}
	}
	if checked < 10 {
		t.Errorf("checked %d frames, want 10 or more", checked)
	}
}

// TestWrongParity reads 7-bit frames through a port set to 8N1: their parity stands
// in the top bit.
func TestWrongParity(t *testing.T) {
	for _, v := range vectors(t) {
		d := v.dialect(t)
		if d.Binary || v.protocol == "cas-22" {
			continue
		}
		for i, c := range v.bytes {
			for p := c; p != 0; p &= p - 1 {
				v.bytes[i] ^= 0x80
			}
		}
		if diff := cmp.Diff(v.want, decode(t, d, v.bytes)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.name, diff)
		}
	}
}

func TestDecodeShowsWhatIsWrong(t *testing.T) {
	bad := "\x02+00200021C\x03" + "\x02+0020"
	var got []string
	Decode(xk3190TF0, iotest.OneByteReader(strings.NewReader(bad)), func(frame []byte, _ Reading, err error) {
		got = append(got, string(frame)+": "+err.Error())
	})
	want := []string{
		"\x02+00200021C\x03: the checksum is wrong",
		"\x02+0020: the frame is cut short",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeReturnsTheReadersError(t *testing.T) {
	err := Decode(stGs, iotest.TimeoutReader(strings.NewReader("ST,GS,+   1.234kg\r\n")), func([]byte, Reading, error) {})
	if err == nil || !strings.Contains(err.Error(), iotest.ErrTimeout.Error()) {
		t.Errorf("got %v, want the timeout", err)
	}
}
