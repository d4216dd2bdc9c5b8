package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"readyshelf/sync/uplink"
	"readyshelf/sync/uplink/uplinktest"
)

// cloud is a broker at a real address.
type cloud struct {
	uplinktest.Broker
	addr string
	away atomic.Bool
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{addr: ln.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if c.away.Load() {
				conn.Close()
				continue
			}
			serving.Go(func() { c.Serve(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		c.SetDown(true)
		serving.Wait()
	})
	return c
}

// setAway refuses connections and hangs up, or takes them again.
func (c *cloud) setAway(away bool) {
	c.away.Store(away)
	c.SetDown(away)
}

// heard is an alert as the broker got it.
type heard struct {
	uplink.Envelope
	body string // what must be the same each time
}

// alerts are all that the broker got, in order.
func (c *cloud) alerts(t *testing.T) (all []heard) {
	t.Helper()
	for _, m := range c.Messages() {
		if !strings.Contains(m.Topic, "/event/") {
			continue
		}
		v, err := uplink.Decode(m.Payload)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(v.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, heard{v, v.Type + v.Time + v.Sequence + string(data)})
	}
	return all
}

// accepted counts the orders that the broker was told of, by their number.
func (c *cloud) accepted(t *testing.T) map[string]int {
	got := map[string]int{}
	for _, a := range c.alerts(t) {
		if a.Type == "readyshelf.order.accepted.v1" {
			got[a.Data.Number]++
		}
	}
	return got
}

// shopBox is a box with the packaged layout: a folder of configuration and one of data.
type shopBox struct {
	t             *testing.T
	dir, conf     string
	printer, page string
}

func newShopBox(t *testing.T, broker string) *shopBox {
	t.Helper()
	s := &shopBox{t: t, dir: t.TempDir(), printer: freePort(t), page: freePort(t)}
	s.conf = filepath.Join(s.dir, "etc", "readyshelf.toml")
	s.write("etc/mqtt.password", "geheim\n")
	s.write("etc/readyshelf.toml", fmt.Sprintf(`store = "test"
encoding = "cp437"
data = %q
[[printer]]
name = "kitchen"
listen = %q
[mqtt]
brokers = ["tcp://%s"]
username = "box"
password_file = "mqtt.password"
[board]
listen = %q
[metrics]
listen = ""
`, filepath.Join(s.dir, "data"), s.printer, broker, s.page))
	return s
}

func (s *shopBox) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// order prints a slip.
func (s *shopBox) order(number int) {
	s.t.Helper()
	job := fmt.Appendf(nil, "Order #%d\n2x Soup\n\x1dV\x01", number)
	eventually(s.t, 10*time.Second, "the printer", func() bool { return print(s.t.Context(), s.printer, job) == nil })
}

// open are the open orders on the kitchen's page.
func (s *shopBox) open() (numbers []string) {
	resp, err := http.Get("http://" + s.page + "/board.json")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	var page struct {
		Board struct {
			Orders []struct {
				Order string `json:"order"`
			} `json:"orders"`
		} `json:"board"`
	}
	if json.Unmarshal(body, &page) != nil {
		return nil
	}
	for _, o := range page.Board.Orders {
		numbers = append(numbers, o.Order)
	}
	return numbers
}

// verb runs the program, which must do what it is told.
func verb(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestBoxSwap takes a backup of a box under load and lets it work on, and restores it on
// another one. The cloud then never sees one id with two bodies, gets what the backup
// had not sent, and the open orders of the backup are there.
func TestBoxSwap(t *testing.T) {
	c := newCloud(t)
	old := newShopBox(t, c.addr)
	old.write("data/identity", "box-1\n")
	p := start(t, binary, "run", "--config", old.conf)
	for n := range 20 {
		old.order(100 + n)
	}
	eventually(t, 20*time.Second, "20 orders in the cloud", func() bool { return len(c.accepted(t)) == 20 })
	c.setAway(true)
	for n := range 5 {
		old.order(200 + n) // unsent when the backup is taken
	}
	var printed atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		for n := 300; ; n++ {
			select {
			case <-stop:
				return
			default:
				old.order(n)
				printed.Add(1)
			}
		}
	})
	eventually(t, 20*time.Second, "some load", func() bool { return printed.Load() > 3 })
	backup := filepath.Join(old.dir, "box.tar.gz")
	verb(t, "backup", "--config", old.conf, backup)
	before := printed.Load()
	eventually(t, 20*time.Second, "100 orders more", func() bool { return printed.Load() > before+100 })
	close(stop)
	load.Wait()
	c.setAway(false)
	all := 25 + int(printed.Load())
	eventually(t, 60*time.Second, "all orders in the cloud", func() bool { return len(c.accepted(t)) == all })
	p.end(syscall.SIGTERM)
	seen := len(c.alerts(t))

	fresh := newShopBox(t, c.addr)
	data := filepath.Join(fresh.dir, "swapped")
	out := verb(t, "restore", "--config-dir", filepath.Join(fresh.dir, "etc"), "--data", data, backup)
	if !strings.Contains(out, "device box-1") {
		t.Errorf("restore said\n%s", out)
	}
	fresh.printer, fresh.page = old.printer, old.page // as the configuration in the backup says
	p = start(t, binary, "run", "--config", fresh.conf)
	fresh.order(998)
	eventually(t, 20*time.Second, "a new order in the cloud", func() bool { return c.accepted(t)["998"] == 1 })
	p.end(syscall.SIGTERM) // its start is an event: alerts get the seqs between those of before
	p = start(t, binary, "run", "--config", fresh.conf)
	fresh.order(999)
	eventually(t, 20*time.Second, "the new order in the cloud", func() bool { return c.accepted(t)["999"] == 1 })
	open := fresh.open()
	p.end(syscall.SIGTERM)
	if out := verb(t, "log", "check", filepath.Join(data, "readyshelf.db")); !strings.Contains(out, "is whole") {
		t.Errorf("log check said %s", out)
	}

	checkOpen(t, open, all)
	checkSaid(t, c.alerts(t), seen)
	again := c.accepted(t)
	for n := range 5 {
		if got := again[strconv.Itoa(200+n)]; got != 2 {
			t.Errorf("order %d, unsent in the backup, came %d times, want 2", 200+n, got)
		}
	}
	if again["100"] != 1 {
		t.Errorf("order 100, sent before the backup, came %d times", again["100"])
	}
}

// checkOpen wants the orders of the backup: all up to some time in the load, and the new
// one.
func checkOpen(t *testing.T, open []string, all int) {
	t.Helper()
	for n := range 20 {
		if !slices.Contains(open, strconv.Itoa(100+n)) {
			t.Errorf("order %d is not open any more", 100+n)
		}
	}
	for n := range 5 {
		if !slices.Contains(open, strconv.Itoa(200+n)) {
			t.Errorf("order %d is not open any more", 200+n)
		}
	}
	if len(open) < 30 || len(open) > all-50 || !slices.Contains(open, "999") {
		t.Errorf("%d orders are open: %v", len(open), open)
	}
}

// checkSaid wants each id to say one thing, and the new log's sequence to have no hole;
// before is how many alerts the old box sent.
func checkSaid(t *testing.T, all []heard, before int) {
	t.Helper()
	bodies, epochs := map[string]string{}, map[string]bool{}
	for _, a := range all[:before] {
		bodies[a.ID], epochs[a.Epoch] = a.body, true
	}
	next := uint64(1)
	var gaps []string
	for _, a := range all[before:] {
		if first, again := bodies[a.ID]; again && first != a.body {
			t.Errorf("%s says two things:\n%s\n%s", a.ID, first, a.body)
		}
		bodies[a.ID] = a.body
		if a.Data.Gap != nil {
			gaps = append(gaps, a.Data.Gap.Class+" "+a.Data.Gap.Reason)
		}
		if a.Source != "//readyshelf/test/box-1" {
			t.Errorf("%s is of %s", a.ID, a.Source)
		}
		if epochs[a.Epoch] {
			continue // what the backup had not sent
		}
		if a.Sequence != fmt.Sprintf("%020d", next) {
			t.Errorf("alert %s of the new epoch, want %d", a.Sequence, next)
		}
		next++
	}
	if len(epochs) != 1 || len(gaps) != 1 || !strings.HasPrefix(gaps[0], "log restored from a backup") {
		t.Errorf("%d epochs before; the gaps say %v", len(epochs), gaps)
	}
}
