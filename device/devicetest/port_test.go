package devicetest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func open(t *testing.T, p *Port) io.ReadWriteCloser {
	t.Helper()
	c, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPortPassesBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Port
		p.Write([]byte("nobody hears this"))
		c := open(t, &p)
		defer c.Close()
		start := time.Now()
		go func() {
			ask := make([]byte, 8)
			n, err := p.Read(ask)
			if string(ask[:n]) != "W" || err != nil {
				t.Errorf("the device read %q, %v", ask[:n], err)
			}
			time.Sleep(3 * time.Second)
			p.Write([]byte("01.234\r"))
		}()
		time.Sleep(time.Second)
		if _, err := c.Write([]byte("W")); err != nil {
			t.Error(err)
		}
		got := make([]byte, 3)
		for _, want := range []string{"01.", "234", "\r"} {
			n, err := c.Read(got)
			if string(got[:n]) != want || err != nil {
				t.Errorf("read %q, %v, want %q", got[:n], err, want)
			}
		}
		if d := time.Since(start); d != 4*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestPortUnplugged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Port
		c := open(t, &p)
		time.AfterFunc(time.Minute, p.Unplug)
		buf := make([]byte, 8)
		if _, err := c.Read(buf); !errors.Is(err, ErrUnplugged) || !errors.Is(err, syscall.EIO) {
			t.Errorf("read: %v", err)
		}
		for what, err := range map[string]error{
			"write":            second(c.Write(buf)),
			"the device write": second(p.Write(buf)),
			"the device read":  second(p.Read(buf)),
		} {
			if !errors.Is(err, ErrUnplugged) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := p.Open(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("open: %v", err)
		}

		p.Replug()
		if _, err := c.Read(buf); !errors.Is(err, ErrUnplugged) {
			t.Errorf("the old port after Replug: %v", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		c = open(t, &p)
		p.Write([]byte("hi"))
		if n, err := c.Read(buf); string(buf[:n]) != "hi" || err != nil {
			t.Errorf("read %q, %v", buf[:n], err)
		}
		if p.Opens() != 2 {
			t.Errorf("opened %d times", p.Opens())
		}
	})
}

func TestPortClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Port
		c := open(t, &p)
		if _, err := p.Open(); !errors.Is(err, syscall.EBUSY) {
			t.Errorf("open twice: %v", err)
		}
		time.AfterFunc(time.Minute, func() { c.Close() })
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if _, err := c.Write([]byte("W")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("write: %v", err)
		}
		other := open(t, &p)
		if err := c.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
		p.Write([]byte("x"))
		if n, err := other.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("closing the old port again hurt the new one: %v", err)
		}
	})
}

func second(_ int, err error) error { return err }
