package device

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

func TestSimulatedInput(t *testing.T) {
	far, path := cable(t)
	in, err := OpenInput("sim:"+path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Halt()
	if in.Read() != gpio.High {
		t.Error("a line that is active low rests low")
	}
	if in.WaitForEdge(10 * time.Millisecond) {
		t.Error("an edge from nowhere")
	}
	far.WriteString("1\n0x01\n10") // noise and repetitions are nothing
	for i, want := range []gpio.Level{gpio.Low, gpio.High, gpio.Low} {
		if !in.WaitForEdge(time.Second) || in.Read() != want {
			t.Errorf("edge %d: level %v, want %v", i, in.Read(), want)
		}
	}
	if in.WaitForEdge(10 * time.Millisecond) {
		t.Error("an edge too many")
	}

	if err := in.In(gpio.PullUp, gpio.BothEdges); err != nil || in.Read() != gpio.Low {
		t.Errorf("setting it up again: %v, level %v", err, in.Read())
	}
	far.Close()
	for range 2 {
		if in.WaitForEdge(time.Minute) {
			t.Error("an edge of a line that is gone")
		}
	}
	if err := in.In(gpio.PullUp, gpio.BothEdges); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("setting up a line that is gone: %v", err)
	}
}

func TestSimulatedOutput(t *testing.T) {
	far, path := cable(t)
	out, err := OpenOutput("pty:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Halt()
	for _, l := range []gpio.Level{gpio.Low, gpio.High, gpio.High, gpio.Low} {
		if err := out.Out(l); err != nil {
			t.Fatal(err)
		}
	}
	const want = "0\n1\n0\n"
	buf := make([]byte, len(want))
	_, err = io.ReadFull(far, buf) // a terminal may give it in parts
	if got := string(buf); got != want || err != nil {
		t.Errorf("the light showed %q, error %v, want %q", got, err, want)
	}
	if err := out.PWM(gpio.DutyHalf, 0); err == nil {
		t.Error("a simulated line claims to have PWM")
	}
}

// A light that nobody looks at holds nobody up.
func TestSimulatedOutputUnread(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "light")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := OpenOutput("sim:" + fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Halt()
	f := out.(*simOutput).file
	f.Write(make([]byte, 1<<20)) // fails when it is full: a deadline has passed by then
	for range 3 {
		if err := errors.Join(out.Out(gpio.High), out.Out(gpio.Low)); err != nil {
			t.Errorf("Out: %v", err)
		}
	}
}

func TestLinesThatCannotBeHad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		"sim:" + filepath.Join(dir, "none"): "it is not there; make one with: mkfifo",
		"sim:" + file:                       "neither a pseudo-terminal nor a FIFO",
	}
	if chips, _ := (devChips{}).chips(); chips == nil {
		names["GPIO17"] = "this machine has no GPIO chip; run on a Raspberry Pi"
		names["P1_11"] = "this machine has no GPIO chip"
	}
	for name, want := range names {
		_, ierr := OpenInput(name, true)
		_, oerr := OpenOutput(name)
		for _, err := range []error{ierr, oerr} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", name, err, want)
			}
		}
	}
}
