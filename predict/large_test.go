package predict_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

// restarted is the same model after a restart; the snapshot is as small as promised.
func (s *chainShop) restarted() *predict.Model {
	s.Helper()
	b, err := s.Model.Snapshot()
	if err != nil || len(b) > 200_000 {
		s.Fatalf("a snapshot of %d bytes, %v", len(b), err)
	}
	m := predict.New()
	if err := m.Restore(b); err != nil {
		s.Fatal(err)
	}
	again, err := m.Snapshot()
	if err != nil || string(again) != string(b) {
		s.Fatalf("another snapshot after a restart, %v", err)
	}
	return m
}

// A menu of five hundred dishes, a dozen of which are most of what is sold, and which
// changes every few weeks: the dishes that sell have a place, the model stays small.
func TestLargeMenu(t *testing.T) {
	predict.Alone(t)
	t.Parallel()
	s := newChainShop(t)
	rng := rand.New(rand.NewPCG(3, 3))
	for d := range 90 {
		for i := range 30 {
			id := fmt.Sprint(d, "/", i)
			var items []kitchen.Item
			for range 1 + rng.IntN(3) {
				n := min(int(rng.ExpFloat64()*25), 499)
				items = append(items, kitchen.Item{Qty: 1, Name: fmt.Sprintf("menu %d dish %d", d/25, n)})
			}
			s.alert(kitchen.Alert{Type: kitchen.OrderAccepted, ID: id, Items: items})
			s.now = s.now.Add(time.Duration(5+5*rng.Float64()) * time.Minute)
			s.alert(kitchen.Alert{Type: kitchen.OrderReady, ID: id, Evidence: "button"})
			s.alert(kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id})
		}
		s.now = s.now.Add(18 * time.Hour)
		if d%10 == 9 {
			s.Model = s.restarted()
		}
	}
	undone := fmt.Sprint(89, "/", 29)
	had := s.Model.(*predict.Model).Summary().Labels
	s.alert(kitchen.Alert{Type: kitchen.OrderReadyUndone, ID: undone})
	if now := s.Model.(*predict.Model).Summary().Labels; now != had-1 {
		t.Errorf("an undone press took %d labels back", had-now)
	}
	dishes := map[string]bool{}
	for _, d := range s.Model.(*predict.Model).Summary().Dishes {
		dishes[d.Name] = true
	}
	for n := range 10 {
		if name := fmt.Sprintf("menu 3 dish %d", n); !dishes[name] {
			t.Errorf("%q of the last menu is not known; known are %d dishes", name, len(dishes))
		}
	}
}

// Five hundred orders that nobody ever presses, of sixty dishes each.
func TestCrowd(t *testing.T) {
	predict.Alone(t)
	t.Parallel()
	s := newChainShop(t)
	var items []kitchen.Item
	for i := range 60 {
		items = append(items, kitchen.Item{Qty: 1 + i%3, Name: fmt.Sprint("dish ", i)})
	}
	for i := range 500 {
		s.alert(kitchen.Alert{Type: kitchen.OrderAccepted, ID: fmt.Sprint(i), Items: items})
		s.now = s.now.Add(2 * time.Second)
	}
	was := s.says("dish 1")
	s.Model = s.restarted()
	if is := s.says("dish 1"); is != was || was < 10*time.Minute || was > 4*time.Hour {
		t.Errorf("with five hundred orders it says %v, and after a restart %v", was, is)
	}
	for i := range 500 {
		s.alert(kitchen.Alert{Type: kitchen.OrderReady, ID: fmt.Sprint(i), Evidence: "button"})
		s.now = s.now.Add(10 * time.Second)
	}
	s.Model = s.restarted()
}
