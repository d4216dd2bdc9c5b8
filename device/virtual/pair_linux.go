package virtual

import (
	"errors"
	"fmt"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// openPair opens a pseudo-terminal that passes bytes as a serial line does: no
// echo, no lines, no signals. Closing its master ends a read of it.
func openPair() (master, slave *os.File, err error) {
	opened, slave, err := pty.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	master, err = pollable(opened)
	if err = errors.Join(err, opened.Close()); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("prepare a pseudo-terminal: %w", err), slave.Close())
	}
	return master, slave, nil
}

// pollable makes a raw copy of a file whose reads do not hold up its Close; the
// library's own blocks in read(2).
func pollable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err == nil {
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		err = unix.IoctlSetTermios(fd, unix.TCSETS, t)
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
