package predict

import (
	"math"
	"slices"
	"time"

	"readyshelf/kitchen"
)

const (
	maxPieces = 200              // a misread "Qty 9999" is not a long order
	maxValue  = 1e6              // nor is a misread price a dear one
	lately    = 15 * time.Minute // how far back came and done look
	maxRecent = 256              // and how many they keep
	aged      = time.Hour        // an older order is a press that was forgotten: it occupies nobody
)

// recent are moments of the last quarter of an hour, oldest first.
type recent []time.Duration

// add notes a moment and forgets what is long ago.
func (r *recent) add(at time.Duration) {
	i := 0
	for i < len(*r) && (at-(*r)[i] > lately || len(*r)-i >= maxRecent) {
		i++
	}
	*r = append(slices.Delete(*r, 0, i), at)
}

// drop takes a moment back.
func (r *recent) drop(at time.Duration) {
	if i := slices.Index(*r, at); i >= 0 {
		*r = slices.Delete(*r, i, i+1)
	}
}

// at counts those of the last quarter of an hour.
func (r recent) at(now time.Duration) int {
	n := 0
	for _, t := range r {
		n += int(is(now-t <= lately))
	}
	return n
}

// facts reads what is known of o at a model time, with the kitchen as it is then.
func (m *Model) facts(o *kitchen.Order, dishes []helping, at time.Duration) facts {
	f := facts{Minute: -1, Takeaway: o.Channel == "takeout"}
	f.order(o, dishes)
	if t := o.Accepted.At; o.Accepted.Clock != kitchen.Unknown {
		f.Minute, f.Weekday = t.Hour()*60+t.Minute(), int(t.Weekday())
	}
	f.Queue = m.queue(o.ID, dishes, at)
	return f
}

// order notes what is ordered.
func (f *facts) order(o *kitchen.Order, dishes []helping) {
	f.Pieces, f.Kinds, f.Value, f.Dishes = 0, 0, min(max(o.Value, 0), maxValue), dishes
	for i, it := range o.Items {
		if it.Qty <= 0 {
			continue
		}
		f.Pieces = min(f.Pieces+min(it.Qty, maxPieces), maxPieces)
		again := it.Name != "" && slices.ContainsFunc(o.Items[:i], func(o kitchen.Item) bool { return o.Qty > 0 && o.Name == it.Name })
		f.Kinds += int(is(!again))
	}
}

// queue is the kitchen around an order.
func (m *Model) queue(id string, mine []helping, at time.Duration) queue {
	q := queue{Came: m.came.at(at), Done: m.done.at(at)}
	var portions [maxDishes]int
	var own [maxDishes]bool
	for _, h := range mine {
		own[h.Dish] = true
	}
	for i := range m.open {
		o := &m.open[i]
		age := at - o.At
		if o.ID == id || age < 0 || age > kitchen.Latest {
			continue
		}
		q.Open++
		q.Pieces += o.Pieces
		q.age(age, math.Exp(o.Mean))
		for _, h := range o.Dishes {
			if own[h.Dish] {
				q.Same += h.Qty
			}
			if age < aged {
				portions[h.Dish] += h.Qty
			}
		}
	}
	for i, n := range portions {
		if n > 0 {
			q.Dishes = append(q.Dishes, helping{i, min(n, maxPieces)})
		}
	}
	return q
}

// age counts an open order by its age; median is its forecast, in seconds.
func (q *queue) age(age time.Duration, median float64) {
	switch {
	case age > 10*time.Minute:
		q.Old++
	case age < 5*time.Minute:
		q.Young++
	}
	if age < aged {
		q.First++
	}
	left := median - age.Seconds()
	switch {
	case left < -2*median:
		return
	case left < 0:
		q.Late++
		left = median / 4
	}
	q.Left += left / 60
}

// begins is how long after its acceptance an order is begun. Not known: for a
// pre-order without a time.
func begins(o *kitchen.Order) (time.Duration, bool) {
	switch {
	case !scheduled(o):
		return 0, true
	case o.Promised == nil || o.Accepted.Clock == kitchen.Unknown:
		return 0, false
	}
	return min(max(o.Promised.Sub(o.Accepted.At)-notice, 1), farthest), true
}

// notice is how long before its promise a scheduled order is begun, and distant how far
// away a promise makes an order a scheduled one even where its slip does not say so.
const (
	notice   = 30 * time.Minute
	distant  = notice + time.Hour
	farthest = 366 * 24 * time.Hour // a later promise is a clock that is wrong
)

// scheduled says whether o waits for an hour of its own, so that the time from
// acceptance to ready says nothing of the kitchen.
func scheduled(o *kitchen.Order) bool {
	return o.Preorder || o.Promised != nil && o.Accepted.Clock != kitchen.Unknown &&
		o.Promised.Sub(o.Accepted.At) >= distant
}
