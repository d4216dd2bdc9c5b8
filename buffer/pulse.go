package buffer

import (
	"context"
	"fmt"
	"time"
)

const (
	// reopenLimit is how long pulses pass while the file is opened anew: as long as its
	// probes may take, and a lock and a flush beside them.
	reopenLimit = probeTries*probeLimit + 20*time.Second
	// walkLimit is how long they pass while the whole file is read: 1 GiB, the largest
	// there may be, at 10 MB/s.
	walkLimit = 2 * time.Minute
)

// Pulse returns nil once the writer has turned to it: so whoever asks knows that it
// is alive, and it costs the card nothing. It is answered between two commits, while
// the file is probed and opened anew, and also by a log that is full or that refuses
// everything. A writer that hangs, in a flush or in its Decider, does not answer: then
// the error is that of ctx. It is ErrClosed after Run.
func (l *Log) Pulse(ctx context.Context) error {
	select {
	case l.pulses <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pulse of the log: %w", ctx.Err())
	case <-l.done:
		return fmt.Errorf("pulse of the log: %w", ErrClosed)
	}
}

// Between calls fn where the writer runs, between two commits, and returns after it. So
// fn may change what is the writer's alone, such as the rules of its [Decider], and no
// lock is needed. It must be short. The error is that of ctx, or ErrClosed, and then fn was
// not called.
func (l *Log) Between(ctx context.Context, fn func()) error {
	done := make(chan struct{})
	select {
	case l.between <- func() { defer close(done); fn() }:
		<-done
		return nil
	case <-ctx.Done():
		return fmt.Errorf("between two commits: %w", ctx.Err())
	case <-l.done:
		return fmt.Errorf("between two commits: %w", ErrClosed)
	}
}

// breathe lets a Pulse pass, if one waits. It stands between the steps of what may
// take long: so the longest that one waits is the two flushes of a commit.
func (w *writer) breathe() {
	select {
	case <-w.l.pulses:
	default:
	}
}

// meanwhile runs a step that takes long by right, and lets pulses pass until it is
// done: for limit, after which it hangs as anything else does.
func (w *writer) meanwhile(limit time.Duration, step func() error) error {
	done := make(chan error, 1)
	go func() { done <- step() }()
	late := time.NewTimer(limit)
	defer late.Stop()
	pulses := w.l.pulses
	for {
		select {
		case err := <-done:
			return err
		case <-pulses:
		case <-late.C:
			pulses = nil
		}
	}
}
