package ticket

import (
	"math/rand/v2"
	"testing"

	"readyshelf/kitchen"
)

// TestGarbage: random bytes are no order, whatever the encoding.
func TestGarbage(t *testing.T) {
	const each = 1 << 20 / 8
	for i, name := range []string{gbName, cp437Name, utf8Name, "big5", "shift-jis", "cp949", "cp1252", "cp850"} {
		b := make([]byte, each)
		rand.NewChaCha8([32]byte{byte(i)}).Read(b)
		slips, orders := 0, 0
		for size := 100; len(b) > 0; size = size*3/2%20_000 + 50 {
			d := newConnection(Options{Encoding: name})
			size = min(size, len(b))
			for _, s := range append(d.Write(b[:size]), d.Close()...) {
				slips++
				if got := Parse(s, Options{}); got.Kind == kitchen.SlipOrder || got.Raster {
					orders++
					t.Errorf("%s: %+v of %q, undecoded %d unknown %d", name, got, s.Text(), s.Undecoded, s.Unknown)
				}
			}
			b = b[size:]
		}
		t.Logf("%s: %d slips, %d orders", name, slips, orders)
	}
}
