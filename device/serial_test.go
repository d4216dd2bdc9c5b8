package device

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// cable returns the far end of a pseudo-terminal and the name of the near one.
func cable(t *testing.T) (far *os.File, path string) {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	near.Close()
	t.Cleanup(func() { far.Close() })
	return far, near.Name()
}

var modes = map[string]SerialMode{
	"9600 8N1":   {9600, 8, 'N', 1},
	"9600 7E1":   {9600, 7, 'E', 1},
	"4800 7O1":   {4800, 7, 'O', 1},
	"2400 7E2":   {2400, 7, 'E', 2},
	"115200 8N1": {115200, 8, 'N', 1},
	"14400 8N1":  {14400, 8, 'N', 1}, // no standard rate: another system call
}

func TestSerialPassesBytes(t *testing.T) {
	for name, m := range modes {
		t.Run(name, func(t *testing.T) {
			far, path := cable(t)
			p, err := OpenSerial(path, m)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			// What a terminal would swallow or change: ^C ^D ^Q ^S ^Z CR LF, eight bits.
			all := []byte("W\x03\x04\x11\x13\x1a\r\n\x00\xff")
			far.Write(all)
			got := make([]byte, len(all))
			if _, err := io.ReadFull(p, got); err != nil || !bytes.Equal(got, all) {
				t.Errorf("read %q, error %v", got, err)
			}
			if n, err := p.Write(all); n != len(all) || err != nil {
				t.Errorf("wrote %d, error %v", n, err)
			}
			if _, err := io.ReadFull(far, got); err != nil || !bytes.Equal(got, all) {
				t.Errorf("the far end read %q, error %v", got, err)
			}
		})
	}
}

func TestSerialReadEnds(t *testing.T) {
	_, path := cable(t)
	p, err := OpenSerial(path, modes["9600 8N1"])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	start := time.Now()
	n, err := p.Read(make([]byte, 10))
	if took := time.Since(start); n != 0 || err != nil || took < SerialTimeout/2 {
		t.Errorf("a silent port gave %d, %v after %v", n, err, took)
	}
}

func TestSerialClose(t *testing.T) {
	far, path := cable(t)
	p, err := OpenSerial(path, modes["9600 8N1"])
	if err != nil {
		t.Fatal(err)
	}
	read, wrote := make(chan error), make(chan error)
	go func() {
		var err error
		for err == nil {
			_, err = p.Read(make([]byte, 10))
		}
		read <- err
	}()
	go func() { // nobody reads at the far end: this blocks
		var err error
		for err == nil {
			_, err = p.Write(make([]byte, 4096))
		}
		wrote <- err
	}()
	time.Sleep(20 * time.Millisecond)
	start := time.Now()
	if err := p.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	for what, c := range map[string]chan error{"Read": read, "Write": wrote} {
		if err := <-c; !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s returned %v", what, err)
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
	far.Close()
}

func TestSerialUnplugged(t *testing.T) {
	far, path := cable(t)
	p, err := OpenSerial(path, modes["9600 7E1"])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	far.Close()
	if _, err := p.Read(make([]byte, 10)); !errors.Is(err, unix.EIO) || !strings.Contains(err.Error(), "unplugged") {
		t.Errorf("Read returned %v", err)
	}
	if _, err := p.Write([]byte("W")); !errors.Is(err, unix.EIO) {
		t.Errorf("Write returned %v", err)
	}
	// It has let go: the kernel gives the name to nobody who holds the old device.
	if holds(t, path) {
		t.Error("the unplugged port is still held")
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := p.Read(make([]byte, 10)); !errors.Is(err, unix.EIO) {
		t.Errorf("Read after Close returned %v", err)
	}
}

// A Write that notices first ends a Read that is under way.
func TestSerialUnpluggedWhileAsking(t *testing.T) {
	far, path := cable(t)
	p, err := OpenSerial(path, modes["9600 8N1"])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.(*serialPort).failed("write to", unix.EIO) // as the kernel tells some drivers' writers first
	if _, err := p.Read(make([]byte, 10)); !errors.Is(err, unix.EIO) || !strings.Contains(err.Error(), "unplugged") {
		t.Errorf("Read returned %v", err)
	}
	far.Close()
}

// holds says whether this process has path open.
func holds(t *testing.T, path string) bool {
	t.Helper()
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(fds) == 0 {
		t.Fatalf("no list of open files: %v", err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.TrimSuffix(to, " (deleted)") == path {
			return true
		}
	}
	return false
}

func TestSerialErrors(t *testing.T) {
	_, path := cable(t)
	p, err := OpenSerial(path, modes["9600 8N1"])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		mode string
		is   error
		text string
	}{
		"missing":    {filepath.Join(dir, "none"), "9600 8N1", fs.ErrNotExist, "it is not there; plug"},
		"busy":       {path, "9600 8N1", syscall.EBUSY, "something else is using it; find out"},
		"not a port": {file, "9600 8N1", nil, "it is not a serial port"},
		"mode":       {path, "", nil, "no serial port can do"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := OpenSerial(c.path, modes[c.mode])
			if err == nil {
				p.Close()
				t.Fatal("opened it")
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %q, want %q", err, c.text)
			}
		})
	}
	p.Close()
	again, err := OpenSerial(path, modes["9600 8N1"])
	if err != nil {
		t.Fatalf("open after Close: %v", err)
	}
	again.Close()
}

func TestSerialErrorForNoPermission(t *testing.T) {
	err := serialError("/dev/ttyUSB0", &fs.PathError{Op: "open", Path: "/dev/ttyUSB0", Err: syscall.EACCES})
	want := "open /dev/ttyUSB0: no permission; add the user to group dialout: sudo adduser readyshelf dialout"
	if err.Error() != want || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %q", err)
	}
}
