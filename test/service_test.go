package test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// manager is a service manager, as systemd is: it hears what the daemon says of itself,
// and holds its sockets open.
type manager struct {
	*testing.T
	address string
	sockets []*os.File

	mu    sync.Mutex
	heard []string
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{T: t, address: filepath.Join(t.TempDir(), "notify")}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for b := make([]byte, 4096); ; {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.heard = append(m.heard, strings.Split(string(b[:n]), "\n")...)
			m.mu.Unlock()
		}
	})
	t.Cleanup(func() { conn.Close(); reading.Wait() })
	return m
}

// count says how often a line was heard that begins so.
func (m *manager) count(line string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.heard {
		if strings.HasPrefix(l, line) {
			n++
		}
	}
	return n
}

// forget forgets what was heard.
func (m *manager) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heard = nil
}

// open opens a port, and returns its address.
func (m *manager) open() string {
	m.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		m.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { f.Close() })
	m.sockets = append(m.sockets, f)
	return ln.Addr().String()
}

// start starts the daemon as a service. A shell knows its process id before it becomes
// the daemon.
func (m *manager) start(conf string, watchdog time.Duration) *process {
	m.Helper()
	cmd := exec.Command("sh", "-c", `export LISTEN_PID=$$ WATCHDOG_PID=$$; exec "$0" run --config "$1"`, binary, conf)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+m.address, fmt.Sprint("WATCHDOG_USEC=", watchdog.Microseconds()),
		fmt.Sprint("LISTEN_FDS=", len(m.sockets)), "LISTEN_FDNAMES=printer:other")
	cmd.ExtraFiles = m.sockets
	return begin(m, cmd)
}

// onePrinter writes a configuration with nothing else.
func onePrinter(t *testing.T, data, printer string) string {
	return write(t, "readyshelf.toml", fmt.Sprintf(`
store = "test"
data = %q
encoding = "cp437"
[[printer]]
name = "kitchen"
listen = %q
[mqtt]
brokers = []
[board]
listen = ""
[metrics]
listen = ""
`, data, printer))
}

// numbers are the orders that a log has.
func numbers(t *testing.T, db string) (all []string) {
	for _, e := range dump(t, db) {
		if e.Ticket != nil {
			all = append(all, e.Ticket.Number)
		}
	}
	return all
}

// The daemon as systemd runs it, with a port that is open before it and after it: a
// till that prints while none runs, or one was just killed, is not refused, and gets
// its order from the next.
func TestService(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	m := newManager(t)
	printer, unused := m.open(), m.open()
	data := filepath.Join(t.TempDir(), "data")
	conf, db := onePrinter(t, data, printer), filepath.Join(data, "readyshelf.db")
	waits := func(number string) (answered chan error) {
		answered = make(chan error, 1)
		go func() {
			answered <- print(context.Background(), printer, []byte("Order #"+number+"\n2x Soup\n\x1dV\x01"))
		}()
		return answered
	}
	first := waits("1")

	p := m.start(conf, 900*time.Millisecond)
	eventually(t, 10*time.Second, "READY and signs of life", func() bool {
		return m.count("READY=1") == 1 && m.count("WATCHDOG=1") >= 5 && m.count("EXTEND_TIMEOUT_USEC=") >= 1
	})
	if err := <-first; err != nil {
		t.Errorf("the job that came before the daemon: %v", err)
	}
	eventually(t, 20*time.Second, "the order in the status, and a word about the port that nobody uses", func() bool {
		return m.count("STATUS=1 open order; no broker is configured") > 0 && strings.Contains(p.out.String(), "port="+unused)
	})
	if strings.Contains(p.out.String(), "port="+printer) {
		t.Error("it says that nobody listens on the printer's port")
	}

	// Of what was printed before a kill, what was acknowledged is in the log; a job
	// that comes after it waits for the next daemon.
	for i := 2; i < 6; i++ {
		m.forget()
		p.end(syscall.SIGKILL)
		job := waits(fmt.Sprint(i))
		p = m.start(conf, 900*time.Millisecond)
		if err := <-job; err != nil {
			t.Errorf("the job after kill %d: %v", i-1, err)
		}
		eventually(t, 10*time.Second, "READY again", func() bool { return m.count("READY=1") == 1 })
	}
	m.forget()
	p.end(syscall.SIGTERM)
	if code := p.cmd.ProcessState.ExitCode(); code != 0 || m.count("STOPPING=1") != 1 {
		t.Errorf("told to stop, it ended with %d and said %q", code, m.heard)
	}
	if got, want := numbers(t, db), []string{"1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
		t.Errorf("orders in the log: %q, want %q", got, want)
	}
	conn, err := net.Dial("tcp", printer)
	if err != nil {
		t.Fatalf("the port is closed after a stop: %v", err)
	}
	conn.Close()
}

// A card that stops in the middle of a write hangs the writer, and the daemon gives no
// more signs of life, though it still answers people; when the card goes on, it does.
func TestWriterHangsOnTheCard(t *testing.T) {
	c := newCard(t)
	m := newManager(t)
	printer := m.open()
	data := filepath.Join(c.dir, "data")
	p := m.start(onePrinter(t, data, printer), 1500*time.Millisecond)
	eventually(t, 20*time.Second, "signs of life", func() bool { return m.count("WATCHDOG=1") >= 3 })
	if err := tool("fsfreeze", "-f", c.dir); err != nil {
		t.Skip(err)
	}
	thaw := sync.OnceFunc(func() {
		if err := tool("fsfreeze", "-u", c.dir); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(thaw)
	printed := make(chan error, 1)
	go func() { printed <- print(context.Background(), printer, []byte("Order #7\n2x Soup\n\x1dV\x01")) }()
	eventually(t, 10*time.Second, "a word about the writer", func() bool { return strings.Contains(p.out.String(), "writer does not answer") })
	m.forget()
	if within(3*time.Second, func() bool { return m.count("WATCHDOG=1") > 0 }) {
		t.Error("a sign of life while the writer hangs")
	}
	thaw()
	eventually(t, 20*time.Second, "signs of life again", func() bool {
		return m.count("WATCHDOG=1") >= 3 && strings.Contains(p.out.String(), "writer answers again")
	})
	<-printed // an answer within 2 s was not to be had
	p.end(syscall.SIGTERM)
	if got := numbers(t, filepath.Join(data, "readyshelf.db")); !slices.Equal(got, []string{"7"}) {
		t.Errorf("orders in the log: %q, want the one that waited", got)
	}
}
