package ticket

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"readyshelf/kitchen"
)

// tapIdle ends a slip that no cut ended on a serial line, where a host waits for
// the printer's paper in the middle of one.
const tapIdle = 2500 * time.Millisecond

// A Tap listens on a serial line between a till and its printer. It only receives.
type Tap struct {
	// Name is the printer's in the configuration: its facts come from "printer/"+Name.
	Name string
	Options
	// Idle is the silence that ends a slip without a cut. Zero means 2.5 s.
	Idle time.Duration
	// Now stamps a slip when its last byte has come.
	Now func() kitchen.Stamp
	Log *slog.Logger
}

// A piece is what one read gave.
type piece struct {
	p   []byte
	err error
}

// Run reads r until that fails, and emits one fact for each slip that holds text or
// a picture. A read that returns nothing and no error is a pause. It calls up once,
// when reading is known to work. The caller closes r when ctx ends; Run returns nil
// then, when that read has ended.
func (t *Tap) Run(ctx context.Context, r io.Reader, up func(), emit func(context.Context, ...kitchen.Event) error) error {
	idle := t.Idle
	if idle <= 0 {
		idle = tapIdle
	}
	pieces := make(chan piece)
	go readPieces(r, pieces)
	in := &intake{
		reporter: &reporter{name: t.Name, opts: t.Options, log: t.Log, emit: emit},
		d:        NewDecoder(t.Options), idle: idle, now: t.Now,
	}
	tick := time.NewTimer(idle)
	defer tick.Stop()
	for works := false; ; {
		var got piece
		select {
		case got = <-pieces:
		case <-tick.C:
		}
		t.guard(in, func() { in.write(ctx, got.p) })
		if got.err != nil {
			t.guard(in, func() { in.close(ctx) })
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("read the serial line: %w", got.err)
		}
		if !works {
			works = true
			up()
		}
		t.guard(in, func() { in.quiet(ctx) })
		if end := in.silence(); !end.IsZero() {
			tick.Reset(time.Until(end))
		}
	}
}

// guard does a step of decoding. If that panics, the slip at hand is lost, and
// nothing else.
func (t *Tap) guard(in *intake, step func()) {
	defer func() {
		if v := recover(); v != nil {
			panicked(t.Log, "a print job could not be read", v)
			in.d = NewDecoder(t.Options)
		}
	}()
	step()
}

// readPieces reads r until it fails. The one who takes the pieces takes them up to
// the error, which is the last.
func readPieces(r io.Reader, pieces chan<- piece) {
	for {
		p := make([]byte, 512)
		n, err := r.Read(p)
		pieces <- piece{p: p[:n], err: err}
		if err != nil {
			return
		}
	}
}
