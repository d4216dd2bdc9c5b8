package buffer

import (
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"readyshelf/kitchen"
)

// Replacement says what became of a log that could not be used any more, or of one that
// goes on as another; see Renew.
type Replacement struct {
	// Why says it for people, and where the old file is kept.
	Why string `json:"why"`
	// Log is the id of the old log.
	Log string `json:"log"`
	// Salvaged is how many of its events this log has.
	Salvaged uint64 `json:"salvaged"`
	// Gaps are what it does not have, as facts to be logged.
	Gaps []kitchen.Gap `json:"gaps,omitempty"`
	// Renewed says that nothing is broken: the log is a copy that was put here. The last
	// of Gaps tells so, of the class "log".
	Renewed bool `json:"renewed,omitempty"`
}

// wholeLog is the class of a Gap that tells of a log as a whole.
const wholeLog = "log"

// metaReplaced holds a Replacement that nobody has told yet.
var metaReplaced = []byte("replaced")

// maxMissing bounds how many gaps are told of one damage; what is more runs together
// in the last.
const maxMissing = 16

// replacement says what is missing of a log that was salvaged.
func (s *salvage) replacement() Replacement {
	if len(s.records) == 0 {
		return goneReplacement(s.was, "nothing of it could be read")
	}
	r := Replacement{Log: s.log}
	if s.earlier != nil { // nobody was told of that damage yet
		r.Gaps = slices.Clone(s.earlier.Gaps)
	}
	most := len(r.Gaps) + maxMissing
	for _, m := range s.missing {
		n := m.To - m.From + 1
		if len(r.Gaps) == most {
			last := &r.Gaps[most-1]
			last.To, last.Events = m.To, last.Events+n
			continue
		}
		r.Gaps = append(r.Gaps, kitchen.Gap{
			From: m.From, To: m.To, Class: "damaged", Log: s.log, Events: n,
			Reason: "lost with damaged pages of the log",
		})
	}
	return r
}

// goneReplacement is of a log of which nothing is left but its sidecar.
func goneReplacement(was sidecar, why string) Replacement {
	g := kitchen.Gap{Class: wholeLog, Log: was.id, Reason: why}
	sent, first := uint64(0), true
	for _, seq := range was.cursors {
		if first || seq < sent {
			sent, first = seq, false
		}
	}
	if was.head > sent {
		g.From, g.To = sent+1, was.head
	}
	return Replacement{Why: why, Log: was.id, Gaps: []kitchen.Gap{g}}
}

// noteReplacement keeps r in the file until it is told.
func (s *store) noteReplacement(r Replacement) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("note what became of the old log: %w", err)
	}
	return s.update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaReplaced, b) })
}

// readReplacement reads what noteReplacement wrote. What cannot be read is still told.
func readReplacement(b []byte) *Replacement {
	var r Replacement
	if err := json.Unmarshal(b, &r); err != nil {
		r = Replacement{Why: "an older log was damaged, and what became of it cannot be read: " + err.Error()}
	}
	return &r
}

// told says whether events tell of r: the fault of the log that goes with it, or the
// gap of a renewed one.
func (r *Replacement) told(events []kitchen.Event) bool {
	for _, e := range events {
		switch {
		case r == nil:
		case r.Renewed && e.Gap != nil && e.Gap.Class == wholeLog && e.Gap.Log == r.Log:
			return true
		case e.Fault != nil && e.Fault.Device == LogDevice:
			return true
		}
	}
	return false
}

// LogDevice is how a Fault names the log.
const LogDevice = "log"
