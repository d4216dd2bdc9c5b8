package sensors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// The waits between one try and the next double from first to last, and start
// over once the source has been healthy. A device that is not there is looked for
// every second, however long it is away: that costs next to nothing, and a cable
// that is put back must work at once.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 30 * time.Second
	awayRetry  = time.Second
)

// DefaultHealthy is how long a source must work to count as recovered.
const DefaultHealthy = 5 * time.Second

// Emit appends facts to the log. When it returns nil they are safe.
type Emit func(ctx context.Context, events ...kitchen.Event) error

// Source is one device that is kept running.
type Source struct {
	// Name is its name in the log: "scale/shelf-a1".
	Name string
	// Run opens the device and works it until it fails or ctx ends. It calls up
	// once the device has proved that it works, not merely that it could be opened.
	// Returning nil while ctx lives counts as a failure too.
	//
	// The error's text is shown to people. If the error, or one that it wraps, has
	// a method Remedy() string, that is shown in place of the Source's Remedy. One
	// that is [fs.ErrNotExist] says that the device is not there: it is tried again
	// every second.
	Run func(ctx context.Context, up func()) error
	// Remedy says what a person can do about a fault.
	Remedy string
	// Faulted says that a fault of it is still open in the log from before.
	Faulted bool
	// Healthy is how long it must work after up, without a failure, for its fault
	// to end. Zero is [DefaultHealthy].
	Healthy time.Duration
}

// Supervise keeps s running until ctx ends, and then returns nil as soon as s.Run
// has returned. A panic in Run, on the goroutine that called it, is a failure
// like any other.
//
// The first failure emits a Fault; further ones emit nothing until s was up for
// s.Healthy, which emits Recovered. So a flapping device is one fault and not a
// storm. A fact that emit does not take is emitted again at the next occasion.
func Supervise(ctx context.Context, s Source, now func() kitchen.Stamp, emit Emit, log *slog.Logger) error {
	if s.Healthy <= 0 {
		s.Healthy = DefaultHealthy
	}
	w := watch{Source: s, now: now, emit: emit, log: log.With("source", s.Name), retry: firstRetry}
	for {
		err := w.attempt(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			w.retry = min(w.retry, awayRetry)
		}
		w.failed(ctx, err)
		if !wait(ctx, w.retry) {
			return nil
		}
		w.retry = min(2*w.retry, lastRetry)
	}
}

// watch is one Supervise at work. Its Faulted follows the log.
type watch struct {
	Source
	now   func() kitchen.Stamp
	emit  Emit
	log   *slog.Logger
	retry time.Duration // the wait after the next failure
	said  string        // the failure that was logged last; empty while healthy
}

// attempt runs the source once, and notes when it has become healthy.
func (w *watch) attempt(ctx context.Context) error {
	up := make(chan struct{})
	done := make(chan error, 1)
	go func() { done <- w.safely(ctx, sync.OnceFunc(func() { close(up) })) }()

	healthy := time.NewTimer(w.Healthy)
	healthy.Stop()
	defer healthy.Stop()
	for {
		select {
		case <-up:
			up = nil
			healthy.Reset(w.Healthy)
		case <-healthy.C:
			if !w.worked(ctx) {
				healthy.Reset(w.Healthy)
			}
		case err := <-done:
			return err
		}
	}
}

// safely calls Run and turns a panic into an error.
func (w *watch) safely(ctx context.Context, up func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.log.Error("source panicked", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("a mistake in the program: %v", r)
		}
	}()
	if err := w.Run(ctx, up); err != nil {
		return err
	}
	return errors.New("stopped without saying why")
}

// failed tells of a failure, if it is news.
func (w *watch) failed(ctx context.Context, err error) {
	text, remedy := Explain(err, w.Remedy)
	if text != w.said {
		w.said = text
		w.log.Warn("source failed", "error", text, "retry", w.retry)
	}
	if w.Faulted {
		return
	}
	e := w.now().Fact(w.Name)
	e.Fault = &kitchen.Fault{Device: w.Name, Text: text, Remedy: remedy}
	w.Faulted = w.tell(ctx, e)
}

// worked tells that the source has been healthy. It returns false if that must
// be told again.
func (w *watch) worked(ctx context.Context) bool {
	w.retry = firstRetry
	if w.said != "" {
		w.said = ""
		w.log.Info("source works again")
	}
	if !w.Faulted {
		return true
	}
	e := w.now().Fact(w.Name)
	e.Recovered = &kitchen.Recovered{Device: w.Name}
	w.Faulted = !w.tell(ctx, e)
	return !w.Faulted
}

func (w *watch) tell(ctx context.Context, e kitchen.Event) bool {
	err := w.emit(ctx, e)
	if err != nil && ctx.Err() == nil {
		w.log.Error("fact was not taken", "error", err)
	}
	return err == nil
}

// Explain splits err into what is wrong and what to do. An error that names its
// remedy also ends its text with it, for those who only print errors.
func Explain(err error, remedy string) (text, what string) {
	text = err.Error()
	var r interface{ Remedy() string }
	if errors.As(err, &r) && r.Remedy() != "" {
		remedy = r.Remedy()
		text = strings.TrimSuffix(text, "; "+remedy)
	}
	return text, remedy
}

// wait waits for d and returns true, or false as soon as ctx ends.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
