package debian_test

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
	"readyshelf/test/rig"
)

// cloud is a subscriber at a broker on the host.
type cloud struct {
	port string

	mu     sync.Mutex
	alerts []uplink.Envelope
	seen   map[string]bool
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	broker := uplinktest.StartMosquitto(t, "allow_anonymous true", nil)
	c := &cloud{seen: map[string]bool{}}
	var err error
	if _, c.port, err = net.SplitHostPort(broker.Addr); err != nil {
		t.Fatal(err)
	}
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + broker.Addr).SetClientID("cloud"))
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	t.Cleanup(func() { client.Disconnect(0) })
	if token := client.Subscribe("readyshelf/v1/test/pi/event/#", 1, c.take); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	return c
}

// take notes the first sighting of each alert.
func (c *cloud) take(_ mqtt.Client, m mqtt.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, err := uplink.Decode(m.Payload()); err == nil && !c.seen[v.ID] {
		c.seen[v.ID] = true
		c.alerts = append(c.alerts, v)
	}
}

// has returns the alerts so far.
func (c *cloud) has() []uplink.Envelope {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.alerts)
}

// waits waits until ok.
func (c *cloud) waits(t *testing.T, what string, ok func([]uplink.Envelope) bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if ok(c.has()) {
			return
		}
	}
	t.Fatalf("the cloud has not got %s, only %d alerts", what, len(c.has()))
}

// brokers is the setting that names the cloud's broker.
func (c *cloud) brokers() string { return fmt.Sprintf(`["tcp://%s:%s"]`, rig.Host, c.port) }

// ready counts the alerts that say so of an order.
func ready(alerts []uplink.Envelope) (n int) {
	for _, a := range alerts {
		if a.Type == "readyshelf.order.ready.v1" {
			n++
		}
	}
	return n
}

// A press at the shelf becomes an alert at a broker outside.
func TestPress(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{Forward: []int{9100}})
	c := newCloud(t)
	configure(m, c.brokers(), "")
	if err := printFeast(m.Addr(9100), 1); err != nil {
		t.Fatal(err)
	}
	c.waits(t, "the order", func(a []uplink.Envelope) bool { return len(a) > 0 })
	began := time.Now()
	chip := shelf.In(m)
	if err := chip.Press(button, 60*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	c.waits(t, "the press", func(a []uplink.Envelope) bool { return ready(a) == 1 })
	t.Logf("from the press to the cloud: %d ms", time.Since(began).Milliseconds())
}

// Without a network alerts wait, and none is lost or overtaken.
func TestNetworkCut(t *testing.T) {
	t.Parallel()
	m := rig.Restore(t, shop(t), rig.Options{})
	c := newCloud(t)
	configure(m, c.brokers(), "")
	till := startTill(t, m, often)
	c.waits(t, "the first orders", func(a []uplink.Envelope) bool { return len(a) >= 3 })
	m.SetLink(false)
	cut, inTime := m.Uptime(), len(c.has())
	till.prints(20, cut)
	buffered := len(c.has())
	m.SetLink(true)
	till.prints(5, m.Uptime())
	orders := len(till.stop(m).orders)
	c.waits(t, "all orders", func(a []uplink.Envelope) bool { return len(a) >= orders })
	all := c.has()
	for i := 1; i < len(all); i++ {
		if before, a := number(t, all[i-1]), number(t, all[i]); a != before+1 {
			t.Errorf("after alert %d comes %d", before, a)
		}
	}
	t.Logf("%d alerts: %d before the cut, at least %d waited, all in order", len(all), inTime, orders-buffered-5)
	if buffered > inTime+2 {
		t.Errorf("without a network %d alerts got through", buffered-inTime)
	}
}

// number is the number of an alert among all alerts.
func number(t *testing.T, a uplink.Envelope) int {
	t.Helper()
	n, err := strconv.Atoi(a.Sequence)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
