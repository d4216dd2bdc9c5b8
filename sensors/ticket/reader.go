package ticket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// A Reader reads slips that are pictures, one at a time, beside the printers: the
// arrival of a slip is a fact before, and nobody waits for its text. What was read is
// a further fact, of the same slip.
//
// At most mostPictures wait. One more is given up: that it came is known all the same.
type Reader struct {
	// See returns the text of a picture, as tesseract's table (TSV). It is called by one
	// goroutine, and returns soon after ctx ends.
	See func(ctx context.Context, pgm []byte) (tsv []byte, err error)
	// Now stamps what was read.
	Now func() kitchen.Stamp
	Log *slog.Logger

	failed int // pictures in a row that were not read; of Run

	once  sync.Once
	queue chan sight
	mu    sync.Mutex
	full  bool // the last picture was given up
}

// mostPictures are 23 MB where each is as large as may be; usual ones have a tenth.
const mostPictures = 12

// mostFailed is how many pictures in a row may fail before that is a fault.
const mostFailed = 3

// errBlind is that so many pictures in a row were not read.
var errBlind = errors.New("pictures cannot be read")

// A sight is a picture that waits to be read, and whose it is.
type sight struct {
	by      *reporter
	picture *Picture
	seen    uint64 // its fingerprint
}

func (r *Reader) waiting() chan sight {
	r.once.Do(func() { r.queue = make(chan sight, mostPictures) })
	return r.queue
}

// offer lets a picture be read when its turn comes, unless too many wait.
func (r *Reader) offer(s sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case r.waiting() <- s:
		r.full = false
	default:
		if !r.full {
			r.full = true
			r.Log.Warn("tickets come as pictures faster than they can be read; some are counted and not read")
		}
	}
}

// Run reads what comes until ctx ends; nil then. It calls up when reading is known to
// work: at once, or after it has failed with the next picture that is read. Its error
// says why pictures cannot be read at present.
func (r *Reader) Run(ctx context.Context, up func()) error {
	if r.failed == 0 {
		up()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-r.waiting():
			err := r.read(ctx, s)
			switch {
			case ctx.Err() != nil:
				return nil
			case err == nil:
				r.failed = 0
				up()
				continue
			}
			r.Log.Warn("a ticket that came as a picture was not read", "error", err)
			if r.failed++; r.failed >= mostFailed {
				return fmt.Errorf("%w: %w", errBlind, err)
			}
		}
	}
}

// read reads one picture. Whatever goes wrong with it stays with it.
func (r *Reader) read(ctx context.Context, s sight) (err error) {
	defer func() {
		if v := recover(); v != nil {
			panicked(r.Log, "a picture could not be read", v)
			err = errors.New("a mistake in the program")
		}
	}()
	began := time.Now()
	file, scale := s.picture.PGM()
	table, err := r.See(ctx, file)
	if err != nil {
		return err
	}
	seen, err := parseTSV(table, scale)
	if err != nil {
		return err
	}
	r.Log.Debug("a picture was read", "took", time.Since(began), "confidence", seen.confidence, "lines", len(seen.slip.Lines))
	if len(seen.slip.Lines) == 0 {
		return nil
	}
	s.by.readTicket(ctx, r.Now(), s.seen, seen)
	return nil
}
