package ticket

import (
	"strings"
	"testing"
)

// TestTeachShapes: each way to write dishes is learnt from two of them, and reads a third.
func TestTeachShapes(t *testing.T) {
	for _, c := range []struct{ one, two, third, want string }{
		{"2 x Aal", "1 x Barsch", "12x Cod", "12 Cod"},
		{"[2] Aal", "[ 1x ] Barsch", "[3] Cod", "3 Cod"},
		{"2 Stk. Aal", "1 stk Barsch", "3 Stk Cod", "3 Cod"},
		{"Aal @2", "Barsch @ 1", "Cod @3", "3 Cod"},
		{"Aal (2)", "Barsch (1)", "Cod (3)", "3 Cod"},
		{"Aal ....... 2", "Barsch .... 1", "Cod .. 3", "3 Cod"},
		{"Aal 2 개", "Barsch 1개", "Cod 3개", "3 Cod"},
		{"Aal    2   4,50", "Barsch   1  3,00 €", "Cod   3", "3 Cod"},
		{"2 Aal", "1 Barsch  3.00", "3 Cod", "3 Cod"},
		{"Aal", "Barsch   3.00", "Cod", "1 Cod"},
	} {
		slip := func(third string) Slip {
			return slipOf("THEKE\nBestellt wird\n" + c.one + "\n> kalt\n" + c.two + third + "\nDanke\n")
		}
		known := &Layouts{}
		text, _, err := Teach(slip(""), Lesson{Name: "x", Has: []int{1}, Dishes: []int{3, 5}, Modifiers: []int{4}}, known)
		if err != nil {
			t.Errorf("%s: %v", c.one, err)
			continue
		}
		l, err := ParseLayout("x.toml", text)
		if err == nil {
			err = known.Add(l)
		}
		if err != nil {
			t.Fatalf("%s: what was taught does not load: %v\n%s", c.one, err, text)
		}
		got := Parse(slip("\n"+c.third), Options{Layouts: known})
		if len(got.Items) != 3 || itemText(got.Items[2]) != c.want || !strings.HasSuffix(itemText(got.Items[0]), "Aal | kalt") {
			t.Errorf("%s: got %+v, want the third to be %q\n%s", c.one, got.Items, c.want, text)
		}
	}
	if len(dishShapes) != 10 {
		t.Error("a shape has no case here")
	}
}

// FuzzTeach: whatever somebody points at, there is a layout that loads, or a reason.
func FuzzTeach(f *testing.F) {
	f.Add("THEKE\nPlatz B4\nBon 7\nRadler @2\n.. kalt\n", uint8(1), uint8(3), uint8(2), uint8(4), uint8(5), "")
	f.Add("a'b\n'''\n#12 \\ 18:03\n王** x2\n\n", uint8(1), uint8(3), uint8(2), uint8(4), uint8(0), "12")
	f.Fuzz(func(t *testing.T, text string, has, number, table, dish, mod uint8, value string) {
		l := Lesson{
			Name: "x", Has: []int{int(has)}, Number: Point{int(number), value}, Table: Point{Line: int(table)},
			Notes: Point{Line: int(mod)}, Dishes: []int{int(dish)}, Private: []Point{{int(mod), value}},
		}
		if mod > 0 {
			l.Modifiers = []int{int(mod)}
		}
		file, _, err := Teach(slipOf(text), l, &Layouts{})
		if err != nil {
			return
		}
		if _, err := ParseLayout("x.toml", file); err != nil {
			t.Errorf("%v\n%s", err, file)
		}
	})
}
