package debian_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// till prints order after order in a machine, and knocks at port 9100 every 50 ms.
type till struct {
	t *testing.T
	p *rig.Process
}

// often is how often a till prints that has much to do.
const often = 300 * time.Millisecond

// startTill starts a till whose first order is 1, and that prints one every so often.
func startTill(t *testing.T, m *rig.Machine, every time.Duration) *till {
	t.Helper()
	k := &till{t, m.Start("/run/rig/till 127.0.0.1:9100 1 %s", every)}
	k.prints(3, 0)
	return k
}

// receipts is what a till has said.
type receipts struct {
	orders  []time.Duration // when the printer said that it has order 1, 2, …
	refused []time.Duration // when nobody listened
	failed  []string
	knocks  int
}

// read returns what the till has said so far.
func (k *till) read() (r receipts) {
	k.t.Helper()
	said := k.p.Output()
	said = said[:strings.LastIndex(said, "\n")+1]
	for line := range strings.Lines(said) {
		var n int
		var up float64
		switch {
		case scans(line, "order %d %f", &n, &up):
			r.orders = append(r.orders, seconds(up))
			if n != len(r.orders) {
				k.t.Fatalf("the till says %q after order %d", line, len(r.orders)-1)
			}
		case scans(line, "refused %f", &up):
			r.refused = append(r.refused, seconds(up))
		case strings.HasPrefix(line, "failed "):
			r.failed = append(r.failed, line)
		case !scans(line, "knocks %d", &r.knocks):
			k.t.Fatalf("the till says %q", line)
		}
	}
	return r
}

// prints waits until so many orders have been stored since the machine's uptime was
// from, and returns when the first of them was.
func (k *till) prints(n int, from time.Duration) time.Duration {
	k.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		all := k.read().orders
		for i, up := range all {
			if up > from && len(all)-i >= n {
				return up
			}
		}
	}
	k.t.Fatalf("the till does not get its orders printed: %s", k.p.Output())
	return 0
}

// stop stops the till and checks its receipts against the log: nobody was refused, and
// what the printer said it had is there.
func (k *till) stop(m *rig.Machine) receipts {
	k.t.Helper()
	k.p.Write(nil)
	if rc, err := k.p.Wait(patience); rc != 0 || err != nil {
		k.t.Fatalf("the till ends with %d, %v: %s", rc, err, k.p.Output())
	}
	r := k.read()
	if len(r.refused) > 0 {
		k.t.Errorf("the port refused %d times, at first at %s", len(r.refused), r.refused[0])
	}
	logged, lost := orders(readLog(k.t, m)), 0
	for n := range r.orders {
		if logged[fmt.Sprint(n+1)] == 0 {
			lost++
		}
	}
	if lost > 0 {
		k.t.Errorf("of %d orders that the printer said it had, the log lacks %d", len(r.orders), lost)
	}
	k.t.Logf("%d orders stored, none lost; %d knocks, none refused; %d jobs were cut off and came again", len(r.orders), r.knocks, len(r.failed))
	return r
}

func scans(line, format string, to ...any) bool {
	n, err := fmt.Sscanf(line, format, to...)
	return err == nil && n == len(to)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
