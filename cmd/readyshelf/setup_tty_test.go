package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// On a terminal, with the program as it is: a button is pressed, and the password is not
// to be seen.
func TestSetupOnTerminal(t *testing.T) {
	far, tty := terminal(t)
	line, end := terminal(t)
	defer end.Close()
	path := filepath.Join(t.TempDir(), "readyshelf.toml")
	ended := make(chan int, 1)
	go func() {
		ended <- command(t.Context(), []string{
			"setup", "--config", path, "--store", "sh-01", "--timezone", "system", "--language", "en", "--encoding", "utf8",
			"--printer-listen", "none", "--printer-serial", "none", "--printer-gadget", "none", "--scale", "none",
			"--watch", "sim:" + end.Name(), "--broker", "tcp://127.0.0.1:1", "--no-try",
		}, streams{tty, tty, tty})
		tty.Close()
	}()
	seen := &screen{}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 512)
		for {
			n, err := far.Read(buf)
			seen.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	for _, s := range []step{
		{sees: "slot A1 now", does: func() { line.WriteString("01") }}, // it waits in the line
		{sees: "Its slot", types: "左2"},
		{sees: "light, as", types: ""},
		{sees: "slot", types: ""},
		{sees: "Name at", types: "pi"},
		{sees: "Password", types: "hush"},
		{sees: "Write this", types: "y"},
	} {
		if !seen.next(s.sees) {
			t.Fatalf("no %q in\n%s", s.sees, seen)
		}
		if s.does != nil {
			s.does()
			continue
		}
		far.WriteString(s.types + "\n")
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	far.WriteString("\x04") // the end of the input, for who still reads
	<-read
	if strings.Contains(seen.String(), "hush") {
		t.Errorf("the password is seen:\n%s", seen)
	}
	c, err := LoadConfig(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, seen)
	}
	if len(c.Buttons) != 1 || c.Buttons[0].Slot != "左2" || c.Buttons[0].Line != "sim:"+end.Name() || c.Buttons[0].Active != "low" {
		t.Errorf("the buttons are %+v", c.Buttons)
	}
	if secret, err := os.ReadFile(c.MQTT.PasswordFile); string(secret) != "hush\n" {
		t.Errorf("the password is %q, %v", secret, err)
	}
}

// Where the file cannot be written nobody is asked anything.
func TestSetupInVain(t *testing.T) {
	out, complaint, code := said(t, "setup", "--config", filepath.Join(t.TempDir(), "nowhere", "readyshelf.toml"))
	if code != exitFailed || out != "" || !strings.Contains(complaint, "sudo readyshelf setup") {
		t.Errorf("exit code %d: %s%s", code, out, complaint)
	}
}

// terminal opens a pseudo-terminal.
func terminal(t *testing.T) (far, tty *os.File) {
	t.Helper()
	far, tty, err := pty.Open()
	if err != nil {
		t.Skip("this system has no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { far.Close(); tty.Close() })
	return far, tty
}
