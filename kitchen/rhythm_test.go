package kitchen

import (
	"strings"
	"testing"
	"time"
)

const till = "printer/kitchen"

// printed lets a slip come; a slip with nothing but a picture is one too.
func (s *shop) printed(t Ticket) string {
	e := s.now.Fact(till)
	e.Ticket = &t
	return s.fact(e)
}

// trade passes the time of so many days with ten tickets an hour from 11 to 20 o'clock.
func (s *shop) trade(days int) {
	for end := s.now.At.Add(time.Duration(days) * 24 * time.Hour); s.now.At.Before(end); s.pass(6 * time.Minute) {
		if h := s.now.At.Hour(); h >= 11 && h < 20 {
			s.printed(Ticket{Kind: SlipReport, Text: true})
		}
	}
}

// ticks passes time as the log's writer does, and returns what was told of the printer.
func (s *shop) ticks(d time.Duration) string {
	var told []string
	for end := s.now.At.Add(d); s.now.At.Before(end); s.pass(time.Minute) {
		if what := s.tick(); what != "" {
			told = append(told, strings.TrimSpace(what)+" after "+s.now.At.Sub(end.Add(-d)).String())
		}
	}
	return strings.Join(told, "; ")
}

// TestSilentPrinter: a printer that always has tickets at this hour and has none is a
// fault, once, which the next ticket ends. At night and on its first days it is none.
func TestSilentPrinter(t *testing.T) {
	s := open(t)
	s.Rules.Printers = []string{till}
	s.trade(3)
	if got := s.ticks(3 * time.Hour); got != "" {
		t.Errorf("%s in the first week, want nothing: nothing is known of this printer", got)
	}
	s.now.At, s.now.Up = s.now.At.Add(21*time.Hour), s.now.Up+21*time.Hour
	s.trade(21)
	s.pass(22*time.Hour + 30*time.Minute - s.now.At.Sub(s.now.At.Truncate(24*time.Hour))) // 6:30 the next day
	if got := s.ticks(4 * time.Hour); got != "" {
		t.Errorf("%s before the shop opens, want nothing", got)
	}
	for s.now.At.Hour() != 12 {
		s.pass(time.Minute)
		s.tick()
	}
	s.printed(Ticket{Kind: SlipReport, Text: true})
	got := s.ticks(3 * time.Hour)
	if !strings.HasPrefix(got, "device.fault after ") || strings.Contains(got, ";") {
		t.Fatalf("told %q of three hours of silence at noon, want one fault", got)
	}
	f := s.State.Faults[till+silentSuffix]
	if !strings.Contains(f.Text, "no ticket for") || f.Remedy == "" {
		t.Errorf("the fault is %+v, want what is wrong and a remedy", f)
	}
	if got := s.printed(Ticket{Kind: SlipReport, Text: true}); got != "device.recovered " {
		t.Errorf("a ticket told %q, want the end of the fault", got)
	}
}

// TestPictures: a printer whose tickets are pictures is a fault at once where it never
// printed text, and after three in a row where it did.
func TestPictures(t *testing.T) {
	s := open(t)
	picture := Ticket{Kind: SlipUnknown, Raster: true}
	if got := s.printed(picture); !strings.Contains(got, "device.fault") || !strings.Contains(got, "accepted") {
		t.Errorf("a first picture told %q, want a fault and an order", got)
	}
	if got := s.printed(picture); strings.Contains(got, "device.fault") {
		t.Errorf("a second picture told %q, want no second fault", got)
	}
	text := Ticket{Kind: SlipReport, Text: true}
	if got := s.printed(text); got != "device.recovered " {
		t.Errorf("text told %q, want the end of the fault", got)
	}
	for i, want := range []bool{false, false, true} {
		if got := s.printed(picture); strings.Contains(got, "device.fault") != want {
			t.Errorf("picture %d after text told %q, a fault is %v", i+1, got, want)
		}
	}
}

func TestSplitFault(t *testing.T) {
	for fault, want := range map[string][2]string{
		till: {till, ""}, till + silentSuffix: {till, "silent"}, till + pictureSuffix: {till, "pictures"},
		"log": {"log", ""}, "printer/a/b/c": {"printer/a", "b/c"}, "": {"", ""},
	} {
		if device, which := SplitFault(fault); device != want[0] || which != want[1] {
			t.Errorf("SplitFault(%q) = %q, %q, want %q", fault, device, which, want)
		}
	}
}

// TestClosed: a shop that is closed for three days raises one fault, however many
// printers it has and however often the daemon starts. When it opens again the other
// printers have time for their first ticket, and are not excused for ever.
func TestClosed(t *testing.T) {
	const bar = "printer/bar"
	s := open(t)
	s.Rules.Printers = []string{bar, till}
	at := func(source string) string {
		e := s.now.Fact(source)
		e.Ticket = &Ticket{Kind: SlipReport, Text: true}
		return s.fact(e)
	}
	for end := s.now.At.Add(21 * 24 * time.Hour); s.now.At.Before(end); s.pass(6 * time.Minute) {
		if h := s.now.At.Hour(); h >= 11 && h < 20 {
			at(till)
			at(bar)
		}
	}
	s.pass(26 * time.Hour) // closed at noon already
	told := ""
	for range 3 {
		e := s.now.Fact("daemon")
		e.Started = &Started{}
		told += s.fact(e) + s.ticks(24*time.Hour)
	}
	if n := strings.Count(told, "device.fault"); n != 1 || strings.Contains(told, "recovered") {
		t.Errorf("three days without a ticket told %q, want one fault", told)
	}
	if got := at(bar) + s.ticks(29*time.Minute); strings.Contains(got, "device.fault") {
		t.Errorf("the first ticket told %q, want no new fault", got)
	}
	for range 10 {
		at(bar)
		s.pass(6 * time.Minute)
	}
	if got := s.ticks(10 * time.Minute); s.State.Faults[till+silentSuffix].Text == "" || s.State.Faults[bar+silentSuffix].Text != "" {
		t.Errorf("with tickets at one printer alone told %q, want the other one silent: %v", got, s.State.Faults)
	}
	if got := at(till); got != "device.recovered " {
		t.Errorf("its ticket told %q, want the end of the fault", got)
	}
}

// TestSilentMended: a printer that was broken while tickets should have come is given
// time for the next one, and its own fault and its silence end each by itself.
func TestSilentMended(t *testing.T) {
	s := open(t)
	s.Rules.Printers = []string{till}
	s.trade(21)
	broken, mended := s.now.Fact(till), Event{Source: till}
	broken.Fault = &Fault{Device: till, Text: "unplugged"}
	s.fact(broken)
	if got := s.ticks(2 * time.Hour); got != "" {
		t.Errorf("while it is unplugged told %q, want no silence", got)
	}
	mended.Stamp, mended.Recovered = s.now, &Recovered{Device: till}
	s.fact(mended)
	if got := s.ticks(29 * time.Minute); got != "" {
		t.Errorf("just mended it told %q, want time for a ticket", got)
	}
	paper := s.now.Fact(till)
	paper.Fault = &Fault{Device: till + "/paper", Text: "no paper"}
	s.fact(paper)
	if got := s.ticks(time.Hour); !strings.HasPrefix(got, "device.fault") || len(s.State.Faults) != 2 {
		t.Errorf("silent without paper it told %q, want both faults: %v", got, s.State.Faults)
	}
	if got := s.printed(Ticket{Kind: SlipReport, Text: true}); got != "device.recovered " || len(s.State.Faults) != 1 {
		t.Errorf("a ticket told %q and left %v, want the paper's fault alone", got, s.State.Faults)
	}
}
