package kitchen

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// fixed is a model that expects every order after a normal number of minutes.
type fixed struct{ mean, sd float64 }

func (fixed) Apply(*State, Event)                       {}
func (m fixed) Forecast(*State, *Order, Stamp) Forecast { return m }
func (fixed) Snapshot() (json.RawMessage, error)        { return json.RawMessage(`{}`), nil }
func (fixed) Restore(json.RawMessage) error             { return nil }
func (m fixed) CDF(d time.Duration) float64 {
	return 0.5 * math.Erfc((m.mean-d.Minutes())/m.sd/math.Sqrt2)
}
func (m fixed) Quantile(p float64) time.Duration {
	return time.Duration((m.mean + m.sd*math.Sqrt2*math.Erfinv(2*p-1)) * float64(time.Minute))
}

// shop is a kitchen with a clock and a log in memory.
type shop struct {
	*testing.T
	Decider
	now Stamp
	log []Event
}

var shanghai = time.FixedZone("CST", 8*3600)

func open(t *testing.T, slots ...string) *shop {
	s := &shop{T: t, now: Stamp{Boot: 1, Up: time.Hour, At: time.Date(2026, 11, 22, 11, 30, 0, 0, shanghai), Clock: Synced}}
	s.Rules = DefaultRules()
	s.Rules.Location, s.Rules.Slots = shanghai, slots
	s.Model = fixed{20, 5}
	return s
}

func (s *shop) pass(d time.Duration) { s.now = s.now.Add(d) }

// told keeps what was decided and names the alerts in it.
func (s *shop) told(events []Event) string {
	s.log = append(s.log, events...)
	var names []string
	for _, e := range events {
		if e.Alert != nil {
			names = append(names, strings.TrimPrefix(string(e.Alert.Type), "order.")+" "+e.Alert.Number)
		}
	}
	return strings.Join(names, ", ")
}

func (s *shop) fact(e Event) string { return s.told(s.Decide(s.State.Seq+1, s.now, &e)) }
func (s *shop) tick() string        { return s.told(s.Decide(s.State.Seq+1, s.now, nil)) }

func (s *shop) print(t Ticket) string {
	if t.Kind == "" {
		t.Kind = SlipOrder
	}
	e := s.now.Fact("printer/kitchen")
	e.Ticket = &t
	return s.fact(e)
}

func (s *shop) press(slot string, gestures ...Gesture) string {
	var all []string
	for _, g := range gestures {
		e := s.now.Fact("button/" + slot)
		e.Press = &Press{Slot: slot, Gesture: g}
		if told := s.fact(e); told != "" {
			all = append(all, told)
		}
	}
	return strings.Join(all, ", ")
}

func (s *shop) weigh(slot string, grams, delta Grams) string {
	e := s.now.Fact("scale/" + slot)
	e.Weight = &Weight{Slot: slot, Grams: grams, Delta: delta}
	return s.fact(e)
}

func (s *shop) want(got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("got alerts %q, want %q", got, want)
	}
}

// folded checks that a replay of the log, through JSON and from a checkpoint at
// any point, gives the live state.
func (s *shop) folded() {
	s.Helper()
	live, _ := json.Marshal([]any{&s.State, &s.Record})
	for _, cut := range []int{0, len(s.log) / 2, len(s.log)} {
		d := Decider{Model: s.Model, Rules: Rules{}} // the settings of a replay do not matter
		for i, e := range s.log {
			if i == cut {
				b, err := d.Snapshot()
				if err != nil {
					s.Fatal(err)
				}
				if err := d.Restore(b); err != nil {
					s.Fatal(err)
				}
			}
			b, _ := json.Marshal(e)
			var back Event
			if err := json.Unmarshal(b, &back); err != nil {
				s.Fatal(err)
			}
			d.Apply(back)
		}
		if replayed, _ := json.Marshal([]any{&d.State, &d.Record}); string(replayed) != string(live) {
			s.Errorf("a replay gives another state\nlive:     %s\nreplayed: %s", live, replayed)
		}
	}
}

func dish(n int, name string, mods ...string) Item { return Item{Qty: n, Name: name, Mods: mods} }

func TestLifeOfAnOrder(t *testing.T) {
	s := open(t, "A1", "A2")
	s.want(s.print(Ticket{Number: "12", Channel: "meituan", Promised: "12:05", Items: []Item{dish(1, "米饭")}}), "accepted 12")
	if o := s.State.OpenOrders()[0]; o.Slot != "A1" || o.ID != "2026-11-22/meituan/12" || o.Promised.Format("15:04") != "12:05" {
		t.Errorf("got slot %q, ID %q, promised %v", o.Slot, o.ID, o.Promised)
	}
	s.pass(5 * time.Minute)
	s.want(s.tick(), "")
	s.pass(5 * time.Minute) // P(ready by 25 min | not by 10) = 0.84
	s.pass(30 * time.Second)
	s.want(s.tick(), "soon 12")
	s.want(s.tick(), "")
	s.pass(8 * time.Minute)
	s.want(s.press("A1", Down, Short), "ready 12")
	s.pass(11 * time.Minute)
	s.want(s.tick(), "waiting 12")
	s.want(s.press("A1", Down, Short), "picked_up 12")
	s.want(s.press("A1", Down, Short), "")
	s.folded()
}

func TestUndo(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.want(s.press("A1", Down, Hold), "ready 1") // the hold began as the ready press
	s.pass(time.Second)
	s.want(s.press("A1", Down, Hold), "ready.undone 1")
	if undone := s.log[len(s.log)-1].Alert; undone.Undoes != 4 {
		t.Errorf("got an undo of %d, want 4", undone.Undoes)
	}
	s.want(s.press("A1", Down, Short), "ready 1")
	s.folded()
}

func TestOldest(t *testing.T) {
	s := open(t)
	s.Rules.Assigned = false
	for _, n := range []string{"1", "2", "3"} {
		s.print(Ticket{Number: n, Items: []Item{dish(1, "soup")}})
	}
	s.want(s.press("bell", Down, Short), "ready 1")
	s.want(s.press("bell", Down, Short), "ready 2")
	s.want(s.press("bell", Down, Hold), "ready.undone 2")
	s.want(s.weigh("S", 500, 500), "ready 2")
	s.want(s.weigh("S", 0, -500), "picked_up 2")
	s.folded()
}

func TestScale(t *testing.T) {
	s := open(t, "A1")
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.want(s.weigh("A1", 800, 800), "ready 1")
	s.want(s.weigh("A1", 1600, 800), "") // the second bag
	s.want(s.weigh("A1", 780, -820), "") // one of two bags is not all of it
	s.want(s.weigh("A1", 0, -780), "picked_up 1")
	s.want(s.weigh("A1", 900, 900), "") // nobody's
	s.folded()
}

func TestSlots(t *testing.T) {
	s := open(t, "A1", "A2")
	for _, n := range []string{"1", "2", "3", "4"} {
		s.print(Ticket{Number: n, Items: []Item{dish(1, "soup")}})
	}
	slots := func() string {
		var out []string
		for _, o := range s.State.OpenOrders() {
			out = append(out, o.Number+"="+o.Slot)
		}
		return strings.Join(out, " ")
	}
	if got, want := slots(), "1=A1 2=A2 3= 4="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.press("A2", Down, Short)
	s.press("A2", Down, Short)
	if got, want := slots(), "1=A1 3=A2 4="; got != want {
		t.Errorf("after a pick-up got %s, want %s", got, want)
	}
	s.Rules.Slots = []string{"B1", "A1", "B2"} // the shop is wired anew
	start := s.now.Fact("daemon")
	start.Started = &Started{Version: "test"}
	s.fact(start)
	if got, want := slots(), "1=A1 3=B1 4=B2"; got != want {
		t.Errorf("after other settings got %s, want %s", got, want)
	}
	s.folded()
}

func TestSlips(t *testing.T) {
	rice, tofu, duck := dish(1, "米饭"), dish(2, "豆腐", "微辣"), dish(1, "烧鸭饭")
	first := Ticket{Number: "12", Channel: "meituan", Copy: "merchant", Items: []Item{rice, tofu}, Print: 1}
	for _, tt := range []struct {
		name  string
		then  Ticket
		want  string
		items string // of the first order that is open
	}{
		{"kitchen copy with other words", Ticket{Number: "012", Channel: "meituan", Copy: "kitchen", Items: []Item{dish(2, "豆腐", "微辣 "), rice}, Print: 2}, "", "1 米饭 2 豆腐"},
		{"the same words", Ticket{Number: "12", Channel: "meituan", Items: []Item{rice, tofu}, Print: 1}, "", "1 米饭 2 豆腐"},
		{"kitchen copy without a channel", Ticket{Number: "12", Items: []Item{rice}, Print: 3}, "", "1 米饭 2 豆腐"},
		{"another shop's number", Ticket{Number: "12", Items: []Item{duck}, Print: 3}, "accepted 12", "1 米饭 2 豆腐"},
		{"another channel", Ticket{Number: "12", Channel: "eleme", Items: []Item{rice}, Print: 3}, "accepted 12", "1 米饭 2 豆腐"},
		{"one more dish", Ticket{Number: "12", Channel: "meituan", Items: []Item{duck}, Part: "2/2", Print: 4}, "", "1 米饭 2 豆腐 1 烧鸭饭"},
		{"urge", Ticket{Kind: SlipUrge, Number: "12", Channel: "meituan"}, "", "1 米饭 2 豆腐"},
		{"cancel", Ticket{Kind: SlipCancel, Number: "12", Channel: "meituan"}, "cancelled 12", ""},
		{"cancel without a channel", Ticket{Kind: SlipCancel, Number: "0012"}, "cancelled 12", ""},
		{"cancel of another channel", Ticket{Kind: SlipCancel, Number: "12", Channel: "eleme"}, "", "1 米饭 2 豆腐"},
		{"void of one dish", Ticket{Kind: SlipVoid, Number: "12", Items: []Item{dish(-1, "豆腐", "微辣")}}, "", "1 米饭 1 豆腐"},
		{"void in other words", Ticket{Kind: SlipVoid, Number: "12", Items: []Item{dish(-1, "豆腐", "辣")}}, "", "1 米饭 1 豆腐"},
		{"void of all", Ticket{Kind: SlipVoid, Number: "12", Items: []Item{dish(-1, "米饭"), dish(-2, "豆腐")}}, "cancelled 12", ""},
		{"report", Ticket{Kind: SlipReport, Number: "12"}, "", "1 米饭 2 豆腐"},
		{"picture", Ticket{Kind: SlipUnknown, Raster: true}, "accepted ", "1 米饭 2 豆腐"},
		{"not understood", Ticket{Kind: SlipUnknown, Text: true, Unread: true, Print: 9}, "accepted ", "1 米饭 2 豆腐"},
		{"unknown words", Ticket{Kind: SlipUnknown, Raster: true, Text: true}, "", "1 米饭 2 豆腐"},
		{"tail of a ticket", Ticket{Partial: true, Items: []Item{duck}}, "", "1 米饭 2 豆腐"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			s.want(s.print(first), "accepted 12")
			s.pass(time.Minute)
			s.want(s.print(tt.then), tt.want)
			var got []string
			for _, o := range s.State.OpenOrders() {
				if o.Seq == 2 {
					for _, it := range o.Items {
						got = append(got, string(rune('0'+it.Qty))+" "+it.Name)
					}
				}
			}
			if got := strings.Join(got, " "); got != tt.items {
				t.Errorf("got items %q, want %q", got, tt.items)
			}
			s.folded()
		})
	}
}

func TestOrphan(t *testing.T) {
	s := open(t)
	s.want(s.print(Ticket{Kind: SlipCancel, Number: "7", Channel: "jd"}), "")
	b := s.Board(s.now)
	if len(b.Unsure) != 1 || b.Unsure[0].Number != "7" {
		t.Errorf("the board shows %+v", b.Unsure)
	}
	s.pass(2 * time.Hour)
	if b := s.Board(s.now); len(b.Unsure) != 0 {
		t.Error("an unknown slip stays on the board for ever")
	}
	s.folded()
}

func TestLabelsAreOneOrder(t *testing.T) {
	s := open(t, "A1", "A2")
	for i, cup := range []string{"鲜奶", "春茶", "奶茶", "奶茶"} {
		want := ""
		if i == 0 {
			want = "accepted M15"
		}
		part := []string{"1/3", "2/3", "3/3", "3/3"}[i] // the last is printed twice
		s.want(s.print(Ticket{Copy: "label", Number: "M15", Part: part, Items: []Item{dish(1, cup)}, Print: uint64(10 + i)}), want)
	}
	if o := s.State.OpenOrders(); len(o) != 1 || len(o[0].Items) != 3 || o[0].Items[2].Qty != 1 {
		t.Errorf("got %+v", o[0].Items)
	}
	s.folded()
}

func TestNumberComesAgain(t *testing.T) {
	s := open(t, "A1")
	s.want(s.print(Ticket{Number: "7", Items: []Item{dish(1, "soup")}, Print: 1}), "accepted 7")
	s.press("A1", Down, Short)
	s.press("A1", Down, Short)
	s.pass(time.Minute)
	s.want(s.print(Ticket{Kind: SlipReprint, Number: "7", Items: []Item{dish(1, "soup")}, Print: 1}), "") // done with
	s.pass(3 * time.Hour)
	s.want(s.print(Ticket{Number: "7", Items: []Item{dish(1, "cake")}, Print: 2}), "accepted 7")
	if o := s.State.OpenOrders()[0]; o.ID != "2026-11-22/-/7~2" {
		t.Errorf("got ID %s", o.ID)
	}
	s.pass(40 * time.Hour) // another business day
	s.want(s.print(Ticket{Number: "8", Items: []Item{dish(1, "soup")}, Print: 1}), "accepted 8")
	if _, kept := s.State.Orders["2026-11-22/-/7"]; kept {
		t.Error("yesterday's closed order is kept")
	}
	s.folded()
}

func TestLateAndExpired(t *testing.T) {
	s := open(t)
	s.want(s.print(Ticket{Number: "1", Promised: "11:45", Items: []Item{dish(1, "soup")}}), "accepted 1, late 1")
	if a := s.log[len(s.log)-1].Alert; a.Reason != "predicted" || a.P50.Format("15:04") != "11:50" {
		t.Errorf("got %+v", a)
	}
	s.want(s.print(Ticket{Number: "2", Promised: "asap", Items: []Item{dish(1, "soup")}}), "accepted 2")
	s.pass(31 * time.Minute)
	s.want(s.tick(), "soon 1, soon 2, late 2")
	s.pass(3 * time.Hour)
	s.want(s.tick(), "closed 1, closed 2")
	if a := s.log[len(s.log)-1].Alert; a.Reason != "expired" {
		t.Errorf("got %+v", a)
	}
	s.folded()
}

// A slip from long ago, or from a till with another clock, is not late on arrival.
func TestStalePromise(t *testing.T) {
	s := open(t)
	s.want(s.print(Ticket{Number: "1", Promised: "09:00", Items: []Item{dish(1, "soup")}}), "accepted 1")
	s.want(s.print(Ticket{Number: "2", Promised: "11:10", Items: []Item{dish(1, "soup")}}), "accepted 2, late 2")
	if a := s.log[len(s.log)-1].Alert; a.Reason != "late" || a.Promised.Format("15:04") != "11:10" {
		t.Errorf("got %+v", a)
	}
}

func TestPreorder(t *testing.T) {
	s := open(t)
	s.want(s.print(Ticket{Number: "7", Preorder: true, Promised: "11-22 18:30", Items: []Item{dish(1, "duck")}}), "accepted 7")
	s.pass(4 * time.Hour)
	s.want(s.tick(), "") // its cooking begins at 18:00
	s.pass(2*time.Hour + 41*time.Minute)
	s.want(s.tick(), "soon 7")
	s.pass(20 * time.Minute)
	s.want(s.tick(), "eta 7, late 7")
	s.folded()
}

func TestClockSetLater(t *testing.T) {
	s := open(t, "A1")
	s.now.At, s.now.Clock = time.Date(1970, 1, 1, 8, 0, 0, 0, shanghai), Unknown
	s.want(s.print(Ticket{Number: "1", Promised: "12:05", Items: []Item{dish(1, "soup")}}), "accepted 1")
	s.pass(time.Minute)
	s.now.At, s.now.Clock = time.Date(2026, 11, 22, 11, 30, 0, 0, shanghai), Synced
	set := s.now.Fact("clock")
	set.ClockSet = &ClockSet{Offset: 56 * 365 * 24 * time.Hour}
	s.want(s.fact(set), "clock ")
	s.want(s.tick(), "")
	s.pass(10 * time.Minute)
	s.want(s.press("A1", Down, Short), "ready 1")
	if b := s.Board(s.now); b.Orders[0].Accepted.Format("15:04") != "11:29" {
		t.Errorf("the order's time was not corrected: %v", b.Orders[0].Accepted)
	}
	s.folded()
}

// After a reboot with an unknown clock nobody can say how long an order took.
func TestTimeUnknownAcrossBoots(t *testing.T) {
	s := open(t, "A1")
	s.now.Clock = Unknown
	s.print(Ticket{Number: "1", Items: []Item{dish(1, "soup")}})
	s.now.Boot, s.now.Up = 2, time.Minute
	s.pass(40 * time.Minute)
	s.want(s.tick(), "")
	if b := s.Board(s.now); b.Orders[0].P50 != nil {
		t.Error("a forecast of an order of unknown age")
	}
	s.pass(3 * time.Hour)
	s.want(s.tick(), "closed 1")
	s.folded()
}

func TestDevices(t *testing.T) {
	s := open(t, "A1")
	fault := s.now.Fact("button/A1")
	fault.Fault = &Fault{Device: "button/A1", Text: "stuck", Remedy: "free it"}
	s.want(s.fact(fault), "device.fault ")
	s.want(s.fact(fault), "")
	if b := s.Board(s.now); b.Slots[0].Light != LightFault || len(b.Faults) != 1 {
		t.Errorf("got %+v", b)
	}
	back := s.now.Fact("button/A1")
	back.Recovered = &Recovered{Device: "button/A1"}
	s.want(s.fact(back), "device.recovered ")
	s.want(s.fact(back), "")
	s.folded()
}

func TestSequenceIsGapless(t *testing.T) {
	s := open(t, "A1")
	for i := range 30 {
		s.print(Ticket{Number: string(rune('a' + i)), Items: []Item{dish(1, "soup")}})
		s.pass(10 * time.Minute)
		s.tick()
		s.press("A1", Down, Short)
	}
	var seq, sequence uint64
	for _, e := range s.log {
		if seq++; e.Seq != seq {
			t.Fatalf("got seq %d, want %d", e.Seq, seq)
		}
		if e.Alert == nil {
			continue
		}
		if sequence++; e.Alert.Sequence != sequence {
			t.Fatalf("got sequence %d, want %d", e.Alert.Sequence, sequence)
		}
	}
}

func TestPromise(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 2, 0, 0, shanghai)
	for _, tt := range []struct{ printed, want string }{
		{"12:05", "2026-11-22 12:05"}, {"18:30", "2026-11-22 18:30"}, {"00:20", "2026-11-23 00:20"},
		{"6:25 PM", "2026-11-22 18:25"}, {"12:10 am", "2026-11-23 00:10"}, {"12:05-12:20", "2026-11-22 12:20"},
		{"11-22 18:30", "2026-11-22 18:30"}, {"01-01 18:30", "2027-01-01 18:30"}, {"2026-11-23 18:30:10", "2026-11-23 18:30"},
		{"11月23日 9:30", "2026-11-23 09:30"}, {"asap", ""}, {"", ""}, {"99:99", ""},
	} {
		got := ""
		if at := Promise(tt.printed, now, shanghai); at != nil {
			got = at.Format("2006-01-02 15:04")
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.printed, got, tt.want)
		}
	}
}

func FuzzPromise(f *testing.F) {
	f.Add("12:05")
	f.Add("2026-11-23 18:30:10")
	f.Fuzz(func(t *testing.T, s string) { Promise(s, time.Unix(1795000000, 0), shanghai) })
}

func TestRestoreRefusesGarbage(t *testing.T) {
	d := Decider{Model: fixed{20, 5}}
	if err := d.Restore([]byte("{")); err == nil {
		t.Error("garbage was taken for a checkpoint")
	}
	if err := d.Restore([]byte(`{"state":null}`)); err != nil {
		t.Error(err)
	}
}

// proud is a model that refuses every snapshot but that of the first day.
type proud struct{ fixed }

func (proud) Restore(b json.RawMessage) error {
	if b != nil {
		return errors.New("another version")
	}
	return nil
}

func TestRestoreGoesOnWithoutTheModel(t *testing.T) {
	d := Decider{Model: proud{}}
	if err := d.Restore([]byte(`{"state":{"seq":7},"model":{"old":1}}`)); err != nil {
		t.Fatal(err)
	}
	if d.State.Seq != 7 || d.Unlearned == nil {
		t.Errorf("got seq %d, unlearned %v", d.State.Seq, d.Unlearned)
	}
}
