package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// Another box with our name is a fault that names it, and ends when it is gone.
func TestTwin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.up()
		time.Sleep(time.Minute)
		topic := "readyshelf/v1/s/pi/state/health"
		b.broker.SetAnswer(func(uplinktest.Message) uplinktest.Reply { return uplinktest.HangUp })
		b.broker.Cut()
		time.Sleep(15 * time.Second)
		b.broker.Publish(topic, fmt.Appendf(nil, `{"board":"20000000other","clock":"synced","at":%q}`, time.Now().UTC().Format(time.RFC3339)), true)
		b.broker.SetAnswer(nil)
		time.Sleep(3 * time.Minute)
		faults := b.house.view.get().Faults
		if len(faults) != 1 || faults[0].Device != twinDevice || !strings.Contains(faults[0].Remedy, "switch off") {
			t.Fatalf("the faults are %+v", faults)
		}
		if said := lastHealth(t, b, topic); said.Twin != "20000000other" || said.Board != "10000000a3f7c2d1" || said.Faults != 1 {
			t.Errorf("it says board %q, twin %q, %d faults", said.Board, said.Twin, said.Faults)
		}
		time.Sleep(15 * time.Minute)
		if faults := b.house.view.get().Faults; len(faults) > 0 {
			t.Errorf("the faults still are %+v", faults)
		}
		if said := lastHealth(t, b, topic); said.Twin != "" || said.Faults != 0 {
			t.Errorf("it still says twin %q, %d faults", said.Twin, said.Faults)
		}
		var alerts []kitchen.AlertType
		for _, line := range b.accepted {
			var e kitchen.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if e.Alert != nil && e.Alert.Device == twinDevice {
				alerts = append(alerts, e.Alert.Type)
			}
		}
		if len(alerts) != 2 || alerts[0] != kitchen.DeviceFault || alerts[1] != kitchen.DeviceRecovered {
			t.Errorf("the alerts are %v, want one fault and one end of it", alerts)
		}
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

// What stands at the broker under our name is ours, or of nobody, as a rule.
func TestHearTwin(t *testing.T) {
	b := newBubble(t, 1)
	h, err := openHouse(b.conf, b.world())
	if err != nil {
		t.Fatal(err)
	}
	defer h.buffer.Close()
	for _, body := range []string{``, `nothing`, `{}`, `{"board":""}`, `{"board":"10000000a3f7c2d1"}`, `{"board":"a b"}`,
		`{"board":"old","clock":"synced","at":"1999-12-31T00:00:00Z"}`} {
		if h.hearTwin([]byte(body)); h.twin.board() != "" {
			t.Errorf("%s is of a twin %q", body, h.twin.board())
		}
	}
	if h.hearTwin([]byte(`{"board":"other"}`)); h.twin.board() != "other" {
		t.Errorf("the twin is %q", h.twin.board())
	}
}

// lastHealth is what the broker keeps as the health state.
func lastHealth(t *testing.T, b *bubble, topic string) (said health) {
	t.Helper()
	if err := json.Unmarshal(b.broker.Retained(topic), &said); err != nil {
		t.Fatal(err)
	}
	return said
}
