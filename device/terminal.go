package device

import (
	"os"

	"golang.org/x/sys/unix"
)

// IsTerminal says that f is a terminal.
func IsTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// Echo has the terminal f show what is typed, or not.
func Echo(f *os.File, on bool) error {
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return err
	}
	t.Lflag &^= unix.ECHO
	if on {
		t.Lflag |= unix.ECHO
	}
	return unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, t)
}
