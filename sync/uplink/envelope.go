package uplink

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"readyshelf/kitchen"
)

// Expiry is how long after an event somebody may still act on it. A "ready" of
// 40 minutes ago must not call a courier.
const Expiry = 30 * time.Minute

// TimeLayout is RFC 3339 with milliseconds and an offset.
const TimeLayout = "2006-01-02T15:04:05.000Z07:00"

// Envelope is one alert as the broker gets it: a CloudEvents 1.0 event in
// structured JSON mode, https://github.com/cloudevents/spec. Extensions have
// names of lower-case letters and digits only, and no values but booleans,
// strings and integers of 32 bits.
type Envelope struct {
	SpecVersion string `json:"specversion"` // "1.0"
	// ID is "<device>-<epoch>-<seq>": the same at every sending. Source and ID
	// together name an event for ever; a reader drops what it has seen.
	ID     string `json:"id"`
	Source string `json:"source"` // "//readyshelf/<store>/<device>"
	Type   string `json:"type"`   // "readyshelf.order.ready.v1"
	// Subject is "order/<number>", "device/<source>", "clock" or "log".
	Subject string `json:"subject"`
	// Time is when it happened, by the wall clock that Data.Clock judges.
	Time            string `json:"time"`
	DataContentType string `json:"datacontenttype"` // "application/json"
	DataSchema      string `json:"dataschema"`      // "urn:readyshelf:schema:order.ready.v1"

	// Sequence counts the alerts of an epoch, 20 digits. A hole is a loss.
	Sequence string `json:"sequence"`
	// Epoch is the log's id; a fresh log begins a new one.
	Epoch string `json:"epoch"`
	// Replayed says that the alert was older than the connection that first
	// carried it: it comes from the buffer, not from this moment.
	Replayed bool `json:"replayed"`
	// SentAt is when it was first sent. It and all above stay at a resend.
	SentAt string `json:"sentat"`
	// ExpiryTime ends acting upon it; absent where the clock cannot be believed.
	ExpiryTime string `json:"expirytime,omitempty"`
	// TraceParent is W3C trace context; all alerts of one order share a trace.
	TraceParent string `json:"traceparent"`
	// Boot and Up are the event's time by the clocks that are always true: the
	// number of the boot, and milliseconds since it (a string: 32 bits end after 24 days).
	Boot uint32 `json:"boot"`
	Up   string `json:"up"`

	Data Data `json:"data"`
}

// Data is an alert without what the envelope says already, how far its times can be
// believed, and what to tell people of it.
type Data struct {
	kitchen.Alert
	// These hide those of Alert; they stay zero and unwritten.
	Type     struct{} `json:"type,omitzero"`
	Sequence struct{} `json:"sequence,omitzero"`
	Issued   struct{} `json:"issued,omitzero"`

	Clock kitchen.ClockQuality `json:"clock"`
	// Texts are sentences for people; nil where there is nobody to be told.
	Texts *kitchen.Texts `json:"texts,omitempty"`
}

// Origin is who sends: the part of an identity that all alerts of a log share.
type Origin struct {
	Store, Device string
	// Epoch is the log's id.
	Epoch string
}

// Of returns the event that the cloud gets of e, and under whose identity: e, if it
// has an alert, or the alert of an older log that e saved and that no broker has
// acknowledged. Anything else is not for the cloud.
func (o Origin) Of(e kitchen.Event) (kitchen.Event, Origin, bool) {
	if v := e.Salvaged; v != nil && v.Event != nil && !v.Sent {
		e, o.Epoch = *v.Event, v.Log
	}
	return e, o, e.Alert != nil
}

// Decode reads a published body. The Alert it returns has its Type and Sequence.
func Decode(body []byte) (Envelope, error) {
	var v Envelope
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("read a CloudEvent: %w", err)
	}
	if v.SpecVersion != "1.0" || v.ID == "" || v.Source == "" {
		return v, fmt.Errorf("read a CloudEvent: specversion %q, id %q, source %q: want 1.0 and neither empty", v.SpecVersion, v.ID, v.Source)
	}
	name, ok := strings.CutPrefix(v.Type, "readyshelf.")
	name, v1 := strings.CutSuffix(name, ".v1")
	if !ok || !v1 {
		return v, fmt.Errorf("read a CloudEvent: type %q: want readyshelf.….v1", v.Type)
	}
	sequence, err := strconv.ParseUint(v.Sequence, 10, 64)
	if err != nil {
		return v, fmt.Errorf("read a CloudEvent: sequence: %w", err)
	}
	v.Data.Alert.Type, v.Data.Alert.Sequence = kitchen.AlertType(name), sequence
	return v, nil
}
