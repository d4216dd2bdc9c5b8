package sensors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// card is a log that can be full. It writes what it is given as words: one per
// fact, batches that were one commit joined by "+".
type card struct {
	mu    sync.Mutex
	full  error
	slow  time.Duration
	words []string
	tries []time.Duration
	start time.Time
}

func (c *card) append(ctx context.Context, events ...kitchen.Event) error {
	time.Sleep(c.slow)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries = append(c.tries, time.Since(c.start))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.full != nil {
		return c.full
	}
	var w []string
	for _, e := range events {
		w = append(w, e.Source)
	}
	c.words = append(c.words, strings.Join(w, "+"))
	return nil
}

func (c *card) set(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.full = err
}

var errFullCard = errors.New("no space left on the card")

func trouble(name string) kitchen.Event {
	return kitchen.Event{Source: name, Fault: &kitchen.Fault{}}
}

func press(name string) kitchen.Event {
	return kitchen.Event{Source: name, Press: &kitchen.Press{}}
}

// keep runs a Keeper over c in the bubble and returns it, its log output, and
// what OnChange was told.
func keep(t *testing.T, c *card, max int) (k *Keeper, out *bytes.Buffer, changes *[]bool) {
	out, changes = new(bytes.Buffer), new([]bool)
	c.start = time.Now()
	k = NewKeeper(c.append, max, slog.New(slog.NewTextHandler(out, nil)))
	k.OnChange = func(r bool) { *changes = append(*changes, r) }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	return k, out, changes
}

func mustEmit(t *testing.T, k *Keeper, events ...kitchen.Event) {
	t.Helper()
	if err := k.Emit(t.Context(), events...); err != nil {
		t.Fatalf("Emit: %v", err)
	}
}

func TestKeeperHoldsAndTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &card{}
		k, out, changes := keep(t, c, 0)
		mustEmit(t, k, trouble("a"))
		mustEmit(t, k)
		if k.Refused() {
			t.Error("refused before anything went wrong")
		}

		c.set(errFullCard)
		time.Sleep(time.Second)
		mustEmit(t, k, press("b"), press("c")) // at 1 s
		mustEmit(t, k, trouble("d"))
		if n := k.Held(); !k.Refused() || n != 3 {
			t.Errorf("while the card is full: refused %v, %d held, want 3", k.Refused(), n)
		}
		time.Sleep(20 * time.Second)
		c.set(nil)
		time.Sleep(20 * time.Second)
		if n := k.Held(); k.Refused() || n != 0 {
			t.Errorf("after the card has room: refused %v, %d held", k.Refused(), n)
		}
		mustEmit(t, k, trouble("e"))
		synctest.Wait()

		if diff := cmp.Diff([]string{"a", "b+c", "d", "e"}, c.words); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]bool{true, false}, *changes); diff != "" {
			t.Errorf("OnChange (-want +got):\n%s", diff)
		}
		// Refused at 1 s, then after 0.5, 1, 2, 4, 8 and 10 s; d follows at once.
		const ms = time.Millisecond
		want := []time.Duration{0, 1000 * ms, 1500 * ms, 2500 * ms, 4500 * ms, 8500 * ms, 16500 * ms, 26500 * ms, 26500 * ms, 41000 * ms}
		if diff := cmp.Diff(want, c.tries); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		if n := strings.Count(out.String(), "\n"); n != 2 {
			t.Errorf("%d log lines, want one at the beginning and one at the end:\n%s", n, out)
		}
	})
}

// Facts emitted while the held ones are being written go behind them.
func TestKeeperKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &card{full: errFullCard, slow: 7 * time.Millisecond}
		k, _, _ := keep(t, c, 0)
		time.AfterFunc(time.Second, func() { c.set(nil) })
		var want []string
		for i := range 1000 {
			name := fmt.Sprint(i)
			want = append(want, name)
			mustEmit(t, k, press(name))
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(want, strings.Split(strings.Join(c.words, "+"), "+")); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		if len(c.words) >= 1000 {
			t.Error("held facts were written one by one")
		}
	})
}

func TestKeeperFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &card{full: errFullCard}
		k, _, _ := keep(t, c, 4)
		mustEmit(t, k, press("p1"), trouble("w1"))
		mustEmit(t, k, trouble("w2"))
		mustEmit(t, k, press("p2"))
		mustEmit(t, k, press("p3")) // w1 goes
		mustEmit(t, k, trouble("w3"))
		mustEmit(t, k, press("p4")) // w3 goes: p1 p2 p3 p4 are left
		err := k.Emit(t.Context(), press("p5"))
		if !errors.Is(err, ErrFull) || !errors.Is(err, errFullCard) {
			t.Errorf("Emit to a full keeper returned %v", err)
		}
		if err := k.Emit(t.Context(), trouble("w4")); !errors.Is(err, ErrFull) {
			t.Errorf("Emit of a weight to a keeper full of presses returned %v", err)
		}
		c.set(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"p1", "p2+p3+p4"}, c.words); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		mustEmit(t, k, trouble("w5"))
		if got := c.words[len(c.words)-1]; got != "w5" {
			t.Errorf("the last fact is %q, want w5", got)
		}
	})
}

// A batch that is being written is not thinned under the writer's hands.
func TestKeeperDoesNotThinWhatIsBeingWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &card{full: errFullCard, slow: time.Second}
		k, _, _ := keep(t, c, 2)
		mustEmit(t, k, trouble("w1"))
		mustEmit(t, k, trouble("w2"))
		c.set(nil)
		time.Sleep(time.Second) // w1 is being written
		mustEmit(t, k, press("p1"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"w1", "p1"}, c.words); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestKeeperAtTheEnd(t *testing.T) {
	for name, full := range map[string]error{"saves": nil, "loses": errFullCard} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				c := &card{full: errFullCard}
				k := NewKeeper(c.append, 0, slog.New(slog.NewTextHandler(&out, nil)))
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- k.Run(ctx) }()
				mustEmit(t, k, press("a"))
				time.Sleep(time.Minute)
				c.set(full)
				cancel()
				if err := <-done; err != nil {
					t.Errorf("Run returned %v", err)
				}
				if got := slices.Equal(c.words, []string{"a"}); got != (full == nil) {
					t.Errorf("log has %q", c.words)
				}
				if got := strings.Contains(out.String(), "facts are lost"); got != (full != nil) {
					t.Errorf("log output:\n%s", out.String())
				}
				if err := k.Emit(ctx, press("b")); full == nil && !errors.Is(err, context.Canceled) {
					t.Errorf("Emit with an ended context returned %v", err)
				}
			})
		})
	}
}
