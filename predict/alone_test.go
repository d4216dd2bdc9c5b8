package predict

import "testing"

// raced says that the race detector is at work.
var raced bool

// alone skips a long test of code that runs in one goroutine where the race detector
// is at work: that makes it ten times as long and cannot find anything. The same test
// without the detector is a part of make check and make test.
func alone(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("one goroutine cannot race: tested without the race detector")
	}
}

// Alone is alone for the tests that see the package from outside.
var Alone = alone
