package board

import (
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// What twenty tablets are shown is drawn once.
func TestStreamDrawsOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		p := s.site()
		views, view := 0, p.View
		p.View = func() *kitchen.Board { views++; return view() } // under the lock of the frames
		var all []*watcher
		h := p.Handler()
		for range 5 {
			all = append(all, watchAt(t, h, "/events"))
		}
		for _, w := range all {
			w.heard()
		}
		views = 0
		s.commit()
		time.Sleep(pace)
		for i, w := range all {
			if got := w.heard(); count(got, "state") != 1 || got[0].seq() != "813" {
				t.Errorf("screen %d got %v, want state 813", i, got)
			}
		}
		if views != 1 {
			t.Errorf("a state for %d screens was drawn %d times", len(all), views)
		}
	})
}

// A page that comes back and has missed nothing is told so, and is sent what it missed.
func TestStreamResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		p := s.site()
		first := watch(t, p).heard()
		id := first[1].id
		for _, ask := range [][]string{{"/events?have=" + id}, {"/events", "Last-Event-ID: " + id}} {
			again := watchAt(t, p.Handler(), ask[0], ask[1:]...)
			all := again.heard()
			if count(all, "same") != 1 || count(all, "state") != 0 {
				t.Errorf("a page that has %s got %v, want that it is the same", id, all)
			}
			s.commit()
			time.Sleep(pace)
			if all := again.heard(); count(all, "state") != 1 {
				t.Errorf("after a change it got %v, want a state", all)
			}
			s.change(func(s *shop) { s.board = lunch() })
			time.Sleep(pace)
		}
		s.change(func(s *shop) { s.health.Refused = true })
		if all := watchAt(t, p.Handler(), "/events?have="+id).heard(); count(all, "state") != 1 {
			t.Errorf("a page with an older state got %v, want the new one", all)
		}
	})
}

// A ring that changes nothing to see is not sent.
func TestStreamSkipsWhatIsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		p := s.site()
		kitchenPage, pickupPage := watch(t, p), watchAt(t, p.Handler(), "/pickup/events")
		kitchenPage.heard()
		pickupPage.heard()
		for range 5 {
			time.Sleep(pace)
			s.change(func(*shop) {})
		}
		s.commit()
		time.Sleep(pace)
		if all := kitchenPage.heard(); count(all, "state") != 1 {
			t.Errorf("the kitchen got %d states for one change", count(all, "state"))
		}
		if all := pickupPage.heard(); count(all, "state") != 0 {
			t.Errorf("who waits for food got %v for a change that he may not see", all)
		}
	})
}

// BenchmarkFanOut is one commit of a kitchen with forty open orders that twenty screens
// are told of: from the change to the last byte.
func BenchmarkFanOut(b *testing.B) {
	for _, screens := range []int{1, 20} {
		b.Run(fmt.Sprint("screens=", screens), func(b *testing.B) { benchmarkFanOut(b, screens) })
	}
}

func benchmarkFanOut(b *testing.B, screens int) {
	s := newShop()
	board := lunch()
	for i := range 40 {
		o := board.Orders[0]
		o.ID, o.Number = fmt.Sprint("2026-10-05/eleme/", i), fmt.Sprint(i)
		board.Orders = append(board.Orders, o)
	}
	s.board = board
	p := s.site()
	f := &frames{server: p, make: p.frame}
	told, stop := make(chan struct{}), make(chan struct{})
	var watching sync.WaitGroup
	for range screens {
		watching.Go(func() {
			for {
				got, changed, err := f.newest()
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Discard.Write(got.data(noon))
				select {
				case told <- struct{}{}:
				case <-stop:
					return
				}
				select {
				case <-changed:
				case <-stop:
					return
				}
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		for range screens {
			<-told
		}
		s.commit()
	}
	close(stop)
	watching.Wait()
}
