package scale

import (
	"fmt"
	"strings"
	"testing"
)

func TestToledo8217Units(t *testing.T) {
	if got, want := one(t, toledo8217lb, "\x02001.25\r"), reading("567", "true"); got != want {
		t.Errorf("pounds: got %s, want %s", got, want)
	}
	fault := `{"grams":null,"stable":false,"net":false,"tare":false,"over":false,"under":false,"error":"the scale cannot find its zero: empty it and switch it off and on"}`
	for _, test := range []struct{ stream, want string }{
		{"\x0201.2\x0201.234\r", reading("1234", "true")}, // torn
		{"\x021.234\r", reading("1234", "true")},
		{"\x02.234\r", ""},
		{"\x0201234\r", ""}, // no point
		{"\x02?H\r", fault},
		{"\x02H\r", fault},
		{"\x02?\x01\r", ""}, // b6 is always 1
		{"\x02\r", ""},
	} {
		if got := one(t, toledo8217, test.stream); got != test.want {
			t.Errorf("%q gave %s, want %s", test.stream, got, test.want)
		}
	}
}

// TestToledoContinuousChecksum has streams with and without a checksum, and a
// checksum that looks like the start of a frame.
func TestToledoContinuousChecksum(t *testing.T) {
	frame := func(w string) string { return "\x02-0 " + w + "000000\r" }
	with := func(w string) string { return frame(w) + string(rune(sumToledo([]byte(frame(w))))) }
	stx := ""
	for i := range 1_000_000 {
		if w := fmt.Sprintf("%06d", i); strings.HasSuffix(with(w), "\x02") {
			stx = w
			break
		}
	}
	if stx == "" {
		t.Fatal("none of the weights has the checksum 02")
	}
	for _, test := range []struct {
		name, stream string
		frames       int
	}{
		{"with", with("001234") + with("001234"), 2},
		{"without", frame("001234") + frame("001234"), 2},
		{"wrong", frame("001234") + "x" + with("001234"), 1},
		{"02, with", with(stx) + with(stx) + with(stx), 3},
		{"02, without", frame(stx) + frame(stx) + frame(stx), 3},
		{"torn", frame("001234")[:9] + with("001234"), 1},
	} {
		got := one(t, toledoContinuous, test.stream)
		if n := strings.Count(got, `"stable":true`); n != test.frames {
			t.Errorf("%s: %d frames, want %d:\n%s", test.name, n, test.frames, got)
		}
	}
}

func TestToledoContinuousUnits(t *testing.T) {
	for _, test := range []struct{ head, want string }{
		{"\x28\x30\x20", "123400000"}, // XXXX00 kg
		{"\x2A\x30\x21", "1234"},      // XXXXXX g
		{"\x2D\x20\x20", "560"},       // 1.234 lb
		{"\x2B\x30\x23", "3498"},      // 123.4 oz
		{"\x2F\x30\x20", "12"},        // X.XXXXX kg
		{"\x2D\x30\x30", ""},          // expanded
		{"\x2D\x30\x22", ""},          // tons
	} {
		want := ""
		if test.want != "" {
			want = reading(test.want, "true")
		}
		if got := one(t, toledoContinuous, "\x02"+test.head+"001234000000\r"); got != want {
			t.Errorf("% X gave %s, want %s", test.head, got, want)
		}
	}
}
