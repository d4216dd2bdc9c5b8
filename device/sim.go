package device

import (
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// simFlush is how long a light waits for someone to look at it.
const simFlush = 10 * time.Millisecond

// isSimulated says whether name is a line that somebody plays: sim:/path, or
// pty:/path, which is the same. At the path is a pseudo-terminal or a FIFO. As an
// input, each byte '0' or '1' in it is the line's level from then on. As an output,
// each change of level is written to it as "0\n" or "1\n".
func isSimulated(name string) bool {
	return strings.HasPrefix(name, "sim:") || strings.HasPrefix(name, "pty:")
}

// simLine is what both directions share. Its file is opened when it is first
// needed, and again after it broke.
type simLine struct {
	name string

	mu   sync.Mutex
	file *os.File // nil while closed
}

// open returns the line's file.
func (s *simLine) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		return s.file, nil
	}
	f, err := os.OpenFile(s.name[len("sim:"):], os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &Error{Op: "open line", Path: s.name, Err: inWords(err), Hint: "make one with: mkfifo " + s.name[len("sim:"):]}
	}
	err = f.SetReadDeadline(time.Time{})
	if err == nil {
		err = setRaw(f)
	}
	if err != nil {
		f.Close()
		return nil, &Error{Op: "open line", Path: s.name, Err: errors.New("it is neither a pseudo-terminal nor a FIFO")}
	}
	s.file = f
	return f, nil
}

// broke closes f, so that the line is opened anew next time.
func (s *simLine) broke(f *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == f {
		s.file = nil
	}
	f.Close()
}

// Halt closes the line until it is set up again.
func (s *simLine) Halt() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}

func (s *simLine) String() string   { return s.name }
func (s *simLine) Name() string     { return s.name }
func (s *simLine) Number() int      { return -1 }
func (s *simLine) Function() string { return "simulated" }

// setRaw makes a terminal pass bytes as they are; a FIFO does so anyway.
func setRaw(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	cerr := raw.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, err = unix.IoctlGetTermios(int(fd), unix.TCGETS); err != nil {
			err = nil
			return
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		err = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	return errors.Join(cerr, err)
}

// simInput is a line that somebody plays.
type simInput struct {
	simLine
	rest gpio.Level

	levels sync.Mutex
	level  gpio.Level
	ahead  []byte // read, and not yet passed on as edges; WaitForEdge's own
}

var _ gpio.PinIn = (*simInput)(nil)

// In opens the line. Until somebody writes a level, it is at rest.
func (s *simInput) In(gpio.Pull, gpio.Edge) error {
	s.simLine.mu.Lock()
	fresh := s.file == nil
	s.simLine.mu.Unlock()
	if _, err := s.open(); err != nil {
		return err
	}
	if fresh {
		s.ahead = nil
		s.set(s.rest)
	}
	return nil
}

// Read returns the level after the last edge that WaitForEdge returned.
func (s *simInput) Read() gpio.Level {
	s.levels.Lock()
	defer s.levels.Unlock()
	return s.level
}

// set returns whether the level was another.
func (s *simInput) set(l gpio.Level) bool {
	s.levels.Lock()
	defer s.levels.Unlock()
	changed := s.level != l
	s.level = l
	return changed
}

// WaitForEdge waits for the level to change. It returns false at once when the
// other end is gone.
func (s *simInput) WaitForEdge(timeout time.Duration) bool {
	s.simLine.mu.Lock()
	f := s.file
	s.simLine.mu.Unlock()
	if f == nil {
		return false
	}
	until := time.Time{}
	if timeout >= 0 {
		until = time.Now().Add(timeout)
	}
	if f.SetReadDeadline(until) != nil {
		return false
	}
	for {
		if s.passOn() {
			return true
		}
		buf := make([]byte, 64)
		n, err := f.Read(buf)
		s.ahead = buf[:n]
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				s.broke(f)
			}
			return false
		}
	}
}

// passOn takes bytes up to the next edge, and returns whether there is one.
func (s *simInput) passOn() bool {
	for len(s.ahead) > 0 {
		c := s.ahead[0]
		s.ahead = s.ahead[1:]
		if (c == '0' || c == '1') && s.set(c == '1') {
			return true
		}
	}
	return false
}

func (s *simInput) Pull() gpio.Pull        { return gpio.PullNoChange }
func (s *simInput) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// simOutput is a light that somebody may look at.
type simOutput struct {
	simLine
	shown string // what was written last; empty after a failure
}

var _ gpio.PinOut = (*simOutput)(nil)

// Out writes a change. That nobody reads it is no error.
func (s *simOutput) Out(l gpio.Level) error {
	text := "0\n"
	if l {
		text = "1\n"
	}
	f, err := s.open()
	if err != nil || text == s.shown {
		return err
	}
	s.shown = ""
	f.SetWriteDeadline(time.Now().Add(simFlush))
	_, err = f.WriteString(text)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	case err != nil:
		s.broke(f)
		return &Error{Op: "write to line", Path: s.name, Err: inWords(err)}
	}
	s.shown = text
	return nil
}

func (s *simOutput) PWM(gpio.Duty, physic.Frequency) error {
	return errors.New("a simulated line has no PWM")
}
