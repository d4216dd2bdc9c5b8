package uplink

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	b := backoff{rand: func() float64 { return 1 }}
	for i, want := range []time.Duration{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		if got, twin := b.after(false, 0); got != want*time.Millisecond || twin {
			t.Errorf("pause %d is %v (twin %v), want %v", i, got, twin, want*time.Millisecond)
		}
	}
	if got, _ := b.after(true, healthyAfter-1); got != longestPause {
		t.Errorf("after a session of almost a minute: %v, want %v", got, longestPause)
	}
	if got, _ := b.after(true, healthyAfter); got != firstPause {
		t.Errorf("after a session of a minute: %v, want %v", got, firstPause)
	}
	b.rand = func() float64 { return 0 }
	if got, _ := b.after(false, 0); got != 0 {
		t.Errorf("full jitter begins at %v, want 0", got)
	}
}

func TestBackoffSuspectsATwin(t *testing.T) {
	b := backoff{rand: func() float64 { return 0.5 }}
	for i, test := range []struct {
		connected bool
		life      time.Duration
		twin      bool
	}{
		{true, 0, false}, {true, shortLife - 1, false}, {true, shortLife, false}, // a longer life clears it
		{true, 0, false}, {false, 0, false}, {true, 0, false}, {true, 0, true}, // a refused dial neither counts nor clears
		{true, 0, false},
	} {
		pause, twin := b.after(test.connected, test.life)
		if twin != test.twin || twin && pause != longPause {
			t.Errorf("step %d: twin %v, pause %v, want %v", i, twin, pause, test.twin)
		}
	}
}
