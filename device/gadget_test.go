package device

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// A printerPort plays the kernel's end of a gadget: what a till prints there is
// read, and without a till everything is ENODEV. A read of it waits for bytes and
// misses the till's going, as the kernel's does.
type printerPort struct {
	mu     sync.Mutex
	absent error // why it cannot be opened; nil once a till is there
	till   net.Conn
	opens  int
	status []int
}

// plug connects a till.
func (p *printerPort) plug() { p.set(nil) }

func (p *printerPort) set(absent error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.absent = absent
}

func (p *printerPort) gone() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.absent
}

func (p *printerPort) open(string) (gadgetFile, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.absent != nil {
		return nil, &fs.PathError{Op: "open", Path: "/dev/g_printer0", Err: p.absent}
	}
	p.opens++
	here, till := net.Pipe()
	p.till = till
	return &printerFile{here, p}, nil
}

func (p *printerPort) prints(t *testing.T, s string) {
	t.Helper()
	p.mu.Lock()
	till := p.till
	p.mu.Unlock()
	till.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(till, s); err != nil {
		t.Errorf("print %q: %v", s, err)
	}
}

type printerFile struct {
	net.Conn
	port *printerPort
}

func (f *printerFile) Read(b []byte) (int, error) {
	if err := f.port.gone(); err != nil {
		return 0, &fs.PathError{Op: "read", Path: "/dev/g_printer0", Err: err}
	}
	n, err := f.Conn.Read(b)
	if errors.Is(err, io.ErrClosedPipe) {
		err = os.ErrClosed
	}
	return n, err
}

func (f *printerFile) Write(b []byte) (int, error) {
	if err := f.port.gone(); err != nil {
		return 0, &fs.PathError{Op: "write", Path: "/dev/g_printer0", Err: err}
	}
	return f.Conn.Write(b)
}

func (f *printerFile) setStatus(s int) error {
	if err := f.port.gone(); err != nil {
		return err
	}
	f.port.mu.Lock()
	defer f.port.mu.Unlock()
	f.port.status = append(f.port.status, s)
	return nil
}

func newGadget(absent error) (*Gadget, *printerPort) {
	p := &printerPort{absent: absent}
	return &Gadget{path: "/dev/g_printer0", open: p.open, done: make(chan struct{})}, p
}

func readAll(t *testing.T, g *Gadget, want string) {
	t.Helper()
	b := make([]byte, len(want))
	g.SetReadDeadline(time.Now().Add(time.Second))
	if n, err := io.ReadFull(g, b); err != nil || string(b) != want {
		t.Errorf("read %q, %v, want %q", b[:n], err, want)
	}
}

// A till comes, prints, goes, and comes again; the reader need not know.
func TestGadgetTillComesAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := newGadget(unix.ENODEV)
		defer g.Close()
		for range 3 {
			time.AfterFunc(90*time.Millisecond, p.plug)
			time.AfterFunc(700*time.Millisecond, func() { p.prints(t, "Order #7\n") })
			readAll(t, g, "Order #7\n")
			time.AfterFunc(90*time.Millisecond, func() { p.set(unix.ENODEV) })
			g.SetReadDeadline(time.Now().Add(time.Hour))
			start := time.Now()
			if n, err := g.Read(make([]byte, 9)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Hour {
				t.Errorf("without a till: got %d, %v after %v", n, err, time.Since(start))
			}
		}
		if p.opens != 3 {
			t.Errorf("opened %d times, want once for each till", p.opens)
		}
	})
}

func TestGadgetDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, absent := range []error{nil, unix.ENODEV} {
			g, _ := newGadget(absent)
			for _, d := range []time.Duration{-time.Second, 0, 30 * time.Millisecond, 700 * time.Millisecond} {
				start := time.Now()
				g.SetReadDeadline(start.Add(d))
				if _, err := g.Read(make([]byte, 9)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != max(d, 0) {
					t.Errorf("till %v, deadline %v: got %v after %v", absent, d, err, time.Since(start))
				}
			}
			g.Close()
		}
		g, _ := newGadget(nil)
		g.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := g.Write([]byte{0x12}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a till that does not listen: got %v", err)
		}
		g.Close()
	})
}

func TestGadgetClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, absent := range []error{nil, unix.ENODEV} {
			g, _ := newGadget(absent)
			start, done := time.Now(), make(chan error)
			go func() {
				_, err := g.Read(make([]byte, 9))
				done <- err
			}()
			synctest.Wait()
			if err := errors.Join(g.Close(), g.Close()); err != nil {
				t.Errorf("Close: %v", err)
			}
			if err := <-done; !errors.Is(err, os.ErrClosed) || time.Since(start) != 0 {
				t.Errorf("till %v: got %v after %v", absent, err, time.Since(start))
			}
			if _, err := g.Write([]byte{0}); !errors.Is(err, os.ErrClosed) {
				t.Errorf("Write after Close: %v", err)
			}
		}
	})
}

// A Write that finds the till gone closes the file under a Read, which goes on with the
// next till.
func TestGadgetWriteFailsUnderARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := newGadget(nil)
		defer g.Close()
		time.AfterFunc(100*time.Millisecond, func() {
			p.set(unix.ENODEV)
			if _, err := g.Write([]byte{0x12}); !errors.Is(err, unix.ENODEV) {
				t.Errorf("Write: %v", err)
			}
		})
		time.AfterFunc(300*time.Millisecond, p.plug)
		time.AfterFunc(900*time.Millisecond, func() { p.prints(t, "Order #7\n") })
		readAll(t, g, "Order #7\n")

		// The gadget itself is gone: the Read says that, and not that somebody closed it.
		time.AfterFunc(100*time.Millisecond, func() {
			p.set(unix.ENODEV)
			g.Write([]byte{0x12})
			p.set(unix.ENOENT)
		})
		g.SetReadDeadline(time.Now().Add(time.Hour))
		if _, err := g.Read(make([]byte, 9)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Read of a gadget that is gone: %v", err)
		}
	})
}

// The status is that of USB's printing class; a till that comes later is told too.
func TestGadgetOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p := newGadget(nil)
		defer g.Close()
		g.SetReadDeadline(time.Now().Add(time.Millisecond))
		g.Read(make([]byte, 1))
		g.SetOffline(true)
		p.set(unix.ENODEV)
		g.SetReadDeadline(time.Now().Add(time.Second))
		g.Read(make([]byte, 1))
		g.SetOffline(false)
		g.SetOffline(true)
		p.plug()
		g.SetReadDeadline(time.Now().Add(time.Second))
		g.Read(make([]byte, 1))
		g.SetOffline(false)
		want := []int{0x18, 0x08, 0x08, 0x18}
		if len(p.status) != 4 || [4]int(p.status) != [4]int(want) {
			t.Errorf("got %#x, want %#x", p.status, want)
		}
	})
}

func TestGadgetErrors(t *testing.T) {
	for _, c := range []struct {
		errno unix.Errno
		is    error
		says  string
	}{
		{unix.ENOENT, fs.ErrNotExist, "it is not there; make the USB printer"},
		{unix.EBUSY, unix.EBUSY, "something else is using it; find out"},
		{unix.EACCES, fs.ErrPermission, "no permission; restart the daemon"},
		{unix.ENOTTY, unix.ENOTTY, "it is no USB printer gadget"},
	} {
		synctest.Test(t, func(t *testing.T) {
			g, p := newGadget(unix.ENODEV)
			defer g.Close()
			time.AfterFunc(time.Second, func() { p.set(c.errno) }) // the gadget is taken away or made anew
			_, err := g.Read(make([]byte, 9))
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), "read /dev/g_printer0: "+c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
	g, _ := newGadget(unix.ENODEV)
	if _, err := g.Write([]byte{0}); err == nil || !strings.Contains(err.Error(), "no till is connected") {
		t.Errorf("Write without a till: %v", err)
	}
}

func TestOpenGadget(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		file:                       "it is no USB printer gadget; write",
		filepath.Join(dir, "none"): "it is not there; make",
	} {
		g, err := OpenGadget(path)
		if err == nil || !strings.Contains(err.Error(), "open "+path+": "+says) {
			t.Errorf("got %v, want %q", err, says)
		}
		if g != nil {
			t.Error("got a gadget with the error")
		}
	}
}
