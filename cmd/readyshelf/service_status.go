package main

import (
	"fmt"
	"strings"
)

const (
	maxFaults = 5  // that are named
	maxCause  = 80 // of the broker's words, in characters
)

// inWords is how the daemon does, in one line for people.
func (h *house) inWords() string {
	s, kitchen := h.health(), h.view.get()
	var parts []string
	if what := h.ToDo(); what != "" {
		parts = append(parts, what)
	}
	parts = append(parts, many(len(kitchen.Orders), "open order"))
	switch {
	case s.Refused:
		parts = append(parts, fmt.Sprintf("nothing can be stored, %s held in memory", many(s.Held, "event")))
	case s.NearFull:
		parts = append(parts, "the log is nearly full")
	}
	if s.Waiting == 1 {
		parts = append(parts, "1 alert waits for the broker")
	} else if s.Waiting > 0 {
		parts = append(parts, fmt.Sprintf("%d alerts wait for the broker", s.Waiting))
	}
	switch {
	case len(h.MQTT.Brokers) == 0:
		parts = append(parts, "no broker is configured")
	case s.Connected:
		parts = append(parts, "broker connected")
	case s.Cause == "":
		parts = append(parts, "not yet connected to the broker")
	default:
		parts = append(parts, "no broker: "+clip(s.Cause, maxCause))
	}
	if s.Clock == "unknown" {
		parts = append(parts, "the clock is not set")
	}
	var faults []string
	for _, f := range kitchen.Faults {
		faults = append(faults, f.Device)
	}
	if more := len(faults) - maxFaults; more > 0 {
		faults = append(faults[:maxFaults], fmt.Sprint(more, " more"))
	}
	if len(faults) > 0 {
		parts = append(parts, "fault: "+strings.Join(faults, ", "))
	}
	return strings.Join(parts, "; ")
}

// many is a count of things: "1 open order", "3 open orders".
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// clip cuts text off after so many characters.
func clip(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
