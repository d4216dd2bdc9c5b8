package kitchen

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// reuse is how long after its last sign a number may come again for another
// order: tills count 1 to 99 and begin anew.
const reuse = 90 * time.Minute

// plain is a number as people compare it: without leading zeros and '#', in
// capitals.
func plain(n string) string {
	n = strings.ToUpper(strings.TrimLeft(strings.TrimSpace(n), "#"))
	if t := strings.TrimLeft(n, "0"); t != "" {
		return t
	}
	return n
}

// called says whether o is called n by anybody.
func (o *Order) called(n string) bool {
	n = plain(n)
	return n != "" && (plain(o.Number) == n || slices.ContainsFunc(o.Numbers, func(m string) bool { return plain(m) == n }))
}

// names says whether t names o by one of its numbers, or by its table where it has none.
func (t *Ticket) names(o *Order) bool {
	if t.sameKey(o) {
		return true
	}
	if t.Number == "" {
		return t.Table != "" && plain(t.Table) == plain(o.Table)
	}
	return o.called(t.Number) || slices.ContainsFunc(t.Numbers, o.called)
}

// Of slips that come twice: a copy without a time or a number comes within copies,
// one that names an order which is done with within again. Later it is another order.
const (
	copies = 3 * time.Minute
	again  = 10 * time.Minute
)

// find returns the order that an order slip is a copy, a part or a reprint of.
func (s *State) find(t *Ticket, now Stamp) *Order {
	known := s.inOrder(func(*Order) bool { return true })
	slices.Reverse(known) // the newest first
	for _, o := range known {
		if s.reprints(o, t, now) {
			return o
		}
	}
	for _, o := range known {
		if (o.Channel == t.Channel || t.sameKey(o) && t.mayBeOf(o)) && t.names(o) && s.same(o, t, now) {
			return o
		}
	}
	return s.onlyOther(t)
}

// sameKey says that the platform gave the two one id.
func (t *Ticket) sameKey(o *Order) bool { return t.OrderKey != "" && t.OrderKey == o.OrderKey }

// otherKey says that the platform gave the two different ids.
func (t *Ticket) otherKey(o *Order) bool {
	return t.OrderKey != "" && o.OrderKey != "" && t.OrderKey != o.OrderKey
}

// reprints says whether a slip with the same words as one of o's is that slip
// again. Words that hold the time of ordering are; others may be the same
// order of another guest.
func (s *State) reprints(o *Order, t *Ticket, now Stamp) bool {
	if t.Print == 0 || !slices.Contains(o.Prints, t.Print) || o.Channel != t.Channel && !t.picture() || t.otherKey(o) {
		return false
	}
	if t.Kind == SlipReprint || t.Ordered != "" {
		return true
	}
	age, known := s.Since(o.Sign, now)
	switch {
	case t.Number == "":
		return known && age <= copies
	case o.Phase.Open():
		return !known || age <= reuse
	}
	return known && age <= again
}

// same says whether a slip with o's channel and number means o, and not a later
// order that was given the same number.
func (s *State) same(o *Order, t *Ticket, now Stamp) bool {
	if t.OrderKey != "" && o.OrderKey != "" {
		return t.OrderKey == o.OrderKey
	}
	if t.Number == "" {
		return false // a table orders again and again; a reprint was found by its words
	}
	age, known := s.Since(o.Sign, now)
	if o.Phase.Open() {
		return !known || age <= reuse || overlap(o.Items, t.Items)
	}
	return t.Kind == SlipReprint || known && age <= again && overlap(o.Items, t.Items)
}

// done returns the order that a slip has acted on already: it is a copy.
func (s *State) done(t *Ticket, now Stamp) *Order {
	for _, o := range s.inOrder(func(*Order) bool { return true }) {
		age, known := s.Since(o.Sign, now)
		if !known || age > again || t.otherKey(o) {
			continue
		}
		if t.Print != 0 && slices.Contains(o.Prints, t.Print) || o.Phase == Cancelled && o.Channel == t.Channel && t.names(o) {
			return o
		}
	}
	return nil
}

// onlyOther returns the only open order that t names across channels: a kitchen
// copy often does not say where its order came from. What both say must agree.
func (s *State) onlyOther(t *Ticket) *Order {
	if t.Number == "" {
		return nil
	}
	var found *Order
	for _, o := range s.OpenOrders() {
		if !t.names(o) || t.otherKey(o) || o.Channel != "" && t.Channel != "" || !overlap(o.Items, t.Items) {
			continue
		}
		if found != nil {
			return nil
		}
		found = o
	}
	return found
}

// target returns the open order that an urge, cancel or void slip means: by channel and
// number, or the only one with that number, or with that number and one of its dishes.
func (s *State) target(t *Ticket) *Order {
	exact, loose := s.named(t)
	if len(exact) > 0 {
		return exact[len(exact)-1]
	}
	if len(loose) > 1 && len(t.Items) > 0 {
		loose = slices.DeleteFunc(loose, func(o *Order) bool { return !overlap(o.Items, t.Items) })
	}
	if len(loose) == 1 {
		return loose[0]
	}
	return nil
}

// billed says that t is the bill of a table whose dishes were ordered: it orders nothing.
func (s *State) billed(t *Ticket, now Stamp) bool {
	if t.Copy != "receipt" || t.Number != "" || t.Table == "" || len(t.Items) == 0 {
		return false
	}
	return len(s.inOrder(func(o *Order) bool {
		age, known := s.Since(o.Accepted, now)
		return t.names(o) && known && age <= silence && len(o.Items) > 0 && overlap(o.Items, t.Items)
	})) > 0
}

// named returns the open orders that t names, oldest first: those of its channel,
// and those that do not say theirs or that it may mean without saying so.
func (s *State) named(t *Ticket) (exact, loose []*Order) {
	for _, o := range s.OpenOrders() {
		switch {
		case !t.names(o):
		case t.Channel != "" && o.Channel == t.Channel:
			exact = append(exact, o)
		case t.mayBeOf(o):
			loose = append(loose, o)
		}
	}
	return exact, loose
}

// mayBeOf says that the channels of the two do not contradict each other.
func (t *Ticket) mayBeOf(o *Order) bool {
	return t.Channel == o.Channel || t.Channel == "" || o.Channel == "" || diningMode(t.Channel) || diningMode(o.Channel)
}

// diningMode says that a channel is only a way of eating, which slips of one
// order may or may not print.
func diningMode(channel string) bool { return channel == "dine-in" || channel == "takeout" }

// overlap says whether two lists name a common dish, or one of them names none.
func overlap(a, b []Item) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(x Item) bool {
		return slices.ContainsFunc(b, func(y Item) bool { return sameDish(x.Name, y.Name) })
	})
}

// newID names an order for ever: day/channel/number, with ~2 where that was taken.
func (s *State) newID(t *Ticket, day string) string {
	or := func(v, w string) string {
		if v == "" {
			return w
		}
		return v
	}
	id := day + "/" + or(t.Channel, "-") + "/"
	switch {
	case t.Number != "":
		id += plain(t.Number)
	case t.Table != "":
		id += "T" + plain(t.Table)
	default:
		id += "-"
	}
	for try, n := id, 2; ; n++ {
		if s.Orders[try] == nil {
			return try
		}
		try = fmt.Sprintf("%s~%d", id, n)
	}
}

// day names the business day of a moment: its date, or its boot where the date
// is not known.
func (s *State) day(at Stamp, r Rules) string {
	wall, ok := s.wall(at)
	if !ok {
		return fmt.Sprintf("boot-%d", at.Boot)
	}
	if r.Location != nil {
		wall = wall.In(r.Location)
	}
	return wall.Add(-r.DayStart).Format(time.DateOnly)
}
