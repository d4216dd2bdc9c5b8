package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// A press that the box did not get is made again, and none that it got.
func TestStaffInsist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStaff()
		alert := func(kind kitchen.AlertType) {
			s.saw([]kitchen.Event{{Alert: &kitchen.Alert{Type: kind, ID: "x", Number: "3", Slot: "A3"}}})
		}
		alert(kitchen.OrderAccepted)
		alert(kitchen.OrderReady)
		presses, start := 0, time.Now()
		hold := func() {
			if presses++; presses == 2 {
				time.AfterFunc(again-time.Second, func() { alert(kitchen.OrderReadyUndone) })
			}
		}
		s.insist(t.Context(), "3", hold, no(kitchen.Ready))
		if took := time.Since(start); presses != 2 || took != 2*again-time.Second {
			t.Errorf("%d presses in %v", presses, took)
		}
		s.insist(t.Context(), "3", hold, in(kitchen.Cooking))
		if presses != 2 {
			t.Error("what is as wanted was pressed for")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute-again/2)
		defer cancel()
		presses = 2
		s.insist(ctx, "3", hold, in(kitchen.PickedUp))
		if presses != 2+int(time.Minute/again) {
			t.Errorf("%d presses in a minute", presses-2)
		}
	})
}
