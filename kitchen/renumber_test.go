package kitchen

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A new log begins with the state of the old one: orders keep their arrival, new
// seqs start over, and a salvaged event changes the kitchen but not the numbers.
func TestRenumber(t *testing.T) {
	at := func(up time.Duration) Stamp { return Stamp{Boot: 1, Up: up, Clock: Unknown} }
	accept := func(id string, seq uint64, up time.Duration) Event {
		return Event{Seq: seq, Stamp: at(up), Alert: &Alert{Type: OrderAccepted, ID: id, Sequence: seq}}
	}
	var s State
	s.Apply(accept("b", 7, time.Second))
	s.Apply(accept("a", 8, 2*time.Second))
	s.Renumber()
	old := accept("c", 9, 3*time.Second)
	s.Apply(Event{Seq: 1, Stamp: at(9 * time.Second), Salvaged: &Salvaged{Log: "x", Event: &old}})
	known := accept("d", 6, time.Millisecond)
	s.Apply(Event{Seq: 2, Stamp: at(9 * time.Second), Salvaged: &Salvaged{Log: "x", Event: &known, Known: true}})
	ready := Event{Seq: 10, Stamp: at(4 * time.Second), Alert: &Alert{Type: OrderReady, ID: "a", Sequence: 10}}
	s.Apply(Event{Seq: 3, Stamp: at(9 * time.Second), Salvaged: &Salvaged{Log: "x", Event: &ready}})
	s.Apply(accept("e", 4, 10*time.Second))

	var got []string
	for _, o := range s.OpenOrders() {
		got = append(got, o.ID)
	}
	if want := []string{"b", "a", "c", "e"}; !cmp.Equal(got, want) {
		t.Errorf("orders are %v, want %v", got, want)
	}
	if a := s.Orders["a"]; a.Phase != Ready || a.ReadySeq != 0 {
		t.Errorf("a is %s by event %d, want ready by none of this log", a.Phase, a.ReadySeq)
	}
	if s.Seq != 4 || s.Sequence != 4 {
		t.Errorf("seq %d, sequence %d, want 4 and 4", s.Seq, s.Sequence)
	}
}

// A stamp from before NTP gets the time that it had, once the clock is set.
func TestCorrect(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	early := Stamp{Boot: 3, Up: time.Minute, At: time.Unix(60, 0).UTC(), Clock: Unknown}
	var c Clocks
	if got := c.Correct(early); got != early {
		t.Errorf("nobody knew the time, but it became %v", got)
	}
	c.Learn(Event{Stamp: Stamp{Boot: 3, Up: 5 * time.Minute, At: noon, Clock: Synced}, ClockSet: &ClockSet{}})
	want := early
	want.At, want.Clock = noon.Add(-4*time.Minute), Estimated
	if got := c.Correct(early); got != want {
		t.Errorf("corrected to %v, want %v", got, want)
	}
	other := Stamp{Boot: 2, Up: time.Minute, Clock: Unknown}
	if got := c.Correct(other); got != other {
		t.Errorf("another boot's stamp became %v", got)
	}
	synced := Stamp{Boot: 3, Up: time.Hour, At: noon, Clock: Synced}
	if got := c.Correct(synced); got != synced {
		t.Errorf("a synced stamp became %v", got)
	}
}
