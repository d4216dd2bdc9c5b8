package kitchen

import (
	"fmt"
	"testing"
	"time"
)

// command sends a command from the cloud, and returns the alerts that followed and
// what was replied.
func (s *shop) command(c Command) (string, Reply) {
	s.Helper()
	e := s.now.Fact("cloud")
	e.Command = &c
	alerts := s.fact(e)
	last := s.log[len(s.log)-1]
	if last.Reply == nil || last.Reply.Transaction != c.Transaction {
		s.Fatalf("the last event after %+v is no reply: %+v", c, last)
	}
	return alerts, *last.Reply
}

// asks sends a ready or undo.
func (s *shop) asks(transaction, name, order, channel string) (string, Reply) {
	s.Helper()
	return s.command(Command{Transaction: transaction, Name: name, Order: order, Channel: channel})
}

func TestReadyAndUndo(t *testing.T) {
	s := open(t, "A1", "A2")
	s.print(Ticket{Number: "012", Channel: "meituan", Print: 1, Items: []Item{dish(1, "soup")}})
	s.print(Ticket{Number: "12", Channel: "eleme", Print: 2, Items: []Item{dish(1, "rice")}})
	const soup, rice = "2026-11-22/meituan/12", "2026-11-22/eleme/12"
	for i, c := range []struct{ name, order, channel, alerts, id, code string }{
		{"ready", "99", "", "", "", CodeNotFound},
		{"ready", "", "", "", "", CodeNotFound},
		{"ready", "12", "", "", "", CodeAmbiguous},
		{"ready", "12", "jd", "", "", CodeNotFound},
		{"undo", "#0012", "meituan", "", soup, CodeConflict},
		{"ready", "#0012", "meituan", "ready 012", soup, ""},
		{"ready", soup, "", "", soup, CodeConflict},
		{"undo", soup, "", "ready.undone 012", soup, ""},
		{"ready", rice, "meituan", "", "", CodeNotFound},
		{"ready", rice, "eleme", "ready 12", rice, ""},
		{"paint", rice, "", "", "", CodeUnknownCommand},
	} {
		alerts, r := s.asks(fmt.Sprint("t", i), c.name, c.order, c.channel)
		if alerts != c.alerts || r.Order != c.id || r.Error != c.code || (r.Text == "") != (c.code == "") {
			t.Errorf("%s %q of %q: got alerts %q and %+v, want %q, id %q, error %q", c.name, c.order, c.channel, alerts, r, c.alerts, c.id, c.code)
		}
	}
	if o := s.State.Orders[rice]; o.ReadyBy != "command" || o.ReadySeq == 0 {
		t.Errorf("ready by command: %+v", o)
	}
	s.want(s.press("A2", Down, Short), "picked_up 12")
	if _, r := s.asks("late", "undo", rice, ""); r.Error != CodeNotFound {
		t.Errorf("undo of an order that is gone: got %+v", r)
	}
	s.folded()
}

// A transaction is done once in a day, whatever happens between: its answer stays.
func TestTransactions(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	said := func(transaction, name, alerts, code string) {
		t.Helper()
		if got, r := s.asks(transaction, name, "1", ""); got != alerts || r.Error != code {
			t.Errorf("%s of %s: got %q and %+v, want %q and error %q", transaction, name, got, r, alerts, code)
		}
	}
	said("a", "undo", "", CodeConflict)
	said("b", "ready", "ready 1", "")
	said("b", "ready", "", "")
	said("a", "undo", "", CodeConflict) // though now it could be
	said("b", "undo", "", CodeConflict) // a transaction is one command
	said("b", "ready", "", "")
	said("c", "undo", "ready.undone 1", "")
	said("b", "ready", "", "") // and not ready again

	// After a restart from a checkpoint, in another boot.
	snapshot, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	s.now = Stamp{Boot: 2, Up: time.Minute, At: s.now.At.Add(time.Hour), Clock: Synced}
	said("b", "ready", "", "")
	s.pass(23 * time.Hour)
	said("d", "ready", "ready 1", "")
	said("e", "undo", "ready.undone 1", "")
	s.pass(time.Hour)
	said("b", "ready", "ready 1", "")
}

// Where nobody knows how long ago an answer was given, it is given again until this
// boot is a day old.
func TestAnswersOfUnknownAge(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.asks("a", "ready", "1", "")
	s.now = Stamp{Boot: 2, Up: time.Minute, At: time.Unix(60, 0), Clock: Unknown}
	if alerts, r := s.asks("a", "ready", "1", ""); alerts != "" || r.Error != "" {
		t.Errorf("again: got %q and %+v", alerts, r)
	}
	s.pass(24 * time.Hour)
	if _, r := s.asks("a", "ready", "1", ""); r.Error != CodeConflict {
		t.Errorf("a day later: got %+v, want a new answer", r)
	}
	s.folded()
}

func TestTooManyCommands(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	for i := range maxAnswers {
		s.State.Answers = append(s.State.Answers, Answer{Reply{Transaction: fmt.Sprint(i), Name: "ready", Error: CodeNotFound}, s.now.Add(time.Duration(i))})
	}
	s.pass(time.Hour)
	for range 2 {
		if alerts, r := s.asks("a", "ready", "1", ""); alerts != "" || r.Error != CodeBusy {
			t.Errorf("got %q and %+v, want busy", alerts, r)
		}
	}
	if _, r := s.asks("7", "ready", "1", ""); r.Error != CodeNotFound {
		t.Errorf("a known transaction got %+v", r)
	}
	s.now = s.State.Answers[1].At.Add(keepAnswers - 1) // the first has gone
	if alerts, r := s.asks("a", "ready", "1", ""); alerts != "ready 1" || r.Error != "" {
		t.Errorf("with room again: got %q and %+v", alerts, r)
	}
	if n := len(s.State.Answers); n != maxAnswers {
		t.Errorf("%d answers are remembered, want %d", n, maxAnswers)
	}
}

// An order that a platform sends and its printed copies are one, whoever is first.
func TestOrderByCommand(t *testing.T) {
	slip := Ticket{Kind: SlipOrder, Number: "12", Channel: "meituan", Print: 1, Items: []Item{dish(2, "beef")}}
	sent := Ticket{Kind: SlipOrder, Number: "12", Channel: "meituan", OrderKey: "aa", Print: 2, Items: []Item{dish(2, "beef"), dish(1, "tea")}}
	const id = "2026-11-22/meituan/12"
	check := func(s *shop, r Reply, merged bool) {
		s.Helper()
		if r.Order != id || r.Merged != merged || r.Error != "" {
			s.Errorf("got %+v, want %s, merged %v", r, id, merged)
		}
		o := s.State.OpenOrders()
		if len(o) != 1 || len(o[0].Items) != 2 || o[0].Items[0].Qty != 2 || o[0].OrderKey != "aa" {
			s.Errorf("got orders %+v", o)
		}
		s.folded()
	}

	s := open(t, "A1")
	alerts, r := s.command(Command{Transaction: "a", Name: "order", Ticket: &sent})
	s.want(alerts, "accepted 12")
	s.want(s.print(slip), "")
	check(s, r, false)
	if by := s.log[1].Alert.Evidence; by != "command" {
		t.Errorf("accepted by %q, want command", by)
	}
	alerts, r = s.command(Command{Transaction: "a", Name: "order", Ticket: &sent})
	s.want(alerts, "")
	check(s, r, false)

	s = open(t, "A1")
	s.want(s.print(slip), "accepted 12")
	alerts, r = s.command(Command{Transaction: "a", Name: "order", Ticket: &sent})
	s.want(alerts, "")
	check(s, r, true)
}

// An order that was ready without a slot takes one when it is not ready after all.
func TestReadyWithoutASlot(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.print(Ticket{Number: "2", Items: []Item{dish(1, "rice")}})
	alerts, _ := s.asks("a", "ready", "2", "")
	s.want(alerts, "ready 2")
	s.press("A1", Down, Short)
	s.want(s.press("A1", Down, Short), "picked_up 1")
	s.pass(20 * time.Minute)
	s.want(s.tick(), "") // nobody could say that it was picked up
	alerts, _ = s.asks("b", "undo", "2", "")
	s.want(alerts, "ready.undone 2")
	if o := s.State.OpenOrders(); len(o) != 1 || o[0].Slot != "A1" {
		t.Errorf("got %+v, want it in A1", o)
	}
	s.folded()
}
