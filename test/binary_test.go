package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"readyshelf/sync/uplink/uplinktest"
)

// binary is the program under test, built as it ships.
var binary string

func TestMain(m *testing.M) {
	if role := os.Getenv(childEnv); role != "" {
		child(role)
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "readyshelf-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "readyshelf")
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "readyshelf/cmd/readyshelf")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// within waits for what another process brings about, and says whether it came.
func within(d time.Duration, ok func() bool) bool {
	limit := time.After(d)
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-limit:
			return ok()
		case <-look.C:
		}
	}
	return true
}

// eventually is within for what must come.
func eventually(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	if !within(d, ok) {
		t.Fatalf("waited %s in vain for %s", d, what)
	}
}

// freePort returns a loopback address that nobody listens at.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// torture returns a folder for data that the test may harm. It is on the card that
// READYSHELF_TORTURE_DIR names, so that a card can be tested, else among the
// temporary files.
func torture(t *testing.T) string {
	t.Helper()
	on := os.Getenv("READYSHELF_TORTURE_DIR")
	if on == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(on, "readyshelf-torture-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// process is a program of ours that a test started, and what it said.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	out  uplinktest.Output
}

// start starts a program that ends with the test at the latest.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	return begin(t, exec.Command(name, args...))
}

// begin is start for a command that is more than its arguments.
func begin(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// end sends a signal and waits.
func (p *process) end(s os.Signal) {
	p.cmd.Process.Signal(s)
	<-p.done
}

// logged is an event as `log dump` prints it.
type logged struct {
	line   string
	Seq    uint64 `json:"seq"`
	Ticket *struct {
		Number string `json:"number"`
	} `json:"ticket"`
	Alert *struct {
		Type   string `json:"type"`
		Slot   string `json:"slot"`
		Number string `json:"order"`
		Device string `json:"device"`
	} `json:"alert"`
}

// dump runs `readyshelf log dump`.
func dump(t *testing.T, db string) []logged {
	t.Helper()
	out, err := exec.Command(binary, "log", "dump", "--json", db).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("log dump: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var events []logged
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e := logged{line: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("log dump printed %q: %v", lines.Text(), err)
		}
		events = append(events, e)
	}
	return events
}

// print sends a job to a printer as `nc` does: all of it, then the end.
func print(ctx context.Context, addr string, job []byte) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(job); err != nil {
		return err
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	_, err = io.Copy(io.Discard, conn)
	return err
}
