package scale

import (
	"testing"
	"time"

	"readyshelf/kitchen"
)

// settles feeds readings, one each every, and returns the settled weights without
// repetitions.
func settles(s *settle, every time.Duration, readings ...Reading) (got []kitchen.Grams) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, r := range readings {
		if s.add(now, r) && (len(got) == 0 || got[len(got)-1] != r.Grams) {
			got = append(got, r.Grams)
		}
		now = now.Add(every)
	}
	return got
}

// flagged and plain make readings of a scale with and without a stability flag.
func flagged(stable bool, grams ...kitchen.Grams) (rs []Reading) {
	for _, g := range grams {
		r := Reading{Grams: g, Valid: true, Digit: 1}
		r.flag(stable)
		rs = append(rs, r)
	}
	return rs
}

func plain(digit kitchen.Grams, grams ...kitchen.Grams) (rs []Reading) {
	for _, g := range grams {
		rs = append(rs, Reading{Grams: g, Valid: true, Digit: digit})
	}
	return rs
}

func join(rs ...[]Reading) (all []Reading) {
	for _, r := range rs {
		all = append(all, r...)
	}
	return all
}

func TestSettle(t *testing.T) {
	over := flagged(true, 300)
	over[0].Over = true
	tare := plain(1, 300, 300, 300, 300, 300, 300, 300, 300)
	for i := range tare {
		tare[i].OfTare = true
	}
	for _, test := range []struct {
		name     string
		every    time.Duration
		readings []Reading
		want     []kitchen.Grams
	}{
		{"flagged, 10 Hz", 100 * time.Millisecond, flagged(true, 500, 500, 500, 500, 500), []kitchen.Grams{500}},
		{"flagged, too short", 100 * time.Millisecond, flagged(true, 500, 500, 500, 500), nil},
		{"flagged, asked twice a second", 500 * time.Millisecond, flagged(true, 500, 500), []kitchen.Grams{500}},
		{"one damaged frame", 500 * time.Millisecond,
			join(flagged(true, 500, 500), flagged(true, 900), flagged(true, 500, 500)), []kitchen.Grams{500}},
		{"unstable", 100 * time.Millisecond, flagged(false, 500, 500, 500, 500, 500, 500, 500), nil},
		{"moving between", 200 * time.Millisecond,
			join(flagged(true, 500, 500), flagged(false, 500), flagged(true, 500, 500)), nil},
		{"over between", 200 * time.Millisecond,
			join(flagged(true, 300, 300), over, flagged(true, 300, 300)), nil},
		{"no flag, 10 Hz", 100 * time.Millisecond, plain(1, 500, 502, 499, 501, 500, 500, 500), []kitchen.Grams{500}},
		{"no flag, too few", 300 * time.Millisecond, plain(1, 500, 500, 500, 500), nil},
		{"no flag, too short", 100 * time.Millisecond, plain(1, 500, 500, 500, 500, 500, 500), nil},
		{"no flag, rising", 100 * time.Millisecond, plain(1, 0, 6, 12, 18, 24, 30, 36, 42, 48), nil},
		{"no flag, coarse digits flicker", 100 * time.Millisecond,
			plain(10, 500, 510, 500, 520, 510, 500, 500, 500), []kitchen.Grams{500}},
		{"a hand presses", 100 * time.Millisecond,
			plain(1, 0, 0, 0, 0, 0, 0, 0, 800, 2000, 2500, 2400, 900, 0, 0, 0, 0, 0, 0, 0), []kitchen.Grams{0}},
		{"a tare is shown", 100 * time.Millisecond, tare, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := settles(&settle{}, test.every, test.readings...)
			if len(got) != len(test.want) || len(got) > 0 && got[0] != test.want[0] {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestSettleBySilence(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		silent bool
		after  time.Duration
		want   bool
	}{
		{"speaks only when stable", true, time.Second, true},
		{"too soon", true, 900 * time.Millisecond, false},
		{"a stream that broke off", false, time.Minute, false},
	} {
		s := settle{silent: test.silent}
		if s.idle(start) {
			t.Errorf("%s: settled before the first reading", test.name)
		}
		s.add(start, plain(1, 250)[0])
		if got := s.idle(start.Add(test.after)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestBaseline(t *testing.T) {
	type step struct {
		after time.Duration
		grams kitchen.Grams
		net   bool
		want  kitchen.Grams // the change reported; 0 for none
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"first weight is the baseline", []step{{0, 1500, false, 0}}},
		{"placed and removed", []step{{0, 0, false, 0}, {5 * time.Second, 450, false, 450}, {time.Minute, 2, false, -448}}},
		{"exactly the step", []step{{0, 0, false, 0}, {1, 20, false, 20}}},
		{"just under the step", []step{{0, 0, false, 0}, {1, 19, false, 0}}},
		{"small changes add up", []step{{0, 0, false, 0}, {time.Minute, 12, false, 0}, {time.Minute, 24, false, 24}}},
		{"drift is followed", []step{
			{0, 0, false, 0}, {time.Minute, 5, false, 0}, {time.Minute, 9, false, 0}, {time.Minute, 5, false, 0},
			{11 * time.Second, 5, false, 0}, {11 * time.Second, 5, false, 0}, {11 * time.Second, 23, false, 0},
		}},
		{"but no faster than a gram in ten seconds", []step{
			{0, 0, false, 0}, {time.Second, 5, false, 0}, {time.Second, 5, false, 0}, {time.Second, 20, false, 20},
		}},
		{"far below zero is nothing", []step{{0, 0, false, 0}, {1, -300, false, 0}, {1, 0, false, 0}}},
		{"a little below zero is a removal", []step{{0, 100, false, 0}, {1, -10, false, -110}}},
		{"tare key", []step{{0, 500, false, 0}, {1, 0, true, 0}, {1, 200, true, 200}, {1, 700, false, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b baseline
			now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			for i, s := range test.steps {
				now = now.Add(s.after)
				r := Reading{Grams: s.grams, Valid: true, Net: s.net}
				got, changed := b.compare(now, r, 20)
				if got != s.want || changed != (s.want != 0) {
					t.Errorf("step %d: got %d, %v, want %d", i, got, changed, s.want)
				}
				if changed {
					b.set(now, r)
				}
			}
		})
	}
}
