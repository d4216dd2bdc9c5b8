package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

var (
	burger = kitchen.Item{Qty: 1, Name: "Cheeseburger", Mods: []string{"no onion"}}
	salad  = kitchen.Item{Qty: 2, Name: "Caesar Salad"}
)

// day is all that a shop can say which has room in its log.
func (b *contractShop) day() {
	b.synced = opening.Add(30 * time.Second) // until then nobody knows the time
	b.up()
	ctx, closing := context.WithCancel(b.Context())
	var scale sync.WaitGroup
	scale.Go(func() { b.talk(ctx) })
	time.Sleep(time.Minute)
	b.lunch()
	b.troubles()
	b.mistakes()
	time.Sleep(5 * time.Hour) // what is still open is forgotten
	b.again()
	b.touches()
	b.trial()
	closing()
	scale.Wait()
	b.show("status", "online")
	b.end()
	b.show("status", "offline")
}

// trial is what `readyshelf doctor` does beside the daemon.
func (b *contractShop) trial() {
	d := &doctor{Config: &b.conf, surroundings: surroundings{
		name: func() (string, error) { return b.conf.Device, nil }, now: time.Now,
		clock: func() (bool, bool) { return true, true }, dial: b.broker.Dial,
		resolve: func(context.Context, string) ([]string, error) { return []string{"192.0.2.7"}, nil },
	}, daemon: daemonState{running: true}}
	for _, f := range d.tryBroker(b.Context(), b.conf.MQTT.Brokers[0].String(), 0) {
		if f.Mark != good {
			b.Errorf("got %+v, want that all is well", f)
		}
	}
}

// lunch is what happens to orders.
func (b *contractShop) lunch() {
	b.order("41", 0, 40*time.Minute, burger, salad)
	b.send("order", `{
  "transaction": "9b1e",
  "order": {
    "number": "A117",
    "channel": "doordash",
    "platform_id": "3000000000000001",
    "items": [{"qty": 1, "name": "Pad Thai", "mods": ["mild"]}],
    "notes": "no peanuts",
    "promised": "2026-11-23T11:45:00Z"
  }
}`, "")
	time.Sleep(5 * time.Minute)
	b.tap("A1", shortly)
	b.tap("A1", held)
	b.tap("A1", shortly)
	b.send("ready", `{"transaction": "c2d4", "order": "A117", "channel": "doordash"}`, "")
	b.send("undo", `{"transaction": "c2d5", "order": "2026-11-23/doordash/A117"}`, "")
	time.Sleep(12 * time.Minute) // nobody comes for 41
	b.tap("A1", shortly)
	b.order("42", 1, 25*time.Minute, burger)
	b.print(b.menu.cancelSlip(plan{number: "42", channel: 1}))
	time.Sleep(40 * time.Minute) // A117 is late
	b.order("43", 2, 25*time.Minute, burger)
	b.order("44", 2, 25*time.Minute, salad) // on the scale
	b.grams.Store(bagWeight)
	time.Sleep(5 * time.Minute)
	b.grams.Store(0)
	time.Sleep(5 * time.Minute)
}

// touches is what people do at screens.
func (b *contractShop) touches() {
	b.order("48", 2, 40*time.Minute, burger)
	id := time.Now().Format(time.DateOnly) + "/grubhub/48"
	for i, name := range []string{
		kitchen.CommandReady, kitchen.CommandHandOver, kitchen.CommandReturn, kitchen.CommandHandOver, kitchen.CommandRecall,
	} {
		r, err := b.house.touched(b.Context(), "pass", kitchen.Command{Transaction: fmt.Sprint("touch-", i), Name: name, Order: id})
		if err != nil || r.Error != "" || r.Order != id {
			b.Errorf("%s at a screen: got %+v and %v", name, r, err)
		}
		time.Sleep(10 * time.Second)
	}
}

// troubles is what happens to machines, and what else the retained topics can say.
func (b *contractShop) troubles() {
	b.scale.Unplug()
	time.Sleep(time.Minute)
	b.print(b.menu.cancelSlip(plan{number: "999", channel: 1}))
	time.Sleep(time.Minute)
	b.show("state", "board")
	b.scale.Replug()
	time.Sleep(time.Minute)
	b.broker.SetAnswer(func(m uplinktest.Message) uplinktest.Reply {
		if strings.HasSuffix(m.Topic, "/event/order.accepted") && bytes.Contains(m.Payload, []byte(`"order":"45"`)) {
			return uplinktest.HangUp
		}
		return uplinktest.Acknowledge
	})
	b.order("45", 0, 40*time.Minute, burger)
	time.Sleep(6 * time.Minute)
	b.show("state", "health")
	b.broker.Cut() // the last will
	time.Sleep(time.Minute)
}

// mistakes are commands that are not done.
func (b *contractShop) mistakes() {
	b.order("46", 0, 40*time.Minute, burger)
	b.order("46", 1, 40*time.Minute, burger)
	b.send("ready", `{"transaction":"e1","order":"43"}`, "")
	b.send("ready", `{"transaction":"e2","order":"43"}`, kitchen.CodeConflict)
	b.send("ready", `{"transaction":"e3","order":"999"}`, kitchen.CodeNotFound)
	b.send("ready", `{"transaction":"e4","order":"46"}`, kitchen.CodeAmbiguous)
	b.send("ready", `{"transaction":"e5"}`, codeMalformed)
	b.send("ready", `what`, codeMalformed)
	b.send("paint", `{"transaction":"e6"}`, kitchen.CodeUnknownCommand)
	b.send("templates.set", `{"transaction":"e7","templates":{"order.ready":{"customer":"Order {{.Order}}."}}}`, codeMalformed)
	b.send("order", `{"transaction":"e8","order":{"notes":"`+strings.Repeat("x", 64<<10)+`"}}`, codeTooLarge)
}

// again is what a back end asks for.
func (b *contractShop) again() {
	b.send("templates.set", `{
  "transaction": "7d1a",
  "language": "en",
  "templates": {"order.ready": {"customer": "{{if .Order}}Order {{.Order}}{{else}}Your order{{end}} is on the shelf."}}
}`, "")
	b.send("templates.get", `{"transaction": "7d1b"}`, "")
	b.send("ping", `{"transaction": "0001"}`, "")
	b.send("health", `{"transaction": "0002"}`, "")
	b.send("config.get", `{"transaction": "0003"}`, "")
	log := b.house.buffer.ID()
	b.send("resend", fmt.Sprintf(`{"transaction": "0004", "from": 1, "to": 20, "log_id": "%s"}`, log), "")
	time.Sleep(time.Minute)
	b.send("ack", fmt.Sprintf(`{"transaction": "0005", "log_id": "%s", "seq": 20}`, log), "")
	b.broker.SetMute(true) // so that what is sent again is under way for ever
	for n := range 1 + maxResends + 1 {
		code := ""
		if n > maxResends {
			code = kitchen.CodeBusy
		}
		b.send("resend", fmt.Sprintf(`{"transaction":"busy %d","from":1,"to":20}`, n), code)
	}
	b.broker.SetMute(false)
	b.broker.Cut()
	time.Sleep(time.Minute)
}

// fullLog is what only a shop says that does not take every command, and has no room
// left: no broker gets that, or there would be room again.
func (b *contractShop) fullLog() {
	b.conf.Log.MaxSize = 1 << 20
	b.conf.MQTT.Commands = []string{"ready"}
	b.up()
	time.Sleep(time.Minute)
	b.order("41", 0, 40*time.Minute, burger)
	b.send("config.get", `{"transaction":"f1"}`, codeDisabled)
	b.broker.SetDown(true)
	b.fill(400, 1)
	reply := b.house.command(b.Context(), "ready", []byte(`{"transaction":"f2","order":"41"}`))
	b.cancel()
	if err := <-b.ended; err != nil {
		b.Error(err)
	}
	late := b.house.command(b.Context(), "ready", []byte(`{"transaction":"f3","order":"41"}`))
	for _, body := range [][]byte{reply, late} {
		b.unheard = append(b.unheard, uplinktest.Message{Topic: contractRoot + "reply/ready", Payload: body, QoS: 1})
	}
	b.broker.Close()
}
