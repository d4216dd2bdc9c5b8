package predict

import (
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
)

func TestSpellingsOfOneDish(t *testing.T) {
	for want, spellings := range map[string][]string{
		"宫保鸡丁饭":    {"宫保鸡丁饭", "宫保鸡丁饭(大份)", "宫保鸡丁饭（小份）", "宫保鸡丁饭 大份", "大份宫保鸡丁饭", "宫保鸡丁饭-大", "宫保鸡丁饭/小", "宫保鸡丁饭 ¥32.00", "宫保鸡丁饭【微辣】"},
		"coke":     {"Coke", "COKE (large)", "Large Coke", "Ｃｏｋｅ　３３０ｍｌ", "Coke 2.50"},
		"ラーメン":     {"ラーメン", "ラーメン大盛り", "ﾗｰﾒﾝ"},
		"大盘鸡":      {"大盘鸡"},
		"小份":       {"小份"},
		"大":        {"大"},
		"7 up":     {"7-Up"},
		"מרק גדול": {"מרק גדול"},
		"":         {"", "🍜", "--"},
	} {
		for _, s := range spellings {
			if got := dishName(s); got != want {
				t.Errorf("%q is the dish %q, want %q", s, got, want)
			}
		}
	}
}

// A name that unfolds to eighteen times its length costs no more than others: once, and as
// much as is looked at.
func TestNamesWithoutEnd(t *testing.T) {
	m := New()
	long := strings.Repeat("ﷺ", 4000)
	if got := m.helpings([]kitchen.Item{{Qty: 1, Name: long}, {Qty: 2, Name: long + "!"}}); len(got) != 1 || got[0].Qty != 3 {
		t.Errorf("helpings %v, want 3 of one dish", got)
	}
	if len(m.names.keys) != 1 || len(m.names.Name[0]) > maxName {
		t.Errorf("%d spellings of %d bytes, want one of %d at most", len(m.names.keys), len(m.names.Name[0]), maxName)
	}
}

// A shelf that is cleared teaches nothing, pressed or fetched, and four at once are four.
func TestClearedShelf(t *testing.T) {
	for _, tc := range []struct {
		what kitchen.AlertType
		n    int
	}{{kitchen.OrderReady, 4}, {kitchen.OrderReady, 10}, {kitchen.OrderPickedUp, 4}, {kitchen.OrderPickedUp, 10}} {
		m := New()
		r := newRig(m)
		ids := strings.Split("abcdefghij", "")[:tc.n]
		for i, id := range ids {
			r.accept(at(float64(i)*60), id, 2)
		}
		for i, id := range ids {
			st := at(4000).Add(time.Duration(i) * 300 * time.Millisecond)
			r.send(st, kitchen.Alert{Type: tc.what, ID: id, Evidence: "button"})
		}
		level := m.live.main.Mean[dimLevel] - dishesPrior.main.mean[dimLevel]
		if cleared := tc.n >= kitchen.ManyPresses; cleared != (level == 0) {
			t.Errorf("%d times %s within 3 s: the level moved by %.3f", tc.n, tc.what, level)
		}
		if len(m.open) != 0 {
			t.Errorf("%d times %s: %d orders are still open", tc.n, tc.what, len(m.open))
		}
	}
}
