package rig_test

import (
	"sync"
	"testing"

	"readyshelf/test/rig"
)

// slowBoard makes the emulated processor count its instructions: one takes 2 ns of the
// machine's time, whatever the host does. 500 million a second are fewer than those of the
// slowest board that is supported: the Cortex-A53 of a Pi Zero 2 has 1 GHz, and takes one or
// two instructions a cycle. So what a program takes of the processor, and whether it can
// follow what happens, does not depend on how busy the host is.
var slowBoard = []string{"-icount", "shift=1"}

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
		slow.state = rig.Boot(t, rig.Options{Extra: slowBoard}).Save()
	}
	return slow.state
}
