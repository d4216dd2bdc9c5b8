package devicetest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// ErrUnplugged is what reads and writes of an unplugged port return. As with a
// real one, it is EIO for [errors.Is].
var ErrUnplugged error = unplugged{}

type unplugged struct{}

func (unplugged) Error() string { return "it was unplugged" }

func (unplugged) Unwrap() error { return syscall.EIO }

// Port is a serial port in memory. The daemon's side is what Open returns; the
// methods Read and Write are the device at the other end of the cable. The zero
// Port is plugged in and closed. It is safe for concurrent use.
type Port struct {
	mu        sync.Mutex
	cond      sync.Cond // changes of anything below; its L is set when first waited for
	unplugged bool
	open      *opened // nil while closed
	opens     int
	in        []byte // to the daemon
	out       []byte // from the daemon
}

// Open opens the daemon's side. What the device sent before is lost, as the kernel
// forgets it. While the port is open, a second Open fails with EBUSY; while it is
// unplugged, one that is [fs.ErrNotExist].
//
// Of the result, Read blocks until there are bytes, and does not end by itself as
// one of device.OpenSerial does. After Close, reads and writes return
// [os.ErrClosed].
func (p *Port) Open() (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.unplugged:
		return nil, fs.ErrNotExist
	case p.open != nil:
		return nil, syscall.EBUSY
	}
	p.opens++
	p.in = nil
	p.open = &opened{port: p}
	p.changed()
	return p.open, nil
}

// Opens returns how often the port has been opened.
func (p *Port) Opens() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opens
}

// Write sends bytes from the device. It never blocks. While the port is closed
// nobody hears them.
func (p *Port) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unplugged {
		return 0, ErrUnplugged
	}
	if p.open != nil {
		p.in = append(p.in, b...)
		p.changed()
	}
	return len(b), nil
}

// Read receives at the device what the daemon wrote. It blocks until there is
// something, or the port is unplugged.
func (p *Port) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.out) == 0 && len(b) > 0 {
		if p.unplugged {
			return 0, ErrUnplugged
		}
		p.wait()
	}
	n := copy(b, p.out)
	p.out = p.out[n:]
	return n, nil
}

// Unplug pulls the cable. What is on its way is lost; reads and writes fail, for
// good on the daemon's side: after Replug it must open the port again.
func (p *Port) Unplug() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unplugged = true
	p.in, p.out = nil, nil
	if p.open != nil {
		p.open.err = ErrUnplugged
		p.open = nil
	}
	p.changed()
}

// Replug plugs the cable in again.
func (p *Port) Replug() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unplugged = false
}

// changed wakes whoever waits; p.mu is held.
func (p *Port) changed() { p.cond.Broadcast() }

// wait waits for the next change; p.mu is held.
func (p *Port) wait() {
	p.cond.L = &p.mu
	p.cond.Wait()
}

// opened is the daemon's side of a Port.
type opened struct {
	port *Port
	err  error // why it can no longer be used; port.mu guards it
}

func (o *opened) Read(b []byte) (int, error) {
	p := o.port
	p.mu.Lock()
	defer p.mu.Unlock()
	for o.err == nil && len(p.in) == 0 && len(b) > 0 {
		p.wait()
	}
	if o.err != nil {
		return 0, o.err
	}
	n := copy(b, p.in)
	p.in = p.in[n:]
	return n, nil
}

func (o *opened) Write(b []byte) (int, error) {
	p := o.port
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	p.out = append(p.out, b...)
	p.changed()
	return len(b), nil
}

// Close ends reads that wait. Closing again, or after Unplug, does nothing.
func (o *opened) Close() error {
	p := o.port
	p.mu.Lock()
	defer p.mu.Unlock()
	if !errors.Is(o.err, os.ErrClosed) {
		o.err = os.ErrClosed
		p.changed()
	}
	if p.open == o {
		p.open = nil
	}
	return nil
}
