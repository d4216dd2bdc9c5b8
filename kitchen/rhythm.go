package kitchen

import (
	"fmt"
	"strings"
	"time"
)

// A printer that falls silent says nothing of it: the till was replaced, the cable
// pulled, the copy switched off, and no order comes. It is told from the printer's own
// history: how many tickets it has in each hour of the week.

// Rhythm is the history of one printer.
type Rhythm struct {
	// First and Last are when its first and its newest ticket came.
	First Stamp `json:"first"`
	Last  Stamp `json:"last"`
	// From is when its silence began to count, if that is later: the printer was mended,
	// or the shop is open again.
	From Stamp `json:"from,omitzero"`
	// Hours counts the tickets of each hour of the week, Sunday at 0:00 first, by the
	// store's clock.
	Hours [hoursOfWeek]uint32 `json:"hours"`
	// Weeks is how many weeks Hours counts besides those since First; both are halved
	// in time, so that the shop's newer habits weigh more.
	Weeks float64 `json:"weeks,omitempty"`
	// Texts counts its slips with text, Pictures those without since the last of them.
	Texts    uint32 `json:"texts,omitempty"`
	Pictures uint32 `json:"pictures,omitempty"`
}

const (
	hoursOfWeek = 7 * 24
	week        = 7 * 24 * time.Hour
	// longestRhythm is how many weeks are counted before they are halved.
	longestRhythm = 12
)

// A printer's silence is a fault when it has a history of weeks enough, when so many
// tickets were to be expected in it, and when tickets come at this hour at all. The
// chance that as many tickets fail to come by themselves is e^-8, or 1 in 3,000.
const (
	knownAfter     = 2 * week
	silentExpected = 8.0
	silentAtLeast  = 30 * time.Minute
	openAtLeast    = 1.0 // tickets an hour
)

// The faults of a printer that only its tickets tell; see [SplitFault].
const (
	silentSuffix  = "/silent"
	pictureSuffix = "/pictures"
)

// picturesOnly is how many slips without text in a row a printer must have whose slips
// have had text before: logos come as slips of their own. It is so many too where
// pictures have fingerprints: then they are read, and the text follows.
const picturesOnly = 3

func isPrinter(source string) bool { return strings.HasPrefix(source, "printer/") }

func hourOfWeek(t time.Time) int { return int(t.Weekday())*24 + t.Hour() }

// learnRhythm counts a ticket.
func (s *State) learnRhythm(e Event) {
	if !isPrinter(e.Source) {
		return
	}
	if s.Printers == nil {
		s.Printers = map[string]*Rhythm{}
	}
	p := s.Printers[e.Source]
	if p == nil {
		p = &Rhythm{}
		s.Printers[e.Source] = p
	}
	if e.Ticket.Of != 0 { // its picture was counted when it came
		if e.Ticket.Kind != SlipUnknown {
			p.Texts, p.Pictures = p.Texts+1, 0
		}
		return
	}
	if s.asleep() {
		s.awake(e.Stamp)
	}
	p.Last = e.Stamp
	switch {
	case e.Ticket.Text || !e.Ticket.Raster:
		p.Texts, p.Pictures = p.Texts+1, 0
	default:
		p.Pictures++
	}
	at, ok := s.wall(e.Stamp)
	if !ok {
		return
	}
	if p.First == (Stamp{}) {
		p.First = e.Stamp
	}
	p.Hours[hourOfWeek(at)]++
	if age, ok := s.Since(p.First, e.Stamp); ok && p.Weeks+age.Hours()/hoursOfWeek > longestRhythm {
		p.halve(age, e.Stamp)
	}
}

// halve lets the older half of the history weigh half.
func (p *Rhythm) halve(age time.Duration, now Stamp) {
	for i := range p.Hours {
		p.Hours[i] /= 2
	}
	p.Weeks = (p.Weeks + age.Hours()/hoursOfWeek) / 2
	p.First = now
}

// expected is how many tickets were to come in the time of that length before now, and
// how many come in an hour as this one is. It is false while the history is too short.
func (s *State) expected(p *Rhythm, silent time.Duration, now Stamp) (sum, rate float64, ok bool) {
	at, known := s.wall(now)
	age, told := s.Since(p.First, now)
	weeks := p.Weeks + age.Hours()/hoursOfWeek
	if !known || !told || p.First == (Stamp{}) || weeks*float64(week) < float64(knownAfter) {
		return 0, 0, false
	}
	for from := at.Add(-silent); from.Before(at); {
		next := from.Truncate(time.Hour).Add(time.Hour)
		if next.After(at) {
			next = at
		}
		sum += float64(p.Hours[hourOfWeek(from)]) * next.Sub(from).Hours()
		from = next
	}
	return sum / weeks, float64(p.Hours[hourOfWeek(at)]) / weeks, true
}

// hush looks whether a printer has fallen silent. One that cannot be listened to is not
// said to be. A shop that is closed for a day has several silent printers, or the same
// one again after a restart, and pages nobody for more than the first: until a ticket
// comes to any printer, the silence of another one says nothing new.
func (d *step) hush() {
	if d.s.asleep() {
		return
	}
	for _, name := range d.r.Printers {
		p := d.s.Printers[name]
		if p == nil || d.broken(name) || d.broken(name+silentSuffix) {
			continue
		}
		silent, ok := d.s.silence(p, d.now)
		if !ok || silent < silentAtLeast || silent > week {
			continue
		}
		if sum, rate, ok := d.s.expected(p, silent, d.now); ok && sum >= silentExpected && rate >= openAtLeast {
			d.alert(d.now, Alert{
				Type: DeviceFault, Device: name + silentSuffix,
				Text:   fmt.Sprintf("no ticket for %s; at this time of the week about %.0f come in an hour", silent.Round(time.Minute), rate),
				Remedy: "if the shop is closed there is nothing to do; else print a test ticket: check that the till still prints to this printer, and its cable",
			})
			return // what another printer's silence adds is told by the next look
		}
	}
}

// silence is how long a printer has had no ticket that it could have had: since its last,
// since the daemon started, since it was mended or the shop was open again.
func (s *State) silence(p *Rhythm, now Stamp) (silent time.Duration, ok bool) {
	for _, from := range []Stamp{p.Last, s.Started, p.From} {
		if since, known := s.Since(from, now); known && from != (Stamp{}) && (!ok || since < silent) {
			silent, ok = since, true
		}
	}
	return silent, ok
}

// asleep says that a printer is known to be silent, and that no ticket came to any since
// that was told.
func (s *State) asleep() bool {
	var last Stamp
	for _, p := range s.Printers {
		if last.compare(p.Last) < 0 {
			last = p.Last
		}
	}
	for name := range s.Printers {
		if f, open := s.Faults[name+silentSuffix]; open && last.compare(f.Since) <= 0 {
			return true
		}
	}
	return false
}

// awake lets the silence of all printers count anew.
func (s *State) awake(at Stamp) {
	for _, p := range s.Printers {
		p.From = at
	}
}

// mended lets the silence of a printer count anew.
func (s *State) mended(device string, at Stamp) {
	if p := s.Printers[device]; p != nil {
		p.From = at
	}
}

func (d *step) broken(device string) bool {
	_, open := d.s.Faults[device]
	return open
}

// heard ends the faults that a ticket proves wrong, and tells of a printer that gets
// pictures only.
func (d *step) heard(e Event, t *Ticket) {
	p := d.s.Printers[e.Source]
	if p == nil {
		return
	}
	if silent := e.Source + silentSuffix; d.broken(silent) {
		d.alert(e.Stamp, Alert{Type: DeviceRecovered, Device: silent})
	}
	pictures := e.Source + pictureSuffix
	switch open := d.broken(pictures); {
	case open && p.Pictures == 0:
		d.alert(e.Stamp, Alert{Type: DeviceRecovered, Device: pictures})
	case !open && (p.Pictures >= picturesOnly || p.Pictures > 0 && p.Texts == 0 && t.Print == 0):
		d.alert(e.Stamp, Alert{
			Type: DeviceFault, Device: pictures,
			Text:   "tickets come as pictures: that an order came is known, not what it is",
			Remedy: "let the till print text: in its printer settings choose ESC/POS or text mode in place of the graphics or Windows driver",
		})
	}
}
