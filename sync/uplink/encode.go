package uplink

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"readyshelf/kitchen"
)

// Encode returns the body of an event that has an alert, as first sent at sent: an
// [Envelope] as [json.Marshal] writes it, byte for byte. It does so by hand, because
// a backlog goes out no faster than its bodies are made. said are its sentences, nil
// for none.
func (o Origin) Encode(e kitchen.Event, said *kitchen.Texts, sent kitchen.Stamp, replayed bool) ([]byte, error) {
	a, seq := e.Alert, strconv.FormatUint(e.Seq, 10)
	clock := cmp.Or(e.Clock, kitchen.Unknown)
	w := object{b: append(make([]byte, 0, 1<<10), '{')}
	w.text("specversion", "1.0")
	w.text("id", o.Device, "-", o.Epoch, "-", seq)
	w.text("source", "//readyshelf/", o.Store, "/", o.Device)
	w.text("type", "readyshelf.", string(a.Type), ".v1")
	w.subject(a)
	w.time("time", e.At)
	w.text("datacontenttype", "application/json")
	w.text("dataschema", "urn:readyshelf:schema:", string(a.Type), ".v1")
	w.sequence(a.Sequence)
	w.text("epoch", o.Epoch)
	w.name("replayed")
	w.b = strconv.AppendBool(w.b, replayed)
	w.time("sentat", sent.At)
	if clock != kitchen.Unknown {
		w.time("expirytime", e.At.Add(Expiry))
	}
	w.trace(o.Epoch, cmp.Or(a.ID, a.Device, seq), seq)
	w.name("boot")
	w.b = strconv.AppendUint(w.b, uint64(e.Boot), 10)
	w.name("up")
	w.b = append(strconv.AppendInt(append(w.b, '"'), e.Up.Milliseconds(), 10), '"')
	w.name("data")
	w.b = append(w.b, '{')
	w.alert(a)
	w.text("clock", string(clock))
	w.said(said)
	w.b = append(w.b, "}}"...)
	return w.b, w.err
}

// subject says what an alert is about.
func (w *object) subject(a *kitchen.Alert) {
	switch {
	case a.Number != "" || a.ID != "":
		w.text("subject", "order/", cmp.Or(a.Number, a.ID))
	case a.Device != "":
		w.text("subject", "device/", a.Device)
	case a.Type == kitchen.ClockWasSet:
		w.text("subject", "clock")
	default:
		w.text("subject", "log")
	}
}

// sequence writes 20 digits, the most that a uint64 has.
func (w *object) sequence(n uint64) {
	const zeros = "00000000000000000000"
	digits := strconv.FormatUint(n, 10)
	w.text("sequence", zeros[len(digits):], digits)
}

// trace makes the traceparent of what is the same at every sending.
func (w *object) trace(epoch, about, seq string) {
	w.name("traceparent")
	w.b = append(w.b, `"00-`...)
	w.digest(16, "trace", epoch, about)
	w.b = append(w.b, '-')
	w.digest(8, "span", epoch, seq)
	w.b = append(w.b, `-01"`...)
}

// digest writes n bytes of a hash over parts, in hex.
func (w *object) digest(n int, parts ...string) {
	b := make([]byte, 0, 128)
	for i, part := range parts {
		if i > 0 {
			b = append(b, 0)
		}
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	w.b = hex.AppendEncode(w.b, sum[:n])
}

// alert writes what the data of a message has of a.
func (w *object) alert(a *kitchen.Alert) {
	w.some("order_id", a.ID)
	w.some("order", a.Number)
	w.some("channel", a.Channel)
	w.some("table", a.Table)
	w.some("slot", a.Slot)
	w.rare("numbers", a.Numbers, len(a.Numbers) > 0)
	w.some("order_key", a.OrderKey)
	w.some("day", a.Day)
	w.rare("items", a.Items, len(a.Items) > 0)
	w.rare("value", a.Value, a.Value != 0)
	w.some("notes", a.Notes)
	w.rare("preorder", a.Preorder, a.Preorder)
	w.rare("raster", a.Raster, a.Raster)
	w.rare("unread", a.Unread, a.Unread)
	w.some("part", a.Part)
	w.rare("print", strconv.FormatUint(a.Print, 10), a.Print != 0)
	w.moment("promised", a.Promised)
	w.some("promised_as_printed", a.Printed)
	w.moment("ready_at", a.ReadyAt)
	w.some("source", a.Evidence)
	w.some("input", a.Input)
	w.some("reason", a.Reason)
	w.rare("undoes", a.Undoes, a.Undoes != 0)
	w.moment("p50", a.P50)
	w.moment("p85", a.P85)
	w.rare("probability", a.Probability, a.Probability != 0)
	w.some("window", a.Window)
	w.some("device", a.Device)
	w.some("text", a.Text)
	w.some("remedy", a.Remedy)
	w.rare("offset", a.Offset, a.Offset != 0)
	w.rare("gap", a.Gap, a.Gap != nil)
}

// said writes the sentences of an alert.
func (w *object) said(s *kitchen.Texts) {
	if s == nil {
		return
	}
	w.name("texts")
	w.b = append(w.b, '{')
	w.text("version", s.Version)
	w.some("courier", s.Courier)
	w.some("customer", s.Customer)
	w.b = append(w.b, '}')
}

// object is JSON in the making, and the first error.
type object struct {
	b   []byte
	err error
}

// name begins an attribute.
func (w *object) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

// text writes an attribute that is a string, in parts.
func (w *object) text(name string, parts ...string) {
	for _, s := range parts {
		if !plain(s) {
			w.rare(name, strings.Join(parts, ""), true)
			return
		}
	}
	w.name(name)
	w.b = append(w.b, '"')
	for _, s := range parts {
		w.b = append(w.b, s...)
	}
	w.b = append(w.b, '"')
}

// time writes a time as the envelope has it.
func (w *object) time(name string, t time.Time) {
	w.name(name)
	w.b = append(t.AppendFormat(append(w.b, '"'), TimeLayout), '"')
}

// some is text, left out where it is empty.
func (w *object) some(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

// moment writes a time as an alert has it, left out where there is none.
func (w *object) moment(name string, t *time.Time) {
	if t == nil {
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	b, err := t.AppendText(w.b)
	if w.b = append(b, '"'); err != nil {
		w.fail(err)
	}
}

// rare leaves to encoding/json what few alerts have.
func (w *object) rare(name string, v any, present bool) {
	if !present {
		return
	}
	w.name(name)
	b, err := json.Marshal(v)
	if w.b = append(w.b, b...); err != nil {
		w.fail(err)
	}
}

func (w *object) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// plain says whether a string is its own JSON.
func plain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&', c == 0x7f:
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if ascii {
		return true
	}
	for _, r := range s {
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
