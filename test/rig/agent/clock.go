package main

import (
	"fmt"

	"golang.org/x/sys/unix"

	"readyshelf/test/rig/wire"
)

// setClock sets the wall clock. The kernel then holds it for unsynchronised, until it is
// told of an error that is small (adjtimex(2)): that is how NTP says that it is right.
func setClock(q wire.Request) error {
	t := unix.NsecToTimeval(q.At.UnixNano())
	if err := unix.Settimeofday(&t); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	if q.N == 0 {
		return nil
	}
	const millisecond = 1000 // in microseconds
	_, err := unix.Adjtimex(&unix.Timex{
		Modes:    unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR,
		Status:   unix.STA_PLL,
		Maxerror: millisecond, Esterror: millisecond,
	})
	if err != nil {
		return fmt.Errorf("say that the clock is right: %w", err)
	}
	return nil
}
