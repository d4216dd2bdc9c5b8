package predict

import "math"

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
type helping struct {
	Dish int     `json:"i"`
	Qty  float64 `json:"q"`
}

// queue is the kitchen around an order: other orders that cook.
type queue struct {
	Open   int       `json:"o"`           // orders
	Pieces int       `json:"p"`           // in them
	Same   float64   `json:"s,omitempty"` // portions of the order's own dishes in them
	Old    int       `json:"a,omitempty"` // those older than 10 min
	Young  int       `json:"y,omitempty"` // and younger than 5 min
	Came   int       `json:"c"`           // orders of the last 15 min
	Done   int       `json:"f"`           // made ready in the last 15 min
	Left   float64   `json:"l,omitempty"` // minutes that the forecasts of the open ones still want
	Late   int       `json:"b,omitempty"` // open ones behind their forecast
	Dishes []helping `json:"d,omitempty"` // what is in them
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

// plain are the features of an order that nothing was learned for. They are centred, so
// that 0 is an ordinary order in an ordinary kitchen.
func (f *facts) plain(x []float64) {
	ln := math.Log1p
	q := &f.Queue
	clear(x)
	x[dimLevel] = 1
	if f.Pieces > 0 {
		x[dimPieces] = math.Log(float64(f.Pieces)) - 1
	}
	if f.Value > 0 {
		x[dimValue] = math.Log(f.Value+5) - 3.3
	}
	x[dimOpen] = ln(float64(q.Open)) - 1
	x[dimOpenPieces] = ln(float64(q.Pieces)) - 1.5
	x[dimCame] = ln(float64(q.Came)) - 1
	f.hours(x[dimHour : dimHour+9])
	x[dimTakeaway] = is(f.Takeaway)
	x[dimLarge] = max(float64(f.Pieces)-6, 0) / 6
	x[dimDone] = ln(float64(q.Done)) - 1
	x[dimSame] = ln(q.Same) - 0.5
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
