package kitchen

import (
	"encoding/json"
	"errors"
	"testing"
)

// learner is a model that can begin with seeds.
type learner struct {
	Model
	refuses error
	seed    string
	replace bool
}

func (l *learner) Seedable(seed json.RawMessage, replace bool) error {
	l.seed, l.replace = string(seed), replace
	return l.refuses
}

// A seed that the model can begin with is accepted in a change before the reply, once.
func TestModelImport(t *testing.T) {
	s := open(t, "A1")
	ask := Command{Transaction: "1", Name: CommandModel, Model: json.RawMessage(`{"a":1}`), Replace: true}
	if _, r := s.command(ask); r.Error != CodeUnknownCommand {
		t.Errorf("of a model that cannot: got %+v", r)
	}
	l := &learner{Model: s.Model}
	s.Model = l
	changes := func() (n int) {
		for _, e := range s.log {
			if e.Change != nil && e.Change.Model {
				n++
			}
		}
		return n
	}
	ask.Transaction = "2"
	for range 2 {
		if _, r := s.command(ask); r.Error != "" || l.seed != `{"a":1}` || !l.replace || changes() != 1 {
			t.Errorf("got %+v and %d changes; asked about %q, %v", r, changes(), l.seed, l.replace)
		}
	}
	l.refuses, ask.Transaction = errors.New("it is none"), "3"
	if _, r := s.command(ask); r.Error != CodeConflict || r.Text != "it is none" || changes() != 1 {
		t.Errorf("got %+v and %d changes", r, changes())
	}
	s.folded()
}
