package kitchen

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func auto() Rules {
	r := DefaultRules()
	r.Auto = true
	return r
}

// thresholdOf is what is learned from labels.
func thresholdOf(r Rules, labels ...Said) float64 {
	d := Decider{Model: fixed{20, 5}, Rules: r, Record: Record{Labels: labels}}
	return d.rules().Threshold
}

// TestFirstThreshold: a shop's first day begins near 0.75, and where food is dearer with
// less.
func TestFirstThreshold(t *testing.T) {
	if got := thresholdOf(auto()); math.Abs(got-0.75) > 0.03 {
		t.Errorf("a new shop's threshold is %.3f, want about 0.75", got)
	}
	last := 1.0
	for _, price := range []float64{0.1, 0.3, 1, 3, 10} {
		r := auto()
		r.FoodWaitPrice = price
		got := thresholdOf(r)
		if got > last {
			t.Errorf("at a price of %v the threshold is %.3f, and with cheaper food %.3f", price, got, last)
		}
		last = got
	}
	if last > 0.5 {
		t.Errorf("where food is ten times as dear as couriers the threshold is still %.3f", last)
	}
	if r := DefaultRules(); thresholdOf(r) != r.Threshold {
		t.Error("a threshold that was set is not what is used")
	}
}

// said is a label: forecast for 20 minutes, give or take five.
func said(minutes float64) Said {
	return Said{Issued: issued(fixed{20, 5}), Ready: int(60 * minutes)}
}

// TestThresholdLearns: in a shop that is always ready late by its forecast it pays to
// wait for more certainty, in one that is early to wait for less.
func TestThresholdLearns(t *testing.T) {
	var late, early []Said
	for range maxLabels {
		late, early = append(late, said(35)), append(early, said(11))
	}
	first := thresholdOf(auto())
	if got := thresholdOf(auto(), late...); got <= first+0.02 {
		t.Errorf("a shop that is always late has %.3f, a new one %.3f", got, first)
	}
	if got := thresholdOf(auto(), early...); got >= first-0.02 {
		t.Errorf("a shop that is always early has %.3f, a new one %.3f", got, first)
	}
}

// TestThresholdForgets: what was last counts for more.
func TestThresholdForgets(t *testing.T) {
	var better, worse []Said
	for i := range maxLabels {
		minutes := [2]float64{35, 11}
		if i >= maxLabels/2 {
			minutes = [2]float64{11, 35}
		}
		better, worse = append(better, said(minutes[0])), append(worse, said(minutes[1]))
	}
	if b, w := thresholdOf(auto(), better...), thresholdOf(auto(), worse...); b >= w {
		t.Errorf("a shop that is early of late has %.3f, one that is late of late %.3f", b, w)
	}
}

// TestRestoreForgets: a kitchen that is taken back to its first day begins like a new one.
func TestRestoreForgets(t *testing.T) {
	s := open(t)
	s.Rules.Auto = true
	s.cooked("1", 50*time.Minute)
	if s.rules().Threshold == thresholdOf(s.Rules) || s.Worth() == nil {
		t.Fatal("nothing was learned")
	}
	if err := s.Restore(nil); err != nil {
		t.Fatal(err)
	}
	if got, want := s.rules().Threshold, thresholdOf(s.Rules); got != want {
		t.Errorf("on the first day again the threshold is %v, want %v", got, want)
	}
	s.cooked("1", 30*time.Minute)
	if w := s.Worth(); w == nil || w.MAE != 600 {
		t.Errorf("then the forecast is worth %+v", w)
	}
}

// TestThresholdMovesSlowly: no single order moves it far, and it is what a restart, and a
// replay of the log, finds again.
func TestThresholdMovesSlowly(t *testing.T) {
	s := open(t)
	s.Rules.Auto = true
	last := s.rules().Threshold
	for i := range 60 {
		s.cooked(fmt.Sprint(i), time.Duration(5+7*i%40)*time.Minute)
		got := s.rules().Threshold
		if math.Abs(got-last) > 0.05 {
			t.Errorf("order %d moved the threshold from %.3f to %.3f", i, last, got)
		}
		last = got
	}
	s.folded()
	b, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	restarted, replayed := Decider{Model: s.Model, Rules: s.Rules}, Decider{Model: s.Model, Rules: s.Rules}
	if err := restarted.Restore(b); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.log {
		replayed.Apply(e)
	}
	if a, b := restarted.rules().Threshold, replayed.rules().Threshold; a != last || b != last {
		t.Errorf("after a restart %v, after a replay %v, before %v", a, b, last)
	}
}

// TestThresholdIsUsed: order.soon goes out when the learned one is reached.
func TestThresholdIsUsed(t *testing.T) {
	s := open(t)
	s.Rules.Auto = true
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	for range 60 {
		if s.tick() == "soon 1" {
			break
		}
		s.pass(30 * time.Second)
	}
	a, want := s.last(), s.rules().Threshold
	if a.Type != OrderSoon || a.Probability < want || a.Probability > want+0.05 {
		t.Errorf("%s with %.3f, want order.soon with %.3f", a.Type, a.Probability, want)
	}
}

// TestCosts: with certain forecasts the candidates cost what the look at which each is
// reached costs.
func TestCosts(t *testing.T) {
	l := said(20)
	cost := l.costs(terms{15 * time.Minute, 10 * time.Minute, 2})
	for c, got := range cost {
		left := 1200.0 // the candidate is reached at the first look that is sure enough
		for e := time.Duration(0); e < 20*time.Minute; e += 30 * time.Second {
			if l.Issued.within(e.Seconds(), 900) >= candidate(float64(c)) {
				left = e.Seconds()
				break
			}
		}
		if want := max(0, 600-left) + 2*max(0, left-600); got != want {
			t.Errorf("candidate %.2f costs %v, want %v", candidate(float64(c)), got, want)
		}
	}
}

func BenchmarkThreshold(b *testing.B) {
	d := Decider{Model: fixed{20, 5}, Rules: auto()}
	for i := range maxLabels {
		d.Record.Labels = append(d.Record.Labels, said(10+float64(i%20)))
	}
	d.rules()
	for i := range b.N {
		l := said(10 + float64(i%20))
		d.Record.Labels[i%maxLabels] = l
		d.Record.changes++
		d.rules()
	}
}

func BenchmarkWorth(b *testing.B) {
	d := Decider{Model: fixed{20, 5}, Rules: DefaultRules()}
	for i := range maxLabels {
		d.Record.Labels = append(d.Record.Labels, said(10+float64(i%20)))
	}
	for range b.N {
		d.measure()
	}
}
