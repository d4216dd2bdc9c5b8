package browser

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// fullDay serves the pages of a shop that had a lunch and a dinner, always the same, and
// returns their address. What people see of a day is looked at with a day that is full.
func fullDay(t testing.TB, language string) string {
	t.Helper()
	day := lunchAndDinner()
	return dayPage(t, language, day, day.From.Add(17*time.Hour+12*time.Minute))
}

// dayPage serves the pages of a shop that had a day, and returns their address.
func dayPage(t testing.TB, language string, day board.Day, now time.Time) string {
	t.Helper()
	never := make(chan struct{})
	site := &board.Server{
		Store: "test-shop", Language: language, Now: func() time.Time { return now },
		View: func() *kitchen.Board {
			return &kitchen.Board{Seq: 1, At: now, Since: day.From, Orders: []kitchen.BoardOrder{}}
		},
		Changed: func() <-chan struct{} { return never },
		Health:  func() board.Health { return board.Health{Connected: true} },
		Day:     func(context.Context, string) (board.Day, error) { return day, nil },
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(site.Handler())
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	t.Cleanup(func() { cancel(); server.CloseClientConnections(); server.Close() })
	return server.URL
}

// lunchAndDinner is a day of a shop: more orders at noon and at half past six, each made in
// some ten minutes, more where many come together, and a forecast that is mostly right.
func lunchAndDinner() board.Day {
	r := rand.New(rand.NewPCG(20261123, 1))
	zone := time.FixedZone("", 8*60*60)
	from := time.Date(2026, 11, 23, 4, 0, 0, 0, zone)
	d := board.Day{Date: "2026-11-23", From: from, To: from.AddDate(0, 0, 1), First: "2026-11-01", Newest: "2026-11-23"}
	channels := []string{"meituan", "eleme", "douyin", "dine-in", "own"}
	at := 6 * time.Hour
	for i := 0; at < 17*time.Hour; i++ {
		h := at.Hours()
		rush := math.Exp(-math.Pow(h-8.3, 2)/0.8) + 0.8*math.Exp(-math.Pow(h-14.5, 2)/1.2)
		d.Orders = append(d.Orders, anOrder(r, fmt.Sprint(1+i), channels[r.IntN(len(channels))], from.Add(at), rush))
		at += time.Duration(r.ExpFloat64() / (3 + 45*rush) * float64(time.Hour))
	}
	return d
}

// anOrder is one that comes at a moment of some rush, from 0 to 1.
func anOrder(r *rand.Rand, number, channel string, came time.Time, rush float64) board.DayOrder {
	typical := 420 + 480*rush // seconds
	took := typical * math.Exp(0.35*r.NormFloat64())
	wait := 60 + 400*r.ExpFloat64()
	after := func(s float64) *time.Time { t := came.Add(time.Duration(s) * time.Second); return &t }
	o := board.DayOrder{
		Number: number, Channel: channel, Accepted: came, Promised: after(1500), Issued: &kitchen.Quantiles{}, Soon: after(30),
		Ready: after(took), Evidence: "button", Left: after(took + wait), End: kitchen.OrderPickedUp, Waiting: wait > 600,
	}
	for i := range o.Issued {
		p := float64(i+1) / 20
		o.Issued[i] = uint16(1.06 * typical * math.Exp(0.38*math.Sqrt2*math.Erfinv(2*p-1)))
	}
	if r.IntN(25) == 0 { // nobody pressed
		o.Ready, o.Evidence = nil, ""
	}
	return o
}
