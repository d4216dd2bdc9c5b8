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
	if chips, _ := filepath.Glob(gpioChips); chips == nil {
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

func TestHeader(t *testing.T) {
	for pin, want := range map[string]string{
		"P1_3": "GPIO2", "P1_11": "GPIO17", "P1_13": "GPIO27", "P1_27": "GPIO0", "P1_40": "GPIO21",
		"P1_1": "", "P1_6": "", "P1_0": "", "P1_41": "", "P1_x": "",
	} {
		got, err := headerLine(pin)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q, error %v, want %q", pin, got, err, want)
		}
	}
	seen := map[int]int{}
	for pin, n := range header {
		if other, twice := seen[n]; twice || n < 0 || n > 27 {
			t.Errorf("GPIO%d is at pins %d and %d", n, pin, other)
		}
		seen[n] = pin
	}
	if len(seen) != 28 {
		t.Errorf("the header has %d GPIOs, want 28", len(seen))
	}
}

// What f does to descriptor 0 is undone, and nothing else is touched.
func TestKeepStdin(t *testing.T) {
	was := target(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, f := range map[string]func(){
		"left alone": func() {},
		"closed":     func() { unix.Close(0) },
	} {
		if err := keepStdin(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := target(t); got != was {
			t.Errorf("%s: descriptor 0 is %q, was %q", name, got, was)
		}
	}

	// A file that got number 0 meanwhile keeps it.
	saved, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		unix.Dup3(saved, 0, 0)
		unix.Close(saved)
	}()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	if err := keepStdin(func() { unix.Dup3(pipe[0], 0, 0) }); err != nil {
		t.Error(err)
	}
	if got := target(t); !strings.HasPrefix(got, "pipe:") {
		t.Errorf("descriptor 0 is %q, want the pipe", got)
	}

	// Without a standard input there is one afterwards.
	unix.Close(0)
	if err := keepStdin(func() {}); err != nil {
		t.Error(err)
	}
	if got := target(t); got != os.DevNull {
		t.Errorf("descriptor 0 is %q", got)
	}
}

// target says what descriptor 0 leads to.
func target(t *testing.T) string {
	t.Helper()
	s, err := os.Readlink("/proc/self/fd/0")
	if err != nil {
		t.Skip(err)
	}
	return s
}
