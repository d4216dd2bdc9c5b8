package device

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// SerialMode is how a serial line is set.
type SerialMode struct {
	Baud     int  // bits per second
	DataBits int  // 5 to 8
	Parity   byte // 'N', 'E' or 'O'
	StopBits int  // 1 or 2
}

// SerialTimeout is after how long a Read of a serial port returns without data.
const SerialTimeout = 200 * time.Millisecond

// OpenSerial opens a serial port for this program alone. A pseudo-terminal will do
// too; it ignores the speed, and passes eight bits whatever the mode.
//
//   - Read returns what has come, at least one byte. If nothing came for
//     [SerialTimeout] it returns 0 and nil.
//   - Write returns when the kernel has taken the bytes.
//   - Close ends a Read and a Write at once. After it, both return an error that is
//     [os.ErrClosed].
//   - When the device is unplugged, Read and Write fail from then on. The port has
//     then let go of the device by itself, and Close has only to be called some
//     time: while somebody holds it, it comes back under another name.
//
// One goroutine may read while another writes. Flow control is off; RTS and DTR
// are on, as the kernel sets them.
//
// To open a port again and again, use [SerialNames].
func OpenSerial(path string, m SerialMode) (io.ReadWriteCloser, error) {
	return openSerial(path, machine.node(path), m)
}

// openSerial opens the node, and calls it path in its errors.
func openSerial(path, node string, m SerialMode) (io.ReadWriteCloser, error) {
	if err := CheckSerialPath(path); err != nil {
		return nil, err
	}
	mode, err := m.mode()
	if err != nil {
		return nil, &Error{Op: "open", Path: path, Err: err, Hint: `set mode as in "9600 8N1"`}
	}
	file, err := claim(node)
	if err != nil {
		return nil, serialError(path, err)
	}
	port, err := serial.Open(node, mode)
	if err != nil {
		file.Close()
		return nil, serialError(path, err)
	}
	return &serialPort{path: path, port: port, file: file}, nil
}

func (m SerialMode) mode() (*serial.Mode, error) {
	parity, ok := map[byte]serial.Parity{'N': serial.NoParity, 'E': serial.EvenParity, 'O': serial.OddParity}[m.Parity]
	stop, sok := map[int]serial.StopBits{1: serial.OneStopBit, 2: serial.TwoStopBits}[m.StopBits]
	if !ok || !sok || m.Baud <= 0 || m.DataBits < 5 || m.DataBits > 8 {
		return nil, fmt.Errorf("no serial port can do %d baud, %d data bits, parity %q, %d stop bits", m.Baud, m.DataBits, m.Parity, m.StopBits)
	}
	return &serial.Mode{BaudRate: m.Baud, DataBits: m.DataBits, Parity: parity, StopBits: stop}, nil
}

// claim opens the device and locks it for this open of it. The library asks the
// kernel for exclusive use with TIOCEXCL, but that does not hold off root, nor
// someone who has the port open already; flock(2) does, among programs that ask.
func claim(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err == nil {
		cerr := raw.Control(func(fd uintptr) { err = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) })
		err = errors.Join(err, cerr)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// serialPort is an open port. The library sets the line and keeps others away. The
// bytes go through a file of our own: the library's Close frees the descriptor
// under a Read that has yet to use it, and does not end a Write.
type serialPort struct {
	path     string
	port     serial.Port
	file     *os.File
	released atomic.Bool // port and file are closed
	gone     atomic.Bool // because the device was unplugged
}

func (p *serialPort) Read(b []byte) (int, error) {
	err := p.file.SetReadDeadline(time.Now().Add(SerialTimeout))
	n := 0
	if err == nil {
		n, err = p.file.Read(b)
	}
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return n, nil
	}
	return n, p.failed("read", err)
}

func (p *serialPort) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if err != nil {
		err = p.failed("write to", err)
	}
	return n, err
}

// Close closes the port once; again it does nothing.
func (p *serialPort) Close() error {
	if p.released.Swap(true) {
		return nil
	}
	return errors.Join(p.port.Close(), p.file.Close())
}

// failed says what failed. A port that ends, or fails for good, was unplugged: it
// is let go of at once, whoever else is still at work with it.
func (p *serialPort) failed(op string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, unix.EIO), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		p.gone.Store(true)
		_ = p.Close() // nothing that it could say matters any more
		err = errGone
	case p.gone.Load():
		err = errGone
	}
	return &Error{Op: op, Path: p.path, Err: inWords(err)}
}

// serialError explains why a port cannot be opened.
func serialError(path string, err error) error {
	var pe *serial.PortError
	if errors.As(err, &pe) {
		switch pe.Code() {
		case serial.PortBusy:
			err = errBusy
		case serial.PermissionDenied:
			err = errDenied
		case serial.InvalidSerialPort:
			err = plain{"it is not a serial port that works", err}
		}
	}
	e := &Error{Op: "open", Path: path, Err: inWords(err)}
	switch {
	case errors.Is(e.Err, fs.ErrNotExist):
		e.Hint = "plug the device in; ls -l /dev/serial/by-id shows the names of those that are"
	case errors.Is(e.Err, fs.ErrPermission):
		e.Hint = "add the user to group dialout: sudo adduser readyshelf dialout"
	case errors.Is(e.Err, unix.EBUSY):
		e.Hint = "find out who has it with: sudo fuser -v " + path
	}
	return e
}
