package browser

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// A made-up day: this many orders, evenly, each cooked and then fetched.
const (
	dayOrders = 3000
	dayLength = 24 * time.Hour
	cookTime  = 20 * time.Minute
	shelfTime = 5 * time.Minute
	dayTakes  = 100 * time.Second
	dayPace   = float64(dayLength) / float64(dayTakes)
)

// fakeDay is a board that lives a day in dayTakes, and stands still between its parts. It is
// asked at any moment and computes what was there: no daemon is behind it.
type fakeDay struct {
	mu       sync.Mutex
	from, to time.Time // the part of the day
	began    time.Time // when that part began, here
	changed  chan struct{}
}

var midnight = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// runs lets the day go on to an hour, and returns when it is there.
func (d *fakeDay) runs(hour float64) {
	from := d.now()
	to := midnight.Add(time.Duration(hour * float64(time.Hour)))
	d.mu.Lock()
	d.from, d.to, d.began = from, to, time.Now()
	d.mu.Unlock()
	time.Sleep(time.Duration(float64(to.Sub(from)) / dayPace))
}

// now is the day's clock.
func (d *fakeDay) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	passed := float64(time.Since(d.began)) * dayPace
	return d.from.Add(time.Duration(min(passed, float64(d.to.Sub(d.from)))))
}

// view draws the board as it is now.
func (d *fakeDay) view() *kitchen.Board {
	now := d.now()
	b := &kitchen.Board{At: now, Since: midnight, Orders: []kitchen.BoardOrder{}}
	const every = dayLength / dayOrders
	for i := max(0, int((now.Sub(midnight)-cookTime-shelfTime)/every)); i < dayOrders; i++ {
		came := midnight.Add(time.Duration(i) * every)
		if came.After(now) {
			break
		}
		ready := came.Add(cookTime)
		p85, due := ready.Add(3*time.Minute), ready.Add(5*time.Minute)
		o := kitchen.BoardOrder{
			ID: fmt.Sprint("day/", i), Number: fmt.Sprint(i), Channel: "eleme", Phase: kitchen.Cooking, Accepted: came, Promised: &due,
			Items: []kitchen.Item{{Qty: 1 + i%3, Name: fmt.Sprint("Dish ", i%40), Mods: []string{"no onion"}}}, P50: &ready, P85: &p85, Seq: uint64(3*i + 1),
		}
		switch {
		case !now.Before(ready.Add(shelfTime)):
			continue
		case !now.Before(ready):
			o.Phase, o.ReadyAt, o.P50, o.P85, o.Seq = kitchen.Ready, &ready, nil, nil, uint64(3*i+2)
		}
		b.Orders = append(b.Orders, o)
		b.Seq = max(b.Seq, o.Seq)
	}
	return b
}

func (d *fakeDay) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// ring says ten times a second that something changed, until ctx ends.
func (d *fakeDay) ring(ctx context.Context) {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		d.mu.Lock()
		close(d.changed)
		d.changed = make(chan struct{})
		d.mu.Unlock()
	}
}

// weight is what a page weighs once its garbage is collected: the heap of its scripts in
// KB, and the nodes of its document, those that only scripts still hold included.
func (b *tab) weight() (heap, nodes float64) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for range 3 { // what a node held is found by the next one
			if _, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
				return chromedp.Void{}, err
			}
		}
		used, err := cdp.Call(ctx, t, runtime.GetHeapUsage, cdp.Empty{})
		if err != nil {
			return chromedp.Void{}, err
		}
		counted, err := cdp.Call(ctx, t, memory.GetDOMCounters, cdp.Empty{})
		heap, nodes = used.UsedSize/1000, float64(counted.Nodes)
		return chromedp.Void{}, err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return heap, nodes
}

// BenchmarkDayOfPage has a page live a day of 3,000 orders within minutes: what it weighs at
// the end, against what it weighed after an eighth of it. The day stands still meanwhile, or
// what is weighed is how far the browser has come with its garbage; some fifty orders are open
// at both.
func BenchmarkDayOfPage(b *testing.B) {
	needBrowser(b)
	for range b.N {
		d := &fakeDay{from: midnight, to: midnight, changed: make(chan struct{})}
		ctx, cancel := context.WithCancel(b.Context())
		var running sync.WaitGroup
		running.Go(func() { d.ring(ctx) })
		site := &board.Server{
			Store: "day", Language: "en", View: d.view, Changed: d.wait, Now: d.now, Pace: dayPace,
			Health: func() board.Health { return board.Health{Connected: true, Sent: 1 << 40, Acked: 1 << 40} },
		}
		server := httptest.NewUnstartedServer(site.Handler())
		server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
		server.Start()
		page := screen(b, server.URL, tablet)
		at := func(hour float64) (heap, nodes float64) {
			d.runs(hour)
			now := d.view().Orders
			page.until("the oldest order", fmt.Sprintf("!!face(%q)", now[0].Number))
			page.until("as many orders", fmt.Sprintf(`text("#counts").startsWith("%d cooking")`, cooking(now)))
			return page.weight()
		}
		heap, nodes := at(3)
		heapEnd, nodesEnd := at(23.9)
		page.pardon()
		cancel()
		server.Close()
		running.Wait()
		b.ReportMetric(heap, "heap-early-KB")
		b.ReportMetric(heapEnd, "heap-late-KB")
		b.ReportMetric(heapEnd/heap, "heap-ratio")
		b.ReportMetric(nodes, "nodes-early")
		b.ReportMetric(nodesEnd, "nodes-late")
		b.ReportMetric(0, "ns/op") // the day takes what it is given
	}
}

// cooking is how many of them are.
func cooking(orders []kitchen.BoardOrder) (n int) {
	for _, o := range orders {
		if o.Phase == kitchen.Cooking {
			n++
		}
	}
	return n
}
