package texts

import (
	"math"
	"strings"
	"time"
	"unicode"

	"readyshelf/kitchen"
)

// Slots are the facts of an alert as a template may use them. An empty string and a 0
// are facts that are missing.
type Slots struct {
	Order   string // what staff call, "A117"
	Channel string // the delivery platform by its name, "美团"
	Table   string // the number of the table
	Slot    string // where it stands on the shelf

	Promised string // when it is or was to be ready; all times are like "18:05"
	ReadyAt  string // since when it is ready
	P50      string // when it is ready as likely as not, to the nearest minute
	P85      string // by when it is ready with 85 %, or a little more: a minute is never cut short
	Minutes  int    // from the alert to P50, 1 at least

	// Reason says why, for comparing and not for printing: see the kinds of alerts.
	Reason Reason
	// Preorder says that the order is for later; for asking and not for printing.
	Preorder bool
}

// Reason is [kitchen.Alert.Reason].
type Reason string

// maxFact is how many characters of a number, a table or a slot are said.
const maxFact = 24

// slotsOf returns the facts of an alert that happened at a moment.
func slotsOf(a *kitchen.Alert, at kitchen.Stamp, l *language, zone *time.Location) Slots {
	say := func(t *time.Time) string { return l.clock(t, at, zone) }
	return Slots{
		Order: fact(a.Number), Channel: l.platforms[a.Channel], Table: fact(a.Table), Slot: fact(a.Slot),
		Promised: say(a.Promised), ReadyAt: say(a.ReadyAt), P50: say(rounded(a.P50, kitchen.Minute)), P85: say(rounded(a.P85, kitchen.MinuteBy)),
		Minutes: minutes(a.P50, at), Reason: Reason(a.Reason), Preorder: a.Preorder,
	}
}

// fact is s without what no sentence may have, cut to its limit.
func fact(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || strings.ContainsRune("<>&", r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > maxFact {
		s = string(r[:maxFact-1]) + "…"
	}
	return s
}

// plain says that s is its own fact, as most are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return len(s) <= maxFact
}

// maxMinutes is the most that Minutes says: a day.
const maxMinutes = 24 * 60

// minutes are those from a moment to t, 0 where nobody can know.
func minutes(t *time.Time, at kitchen.Stamp) int {
	if t == nil || !known(at) {
		return 0
	}
	return int(min(max(math.Ceil(t.Sub(at.At).Minutes()), 1), maxMinutes))
}

// rounded is t as a sentence has it, without seconds; nil if nobody knows it.
func rounded(t *time.Time, to func(time.Time) time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := to(*t)
	return &u
}

// known says whether the wall time of a moment can be believed.
func known(at kitchen.Stamp) bool { return at.Clock == kitchen.Synced || at.Clock == kitchen.Estimated }

// clock says a time as people do, with its day where that is not the day of the alert.
func (l *language) clock(t *time.Time, at kitchen.Stamp, zone *time.Location) string {
	if t == nil || t.IsZero() {
		return ""
	}
	local := t.In(zone)
	if y, m, d := local.Date(); known(at) {
		if ay, am, ad := at.At.In(zone).Date(); y != ay || m != am || d != ad {
			return local.Format(l.day)
		}
	}
	return local.Format("15:04")
}
