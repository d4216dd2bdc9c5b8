package main

import (
	"errors"

	"readyshelf/device"
)

// pin checks the name of a line, and returns it so that two names of one line are
// equal: P1_11 is GPIO17.
func (c *checker) pin(key, name string) string {
	if name == "" {
		return ""
	}
	canonical, err := device.LineName(name)
	var e *device.Error
	if errors.As(err, &e) {
		c.bad(key, e.Err.Error(), e.Hint)
	}
	return canonical
}
