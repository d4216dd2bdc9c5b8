package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// tally counts what the log says against what a subscriber at the broker sees.
type tally struct {
	client mqtt.Client

	bell
	mu      sync.Mutex
	epoch   string
	sent    map[uint64]kitchen.AlertType // alerts committed, by seq
	got     map[uint64]int               // alerts received, by seq: how often
	open    map[string]bool              // orders
	p50     map[string]time.Time         // forecast at acceptance
	p85     map[string]time.Time
	off     []float64 // minutes between forecast and truth
	covered int
	closed  bool // the lunch is over
}

func newTally() *tally {
	return &tally{
		sent: map[uint64]kitchen.AlertType{}, got: map[uint64]int{}, open: map[string]bool{},
		p50: map[string]time.Time{}, p85: map[string]time.Time{},
	}
}

// subscribe connects a subscriber of its own to the broker.
func subscribe(ctx context.Context, broker *url.URL) (*tally, error) {
	t := newTally()
	root := "readyshelf/v1/demo/demo-pi/event/#"
	o := mqtt.NewClientOptions().AddBroker(broker.String()).SetClientID("readyshelf-demo-reader").
		SetProtocolVersion(4).SetConnectTimeout(5 * time.Second).SetCleanSession(true).
		SetOnConnectHandler(func(c mqtt.Client) { c.Subscribe(root, 1, t.receive) })
	t.client = mqtt.NewClient(o)
	token := t.client.Connect()
	select {
	case <-token.Done():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := token.Error(); err != nil {
		return nil, fmt.Errorf("reach the broker at %s: %w", broker.Host, err)
	}
	return t, nil
}

func (t *tally) hangUp() { t.client.Disconnect(100) }

// receive counts a message that the broker handed on.
func (t *tally) receive(_ mqtt.Client, m mqtt.Message) {
	v, err := uplink.Decode(m.Payload())
	if err != nil {
		return
	}
	seq, err := strconv.ParseUint(v.ID[strings.LastIndex(v.ID, "-")+1:], 10, 64)
	t.mu.Lock()
	if err == nil && (t.epoch == "" || v.Epoch == t.epoch) {
		t.epoch = v.Epoch
		t.got[seq]++
	}
	t.mu.Unlock()
	t.ring()
}

// count counts what was committed, and holds forecasts against the truth. What comes
// once the lunch is over stays in the log, to be sent when the daemon starts again.
func (t *tally) count(events []kitchen.Event, b *kitchen.Board) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	for _, e := range events {
		if e.Alert == nil {
			continue
		}
		t.sent[e.Seq] = e.Alert.Type
		switch id := e.Alert.ID; e.Alert.Type {
		case kitchen.OrderAccepted:
			t.open[id] = true
			t.foretold(id, b)
		case kitchen.OrderReady:
			t.truth(id, e.At)
		case kitchen.OrderPickedUp, kitchen.OrderCancelled, kitchen.OrderClosed:
			delete(t.open, id)
		}
	}
}

func (t *tally) foretold(id string, b *kitchen.Board) {
	for _, o := range b.Orders {
		if o.ID == id && o.P50 != nil && o.P85 != nil {
			t.p50[id], t.p85[id] = *o.P50, *o.P85
		}
	}
}

// truth holds the first ready of an order against its forecast.
func (t *tally) truth(id string, at time.Time) {
	p50, ok := t.p50[id]
	if !ok {
		return
	}
	t.off = append(t.off, at.Sub(p50).Abs().Minutes())
	if !at.After(t.p85[id]) {
		t.covered++
	}
	delete(t.p50, id)
}

// missing counts the alerts that the subscriber has not seen. The caller holds the lock.
func (t *tally) missing() int {
	n := 0
	for seq := range t.sent {
		if t.got[seq] == 0 {
			n++
		}
	}
	return n
}

// patience is how long the last alerts may take to the subscriber.
const patience = 30 * time.Second

// settle waits for the last alerts to arrive, and ends the count.
func (t *tally) settle(ctx context.Context) {
	limit := time.After(patience)
	over := false
	for {
		rung := t.wait()
		if t.close(over) {
			return
		}
		select {
		case <-ctx.Done():
			over = true
		case <-limit:
			over = true
		case <-rung:
		}
	}
}

// close ends the count if nothing is missing, or at once, and says whether it has.
func (t *tally) close(now bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = now || t.missing() == 0
	return t.closed
}

// report prints the summary; its last line is the promise.
func (t *tally) report(out io.Writer, w words) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kinds := map[kitchen.AlertType]int{}
	for _, k := range t.sent {
		kinds[k]++
	}
	fmt.Fprintf(out, w.summary, kinds[kitchen.OrderAccepted], len(t.sent), kinds[kitchen.OrderPickedUp], len(t.open))
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(out, w.alertCount, k, kinds[k])
	}
	if n := len(t.off); n > 0 {
		sum := 0.0
		for _, m := range t.off {
			sum += m
		}
		fmt.Fprintf(out, w.forecast, sum/float64(n), 100*float64(t.covered)/float64(n), n)
	} else {
		fmt.Fprint(out, w.noForecast)
	}
	again := 0
	for _, n := range t.got {
		again += n - 1
	}
	fmt.Fprintf(out, w.duplicates, again)
	fmt.Fprintf(out, "events lost: %d\n", t.missing())
}
