package ticket

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestOversized: whatever is printed, the ticket of it can be stored.
func TestOversized(t *testing.T) {
	alone(t)
	dishes := func(name, mod string, mods int) string {
		return strings.Repeat("1x "+name+"\n"+strings.Repeat("   - "+mod+"\n", mods), 1900/(1+mods))
	}
	for name, text := range map[string]string{
		"short":      strings.Repeat("1x Soup\n", 400_000),
		"long names": dishes(strings.Repeat("Soup<&>", 30), strings.Repeat("no <&>", 30), 9),
		"mods":       dishes("Soup", "no salt", 100),
		"Han":        dishes(strings.Repeat("汤", 100), strings.Repeat("加辣", 100), 5),
		"notes":      "1x Soup\n" + strings.Repeat("Note: "+strings.Repeat("<&>", 80)+"\n", 1000),
		"numbers":    strings.Repeat("Order #1"+"\n", 10) + strings.Repeat("Order 77\nCheck 4412\nTicket 901\n#88\n#89\n#90\n#91\n#92\n#93\n#94\n#95\n#96\n#97\n", 3) + "1x Soup\n",
		"one line":   "1x Soup\n" + strings.Repeat("x", 1<<20),
		"no end":     strings.Repeat("汤 ", 1<<18),
		"feeds":      strings.Repeat("1x Soup\n\x1Bd\xFF", 1000),
	} {
		slips, err := Decode(strings.NewReader("\x1B@"+text), Options{Encoding: "utf8"})
		if err != nil || len(slips) != 1 {
			t.Fatalf("%s: %d slips, %v", name, len(slips), err)
		}
		checkBounds(t, name, slips[0])
	}
}

func checkBounds(t *testing.T, name string, s Slip) {
	t.Helper()
	if len(s.Lines) > 2000 || len(s.Text()) > 260<<10 {
		t.Errorf("%s: the slip has %d lines and %d bytes", name, len(s.Lines), len(s.Text()))
	}
	got := Parse(s, Options{})
	b, err := json.Marshal(got)
	if err != nil || len(b) > 48<<10 {
		t.Errorf("%s: %d bytes of JSON, %v", name, len(b), err)
	}
	if len(got.Items) > 200 || len(got.Numbers) > 10 || utf8.RuneCountInString(got.Notes) > 300 {
		t.Errorf("%s: %d dishes, %d numbers, %d runes of notes", name, len(got.Items), len(got.Numbers), utf8.RuneCountInString(got.Notes))
	}
	for _, it := range got.Items {
		for _, text := range append(it.Mods, it.Name) {
			if len(it.Mods) > 30 || utf8.RuneCountInString(text) > 80 {
				t.Errorf("%s: %d modifiers, %q", name, len(it.Mods), text)
			}
		}
	}
	if name == "short" && (len(got.Items) != 200 || got.Unparsed != 400_000-200) {
		t.Errorf("%d dishes and %d lines not understood, want 200 and the rest", len(got.Items), got.Unparsed)
	}
}

// TestAfterOversized: the next slip is whole.
func TestAfterOversized(t *testing.T) {
	d := newConnection(Options{Encoding: "cp437"})
	slips := d.Write([]byte(strings.Repeat("1x Soup\n", 400_000) + "\x1DV0Order #7\n2x Tea\n\x1DV0"))
	if len(slips) != 2 || slips[0].Missed != 398_000 || slips[1].Text() != "Order #7\n2x Tea\n" {
		t.Errorf("got %d slips", len(slips))
	}
	blank := newConnection(Options{Encoding: "cp437"})
	slips = blank.Write([]byte(strings.Repeat("\n", 100_000) + "Order #7\n\x1DV0"))
	if len(slips) != 1 || !strings.HasSuffix(slips[0].Text(), "Order #7\n") {
		t.Errorf("after much blank paper: got %d slips", len(slips))
	}
}
