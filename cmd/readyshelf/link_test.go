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
