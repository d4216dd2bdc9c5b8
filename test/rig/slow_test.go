package rig_test

import (
	"sync"
	"testing"

	"readyshelf/test/rig"
)

var slow struct {
	sync.Mutex
	state *rig.State
}

// slowBase is rig.Base on a board whose time is counted in instructions.
func slowBase(t *testing.T) *rig.State {
	t.Helper()
	rig.Need(t)
	slow.Lock()
	defer slow.Unlock()
	if slow.state == nil {
		slow.state = rig.Boot(t, rig.Options{Counted: true}).Save()
	}
	return slow.state
}
