package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"readyshelf/kitchen"
)

// Cable is a till that prints to us over USB. Unlike a connection it has no
// beginning and no end: a job ends with its cut or with silence.
type Cable interface {
	duplex
	// SetOffline tells the till beside the stream of bytes whether jobs are taken.
	SetOffline(offline bool)
}

// duplex is what a session needs of the way to its host and back.
type duplex interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Close() error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// ServeCable is the printer of the till at c until ctx ends, and emits one fact for
// each slip that holds text or a picture. It closes c. It returns nil if ctx ended,
// else why c failed.
func (p *Printer) ServeCable(ctx context.Context, c Cable, emit func(context.Context, ...kitchen.Event) error) error {
	s := &session{p: p, conn: c, cable: c, err: errors.New("a print job could not be read")}
	s.serve(ctx, &reporter{name: p.Name, opts: p.Options, log: p.Log, emit: emit})
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("be a USB printer: %w", s.err)
}
