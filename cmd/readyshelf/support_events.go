package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"readyshelf/buffer"
	"readyshelf/kitchen"
)

// supportFacts is how many of the last facts about the box itself are told.
const supportFacts = 300

// supportEvents counts the events of a log by source and kind, and tells the last that
// are of the box itself. Of orders nothing is told.
func supportEvents(ctx context.Context, db string) ([]byte, error) {
	counts := map[string]int{}
	var last []string
	err := withLog(ctx, db, func(file string) error {
		clear(counts)
		last = last[:0]
		return buffer.Dump(file, func(e kitchen.Event) error {
			counts[fmt.Sprintf("%-10s %s", kindOf(e), e.Source)]++
			if e := inner(e); ofTheBox(e) {
				last = append(last, line(e))
				last = last[max(0, len(last)-supportFacts):]
			}
			return nil
		})
	})
	var b bytes.Buffer
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "%8d %s\n", counts[what], what)
	}
	for _, l := range last {
		fmt.Fprintln(&b, l)
	}
	return b.Bytes(), err
}

// ofTheBox says whether an event is about the machine, and not about what it is used for.
func ofTheBox(e kitchen.Event) bool {
	return e.Fault != nil || e.Recovered != nil || e.ClockSet != nil || e.Started != nil || e.Gap != nil
}

// kindOf names the fact of an event, as the log has it.
func kindOf(e kitchen.Event) string {
	switch {
	case e.Ticket != nil:
		return "ticket"
	case e.Press != nil:
		return "press"
	case e.Weight != nil:
		return "weight"
	case e.Fault != nil:
		return "fault"
	case e.Recovered != nil:
		return "recovered"
	case e.ClockSet != nil:
		return "clock_set"
	case e.Started != nil:
		return "started"
	case e.Change != nil:
		return "change"
	case e.Alert != nil:
		return string(e.Alert.Type)
	case e.Gap != nil:
		return "gap"
	case e.Command != nil:
		return "command"
	case e.Reply != nil:
		return "reply"
	case e.Salvaged != nil:
		return "salvaged"
	}
	return "unknown"
}
