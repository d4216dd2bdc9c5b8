package scale

import (
	"bytes"
	"errors"
	"math"
	"math/bits"

	"readyshelf/kitchen"
)

var (
	errNumber   = errors.New("no number where the weight should be")
	errUnit     = errors.New("no unit of weight after the number")
	errHuge     = errors.New("the weight is too large to be true")
	errRest     = errors.New("more text than the protocol has")
	errExpanded = errors.New("the display is expanded (x10): switch that off at the scale")
)

// decimal is a number as scales write it: digits / 10^places.
type decimal struct {
	neg    bool
	digits uint64
	places int
}

// unit is a unit of weight: num/den grams.
type unit struct{ num, den uint64 }

// Pound and ounce are the international avoirdupois ones of 1959, and exact.
var (
	gram     = unit{1, 1}
	kilogram = unit{1000, 1}
	pound    = unit{45359237, 100_000}
	ounce    = unit{28349523125, 1_000_000_000}
)

// number reads a number at the start of b: spaces, a sign, spaces, digits with at
// most one point or comma among them. A comma that no digit follows ends it.
func number(b []byte) (d decimal, rest []byte, err error) {
	b = bytes.TrimLeft(b, " ")
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		d.neg = b[0] == '-'
		b = bytes.TrimLeft(b[1:], " ")
	}
	seen, point := 0, false
	for len(b) > 0 {
		switch c := b[0]; {
		case isDigit(c):
			if d.digits >= 1e15 {
				return d, b, errHuge
			}
			d.digits = d.digits*10 + uint64(c-'0')
			seen++
			if point {
				d.places++
			}
		case (c == '.' || c == ',') && !point && len(b) > 1 && isDigit(b[1]):
			point = true
		default:
			goto end
		}
		b = b[1:]
	}
end:
	if seen == 0 || d.places > 9 {
		return d, b, errNumber
	}
	return d, b, nil
}

// unitOf reads the unit at the start of b. Letters that are no unit of weight, or
// none, are an error: nobody may guess between grams and kilograms.
func unitOf(b []byte) (u unit, rest []byte, err error) {
	n := 0
	for n < len(b) && isLetter(b[n]) {
		n++
	}
	switch name := b[:n]; {
	case bytes.EqualFold(name, []byte("kg")):
		u = kilogram
	case bytes.EqualFold(name, []byte("g")):
		u = gram
	case bytes.EqualFold(name, []byte("lb")), bytes.EqualFold(name, []byte("lbs")):
		u = pound
	case bytes.EqualFold(name, []byte("oz")):
		u = ounce
	default:
		return u, b, errUnit
	}
	return u, b[n:], nil
}

// weigh puts a number of units into r.
func (r *Reading) weigh(d decimal, u unit) error {
	den := u.den
	for range d.places {
		den *= 10 // at most 10^9 places and 10^9 for the ounce
	}
	g, err := ratio(d.digits, u.num, den)
	if err != nil {
		return err
	}
	digit, err := ratio(1, u.num, den)
	if err != nil {
		return err
	}
	if d.neg {
		g = -g
	}
	r.Grams, r.Digit, r.Valid = g, max(digit, 1), true
	return nil
}

// ratio is n*num/den, rounded half up.
func ratio(n, num, den uint64) (kitchen.Grams, error) {
	hi, lo := bits.Mul64(n, num)
	lo, carry := bits.Add64(lo, den/2, 0)
	hi += carry
	if hi >= den {
		return 0, errHuge
	}
	q, _ := bits.Div64(hi, lo, den)
	if q > math.MaxInt32 {
		return 0, errHuge
	}
	return kitchen.Grams(q), nil
}

// weighText reads "  1.234 kg" into r and returns what follows.
func (r *Reading) weighText(b []byte) (rest []byte, err error) {
	d, rest, err := number(b)
	if err != nil {
		return rest, err
	}
	u, rest, err := unitOf(bytes.TrimLeft(rest, " ,")) // Dini writes a comma before the unit
	if err != nil {
		return rest, err
	}
	return rest, r.weigh(d, u)
}

// weighDigits reads a field of digits, leading spaces allowed, of which the last
// places follow the point.
func (r *Reading) weighDigits(b []byte, neg bool, places int, u unit) error {
	d, rest, err := number(b)
	if err != nil {
		return err
	}
	if len(rest) > 0 || d.places > 0 || d.neg {
		return errNumber
	}
	d.neg, d.places = neg, places
	return r.weigh(d, u)
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// xor is the checksum that most of these protocols use.
func xor(b []byte) (sum byte) {
	for _, c := range b {
		sum ^= c
	}
	return sum
}
