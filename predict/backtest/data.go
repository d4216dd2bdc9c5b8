// Package backtest replays what happened in kitchens, asks the model as the daemon would
// have, and scores what it said. A forecast knows only what came before it.
package backtest

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"readyshelf/kitchen"
)

// Order is one order of the past. Times are in seconds; NaN is not known.
type Order struct {
	ID, Store string
	Placed    float64 // since a Monday 00:00 by the local clock
	Channel   string
	Items     []kitchen.Item // with or without names
	Value     float64        // in the shop's money, 0 if not known
	Label     Label
	Ready     float64 // after Placed: the press
	Picked    float64 // after Placed: the pick-up; of a Load when it was closed
	Truth     float64 // after Placed: when it was ready in truth. Only scores know it.

	// What a daemon's log knows and no file.
	Promised float64  // after Placed, to the hour that the guest asked for
	Preorder bool     // it says itself that it is for later
	Changes  []Change // by further slips
}

// Change is what an order was from some moment on.
type Change struct {
	After float64 // Placed
	Items []kitchen.Item
}

// hour is that of the day, by the store's clock.
func (o *Order) hour() int { return int(o.clock() / 3600) }

// clock is the time of the day at which o was placed, in seconds.
func (o *Order) clock() float64 {
	const day = 86400
	s := math.Mod(o.Placed, day)
	if s < 0 {
		s += day
	}
	return min(s, day-1e-6)
}

// Label says what is known of when an order was ready.
type Label string

// The labels.
const (
	Exact Label = "exact" // somebody pressed
	Upper Label = "upper" // nobody pressed: not after the pick-up
	Load  Label = "load"  // work for the kitchen, and nothing else is known
	// Cancelled is work until then.
	Cancelled Label = "cancelled"
)

// columns that a file must have; the others may be missing.
var columns = []string{"order_id", "store", "placed_s", "label", "ready_s", "upper_s"}

// Read reads orders from CSV with a header: order_id, store, placed_s, label, ready_s,
// upper_s, and where there are any channel, n_items, n_distinct, value, items
// ("code:qty;code:qty") and true_ready_s. Without the last the press is the truth. The
// orders come back by store, in the order of the stores' first ones, and by time.
func Read(r io.Reader) ([][]Order, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line: %w", err)
	}
	t := table{col: map[string]int{}}
	for i, name := range header {
		t.col[strings.TrimPrefix(name, "\ufeff")] = i
	}
	for _, name := range columns {
		if _, ok := t.col[name]; !ok {
			return nil, fmt.Errorf("the first line: no column %q; there must be %s", name, strings.Join(columns, ", "))
		}
	}
	var stores [][]Order
	index := map[string]int{}
	for {
		t.line, err = in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		o, err := t.order()
		if err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		i, ok := index[o.Store]
		if !ok {
			i, stores = len(stores), append(stores, nil)
			index[o.Store] = i
		}
		stores[i] = append(stores[i], o)
	}
	for _, s := range stores {
		slices.SortStableFunc(s, func(a, b Order) int { return cmp.Compare(a.Placed, b.Placed) })
	}
	return stores, nil
}

// table is a file as its header says.
type table struct {
	col  map[string]int
	line []string
}

func (t *table) text(name string) string {
	if i, ok := t.col[name]; ok {
		return strings.Clone(t.line[i])
	}
	return ""
}

// maxSeconds is a hundred years: the sum of two still is a [time.Duration].
const maxSeconds = 100 * 366 * 86400.0

// number is NaN where there is none.
func (t *table) number(name string) (float64, error) {
	s := t.text(name)
	if s == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(v) > maxSeconds || v != v {
		return 0, fmt.Errorf("%s: %q is no number of any order", name, s)
	}
	return v, nil
}

func (t *table) order() (Order, error) {
	o := Order{ID: t.text("order_id"), Store: t.text("store"), Channel: t.text("channel"), Label: Label(t.text("label")), Promised: nan}
	var pieces, kinds float64
	for _, f := range []struct {
		to   *float64
		name string
	}{
		{&o.Placed, "placed_s"}, {&o.Ready, "ready_s"}, {&o.Picked, "upper_s"}, {&o.Truth, "true_ready_s"},
		{&o.Value, "value"}, {&pieces, "n_items"}, {&kinds, "n_distinct"},
	} {
		var err error
		if *f.to, err = t.number(f.name); err != nil {
			return o, err
		}
	}
	if o.ID == "" || math.IsNaN(o.Placed) {
		return o, errors.New("order_id and placed_s are needed")
	}
	if math.IsNaN(o.Value) {
		o.Value = 0
	}
	if _, ok := t.col["true_ready_s"]; !ok && o.Label == Exact {
		o.Truth = o.Ready
	}
	if err := o.label(); err != nil {
		return o, err
	}
	var err error
	o.Items, err = items(t.text("items"), pieces, kinds)
	return o, err
}

// label says whether o has the times that its label promises.
func (o *Order) label() error {
	switch o.Label {
	case Exact:
		if !(o.Ready >= 0) {
			return errors.New("ready_s: an exact label needs the press")
		}
	case Upper, Load, Cancelled:
		if !(o.Picked >= 0) {
			return errors.New("upper_s: a label without a press needs the pick-up")
		}
	default:
		return fmt.Errorf("label: %q is none of exact, upper, load, cancelled", o.Label)
	}
	return nil
}

// items reads "code:qty;code:qty", or makes as many nameless ones as are counted.
func items(s string, pieces, kinds float64) ([]kitchen.Item, error) {
	var out []kitchen.Item
	if s != "" {
		for _, p := range strings.Split(s, ";") {
			name, qty, ok := strings.Cut(p, ":")
			n, err := strconv.Atoi(qty)
			if !ok || err != nil || n < 1 {
				return nil, fmt.Errorf("items: %q is not code:qty", p)
			}
			out = append(out, kitchen.Item{Name: name, Qty: n})
		}
		return out, nil
	}
	const most = 1000
	if !(pieces >= 1 && pieces <= most) {
		return nil, nil
	}
	n := 1
	if kinds >= 1 && kinds <= pieces {
		n = int(kinds)
	}
	for i := range n {
		qty := 1
		if i == 0 {
			qty = int(pieces) - n + 1
		}
		out = append(out, kitchen.Item{Qty: qty})
	}
	return out, nil
}
