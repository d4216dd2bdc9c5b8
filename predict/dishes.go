package predict

import "math"

// maxDishes is how many dishes are told apart; those that come later share what all
// dishes have in common. A shop that sells more has a few that make most of its orders.
const maxDishes = 64

// What a dish's figures are shrunk by, in orders, and remembered for.
const (
	effectShrink  = 8.0
	minutesShrink = 5.0
	dishMemory    = 0.998  // a sighting keeps this much of the ones before
	maxEffect     = 1.2    // no order says more of its dishes, ln seconds
	plainDish     = 0.6    // what a dish adds that nobody knows, in units of 10 min
	plainPieces   = math.E // of an order that says nothing, as in pieceLog
)

// A dish is what its orders taught.
type dish struct {
	Effect float64 // sum of what the orders took longer than others, ln seconds
	Seen   float64 // orders in it
	Time   float64 // sum of what the dish adds, in units of 10 min
	Timed  float64 // orders in it
}

func (d *dish) effect() float64 { return d.Effect / (d.Seen + effectShrink) }

func (d *dish) time() float64 {
	return (d.Time + plainDish*minutesShrink) / (d.Timed + minutesShrink)
}

// jams says how much longer an order with one dish takes for each dish that is open in
// the kitchen: two dishes of one wok are in each other's way, a drink is in nobody's.
type jams struct {
	Weight [maxDishes * maxDishes]float32 // ln seconds for each ln(1 + portions)
	Seen   [maxDishes * maxDishes]float32
}

const (
	jamShrink = 60.0   // sightings that a weight of nothing is worth
	jamMemory = 0.9995 // a sighting keeps this much of the weight
	jamOthers = 0.3    // what a dish learns that did not decide the order's time
	maxJam    = 1.0    // no order says more, ln seconds
)

// menu is what is known of the dishes.
type menu struct {
	Dishes [maxDishes]dish
	Jams   jams
}

// delay is what the dishes that are open add to one.
func (m *menu) delay(dish int, open []helping) float64 {
	sum := 0.0
	for _, h := range open {
		sum += float64(m.Jams.Weight[dish*maxDishes+h.Dish]) * math.Log1p(float64(h.Qty))
	}
	return sum
}

// effects are what the order's slowest dish and the average one add to ln seconds, and
// which is the slowest; -1 where no dish is known.
func (m *menu) effects(f *facts) (most, mean float64, slowest int) {
	slowest = -1
	portions := 0.0
	for i, h := range f.Dishes {
		v := m.Dishes[h.Dish].effect() + m.delay(h.Dish, f.Queue.Dishes)
		if i == 0 || v > most {
			most, slowest = v, h.Dish
		}
		mean += v * float64(h.Qty)
		portions += float64(h.Qty)
	}
	if portions > 0 {
		mean /= portions
	}
	return most, mean, slowest
}

// times are what the order's slowest dish and all of them take, in units of 10 min.
func (m *menu) times(f *facts) (most, all float64) {
	if f.Pieces == 0 && len(f.Dishes) == 0 { // a picture, or a number alone: an ordinary order
		return plainDish, plainDish * plainPieces
	}
	known := 0.0
	for _, h := range f.Dishes {
		t := m.Dishes[h.Dish].time()
		most, all, known = max(most, t), all+t*float64(h.Qty), known+float64(h.Qty)
	}
	if rest := float64(f.Pieces) - known; rest > 0 {
		most, all = max(most, plainDish), all+plainDish*rest
	}
	return most, all
}

// work is what is open in the kitchen, in ordinary dishes.
func (m *menu) work(q *queue) float64 {
	sum, known := 0.0, 0.0
	for _, h := range q.Dishes {
		sum += float64(h.Qty) * math.Exp(m.Dishes[h.Dish].effect())
		known += float64(h.Qty)
	}
	return sum + max(float64(q.Pieces)-known, 0)
}

// learn takes in what an order took longer than its other features say (effect), than
// the forecast said (missed), and what one dish of it took (time).
func (m *menu) learn(f *facts, effect, missed, time float64) {
	_, _, slowest := m.effects(f)
	effect = min(max(effect, -maxEffect), maxEffect)
	missed = min(max(missed, -maxJam), maxJam)
	all := 0.0
	for _, h := range f.Queue.Dishes {
		all += math.Log1p(float64(h.Qty))
	}
	for _, h := range f.Dishes {
		share := jamOthers
		if h.Dish == slowest {
			share = 1
		}
		for _, o := range f.Queue.Dishes {
			q, k := math.Log1p(float64(o.Qty)), h.Dish*maxDishes+o.Dish
			m.Jams.Seen[k] += float32(q * all * share)
			m.Jams.Weight[k] += float32(share * missed * q / (jamShrink + float64(m.Jams.Seen[k])))
			m.Jams.Weight[k] *= jamMemory
		}
		d := &m.Dishes[h.Dish]
		d.Effect, d.Seen = d.Effect*dishMemory+effect, d.Seen*dishMemory+1
		d.Time, d.Timed = d.Time*dishMemory+max(time, 0.1), d.Timed*dishMemory+1
	}
}

// clear forgets a dish, whose place another takes.
func (m *menu) clear(i int) {
	m.Dishes[i] = dish{}
	for o := range maxDishes {
		for _, k := range [2]int{i*maxDishes + o, o*maxDishes + i} {
			m.Jams.Weight[k], m.Jams.Seen[k] = 0, 0
		}
	}
}
