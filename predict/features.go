package predict

import (
	"math"
	"time"

	"readyshelf/kitchen"
)

// The columns of the feature vector. Those before dimDay are the regression;
// the last two are levels that come and go.
const (
	dimLevel   = iota // 1: the store's own level
	dimItems          // ln(items) - 1, 0 if not known
	dimUnknown        // 1 if the slip does not say how many items
	dimLoad           // ln(1 + other open orders) - 1
	dimHour           // six: sine and cosine of the hour, 24 h, 12 h and 8 h
	dimDay     = dimHour + 6
	dimFast    = dimDay + 1
	dims       = dimFast + 1
)

// maxItems bounds the item count: a misread "Qty 9999" is not a long order.
const maxItems = 60

// maxLoad bounds the load in the same way.
const maxLoad = 999

// loadAge is how old a cooking order may be and still count as load. An older
// one is a forgotten press or a bill left open, and occupies nobody.
const loadAge = time.Hour

// features are what is known of an order when it is accepted.
type features struct {
	Items  int `json:"n"` // pieces ordered; 0: the slip does not say
	Load   int `json:"l"` // other orders cooking
	Minute int `json:"m"` // local minute of the day; -1: the clock is not known
}

// vector is the order in the filter's terms.
type vector [dims]float64

// look reads the features of o, with the load as s has it.
func look(s *kitchen.State, o *kitchen.Order, now kitchen.Stamp) features {
	f := features{Items: count(o.Items), Load: load(s, o.ID, now), Minute: -1}
	if o.Accepted.Clock != kitchen.Unknown {
		f.Minute = o.Accepted.At.Hour()*60 + o.Accepted.At.Minute()
	}
	return f
}

// count adds up the pieces of an order. A slip that is partly a picture counts
// by its lines of text: most pictures are logos.
func count(items []kitchen.Item) int {
	n := 0
	for _, it := range items {
		n += min(max(it.Qty, 0), maxItems)
	}
	return min(n, maxItems)
}

// load counts the orders that the kitchen works at besides id.
func load(s *kitchen.State, id string, now kitchen.Stamp) int {
	n := 0
	for _, o := range s.Orders {
		if o.ID == id || o.Phase != kitchen.Cooking {
			continue
		}
		if age, ok := worked(s, o, now); !ok || age >= 0 && age < loadAge {
			n++
		}
	}
	return min(n, maxLoad)
}

// worked is how long ago o was begun, and whether that is known: at its
// acceptance, or notice before the promise of a scheduled order.
func worked(s *kitchen.State, o *kitchen.Order, now kitchen.Stamp) (time.Duration, bool) {
	age, ok := s.Since(o.Accepted, now)
	switch {
	case !scheduled(o):
		return age, ok
	case o.Promised == nil || o.Accepted.Clock == kitchen.Unknown:
		return -1, true // some day
	}
	return age - o.Promised.Sub(o.Accepted.At) + notice, ok
}

// notice is how long before its promise a scheduled order is begun, and
// distant how far away a promise makes an order a scheduled one even where its
// slip does not say so.
const (
	notice  = 30 * time.Minute
	distant = notice + time.Hour
)

// scheduled says whether o waits for an hour of its own, so that the time from
// acceptance to ready says nothing of the kitchen.
func scheduled(o *kitchen.Order) bool {
	return o.Preorder || o.Promised != nil && o.Accepted.Clock != kitchen.Unknown &&
		o.Promised.Sub(o.Accepted.At) >= distant
}

// vector centres and scales the features so that 0 is an ordinary order.
func (f features) vector() vector {
	var x vector
	x[dimLevel], x[dimDay], x[dimFast] = 1, 1, 1
	if f.Items > 0 {
		x[dimItems] = math.Log(float64(f.Items)) - 1
	} else {
		x[dimUnknown] = 1
	}
	x[dimLoad] = math.Log1p(float64(f.Load)) - 1
	if f.Minute >= 0 {
		for k := range 3 {
			a := 2 * math.Pi * float64(k+1) * float64(f.Minute) / (24 * 60)
			x[dimHour+2*k], x[dimHour+2*k+1] = math.Sin(a), math.Cos(a)
		}
	}
	return x
}
