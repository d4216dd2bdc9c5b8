package ticket

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared is where the collected streams lie beside a checkout; they are more than
// may be copied into testdata.
const shared = "../../../shared/corpus/escpos"

// A stream is one of the corpus: bytes, and what it says of itself.
type stream struct {
	Name, Text string
	Bytes      []byte

	Layout   string `json:"store_encoding"`
	Encoding string `json:"encoding"`
	Rule     string `json:"rule"`
	Tickets  []any  `json:"tickets"`
	Chunks   [][]any
}

// streams reads those of dir, or skips the test where there are none.
func streams(t testing.TB, dir string) []stream {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.bin"))
	if len(files) == 0 {
		t.Skipf("no streams in %s: the collection is not beside this checkout", dir)
	}
	var all []stream
	for _, f := range files {
		base := strings.TrimSuffix(f, ".bin")
		s := stream{Name: filepath.Base(base)}
		s.Bytes = read(t, f)
		s.Text = string(read(t, base+".txt"))
		if err := json.Unmarshal(read(t, base+".json"), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tidy drops what paper does not show: spaces at line ends, empty lines at the end.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// inChunks decodes b cut into pieces by next, which says how long the next may be.
func inChunks(d *Decoder, b []byte, next func() int) (slips []Slip) {
	for len(b) > 0 {
		n := min(next(), len(b))
		slips = append(slips, d.Write(b[:n])...)
		b = b[n:]
	}
	return slips
}

// chunkings are ways to cut a stream: whole, in bytes, and at random.
func chunkings() map[string]func() int {
	all := map[string]func() int{
		"whole": func() int { return 1 << 30 },
		"bytes": func() int { return 1 },
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		most := 2 + int(seed)*int(seed)*2
		all[fmt.Sprint("seed ", seed)] = func() int { return 1 + r.IntN(most) }
	}
	return all
}

func TestLayoutStreams(t *testing.T) {
	for _, dir := range []string{"testdata/layouts", shared + "/layouts"} {
		t.Run(strings.ReplaceAll(dir, "../", ""), func(t *testing.T) {
			for _, s := range streams(t, dir) {
				if s.Layout == "" {
					continue
				}
				for how, next := range chunkings() {
					d := newConnection(Options{Encoding: s.Layout})
					slips := append(inChunks(d, s.Bytes, next), d.Close()...)
					var got strings.Builder
					for _, slip := range slips {
						got.WriteString(slip.Text())
						if slip.Ending == EndLabel {
							got.WriteString("--label--\n")
						}
					}
					if diff := cmp.Diff(tidy(s.Text), tidy(got.String())); diff != "" {
						t.Errorf("%s, %s: want -, got +\n%s", s.Name, how, diff)
					}
				}
			}
		})
	}
}

func TestAdversarial(t *testing.T) {
	for _, dir := range []string{"testdata/adversarial", shared + "/adversarial"} {
		t.Run(strings.ReplaceAll(dir, "../", ""), func(t *testing.T) {
			for _, s := range streams(t, dir) {
				if s.Rule == "" {
					continue
				}
				for how, next := range chunkings() {
					checkAdversarial(t, s, how, play(s, next))
				}
			}
		})
	}
}

// play decodes a stream by its plan of chunks, silences and closed connections.
func play(s stream, next func() int) (slips []Slip) {
	d := NewDecoder(Options{Encoding: s.Encoding})
	plan := s.Chunks
	if len(plan) == 0 {
		plan = [][]any{{0.0, nil, 0.0}}
	}
	for _, c := range plan {
		if ms := c[2].(float64); ms > 0 {
			slips = append(slips, d.Idle()...)
		}
		to := len(s.Bytes)
		if end, ok := c[1].(float64); ok {
			to = int(end)
		}
		slips = append(slips, inChunks(d, s.Bytes[int(c[0].(float64)):to], next)...)
		if len(c) > 3 && c[3] == "close" {
			slips = append(slips, d.Close()...)
		}
	}
	return append(slips, d.Close()...)
}

func checkAdversarial(t *testing.T, s stream, how string, slips []Slip) {
	t.Helper()
	if len(slips) != len(s.Tickets) {
		t.Errorf("%s, %s: got %d slips, want %d", s.Name, how, len(slips), len(s.Tickets))
		return
	}
	for i, slip := range slips {
		want := s.Tickets[i].(string)
		if strings.HasPrefix(want, "(partial") {
			if !slip.Partial {
				t.Errorf("%s, %s: slip %d is not marked partial", s.Name, how, i)
			}
			continue
		}
		got := tidy(slip.Text())
		if diff := cmp.Diff(tidy(want), got); diff != "" && !damaged(want, got) {
			t.Errorf("%s, %s: want -, got +\n%s", s.Name, how, diff)
		}
	}
}

// damaged says that got differs from want in nothing but a run of characters above
// ASCII around a U+FFFD, in one line.
func damaged(want, got string) bool {
	w, g := strings.Split(tidy(want), "\n"), strings.Split(got, "\n")
	if len(w) != len(g) {
		return false
	}
	ascii := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < 0x80 {
				return r
			}
			return -1
		}, s)
	}
	for i := range w {
		if w[i] != g[i] && (!strings.Contains(w[i], "\uFFFD") || ascii(w[i]) != ascii(g[i])) {
			return false
		}
	}
	return true
}

// TestAfterAbsurdLength: a claim of 4 GB may cost its own slip, never a later one.
func TestAfterAbsurdLength(t *testing.T) {
	b := read(t, "testdata/adversarial/a16-absurd-length.bin")
	good := read(t, "testdata/adversarial/a07-trailing-init-nul.bin")
	want := tidy(string(read(t, "testdata/adversarial/a07-trailing-init-nul.txt")))
	d := NewDecoder(Options{})
	d.Write(b[:len(b)-20])
	d.Idle()
	d.Idle()
	slips := d.Write(good)
	if len(slips) != 1 || tidy(slips[0].Text()) != want {
		t.Errorf("got %d slips after the silence, want the good one", len(slips))
	}
}
