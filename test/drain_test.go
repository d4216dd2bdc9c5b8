package test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
)

// backlog fills the log of a galley with alerts that no broker has had.
func backlog(t *testing.T, path string, alerts int) {
	t.Helper()
	opts := smallLog(filepath.Dir(path), newKitchen(), 1)
	opts.MaxSize, opts.Prefill, opts.Tick = 0, 0, 0
	unsent(t, opts, func(ctx context.Context, l *buffer.Log) error {
		const together = 200
		for n := 0; n < alerts; n += together {
			var batch []kitchen.Event
			for i := range together / 2 {
				device := fmt.Sprintf("scale/%d", i)
				broken, well := opts.Now().Fact(device), opts.Now().Fact(device)
				broken.Fault, well.Recovered = &kitchen.Fault{Device: device, Text: "unplugged"}, &kitchen.Recovered{Device: device}
				batch = append(batch, broken, well)
			}
			if err := l.Append(ctx, batch...); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestDrain kills a broker twice while a day's backlog drains into it. A PUBACK of
// mosquitto is a promise in its memory: what it had acknowledged and not passed on
// dies with it. The reader sees the hole, asks for it again as the contract says, and
// then has everything, each under the id that it always had.
func TestDrain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	const alerts = 20_000
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b, filepath.Join(torture(t), "data"), "")
	backlog(t, k.db, alerts)
	p := start(t, binary, "run", "--config", k.conf)
	for _, part := range []uint64{4, 2} {
		acked, head := k.until("a part of the backlog to be acknowledged", func(acked, head uint64) bool { return acked >= head/part })
		if acked == head {
			t.Error("the backlog had drained before the broker was killed: this proves nothing")
		}
		b.Kill()
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
	}
	k.until("the broker to have everything", func(acked, head uint64) bool { return acked == head })
	events := dump(t, k.db)
	first := r.events()
	holes := missing(events, first)
	t.Logf("%d alerts, %d messages; %d alerts died with the broker that had acknowledged them", alerts, len(first), len(holes))
	wrong, _ := audit(first) // what is missing is the broker's doing, what is wrong is ours
	if len(holes) > 0 {
		r.resend(t, holes[0], holes[len(holes)-1])
	}
	if !within(30*time.Second, func() bool { return len(missing(events, r.events())) == 0 }) {
		t.Errorf("%d alerts never came; the daemon said\n%s", len(missing(events, r.events())), p.out.String())
	}
	p.end(syscall.SIGTERM)
	again, missed := audit(sorted(r.events()))
	for _, w := range append(wrong, again...) {
		t.Error(w)
	}
	if missed > 0 || len(events) < 2*alerts {
		t.Errorf("the log has %d events, want two for each of %d alerts; %d are missing at the reader", len(events), alerts, missed)
	}
}

// until waits until ok says so of how far the broker has acknowledged the log.
func (k *galley) until(what string, ok func(acked, head uint64) bool) (acked, head uint64) {
	k.t.Helper()
	socket := filepath.Join(filepath.Dir(k.db), "control.sock")
	c := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	defer c.CloseIdleConnections()
	var health struct{ Head, Acknowledged uint64 }
	eventually(k.t, 2*time.Minute, what, func() bool {
		resp, err := c.Get("http://readyshelf/health")
		if err != nil {
			return false // it is not there yet
		}
		defer resp.Body.Close()
		return json.NewDecoder(resp.Body).Decode(&health) == nil && ok(health.Acknowledged, health.Head)
	})
	return health.Acknowledged, health.Head
}

// sorted puts messages in the order of their sequence, repetitions in the order in
// which they came.
func sorted(messages []message) []message {
	slices.SortStableFunc(messages, func(a, b message) int { return strings.Compare(a.Sequence, b.Sequence) })
	return messages
}
