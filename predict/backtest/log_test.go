package backtest

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readyshelf/kitchen"
)

// events are what a daemon would have logged of orders.
func events(store []Order) (all []kitchen.Event) {
	for _, d := range deeds(store) {
		o := &store[d.order]
		e := at(d.at).Fact("rule")
		if id := strconv.Itoa(d.order); d.what == "" {
			e.Change = &kitchen.Change{ID: id, Items: &o.Changes[d.change].Items}
		} else {
			e.Alert = o.alert(d.what, id)
		}
		all = append(all, e)
	}
	return all
}

// past reads a log.
func past(all []kitchen.Event) (*Past, []Order) {
	var p Past
	for _, e := range all {
		p.Learn(e)
	}
	for _, e := range all {
		p.Add(e)
	}
	return &p, p.Orders()
}

func TestLogGivesTheOrdersBack(t *testing.T) {
	store := fixture(t)[0][:500]
	store[3].Changes = []Change{{12, []kitchen.Item{{Qty: 2, Name: "soup"}}}}
	store[7].Preorder, store[7].Promised = true, 6000
	_, got := past(events(store))

	// The file's clock begins on a Monday; so does the log's.
	for i := range store {
		want := store[i]
		want.ID, want.Store, want.Channel = strconv.Itoa(i), "log", channel(want.Channel)
		if math.IsNaN(want.Picked) || want.Picked < want.Ready {
			want.Picked = want.Ready
		}
		if want.Truth = nan; want.Label == Exact && want.Ready >= soonest && !want.Preorder {
			want.Truth = want.Ready
		}
		same := cmpopts.EquateApprox(0, 1e-6)
		k := slices.IndexFunc(got, func(o Order) bool { return o.ID == want.ID })
		if k < 0 {
			t.Fatalf("order %d is missing", i)
		}
		if d := cmp.Diff(want, got[k], same, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("order %d (-want +got):\n%s", i, d)
		}
	}
}

func TestLogOfPressesThatNobodyBelieves(t *testing.T) {
	order := func(placed, ready float64) Order {
		return Order{Placed: placed, Label: Exact, Ready: ready, Picked: nan, Promised: nan}
	}
	var store []Order
	for i := range 6 {
		store = append(store, order(float64(100*i), 900-float64(100*i))) // all at 900 s
	}
	store = append(store, order(2000, 10), order(3000, 8000), order(4000, 600))
	_, got := past(events(store))
	for i, o := range got {
		if want := i == 8; !math.IsNaN(o.Truth) != want {
			t.Errorf("press %.0f s after the ticket at %.0f s: truth %v", o.Ready, o.Placed, o.Truth)
		}
	}
}

func TestLogTakesUndonePressesBack(t *testing.T) {
	all := events([]Order{{Placed: 100, Label: Exact, Ready: 300, Picked: 900, Promised: nan}})
	undone := at(500).Fact("rule")
	undone.Alert = &kitchen.Alert{Type: kitchen.OrderReadyUndone, ID: "0"}
	_, got := past(slices.Insert(all, 2, undone))
	if o := got[0]; o.Label != Upper || o.Picked != 900 || !math.IsNaN(o.Truth) {
		t.Errorf("got %+v, want only the bound of the pick-up", o)
	}
}

func TestLogWithoutAClock(t *testing.T) {
	all := events([]Order{{Placed: 100, Label: Exact, Ready: 300, Picked: 900, Promised: nan}})
	for i := range all {
		all[i].Clock = kitchen.Unknown
	}
	if p, got := past(all); len(got) != 0 || p.Undated != 1 {
		t.Errorf("got %d orders and %d without a time, want 0 and 1", len(got), p.Undated)
	}
	// The clock is set while it cooks: then all is known.
	set := at(200).Fact("clock")
	set.ClockSet = &kitchen.ClockSet{}
	if _, got := past(append(all, set)); len(got) != 1 || !near(got[0].Placed, 100, 1e-6) || got[0].Truth != 300 {
		t.Errorf("got %+v, want the order of 100 s, ready after 300", got)
	}
}
