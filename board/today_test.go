package board

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// forecastOf is a forecast whose quantiles are 60, 120 … 1140 s: the median is 600 s.
func forecastOf() *kitchen.Quantiles {
	var q kitchen.Quantiles
	for i := range q {
		q[i] = uint16(60 * (i + 1))
	}
	return &q
}

// made is an order that came so long after noon, was made ready in took and picked up
// five minutes later.
func made(number string, after, took time.Duration) DayOrder {
	ready, left := noon.Add(after+took), noon.Add(after+took+5*time.Minute)
	return DayOrder{
		Number: number, Channel: "eleme", Accepted: noon.Add(after), Issued: forecastOf(),
		Ready: &ready, Evidence: "button", Left: &left, End: kitchen.OrderPickedUp,
	}
}

// dayOf is a business day from four to four with these orders.
func dayOf(orders ...DayOrder) Day {
	from := noon.Add(-8 * time.Hour)
	return Day{Date: "2026-10-05", From: from, To: from.AddDate(0, 0, 1), First: "2026-09-30", Newest: "2026-10-06", Orders: orders}
}

func TestDayFigures(t *testing.T) {
	late := made("2", time.Minute, 1200*time.Second)
	late.Promised = after(2 * time.Minute)
	forgotten := DayOrder{Number: "3", Accepted: noon, Left: after(time.Hour), End: kitchen.OrderClosed}
	cancelled := DayOrder{Number: "4", Accepted: noon, Left: after(time.Hour), End: kitchen.OrderCancelled}
	open := DayOrder{Number: "5", Accepted: noon.Add(time.Hour), Waiting: true}
	recalled := made("6", 0, 100*time.Second)
	recalled.Recalled = true
	d := dayOf(made("1", 0, 300*time.Second), late, forgotten, cancelled, open, recalled)
	f := d.figures()
	if f.Orders != 6 || f.Open != 1 || f.Cancelled != 1 || f.Late != 1 || f.Waiting != 1 || f.Forgotten != 1 {
		t.Errorf("got %+v", f)
	}
	if want := (spread{2, 300, 1200, 1200}); f.Made != want {
		t.Errorf("made in %+v, want %+v", f.Made, want)
	}
	if want := (spread{3, 300, 300, 300}); f.Wait != want {
		t.Errorf("waited %+v, want %+v", f.Wait, want)
	}
	if p := f.Forecast; p.N != 2 || p.MAE != 450 || p.Coverage85 != 0.5 || p.Coverage70 != 0.5 || p.Below[3] != 0 || p.Below[4] != 0.5 || p.Below[18] != 0.5 {
		t.Errorf("the forecast was worth %+v", p)
	}
	if len(f.Hours) != 24 || f.Hours[0].Hour != 4 || f.Hours[23].Hour != 3 {
		t.Fatalf("got hours %+v", f.Hours)
	}
	if h := f.Hours[8]; h.Hour != 12 || h.Orders != 5 || h.Late != 1 || h.Error != (spread{2, -300, 600, 600}) {
		t.Errorf("the hour of noon is %+v", h)
	}
}

// Hours are those of the store's clock, also where a day begins within one, or has another
// length.
func TestDayHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from        time.Time
		length      time.Duration
		order       time.Time
		hours, hour int
	}{
		{time.Date(2026, 10, 5, 4, 30, 0, 0, berlin), 24 * time.Hour, time.Date(2026, 10, 5, 5, 10, 0, 0, berlin), 25, 5},
		{time.Date(2026, 10, 5, 4, 30, 0, 0, berlin), 24 * time.Hour, time.Date(2026, 10, 5, 4, 40, 0, 0, berlin), 25, 4},
		{time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), 23 * time.Hour, time.Date(2026, 3, 29, 12, 10, 0, 0, berlin), 23, 12},
		{time.Date(2026, 10, 25, 0, 0, 0, 0, berlin), 25 * time.Hour, time.Date(2026, 10, 25, 12, 10, 0, 0, berlin), 25, 12},
		{time.Date(2026, 10, 25, 0, 0, 0, 0, berlin), 25 * time.Hour, time.Date(2026, 10, 25, 23, 59, 0, 0, berlin), 25, 23},
	} {
		d := Day{From: c.from, To: c.from.Add(c.length), Orders: []DayOrder{{Accepted: c.order}}}
		f := d.figures()
		if len(f.Hours) != c.hours {
			t.Errorf("%v: got %d hours, want %d", c.from, len(f.Hours), c.hours)
		}
		if !slices.ContainsFunc(f.Hours, func(h hour) bool { return h.Hour == c.hour && h.Orders == 1 }) {
			t.Errorf("%v: the order of %v is not in its hour", c.from, c.order)
		}
	}
}

// An order for later says nothing of how fast the kitchen is.
func TestDayWithPreorders(t *testing.T) {
	said, far, near := made("1", 0, 80*time.Minute), made("2", 0, 80*time.Minute), made("3", 0, 20*time.Minute)
	said.Preorder, far.Promised, near.Promised = true, after(2*time.Hour), after(30*time.Minute)
	d := dayOf(said, far, near)
	if f := d.figures(); f.Made.N != 1 || f.Made.P50 != 1200 || f.Forecast.N != 1 || f.Wait.N != 3 {
		t.Errorf("got %+v", f)
	}
}

// Presses that clear a shelf say of no order when it was ready.
func TestDayWithoutBursts(t *testing.T) {
	var orders []DayOrder
	for i := range kitchen.ManyPresses {
		orders = append(orders, made("7", 0, 10*time.Minute+time.Duration(i)*kitchen.Together/8))
	}
	d := dayOf(orders...)
	if f := d.figures(); f.Made.N != 0 || f.Forecast.N != 0 || f.Forgotten != 0 {
		t.Errorf("got %+v of presses that cleared the shelf", f)
	}
	d.Orders = d.Orders[1:]
	if f := d.figures(); f.Made.N != kitchen.ManyPresses-1 {
		t.Errorf("of one press less %d count, want all", f.Made.N)
	}
}

// A day without anything has no figure that is no number.
func TestEmptyDay(t *testing.T) {
	d := dayOf()
	if body, err := json.Marshal(d.figures()); err != nil || !strings.Contains(string(body), `"below":[]`) {
		t.Errorf("got %s, %v", body, err)
	}
}

// dated is a site with a day.
func dated(d Day, err error) *Server {
	s := site()
	s.Day = func(_ context.Context, asked string) (Day, error) {
		if asked != "" && asked != d.Date {
			return Day{}, ErrNoDay
		}
		return d, err
	}
	return s
}

func TestDayAnswer(t *testing.T) {
	h := dated(dayOf(made("88", time.Minute, 300*time.Second)), nil).Handler()
	w := get(h, "/today/day.json?day=2026-10-05")
	var got dayAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("got %d, %v", w.Code, err)
	}
	at := func(s int) *int { return &s }
	want := []dayRow{{
		Number: "88", Channel: "eleme", Accepted: 8*3600 + 60, P50: at(8*3600 + 660), P85: at(8*3600 + 60 + 1020),
		Ready: at(8*3600 + 360), Left: at(8*3600 + 660),
	}}
	if diff := cmp.Diff(want, got.Orders); diff != "" || got.Day != "2026-10-05" || got.First != "2026-09-30" || got.Figures.Orders != 1 {
		t.Errorf("got %+v (-want +got):\n%s", got, diff)
	}
	none := site()
	for _, c := range []struct {
		s    *Server
		path string
		want int
	}{
		{dated(dayOf(), nil), "?day=2026-10-04", http.StatusNotFound},
		{dated(dayOf(), nil), "?day=yesterday", http.StatusBadRequest},
		{dated(dayOf(), nil), "?day=../../etc/passwd", http.StatusBadRequest},
		{dated(dayOf(), context.DeadlineExceeded), "", http.StatusServiceUnavailable},
		{dated(dayOf(), errors.New("the disk")), "", http.StatusInternalServerError},
		{none, "", http.StatusNotFound},
	} {
		for _, path := range []string{"/today/day.json", "/today/orders.csv"} {
			if w := get(c.s.Handler(), path+c.path); w.Code != c.want || strings.Contains(w.Body.String(), "the disk") {
				t.Errorf("%s%s: got %d %s, want %d", path, c.path, w.Code, w.Body, c.want)
			}
		}
	}
}

// The file can be read by what reads CSV, and runs nothing in a spreadsheet.
func TestDayAsFile(t *testing.T) {
	evil := made(`=HYPERLINK("http://x","1")`, 0, 300*time.Second)
	evil.Channel = "＝1+1"
	open := DayOrder{Number: `9,"9"`, Accepted: noon}
	w := get(dated(dayOf(evil, open), nil).Handler(), "/today/orders.csv?day=2026-10-05")
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="orders-2026-10-05.csv"` {
		t.Errorf("got the name %s", got)
	}
	body, marked := bytes.CutPrefix(w.Body.Bytes(), []byte("\ufeff"))
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || !marked || len(rows) != 3 {
		t.Fatalf("got %v, %v", rows, err)
	}
	cell := func(row int, column string) string { return rows[row][slices.Index(columns, column)] }
	for _, c := range []struct {
		row          int
		column, want string
	}{
		{1, "order", `'=HYPERLINK("http://x","1")`}, {1, "channel", "'＝1+1"}, {1, "accepted", "2026-10-05T12:00:00+08:00"}, {1, "made_s", "300"},
		{1, "forecast_p50_s", "600"}, {1, "error_s", "-300"}, {1, "wait_s", "300"}, {1, "end", "picked_up"}, {1, "late", "false"},
		{2, "order", `9,"9"`}, {2, "ready", ""}, {2, "made_s", ""}, {2, "end", ""},
	} {
		if got := cell(c.row, c.column); got != c.want {
			t.Errorf("row %d, %s: got %q, want %q", c.row, c.column, got, c.want)
		}
	}
}
