package board

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// queue is a board of a shop where two platforms count from 1.
func queue() *kitchen.Board {
	b := lunch()
	ready := b.Orders[1]
	ready.Channel, ready.Table, ready.Notes, ready.ReadyAt = "meituan", "9", "王先生 13812345678", after(-9*time.Minute)
	first := ready
	first.ID, first.Number, first.Slot, first.ReadyAt = "c", "88", "A4", after(-10*time.Minute)
	nobody := ready
	nobody.ID, nobody.Number = "d", ""
	b.Orders = append(b.Orders[:1], ready, first, nobody)
	return b
}

// Couriers and guests see numbers and slots, and a channel where two have one number.
func TestPickup(t *testing.T) {
	got := pickupOf(queue())
	want := pickup{
		Preparing: []called{{Number: "88", Channel: "eleme"}},
		Ready:     []called{{Number: "88", Channel: "meituan", Slot: "A4"}, {Number: "17", Slot: "A2"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// Nothing else of an order is in what is sent to them, whatever an order has.
func TestPickupTellsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.board = queue()
		p := s.site()
		p.Now = func() time.Time { return noon }
		all := watchAt(t, p.Handler(), "/pickup/events").heard()
		if count(all, "state") != 1 || len(all) != 2 {
			t.Fatalf("got %v, want an edition and a state", all)
		}
		const want = `{"now":"2026-10-05T12:00:00+08:00",` +
			`"preparing":[{"number":"88","channel":"eleme"}],` +
			`"ready":[{"number":"88","channel":"meituan","slot":"A4"},{"number":"17","slot":"A2"}]}`
		if all[1].data != want {
			t.Errorf("got  %s\nwant %s", all[1].data, want)
		}
		for _, secret := range []string{"宫保", "微辣", "花生", "王", "138", "2026-10-05/", "table", "scale", "no route"} {
			if strings.Contains(all[0].data+all[1].data+all[1].id, secret) {
				t.Errorf("who waits for food is told %q", secret)
			}
		}
	})
}

// What order.pickup says is JSON, however odd a number is.
func TestPickupIsJSON(t *testing.T) {
	b := queue()
	b.Orders[0].Number = `8"</script>`
	f, err := newFrame(0, pickupOf(b))
	if err != nil || !json.Valid(f.data(noon)) || strings.Contains(string(f.rest), "<") {
		t.Errorf("got %s, %v", f.data(noon), err)
	}
}
