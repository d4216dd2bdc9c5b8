package sensors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// journal is a log that remembers facts as lines: when, and what.
type journal struct {
	start time.Time
	lines []string
	full  func(up time.Duration) bool // when it takes nothing; nil is never
}

func newJournal() *journal { return &journal{start: time.Now()} }

func (j *journal) now() kitchen.Stamp {
	return kitchen.Stamp{Boot: 1, Up: time.Since(j.start), At: time.Now(), Clock: kitchen.Synced}
}

func (j *journal) emit(_ context.Context, events ...kitchen.Event) error {
	if j.full != nil && j.full(time.Since(j.start)) {
		return errors.New("card full")
	}
	for _, e := range events {
		switch {
		case e.Fault != nil:
			j.lines = append(j.lines, fmt.Sprintf("%v fault %s: %s (%s)", e.Up, e.Fault.Device, e.Fault.Text, e.Fault.Remedy))
		case e.Recovered != nil:
			j.lines = append(j.lines, fmt.Sprintf("%v recovered %s", e.Up, e.Recovered.Device))
		}
	}
	return nil
}

// script is a device: each Run takes one step, the last one lasts.
type script struct {
	runs  []step
	tries []time.Duration // when each Run began
	start time.Time
}

type step struct {
	up    bool
	lasts time.Duration
	err   error
	boom  string
}

func (s *script) run(ctx context.Context, up func()) error {
	st := s.runs[min(len(s.tries), len(s.runs)-1)]
	s.tries = append(s.tries, time.Since(s.start))
	if st.up {
		up()
		up() // a second call is nothing
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(st.lasts):
	}
	if st.boom != "" {
		panic(st.boom)
	}
	return st.err
}

type remedial struct{}

func (remedial) Error() string  { return "no permission; ask the chef" }
func (remedial) Remedy() string { return "ask the chef" }

func TestSupervise(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		runs    []step
		faulted bool
		after   time.Duration
		want    []string
	}{
		"works": {
			runs:  []step{{up: true, lasts: time.Hour}},
			after: time.Minute,
		},
		"one fault for many tries, recovered after 5 s": {
			runs:  []step{{err: gone}, {err: gone}, {err: errors.New("busy")}, {up: true, lasts: time.Hour}},
			after: time.Minute,
			want:  []string{"0s fault scale/a: gone (look)", "6.75s recovered scale/a"}, // 0.25+0.5+1 s of waits, 5 s healthy
		},
		"flapping is one fault": {
			runs:  []step{{up: true, lasts: 3 * time.Second, err: gone}},
			after: time.Hour,
			want:  []string{"3s fault scale/a: gone (look)"},
		},
		"never proved to work": {
			runs:  []step{{lasts: time.Minute, err: gone}, {lasts: time.Hour}},
			after: 30 * time.Minute,
			want:  []string{"1m0s fault scale/a: gone (look)"},
		},
		"two faults": {
			runs:  []step{{up: true, lasts: 10 * time.Second, err: gone}},
			after: 21 * time.Second,
			want: []string{
				"10s fault scale/a: gone (look)", "15.25s recovered scale/a",
				"20.25s fault scale/a: gone (look)",
			},
		},
		"a fault from before ends": {
			runs:    []step{{err: gone}, {up: true, lasts: time.Hour}},
			faulted: true,
			after:   time.Minute,
			want:    []string{"5.25s recovered scale/a"},
		},
		"panic": {
			runs:  []step{{boom: "index out of range"}, {lasts: time.Hour}},
			after: time.Minute,
			want:  []string{"0s fault scale/a: a mistake in the program: index out of range (look)"},
		},
		"silent end": {
			runs:  []step{{}, {lasts: time.Hour}},
			after: time.Minute,
			want:  []string{"0s fault scale/a: stopped without saying why (look)"},
		},
		"an error with a remedy": {
			runs:  []step{{err: fmt.Errorf("open: %w", remedial{})}, {lasts: time.Hour}},
			after: time.Minute,
			want:  []string{"0s fault scale/a: open: no permission (ask the chef)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := newJournal()
				s := &script{runs: c.runs, start: time.Now()}
				supervise(t, c.after, Source{Name: "scale/a", Run: s.run, Remedy: "look", Faulted: c.faulted}, j)
				if diff := cmp.Diff(c.want, j.lines); diff != "" {
					t.Errorf("facts (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// supervise runs s for d and checks that it ends at once.
func supervise(t *testing.T, d time.Duration, s Source, j *journal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	start := time.Now()
	if err := Supervise(ctx, s, j.now, j.emit, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("Supervise returned %v", err)
	}
	if took := time.Since(start); took != d {
		t.Errorf("ended after %v, want %v", took, d)
	}
}

func TestSuperviseBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		runs := make([]step, 9)
		for i := range runs {
			runs[i].err = gone
		}
		runs = append(runs, step{up: true, lasts: 6 * time.Second, err: gone}, step{err: gone}, step{lasts: time.Hour})
		s := &script{runs: runs, start: time.Now()}
		supervise(t, 5*time.Minute, Source{Name: "x", Run: s.run}, newJournal())

		var waits []time.Duration
		for i := 1; i < len(s.tries); i++ {
			waits = append(waits, s.tries[i]-s.tries[i-1])
		}
		const ms = time.Millisecond
		want := []time.Duration{
			250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 16000 * ms, 30000 * ms, 30000 * ms,
			6000*ms + 250*ms, 500 * ms, // healthy for 6 s: the waits start over
		}
		if diff := cmp.Diff(want, waits); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
	})
}

// A device that is away is looked for every second, and as soon as it is there and
// refuses to work the waits grow as ever.
func TestSuperviseLooksForWhatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, busy := fmt.Errorf("open: %w", fs.ErrNotExist), errors.New("busy")
		runs := []step{{err: busy}, {err: busy}, {err: busy}, {err: busy}}
		for range 5 {
			runs = append(runs, step{err: away})
		}
		runs = append(runs, step{err: busy}, step{err: busy}, step{lasts: time.Hour})
		s := &script{runs: runs, start: time.Now()}
		supervise(t, 5*time.Minute, Source{Name: "x", Run: s.run}, newJournal())

		var waits []time.Duration
		for i := 1; i < len(s.tries); i++ {
			waits = append(waits, s.tries[i]-s.tries[i-1])
		}
		const ms = time.Millisecond
		want := []time.Duration{
			250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 1000 * ms, 1000 * ms, 1000 * ms, 1000 * ms, 1000 * ms,
			2000 * ms, 4000 * ms,
		}
		if diff := cmp.Diff(want, waits); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
	})
}

// A fact that was not taken is told again: the fault at the next failure, the
// recovery after a further healthy time.
func TestSuperviseTellsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		j.full = func(up time.Duration) bool {
			return up < 500*time.Millisecond || 3*time.Second < up && up < 8*time.Second
		}
		gone := errors.New("gone")
		s := &script{runs: []step{{err: gone}, {err: gone}, {err: gone}, {up: true, lasts: time.Hour}}, start: time.Now()}
		supervise(t, time.Minute, Source{Name: "x", Run: s.run, Remedy: "look"}, j)
		want := []string{"750ms fault x: gone (look)", "11.75s recovered x"}
		if diff := cmp.Diff(want, j.lines); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
	})
}
