package buffer

import (
	"context"
	"errors"
	"fmt"

	"readyshelf/kitchen"
)

// maxBatch and maxBatchBytes bound what one commit takes from those who wait.
const (
	maxBatch      = 256
	maxBatchBytes = 1 << 20
)

// Append makes facts durable, with all that follows from them, and returns nil
// once they are. They stay together and in order. Seq of a fact is ignored.
//
// On an error nothing of them is in the log, but for an I/O error at the very end
// of a commit, after which they may be. ErrFull and I/O errors may pass: try
// again. A ctx that ends while the facts wait takes them back; once the writer has
// them, its answer is waited for.
func (l *Log) Append(ctx context.Context, facts ...kitchen.Event) error {
	if len(facts) == 0 {
		return nil
	}
	r, err := newRequest(facts)
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}
	select {
	case l.requests <- r:
	case <-ctx.Done():
		return fmt.Errorf("append: %w", ctx.Err())
	case <-l.done:
		return fmt.Errorf("append: %w", ErrClosed)
	}
	if err := <-r.done; err != nil {
		return fmt.Errorf("append: %w", err)
	}
	return nil
}

// request is one Append.
type request struct {
	facts []kitchen.Event
	size  int64
	done  chan error
}

// newRequest copies facts by way of their records: the Decider sees what a replay
// will see, and the caller may change its own.
func newRequest(facts []kitchen.Event) (*request, error) {
	r := &request{done: make(chan error, 1)}
	for _, f := range facts {
		rec, err := encode(f)
		if err != nil {
			return nil, err
		}
		f, err = decode(rec.key, rec.value)
		if err != nil {
			return nil, err
		}
		r.facts = append(r.facts, f)
		r.size += int64(rec.size())
	}
	return r, nil
}

// serve writes a request and those who wait behind it in one commit.
func (w *writer) serve(first *request) {
	batch, facts, size := []*request{first}, first.facts, first.size
	for waiting := true; waiting && len(facts) < maxBatch && size < maxBatchBytes; {
		select {
		case r := <-w.l.requests:
			batch, facts, size = append(batch, r), append(facts, r.facts...), size+r.size
		default:
			waiting = false
		}
	}
	err := w.write(facts, size, nil)
	if len(batch) == 1 || !errors.Is(err, ErrRefused) && !errors.Is(err, ErrFull) {
		for _, r := range batch {
			r.done <- err
		}
		return
	}
	// One bad or large fact must not take the others down.
	for _, r := range batch {
		r.done <- w.write(r.facts, r.size, nil)
	}
}
