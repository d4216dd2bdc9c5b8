package device

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"
)

const gpioChips = "/dev/gpiochip*"

// OpenInput opens the line name as an input that reports both edges. At rest it is
// pulled up if activeLow, else down. See the package's documentation for names.
//
// The first line opened that is not simulated starts periph's driver for the
// kernel's GPIO chips, and no other driver of periph's. Open lines before anything
// else: that driver closes file descriptor 0 while it starts (see keepStdin).
func OpenInput(name string, activeLow bool) (gpio.PinIn, error) {
	pull, rest := gpio.PullDown, gpio.Low
	if activeLow {
		pull, rest = gpio.PullUp, gpio.High
	}
	var p gpio.PinIn = &simInput{simLine: simLine{name: name}, rest: rest}
	if !isSimulated(name) {
		l, err := findLine(name)
		if err != nil {
			return nil, err
		}
		p = l
	}
	if err := p.In(pull, gpio.BothEdges); err != nil {
		return nil, lineError(name, err)
	}
	return p, nil
}

// OpenOutput opens the line name as an output, low at first.
func OpenOutput(name string) (gpio.PinOut, error) {
	var p gpio.PinOut = &simOutput{simLine: simLine{name: name}}
	if !isSimulated(name) {
		l, err := findLine(name)
		if err != nil {
			return nil, err
		}
		p = l
	}
	if err := p.Out(gpio.Low); err != nil {
		return nil, lineError(name, err)
	}
	return p, nil
}

// lineError explains why a line that is there cannot be had. periph's driver keeps
// the kernel's reason in its text only.
func lineError(name string, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	e := &Error{Op: "open line", Path: name, Err: err}
	if strings.Contains(err.Error(), unix.EBUSY.Error()) {
		e.Err = errBusy
		e.Hint = "find out who has it with: sudo gpioinfo"
	}
	return e
}

// findLine returns the line of a GPIO chip that has name.
func findLine(name string) (*gpioioctl.GPIOLine, error) {
	chips, err := startChips()
	if err != nil {
		e := &Error{Op: "open line", Path: name, Err: err}
		switch {
		case errors.Is(err, errNoChip):
			e.Hint = "run on a Raspberry Pi, or try without hardware: sim:/path/of/a/pty"
		case errors.Is(err, fs.ErrPermission):
			e.Hint = "add the user to group gpio: sudo adduser readyshelf gpio"
		}
		return nil, e
	}
	want := name
	if strings.HasPrefix(name, "P1_") {
		if want, err = headerLine(name); err != nil {
			return nil, &Error{Op: "open line", Path: name, Err: err, Hint: "choose another pin, as in P1_11 or GPIO17"}
		}
	}
	if l := lookUp(chips, want); l != nil {
		return l, nil
	}
	return nil, &Error{Op: "open line", Path: name, Err: errMissing, Hint: "list the names of lines with: gpioinfo"}
}

// lookUp finds a line by its name. Kernels before 5.x name some lines of a Pi
// after their other function ("SDA1"), so GPIOn is also line n of the Pi's own chip.
func lookUp(chips []*gpioioctl.GPIOChip, name string) *gpioioctl.GPIOLine {
	for _, c := range chips {
		if l := c.ByName(name); l != nil {
			return l
		}
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, "GPIO"))
	if err != nil || !strings.HasPrefix(name, "GPIO") {
		return nil
	}
	for _, c := range chips {
		pi := strings.HasPrefix(c.Label(), "pinctrl-bcm") || strings.HasPrefix(c.Label(), "pinctrl-rp1")
		if pi && n >= 0 && n < c.LineCount() {
			return c.ByNumber(n)
		}
	}
	return nil
}

// startChips starts periph's driver for GPIO chips and returns those that could be
// opened. That there are none on this machine is an error.
//
// periph's host.Init would start every driver it has. Of these bcm283x panics where
// a smaller chip sorts before the Pi's own, on a goroutine of periph's, which ends
// the daemon; and on a Pi 5 it writes to the wrong registers. gpioioctl is all we
// need, and it is the only one that this program links.
var startChips = sync.OnceValues(func() ([]*gpioioctl.GPIOChip, error) {
	paths, err := filepath.Glob(gpioChips)
	if err != nil || len(paths) == 0 {
		return nil, errNoChip
	}
	var failed error
	err = keepStdin(func() { _, failed = driverreg.Init() })
	if err = errors.Join(err, failed); err != nil {
		return nil, fmt.Errorf("start the GPIO driver: %w", err)
	}
	if len(gpioioctl.Chips) == 0 {
		return nil, whyNot(paths[0])
	}
	return gpioioctl.Chips, nil
})

var errNoChip = errors.New("this machine has no GPIO chip")

// whyNot says why periph's driver took none of the chips that are there.
func whyNot(chip string) error {
	f, err := os.Open(chip)
	if err != nil {
		return inWords(err)
	}
	f.Close()
	return errors.New("the kernel's GPIO chips cannot be used: Linux 5.10 or newer is needed")
}

// keepStdin calls f and puts file descriptor 0 back if f closed it. gpioioctl does
// so on a machine where two names in /dev lead to one chip, as on a Pi: closing the
// second, it also closes the descriptor that it has just set to 0. With descriptor
// 0 free, the next file or line to be opened would get it, and gpioioctl takes a
// line with descriptor 0 for one that is not open.
//
// F_DUPFD takes the lowest number that is free and no other, so that a file which
// another goroutine opened meanwhile, and which got 0, is left alone.
func keepStdin(f func()) error {
	saved, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err == unix.EBADF { // started without a standard input
		saved, err = unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil && saved == 0 {
			saved, err = unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
		}
	}
	if err != nil {
		return fmt.Errorf("keep the standard input: %w", err)
	}
	defer unix.Close(saved)
	f()
	back, err := unix.FcntlInt(uintptr(saved), unix.F_DUPFD, 0)
	if err != nil {
		return fmt.Errorf("put the standard input back: %w", err)
	}
	if back != 0 { // it was still there
		return unix.Close(back)
	}
	return nil
}
