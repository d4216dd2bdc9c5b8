package device

import (
	"errors"
	"io/fs"
	"syscall"
)

// Error says what could not be done with a device, for the person who can help.
type Error struct {
	Op   string // what was tried: "open"
	Path string // with what: "/dev/ttyUSB0", "GPIO17", ":9100"
	Err  error  // what is wrong
	Hint string // what to do; may be empty
}

// Error says all of it: "open /dev/ttyUSB0: permission denied; add the user …".
func (e *Error) Error() string {
	s := e.Op + " " + e.Path + ": " + e.Err.Error()
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Remedy returns what to do; it may be empty.
func (e *Error) Remedy() string { return e.Hint }

// The causes that people meet, in their words. They match the errors of package fs
// and syscall that they stand for.
var (
	errMissing = plain{"it is not there", fs.ErrNotExist}
	errDenied  = plain{"no permission", fs.ErrPermission}
	errBusy    = plain{"something else is using it", syscall.EBUSY}
	errGone    = plain{"it was unplugged or switched off", errors.Join(syscall.EIO, fs.ErrNotExist)}
)

// plain is an error in plain words that is, for errors.Is, the one it stands for.
type plain struct {
	text string
	is   error
}

func (p plain) Error() string { return p.text }

func (p plain) Unwrap() error { return p.is }

// inWords replaces err by the cause that people meet, if it is one.
func inWords(err error) error {
	switch {
	case errors.Is(err, syscall.EIO):
		return errGone
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return errMissing
	case errors.Is(err, fs.ErrPermission):
		return errDenied
	case errors.Is(err, syscall.EBUSY), errors.Is(err, syscall.EWOULDBLOCK):
		return errBusy
	}
	return err
}
