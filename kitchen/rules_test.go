package kitchen

import (
	"testing"
	"time"
)

// However long an order has outlived its forecast, it is not ready with 85 % before it
// is ready with 50 %, and not before now.
func TestQuantilesAreInOrder(t *testing.T) {
	for elapsed := time.Duration(0); elapsed < 2*time.Hour; elapsed += time.Second {
		l := look(fixed{20, 5}, elapsed)
		if p50, p85 := l.quantile(0.5), l.quantile(0.85); p50 < elapsed || p85 < p50 {
			t.Fatalf("after %v: ready with 50 %% at %v, with 85 %% at %v", elapsed, p50, p85)
		}
	}
}
