package texts_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
	"readyshelf/kitchen/texts"
)

var update = flag.Bool("update", false, "write the golden files anew")

var shanghai = time.FixedZone("CST", 8*60*60)

// noon is when the alerts of the tests happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, shanghai)

// later is a moment after noon.
func later(d time.Duration) *time.Time { t := noon.Add(d); return &t }

// event is an alert at noon.
func event(a kitchen.Alert) kitchen.Event {
	e := kitchen.Stamp{Boot: 1, Up: time.Hour, At: noon, Clock: kitchen.Synced}.Fact("rule")
	e.Alert = &a
	return e
}

func load(t testing.TB, language string, own kitchen.Templates) *texts.Texts {
	t.Helper()
	all, err := texts.Load(language, shanghai, own)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// alerts are one of each kind as they are at most, and as they are at least.
func alerts() (all []kitchen.Alert) {
	add := func(a kitchen.Alert) {
		all = append(all, kitchen.Alert{Type: a.Type, Reason: a.Reason})
		a.ID, a.Number, a.Channel, a.Slot = "2026-11-23/meituan/A117", "A117", "meituan", "A1"
		all = append(all, a)
	}
	forecast := func(t kitchen.AlertType, reason string) kitchen.Alert {
		return kitchen.Alert{Type: t, Reason: reason, P50: later(12 * time.Minute), P85: later(17 * time.Minute), Promised: later(10 * time.Minute)}
	}
	add(kitchen.Alert{Type: kitchen.OrderAccepted, Promised: later(30 * time.Minute)})
	add(kitchen.Alert{Type: kitchen.OrderAccepted, Preorder: true, Promised: later(20 * time.Hour)})
	add(forecast(kitchen.OrderSoon, ""))
	add(forecast("order.eta", ""))
	add(kitchen.Alert{Type: kitchen.OrderReady, ReadyAt: later(0)})
	add(kitchen.Alert{Type: kitchen.OrderReadyUndone})
	add(forecast(kitchen.OrderLate, "late"))
	add(forecast(kitchen.OrderLate, "predicted"))
	add(kitchen.Alert{Type: kitchen.OrderWaiting, ReadyAt: later(-10 * time.Minute)})
	add(kitchen.Alert{Type: kitchen.OrderPickedUp})
	for _, reason := range []string{"cancelled", "void", "read"} {
		add(kitchen.Alert{Type: kitchen.OrderCancelled, Reason: reason})
	}
	add(kitchen.Alert{Type: kitchen.OrderClosed, Reason: "expired"})
	own := kitchen.Alert{Type: kitchen.OrderReady, ID: "2026-11-23/own/7", Number: "7", Channel: "own", Slot: "B2"}
	return append(all, own)
}

// The shipped sentences, all of them, to be read.
func TestShipped(t *testing.T) {
	var b strings.Builder
	for _, language := range texts.Languages() {
		all := load(t, language, nil)
		fmt.Fprintf(&b, "# %s\n", all.Version())
		for _, a := range alerts() {
			said := all.Say(event(a))
			if said == nil || said.Courier == "" || said.Customer == "" || said.Version != all.Version() {
				t.Fatalf("%s in %s says %+v", a.Type, language, said)
			}
			fmt.Fprintf(&b, "%s %s\n  %s\n  %s\n", a.Type, a.Reason, said.Courier, said.Customer)
		}
	}
	const file = "testdata/shipped.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s: want -, got +; -update writes it anew\n%s", file, diff)
	}
}

// Who is not told of an order is told nothing.
func TestSilent(t *testing.T) {
	all := load(t, "en", nil)
	for _, alert := range []kitchen.AlertType{kitchen.DeviceFault, kitchen.DeviceRecovered, kitchen.ClockWasSet, kitchen.RecordsMissing, "order.new"} {
		if said := all.Say(event(kitchen.Alert{Type: alert})); said != nil {
			t.Errorf("%s says %+v", alert, said)
		}
	}
	if said := all.Say(kitchen.Event{}); said != nil {
		t.Errorf("an event without alert says %+v", said)
	}
}

// courier is what a template of a courier's order.soon says, or why it is refused.
func courier(t *testing.T, template string, a kitchen.Alert) string {
	t.Helper()
	a.Type = kitchen.OrderSoon
	all, err := texts.Load("en", shanghai, kitchen.Templates{kitchen.OrderSoon: {Courier: template}})
	if err != nil {
		return "! " + err.Error()
	}
	return all.Say(event(a)).Courier
}

func TestSlots(t *testing.T) {
	full := kitchen.Alert{Number: "A117", Channel: "ubereats", Table: "8", Slot: "A1", P50: later(5*time.Minute + time.Second), P85: later(13 * time.Hour)}
	for _, test := range []struct {
		template string
		alert    kitchen.Alert
		want     string
	}{
		{"Go.", full, "Go."},
		{"  Go.\t", full, "Go."},
		{"Order {{or .Order .Table \"?\"}}.", full, "Order A117."},
		{"Order {{or .Order .Table \"?\"}}.", kitchen.Alert{Table: "8"}, "Order 8."},
		{"Order {{or .Order .Table \"?\"}}.", kitchen.Alert{}, "Order ?."},
		{"At {{if .P50}}{{.P50}}, by {{.P85}}{{else}}once{{end}}.", full, "At 12:05, by Nov 24, 01:00."},
		{"At {{if .P50}}{{.P50}}, by {{.P85}}{{else}}once{{end}}.", kitchen.Alert{}, "At once."},
		{"{{if .Minutes}}In {{.Minutes}} {{plural .Minutes \"minute\" \"minutes\"}}.{{else}}Soon.{{end}}", full, "In 6 minutes."},
		{"{{if .Minutes}}In {{.Minutes}} {{plural .Minutes \"minute\" \"minutes\"}}.{{else}}Soon.{{end}}", kitchen.Alert{P50: later(-time.Hour)}, "In 1 minute."},
		{"{{if and .Minutes (lt .Minutes 10)}}Now.{{else}}Later.{{end}}", full, "Now."},
		{"{{if .Channel}}{{.Channel}}{{else}}Own{{end}}.", kitchen.Alert{Channel: "own"}, "Own."},
		{"{{if .Slot}}{{.Slot}}{{else}}-{{end}}.", kitchen.Alert{Slot: "<b>\x07" + strings.Repeat("长", 40)}, "b" + strings.Repeat("长", 22) + "…."},
	} {
		if got := courier(t, test.template, test.alert); got != test.want {
			t.Errorf("%s\n  says %q, want %q", test.template, got, test.want)
		}
	}
}

// A time of an order is in the store's zone, and has its day where that is another one.
// Where no clock can be believed there is no day to compare with, and no minutes.
func TestTimes(t *testing.T) {
	own := kitchen.Templates{kitchen.OrderSoon: {
		Courier: "{{if .P50}}{{.P50}}{{if .Minutes}}, {{.Minutes}}{{end}}{{else}}?{{end}}"}}
	zh := load(t, "zh", own)
	e := event(kitchen.Alert{Type: kitchen.OrderSoon, P50: later(15 * time.Hour)})
	for _, test := range []struct {
		clock kitchen.ClockQuality
		want  string
	}{{kitchen.Synced, "11月24日 03:00, 900"}, {kitchen.Estimated, "11月24日 03:00, 900"}, {kitchen.Unknown, "03:00"}, {"", "03:00"}} {
		e.Clock = test.clock
		if got := zh.Say(e).Courier; got != test.want {
			t.Errorf("clock %q: got %q, want %q", test.clock, got, test.want)
		}
	}
	e.Alert.P50 = &time.Time{}
	if got := zh.Say(e).Courier; got != "?" {
		t.Errorf("of no time: got %q", got)
	}
	utc, err := texts.Load("zh", nil, own)
	if err != nil {
		t.Fatal(err)
	}
	e.Alert.P50, e.Clock = later(time.Minute), kitchen.Unknown
	if got := utc.Say(e).Courier; got != "04:01" {
		t.Errorf("in UTC: got %q", got)
	}
}

// A sentence has no seconds: the median is said to the nearest minute, and what is
// promised with 85 % is not said for the minute before.
func TestSeconds(t *testing.T) {
	const template = "{{if .P50}}{{.P50}}, by {{.P85}}{{else}}?{{end}}"
	for _, test := range []struct {
		p50, p85 time.Duration
		want     string
	}{
		{5 * time.Minute, 9 * time.Minute, "12:05, by 12:09"},
		{5*time.Minute + 29*time.Second, 9*time.Minute + time.Second, "12:05, by 12:10"},
		{5*time.Minute + 31*time.Second, 9*time.Minute + 59*time.Second, "12:06, by 12:10"},
		{59*time.Minute + 40*time.Second, 59*time.Minute + 41*time.Second, "13:00, by 13:00"},
	} {
		if got := courier(t, template, kitchen.Alert{P50: later(test.p50), P85: later(test.p85)}); got != test.want {
			t.Errorf("%v and %v: says %q, want %q", test.p50, test.p85, got, test.want)
		}
	}
}

// What could come out with a hole, or as anything but a plain sentence, is refused.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ template, want string }{
		{"Order {{.Order}}.", "line 1: {{.Order}} may be missing"},
		{"x{{if\n.Order}}{{.P85}}{{end}}.", "line 2: {{.P85}} may be missing"},
		{"{{if .Order}}{{.Order}}{{end}}", "can come out empty"},
		{"{{if or .P50 .Order}}{{.P50}}{{end}}.", "{{.P50}} may be missing"},
		{"{{.Minutes}} minutes", "{{.Minutes}} may be missing"},
		{"x {{\"\"}}", `{{""}} may be missing`},
		{"{{.Customer}}", "line 1: .Customer is no fact of this alert; there are .Order"},
		{"{{if eq .Channel \"x\"}}{{.Phone}}{{end}}.", ".Phone is no fact"},
		{"{{if .ReadyAt}}{{.ReadyAt}}{{end}}.", ".ReadyAt is no fact of this alert"},
		{"{{if .Order}}{{.Order.String}}{{end}}.", ".Order.String is no fact"},
		{"{{.}}", ". cannot be used"},
		{"{{$}}", "$ cannot be used"},
		{"{{$x := .Order}}x", "there are no variables"},
		{"{{nil}}", "nil cannot be used"},
		{"{{range 1000000000}}x{{end}}", "cannot be used"},
		{"{{with .Order}}{{.}}{{end}}", "cannot be used"},
		{"{{define \"x\"}}x{{end}}x", "defines another template"},
		{"{{template \"x\"}}", "cannot be used"},
		{"{{block \"x\" .}}x{{end}}", "defines another template"},
		{"{{printf \"%999999999d\" 1}}", `function "printf" not defined`},
		{"{{html .Order}}", `function "html" not defined`},
		{"{{.Order | or \"x\"}}", "there are no variables and no |"},
		{"{{.Order .Slot}}", ".Order is no function"},
		{"{{plural .Minutes \"minute\"}}", "plural has another number of arguments"},
		{"{{plural .Order \"minute\" \"minutes\"}}", "plural cannot be asked of these"},
		{"{{if lt .Minutes 1.5}}x{{end}}x", "a number is a whole one"},
		{"{{if lt .Minutes 'a'}}x{{end}}x", "a number is a whole one"},
		{"{{(.Order).Slot}}", "cannot be used"},
		{"{{true}}", "is no text"},
		{"{{filled 1 \"\" 1}}", `function "filled" not defined`},
		{"{{if .Order}}", "line 1: unexpected EOF"},
		{"{{if eq .Minutes \"x\"}}x{{end}}x", "eq cannot be asked of these"},
		{"{{eq .Order \"x\"}}", "is no text: ask for it"},
		{"<b>Order</b>", "plain text and no HTML"},
		{"Fish &amp; chips", "plain text and no HTML"},
		{"a\nb", "U+000A"},
		{"a\u202eb", "U+202E"},
		{"a\xffb", "not UTF-8"},
		{"   ", "empty"},
		{"{{/* x */}}", "empty"},
		{strings.Repeat("长", 281), "more than 280 characters"},
		{"{{if .Slot}}" + strings.Repeat("{{.Slot}}", 12) + "{{end}}.", "more than 280 characters"},
		{strings.Repeat("x", 1001), "more than 1000 bytes"},
		{strings.Repeat("长", 280) + "{{if .Slot}}{{if .Order}}{{.Slot}}{{end}}{{end}}", "more than 280"},
	} {
		got := courier(t, test.template, kitchen.Alert{})
		if !strings.HasPrefix(got, "! order.soon, courier") || !strings.Contains(got, test.want) {
			t.Errorf("%.80q\n  says %q, want it to be refused for %q", test.template, got, test.want)
		}
	}
	if got := courier(t, strings.Repeat("长", 280)+"{{if .Slot}}{{end}}", kitchen.Alert{}); got != strings.Repeat("长", 280) {
		t.Errorf("280 characters: got %.80s", got)
	}
	if got := courier(t, "Fish & chips", kitchen.Alert{}); got != "Fish & chips" {
		t.Errorf("an ampersand: got %s", got)
	}
}

// Reasons are for asking.
func TestReasons(t *testing.T) {
	try := func(template string) error {
		_, err := texts.Load("en", nil, kitchen.Templates{kitchen.OrderCancelled: {Customer: template}})
		return err
	}
	if err := try(`{{if eq .Reason "read"}}Ignore that.{{else}}Cancelled.{{end}}`); err != nil {
		t.Error(err)
	}
	if err := try(`Cancelled: {{.Reason}}.`); err == nil || !strings.Contains(err.Error(), "{{.Reason}} is no text") {
		t.Errorf("got %v", err)
	}
}

// All that is wrong is said at once, by alert, and none of it is used.
func TestAllErrors(t *testing.T) {
	_, err := texts.Load("en", nil, kitchen.Templates{
		kitchen.OrderSoon:  {Courier: "{{.Order}}", Customer: "{{.Slot}}"},
		kitchen.OrderReady: {},
		"order.lost":       {Courier: "x"},
	})
	all, ok := err.(texts.Errors)
	if !ok || len(all) != 4 {
		t.Fatalf("got %v, want four errors", err)
	}
	for i, want := range []string{"there are order.accepted, ", "order.ready: there is neither", "order.soon, courier, line 1: ", "order.soon, customer, line 1: "} {
		if !strings.Contains(all[i].Error(), want) {
			t.Errorf("error %d is %v, want %s", i, all[i], want)
		}
	}
	if _, err := texts.Load("de", nil, nil); err == nil || !strings.Contains(err.Error(), "write one of en, zh") {
		t.Errorf("an unknown language: %v", err)
	}
}

// What no combination of facts passes is looked at when it is said: the shipped sentence
// takes its place.
func TestUnforeseen(t *testing.T) {
	own := kitchen.Templates{kitchen.OrderSoon: {Courier: `Go{{if eq .Order "13"}}{{.Slot}}{{end}}.`}}
	all := load(t, "en", own)
	for _, test := range []struct {
		a    kitchen.Alert
		want string
	}{
		{kitchen.Alert{Number: "12"}, "Go."},
		{kitchen.Alert{Number: "13", Slot: "A1"}, "GoA1."},
		{kitchen.Alert{Number: "13"}, "Order 13 will be ready soon."},
	} {
		test.a.Type = kitchen.OrderSoon
		if got := all.Say(event(test.a)).Courier; got != test.want {
			t.Errorf("order %s: got %q, want %q", test.a.Number, got, test.want)
		}
	}
}

// A version names what is said: it is the same for the same templates, whoever wrote them,
// and only for these.
func TestVersion(t *testing.T) {
	shipped := load(t, "en", nil)
	if again := load(t, "en", shipped.Templates()); again.Version() != shipped.Version() {
		t.Errorf("the same templates have the versions %s and %s", shipped.Version(), again.Version())
	}
	if zh := load(t, "zh", shipped.Templates()); zh.Version() == shipped.Version() || !strings.HasPrefix(zh.Version(), "zh-") {
		t.Errorf("in another language: %s", zh.Version())
	}
	own := load(t, "en", kitchen.Templates{kitchen.OrderSoon: {Customer: "Soon."}, kitchen.OrderLate: {Courier: "Late."}})
	if own.Version() == shipped.Version() || own.Language() != "en" {
		t.Errorf("another sentence has the version %s too", own.Version())
	}
	want := shipped.Templates()
	want[kitchen.OrderSoon] = kitchen.Sentences{Courier: want[kitchen.OrderSoon].Courier, Customer: "Soon."}
	want[kitchen.OrderLate] = kitchen.Sentences{Courier: "Late.", Customer: want[kitchen.OrderLate].Customer}
	if diff := cmp.Diff(want, own.Templates()); diff != "" {
		t.Errorf("in force (-want +got):\n%s", diff)
	}
}

// Every alert about an order has sentences.
func TestEveryOrderAlert(t *testing.T) {
	source, err := os.ReadFile("../alert.go")
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	all := load(t, "zh", nil).Templates()
	for line := range strings.Lines(string(source)) {
		_, value, ok := strings.Cut(line, ` AlertType = "order.`)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(value, `"`)
		if _, ok := all[kitchen.AlertType("order."+name)]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 || len(all) < 9 {
		t.Errorf("without sentences: %v; with: %d", missing, len(all))
	}
}

// FuzzLoad: whatever a template holds, it is refused, or says a plain sentence of an
// order that has everything, of one that has nothing and of one in between.
func FuzzLoad(f *testing.F) {
	for _, language := range texts.Languages() {
		for _, s := range load(f, language, nil).Templates() {
			f.Add(s.Courier, "A117", "meituan", "A1", int64(600))
			f.Add(s.Customer, "", "", "", int64(0))
		}
	}
	f.Add(`{{if and (eq .Order "1") (lt .Minutes 3)}}{{.P50}}{{end}}x`, "1", "own", "\x00<", int64(-1))
	f.Add(`{{with $x := 1}}{{template "x" .}}{{end}}`, "1", "own", "\xff", int64(1e18))
	f.Fuzz(func(t *testing.T, template, number, channel, slot string, in int64) {
		for _, alert := range []kitchen.AlertType{kitchen.OrderLate, kitchen.OrderAccepted} {
			all, err := texts.Load("zh", time.UTC, kitchen.Templates{alert: {Courier: template}})
			if err != nil {
				if _, ok := err.(texts.Errors); !ok || !json.Valid([]byte(asJSON(t, err.Error()))) {
					t.Errorf("%q: %v", template, err)
				}
				continue
			}
			at := noon.Add(time.Duration(in) * time.Second)
			for _, a := range []kitchen.Alert{
				{}, {Number: number}, {Number: number, Slot: slot, Channel: channel, Table: number, P50: &at, P85: &at, Promised: &at, Reason: "late"},
			} {
				a.Type = alert
				check(t, template, all.Say(event(a)))
			}
		}
	})
}

// check holds a sentence against what a consumer may rely on.
func check(t *testing.T, template string, said *kitchen.Texts) {
	t.Helper()
	for _, s := range []string{said.Courier, said.Customer} {
		runes := []rune(s)
		bad := slices.ContainsFunc(runes, func(r rune) bool { return r < ' ' || r == '<' || r == '>' || r == 0xfffd })
		if template != "" && (len(runes) == 0 || len(runes) > texts.MaxSentence || bad || strings.Contains(s, "no value")) {
			t.Errorf("%q says %q", template, s)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	return string(out)
}

func BenchmarkLoad(b *testing.B) {
	own := load(b, "zh", nil).Templates()
	for b.Loop() {
		if _, err := texts.Load("zh", shanghai, own); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	all := load(b, "zh", nil)
	e := event(kitchen.Alert{Type: kitchen.OrderSoon, Number: "A117", Channel: "meituan", Slot: "A1", P50: later(12 * time.Minute), P85: later(17 * time.Minute)})
	for b.Loop() {
		all.Say(e)
	}
}
