package ticket

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"readyshelf/kitchen"
)

// Bounds of one ticket: far above any real one, and low enough that the fact of
// it can always be stored and sent.
const (
	mostItems   = 200
	mostMods    = 30 // of an item
	mostNumbers = 10
	longestName = 80  // runes of a name or modifier
	longestNote = 300 // runes of all notes together
	longestHead = 40  // runes of a number, a table or a time
	// mostJSON is the most bytes of a ticket in JSON, and headJSON what of it is
	// kept free for all but its dishes: the notes and numbers at 6 bytes a rune.
	mostJSON = 48 << 10
	headJSON = 8 << 10
)

// leastUnread is how many lines nobody understands make a slip an order that came. A
// shorter one is rather a test or a greeting.
const leastUnread = 4

// settled is the ticket of a slip that has been read, within its bounds.
func settled(r *reader, p page, s Slip) kitchen.Ticket {
	r.rescue(p, s.Lines)
	if s.Garbled {
		r.t = kitchen.Ticket{Kind: kitchen.SlipUnknown, Text: true, Partial: true, Encoding: s.Encoding, Unparsed: len(p.rows), Print: r.t.Print}
	}
	r.t.Unread = r.t.Kind == kitchen.SlipUnknown && r.unread && !s.Partial && !s.Garbled && r.t.Unparsed >= leastUnread
	bound(&r.t, s.Missed+len(s.Lines)-len(p.rows))
	return r.t
}

// bound cuts a ticket to its bounds. Dishes that are cut off count as lines that
// were not understood, and so do the missed lines of the slip.
func bound(t *kitchen.Ticket, missed int) {
	t.Notes = clip(t.Notes, longestNote)
	for _, s := range []*string{&t.Number, &t.Table, &t.Ordered, &t.Promised, &t.Part} {
		*s = clip(*s, longestHead)
	}
	t.Numbers = t.Numbers[:min(len(t.Numbers), mostNumbers)]
	for i := range t.Numbers {
		t.Numbers[i] = clip(t.Numbers[i], longestHead)
	}
	room := mostJSON - headJSON
	kept := 0
	for i := range t.Items[:min(len(t.Items), mostItems)] {
		it := &t.Items[i]
		boundItem(it)
		if room -= sizeJSON(*it) + 1; room < 0 {
			break
		}
		kept++
	}
	t.Unparsed += len(t.Items) - kept + missed
	t.Items = t.Items[:kept]
}

func boundItem(it *kitchen.Item) {
	it.Name = clip(it.Name, longestName)
	it.Mods = it.Mods[:min(len(it.Mods), mostMods)]
	for i := range it.Mods {
		it.Mods[i] = clip(it.Mods[i], longestName)
	}
}

// clip is s without what is behind its first n runes.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n]))
}

// sizeJSON is how long an item is in JSON.
func sizeJSON(it kitchen.Item) int {
	b, err := json.Marshal(it)
	if err != nil {
		return mostJSON // cannot happen to an item of strings and numbers
	}
	return len(b)
}
