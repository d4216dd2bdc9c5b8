package ticket

import (
	"encoding/json"
	"strings"
	"testing"
)

// A layout whose expressions take more than they should names nobody by that.
func TestLayoutTakesPersons(t *testing.T) {
	l, err := ParseLayout("greedy.toml", []byte(`about = "takes all"
has = ['^THEKE']
[number]
line = 'bon (.*)'
[table]
line = 'platz (.*)'
[ordered]
line = 'um (.*)'
[promised]
line = 'bis (.*)'
[notes]
line = 'wunsch (.*)'
[items]
lines = ['^> (?<name>.*)$']
modifiers = ['^ +(.*)$']
`))
	if err != nil {
		t.Fatal(err)
	}
	known := &Layouts{}
	if err := known.Add(l); err != nil {
		t.Fatal(err)
	}
	slip := slipOf(`THEKE
Bon 7 Kowalczyk
Platz 12 Kowalczyk
um 18:03 Kowalczyk
bis 19:00 Kowalczyk 0176 1234567
Wunsch für Kowalczyk, ohne Salz
----------
> Suppe
  ohne Salz
  für Kowalczyk
> Kowalczyk 0176 1234567
> Salat (Frau Kowalczyk)
----------
`)
	got := Parse(slip, Options{Layouts: known})
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Kowalczyk", "1234567"} {
		if strings.Contains(string(text), s) {
			t.Errorf("%q is on the ticket: %s", s, text)
		}
	}
	for _, s := range []string{`"7"`, `"12"`, "18:03", "Suppe", "ohne Salz"} {
		if !strings.Contains(string(text), s) {
			t.Errorf("%q is lost: %s", s, text)
		}
	}
}

// The sample in a layout stays on the disk: nobody is named there whom a rule can find, nor
// on a line that could be a name and is nothing else.
func TestTeachKeepsNobody(t *testing.T) {
	slip := slipOf(`THEKE
Platz 12 Kowalczyk
Jadwiga Kowalczyk
Order for Kowalczyk
Tel 0176 1234567
2 x Suppe
Danke Kowalczyk
`)
	text, _, err := Teach(slip, Lesson{Name: "x", Has: []int{1}, Table: Point{Line: 2, Value: "12"}, Dishes: []int{6}}, &Layouts{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Kowalczyk", "Jadwiga", "1234567"} {
		if strings.Contains(string(text), s) {
			t.Errorf("%q is in the layout:\n%s", s, text)
		}
	}
}
