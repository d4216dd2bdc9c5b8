package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// keptState is a state that is kept longer than the tests of this process, in a folder
// whose name says what it was made of. Its first disk is a file.
type keptState struct {
	dir string
	o   Options
}

// The files of a kept state.
const (
	keptDevices = "devices"
	keptRAM     = "ram"
	keptDisk    = "disk"
)

// get returns the state, and has it made if it is not there.
func (k keptState) get(make func(Options) (*State, error)) (*State, error) {
	if k.o.accel == kvm { // another host may have another processor
		return make(k.o)
	}
	if _, err := os.Stat(k.dir); errors.Is(err, os.ErrNotExist) {
		s, err := make(k.o)
		if err != nil {
			return nil, err
		}
		if err := k.put(s); err != nil {
			return nil, fmt.Errorf("keep a machine's state: %w", err)
		}
	}
	o := k.o
	o.Disks = append([]Disk{{File: filepath.Join(k.dir, keptDisk), Snapshot: true}}, o.Disks[1:]...)
	return &State{o, filepath.Join(k.dir, keptDevices), filepath.Join(k.dir, keptRAM)}, nil
}

// put keeps a state in place of the one before.
func (k keptState) put(s *State) error {
	tmp, err := os.MkdirTemp(filepath.Dir(k.dir), "booting-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for name, file := range map[string]string{keptDevices: s.devices, keptRAM: s.ram, keptDisk: s.o.Disks[0].File} {
		if err := sparseCopy(file, filepath.Join(tmp, name)); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	old, err := filepath.Glob(filepath.Join(filepath.Dir(k.dir), "booted-*"))
	for _, dir := range old {
		os.RemoveAll(dir)
	}
	return errors.Join(err, os.Rename(tmp, k.dir))
}

// own copies a disk's file, for a machine that writes to it.
func (d Disk) own() (Disk, error) {
	f, err := os.CreateTemp(scratch, "*.disk")
	if err != nil {
		return Disk{}, err
	}
	f.Close()
	return Disk{File: f.Name()}, sparseCopy(d.File, f.Name())
}

func sparseCopy(from, to string) error {
	_, err := output(exec.Command("cp", "--sparse=always", from, to))
	return err
}

// Disks are those of a machine in this state, for [Options] that exchange one of them.
func (s *State) Disks() []Disk { return slices.Clone(s.o.Disks) }

// Prepare restores a machine whose first disk is a file, lets a test change it and that
// disk, and saves it as another state.
func (s *State) Prepare(t testing.TB, change func(m *Machine)) *State {
	t.Helper()
	Need(t)
	began := time.Now()
	own, err := s.o.Disks[0].own()
	if err != nil {
		t.Fatal(err)
	}
	m := Restore(t, s, Options{Keep: true, Disks: append([]Disk{own}, s.o.Disks[1:]...)})
	change(m)
	state := m.Save()
	t.Logf("prepared in %.1f s", time.Since(began).Seconds())
	return state
}
