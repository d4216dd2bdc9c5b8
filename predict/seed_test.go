package predict_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// chainShop is a store of a chain: a kitchen, and all that its log has.
type chainShop struct {
	*testing.T
	kitchen.Decider
	now kitchen.Stamp
	log []kitchen.Event
}

func newChainShop(t *testing.T) *chainShop {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	return &chainShop{T: t,
		Decider: kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()},
		now:     kitchen.Stamp{Boot: 1, Up: time.Hour, At: noon, Clock: kitchen.Synced},
	}
}

// happens is one fact, and what follows.
func (s *chainShop) happens(e kitchen.Event) {
	s.log = append(s.log, s.Decide(uint64(len(s.log)+1), s.now, &e)...)
}

func (s *chainShop) alert(a kitchen.Alert) {
	e := s.now.Fact("rule")
	e.Alert = &a
	s.happens(e)
}

// works lets n orders of a dish or two be cooked, of which a number is known before the
// one before is ready. Dish 0 takes a minute, each further one two minutes more.
func (s *chainShop) works(n int, dishes ...string) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range n {
		id := fmt.Sprint(len(s.log), "/", i)
		first, second := rng.IntN(len(dishes)), rng.IntN(len(dishes))
		s.alert(kitchen.Alert{Type: kitchen.OrderAccepted, ID: id, Items: []kitchen.Item{{Qty: 1, Name: dishes[first]}, {Qty: 1, Name: dishes[second]}}})
		took := (1 + 2*float64(max(first, second))) * math.Exp(0.1*rng.NormFloat64())
		s.now = s.now.Add(time.Duration(took * float64(time.Minute)))
		s.alert(kitchen.Alert{Type: kitchen.OrderReady, ID: id, Evidence: "button"})
		s.now = s.now.Add(3 * time.Minute)
		s.alert(kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id})
	}
}

// imports offers a seed, and returns what is answered.
func (s *chainShop) imports(transaction string, seed []byte, replace bool) *kitchen.Reply {
	s.Helper()
	e := s.now.Fact("operator")
	e.Command = &kitchen.Command{Transaction: transaction, Name: kitchen.CommandModel, Model: seed, Replace: replace}
	s.happens(e)
	r := s.log[len(s.log)-1].Reply
	if r == nil {
		s.Fatal("no reply to a seed")
	}
	return r
}

// says is the median of an order of one dish that comes now.
func (s *chainShop) says(dish string) time.Duration {
	o := &kitchen.Order{ID: "?", Accepted: s.now, Items: []kitchen.Item{{Qty: 1, Name: dish}}}
	return s.Model.Forecast(&s.State, o, s.now).Quantile(0.5)
}

func (s *chainShop) snapshot() string {
	s.Helper()
	b, err := s.Decider.Snapshot()
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

// again is what the same log gives a box that replays it.
func (s *chainShop) again() string {
	s.Helper()
	other := newChainShop(s.T)
	for _, e := range s.log {
		b, err := json.Marshal(e) // as the log keeps it
		if err == nil {
			e = kitchen.Event{}
			err = json.Unmarshal(b, &e)
		}
		if err != nil {
			s.Fatal(err)
		}
		other.Apply(e)
	}
	return other.snapshot()
}

func (s *chainShop) export() []byte {
	s.Helper()
	b, err := json.MarshalIndent(s.Model.(*predict.Model).Export(), "", " ")
	if err != nil {
		s.Fatal(err)
	}
	return b
}

var chainMenu = []string{"tea", "rice", "wok", "soup", "duck"}

// A store that begins with another's model knows its dishes from the first order, and a
// replay of its log gives the same.
func TestSeed(t *testing.T) {
	t.Parallel()
	old := newChainShop(t)
	old.works(400, chainMenu...)
	seed := old.export()
	if strings.Contains(string(seed), "/") {
		t.Errorf("the seed has something like an order's id:\n%s", seed)
	}
	s := newChainShop(t)
	if a, b := s.says("tea"), s.says("duck"); a != b {
		t.Errorf("before it knows any dish it says %v of tea and %v of duck", a, b)
	}
	s.alert(kitchen.Alert{Type: kitchen.OrderAccepted, ID: "open", Items: []kitchen.Item{{Qty: 1, Name: "cake"}, {Qty: 2, Name: "duck"}}})
	if r := s.imports("a", seed, false); r.Error != "" {
		t.Fatalf("got %+v", r)
	}
	tea, duck := s.says("tea"), s.says("duck")
	if duck < 3*tea/2 {
		t.Errorf("duck takes nine times what tea does: it says %v of tea and %v of duck", tea, duck)
	}
	if before, now := s.snapshot(), s.again(); before != now {
		t.Error("a replay gives another model")
	}
	if r := s.imports("b", seed, false); r.Error != "" {
		t.Errorf("a second time before anything was learned: %+v", r)
	}
	s.now = s.now.Add(4 * time.Minute)
	s.alert(kitchen.Alert{Type: kitchen.OrderReady, ID: "open", Evidence: "button"})
	if got := s.Model.(*predict.Model).Summary(); got.Labels != 1 || got.From == nil {
		t.Errorf("the order that was open taught nothing: %+v", got)
	}
	if before, now := s.snapshot(), s.again(); before != now {
		t.Error("a replay gives another model after a label")
	}
}

// What was learned goes only if that is asked for, and once.
func TestSeedReplaces(t *testing.T) {
	t.Parallel()
	old := newChainShop(t)
	old.works(60, chainMenu...)
	s := newChainShop(t)
	s.works(20, "pizza", "pasta")
	had := s.Model.(*predict.Model).Summary()
	if r := s.imports("a", old.export(), false); r.Error != kitchen.CodeConflict || !strings.Contains(r.Text, predict.ErrLearned.Error()) {
		t.Errorf("got %+v", r)
	}
	if got := s.Model.(*predict.Model).Summary(); got.Labels != had.Labels {
		t.Errorf("a refused seed left %d of %d labels", got.Labels, had.Labels)
	}
	if r := s.imports("b", old.export(), true); r.Error != "" {
		t.Fatalf("got %+v", r)
	}
	if got := s.Model.(*predict.Model).Summary(); got.Labels != 0 || got.From == nil {
		t.Errorf("after the import: %+v", got)
	}
	s.works(5, chainMenu...)
	if r := s.imports("b", old.export(), true); r.Error != "" {
		t.Errorf("the same transaction again: %+v", r)
	}
	if got := s.Model.(*predict.Model).Summary(); got.Labels != 5 {
		t.Errorf("the same transaction again did it again: %+v", got)
	}
	if before, now := s.snapshot(), s.again(); before != now {
		t.Error("a replay gives another model")
	}
}

// A store that learned from a seed can go on over a restart, and be a seed itself.
func TestSeedOfASeed(t *testing.T) {
	t.Parallel()
	old := newChainShop(t)
	old.works(100, chainMenu...)
	s := newChainShop(t)
	s.imports("a", old.export(), false)
	s.works(50, chainMenu...)
	restarted := newChainShop(t)
	if err := restarted.Restore([]byte(s.snapshot())); err != nil || restarted.Unlearned != nil {
		t.Fatal(err, restarted.Unlearned)
	}
	if got, want := restarted.snapshot(), s.snapshot(); got != want {
		t.Error("a restart gives another model")
	}
	if got, want := string(restarted.export()), string(s.export()); got != want {
		t.Error("a restart gives another seed")
	}
	third := newChainShop(t)
	if r := third.imports("a", s.export(), false); r.Error != "" {
		t.Errorf("got %+v", r)
	}
}

// Whatever a store sells, a seed of it can be read, and fits a record of the log.
func TestSeedSize(t *testing.T) {
	predict.Alone(t)
	t.Parallel()
	s := newChainShop(t)
	var menu []string
	for i := range 80 {
		menu = append(menu, strings.Repeat(string(rune('一'+i)), 30))
	}
	for range 40 {
		for i := range 20 {
			var items []kitchen.Item
			for k := range 10 {
				items = append(items, kitchen.Item{Qty: 1, Name: menu[(i*7+k*k)%len(menu)]})
			}
			s.alert(kitchen.Alert{Type: kitchen.OrderAccepted, ID: fmt.Sprint(i), Items: items})
		}
		for i := range 20 {
			s.now = s.now.Add(time.Minute)
			s.alert(kitchen.Alert{Type: kitchen.OrderReady, ID: fmt.Sprint(i), Evidence: "button"})
			s.alert(kitchen.Alert{Type: kitchen.OrderPickedUp, ID: fmt.Sprint(i)})
		}
	}
	seed := s.Model.(*predict.Model).Export()
	b, err := json.Marshal(seed)
	if err != nil || len(b) > predict.MaxSeed {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if _, err := predict.ParseSeed(b); err != nil {
		t.Error(err)
	}
	if len(seed.Dishes) != 64 || len(b) < 10000 {
		t.Errorf("the seed of a large menu has %d dishes and %d bytes", len(seed.Dishes), len(b))
	}
}

// What is no seed is refused in words, and changes nothing.
func TestBadSeeds(t *testing.T) {
	t.Parallel()
	old := newChainShop(t)
	old.works(30, chainMenu...)
	good := string(old.export())
	for _, c := range []struct{ was, is, want string }{
		{`"readyshelf model"`, `"bread"`, "format"},
		{`"version": 1`, `"version": 2`, "version 2"},
		{`"prior": "dishes"`, `"prior": "mars"`, `no prior "mars"`},
		{`"constant"`, `"konstante"`, "constant"},
		{`"noise": `, `"noise": 9`, "noise"},
		{`"couriers": {`, `"couriers": {"x": 1,`, "unknown field"},
		{`"shape": [`, `"shape": [9,`, "shape"},
		{`"name": "tea"`, `"name": "duck"`, "there twice"},
		{`"name": "tea"`, `"name": ""`, "no name"},
		{`"name": "tea"`, `"name": "te\u0000a"`, "no name"},
		{`"orders": `, `"orders": 1`, "out of range"},
		{`"labels": `, `"labels": 0.5e-`, "read the model"},
	} {
		bad := strings.Replace(good, c.was, c.is, 1)
		if bad == good {
			t.Fatalf("%s is not in a seed", c.was)
		}
		s := newChainShop(t)
		before := s.says("duck")
		if r := s.imports("a", compact(t, bad), false); r.Error != kitchen.CodeConflict || !strings.Contains(r.Text, c.want) {
			t.Errorf("%s for %s: got %+v, want %q", c.is, c.was, r, c.want)
		}
		if after := s.says("duck"); after != before {
			t.Errorf("%s for %s: it says %v, and said %v", c.is, c.was, after, before)
		}
	}
	if _, err := predict.ParseSeed([]byte(good + "{}")); err == nil {
		t.Error("something behind a seed is taken")
	}
	s := newChainShop(t)
	s.works(1, "tea")
	if err := s.Model.(*predict.Model).Seedable(compact(t, good), false); !errors.Is(err, predict.ErrLearned) {
		t.Errorf("got %v", err)
	}
}

// compact is text as an event can carry it, which is JSON even where no seed is.
func compact(t *testing.T, text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What ParseSeed takes, a model can begin with, and its forecasts are times.
func FuzzParseSeed(f *testing.F) {
	old := newChainShop(&testing.T{})
	old.works(30, chainMenu...)
	b, err := json.Marshal(old.Model.(*predict.Model).Export())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(strings.ReplaceAll(string(b), "0.", "19.")))
	f.Add([]byte(`{"format":"readyshelf model","version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := predict.ParseSeed(b); err != nil {
			return
		}
		s := newChainShop(t)
		if r := s.imports("a", b, false); r.Error != "" {
			t.Fatalf("parsed, and then refused: %+v", r)
		}
		s.works(3, chainMenu...)
		o := &kitchen.Order{ID: "?", Accepted: s.now, Items: []kitchen.Item{{Qty: 1, Name: "duck"}}}
		q := s.Model.Forecast(&s.State, o, s.now)
		last := time.Duration(0)
		for p := 0.01; p < 1; p += 0.01 {
			if d := q.Quantile(p); d < last {
				t.Fatalf("quantile %g is %v, after %v", p, d, last)
			} else {
				last = d
			}
		}
		restarted := newChainShop(t)
		if err := restarted.Restore([]byte(s.snapshot())); err != nil || restarted.Unlearned != nil {
			t.Fatal(err, restarted.Unlearned)
		}
	})
}
