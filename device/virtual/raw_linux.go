package virtual

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// raw makes a pseudo-terminal pass bytes as a serial line does: no echo, no
// lines, no signals.
func raw(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if err != nil {
			failed = err
			return
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		failed = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("make a pseudo-terminal raw: %w", err)
	}
	return nil
}
