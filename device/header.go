package device

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"periph.io/x/conn/v3/pin"
	"periph.io/x/host/v3/rpi"
)

// headerPins are the pins of the 40-pin header that every Raspberry Pi since the
// B+ has, in order: GPIOs, power and ground. periph knows them. Of periph's drivers
// none is started: that would take [periph.io/x/host/v3.Init].
var headerPins = []pin.Pin{
	rpi.P1_1, rpi.P1_2, rpi.P1_3, rpi.P1_4, rpi.P1_5, rpi.P1_6, rpi.P1_7, rpi.P1_8, rpi.P1_9, rpi.P1_10,
	rpi.P1_11, rpi.P1_12, rpi.P1_13, rpi.P1_14, rpi.P1_15, rpi.P1_16, rpi.P1_17, rpi.P1_18, rpi.P1_19, rpi.P1_20,
	rpi.P1_21, rpi.P1_22, rpi.P1_23, rpi.P1_24, rpi.P1_25, rpi.P1_26, rpi.P1_27, rpi.P1_28, rpi.P1_29, rpi.P1_30,
	rpi.P1_31, rpi.P1_32, rpi.P1_33, rpi.P1_34, rpi.P1_35, rpi.P1_36, rpi.P1_37, rpi.P1_38, rpi.P1_39, rpi.P1_40,
}

// piChips are the labels of the chip that a Raspberry Pi's header is on: up to the
// Zero 2 and the 3, the 4, and the 5. Line n of it is GPIOn.
var piChips = []string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"}

func isPiChip(label string) bool { return slices.Contains(piChips, label) }

// headerName returns the name of the header's pin that GPIOn is at, as P1_11, and
// "" if it is at none.
func headerName(n int) string {
	i := slices.IndexFunc(headerPins, func(p pin.Pin) bool { return p.Number() == n })
	if i < 0 || n < 0 {
		return ""
	}
	return "P1_" + strconv.Itoa(i+1)
}

// HeaderPin returns the pin of a Raspberry Pi's header that the line GPIOn is at, as
// P1_11, and "" if it is at none.
func HeaderPin(line string) string {
	m := gpioPattern.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	n, _ := strconv.Atoi(m[1])
	return headerName(n)
}

var (
	gpioPattern   = regexp.MustCompile(`^GPIO(\d{1,3})$`)
	headerPattern = regexp.MustCompile(`^P1_(\d{1,3})$`)
	placePattern  = regexp.MustCompile(`^(gpiochip\d{1,3})/(\d{1,4})$`)
)

// LineName checks whether name can be that of a line, and returns it so that two
// names of one line are equal where that can be known without the board: P1_11 is
// GPIO17. Any name may be one that the kernel gives a line, unless it is spelled
// almost like one of ours. The error is an [Error] with a remedy.
func LineName(name string) (string, error) {
	bad := func(what, remedy string) (string, error) {
		return "", &Error{Op: "open line", Path: name, Err: errors.New(what), Hint: remedy}
	}
	if isSimulated(name) {
		return name, nil
	}
	upper := strings.ToUpper(strings.Join(strings.Fields(name), ""))
	if m := gpioPattern.FindStringSubmatch(upper); m != nil {
		n, _ := strconv.Atoi(m[1])
		if canonical := "GPIO" + strconv.Itoa(n); name != canonical {
			return bad(fmt.Sprintf("%q is no name of a line", name), "write "+canonical)
		}
		return name, nil
	}
	if m := headerPattern.FindStringSubmatch(upper); m != nil {
		n, _ := strconv.Atoi(m[1])
		switch {
		case n < 1 || n > len(headerPins):
			return bad(fmt.Sprintf("the header has no pin %d", n), "write P1_1 to P1_40, or GPIO17")
		case headerPins[n-1].Number() < 0:
			return bad(fmt.Sprintf("pin %d of the header is supply or ground", n), "write a pin that is a GPIO, like P1_11")
		case name != "P1_"+strconv.Itoa(n):
			return bad(fmt.Sprintf("%q is no name of a line", name), "write P1_"+strconv.Itoa(n))
		}
		return "GPIO" + strconv.Itoa(headerPins[n-1].Number()), nil
	}
	if name == "" || strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
		return bad(fmt.Sprintf("%q is no name of a line", name), `write one like "GPIO17", "P1_11", or as gpioinfo prints it`)
	}
	return name, nil
}

// place is a line by its chip's name and its offset there, as gpiochip0/17.
type place struct {
	chip   string
	offset int
}

func (p place) String() string { return p.chip + "/" + strconv.Itoa(p.offset) }

// parsePlace reads a place.
func parsePlace(name string) (place, bool) {
	m := placePattern.FindStringSubmatch(name)
	if m == nil {
		return place{}, false
	}
	offset, err := strconv.Atoi(m[2])
	return place{m[1], offset}, err == nil
}
