package board

import (
	"context"
	"errors"
	"net/http"
	"time"

	"readyshelf/kitchen"
)

// Day is a business day as the log tells of it.
type Day struct {
	// Date names it: 2026-11-23. From and To are when it begins and when the next does, in
	// the store's time zone.
	Date     string
	From, To time.Time
	// First is the oldest day that the log may tell of, Newest the one that it is now.
	First, Newest string
	// Cut says that there was too much of it, and that the rest is missing.
	Cut bool
	// Orders are all that came, oldest first.
	Orders []DayOrder
}

// DayOrder is one order of a day. A time that is nil did not come, or nobody knows it.
type DayOrder struct {
	Number, Channel string
	Accepted        time.Time
	Promised        *time.Time
	Preorder        bool // its slip says so
	// Issued is what was forecast when it came: seconds after Accepted. nil: nothing.
	Issued *kitchen.Quantiles
	Soon   *time.Time // order.soon went out
	// Ready is when it was last said to be ready, and not undone, and Evidence by what.
	Ready    *time.Time
	Evidence string
	Undone   int  // how often that was taken back
	Recalled bool // it had left, and was cooked again
	// Left is when it was picked up, cancelled or closed: see End.
	Left          *time.Time
	End           kitchen.AlertType // empty while it is open
	Late, Waiting bool              // alerts that went out
}

// ErrNoDay is what [Server.Day] returns for a day that cannot be told of.
var ErrNoDay = errors.New("the log has no such day")

// day is the one that a request asks for: ?day=2026-11-23, or the newest.
func (s *Server) day(r *http.Request) (Day, error) {
	if s.Day == nil {
		return Day{}, Refusal{http.StatusNotFound, "no_log", "there is no log here to tell of days"}
	}
	asked := r.URL.Query().Get("day")
	if asked != "" {
		if _, err := time.Parse(time.DateOnly, asked); err != nil {
			return Day{}, Refusal{http.StatusBadRequest, "malformed", "day is a date, as 2026-11-23"}
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), dayPatience)
	defer cancel()
	d, err := s.Day(ctx, asked)
	switch {
	case errors.Is(err, ErrNoDay):
		return d, Refusal{http.StatusNotFound, "no_day", "the log has no such day"}
	case errors.Is(err, context.DeadlineExceeded):
		return d, Refusal{http.StatusServiceUnavailable, "busy", "that takes too long at the moment: try again"}
	}
	return d, err
}

// dayPatience is how long a day may be read from the log. What was read by then is kept, so
// that the next try goes on from there.
const dayPatience = 20 * time.Second

// dayAnswer is a day as its page gets it. Times of orders are in seconds after from, so
// that three thousand orders are short.
type dayAnswer struct {
	Day     string     `json:"day"`
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to"`
	First   string     `json:"first"`
	Newest  string     `json:"newest"`
	Cut     bool       `json:"cut"`
	Figures dayFigures `json:"figures"`
	Orders  []dayRow   `json:"orders"`
}

type dayRow struct {
	Number   string `json:"number"`
	Channel  string `json:"channel,omitempty"`
	Accepted int    `json:"accepted"`
	Promised *int   `json:"promised,omitempty"`
	P50      *int   `json:"p50,omitempty"`
	P85      *int   `json:"p85,omitempty"`
	Ready    *int   `json:"ready,omitempty"`
	Left     *int   `json:"left,omitempty"`
}

// serveDay answers a day with its figures.
func (s *Server) serveDay(w http.ResponseWriter, r *http.Request) {
	d, err := s.day(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	a := dayAnswer{
		Day: d.Date, From: d.From, To: d.To, First: d.First, Newest: d.Newest, Cut: d.Cut,
		Figures: d.figures(), Orders: make([]dayRow, 0, len(d.Orders)),
	}
	for _, o := range d.Orders {
		a.Orders = append(a.Orders, d.row(o))
	}
	s.writeJSON(w, http.StatusOK, a)
}

// row is an order as the page gets it.
func (d *Day) row(o DayOrder) dayRow {
	after := func(t *time.Time) *int {
		if t == nil {
			return nil
		}
		s := int(t.Sub(d.From).Seconds())
		return &s
	}
	row := dayRow{
		Number: o.Number, Channel: o.Channel, Accepted: *after(&o.Accepted),
		Promised: after(o.Promised), Ready: after(o.Ready), Left: after(o.Left),
	}
	if q := o.Issued; q != nil {
		p50, p85 := o.Accepted.Add(seconds(q[at50])), o.Accepted.Add(seconds(q[at85]))
		row.P50, row.P85 = after(&p50), after(&p85)
	}
	return row
}

func seconds(s uint16) time.Duration { return time.Duration(s) * time.Second }
