package debian_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// unheard are settings with a small log, whose alerts nobody takes.
const (
	nobody   = `["tcp://127.0.0.1:1"]`
	smallLog = "[log]\nmax_size = \"4MiB\"\n"
)

// Nor is a log that is full, because nobody takes its alerts: the watchdog would start
// the program over and over, and help nobody.
func TestFullLog(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{Forward: []int{9100}})
	m.Sh("systemctl stop readyshelf.socket readyshelf && rm -r /var/lib/readyshelf/*")
	m.Put("/tmp/log.tar", fullLog(t))
	m.Sh("tar -C /var/lib/readyshelf -xf /tmp/log.tar && chown -R readyshelf: /var/lib/readyshelf && systemctl start readyshelf.socket")
	configure(m, nobody, smallLog)
	const refuses = "nothing can be stored"
	for end := time.Now().Add(patience); !strings.Contains(property(m, "StatusText"), refuses); {
		if err := printFeast(m.Addr(9100), 1); err == nil && time.Now().After(end) {
			t.Fatalf("the log takes more and more: %s", property(m, "StatusText"))
		}
	}
	stays(t, m)
	if says := property(m, "StatusText"); !strings.Contains(says, refuses) {
		t.Errorf("the service says %q", says)
	}
}

// fullLog lets the program run on the host until its log takes no more, and returns its
// folder as a tar.
func fullLog(t *testing.T) []byte {
	t.Helper()
	program, err := rig.Program(runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	data, conf := filepath.Join(dir, "data"), filepath.Join(dir, "readyshelf.toml")
	addr := freeAddr(t)
	text := fmt.Sprintf("store = \"test\"\ndevice = \"pi\"\nencoding = \"cp437\"\ntimezone = \"UTC\"\ndata = %q\n"+
		"[[printer]]\nname = \"kitchen\"\nlisten = %q\n[mqtt]\nbrokers = %s\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n%s", data, addr, nobody, smallLog)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	daemon := exec.CommandContext(ctx, program, "run", "--config", conf)
	var said bytes.Buffer
	daemon.Stdout, daemon.Stderr = &said, &said
	daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for ctx.Err() == nil && (n == 0 || err == nil) {
		if err = printFeast(addr, n+1); err == nil {
			n++
		}
	}
	daemon.Process.Kill()
	daemon.Wait() // it was killed
	if !strings.Contains(said.String(), "log takes nothing more") {
		t.Fatalf("the program does not fill its log: %s", said.String())
	}
	t.Logf("%d orders fill the log: %v", n, err)
	out, err := exec.Command("tar", "-C", data, "-c", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// printFeast prints an order of very many dishes. Without an error the printer takes more.
func printFeast(addr string, n int) error {
	var job strings.Builder
	fmt.Fprintf(&job, "\x1b@Order #%d\n", n)
	for dish := range 120 {
		fmt.Fprintf(&job, "%dx Dish %d with much on the side\n", 1+dish%9, dish)
	}
	job.WriteString("\x1dV\x01")
	return ask(addr, job.String()+askOnline, yesOnline)
}

// What a till asks, and what a printer says that is there: DLE EOT 1 (Epson, "ESC/POS
// Application Programming Guide").
const askOnline, yesOnline = "\x10\x04\x01", "\x12"

// answerLimit is how long a printer may think. One whose log is full takes the job, and
// answers when there is room again.
const answerLimit = 10 * time.Second

// ask says something to a printer and wants an answer.
func ask(addr, say, want string) error {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(answerLimit))
	got := make([]byte, len(want))
	if _, err = io.WriteString(c, say); err == nil {
		_, err = io.ReadFull(c, got)
	}
	if err == nil && string(got) != want {
		err = fmt.Errorf("the printer answers %q", got)
	}
	return err
}
