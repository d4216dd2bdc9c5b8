package predict

import (
	"testing"
	"time"
)

// The odds of shops whose slips name no dishes were fitted where hardly two orders met. They
// say no more of twenty: in a full kitchen such odds grew with everything that was done.
func TestOddsOfACrowdNobodySaw(t *testing.T) {
	c := newCore(&countPrior)
	f := facts{Pieces: 2, Minute: 19 * 60}
	said := c.forecast(&f, 6.8, 0.5)
	odds := func(s stage) float64 {
		x := s.seen(&f, 6.8, said, 4*time.Minute, c.prior.crowd)
		return dot(c.prior.live[:], x[:])
	}
	few := odds(stage{Ahead: 2, Pieces: 2, Behind: 2, Done: 2})
	if many := odds(stage{Ahead: 2, Pieces: 2, Behind: 2, Done: 20}); many != few {
		t.Errorf("log odds %.2f with twenty orders done, and %.2f with two", many, few)
	}
	if none := odds(stage{Ahead: 2, Pieces: 2, Behind: 2}); none >= few {
		t.Errorf("log odds %.2f with nothing done, and %.2f with two: what was seen counts", none, few)
	}
}
