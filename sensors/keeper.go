package sensors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// DefaultKept is how many facts a [Keeper] holds: a busy hour of a kitchen.
const DefaultKept = 1024

// The waits between tries while the log refuses. The longest is how late the
// light may turn from red to normal.
const (
	firstAgain = 500 * time.Millisecond
	lastAgain  = 10 * time.Second
)

// together is how many facts at most go into one commit once the log takes them
// again: one fsync each would take a minute on a slow card.
const together = 64

// lastTry bounds the one last try when the daemon ends.
const lastTry = 2 * time.Second

// ErrFull says that the log refuses facts and that the Keeper has no room either.
var ErrFull = errors.New("no room for another fact")

// Keeper appends facts to the log, and holds them while the log refuses them.
// The facts of one caller stay in order; those of one call stay one batch.
type Keeper struct {
	// OnChange, if set, is called when Refused changes, with its new value: red
	// light, printer offline. It is never called twice at once, and must not call
	// the Keeper. Set it before the first Emit.
	OnChange func(refused bool)

	append Emit
	max    int
	log    *slog.Logger
	wake   chan struct{}

	hook sync.Mutex // held while OnChange runs
	told bool       // what OnChange was told last

	mu      sync.Mutex
	queue   []*held
	facts   int // in queue
	since   time.Time
	saved   int // facts appended since the refusal began
	dropped int // facts given up since then
	cause   error
}

// held is one batch that waits.
type held struct {
	events []kitchen.Event
	busy   bool // being appended right now: may not be thinned
}

// NewKeeper returns a Keeper that appends with append and holds at most max
// facts; max 0 is [DefaultKept]. Its [Keeper.Run] must run for held facts to get
// anywhere.
func NewKeeper(append Emit, max int, log *slog.Logger) *Keeper {
	if max <= 0 {
		max = DefaultKept
	}
	return &Keeper{append: append, max: max, log: log, wake: make(chan struct{}, 1)}
}

// Emit appends events in one commit and returns when they are safe. If the log
// refuses them, or already refuses earlier ones, it holds them and returns nil.
//
// When there is no room, the oldest facts that are neither a Ticket nor a Press
// are given up first. If that does not help, Emit returns an error that is
// [ErrFull] and says why the log refuses. It returns the log's own error only if
// ctx has ended.
func (k *Keeper) Emit(ctx context.Context, events ...kitchen.Event) error {
	if len(events) == 0 {
		return nil
	}
	if held, err := k.hold(events, nil); held {
		return err
	}
	err := k.append(ctx, events...)
	if err == nil || ctx.Err() != nil {
		return err
	}
	_, err = k.hold(events, err)
	return err
}

// Refused says whether facts wait because the log does not take them.
func (k *Keeper) Refused() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.queue) > 0
}

// Held returns how many facts wait in memory: they are lost with the power.
func (k *Keeper) Held() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.facts
}

// Run appends what is held, as soon as the log takes it again, until ctx ends.
// It then tries once more, for 2 s at most, and returns nil.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			k.last(ctx)
			return nil
		case <-k.wake:
			k.drain(ctx)
		}
	}
}

// hold queues events that the log refused with cause. Without a cause it queues
// them only behind others that wait, and else returns false.
func (k *Keeper) hold(events []kitchen.Event, cause error) (bool, error) {
	defer k.tell()
	k.mu.Lock()
	defer k.mu.Unlock()
	if cause != nil {
		k.cause = cause
	} else if len(k.queue) == 0 {
		return false, nil
	}
	if len(k.queue) == 0 {
		k.since, k.saved, k.dropped = time.Now(), 0, 0
		k.log.Error("the log refuses facts; holding them in memory", "error", k.cause)
	}
	if !k.room(len(events)) {
		return true, fmt.Errorf("%w: %d wait already because the log refuses them: %w", ErrFull, k.facts, k.cause)
	}
	k.queue = append(k.queue, &held{events: slices.Clone(events)})
	k.facts += len(events)
	select {
	case k.wake <- struct{}{}:
	default:
	}
	return true, nil
}

// room makes room for n facts by giving up the oldest that are not critical. It
// gives up nothing if that would not be enough.
func (k *Keeper) room(n int) bool {
	excess := k.facts + n - k.max
	if excess <= 0 {
		return true
	}
	spare := 0
	for _, h := range k.queue {
		spare += h.spare()
	}
	if spare < excess {
		return false
	}
	k.dropped += excess
	k.facts -= excess
	for _, h := range k.queue {
		excess -= h.thin(excess)
	}
	k.queue = slices.DeleteFunc(k.queue, func(h *held) bool { return len(h.events) == 0 })
	return true
}

// spare is how many facts of h may be given up.
func (h *held) spare() int {
	if h.busy {
		return 0
	}
	n := 0
	for _, e := range h.events {
		if !critical(e) {
			n++
		}
	}
	return n
}

// thin gives up at most n facts of h, the oldest first, and returns how many.
func (h *held) thin(n int) int {
	n = min(n, h.spare())
	left := n
	h.events = slices.DeleteFunc(h.events, func(e kitchen.Event) bool {
		if left == 0 || critical(e) {
			return false
		}
		left--
		return true
	})
	return n
}

// critical facts are orders and what people did, at a button or on a scale; the
// rest is about devices.
func critical(e kitchen.Event) bool { return e.Ticket != nil || e.Press != nil || e.Weight != nil }

// drain appends until nothing is held or ctx ends.
func (k *Keeper) drain(ctx context.Context) {
	again, most := firstAgain, 1
	for k.Refused() {
		if most == 1 && !wait(ctx, again) {
			return
		}
		if k.try(ctx, most) {
			again, most = firstAgain, together
			continue
		}
		if most == 1 {
			again = min(2*again, lastAgain)
		}
		most = 1
	}
}

// try appends the head of the queue, and with it the batches that follow it as
// long as they are no more than most facts together. The head goes alone after a
// refusal, so that no batch is held up by one behind it.
func (k *Keeper) try(ctx context.Context, most int) bool {
	events, batches := k.take(most)
	err := k.append(ctx, events...)
	defer k.tell()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range k.queue[:batches] {
		h.busy = false
	}
	if err != nil {
		if ctx.Err() == nil {
			k.cause = err
		}
		return false
	}
	k.queue = slices.Delete(k.queue, 0, batches)
	k.facts -= len(events)
	k.saved += len(events)
	if len(k.queue) == 0 {
		k.log.Info("the log takes facts again", "after", time.Since(k.since).Round(time.Millisecond), "saved", k.saved, "dropped", k.dropped)
	}
	return true
}

// take returns the facts to append next and of how many batches they are. Those
// batches stay in the queue, so that whoever emits meanwhile waits behind them.
func (k *Keeper) take(most int) (events []kitchen.Event, batches int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range k.queue {
		if batches > 0 && len(events)+len(h.events) > most {
			break
		}
		h.busy = true
		events = append(events, h.events...)
		batches++
	}
	return events, batches
}

// last tries to save what is still held when the daemon ends.
func (k *Keeper) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTry)
	defer cancel()
	for k.Refused() && k.try(ctx, together) {
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.facts > 0 {
		k.log.Error("facts are lost: the log refuses them and the program ends", "facts", k.facts, "error", k.cause)
	}
}

// tell tells OnChange what Refused says now, if that is news.
func (k *Keeper) tell() {
	if k.OnChange == nil {
		return
	}
	k.hook.Lock()
	defer k.hook.Unlock()
	if now := k.Refused(); now != k.told {
		k.told = now
		k.OnChange(now)
	}
}
