package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/kitchen"
)

// bulb is a lamp's pin that notes what changes, and since when.
type bulb struct {
	gpiotest.Pin
	start time.Time
	lit   gpio.Level
	seen  []string // "1.9s off"
	outs  int
	fails error // from its second second on
}

func (b *bulb) Out(l gpio.Level) error {
	b.outs++
	if b.fails != nil && time.Since(b.start) >= time.Second {
		return b.fails
	}
	if l != b.lit || b.seen == nil {
		word := "off"
		if l {
			word = "on"
		}
		b.lit, b.seen = l, append(b.seen, fmt.Sprint(time.Since(b.start), " ", word))
	}
	return nil
}

// shine runs a lamp that shows one light for d.
func shine(t *testing.T, show kitchen.Light, d time.Duration, fail error) (*bulb, error) {
	t.Helper()
	b := &bulb{start: time.Now(), fails: fail}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	err := lamp{
		slot: "A1", pin: b, light: func(string) kitchen.Light { return show },
		changed: func() <-chan struct{} { return nil },
	}.run(ctx, func() {})
	return b, err
}

func TestRhythms(t *testing.T) {
	for show, want := range map[kitchen.Light][]string{
		kitchen.LightOff:      {"0s off"},
		kitchen.LightAssigned: {"0s on", "100ms off", "2s on", "2.1s off"},
		kitchen.LightReady:    {"0s on", "3.9s off"}, // when it ends
		lightSent:             {"0s on", "1.9s off", "2s on", "3.9s off"},
		kitchen.LightLate: {
			"0s on", "250ms off", "500ms on", "750ms off", "1s on", "1.25s off", "1.5s on", "1.75s off",
			"2s on", "2.25s off", "2.5s on", "2.75s off", "3s on", "3.25s off", "3.5s on", "3.75s off",
		},
		kitchen.LightFault: {
			"0s on", "100ms off", "200ms on", "300ms off", "400ms on", "500ms off",
			"1.2s on", "1.3s off", "1.4s on", "1.5s off", "1.6s on", "1.7s off",
			"2.4s on", "2.5s off", "2.6s on", "2.7s off", "2.8s on", "2.9s off",
			"3.6s on", "3.7s off", "3.8s on", "3.9s off",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, err := shine(t, show, 3900*time.Millisecond, nil)
			if diff := cmp.Diff(want, b.seen); diff != "" || err != nil {
				t.Errorf("%s: error %v (-want +got):\n%s", show, err, diff)
			}
		})
	}
}

// look says how a rhythm looks: how much of the time it is lit, and how often it
// flashes in a second.
func (p pattern) look() (lit, flashes float64) {
	var on, all time.Duration
	for i, d := range p {
		if i%2 == 0 {
			on += d
		}
		all += d
	}
	if len(p) > 1 && p[0] > 0 {
		flashes = float64(len(p)/2) / all.Seconds()
	}
	return on.Seconds() / all.Seconds(), flashes
}

// Nobody needs to tell colours: two lights differ in how bright they look, in their
// pace, or in that one flashes in groups, by more than an eye can miss. What flashes
// is seen, and harms nobody.
func TestRhythmsDiffer(t *testing.T) {
	for a, p := range rhythms {
		lit, flashes := p.look()
		for b, q := range rhythms {
			l, f := q.look()
			pace := (flashes+0.01)/(f+0.01) > 2 || (f+0.01)/(flashes+0.01) > 2
			groups := len(p) > 2 != (len(q) > 2)
			if a != b && math.Abs(lit-l) < 0.4 && !pace && !groups {
				t.Errorf("%s and %s look alike: lit %.2f and %.2f, %.1f and %.1f flashes a second", a, b, lit, l, flashes, f)
			}
		}
		if flashes > 3 {
			t.Errorf("%s flashes %.1f times a second", a, flashes)
		}
		for _, d := range p {
			if d != 0 && d < 100*time.Millisecond {
				t.Errorf("%s: nobody sees %v", a, d)
			}
		}
	}
}

// The page on wiring has the rhythms as they are.
func TestRhythmsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/wiring.md")
	if err != nil {
		t.Fatal(err)
	}
	for show, p := range rhythms {
		var times []string
		for i, d := range p {
			times = append(times, fmt.Sprint(d.Milliseconds(), []string{" on", " off"}[i%2]))
		}
		timing := strings.Join(times, ", ")
		switch show {
		case kitchen.LightOff:
			timing = "never"
		case kitchen.LightReady:
			timing = "always"
		}
		found := false
		for line := range strings.Lines(string(page)) {
			found = found || strings.HasPrefix(line, "| "+string(show)+" |") && strings.Contains(line, "| "+timing+" |")
		}
		if !found {
			t.Errorf("docs/wiring.md has no row for %s: %s", show, timing)
		}
	}
}

// A lamp that does not change is driven now and then, so that a line that is gone
// is a fault, and open again shows what is true.
func TestSteadyLampIsWatched(t *testing.T) {
	for _, show := range []kitchen.Light{kitchen.LightOff, kitchen.LightReady} {
		synctest.Test(t, func(t *testing.T) {
			gone := errors.New("it was unplugged")
			b, err := shine(t, show, time.Hour, gone)
			if d := time.Since(b.start); !errors.Is(err, gone) || d != remind {
				t.Errorf("%s: %v after %v", show, err, d)
			}
		})
	}
}
