package rig

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/test/rig/wire"
)

// State is a machine that was saved. It lives as long as the tests of this process.
type State struct {
	o       Options
	devices string // a file: how its devices stood, as QEMU writes it
	ram     string // a file: its memory
}

// Base is the state that tests of tier A begin with: the machine of the zero
// Options, just booted. The first who asks waits for it to boot.
func Base(t testing.TB) *State {
	t.Helper()
	Need(t)
	s, err := base()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var base = sync.OnceValues(func() (*State, error) {
	o, err := Options{}.filled()
	if err != nil {
		return nil, err
	}
	m, err := boot(o, bootLimit)
	if err != nil {
		return nil, err
	}
	defer m.off()
	return m.save()
})

// Save keeps the machine as it is now. It ends this one, whose state it was. A machine
// that was restored must have been so with Options.Keep.
func (m *Machine) Save() *State {
	m.t.Helper()
	s, err := m.save()
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

func (m *Machine) save() (*State, error) {
	if m.ram == "" {
		return nil, errors.New("save the machine: it was not restored with Options.Keep")
	}
	// What the kernel has cached would make the state larger.
	p := m.agent.ask(runRequest("sync; echo 3 >/proc/sys/vm/drop_caches"))
	if rc, err := p.Wait(commandLimit); err != nil || rc != 0 {
		return nil, fmt.Errorf("save the machine: exit code %d, %w", rc, err)
	}
	f, err := os.CreateTemp(scratch, "*.devices")
	if err != nil {
		return nil, err
	}
	f.Close()
	s := &State{m.o, f.Name(), m.ram}
	err = m.steps([]step{{"stop", nil}, sharedRAM, {"migrate", map[string]any{"uri": "exec:cat >" + s.devices}}})
	if err != nil {
		return nil, fmt.Errorf("save the machine: %w", err)
	}
	if err := m.migrated("query-migrate", "completed", "failed"); err != nil {
		return nil, fmt.Errorf("save the machine: %w", err)
	}
	m.ram = "" // it is the state's now
	m.Kill()
	s.o.Disks = slices.Clone(s.o.Disks)
	for i := range s.o.Disks { // they are a part of the state, so nobody changes them any more
		s.o.Disks[i].Snapshot = s.o.Disks[i].File != ""
	}
	return s, nil
}

// step is a command of QEMU's monitor.
type step struct {
	command string
	args    any
}

// steps runs commands one after the other.
func (m *Machine) steps(all []step) error {
	for _, s := range all {
		if _, err := m.qmp.execute(s.command, s.args); err != nil {
			return err
		}
	}
	return nil
}

// sharedRAM says that the memory is in a file and need not be copied. Restored
// machines map that file, and what they write stays their own; so a restore reads next
// to nothing.
var sharedRAM = step{"migrate-set-capabilities", map[string]any{
	"capabilities": []any{map[string]any{"capability": "x-ignore-shared", "state": true}},
}}

// memory returns the arguments for QEMU that make its memory of a file. What is not
// shared stays out of the file.
func (o Options) memory(file string, shared bool) []string {
	share := "off"
	if shared {
		share = "on"
	}
	return []string{"-object", fmt.Sprintf("memory-backend-file,id=ram,size=%dM,mem-path=%s,share=%s", o.Memory, file, share)}
}

// migrated asks again and again until the answer's status is the one wanted.
func (m *Machine) migrated(query, want, bad string) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(answerLimit); time.Now().Before(end); <-tick.C {
		b, err := m.qmp.execute(query, nil)
		if err != nil {
			return err
		}
		var now struct{ Status string }
		if err := json.Unmarshal(b, &now); err != nil {
			return err
		}
		switch now.Status {
		case want:
			return nil
		case bad:
			return fmt.Errorf("%s: %s", query, b)
		}
	}
	return fmt.Errorf("%s: it takes too long", query)
}

// Restore starts a machine as it was saved, with the time of the host, a boot id and
// randomness of its own. Of the options only Disks, Forward and Keep count; Disks of nil
// are those of the state. The machine is gone when the test ends.
func Restore(t testing.TB, s *State, o Options) *Machine {
	t.Helper()
	Need(t)
	m, err := s.restore(o)
	if err != nil {
		t.Fatal(err)
	}
	m.belong(t)
	return m
}

func (s *State) restore(o Options) (*Machine, error) {
	all := s.o
	all.Forward = o.Forward
	if o.Disks != nil {
		all.Disks = o.Disks
	}
	ram := s.ram
	if o.Keep {
		var err error
		if ram, err = copyRAM(s.ram); err != nil {
			return nil, err
		}
	}
	m, err := power(all, append(all.memory(ram, o.Keep), "-incoming", "defer")...)
	if err != nil {
		return nil, err
	}
	if o.Keep {
		m.ram = ram
	}
	err = m.steps([]step{sharedRAM, {"migrate-incoming", map[string]any{"uri": "exec:cat " + s.devices}}})
	if err == nil {
		err = m.migrated("query-status", "paused", "internal-error")
	}
	if err == nil {
		_, err = m.qmp.execute("cont", nil)
	}
	if err == nil {
		err = m.wake(time.Now())
	}
	if err != nil {
		m.off()
		return nil, fmt.Errorf("restore a machine: %w", err)
	}
	return m, nil
}

// copyRAM copies the memory of a machine.
func copyRAM(from string) (string, error) {
	to, err := newRAM()
	if err != nil {
		return "", err
	}
	return to, sparseCopy(from, to)
}

// wake tells a restored machine what a fresh one would find out for itself.
func (m *Machine) wake(now time.Time) error {
	seed := make([]byte, 64)
	rand.Read(seed)
	id := strings.ToLower(fmt.Sprintf("%x-%x-%x-%x-%x", seed[:4], seed[4:6], seed[6:8], seed[8:10], seed[10:16]))
	p := m.agent.ask(wire.Request{Verb: wire.Wake, Text: id, At: now, Data: seed})
	_, err := p.Wait(commandLimit)
	return err
}
