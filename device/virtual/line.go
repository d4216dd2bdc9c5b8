package virtual

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// ErrUnplugged says that a device is not plugged in.
var ErrUnplugged = errors.New("the device is unplugged")

// Line is the far end of a serial cable: what the device writes, the daemon
// reads at Path. It is safe for concurrent use.
type Line struct {
	// Path is the stable name of the daemon's end.
	Path string

	mu     sync.Mutex
	master *os.File // nil while unplugged
	slave  *os.File // held open, so that the line lives on while no daemon reads it
}

// NewLine plugs a line in at path, which must not exist.
func NewLine(path string) (*Line, error) {
	l := &Line{Path: path}
	return l, l.Plug()
}

// Plug plugs the line in again: the same name, another terminal behind it.
func (l *Line) Plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.master != nil {
		return nil
	}
	master, slave, err := openPair()
	if err != nil {
		return err
	}
	if err := os.Symlink(slave.Name(), l.Path); err != nil {
		return errors.Join(fmt.Errorf("plug in %s: %w", l.Path, err), master.Close(), slave.Close())
	}
	l.master, l.slave = master, slave
	return nil
}

// Unplug pulls the cable: the name is gone, and reads at the other end fail.
func (l *Line) Unplug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.master == nil {
		return nil
	}
	err := errors.Join(os.Remove(l.Path), l.slave.Close(), l.master.Close())
	l.master, l.slave = nil, nil
	return err
}

// Write sends bytes as the device would.
func (l *Line) Write(p []byte) (int, error) {
	f := l.far()
	if f == nil {
		return 0, ErrUnplugged
	}
	return f.Write(p)
}

// Read reads what the daemon sent to the device.
func (l *Line) Read(p []byte) (int, error) {
	f := l.far()
	if f == nil {
		return 0, ErrUnplugged
	}
	return f.Read(p)
}

func (l *Line) far() *os.File {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.master
}
