package rig

import (
	"time"

	"readyshelf/test/rig/wire"
)

// SetClock sets the machine's wall clock as somebody does by hand: the kernel does not
// hold it for right.
func (m *Machine) SetClock(at time.Time) { m.t.Helper(); m.clock(at, 0) }

// SyncClock sets the machine's wall clock as NTP does: the kernel holds it for right.
func (m *Machine) SyncClock(at time.Time) { m.t.Helper(); m.clock(at, 1) }

func (m *Machine) clock(at time.Time, right int) {
	m.t.Helper()
	p := m.agent.ask(wire.Request{Verb: wire.Clock, At: at, N: right})
	if _, err := p.Wait(commandLimit); err != nil {
		m.t.Fatal(err)
	}
}
