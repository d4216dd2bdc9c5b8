package uplink_test

import (
	"slices"
	"testing"
	"time"

	"readyshelf/sync/uplink"
)

// Each end of a connection is told with its class.
func TestCause(t *testing.T) {
	if got := uplink.Cause(nil); got != "" {
		t.Errorf("no cause is of class %q", got)
	}
	bubble(t, func(t *testing.T, s *shop) {
		told := make(chan string, 100)
		s.OnState = func(connected bool, cause error) { told <- uplink.Cause(cause) }
		s.start()
		time.Sleep(time.Minute)
		s.broker.Cut()
		time.Sleep(time.Minute)
		s.broker.SetDown(true)
		time.Sleep(time.Minute)
		var got []string
		for range len(told) {
			got = append(got, <-told)
		}
		if want := []string{"", uplink.CauseLost, "", uplink.CauseLost, uplink.CauseDial}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}
