package test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// installer is a setup that has stopped the daemon and waits for an answer, in a machine
// with a systemd that only notes what it is told.
type installer struct {
	*process
	answers, screen *os.File // our ends
	calls           string   // what systemd was told
}

// newInstaller begins one; how long systemd takes to stop the daemon is in seconds.
func newInstaller(t *testing.T, stop int) *installer {
	t.Helper()
	inMount := exec.Command("unshare", "--mount", "true")
	if err := inMount.Run(); os.Geteuid() != 0 || err != nil {
		t.Skip("this needs root, and a mount namespace of its own: unshare --mount")
	}
	dir := t.TempDir()
	i := &installer{calls: filepath.Join(dir, "calls")}
	systemctl := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = show ]; then printf 'LoadState=loaded\\nActiveState=active\\n'; exit; fi\n"+
		"echo \"$@\" >>%s\n[ \"$1\" = start ] || sleep %d\n", i.calls, stop)
	if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte(systemctl), 0o755); err != nil {
		t.Fatal(err)
	}
	in, answers, err := os.Pipe()
	screen, out, outErr := os.Pipe()
	if err := errors.Join(err, outErr); err != nil {
		t.Fatal(err)
	}
	i.answers, i.screen = answers, screen
	cmd := exec.Command("unshare", "--mount", "sh", "-c", `mount -t tmpfs none /run && mkdir -p /run/systemd/system && exec "$0" "$@"`,
		binary, "setup", "--stop", "--config", filepath.Join(dir, "readyshelf.toml"))
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	i.process = &process{cmd: cmd, done: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	go func() {
		defer close(i.done)
		cmd.Wait()
	}()
	t.Cleanup(func() {
		i.end(os.Kill)
		answers.Close()
		screen.Close()
	})
	eventually(t, 10*time.Second, "the daemon's end", func() bool { return strings.HasPrefix(i.told(t), "stop ") })
	return i
}

// told is what systemd was told, but for what it was asked.
func (i *installer) told(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(i.calls)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// However a setup ends that has stopped the daemon, that is started again: also where the
// network to the installer breaks.
func TestSetupStartsTheDaemonAgain(t *testing.T) {
	const question = "store's name"
	for name, test := range map[string]struct {
		stop int
		end  func(*installer) error
	}{
		"Ctrl-C":                  {0, func(i *installer) error { return i.cmd.Process.Signal(os.Interrupt) }},
		"Ctrl-C while it stops":   {1, func(i *installer) error { return i.cmd.Process.Signal(os.Interrupt) }},
		"the terminal is gone":    {0, func(i *installer) error { return i.cmd.Process.Signal(syscall.SIGHUP) }},
		"the connection is gone":  {0, func(i *installer) error { return errors.Join(i.screen.Close(), i.answers.Close()) }},
		"the answers are no more": {0, func(i *installer) error { return i.answers.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInstaller(t, test.stop)
			if test.stop == 0 {
				var said strings.Builder
				for !strings.Contains(said.String(), question) {
					if _, err := io.CopyN(&said, i.screen, 1); err != nil {
						t.Fatalf("%v after %q", err, said.String())
					}
				}
			}
			if err := test.end(i); err != nil {
				t.Fatal(err)
			}
			select {
			case <-i.done:
			case <-time.After(20 * time.Second):
				t.Fatal("it goes on")
			}
			if got, want := i.told(t), "stop readyshelf.socket readyshelf.service\nstart readyshelf.socket readyshelf.service\n"; got != want {
				t.Errorf("systemd was told %q, want %q", got, want)
			}
		})
	}
}
