package device

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// OpenInput opens one line as an input, pulled up at rest if activeLow, else down.
// It reports every edge. Whoever has several opens them as [Inputs].
func OpenInput(name string, activeLow bool) (gpio.PinIn, error) {
	return NewInputs([]Input{{Line: name, ActiveLow: activeLow}}).Open(name)
}

// OpenOutput opens the line name as an output, low at first. Its Out returns an
// error when the line's chip was removed; open it again then. It has no PWM.
func OpenOutput(name string) (gpio.PinOut, error) {
	if !isSimulated(name) {
		return openOutput(devChips{}, name)
	}
	p := &simOutput{simLine: simLine{name: name}}
	if err := p.Out(gpio.Low); err != nil {
		return nil, err
	}
	return p, nil
}

// free returns where the line name is if nobody has it.
func (s survey) free(bus gpioBus, name string) (place, error) {
	at, err := s.resolve(bus, name)
	if err != nil {
		return place{}, err
	}
	if l, _ := s.line(at); l.Flags.IsUsed() {
		return place{}, taken(name, user(l))
	}
	return at, nil
}

// resolve returns where the line name is: by the kernel's name of the line, by its
// place, or on a Raspberry Pi by GPIOn, which is the line of its own chip whatever
// other chips call theirs.
func (s survey) resolve(bus gpioBus, name string) (place, error) {
	canonical, err := LineName(name)
	if err != nil {
		return place{}, err
	}
	if p, ok := parsePlace(canonical); ok {
		return s.atPlace(bus, name, p)
	}
	if p, ok := s.onPi(canonical); ok {
		return p, nil
	}
	var found []place
	for _, c := range s.chips {
		for i, l := range c.lines {
			if lineName(l) == canonical {
				found = append(found, place{c.name, i})
			}
		}
	}
	switch len(found) {
	case 0:
		return place{}, s.missing(name)
	case 1:
		return found[0], nil
	}
	return place{}, &Error{
		Op: "open line", Path: name, Err: fmt.Errorf("several lines are called so: %s", list(found)),
		Hint: "write the one that is meant, like " + found[0].String(),
	}
}

// onPi finds GPIOn on a Raspberry Pi. Old kernels name some of its lines after
// their other function ("SDA1"): then it is line n.
func (s survey) onPi(name string) (place, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "GPIO"))
	if err != nil || !gpioPattern.MatchString(name) {
		return place{}, false
	}
	for _, c := range s.chips {
		if !isPiChip(c.label) {
			continue
		}
		if i := slices.IndexFunc(c.lines, func(l uapi.LineInfoV2) bool { return lineName(l) == name }); i >= 0 {
			return place{c.name, i}, true
		}
		return place{c.name, n}, n < len(c.lines)
	}
	return place{}, false
}

// atPlace checks a place. Its chip may be a link in /dev: then it is the chip that
// the link leads to.
func (s survey) atPlace(bus gpioBus, name string, p place) (place, error) {
	if _, ok := s.line(p); ok {
		return p, nil
	}
	if c, err := bus.open(p.chip); err == nil {
		defer c.Close()
		if info, err := c.info(); err == nil {
			p.chip = text(info.Name[:])
		}
	}
	if _, ok := s.line(p); !ok {
		return place{}, s.missing(name)
	}
	return p, nil
}

// missing says that there is no such line, or that it may be on a chip that could
// not be looked at.
func (s survey) missing(name string) error {
	if s.failed != nil {
		return openError(name, s.failed)
	}
	return &Error{Op: "open line", Path: name, Err: errMissing, Hint: "list the names of lines with: gpioinfo"}
}

func list(places []place) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}

// openError explains why the line name cannot be had.
func openError(name string, err error) error {
	var known *Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, errNoChip):
		return &Error{Op: "open line", Path: name, Err: errNoChip, Hint: remedyFor(err)}
	case errors.Is(err, unix.ENXIO):
		return &Error{
			Op: "open line", Path: name, Err: errors.New("the kernel reports no edges of it"),
			Hint: "choose a line of the board's own GPIO chip",
		}
	}
	return &Error{Op: "open line", Path: name, Err: inWords(err), Hint: remedyFor(err)}
}

// remedyFor says what to do when lines cannot be had at all.
func remedyFor(err error) string {
	switch {
	case errors.Is(err, errNoChip):
		return "run on a Raspberry Pi, or try without hardware: sim:/path/of/a/pty"
	case errors.Is(err, errOld):
		return "update the system"
	case errors.Is(err, fs.ErrPermission):
		return "add the user to group gpio: sudo adduser readyshelf gpio"
	case errors.Is(err, unix.EBUSY):
		return "find out who has it with: sudo gpioinfo"
	}
	return ""
}

// taken says who has a line, and how to get it back.
func taken(name, user string) error {
	e := &Error{
		Op: "open line", Path: name, Err: plain{"it is taken by " + user, unix.EBUSY},
		Hint: "stop what has it, or choose another pin",
	}
	for _, t := range takers {
		if strings.HasPrefix(user, t.user) {
			e.Hint = t.remedy
			break
		}
	}
	return e
}

// takers are the users of lines that people meet on a Raspberry Pi, by the
// beginning of what the kernel calls them.
// Source: https://github.com/raspberrypi/firmware/blob/master/boot/overlays/README
var takers = []struct{ user, remedy string }{
	{"spi", "turn SPI off with dtparam=spi=off in /boot/firmware/config.txt and restart, or choose another pin"},
	{"onewire", "remove dtoverlay=w1-gpio from /boot/firmware/config.txt and restart, or choose another pin"},
	{"ir-", "remove dtoverlay=gpio-ir from /boot/firmware/config.txt and restart, or choose another pin"},
	{"sysfs", "an old program has it through /sys/class/gpio: stop that, or restart the machine"},
	{consumer, "readyshelf runs already: see systemctl status readyshelf; or two names in the configuration are one line"},
}
