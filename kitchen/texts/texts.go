package texts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"readyshelf/kitchen"
)

// The limits of a template and of what it says.
const (
	// MaxSentence is the longest sentence, in characters: four messages of 70, as SMS
	// carries Chinese.
	MaxSentence = 280
	// MaxTemplate is the longest template, in bytes.
	MaxTemplate = 1000
)

// Texts says the sentences of one language. It is never changed, so that many may use it.
type Texts struct {
	language *language
	zone     *time.Location
	version  string
	own      sentences // of the store
	shipped  sentences
}

// sentences are compiled templates, by alert.
type sentences map[kitchen.AlertType]pair

// pair is what one alert says. Of a store's own either may be nil: then it is the shipped one.
type pair struct{ courier, customer *sentence }

// Load returns the sentences of a language, in which own takes the place of what is
// shipped. Times are said in zone; nil is UTC. An error is [Errors], all at once, unless
// there is no such language.
func Load(name string, zone *time.Location, own kitchen.Templates) (*Texts, error) {
	l := languages[name]
	if l == nil {
		return nil, fmt.Errorf("there are no sentences in %q: write one of %s", name, strings.Join(Languages(), ", "))
	}
	if zone == nil {
		zone = time.UTC
	}
	all, err := shipped()
	if err != nil {
		return nil, err
	}
	compiled, errs := compile(own)
	if len(errs) > 0 {
		return nil, errs
	}
	t := &Texts{language: l, zone: zone, own: compiled, shipped: all[name]}
	t.version = name + "-" + fingerprint(t.Templates())
	return t, nil
}

// compile compiles templates; what is wrong is sorted by alert.
func compile(t kitchen.Templates) (sentences, Errors) {
	out := sentences{}
	var errs Errors
	one := func(k kind, audience, source string) *sentence {
		if source == "" {
			return nil
		}
		s, err := newSentence(k, source)
		if err != nil {
			err.Alert, err.Audience = k.alert, audience
			errs = append(errs, err)
		}
		return s
	}
	for _, alert := range slices.Sorted(maps.Keys(t)) {
		k, ok := kindOf(alert)
		if !ok {
			errs = append(errs, &Error{Reason: "an alert of another name has no sentences; there are " + kindNames()})
			continue
		}
		if t[alert] == (kitchen.Sentences{}) {
			errs = append(errs, &Error{Alert: alert, Reason: "there is neither courier nor customer; leave it out to have the shipped sentences"})
			continue
		}
		out[alert] = pair{one(k, "courier", t[alert].Courier), one(k, "customer", t[alert].Customer)}
	}
	return out, errs
}

// Version names the templates: the language, and a fingerprint of all of them. Equal
// templates have the same on every box.
func (t *Texts) Version() string { return t.version }

// Language is its name.
func (t *Texts) Language() string { return t.language.name }

// Templates are those in force.
func (t *Texts) Templates() kitchen.Templates {
	out := kitchen.Templates{}
	for alert, p := range t.shipped {
		own := t.own[alert]
		out[alert] = kitchen.Sentences{
			Courier:  cmp.Or(own.courier, p.courier).source,
			Customer: cmp.Or(own.customer, p.customer).source,
		}
	}
	return out
}

// fingerprint is short for templates.
func fingerprint(t kitchen.Templates) string {
	h := sha256.New()
	for _, alert := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", alert, t[alert].Courier, t[alert].Customer)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// Say puts the alert of an event into words; nil where nobody is to be told of it. The
// same event is always said the same.
func (t *Texts) Say(e kitchen.Event) *kitchen.Texts {
	if e.Alert == nil {
		return nil
	}
	p, ok := t.shipped[e.Alert.Type]
	if !ok {
		return nil
	}
	own, facts := t.own[e.Alert.Type], slotsOf(e.Alert, e.Stamp, t.language, t.zone)
	return &kitchen.Texts{Version: t.version, Sentences: kitchen.Sentences{
		Courier: say(&facts, own.courier, p.courier), Customer: say(&facts, own.customer, p.customer),
	}}
}

// say is the first of these that can be said.
func say(facts *Slots, ways ...*sentence) string {
	for _, s := range ways {
		if s == nil {
			continue
		}
		if out, err := s.say(facts); err == nil {
			return out
		}
	}
	return ""
}
