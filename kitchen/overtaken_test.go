package kitchen

import (
	"testing"
	"time"
)

// A slip that overtakes its order's does what it asks when that comes, if that is soon.
func TestOvertaken(t *testing.T) {
	order := Ticket{Number: "12", Channel: "meituan", Print: 9, Items: []Item{dish(2, "beef"), dish(1, "rice")}}
	for _, c := range []struct {
		name    string
		slip    Ticket
		later   time.Duration
		want    string
		orphans int
	}{
		{"cancel", Ticket{Kind: SlipCancel, Number: "12", Channel: "meituan"}, time.Minute, "accepted 12, cancelled 12", 0},
		{"cancel, without a channel", Ticket{Kind: SlipCancel, Number: "012"}, time.Minute, "accepted 12, cancelled 12", 0},
		{"cancel, long ago", Ticket{Kind: SlipCancel, Number: "12", Channel: "meituan"}, 4 * time.Minute, "accepted 12", 1},
		{"cancel of another", Ticket{Kind: SlipCancel, Number: "13", Channel: "meituan"}, time.Minute, "accepted 12", 1},
		{"cancel on another channel", Ticket{Kind: SlipCancel, Number: "12", Channel: "eleme"}, time.Minute, "accepted 12", 1},
		{"cancel of other dishes", Ticket{Kind: SlipCancel, Number: "12", Items: []Item{dish(1, "tea")}}, time.Minute, "accepted 12", 1},
		{"void of all", Ticket{Kind: SlipVoid, Number: "12", Items: []Item{dish(-2, "beef"), dish(-1, "rice")}}, time.Minute, "accepted 12, cancelled 12", 0},
		{"void of one", Ticket{Kind: SlipVoid, Number: "12", Items: []Item{dish(-2, "beef")}}, time.Minute, "accepted 12", 0},
		{"urge", Ticket{Kind: SlipUrge, Number: "12", Channel: "meituan"}, time.Minute, "accepted 12", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, "A1")
			c.slip.Print = 5
			s.want(s.print(c.slip), "")
			s.pass(c.later)
			s.want(s.print(order), c.want)
			if len(s.State.Orphans) != c.orphans {
				t.Errorf("%d orphans, want %d: %+v", len(s.State.Orphans), c.orphans, s.State.Orphans)
			}
			for _, o := range s.State.OpenOrders() {
				if beef := o.Items[0].Name == "beef"; beef == (c.name == "void of one") || (o.Urged == 1) != (c.name == "urge") {
					t.Errorf("the order is %+v", o)
				}
			}
			s.folded()
		})
	}
}

func TestSameDish(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Pad Thai", "PAD THAI", true},
		{"Pad-Thai", "Pad Thai", true},
		{"宫保鸡丁", "【招牌】宫保鸡丁", true},
		{"(new) Pad Thai", "Pad Thai", true},
		{"可乐（大）", "可乐(大)", true},
		{"ＡＢ套餐", "ab套餐", true},
		{"可乐(大)", "可乐(小)", false},
		{"可乐(大)", "可乐", false},
		{"【大】可乐", "【小】可乐", false},
		{"鱼", "鱼汤", false},
		{"***", "---", false},
		{"【招牌】", "【招牌】", true},
		{"", "【】", false},
	} {
		if got := sameDish(c.a, c.b); got != c.want || sameDish(c.b, c.a) != got {
			t.Errorf("sameDish(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// A bill repeats what a table ordered, and orders nothing; where nothing was ordered it is
// the order.
func TestBill(t *testing.T) {
	s := open(t)
	bill := Ticket{Copy: "receipt", Table: "5", Channel: "dine-in", Print: 8, Items: []Item{dish(4, "beer")}}
	beer := Ticket{Table: "5", Channel: "dine-in", Print: 7, Items: []Item{dish(2, "beer")}}
	s.want(s.print(beer), "accepted ")
	s.pass(time.Hour)
	s.want(s.print(bill), "")
	s.pass(4 * time.Hour)
	s.want(s.print(bill), "accepted ")
	s.folded()
}

// An order that the platform sent with its id only is called as its slip says.
func TestNumberComesLater(t *testing.T) {
	s := open(t, "A1")
	s.want(s.print(Ticket{Channel: "meituan", OrderKey: "k", Print: 1, Items: []Item{dish(1, "soup")}}), "accepted ")
	s.want(s.print(Ticket{Number: "12", Numbers: []string{"0456"}, OrderKey: "k", Print: 2, Items: []Item{dish(1, "soup")}}), "")
	o := s.State.OpenOrders()
	if len(o) != 1 || o[0].Number != "12" || len(o[0].Numbers) != 1 || o[0].Channel != "meituan" {
		t.Errorf("got %+v", o)
	}
	s.want(s.press("A1", Down), "ready 12")
	s.folded()
}
