package board

import (
	"slices"

	"readyshelf/kitchen"
)

// pickup is what couriers and guests may see: numbers and, of those that are ready, where
// they stand. Nothing else of an order leaves with it.
type pickup struct {
	Preparing []called `json:"preparing"` // oldest first
	Ready     []called `json:"ready"`     // in the order in which they became so
}

// called is an order as it is called out.
type called struct {
	Number string `json:"number"`
	// Channel tells two orders with one number apart; empty where there is one.
	Channel string `json:"channel,omitempty"`
	Slot    string `json:"slot,omitempty"` // of one that is ready
}

// pickupOf is what couriers may see of a board. Who has no number is not called.
func pickupOf(b *kitchen.Board) pickup {
	p := pickup{[]called{}, []called{}}
	times := map[string]int{}
	for _, o := range b.Orders {
		times[o.Number]++
	}
	ready := slices.DeleteFunc(slices.Clone(b.Orders), func(o kitchen.BoardOrder) bool { return o.Phase != kitchen.Ready || o.ReadyAt == nil })
	slices.SortStableFunc(ready, func(x, y kitchen.BoardOrder) int { return x.ReadyAt.Compare(*y.ReadyAt) })
	call := func(o kitchen.BoardOrder, slot string) called {
		c := called{Number: o.Number, Slot: slot}
		if times[o.Number] > 1 {
			c.Channel = o.Channel
		}
		return c
	}
	for _, o := range ready {
		if o.Number != "" {
			p.Ready = append(p.Ready, call(o, o.Slot))
		}
	}
	for _, o := range b.Orders {
		if o.Number != "" && o.Phase == kitchen.Cooking {
			p.Preparing = append(p.Preparing, call(o, ""))
		}
	}
	return p
}

// pickupFrame is what couriers may see, as the stream sends it. Its id says nothing of the
// board beside it, so that a page is sent what changed for it alone.
func (s *Server) pickupFrame() (frame, error) {
	b := s.View()
	if b == nil {
		return frame{}, nil
	}
	return newFrame(0, pickupOf(b))
}
