package scale

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseMode(t *testing.T) {
	for _, test := range []struct {
		in   string
		want Mode
		text string
	}{
		{"9600 7E1", Mode{9600, 7, 'E', 1}, "9600 7E1"},
		{" 115200  8n2 ", Mode{115200, 8, 'N', 2}, "115200 8N2"},
		{"2400 7O1", Mode{2400, 7, 'O', 1}, "2400 7O1"},
	} {
		got, err := ParseMode(test.in)
		if err != nil || got != test.want || got.String() != test.text {
			t.Errorf("%q reads as %v, %v, want %v", test.in, got, err, test.text)
		}
	}
	for _, in := range []string{"", "9600", "9600 8N", "9600 8N3", "9600 9N1", "9600 8X1", "9600 8\x001", "0 8N1", "-1 8N1", "9600,8N1", "99999999 8N1", "9600 8N1 x"} {
		if got, err := ParseMode(in); err == nil {
			t.Errorf("%q reads as %v, want an error", in, got)
		}
	}
	if got := (Mode{}).String(); got != "" {
		t.Errorf("no mode is %q, want nothing", got)
	}
}

// TestWeigh compares with exact rationals.
func TestWeigh(t *testing.T) {
	units := []unit{gram, kilogram, pound, ounce}
	rapid.Check(t, func(t *rapid.T) {
		d := decimal{
			neg:    rapid.Bool().Draw(t, "neg"),
			digits: rapid.Uint64Range(0, 1e15).Draw(t, "digits"),
			places: rapid.IntRange(0, 9).Draw(t, "places"),
		}
		u := rapid.SampledFrom(units).Draw(t, "unit")
		want := new(big.Rat).SetFrac(new(big.Int).SetUint64(d.digits), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.places)), nil))
		want.Mul(want, new(big.Rat).SetFrac(new(big.Int).SetUint64(u.num), new(big.Int).SetUint64(u.den)))
		if d.neg {
			want.Neg(want)
		}
		var rounded big.Int
		rounded.SetString(want.FloatString(0), 10)
		var r Reading
		err := r.weigh(d, u)
		if huge := rounded.CmpAbs(big.NewInt(1<<31-1)) > 0; (err != nil) != huge {
			t.Fatalf("%v %v: %v, want huge to be %v", d, u, err, huge)
		}
		if err == nil && big.NewInt(int64(r.Grams)).Cmp(&rounded) != 0 {
			t.Fatalf("%v %v: got %d g, want %s", d, u, r.Grams, &rounded)
		}
		if err == nil && r.Digit < 1 {
			t.Fatalf("%v %v: a digit of %d g", d, u, r.Digit)
		}
	})
}
