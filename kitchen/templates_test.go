package kitchen

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

// Templates are kept by language, replaced as a whole, and those of a transaction that was
// answered before are not taken again: what is kept is what the replies say.
func TestTemplates(t *testing.T) {
	s := open(t)
	soon := func(text string) Templates { return Templates{OrderSoon: {Courier: text}} }
	for i, c := range []struct {
		transaction, language string
		templates             Templates
		want, code            string
	}{
		{"a", "zh", soon("1"), "zh 1", ""},
		{"b", "en", soon("2"), "en 2 zh 1", ""},
		{"a", "zh", soon("3"), "en 2 zh 1", ""}, // answered already
		{"c", "zh", Templates{OrderReady: {Customer: "4"}}, "en 2 zh 4", ""},
		{"d", "en", nil, "zh 4", ""},
		{"e", "", soon("5"), "zh 4", CodeUnknownCommand},
		{"f", "zh", Templates{}, "", ""},
		{"f", "zh", soon("6"), "", ""},
	} {
		alerts, r := s.command(Command{
			Transaction: c.transaction, Name: CommandTemplates, Language: c.language, Templates: c.templates, Version: "v" + c.transaction,
		})
		if alerts != "" || r.Error != c.code || c.code == "" && r.Version != "v"+c.transaction {
			t.Errorf("command %d: alerts %q, reply %+v", i, alerts, r)
		}
		if got := kept(s.State.Templates); got != c.want {
			t.Errorf("after command %d: kept %q, want %q", i, got, c.want)
		}
		s.folded()
	}
}

// What another command said of a transaction, or that there were too many, keeps templates
// out too: the reply is an error then.
func TestRefusedTemplates(t *testing.T) {
	s := open(t, "A1")
	set := func(transaction, code string) {
		t.Helper()
		_, r := s.command(Command{Transaction: transaction, Name: CommandTemplates, Language: "zh", Templates: Templates{OrderSoon: {Courier: transaction}}})
		if r.Error != code {
			t.Errorf("%s: got %+v, want the error %q", transaction, r, code)
		}
	}
	s.asks("a", "ready", "1", "")
	set("a", CodeConflict)
	for i := range maxAnswers - 1 {
		s.asks(fmt.Sprint(i), "ready", "1", "")
	}
	set("b", CodeBusy)
	if got := kept(s.State.Templates); got != "" {
		t.Errorf("refused, and kept: %q", got)
	}
	s.now = s.now.Add(keepAnswers + time.Minute)
	set("b", "")
	if got := kept(s.State.Templates); got != "zh b" {
		t.Errorf("a day later: kept %q", got)
	}
}

// kept is a state's templates for people.
func kept(all map[string]Templates) string {
	out := ""
	for _, language := range []string{"en", "zh"} {
		for sentences := range maps.Values(all[language]) {
			if out != "" {
				out += " "
			}
			out += language + " " + sentences.Courier + sentences.Customer
		}
	}
	return out
}
