package test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A paper is a printer's: what came out of it, one piece for each connection.
type paper struct {
	*testing.T
	ln net.Listener

	mu   sync.Mutex
	jobs []string
}

// newPaper returns a printer that answers each connection's first byte with "ready".
func newPaper(t *testing.T) *paper {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &paper{T: t, ln: ln}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.take(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); all.Wait() })
	return p
}

func (p *paper) take(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	var job bytes.Buffer
	if _, err := io.CopyN(&job, c, 1); err == nil {
		io.WriteString(c, "\x12")
		io.Copy(&job, c) // a box that is killed breaks it off
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs = append(p.jobs, job.String())
}

func (p *paper) printed() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.jobs)
}

// A proxy that is killed again and again while tills print, with its port open all the
// time: a till that comes while none runs is served by the next, nothing is printed that
// no till has sent, and what a till saw the end of is printed whole.
func TestProxyKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	m := newManager(t)
	address, printer := m.open(), newPaper(t)
	data := filepath.Join(t.TempDir(), "data")
	conf, db := onePrinter(t, data, address), filepath.Join(data, "readyshelf.db")
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	listen := fmt.Sprintf("listen = %q\n", address)
	text = bytes.Replace(text, []byte(listen), fmt.Appendf(nil, "%sforward = %q\n", listen, printer.ln.Addr()), 1)
	if err := os.WriteFile(conf, text, 0o600); err != nil {
		t.Fatal(err)
	}

	job := func(number int) string { return fmt.Sprintf("Order #%d\n2x Soup\n\x1dV\x01", number) }
	var want, orders []string
	p := m.start(conf, 5*time.Second)
	for i := 1; i <= 5; i++ {
		// One job is under way when the daemon dies: the till hears of that.
		broken, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		broken.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.WriteString(broken, "Order"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(broken, make([]byte, 1)); err != nil {
			t.Fatalf("the printer's answer does not come through: %v", err)
		}
		p.end(syscall.SIGKILL)
		if _, err := broken.Read(make([]byte, 1)); err == nil {
			t.Error("the till does not hear that its job is broken off")
		}
		broken.Close()

		// The next comes while none runs.
		done := make(chan error, 1)
		go func() { done <- prints(address, job(i)) }()
		p = m.start(conf, 5*time.Second)
		if err := <-done; err != nil {
			t.Errorf("the job after kill %d: %v", i, err)
		}
		want, orders = append(want, job(i)), append(orders, fmt.Sprint(i))
		// Nobody waits for the disk: what a kill finds half read is printed, and not read.
		eventually(t, 10*time.Second, "the order in the log", func() bool { return slices.Contains(numbers(t, db), fmt.Sprint(i)) })
	}
	p.end(syscall.SIGTERM)
	whole := slices.DeleteFunc(printer.printed(), func(s string) bool { return s == "Order" })
	if !slices.Equal(whole, want) {
		t.Errorf("the printer printed %q, want %q", whole, want)
	}
	got := slices.DeleteFunc(numbers(t, db), func(n string) bool { return n == "" }) // a broken one has no number
	if !slices.Equal(got, orders) {
		t.Errorf("orders in the log: %q, want %q", got, orders)
	}
}

// prints sends a job as tills do: all of it, then the end, and waits for the printer's.
func prints(address, job string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, job); err != nil {
		return err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	switch answer, err := io.ReadAll(c); {
	case err != nil:
		return err
	case string(answer) != "\x12":
		return fmt.Errorf("the printer answered %q", answer)
	}
	return nil
}
