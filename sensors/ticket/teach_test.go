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
		{"Aal = 2", "Barsch = 1", "Cod = 3", "3 Cod"},
		{"1) Aal", "2) Barsch  3.00", "3) Cod", "1 Cod"},
		{"* Aal", "* Barsch", "** Cod", "1 Cod"},
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
	if len(dishShapes) != 12 {
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

// TestTeachHidden: a line that a kept slip leaves out can be taught as nothing, and where
// it would be read as a dish, nothing is taught.
func TestTeachHidden(t *testing.T) {
	teach := func(text string, l Lesson) error {
		s := slipOf(text)
		for i := range s.Lines {
			s.Lines[i].Hidden = s.Lines[i].Text == "HIDDEN"
			if s.Lines[i].Hidden {
				s.Lines[i].Text = ""
			}
		}
		l.Name = "x"
		_, _, err := Teach(s, l, &Layouts{})
		return err
	}
	for _, c := range []struct {
		text   string
		lesson Lesson
		want   string
	}{
		{"THEKE\nBestellt wird\nAal\nBarsch\nHIDDEN\nDanke\n", Lesson{Has: []int{1}, Dishes: []int{3, 4}}, "dishes: line 5 was left out"},
		{"THEKE\nBestellt wird\nAal\nHIDDEN\nBarsch\nDanke\n", Lesson{Has: []int{1}, Dishes: []int{3, 5}}, "dishes: line 4 was left out"},
		{"THEKE\nBestellt wird\nAal\nBarsch\nHIDDEN\n", Lesson{Has: []int{1}, Dishes: []int{3, 4}}, "dishes: line 5 was left out"},
		{"THEKE\nBestellt wird\nAal\nBarsch\nDanke\nHIDDEN\n", Lesson{Has: []int{1}, Dishes: []int{3, 4}}, ""},
		{"THEKE\nBestellt wird\nAal @1\nBarsch @2\nHIDDEN\n", Lesson{Has: []int{1}, Dishes: []int{3, 4}}, ""},
		{"THEKE\nHIDDEN\nAal @1\n", Lesson{Has: []int{2}}, "line 2 is empty, or left out as personal"},
	} {
		err := teach(c.text, c.lesson)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestTeachHasNumber: what was pointed at in a line that always stands there may be
// another, letters and all.
func TestTeachHasNumber(t *testing.T) {
	s := slipOf("Mendo n-ro B-204\nSupo @2\nPano @1\n")
	file, _, err := Teach(s, Lesson{Name: "x", Has: []int{1}, Number: Point{Line: 1}, Dishes: []int{2, 3}}, &Layouts{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseLayout("x.toml", file)
	if err != nil {
		t.Fatal(err)
	}
	known := &Layouts{}
	if err := known.Add(l); err != nil {
		t.Fatal(err)
	}
	if got := Parse(slipOf("Mendo n-ro KX-7\nPico @3\n"), Options{Layouts: known}); got.Number != "KX-7" || len(got.Items) != 1 {
		t.Errorf("got %+v\n%s", got, file)
	}
}
