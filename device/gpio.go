package device

import (
	"io"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
)

// consumer is what the kernel shows as the user of our lines.
const consumer = "readyshelf"

// gpioBus is the machine's GPIO chips: the kernel's character devices of version
// 2, Linux 5.10 and newer. Everything that this driver wants of the kernel goes
// through it and the two interfaces below, so that a test can bring its own.
//
// Format: https://docs.kernel.org/userspace-api/gpio/chardev.html
type gpioBus interface {
	// chips returns the names of the chips, as gpiochip0, each chip once. None is
	// no error.
	chips() ([]string, error)
	// open opens a chip by its name, or by another name that /dev has for it.
	open(name string) (gpioChip, error)
	// clocks reads CLOCK_BOOTTIME and then CLOCK_MONOTONIC. Edges are stamped with the
	// second; they differ by the time that the machine was suspended.
	clocks() (boot, mono time.Duration)
}

// gpioChip is an open chip.
type gpioChip interface {
	// info returns its name (gpiochip0), the label that its driver gave it
	// (pinctrl-bcm2711), and how many lines it has.
	info() (uapi.ChipInfo, error)
	// line describes one line: name, flags, and who has it.
	line(offset int) (uapi.LineInfoV2, error)
	// request takes lines. It sets nothing in r that a caller may use.
	request(r *uapi.LineRequest) (gpioLines, error)
	io.Closer
}

// gpioLines are lines that were taken with one request. They are free again after
// Close.
type gpioLines interface {
	// Read reads whole edges, each eventSize bytes. It blocks until there is one,
	// the deadline has passed, or Close is called. Of a removed chip it may return
	// ENODEV or block for ever, depending on the kernel.
	io.Reader
	SetReadDeadline(time.Time) error
	// get reads the levels of the lines in mask, by their places in the request.
	// Of a removed chip it returns ENODEV.
	get(mask uapi.LineBitmap) (uapi.LineBitmap, error)
	// set drives the lines of mask. Of a removed chip it returns ENODEV.
	set(levels, mask uapi.LineBitmap) error
	io.Closer
}
