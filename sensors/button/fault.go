package button

import (
	"errors"
	"fmt"
)

// What can be wrong with a button.
var (
	errStuck = errors.New("held down for 10 s")
	errNoisy = errors.New("its contact does not come to rest")
	errGone  = errors.New("its line does not answer any more")
)

var remedies = map[error]string{
	errStuck: "free the button; if it is free, look for a short in its cable",
	errNoisy: "check the button's plug and cable, and keep the cable away from motors",
	errGone:  "restart the device; if that does not help, check the button's pin",
}

// fault is what is wrong with a button, for the people at the shelf.
type fault struct {
	error
	remedy string
}

// fault puts the button's name to err, and what to do about it.
func (b *Button) fault(err error) error {
	named := fmt.Errorf("button %s: %w", b.Slot, err)
	if remedy, ok := remedies[err]; ok {
		return &fault{named, remedy}
	}
	return named
}

func (f *fault) Remedy() string { return f.remedy }

func (f *fault) Unwrap() error { return f.error }
