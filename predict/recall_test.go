package predict

import (
	"reflect"
	"testing"

	"readyshelf/kitchen"
)

// handedOver is a kitchen of a few orders that were made and handed over.
func handedOver() (*Model, *rig) {
	m := New()
	r := newRig(m)
	for i, id := range []string{"a", "b", "c"} {
		begin := float64(i) * 300
		r.accept(at(begin), id, 1+i)
		r.ready(at(begin+200), id)
		r.send(at(begin+260), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id, Evidence: "touch"})
	}
	return m, r
}

// taught is how many lessons the model remembers of an order, by what they say.
func (m *Model) taught(id string) map[outcome]int {
	n := map[outcome]int{}
	for _, l := range m.lessons {
		if l.ID == id {
			n[l.What]++
		}
	}
	return n
}

// An order that was not handed over after all was ready all the time, and no courier came.
func TestReturned(t *testing.T) {
	m, r := handedOver()
	before := m.taught("c")
	r.send(at(870), kitchen.Alert{Type: kitchen.OrderReady, ID: "c", Evidence: "touch", Reason: kitchen.ReasonReturned, Undoes: 1})
	if got := m.taught("c"); before[fetched] != 1 || got[fetched] != 0 || got[pressed] != 1 {
		t.Errorf("after %v it taught %v, want the press alone", before, got)
	}
	r.send(at(1000), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: "c", Evidence: "touch"})
	straight := New()
	s := newRig(straight)
	for i, id := range []string{"a", "b", "c"} {
		begin := float64(i) * 300
		s.accept(at(begin), id, 1+i)
		s.ready(at(begin+200), id)
		if id != "c" {
			s.send(at(begin+260), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: id, Evidence: "touch"})
		}
	}
	s.send(at(1000), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: "c", Evidence: "touch"})
	if !reflect.DeepEqual(m.live.comes, straight.live.comes) {
		t.Error("the wrong hand-over still says when couriers come")
	}
}

// An order that is made a second time takes back what it taught, and teaches nothing more.
func TestRecalled(t *testing.T) {
	m, r := handedOver()
	learned := m.live.main.Seen
	r.send(at(900), kitchen.Alert{Type: kitchen.OrderReadyUndone, ID: "c", Evidence: "touch", Reason: kitchen.ReasonRecalled})
	if got := m.taught("c"); len(got) != 0 || m.live.main.Seen >= learned {
		t.Errorf("it still teaches %v", got)
	}
	if m.find("c") < 0 {
		t.Error("an order that is cooked again is no work")
	}
	if q := r.forecast(at(910), "c").Quantile(0.5); q <= 0 {
		t.Errorf("median %v, want more than 0", q)
	}
	snapshot, err := m.Snapshot()
	if err == nil {
		err = New().Restore(snapshot)
	}
	if err != nil {
		t.Errorf("the model with it cannot be kept: %v", err)
	}
	r.ready(at(1500), "c")
	r.send(at(1560), kitchen.Alert{Type: kitchen.OrderPickedUp, ID: "c", Evidence: "touch"})
	if got := m.taught("c"); len(got) != 0 {
		t.Errorf("what was made twice taught %v", got)
	}
	if m.find("c") >= 0 {
		t.Error("it is still work")
	}
}
