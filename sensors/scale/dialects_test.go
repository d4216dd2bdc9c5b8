package scale

import (
	"bufio"
	"bytes"
	"fmt"
	"testing"
)

func TestDialects(t *testing.T) {
	names := map[string]bool{}
	for _, d := range Dialects() {
		for _, name := range append([]string{d.Name}, d.Also...) {
			if names[name] {
				t.Errorf("%s: the name is taken", name)
			}
			names[name] = true
			if got, ok := Lookup(name); !ok || got.Name != d.Name {
				t.Errorf("Lookup(%q) gave %q, %v, want %q", name, got.Name, ok, d.Name)
			}
		}
		if d.About == "" || d.Split == nil || d.Parse == nil {
			t.Errorf("%s: something is missing", d.Name)
		}
		if d.Poll != nil && d.Every <= 0 {
			t.Errorf("%s is asked, but not how often", d.Name)
		}
		if d.Answer != nil && d.Poll == nil {
			t.Errorf("%s answers, but does not ask", d.Name)
		}
		if m, err := ParseMode(d.Mode.String()); !d.Binary && (err != nil || m != d.Mode) {
			t.Errorf("%s: mode %v reads as %v, %v", d.Name, d.Mode, m, err)
		}
	}
	if _, ok := Lookup("abacus"); ok {
		t.Error("Lookup found an abacus")
	}
	if len(names) < 25 {
		t.Errorf("%d names, want 25 or more", len(names))
	}
}

func TestDialectsIsACopy(t *testing.T) {
	Dialects()[0].Name = "spoilt"
	if dialects[0].Name != stGs.Name {
		t.Error("the table was changed through Dialects")
	}
}

func TestPolls(t *testing.T) {
	if sum := xor(dibalEPOS.Poll[:7]); dibalEPOS.Poll[7] != sum {
		t.Errorf("Dibal's request ends in %q, want its checksum %q", dibalEPOS.Poll[7], sum)
	}
	// Never a command that moves the scale's zero or sets a tare.
	for _, d := range Dialects() {
		if bytes.ContainsAny(d.Poll, "TZ") {
			t.Errorf("%s asks with % X", d.Name, d.Poll)
		}
	}
}

// TestScanner reads the vectors with a plain bufio.Scanner: Split keeps its contract.
func TestScanner(t *testing.T) {
	for _, v := range vectors(t) {
		if v.want == "" {
			continue
		}
		d := v.dialect(t)
		s := bufio.NewScanner(bytes.NewReader(v.bytes))
		s.Split(d.Split)
		if !s.Scan() {
			t.Errorf("%s: no frame", v.name)
		} else if _, err := d.Parse(s.Bytes()); err != nil {
			t.Errorf("%s: % X: %v", v.name, s.Bytes(), err)
		}
	}
}

// TestGarbageNeverGrows sends each dialect 16 KiB of the bytes that it likes
// best, and then a good frame.
func TestGarbageNeverGrows(t *testing.T) {
	good := map[string]vector{}
	for _, v := range vectors(t) {
		if v.want != "" {
			good[v.dialect(t).Name] = v
		}
	}
	for name, v := range good {
		d := v.dialect(t)
		for _, tease := range [][]byte{v.bytes[:1], v.bytes[:len(v.bytes)-2], []byte("x")} {
			f := newFramer(d)
			each := func([]byte) error { return nil }
			for range (16 << 10) / len(tease) {
				f.feed(tease, each)
				if f.n >= maxFrame {
					t.Fatalf("%s: %d bytes are kept after % X...", name, f.n, tease)
				}
			}
			f.feed(bytes.Repeat([]byte{cr, lf, etx, 'x'}, 8), each)
			seen := 0
			for range 3 {
				f.feed(v.bytes, func([]byte) error { seen++; return nil })
			}
			if seen < 2 {
				t.Errorf("%s: %d of 3 frames after garbage of % X", name, seen, tease)
			}
		}
	}
}

// FuzzSplitParse reads any bytes as any dialect, whole and in pieces: no panic, the
// same frames, progress, bounded memory.
func FuzzSplitParse(f *testing.F) {
	for i, v := range vectors(f) {
		for n, d := range dialects {
			if d.Name == v.dialect(f).Name {
				f.Add(uint8(n), uint8(i), append(bytes.Clone(v.bytes), v.bytes...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which, piece uint8, data []byte) {
		d := dialects[int(which)%len(dialects)]
		read := func(size int) (got []string) {
			fr := newFramer(d)
			each := func(frame []byte) error {
				if len(frame) == 0 || len(frame) > maxFrame {
					t.Fatalf("%s: a frame of %d bytes", d.Name, len(frame))
				}
				r, err := d.Parse(frame)
				if err == nil && r.Stable && !r.Valid {
					t.Fatalf("%s: % X is stable without a weight", d.Name, frame)
				}
				if d.Answer != nil {
					d.Answer(frame)
				}
				got = append(got, fmt.Sprintf("% X %+v %v", frame, r, err))
				return nil
			}
			for rest := data; len(rest) > 0; {
				n := min(size, len(rest))
				fr.feed(rest[:n], each)
				rest = rest[n:]
				if fr.n >= maxFrame {
					t.Fatalf("%s: %d bytes are kept", d.Name, fr.n)
				}
			}
			fr.end(each)
			if fr.n != 0 {
				t.Fatalf("%s: %d bytes are left at the end", d.Name, fr.n)
			}
			return got
		}
		whole, pieces := read(len(data)+1), read(1+int(piece)%9)
		if len(whole) != len(pieces) {
			t.Fatalf("%s: %d frames whole, %d in pieces\n%v\n%v", d.Name, len(whole), len(pieces), whole, pieces)
		}
		for i := range whole {
			if whole[i] != pieces[i] {
				t.Fatalf("%s: frame %d is %s whole, %s in pieces", d.Name, i, whole[i], pieces[i])
			}
		}
	})
}

func BenchmarkStGs(b *testing.B) {
	frame := []byte("ST,GS,+   1.234kg\r\n")
	f := newFramer(stGs)
	var sum int64
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		f.feed(frame, func(frame []byte) error {
			r, err := stGs.Parse(frame)
			sum += int64(r.Grams)
			return err
		})
	}
	if sum != int64(b.N)*1234 {
		b.Errorf("weighed %d g in %d frames", sum, b.N)
	}
}
