package predict

import (
	"encoding/json"
	"errors"
	"math"
)

// facts are what is known of an order when it is accepted: of its slip, of the hour and
// of the kitchen around it. Nothing in them was learned.
type facts struct {
	Pieces   int       `json:"n"`           // ordered; 0: the slip does not say
	Kinds    int       `json:"k"`           // different dishes; 0: the slip names none
	Value    float64   `json:"v,omitempty"` // in the shop's money; 0: not known
	Takeaway bool      `json:"t,omitempty"`
	Minute   int       `json:"m"` // local minute of the day; -1: the clock is not known
	Weekday  int       `json:"w"` // 0 is Sunday
	Dishes   []helping `json:"d,omitempty"`
	Queue    queue     `json:"q"`
}

// A helping is some portions of one dish, by its place on the menu.
type helping struct{ Dish, Qty int }

// MarshalJSON writes [dish, portions]: a busy kitchen has many.
func (h helping) MarshalJSON() ([]byte, error) { return json.Marshal([2]int{h.Dish, h.Qty}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *helping) UnmarshalJSON(b []byte) error {
	var v [2]int
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if *h = (helping{v[0], v[1]}); h.Dish < 0 || h.Dish >= maxDishes || h.Qty < 0 || h.Qty > maxPieces {
		return errors.New("a helping out of range")
	}
	return nil
}

// queue is the kitchen around an order: other orders that cook.
type queue struct {
	Open   int       `json:"o"`           // orders
	Pieces int       `json:"p"`           // in them
	Same   int       `json:"s,omitempty"` // portions of the order's own dishes in them
	Old    int       `json:"a,omitempty"` // those older than 10 min
	Young  int       `json:"y,omitempty"` // and younger than 5 min
	Came   int       `json:"c"`           // orders of the last 15 min
	Done   int       `json:"f"`           // made ready in the last 15 min
	Left   float64   `json:"l,omitempty"` // minutes that the forecasts of the open ones still want
	Late   int       `json:"b,omitempty"` // open ones behind their forecast
	First  int       `json:"h,omitempty"` // those younger than an hour
	Dishes []helping `json:"d,omitempty"` // what is in these
}

// The columns of the plain features.
const (
	dimLevel  = iota // 1
	dimPieces        // ln pieces - 1
	dimValue         // ln(value + 5) - 3.3, 0 if not known
	dimOpen          // ln(1 + open) - 1
	dimOpenPieces
	dimCame
	dimHour     // nine bumps of one hour's width, 90 minutes apart, from 10:30 to 22:30
	dimWeekend  = dimHour + 9
	dimFriday   = dimWeekend + 1 // Friday and Saturday
	dimTakeaway = dimFriday + 1
	dimLarge    = dimTakeaway + 1 // pieces beyond six, in sixes
	dimDone     = dimLarge + 1
	dimSame     = dimDone + 1
	dimOld      = dimSame + 1
	dimYoung    = dimOld + 1
	dimKinds    = dimYoung + 1
	plainDims   = dimKinds + 1
)

// dearest bounds the feature of what an order costs, at 540: beyond it is another currency,
// rather than an order that is a thousand times as long.
const dearest = 3.0

// plain are the features of an order that nothing was learned for. They are centred, so
// that 0 is an ordinary order in an ordinary kitchen.
func (f *facts) plain(x []float64) {
	ln := math.Log1p
	q := &f.Queue
	clear(x)
	x[dimLevel] = 1
	x[dimPieces] = pieceLog(f.Pieces)
	if f.Value > 0 {
		x[dimValue] = min(math.Log(f.Value+5)-3.3, dearest)
	}
	x[dimOpen] = openLog(q.Open)
	x[dimOpenPieces] = ln(float64(q.Pieces)) - 1.5
	x[dimCame] = ln(float64(q.Came)) - 1
	f.hours(x[dimHour : dimHour+9])
	x[dimTakeaway] = is(f.Takeaway)
	x[dimLarge] = max(float64(f.Pieces)-6, 0) / 6
	x[dimDone] = ln(float64(q.Done)) - 1
	x[dimSame] = ln(float64(q.Same)) - 0.5
	x[dimOld] = ln(float64(q.Old)) - 0.7
	x[dimYoung] = ln(float64(q.Young)) - 0.5
	if f.Kinds > 0 {
		x[dimKinds] = math.Log(float64(f.Kinds)) - 0.7
	}
	if f.Minute >= 0 {
		x[dimWeekend] = is(f.Weekday == 0 || f.Weekday == 6)
		x[dimFriday] = is(f.Weekday == 5 || f.Weekday == 6)
	}
}

// hours places the hour between the bumps.
func (f *facts) hours(x []float64) {
	if f.Minute < 0 {
		return
	}
	for i := range x {
		d := float64(f.Minute)/60 - (10.5 + 1.5*float64(i))
		x[i] = math.Exp(-d * d / 2)
	}
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// vectors are the features, with what a core learned of the order's dishes.
func (f *facts) vectors(s *sight, v *vectors) {
	f.plain(v.main[:plainDims])
	copy(v.plain[:], v.main[:plainDims])
	v.plain[plainDims], v.plain[plainDims+1] = 1, 1
	f.sum(s, &v.sum)
	x := &v.main
	load := x[dimOpen]
	x[dimMost], x[dimMean], x[dimWait] = s.Most, s.Each, s.Wait
	x[dimJamPieces], x[dimJamMost], x[dimJamOpen] = load*x[dimPieces], load*x[dimMost], load*load/2
	x[dimDay], x[dimFast] = 1, 1
}

// sum are the features of the filter that adds up times.
func (f *facts) sum(s *sight, x *[sumDims]float64) {
	q := &f.Queue
	*x = [...]float64{1, s.Times[0], s.Times[1], float64(q.Open) / 3, s.Work / 6, q.Left / 30, float64(q.Late), 1}
}

// logs are those of the whole numbers that orders come in.
var logs = func() (l [maxPieces + 2]float64) {
	for i := range l {
		l[i] = math.Log(float64(i))
	}
	return l
}()

// pieceLog is the centred logarithm of an order's pieces, 0 if they are not known.
func pieceLog(n int) float64 {
	if n <= 0 {
		return 0
	}
	return logs[min(n, maxPieces)] - 1
}

// openLog is that of the open orders.
func openLog(n int) float64 { return logs[min(n, maxPieces)+1] - 1 }
