package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// What the back end has for good is told once, and stays through a restart.
func TestAckCommand(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		body := fmt.Sprintf(`{"transaction":"a","log_id":%q,"seq":2}`, b.house.buffer.ID())
		for range 2 {
			if got := b.ask("ack", body); got.Data["released"] != 2.0 {
				t.Errorf("got %+v, want 2 released", got)
			}
		}
		if got := b.ask("ack", strings.Replace(body, `"seq":2`, `"seq":1`, 1)); got.Data["released"] != 2.0 {
			t.Errorf("an older watermark: got %+v, want 2 released", got)
		}
		b.restart(time.Second)
		if got := b.house.buffer.Released(); got != 2 {
			t.Errorf("after a restart %d are released, want 2", got)
		}
	})
}

// What the broker had is sent again under its old id, once for each time it is asked
// for; what it never had is not.
func TestResendCommand(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		for _, c := range []struct {
			args string
			want map[string]any
		}{
			{`"from":1,"to":99`, map[string]any{"from": 1.0, "to": float64(b.house.buffer.Head()), "alerts": 2.0}},
			{`"from":1,"to":1`, map[string]any{"from": 1.0, "to": 1.0, "alerts": 0.0}},
			{`"from":1,"to":3,"log_id":"` + b.house.buffer.ID() + `"`, map[string]any{"from": 1.0, "to": 3.0, "alerts": 1.0}},
		} {
			if diff := cmp.Diff(c.want, b.ask("resend", `{"transaction":"a",`+c.args+`}`).Data); diff != "" {
				t.Errorf("%s: want -, got +\n%s", c.args, diff)
			}
			time.Sleep(5 * time.Second)
		}
		var seen []string
		for _, m := range b.broker.Messages() {
			if strings.Contains(m.Topic, "/event/order.accepted") {
				v, err := uplink.Decode(m.Payload)
				if err != nil {
					t.Fatal(err)
				}
				seen = append(seen, fmt.Sprint(v.ID == "pi-"+b.house.buffer.ID()+"-3", v.Replayed))
			}
		}
		if diff := cmp.Diff([]string{"true false", "true true", "true true"}, seen); diff != "" {
			t.Errorf("the id of event 3, replayed: want -, got +\n%s", diff)
		}
		b.broker.SetDown(true)
		b.print(b.menu.job("#13 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		acked := float64(b.house.buffer.Cursor(followerName))
		if got := b.ask("resend", `{"transaction":"a","from":4,"to":99}`).Data; got["alerts"] != 1.0 || got["to"] != acked {
			t.Errorf("what waits for the broker: got %v, want order.soon, 4, and nothing behind %v", got, acked)
		}
		for range maxResends {
			b.ask("resend", `{"transaction":"a","from":1,"to":3}`)
		}
		if got := b.ask("resend", `{"transaction":"a","from":1,"to":3}`); got.Error.Code != kitchen.CodeBusy {
			t.Errorf("one too many: got %+v", got)
		}
		b.broker.SetDown(false)
		time.Sleep(time.Minute)
	})
}

// said returns the replies that reached the broker, by transaction.
func (b *bubble) said(name string) map[string][]asked {
	b.Helper()
	out := map[string][]asked{}
	for _, m := range b.broker.Messages() {
		if strings.HasSuffix(m.Topic, "/reply/"+name) {
			var r asked
			if err := json.Unmarshal(m.Payload, &r); err != nil || m.Retained {
				b.Errorf("reply %s, retained %v: %v", m.Payload, m.Retained, err)
			}
			out[r.Transaction] = append(out[r.Transaction], r)
		}
	}
	return out
}

// A ready from the cloud lights the lamp and raises one order.ready, though it comes
// three times, once more after a restart, and again after the power went.
func TestReadyThroughTheBroker(t *testing.T) {
	inBubble(t, func(b *bubble) {
		send := func(name, body string) {
			b.broker.Publish("readyshelf/v1/s/pi/cmd/"+name, []byte(body), false)
			time.Sleep(5 * time.Second)
		}
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		const ready = `{"transaction":"t1","order":"012","channel":"meituan"}`
		b.broker.Publish("readyshelf/v1/s/pi/cmd/ready", []byte(ready), false)
		b.broker.Publish("readyshelf/v1/s/pi/cmd/ready", []byte(ready), false)
		send("ready", ready)
		if lit := b.burns("A1"); lit[0] < 9*time.Second {
			t.Errorf("the lamp burnt for %v of 10 s, want as ready and sent", lit[0])
		}
		b.restart(time.Minute)
		time.Sleep(time.Minute)
		send("ready", ready)
		b.crash(1, time.Minute, time.Minute)
		time.Sleep(2 * time.Minute)
		send("ready", ready)
		send("undo", `{"transaction":"t2","order":"1999-12-31/meituan/12"}`)
		send("nonsense", `{"transaction":"t3"}`)

		if got := b.said("ready")["t1"]; len(got) != 5 {
			t.Errorf("%d replies to 5 commands: %+v", len(got), got)
		} else {
			for _, r := range got {
				if r.Status != "ok" || r.Data["order_id"] != "1999-12-31/meituan/12" || r.Epoch != b.house.buffer.ID() {
					t.Errorf("got the reply %+v", r)
				}
			}
		}
		if r := b.said("undo")["t2"]; len(r) != 1 || r[0].Status != "ok" {
			t.Errorf("undo: got %+v", r)
		}
		if r := b.said("nonsense")["t3"]; len(r) != 1 || r[0].Error.Code != kitchen.CodeUnknownCommand {
			t.Errorf("nonsense: got %+v", r)
		}
		time.Sleep(time.Minute)
		b.end()
		b.delivered()
		counts := map[kitchen.AlertType]int{}
		for _, line := range b.accepted {
			var e kitchen.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if a := e.Alert; a != nil {
				counts[a.Type]++
				if a.Type == kitchen.OrderReady && (a.Evidence != "command" || a.Input != "cloud") {
					t.Errorf("ready by %s of %s", a.Evidence, a.Input)
				}
			}
		}
		if counts[kitchen.OrderReady] != 1 || counts[kitchen.OrderReadyUndone] != 1 {
			t.Errorf("got alerts %v, want one ready and one undone", counts)
		}
	})
}
