package ticket

import "readyshelf/kitchen"

// A LineRead is one line of a slip, and what it was taken for.
type LineRead struct {
	// Text is the line without what is personal.
	Text string
	// As is "head", "dish", "note", "money" or "personal"; "?" for what was not
	// understood, and "" for an empty line.
	As string
	// Large says that it is printed larger than usual.
	Large bool
}

// Explain is [Parse], and says line by line what was understood.
func Explain(s Slip, o Options) (kitchen.Ticket, []LineRead) {
	t, p, roles := parse(s, o)
	names := map[role]string{roleNone: "?", roleHead: "head", roleItem: "dish", roleNote: "note", roleTail: "money"}
	lines := make([]LineRead, len(p.rows))
	for i, w := range p.rows {
		lines[i] = LineRead{Text: w.print, As: names[roles[i]], Large: w.size > 1}
		switch {
		case w.gone:
			lines[i] = LineRead{As: "personal"}
		case w.empty():
			lines[i] = LineRead{}
		}
	}
	return t, lines
}
