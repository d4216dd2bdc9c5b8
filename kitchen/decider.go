package kitchen

import (
	"encoding/json"
	"fmt"
)

// Decider is the kitchen as the log calls it: state, model and rules together.
// It is not safe for concurrent use; the log's one writer owns it.
type Decider struct {
	State State
	Model Model
	Rules Rules
	// Record is what the forecasts were worth. It is filled whatever the rules are.
	Record Record
	// Unlearned says why the model had to begin anew at the last Restore; nil if it
	// did not.
	Unlearned error

	learned learned // of Record, as worth is
	worth   measured
}

// Decide folds fact into the state, and everything that follows from it. It
// returns all of these events, the fact first, each followed by what it caused,
// numbered from first without gaps. A nil fact means that time has passed.
func (d *Decider) Decide(first uint64, now Stamp, fact *Event) []Event {
	var todo, done []Event
	if fact != nil {
		todo = append(todo, *fact)
	} else {
		todo = d.State.Step(d.Model, d.rules(), now, nil)
	}
	for len(todo) > 0 {
		e := todo[0]
		e.Seq = first + uint64(len(done))
		if e.Alert != nil {
			a := *e.Alert
			a.Sequence = d.State.Sequence + 1
			if a.Type == OrderReady {
				a.Issued = d.Record.said(a.ID)
			}
			e.Alert = &a
		}
		d.Apply(e)
		done = append(done, e)
		todo = append(d.State.Step(d.Model, d.rules(), now, &e), todo[1:]...)
	}
	return done
}

// Apply folds one event that was decided before. It is all that a replay runs.
func (d *Decider) Apply(e Event) {
	d.State.Apply(e)
	d.Model.Apply(&d.State, e)
	d.Record.Apply(&d.State, d.Model, e)
}

// Renumber makes this the kitchen that a new log begins with, after the old one
// was damaged.
func (d *Decider) Renumber() { d.State.Renumber() }

// checkpoint is State, Model and Record as the log keeps them.
type checkpoint struct {
	State  *State          `json:"state"`
	Model  json.RawMessage `json:"model,omitempty"`
	Record json.RawMessage `json:"record,omitempty"`
}

// Snapshot returns state, model and record as bytes for Restore.
func (d *Decider) Snapshot() ([]byte, error) {
	model, err := d.Model.Snapshot()
	if err != nil {
		return nil, fmt.Errorf("snapshot of the model: %w", err)
	}
	record, err := json.Marshal(&d.Record)
	if err != nil {
		return nil, fmt.Errorf("snapshot of the record: %w", err)
	}
	return json.Marshal(checkpoint{&d.State, model, record})
}

// Restore takes state, model and record back to a snapshot; nil is the first day. A model
// or a record that another version wrote is no reason to stay away from work: it begins
// anew.
func (d *Decider) Restore(b []byte) error {
	var c checkpoint
	if len(b) > 0 {
		if err := json.Unmarshal(b, &c); err != nil {
			return fmt.Errorf("read the checkpoint: %w", err)
		}
	}
	d.State = State{}
	if c.State != nil {
		d.State = *c.State
	}
	d.learned, d.worth, d.Record = learned{}, measured{}, Record{}
	if len(c.Record) > 0 && json.Unmarshal(c.Record, &d.Record) != nil {
		d.Record = Record{}
	}
	if d.Unlearned = d.Model.Restore(c.Model); d.Unlearned != nil {
		return d.Model.Restore(nil)
	}
	return nil
}
