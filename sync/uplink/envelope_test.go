package uplink_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

var origin = uplink.Origin{Store: "store-0042", Device: "pi-7f3a", Epoch: "q9c1e7b20"}

// ready is the alert of the golden envelope.
func ready() kitchen.Event {
	at := time.Date(2026, 11, 22, 12, 1, 7, 412e6, time.FixedZone("", 8*60*60))
	e := kitchen.Stamp{Boot: 7, Up: 93*time.Minute + 412*time.Millisecond, At: at, Clock: kitchen.Synced}.Fact("rule")
	e.Seq = 18231
	e.Alert = &kitchen.Alert{
		Type: kitchen.OrderReady, Sequence: 4410, ID: "2026-11-22-A117", Number: "A117", Channel: "meituan",
		ReadyAt: &at, Evidence: "button", Input: "button/A1",
	}
	return e
}

// journey is what comes out of an event that was sent as it happened, and replayed.
func journey(t *testing.T, o uplink.Origin, e kitchen.Event) uplink.Envelope {
	t.Helper()
	body, err := o.Encode(e, nil, e.Stamp, true)
	if err != nil {
		t.Fatal(err)
	}
	v, err := uplink.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// reference is the envelope that Encode writes, for encoding/json to write.
func reference(o uplink.Origin, e kitchen.Event, sent kitchen.Stamp, replayed bool) uplink.Envelope {
	a, layout := *e.Alert, uplink.TimeLayout
	subject := "log"
	switch {
	case a.Number != "":
		subject = "order/" + a.Number
	case a.ID != "":
		subject = "order/" + a.ID
	case a.Device != "":
		subject = "device/" + a.Device
	case a.Type == kitchen.ClockWasSet:
		subject = "clock"
	}
	about := fmt.Sprint(e.Seq)
	switch {
	case a.ID != "":
		about = a.ID
	case a.Device != "":
		about = a.Device
	}
	trace := sha256.Sum256([]byte("trace\x00" + o.Epoch + "\x00" + about))
	span := sha256.Sum256(fmt.Appendf(nil, "span\x00%s\x00%d", o.Epoch, e.Seq))
	v := uplink.Envelope{
		SpecVersion: "1.0", ID: fmt.Sprintf("%s-%s-%d", o.Device, o.Epoch, e.Seq),
		Source: "//readyshelf/" + o.Store + "/" + o.Device,
		Type:   fmt.Sprintf("readyshelf.%s.v1", a.Type), Subject: subject, Time: e.At.Format(layout),
		DataContentType: "application/json", DataSchema: fmt.Sprintf("urn:readyshelf:schema:%s.v1", a.Type),
		Sequence: fmt.Sprintf("%020d", a.Sequence), Epoch: o.Epoch, Replayed: replayed, SentAt: sent.At.Format(layout),
		TraceParent: fmt.Sprintf("00-%x-%x-01", trace[:16], span[:8]),
		Boot:        e.Boot, Up: fmt.Sprint(e.Up.Milliseconds()),
		Data: uplink.Data{Alert: a, Clock: e.Clock},
	}
	switch e.Clock {
	case "":
		v.Data.Clock = kitchen.Unknown
	case kitchen.Unknown:
	default:
		v.ExpiryTime = e.At.Add(uplink.Expiry).Format(layout)
	}
	return v
}

const golden = `{
 "specversion": "1.0",
 "id": "pi-7f3a-q9c1e7b20-18231",
 "source": "//readyshelf/store-0042/pi-7f3a",
 "type": "readyshelf.order.ready.v1",
 "subject": "order/A117",
 "time": "2026-11-22T12:01:07.412+08:00",
 "datacontenttype": "application/json",
 "dataschema": "urn:readyshelf:schema:order.ready.v1",
 "sequence": "00000000000000004410",
 "epoch": "q9c1e7b20",
 "replayed": false,
 "sentat": "2026-11-22T12:01:07.500+08:00",
 "expirytime": "2026-11-22T12:31:07.412+08:00",
 "traceparent": "00-62ecde492fda94879f964d46fac324e6-d29bbe9b3513d8d9-01",
 "boot": 7,
 "up": "5580412",
 "data": {
  "order_id": "2026-11-22-A117",
  "order": "A117",
  "channel": "meituan",
  "ready_at": "2026-11-22T12:01:07.412+08:00",
  "source": "button",
  "input": "button/A1",
  "clock": "synced"
 }
}`

func TestGoldenEnvelope(t *testing.T) {
	e := ready()
	body, err := origin.Encode(e, nil, e.Add(88*time.Millisecond), false)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, body, "", " "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(golden, got.String()); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
	v, err := uplink.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*e.Alert, v.Data.Alert); diff != "" {
		t.Errorf("alert after its journey (-want +got):\n%s", diff)
	}
}

func TestUnknownClock(t *testing.T) {
	e := ready()
	for _, clock := range []kitchen.ClockQuality{kitchen.Unknown, ""} {
		e.Clock = clock
		if v := journey(t, origin, e); v.ExpiryTime != "" || v.Data.Clock != kitchen.Unknown || !v.Replayed {
			t.Errorf("clock %q: expirytime %q, clock %q, replayed %v, want none, unknown, true", clock, v.ExpiryTime, v.Data.Clock, v.Replayed)
		}
	}
	e.Clock = kitchen.Estimated
	if v := journey(t, origin, e); v.ExpiryTime == "" {
		t.Error("an estimated clock is believable, and there is no expirytime")
	}
}

func TestSubjects(t *testing.T) {
	for _, test := range []struct {
		alert kitchen.Alert
		want  string
	}{
		{kitchen.Alert{Type: kitchen.OrderReady, ID: "x", Number: "7"}, "order/7"},
		{kitchen.Alert{Type: kitchen.OrderReady, ID: "x"}, "order/x"},
		{kitchen.Alert{Type: kitchen.DeviceFault, Device: "scale/a1"}, "device/scale/a1"},
		{kitchen.Alert{Type: kitchen.ClockWasSet}, "clock"},
		{kitchen.Alert{Type: kitchen.RecordsMissing}, "log"},
	} {
		e := ready()
		e.Alert = &test.alert
		if got := journey(t, origin, e).Subject; got != test.want {
			t.Errorf("subject of %s is %q, want %q", test.alert.Type, got, test.want)
		}
	}
}

func TestTraces(t *testing.T) {
	e := ready()
	trace := func(e kitchen.Event, o uplink.Origin) string { return journey(t, o, e).TraceParent }
	first := trace(e, origin)
	if !regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`).MatchString(first) {
		t.Errorf("traceparent %q is not one of W3C trace context", first)
	}
	later := e
	later.Seq++
	if got := trace(later, origin); got[:35] != first[:35] || got == first {
		t.Errorf("two alerts of an order: %s and %s, want one trace and two spans", first, got)
	}
	other, alert := e, *e.Alert
	alert.ID, other.Alert = "another", &alert
	if got := trace(other, origin); got[:35] == first[:35] {
		t.Error("alerts of two orders share a trace")
	}
	elsewhere := origin
	elsewhere.Epoch = "another"
	if got := trace(e, elsewhere); got[:35] == first[:35] {
		t.Error("two logs share a trace")
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{golden, "", "unexpected end"},
		{`"1.0"`, `"0.3"`, "specversion"},
		{`"pi-7f3a-q9c1e7b20-18231"`, `""`, "id"},
		{"readyshelf.order.ready.v1\",\n \"subject", "com.example\",\n \"subject", "type"},
		{"readyshelf.order.ready.v1\",\n \"subject", "readyshelf.order.ready.v2\",\n \"subject", "type"},
		{"00000000000000004410", "many", "sequence"},
	} {
		body := strings.Replace(golden, test.old, test.new, 1)
		if _, err := uplink.Decode([]byte(body)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.30q for %.30q: error %v, want one about %s", test.new, test.old, err, test.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(golden))
	f.Add([]byte(`{"specversion":"1.0","id":"a","source":"b","type":"readyshelf.gap.v1","sequence":"1","data":null}`))
	f.Add([]byte(`[]`))
	for _, body := range examples(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := uplink.Decode(body)
		if err != nil {
			return
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		w, err := uplink.Decode(again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(v, w, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("read, written, read (-first +second):\n%s", diff)
		}
	})
}

func FuzzEncode(f *testing.F) {
	f.Add("order.ready", "o-1", "A117", "加辣", int64(1795320067412), uint64(18231), uint64(4410), uint32(7), int64(5580412), 0.9, "synced")
	f.Add("gap", "", "", "", int64(-1), uint64(0), uint64(math.MaxUint64), uint32(0), int64(-1), math.Inf(1), "")
	f.Add("a\"b\x00", "\xff", "</script>", "\u2028", int64(math.MaxInt64), uint64(1), uint64(1), uint32(1), int64(1), 0.0, "unknown")
	names := regexp.MustCompile(`^[a-z0-9]+$`)
	f.Fuzz(func(t *testing.T, kind, id, number, notes string, at int64, seq, sequence uint64, boot uint32, up int64, p float64, clock string) {
		e := kitchen.Stamp{Boot: boot, Up: time.Duration(up), At: time.UnixMilli(at).UTC(), Clock: kitchen.ClockQuality(clock)}.Fact("rule")
		e.Seq = seq
		e.Alert = &kitchen.Alert{Type: kitchen.AlertType(kind), Sequence: sequence, ID: id, Number: number, Notes: notes, Probability: p}
		body, err := json.Marshal(reference(origin, e, e.Stamp, false))
		if got, failed := origin.Encode(e, nil, e.Stamp, false); (failed != nil) != (err != nil) || err == nil && string(got) != string(body) {
			t.Fatalf("Encode wrote %s, %v\njson wrote   %s, %v", got, failed, body, err)
		}
		if err != nil {
			if math.IsNaN(p) || math.IsInf(p, 0) {
				return
			}
			t.Fatal(err)
		}
		v, err := uplink.Decode(body)
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		want := *e.Alert
		for _, s := range []*string{&want.ID, &want.Number, &want.Notes} {
			*s = valid(*s)
		}
		want.Type = kitchen.AlertType(valid(kind))
		if diff := cmp.Diff(want, v.Data.Alert); diff != "" {
			t.Errorf("alert (-sent +received):\n%s", diff)
		}
		var attributes map[string]json.RawMessage
		if err := json.Unmarshal(body, &attributes); err != nil {
			t.Fatal(err)
		}
		for name := range attributes {
			if !names.MatchString(name) {
				t.Errorf("attribute %q: CloudEvents allows lower-case letters and digits", name)
			}
		}
	})
}

// Encode writes each field that an alert can have as encoding/json does, alone and
// together with all others.
func TestEncodeIsJSON(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 1, 7, 412e6, time.FixedZone("", 8*60*60))
	text := 0
	values := map[reflect.Type]func() any{
		reflect.TypeFor[string]():             func() any { text++; return strconv.Itoa(text) + "<号>\t" },
		reflect.TypeFor[kitchen.AlertType]():  func() any { return kitchen.OrderSoon },
		reflect.TypeFor[uint64]():             func() any { return uint64(math.MaxUint64) },
		reflect.TypeFor[bool]():               func() any { return true },
		reflect.TypeFor[float64]():            func() any { return 1e-7 },
		reflect.TypeFor[time.Duration]():      func() any { return -time.Hour },
		reflect.TypeFor[*time.Time]():         func() any { return &at },
		reflect.TypeFor[[]string]():           func() any { return []string{"a", "\xff"} },
		reflect.TypeFor[[]kitchen.Item]():     func() any { return []kitchen.Item{{Qty: -1, Name: "饭", Mods: []string{"&"}}} },
		reflect.TypeFor[*kitchen.Quantiles](): func() any { return &kitchen.Quantiles{1, 2} },
		reflect.TypeFor[*kitchen.Gap]():       func() any { return &kitchen.Gap{From: 1, To: 9, Reason: "x"} },
	}
	check := func(what string, a kitchen.Alert) {
		e := ready()
		e.Alert = &a
		want, err := json.Marshal(reference(origin, e, e.Stamp, true))
		if err != nil {
			t.Fatal(err)
		}
		got, err := origin.Encode(e, nil, e.Stamp, true)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: Encode wrote %s, %v\njson wrote %s", what, got, err, want)
		}
	}
	var all kitchen.Alert
	for i := range reflect.TypeFor[kitchen.Alert]().NumField() {
		field := reflect.TypeFor[kitchen.Alert]().Field(i)
		value, ok := values[field.Type]
		if !ok {
			t.Fatalf("%s has a type without an example: add one", field.Name)
		}
		var one kitchen.Alert
		reflect.ValueOf(&one).Elem().Field(i).Set(reflect.ValueOf(value()))
		reflect.ValueOf(&all).Elem().Field(i).Set(reflect.ValueOf(value()))
		check(field.Name, one)
	}
	check("all of them", all)
	check("none", kitchen.Alert{})
	for _, said := range []kitchen.Texts{
		{}, {Version: "zh-1", Sentences: kitchen.Sentences{Courier: "订单 \"1\" <好>\t", Customer: "ready"}}, {Sentences: kitchen.Sentences{Customer: "x"}},
	} {
		want := reference(origin, ready(), ready().Stamp, true)
		want.Data.Texts = &said
		body, err := json.Marshal(want)
		got, failed := origin.Encode(ready(), &said, ready().Stamp, true)
		if err != nil || failed != nil || string(got) != string(body) {
			t.Errorf("%+v: Encode wrote %s, %v\njson wrote %s, %v", said, got, failed, body, err)
		}
		if v, err := uplink.Decode(got); err != nil || *v.Data.Texts != said {
			t.Errorf("%+v: read as %+v, %v", said, v.Data.Texts, err)
		}
	}
}

// A year that RFC 3339 cannot say is an error, as for encoding/json.
func TestEncodeFails(t *testing.T) {
	e := ready()
	far := e.At.AddDate(10_000, 0, 0)
	e.Alert.P50 = &far
	if b, err := origin.Encode(e, nil, e.Stamp, true); err == nil {
		t.Errorf("wrote %s", b)
	}
}

// valid replaces each byte that is not UTF-8, as JSON does.
func valid(s string) string { return string([]rune(s)) }
