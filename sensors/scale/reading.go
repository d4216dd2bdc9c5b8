package scale

import (
	"encoding/json"

	"readyshelf/kitchen"
)

// Reading is what one frame says.
type Reading struct {
	// Grams is the weight shown, rounded half away from zero, if Valid.
	Grams kitchen.Grams
	Valid bool
	// Digit is what one step of the last digit weighs, at least 1 g. 0 if not Valid.
	Digit kitchen.Grams
	// Stable says that the scale calls its weight steady; never without a weight.
	// HasStability says that it tells at all.
	Stable, HasStability bool
	// Motion says that the scale calls itself moving.
	Motion bool
	// Net says that a tare is taken off, Tare that one is set.
	Net, Tare bool
	// OfTare says that the weight is that of the tare, not of what lies on the scale.
	OfTare bool
	// Over and Under say that the load is out of range.
	Over, Under bool
	// Fault is what else is wrong with the scale, in its own view; "" if nothing.
	Fault string
}

// MarshalReading returns r as one line of JSON without a line feed:
//
//	{"grams":1234,"stable":true,"net":false,"tare":false,"over":false,"under":false,"error":null}
//
// grams is null where the frame holds no weight, stable where the protocol has no
// such flag. error is the Fault; for a frame that could not be read, marshal a
// Reading whose Fault says why.
func MarshalReading(r Reading) ([]byte, error) {
	line := struct {
		Grams  *kitchen.Grams `json:"grams"`
		Stable *bool          `json:"stable"`
		Net    bool           `json:"net"`
		Tare   bool           `json:"tare"`
		Over   bool           `json:"over"`
		Under  bool           `json:"under"`
		Error  *string        `json:"error"`
	}{Net: r.Net, Tare: r.Tare, Over: r.Over, Under: r.Under}
	if r.Valid {
		line.Grams = &r.Grams
	}
	if r.HasStability {
		line.Stable = &r.Stable
	}
	if r.Fault != "" {
		line.Error = &r.Fault
	}
	return json.Marshal(line)
}

// flag notes whether the scale calls the weight in r steady.
func (r *Reading) flag(stable bool) {
	r.HasStability = true
	r.Stable = stable && r.Valid
	r.Motion = !stable
}

// drop takes the weight away: the scale shows one that means nothing.
func (r *Reading) drop() {
	r.Grams, r.Digit, r.Valid, r.Stable = 0, 0, false, false
}
