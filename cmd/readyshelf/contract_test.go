package main

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// contractRoot is what the topics of the contract's shop begin with.
const contractRoot = "readyshelf/v1/demo/pi-7f3a/"

// opening is when the contract's shop opens.
var opening = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

// contractShop is a small shop that says the same bytes in each run: time is the
// bubble's, and what is random is seeded.
type contractShop struct {
	*bubble
	examples map[string]string // by kind
	unheard  []uplinktest.Message
}

// messages are all that the shop said.
func (b *contractShop) messages() []uplinktest.Message {
	return append(b.broker.Messages(), b.unheard...)
}

// newContractShop must run in a bubble, in a test that has seeded crypto/rand.
func newContractShop(t *testing.T, examples map[string]string) *contractShop {
	time.Sleep(time.Until(opening))
	b := &contractShop{bubble: newBubble(t, 1), examples: examples}
	b.menu = menus["en"]
	b.conf.Store, b.conf.Device, b.conf.Language, b.conf.Encoding = "demo", "pi-7f3a", "en", "cp437"
	b.conf.Printers[0].Encoding = "cp437"
	b.conf.Scales[0].Name = "shelf-s1"
	b.buttons("A1", "A2")
	b.change = func(w *world) { w.version = "1.0.0" }
	disk, heat := int64(27311104000), 48.3
	b.vitals = func() vitals { return vitals{&disk, &heat} }
	return b
}

// order prints the slip of an order that is promised a while from now.
func (b *contractShop) order(number string, channel int, promise time.Duration, items ...kitchen.Item) {
	b.print(b.menu.slip(plan{number: number, channel: channel, promise: promise, items: items}, time.Now(), false))
	time.Sleep(10 * time.Second)
}

// tap presses a button, for a moment or longer.
func (b *contractShop) tap(slot string, hold time.Duration) {
	b.press(slot, hold)
	time.Sleep(10 * time.Second)
}

const (
	shortly = 100 * time.Millisecond
	held    = kitchen.HoldTime + 300*time.Millisecond
)

// send sends a command by the broker, and wants its reply within a moment.
func (b *contractShop) send(name, body, code string) {
	b.Helper()
	before := len(b.broker.Messages())
	b.broker.Publish(contractRoot+"cmd/"+name, []byte(body), false)
	time.Sleep(time.Second)
	for _, m := range b.broker.Messages()[before:] {
		if m.Topic != contractRoot+"reply/"+name {
			continue
		}
		var r asked
		if err := json.Unmarshal(m.Payload, &r); err != nil || r.Error.Code != code {
			b.Errorf("%s %.80s: got %s, want %q", name, body, m.Payload, code)
		}
		if err := fits("command."+name, []byte(body)); code == "" && err != nil {
			b.Errorf("%s was done, and the contract forbids it: %v", body, err)
		}
		if _, there := b.examples["command."+name]; !there && code == "" {
			b.examples["command."+name] = body
		}
		return
	}
	b.Errorf("%s %.80s: no reply", name, body)
}

// show makes an example of what is retained now, of a kind of two words.
func (b *contractShop) show(kind, which string) {
	topic := contractRoot + kind
	if kind == "state" {
		topic += "/" + which
	}
	b.examples[kind+"."+which] = string(b.broker.Retained(topic))
}

// said checks all that was published, and makes an example of the first of each kind
// that has none.
func (b *contractShop) said() {
	b.Helper()
	for _, m := range b.messages() {
		if err := fulfils(m); err != nil {
			b.Errorf("%s\n%s: %v", m.Payload, m.Topic, err)
		}
		if _, there := b.examples[kind(m)]; !there {
			b.examples[kind(m)] = string(m.Payload)
		}
	}
	for name, example := range b.examples {
		b.examples[name] = strings.ReplaceAll(example, b.conf.Data, "/var/lib/readyshelf")
	}
}

// TestContract lives through a day that has every kind of message. It holds each
// message against its schema, and each kind against the examples of the contract.
func TestContract(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1)
	examples := map[string]string{}
	codes := map[string]bool{}
	for _, life := range []func(*contractShop){(*contractShop).day, (*contractShop).fullLog} {
		synctest.Test(t, func(t *testing.T) {
			b := newContractShop(t, examples)
			life(b)
			b.said()
			for _, code := range b.codes() {
				codes[code] = true
			}
		})
	}
	checkKinds(t, examples)
	checkCodes(t, codes)
	checkExamples(t, examples)
}

// codes are those of the replies.
func (b *contractShop) codes() (all []string) {
	for _, m := range b.messages() {
		var r asked
		if kind(m) == "reply.error" && json.Unmarshal(m.Payload, &r) == nil {
			all = append(all, r.Error.Code)
		}
	}
	return all
}
