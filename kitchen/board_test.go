package kitchen

import "testing"

// TestBoardUnread: an order whose slip told nothing says so until a copy of it tells
// the dishes.
func TestBoardUnread(t *testing.T) {
	for what, slip := range map[string]Ticket{
		"a picture":      {Kind: SlipUnknown, Raster: true},
		"a strange slip": {Kind: SlipUnknown, Text: true, Unread: true, Number: "7"},
	} {
		s := open(t)
		s.printed(slip)
		if b := s.Board(s.now); len(b.Orders) != 1 || !b.Orders[0].Unread {
			t.Errorf("%s stands on the board as %+v, want it unread", what, b.Orders)
		}
	}
	s := open(t)
	s.printed(Ticket{Kind: SlipUnknown, Text: true, Unread: true, Number: "7", Print: 1})
	s.printed(Ticket{Kind: SlipOrder, Text: true, Number: "7", Print: 2, Items: []Item{{Qty: 1, Name: "tea"}}})
	if b := s.Board(s.now); len(b.Orders) != 1 || b.Orders[0].Unread {
		t.Errorf("once its dishes are known it is %+v, want nothing unread", b.Orders)
	}
}
