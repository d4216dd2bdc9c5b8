package main

import (
	"fmt"
	"strings"
	"time"

	"readyshelf/kitchen"
)

// Marks of a time that nobody vouches for.
var marks = map[kitchen.ClockQuality]string{kitchen.Synced: " ", kitchen.Estimated: "~", kitchen.Unknown: "?"}

// line is an event for people: its number, its time with a mark of how far to
// believe it (~ estimated, ? unknown: then boot and uptime), who, and what.
func line(e kitchen.Event) string {
	when := e.At.Format("2006-01-02 15:04:05.000")
	if e.Clock == kitchen.Unknown {
		when = fmt.Sprintf("boot %d + %s", e.Boot, e.Up.Round(time.Millisecond))
	}
	return fmt.Sprintf("%7d %s%-23s  %-16s %s", e.Seq, marks[e.Clock], when, e.Source, say(e))
}

// say tells the fact of an event.
func say(e kitchen.Event) string {
	switch {
	case e.Ticket != nil:
		return sayTicket(*e.Ticket)
	case e.Press != nil:
		return fmt.Sprintf("press %s %s", e.Press.Slot, e.Press.Gesture)
	case e.Weight != nil:
		return joined("weight", e.Weight.Slot, fmt.Sprintf("%d g (%+d g)", e.Weight.Grams, e.Weight.Delta))
	case e.Fault != nil:
		return fmt.Sprintf("fault of %s: %s", e.Fault.Device, e.Fault.Text)
	case e.Recovered != nil:
		return e.Recovered.Device + " works again"
	case e.ClockSet != nil:
		return fmt.Sprintf("clock set by %+.1f s", e.ClockSet.Offset.Seconds())
	case e.Started != nil:
		return "started " + e.Started.Version
	case e.Change != nil:
		return sayChange(*e.Change)
	case e.Alert != nil:
		return sayAlert(*e.Alert)
	case e.Gap != nil:
		return "gap: " + sayGap(*e.Gap)
	case e.Command != nil:
		return joined("command", e.Command.Name, e.Command.Channel, e.Command.Order, e.Command.Version)
	case e.Reply != nil:
		return joined("reply", e.Reply.Name, e.Reply.Order, e.Reply.Error, e.Reply.Text)
	case e.Salvaged != nil && e.Salvaged.Event != nil:
		old := *e.Salvaged.Event
		return fmt.Sprintf("salvaged from log %s, event %d of %s: %s", e.Salvaged.Log, old.Seq, old.Source, say(old))
	}
	return "nothing that this version knows"
}

// joined joins what is not empty.
func joined(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func sayTicket(t kitchen.Ticket) string {
	what := "slip:"
	if t.Of != 0 {
		what = fmt.Sprintf("read from a picture, %.0f %% sure:", 100*t.Confidence)
	}
	return joined(what, string(t.Kind), t.Channel, number(t.Number), t.Table, t.Part, dishList(t.Items), t.Notes)
}

func sayChange(c kitchen.Change) string {
	parts := []string{"change", c.ID}
	switch {
	case c.Orphan != nil:
		return joined("a slip that names no known order:", string(c.Orphan.Kind), c.Orphan.Channel, number(c.Orphan.Number))
	case c.Model:
		return "the forecast begins anew with that model"
	case c.Slot != nil && *c.Slot == "":
		parts = append(parts, "leaves its slot")
	case c.Slot != nil:
		parts = append(parts, "slot "+*c.Slot)
	}
	if c.Urged {
		parts = append(parts, "urged")
	}
	if c.Items != nil {
		parts = append(parts, dishList(*c.Items))
	}
	if c.Slip {
		parts = append(parts, "another slip of it")
	}
	return joined(parts...)
}

func sayAlert(a kitchen.Alert) string {
	parts := []string{fmt.Sprintf("alert %d %s", a.Sequence, a.Type), a.ID, number(a.Number), a.Device}
	if a.Slot != "" {
		parts = append(parts, "slot "+a.Slot)
	}
	if a.Gap != nil {
		parts = append(parts, sayGap(*a.Gap))
	}
	if a.Evidence != "" {
		parts = append(parts, "by "+a.Evidence)
	}
	return joined(append(parts, a.Reason, a.Text)...)
}

func sayGap(g kitchen.Gap) string {
	return joined(fmt.Sprintf("%d to %d", g.From, g.To), g.Log, g.Class, g.Reason)
}

func number(n string) string {
	if n == "" {
		return ""
	}
	return "#" + n
}

func dishList(items []kitchen.Item) string {
	var out []string
	for _, it := range items {
		out = append(out, fmt.Sprintf("%d×%s", it.Qty, it.Name))
	}
	return strings.Join(out, ", ")
}
