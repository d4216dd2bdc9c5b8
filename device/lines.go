package device

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// Line is a line of a GPIO chip.
type Line struct {
	Chip   string // of the kernel: "gpiochip0"
	Offset int    // which line of the chip, from 0
	Name   string // of the kernel: "GPIO17"; "" where it has none
	Header string // at the Raspberry Pi's header: "P1_11"; "" where it is not there
	User   string // who has it, as "spi0 CS0"; "" where it is free
}

// Lines returns all GPIO lines of this machine, by chip and offset. That it has no
// chip is an error.
func Lines() ([]Line, error) { return lines(devChips{}) }

func lines(bus gpioBus) ([]Line, error) {
	s, err := takeSurvey(bus)
	if err != nil {
		return nil, &Error{Op: "list", Path: "GPIO lines", Err: err, Hint: remedyFor(err)}
	}
	var all []Line
	for _, c := range s.chips {
		for i, l := range c.lines {
			line := Line{Chip: c.name, Offset: i, Name: lineName(l), User: user(l)}
			if isPiChip(c.label) {
				line.Header = headerName(i)
			}
			all = append(all, line)
		}
	}
	return all, s.failed
}

// survey is what the GPIO chips of a machine look like at a moment.
type survey struct {
	chips  []chipLines
	failed error // why a chip is missing here; nil if none is
}

// chipLines is one chip.
type chipLines struct {
	name, label string
	lines       []uapi.LineInfoV2
}

var (
	errNoChip = plain{"this machine has no GPIO chip", fs.ErrNotExist}
	errOld    = errors.New("this kernel is too old for GPIO lines: Linux 5.10 or newer is needed")
)

// takeSurvey looks at all chips. It fails if there is none that it can look at.
func takeSurvey(bus gpioBus) (survey, error) {
	names, err := bus.chips()
	if err != nil {
		return survey{}, err
	}
	if len(names) == 0 {
		return survey{}, errNoChip
	}
	var s survey
	for _, name := range names {
		c, err := surveyChip(bus, name)
		if err != nil {
			s.failed = err
			continue
		}
		s.chips = append(s.chips, c)
	}
	if s.chips == nil {
		return s, s.failed
	}
	return s, nil
}

func surveyChip(bus gpioBus, name string) (chipLines, error) {
	c, err := bus.open(name)
	if err != nil {
		return chipLines{}, fmt.Errorf("%s: %w", name, inWords(err))
	}
	defer c.Close()
	info, err := c.info()
	if err != nil {
		return chipLines{}, fmt.Errorf("%s: %w", name, inWords(err))
	}
	found := chipLines{name: text(info.Name[:]), label: text(info.Label[:])}
	for i := range int(info.Lines) {
		l, err := c.line(i)
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) {
			err = errOld // it knows the chip and its lines, and not this question
		}
		if err != nil {
			return chipLines{}, fmt.Errorf("%s: %w", name, inWords(err))
		}
		found.lines = append(found.lines, l)
	}
	return found, nil
}

// text reads a name of the kernel's.
func text(b []byte) string { return uapi.BytesToString(b) }

func lineName(l uapi.LineInfoV2) string { return text(l.Name[:]) }

// user says who has a line.
func user(l uapi.LineInfoV2) string {
	switch who := text(l.Consumer[:]); {
	case !l.Flags.IsUsed():
		return ""
	case who == "":
		return "the kernel"
	default:
		return who
	}
}

// line returns what is known of a place.
func (s survey) line(p place) (uapi.LineInfoV2, bool) {
	for _, c := range s.chips {
		if c.name == p.chip && p.offset < len(c.lines) {
			return c.lines[p.offset], true
		}
	}
	return uapi.LineInfoV2{}, false
}
