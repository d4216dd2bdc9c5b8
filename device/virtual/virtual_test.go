package virtual

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// daemonEnd opens the end of a line that the daemon reads.
func daemonEnd(t *testing.T, l *Line) *os.File {
	t.Helper()
	f, err := os.OpenFile(l.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestScaleSpeaks(t *testing.T) {
	s, err := NewScale(filepath.Join(t.TempDir(), "scale"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx, time.Millisecond) })
	defer func() { cancel(); running.Wait(); s.Unplug() }()
	s.Put(1235)
	lines := bufio.NewReader(daemonEnd(t, s.Line))
	for range 50 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "ST,GS,+   1.235kg\r\n" {
			return
		}
	}
	t.Error("the scale never says what lies on it")
}

func TestUnplugAndPlug(t *testing.T) {
	l, err := NewLine(filepath.Join(t.TempDir(), "line"))
	if err != nil {
		t.Fatal(err)
	}
	f := daemonEnd(t, l)
	if err := l.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(make([]byte, 1)); err == nil {
		t.Error("a read of an unplugged line works")
	}
	if _, err := l.Write([]byte("x")); !errors.Is(err, ErrUnplugged) {
		t.Errorf("got %v, want ErrUnplugged", err)
	}
	if _, err := os.Stat(l.Path); !errors.Is(err, os.ErrNotExist) {
		t.Error("an unplugged line keeps its name")
	}
	if err := l.Plug(); err != nil {
		t.Fatal(err)
	}
	defer l.Unplug()
	f = daemonEnd(t, l)
	if _, err := l.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(make([]byte, 1)); err != nil {
		t.Errorf("a read of a line plugged in again: %v", err)
	}
}

func TestButtonAndLamp(t *testing.T) {
	dir := t.TempDir()
	b, err := NewButton(filepath.Join(dir, "button"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Unplug()
	l, err := NewLamp(filepath.Join(dir, "lamp"))
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(l.Run)
	if err := b.Press(0); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2)
	if _, err := io.ReadFull(daemonEnd(t, b.Line), got); err != nil || string(got) != "01" {
		t.Errorf("a press reads %q, %v; want 01", got, err)
	}
	if _, err := daemonEnd(t, l.Line).Write([]byte("1\n")); err != nil {
		t.Fatal(err)
	}
	for limit := time.After(5 * time.Second); !l.Lit(); {
		select {
		case <-limit:
			t.Fatal("the lamp stays dark")
		case <-time.After(time.Millisecond):
		}
	}
	l.Unplug()
	running.Wait()
}

// server answers every connection with what it got, until the test ends.
func server(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() { defer c.Close(); answer(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); running.Wait() })
	return ln.Addr().String()
}

func TestTill(t *testing.T) {
	for _, tt := range []struct {
		status byte
		fails  string
	}{{0x12, ""}, {0x1a, "offline"}} {
		printed := make(chan string, 1)
		addr := server(t, func(c net.Conn) {
			ask := make([]byte, 3)
			io.ReadFull(c, ask)
			c.Write([]byte{tt.status})
			job, _ := io.ReadAll(c)
			printed <- string(job)
		})
		err := Till{addr}.Print(t.Context(), []byte("job"))
		switch {
		case tt.fails == "" && err != nil:
			t.Error(err)
		case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)):
			t.Errorf("got %v, want %s", err, tt.fails)
		}
		if job := <-printed; (job == "job") != (tt.fails == "") {
			t.Errorf("the printer got %q", job)
		}
	}
}

func TestCable(t *testing.T) {
	c, err := NewCable(server(t, func(c net.Conn) { io.Copy(c, c) }))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { c.Run(ctx) })
	defer func() { cancel(); running.Wait() }()
	echo := func() error {
		conn, err := net.Dial("tcp", c.Addr())
		if err != nil {
			return err
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := conn.Write([]byte("x")); err != nil {
			return err
		}
		_, err = conn.Read(make([]byte, 1))
		return err
	}
	if err := echo(); err != nil {
		t.Error(err)
	}
	c.Cut(true)
	if err := echo(); err == nil {
		t.Error("bytes pass a cable that is cut")
	}
	c.Cut(false)
	if err := echo(); err != nil {
		t.Errorf("after mending: %v", err)
	}
}
