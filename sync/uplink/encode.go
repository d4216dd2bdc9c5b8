package uplink

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"readyshelf/kitchen"
)

// Encode returns the envelope of Wrap as [json.Marshal] writes it, byte for byte, and
// several times as fast: a backlog goes out no faster than its bodies are made.
func (o Origin) Encode(e kitchen.Event, sent kitchen.Stamp, replayed bool) ([]byte, error) {
	v := o.Wrap(e, sent, replayed)
	w := object{b: append(make([]byte, 0, 1<<10), '{')}
	w.text("specversion", v.SpecVersion)
	w.text("id", v.ID)
	w.text("source", v.Source)
	w.text("type", v.Type)
	w.text("subject", v.Subject)
	w.text("time", v.Time)
	w.text("datacontenttype", v.DataContentType)
	w.text("dataschema", v.DataSchema)
	w.text("sequence", v.Sequence)
	w.text("epoch", v.Epoch)
	w.name("replayed")
	w.b = strconv.AppendBool(w.b, v.Replayed)
	w.text("sentat", v.SentAt)
	w.some("expirytime", v.ExpiryTime)
	w.text("traceparent", v.TraceParent)
	w.name("boot")
	w.b = strconv.AppendUint(w.b, uint64(v.Boot), 10)
	w.text("up", v.Up)
	w.name("data")
	w.b = append(w.b, '{')
	w.alert(&v.Data.Alert)
	w.text("clock", string(v.Data.Clock))
	w.b = append(w.b, "}}"...)
	return w.b, w.err
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
	w.some("notes", a.Notes)
	w.rare("preorder", a.Preorder, a.Preorder)
	w.rare("raster", a.Raster, a.Raster)
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

// text writes an attribute that is a string.
func (w *object) text(name, s string) {
	if !plain(s) {
		w.rare(name, s, true)
		return
	}
	w.name(name)
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"')
}

// some is text, left out where it is empty.
func (w *object) some(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

// moment writes a time, left out where there is none.
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
