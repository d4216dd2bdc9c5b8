package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// headerPins are the GPIO numbers at the pins of the Raspberry Pi's 40-pin
// header, by pin; the others are supply and ground
// (https://pinout.xyz, the same on every model since the B+).
var headerPins = map[int]int{
	3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25,
	23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}

var (
	gpioPattern   = regexp.MustCompile(`^GPIO(\d{1,3})$`)
	headerPattern = regexp.MustCompile(`^P1_(\d{1,3})$`)
)

// pin checks the name of a line, and returns it so that two names of one line are
// equal: P1_11 is GPIO17.
func (c *checker) pin(key, name string) string {
	if m := gpioPattern.FindStringSubmatch(strings.ToUpper(name)); m != nil {
		n, _ := strconv.Atoi(m[1])
		if canonical := fmt.Sprintf("GPIO%d", n); name != canonical {
			c.bad(key, fmt.Sprintf("%q is no name of a line", name), "write "+canonical)
			return ""
		}
		return name
	}
	if m := headerPattern.FindStringSubmatch(strings.ToUpper(name)); m != nil {
		n, _ := strconv.Atoi(m[1])
		gpio, ok := headerPins[n]
		switch {
		case n < 1 || n > 40:
			c.bad(key, fmt.Sprintf("the header has no pin %d", n), "write P1_1 to P1_40, or GPIO17")
		case !ok:
			c.bad(key, fmt.Sprintf("pin %d of the header is supply or ground", n), "write a pin that is a GPIO, like P1_11")
		case name != fmt.Sprintf("P1_%d", n):
			c.bad(key, fmt.Sprintf("%q is no name of a line", name), fmt.Sprintf("write P1_%d", n))
		default:
			return fmt.Sprintf("GPIO%d", gpio)
		}
		return ""
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		c.bad(key, fmt.Sprintf("%q is no name of a line", name), `write one like "GPIO17", "P1_11", or as gpioinfo prints it`)
		return ""
	}
	return name
}
