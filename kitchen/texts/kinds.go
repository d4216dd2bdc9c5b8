package texts

import (
	"slices"
	"strings"

	"readyshelf/kitchen"
)

// kind is an alert that has sentences, and the facts it can have. Number, channel, table
// and slot are facts of every order, and any of them may be missing.
type kind struct {
	alert kitchen.AlertType
	facts []choice
}

// choice is a fact, or several that come together, in all the ways that make a difference.
type choice struct {
	fields []string
	ways   []func(*Slots)
}

// The facts, missing first. Each is as long as it can be: what fits then always fits.
var (
	widest = strings.Repeat("宽", maxFact)
	later  = "Nov 30, 23:59" // of the two languages the longer one

	common = []choice{
		text("Order", func(s *Slots) *string { return &s.Order }, widest),
		text("Channel", func(s *Slots) *string { return &s.Channel }, longestPlatform()),
		text("Table", func(s *Slots) *string { return &s.Table }, widest),
		text("Slot", func(s *Slots) *string { return &s.Slot }, widest),
	}
	promised = text("Promised", func(s *Slots) *string { return &s.Promised }, later)
	readyAt  = text("ReadyAt", func(s *Slots) *string { return &s.ReadyAt }, later)
	preorder = choice{[]string{"Preorder"}, []func(*Slots){nothing, func(s *Slots) { s.Preorder = true }}}
	forecast = choice{[]string{"P50", "P85", "Minutes"}, []func(*Slots){nothing, expected(0), expected(1), expected(2), expected(maxMinutes)}}
)

// kinds are the alerts about orders.
var kinds = []kind{
	{kitchen.OrderAccepted, []choice{promised, preorder}},
	{kitchen.OrderSoon, []choice{forecast}},
	{"order.eta", []choice{forecast}},
	{kitchen.OrderReady, []choice{readyAt}},
	{kitchen.OrderReadyUndone, nil},
	{kitchen.OrderLate, []choice{promised, forecast, reasons("late", "predicted")}},
	{kitchen.OrderWaiting, []choice{readyAt}},
	{kitchen.OrderPickedUp, nil},
	{kitchen.OrderCancelled, []choice{reasons("cancelled", "void", "read")}},
	{kitchen.OrderClosed, []choice{reasons("expired")}},
}

func nothing(*Slots) {}

// text is a fact that is a string.
func text(name string, field func(*Slots) *string, longest string) choice {
	return choice{[]string{name}, []func(*Slots){nothing, func(s *Slots) { *field(s) = longest }}}
}

// expected is a forecast so many minutes away; 0 where nobody can know how many.
func expected(minutes int) func(*Slots) {
	return func(s *Slots) { s.P50, s.P85, s.Minutes = later, later, minutes }
}

// reasons are those that an alert gives. An older log may have others, or none.
func reasons(words ...string) choice {
	c := choice{fields: []string{"Reason"}}
	for _, word := range append(words, "") {
		c.ways = append(c.ways, func(s *Slots) { s.Reason = Reason(word) })
	}
	return c
}

func longestPlatform() string {
	longest := ""
	for _, l := range languages {
		for _, name := range l.platforms {
			if len(name) > len(longest) {
				longest = name
			}
		}
	}
	return longest
}

func kindOf(alert kitchen.AlertType) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.alert == alert })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

func kindNames() string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.alert))
	}
	return strings.Join(names, ", ")
}

// choices are all facts of a kind.
func (k kind) choices() []choice { return slices.Concat(common, k.facts) }

// has says whether alerts of this kind can have a fact.
func (k kind) has(field string) bool {
	return slices.ContainsFunc(k.choices(), func(c choice) bool { return slices.Contains(c.fields, field) })
}

// samples calls try with every combination of the facts among used, until it fails.
func (k kind) samples(used []string, try func(Slots) *Error) *Error {
	var mine []choice
	for _, c := range k.choices() {
		if slices.ContainsFunc(c.fields, func(f string) bool { return slices.Contains(used, f) }) {
			mine = append(mine, c)
		}
	}
	return combine(mine, Slots{}, try)
}

func combine(left []choice, s Slots, try func(Slots) *Error) *Error {
	if len(left) == 0 {
		return try(s)
	}
	for _, way := range left[0].ways {
		next := s
		way(&next)
		if err := combine(left[1:], next, try); err != nil {
			return err
		}
	}
	return nil
}
