package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// A broker that hangs up on one alert gets all others, and a gap that names it.
func TestPoisonIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		defer b.broker.Close()
		b.broker.SetAnswer(func(m uplinktest.Message) uplinktest.Reply {
			if strings.Contains(m.Topic, "/event/") && bytes.Contains(m.Payload, []byte("poison")) {
				return uplinktest.Lose
			}
			return uplinktest.Acknowledge
		})
		b.up()
		time.Sleep(time.Second)
		for _, device := range []string{"scale/good", "scale/poison", "scale/fine"} {
			fault := b.house.clock().Fact(device)
			fault.Fault = &kitchen.Fault{Device: device, Text: "silent"}
			if err := b.house.buffer.Append(t.Context(), fault); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(20 * time.Minute)
		seen := map[string]bool{}
		var gap *kitchen.Gap
		for _, m := range b.broker.Messages() {
			v, err := uplink.Decode(m.Payload)
			if err != nil {
				continue // a state
			}
			seen[v.Data.Device] = true
			if v.Data.Alert.Type == kitchen.RecordsMissing {
				gap = v.Data.Gap
			}
		}
		if !seen["scale/good"] || !seen["scale/fine"] || seen["scale/poison"] {
			t.Errorf("the broker took alerts of %v, want all but the poison", seen)
		}
		if gap == nil || gap.From != gap.To || gap.Class != "refused" || gap.Alerts != 1 {
			t.Errorf("gap %+v, want one alert that was refused", gap)
		}
		if head, acked := b.house.buffer.Head(), b.house.buffer.Cursor(followerName); acked != head {
			t.Errorf("the cursor is at %d of %d", acked, head)
		}
		b.cancel()
		b.down()
	})
}

// A full log whose first alert no broker takes comes out of it: what tells of that
// alert waits for the room that only passing it makes.
func TestPoisonInAFullLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Log.MaxSize = 4 << 20
		b.broker.SetDown(true)
		b.up()
		time.Sleep(time.Second)
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		b.fill(4000, 1) // to the last byte
		poison := ""
		b.broker.SetAnswer(func(m uplinktest.Message) uplinktest.Reply {
			if !strings.Contains(m.Topic, "/event/") {
				return uplinktest.Acknowledge
			}
			v, err := uplink.Decode(m.Payload)
			if poison == "" {
				poison = v.ID
			}
			if err != nil || v.ID == poison {
				return uplinktest.Lose
			}
			return uplinktest.Acknowledge
		})
		b.broker.SetDown(false)
		time.Sleep(30 * time.Minute)
		if head, sent := b.house.buffer.Head(), b.house.buffer.Cursor(followerName); sent < head {
			t.Errorf("the broker has %d of %d events", sent, head)
		}
		told := 0
		for _, m := range b.broker.Messages() {
			if strings.Contains(string(m.Payload), `"class":"refused"`) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the cloud was told %d times of what was set aside, want once", told)
		}
		b.cancel()
		if err := <-b.ended; err != nil {
			t.Error(err)
		}
		b.broker.Close()
	})
}
