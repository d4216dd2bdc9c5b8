package button

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// Two hundred presses, each a random train of bounces on either side, are two
// hundred presses: short or hold as they were held, stamped with the first edge.
func TestRandomTrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(17, 25))
		b := newBench(t)
		train := func() []time.Duration {
			d := make([]time.Duration, 2*rnd.IntN(10)) // even: it ends where it began to go
			for i := range d {
				d[i] = time.Duration(1 + rnd.Int64N(int64(24*ms)))
			}
			return d
		}
		want := []string{"25ms up"}
		err := b.run(time.Hour, func() {
			for range 200 {
				time.Sleep(time.Duration(rnd.Int64N(int64(5*time.Second))) + 30*ms)
				if rnd.IntN(2) == 0 { // a spike of the exhaust fan
					b.to(true, time.Duration(1+rnd.Int64N(int64(24*ms))))
					time.Sleep(30 * ms)
				}
				down := time.Since(b.start)
				b.to(true, train()...)
				time.Sleep(30*ms + time.Duration(rnd.Int64N(int64(3*time.Second))))
				let := time.Since(b.start)
				b.to(false, train()...)
				time.Sleep(30 * ms)
				want = append(want, fmt.Sprint(down, " down"))
				if let-down < kitchen.HoldTime {
					want = append(want, fmt.Sprint(let, " short"))
				} else {
					want = append(want, fmt.Sprint(down+kitchen.HoldTime, " hold"))
				}
			}
		})
		if diff := cmp.Diff(want, b.lines); diff != "" || err != nil {
			t.Errorf("error %v, gestures (-want +got):\n%s", err, diff)
		}
	})
}
