package rig

import (
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/test/rig/wire"
)

var enabled = flag.Bool("rig", false, "run what needs QEMU; make rig gives it")

// Need skips a test where the rig is switched off.
func Need(t testing.TB) {
	t.Helper()
	if !*enabled {
		t.Skip("needs a virtual machine: make rig runs it")
	}
}

// scratch has what lives as long as the tests of this process.
var scratch string

// Main is TestMain of a package that uses the rig.
func Main(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "rig-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(scratch)
		return m.Run()
	}())
}

// State is a machine that was saved. It lives as long as the tests of this process.
type State struct {
	o    Options
	file string
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

// Save keeps the machine as it is now. It ends this one, whose state it was.
func (m *Machine) Save() *State {
	m.t.Helper()
	s, err := m.save()
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

func (m *Machine) save() (*State, error) {
	// What the kernel has cached would make the state larger.
	p := m.agent.ask(wire.Request{Verb: wire.Run, Text: "sync; echo 3 >/proc/sys/vm/drop_caches"})
	if rc, err := p.Wait(commandLimit); err != nil || rc != 0 {
		return nil, fmt.Errorf("save the machine: exit code %d, %w", rc, err)
	}
	f, err := os.CreateTemp(scratch, "*.state")
	if err != nil {
		return nil, err
	}
	f.Close()
	s := &State{m.o, f.Name()}
	for _, step := range []struct {
		command string
		args    any
	}{
		{"stop", nil},
		{"migrate-set-parameters", map[string]any{"max-bandwidth": int64(8) << 30}},
		{"migrate", map[string]any{"uri": "exec:cat >" + s.file}},
	} {
		if _, err := m.qmp.execute(step.command, step.args); err != nil {
			return nil, fmt.Errorf("save the machine: %w", err)
		}
	}
	if err := m.migrated("query-migrate", "completed", "failed"); err != nil {
		return nil, fmt.Errorf("save the machine: %w", err)
	}
	m.Kill()
	return s, nil
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
// randomness of its own. Of the options only Disks and Forward count; Disks of nil
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
	m, err := power(all, "-incoming", "exec:cat "+s.file)
	if err != nil {
		return nil, err
	}
	if err = m.migrated("query-status", "paused", "internal-error"); err == nil {
		_, err = m.qmp.execute("cont", nil)
	}
	if err == nil {
		err = m.wake(time.Now())
	}
	if err != nil {
		m.off()
		return nil, fmt.Errorf("restore %s: %w", filepath.Base(s.file), err)
	}
	return m, nil
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
