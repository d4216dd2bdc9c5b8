package device

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Gadget is this machine as a USB printer, at the end that the till prints to: the
// kernel's f_printer function (drivers/usb/gadget/function/f_printer.c), whose file
// is /dev/g_printer0. Only one program at a time may have it.
//
// A till that is unplugged or switched off is no error. Reads wait until one is
// there, and go on with what it prints. While nobody reads, the kernel takes 80 KiB
// (ten buffers of 8 KiB) and then lets the till wait.
type Gadget struct {
	path string
	open func(path string) (gadgetFile, error)
	done chan struct{} // closed by Close

	mu              sync.Mutex
	file            gadgetFile // nil while there is no till
	closed          bool
	offline         bool
	readBy, writeBy time.Time
}

// gadgetFile is an open /dev/g_printer0.
type gadgetFile interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Close() error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	setStatus(int) error
}

// lookAgain is how long the kernel is left alone. A till's arrival wakes no reader,
// and the kernel takes bytes from it only once somebody has read or polled.
const lookAgain = 500 * time.Millisecond

// The status of a printer (USB Device Class Definition for Printing Devices 1.1,
// 4.2.2), and how it is set (include/uapi/linux/usb/g_printer.h): _IOWR('g', 0x22,
// unsigned char), whose argument is the value itself.
const (
	printerNotError  = 0x08
	printerSelected  = 0x10 // on-line
	setPrinterStatus = 0xC0016722
)

// OpenGadget opens the gadget at path, which must have been made: the project's
// readyshelf-gadget.service does so at boot. It need not have a till.
func OpenGadget(path string) (*Gadget, error) {
	g := &Gadget{path: path, open: openGadgetFile, done: make(chan struct{})}
	if _, err := g.till(); err != nil && !noTill(err) {
		return nil, g.failed("open", err)
	}
	return g, nil
}

// CanBeUSB says whether this machine has a USB controller for the device's end of a
// cable, as a Zero, a 4 and a 5 have.
func CanBeUSB() bool {
	controllers, _ := os.ReadDir(machine.sys("class/udc")) // no folder, no controller
	return len(controllers) > 0
}

// Read returns what the till prints, at least one byte. After its deadline it
// returns [os.ErrDeadlineExceeded], and after Close [os.ErrClosed]. Any other error
// means that the gadget is gone and must be opened again.
func (g *Gadget) Read(b []byte) (int, error) {
	for {
		by := g.deadline(&g.readBy)
		f, err := g.till()
		switch {
		case noTill(err):
			err = g.rest(by)
		case err == nil:
			var n int
			_ = f.SetReadDeadline(soonest(by, time.Now().Add(lookAgain))) // a file that was closed says so below
			if n, err = f.Read(b); n > 0 {
				return n, nil
			}
			err = g.goOn(f, by, err)
		}
		if err != nil {
			return 0, g.failed("read", err)
		}
	}
}

// goOn says how reading f goes on after err: nil if it does.
func (g *Gadget) goOn(f gadgetFile, by time.Time, err error) error {
	switch {
	case noTill(err):
		g.lost(f)
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded) && !passed(by), errors.Is(err, os.ErrClosed) && g.dropped(f):
		return nil
	}
	return err
}

// dropped says that a Write has found f's till gone and closed f, under a Read of it.
func (g *Gadget) dropped(f gadgetFile) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.file != f && !g.closed
}

// Write answers the till. It fails if that is not there, or does not listen until
// the deadline.
func (g *Gadget) Write(b []byte) (int, error) {
	by := g.deadline(&g.writeBy)
	f, err := g.till()
	if err != nil {
		return 0, g.failed("write to", err)
	}
	_ = f.SetWriteDeadline(by)
	n, err := f.Write(b)
	if noTill(err) {
		g.lost(f)
	}
	if err != nil {
		err = g.failed("write to", err)
	}
	return n, err
}

// SetReadDeadline sets when a Read that begins later ends without bytes; the zero
// time is never.
func (g *Gadget) SetReadDeadline(t time.Time) error { return g.setDeadline(&g.readBy, t) }

// SetWriteDeadline sets when a Write that begins later ends.
func (g *Gadget) SetWriteDeadline(t time.Time) error { return g.setDeadline(&g.writeBy, t) }

// SetOffline makes the printer's status say that it is off-line, or on-line again.
// A printer that nobody has open is off-line too.
func (g *Gadget) SetOffline(offline bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.offline = offline
	if g.file != nil {
		_ = g.file.setStatus(status(offline)) // one that is gone is told when it is back
	}
}

// Close lets go of the gadget. It ends a Read and a Write at once.
func (g *Gadget) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	close(g.done)
	if g.file == nil {
		return nil
	}
	return g.file.Close()
}

// till returns the open file. Where there is none it opens it; while no till is
// connected, that fails with ENODEV.
func (g *Gadget) till() (gadgetFile, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return nil, os.ErrClosed
	case g.file != nil:
		return g.file, nil
	}
	f, err := g.open(g.path)
	if err != nil {
		return nil, err
	}
	if err := f.setStatus(status(g.offline)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	g.file = f
	return f, nil
}

// lost closes a file whose till is gone: the next one needs it opened again, and so
// does a gadget that is made anew.
func (g *Gadget) lost(f gadgetFile) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.file == f && !g.closed {
		_ = f.Close()
		g.file = nil
	}
}

// rest waits for a till to come, for a little while.
func (g *Gadget) rest(by time.Time) error {
	t := time.NewTimer(time.Until(soonest(by, time.Now().Add(lookAgain))))
	defer t.Stop()
	select {
	case <-g.done:
		return os.ErrClosed
	case <-t.C:
	}
	if passed(by) {
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (g *Gadget) deadline(t *time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return *t
}

func (g *Gadget) setDeadline(t *time.Time, to time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	*t = to
	return nil
}

// failed says what failed, in words where a person can do something.
func (g *Gadget) failed(op string, err error) error {
	e := &Error{Op: op, Path: g.path, Err: inWords(err)}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, os.ErrClosed):
		return err
	case noTill(err):
		e.Err = plain{"no till is connected", unix.ENODEV}
	case errors.Is(err, fs.ErrNotExist):
		e.Hint = "make the USB printer: sudo systemctl enable --now readyshelf-gadget"
	case errors.Is(err, fs.ErrPermission):
		e.Hint = "restart the daemon, which may only touch what was there when it started: sudo systemctl restart readyshelf"
	case errors.Is(err, unix.EBUSY):
		e.Hint = "find out who has it with: sudo fuser -v " + g.path
	case errors.Is(err, unix.ENOTTY):
		e.Err = plain{"it is no USB printer gadget", err}
		e.Hint = "write gadget = \"/dev/g_printer0\""
	}
	return e
}

// noTill says whether err is the kernel's way to say that no till is connected, or
// that its gadget is gone: opening it again tells which.
func noTill(err error) bool { return errors.Is(err, unix.ENODEV) }

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

// soonest is the earlier of by, where that is set, and t.
func soonest(by, t time.Time) time.Time {
	if by = cmp.Or(by, t); by.Before(t) {
		return by
	}
	return t
}

func status(offline bool) int {
	if offline {
		return printerNotError
	}
	return printerNotError | printerSelected
}

// kernelGadget is the kernel's file.
type kernelGadget struct{ *os.File }

func openGadgetFile(path string) (gadgetFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return kernelGadget{f}, nil
}

func (k kernelGadget) setStatus(s int) error {
	raw, err := k.SyscallConn()
	if err != nil {
		return err
	}
	cerr := raw.Control(func(fd uintptr) { err = unix.IoctlSetInt(int(fd), setPrinterStatus, s) })
	return errors.Join(err, cerr)
}
