package device

import (
	"errors"
	"os"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// output is a line that is driven: a request of its own.
type output struct {
	name   string
	offset int
	lines  gpioLines
}

var _ gpio.PinOut = (*output)(nil)

// openOutput takes the line name and drives it low.
func openOutput(bus gpioBus, name string) (*output, error) {
	s, err := takeSurvey(bus)
	if err != nil {
		return nil, openError(name, err)
	}
	at, err := s.free(bus, name)
	if err != nil {
		return nil, err
	}
	c, err := bus.open(at.chip)
	if err != nil {
		return nil, openError(name, err)
	}
	defer c.Close()
	r := &uapi.LineRequest{Lines: 1}
	copy(r.Consumer[:], consumer)
	r.Config.Flags = uapi.LineFlagV2Output
	r.Offsets[0] = uint32(at.offset)
	lines, err := c.request(r)
	if err != nil {
		return nil, openError(name, err)
	}
	return &output{name, at.offset, lines}, nil
}

// Out drives the line.
func (o *output) Out(l gpio.Level) error {
	var level uapi.LineBitmap
	if l {
		level = 1
	}
	err := o.lines.set(level, 1)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENODEV):
		return &Error{Op: "drive line", Path: o.name, Err: errGone, Hint: "check the board that the line's GPIO chip is on"}
	}
	return &Error{Op: "drive line", Path: o.name, Err: err}
}

// PWM is not in the kernel's interface to lines.
func (o *output) PWM(gpio.Duty, physic.Frequency) error {
	return &Error{Op: "drive line", Path: o.name, Err: errors.New("it has no PWM")}
}

// Halt lets go of the line. Most chips leave its level as it is. The second Halt
// is nothing.
func (o *output) Halt() error {
	if err := o.lines.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return &Error{Op: "close line", Path: o.name, Err: err}
	}
	return nil
}

func (o *output) Name() string     { return o.name }
func (o *output) String() string   { return o.name }
func (o *output) Number() int      { return o.offset }
func (o *output) Function() string { return "Out" }
