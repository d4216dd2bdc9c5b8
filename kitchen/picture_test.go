package kitchen

import (
	"strings"
	"testing"
)

// pictured lets a picture come whose fingerprint is known, and read what it says.
func (s *shop) pictured(print uint64) string {
	return s.printed(Ticket{Kind: SlipUnknown, Raster: true, Print: print})
}

func (s *shop) read(of uint64, t Ticket) string {
	t.Of, t.Text, t.Raster, t.Print = of, true, true, of+1000
	if t.Confidence == 0 {
		t.Confidence = 0.93
	}
	return s.printed(t)
}

func cheeseburger(number string) Ticket {
	return Ticket{Kind: SlipOrder, Number: number, Channel: "dine-in", Table: "7", Items: []Item{{Qty: 2, Name: "Cheeseburger"}}}
}

// TestPictureRead: the words of a picture are the order that came with it. Nothing is
// announced twice, and no fault is raised for a printer whose pictures are read.
func TestPictureRead(t *testing.T) {
	s := open(t, "A1")
	if got := s.pictured(1); !strings.Contains(got, "accepted") || strings.Contains(got, "fault") {
		t.Fatalf("a picture that will be read told %q, want an order and no fault", got)
	}
	if got := s.read(1, cheeseburger("42")); got != "" {
		t.Errorf("its words told %q, want no alert", got)
	}
	b := s.Board(s.now)
	if len(b.Orders) != 1 || b.Orders[0].Number != "42" || b.Orders[0].Table != "7" || len(b.Orders[0].Items) != 1 ||
		b.Orders[0].Unread || b.Orders[0].Confidence != 0.93 {
		t.Fatalf("the board has %+v, want order 42 with its dish", b.Orders)
	}
	if got := s.pictured(1) + s.read(1, cheeseburger("42")); got != "" {
		t.Errorf("the same picture again told %q, want nothing", got)
	}
	if got := s.print(Ticket{Kind: SlipUrge, Text: true, Number: "42"}); strings.Contains(got, "unknown") || s.State.OpenOrders()[0].Urged != 1 {
		t.Errorf("an urge slip of that number told %q, want it to find the order", got)
	}
	if n := s.State.Printers[till].Hours; n[hourOfWeek(s.now.At)] != 3 {
		t.Errorf("the printer's history counts %d slips, want the 3 that came", n[hourOfWeek(s.now.At)])
	}
	s.folded()
}

// TestPictureCopy: a picture that turns out to be a copy of a known order is taken back,
// and one that only seems to be is not.
func TestPictureCopy(t *testing.T) {
	for name, c := range map[string]struct {
		words Ticket
		open  int
	}{
		"a copy":                 {cheeseburger("042"), 1},
		"a copy, hardly legible": {Ticket{Kind: SlipOrder, Number: "42", Channel: "dine-in", Items: cheeseburger("").Items, Confidence: 0.7}, 2},
		"another dish":           {Ticket{Kind: SlipOrder, Number: "42", Channel: "dine-in", Items: []Item{{Qty: 1, Name: "Tea"}}}, 2},
		"no dish":                {Ticket{Kind: SlipOrder, Number: "42", Channel: "dine-in"}, 2},
		"another number":         {cheeseburger("43"), 2},
		"not understood":         {Ticket{Kind: SlipUnknown, Unread: true}, 2},
		"a report":               {Ticket{Kind: SlipReport}, 1},
		"a report, hardly":       {Ticket{Kind: SlipReport, Confidence: 0.7}, 2},
		"a cancellation":         {Ticket{Kind: SlipCancel, Number: "42", Channel: "dine-in"}, 0},
	} {
		s := open(t)
		s.print(cheeseburger("42"))
		s.pictured(5)
		got := s.read(5, c.words)
		if n := len(s.State.OpenOrders()); n != c.open {
			t.Errorf("%s: %d orders are open, want %d; told %q", name, n, c.open, got)
		}
		s.folded()
	}
}

// TestPictureMisread: a name that was misread is no further dish, neither where the text
// was there before nor where it comes later.
func TestPictureMisread(t *testing.T) {
	text := Ticket{Kind: SlipOrder, Number: "42", Print: 77, Items: []Item{{Qty: 2, Name: "Cheeseburger"}, {Qty: 1, Name: "Pad Thai"}}}
	words := Ticket{Kind: SlipOrder, Number: "42", Items: []Item{{Qty: 2, Name: "Cheeseburger"}, {Qty: 1, Name: "Dad Thal"}}}
	for name, play := range map[string]func(s *shop){
		"text first":    func(s *shop) { s.print(text); s.pictured(1); s.read(1, words) },
		"picture first": func(s *shop) { s.pictured(1); s.read(1, words); s.print(text) },
	} {
		s := open(t)
		play(s)
		all := s.Board(s.now).Orders
		if len(all) != 1 || !sameItems(all[0].Items, text.Items) || all[0].Confidence != 0 {
			t.Errorf("%s: the board has %+v, want one order with the dishes of the text", name, all)
		}
		s.folded()
	}
}

// TestPictureBill: a picture that is the bill of a table is no order.
func TestPictureBill(t *testing.T) {
	s := open(t)
	s.print(Ticket{Kind: SlipOrder, Table: "7", Channel: "dine-in", Items: cheeseburger("").Items})
	s.pictured(1)
	s.read(1, Ticket{Kind: SlipOrder, Copy: "receipt", Table: "7", Channel: "dine-in", Items: cheeseburger("").Items})
	if n := len(s.State.OpenOrders()); n != 1 {
		t.Errorf("%d orders are open, want that of the table", n)
	}
}

// TestPictureReadLate: what was read of a picture that nobody knows any more is a slip,
// and that of an order which is done with changes nothing.
func TestPictureReadLate(t *testing.T) {
	s := open(t, "A1")
	if got := s.read(9, cheeseburger("42")); !strings.Contains(got, "accepted") {
		t.Errorf("words without their picture told %q, want an order", got)
	}
	s = open(t, "A1")
	s.pictured(1)
	s.press("A1", Down, Short)
	s.press("A1", Down, Short)
	if got := s.read(1, cheeseburger("42")); got != "" || len(s.State.OpenOrders()) != 0 {
		t.Errorf("words of a picked up order told %q, want nothing", got)
	}
	s = open(t, "A1")
	s.pictured(1)
	s.press("A1", Down, Short)
	if got := s.read(1, Ticket{Kind: SlipReport}); got != "" {
		t.Errorf("words of an order that somebody made ready told %q: it was one", got)
	}
}
