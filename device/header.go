package device

import (
	"errors"
	"strconv"
	"strings"
)

// header says which GPIO is at a pin of the 40-pin header, which every Raspberry
// Pi since the B+ has. What is missing is power or ground. Pins 27 and 28 are for
// the EEPROM of a HAT.
// Source: https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio
var header = map[int]int{
	3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23,
	18: 24, 19: 10, 21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1,
	29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}

// headerLine returns the name of the line at a pin of the header: P1_11 is GPIO17.
func headerLine(name string) (string, error) {
	pin, err := strconv.Atoi(strings.TrimPrefix(name, "P1_"))
	if err != nil || pin < 1 || pin > 40 {
		return "", errors.New("the header has pins 1 to 40")
	}
	n, ok := header[pin]
	if !ok {
		return "", errors.New("this pin is power or ground")
	}
	return "GPIO" + strconv.Itoa(n), nil
}
