package test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"readyshelf/device/virtual"
)

// expected is what a layout of the corpus says, in its own words.
type expected struct {
	Encoding string `json:"store_encoding"`
	Tickets  []struct {
		Kind    string   `json:"kind"`
		Channel string   `json:"channel"`
		Seq     string   `json:"seq"`
		OrderNo string   `json:"order_no"`
		Table   string   `json:"table"`
		Items   []item   `json:"items"`
		PII     []string `json:"pii"`
	} `json:"tickets"`
}

type item struct {
	Qty  int      `json:"qty"`
	Name string   `json:"name"`
	Mods []string `json:"mods"`
}

// order is the data of an alert.
type order struct {
	Number  string `json:"order"`
	Channel string `json:"channel"`
	Table   string `json:"table"`
	Items   []item `json:"items"`
}

// shop is a running daemon with a printer for each encoding and a scale.
type shop struct {
	*process
	dir      string
	db       string
	printers map[string]string // address by encoding
	scale    *virtual.Scale
}

func newShop(t *testing.T, b *broker) *shop {
	t.Helper()
	s := &shop{dir: t.TempDir(), printers: map[string]string{}}
	s.db = filepath.Join(s.dir, "data", "readyshelf.db")
	var err error
	if s.scale, err = virtual.NewScale(filepath.Join(s.dir, "scale")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var talking sync.WaitGroup
	talking.Go(func() { s.scale.Run(ctx, 50*time.Millisecond) })
	t.Cleanup(func() { cancel(); talking.Wait(); s.scale.Unplug() })
	var conf strings.Builder
	fmt.Fprintf(&conf, "store = \"test\"\ndevice = \"pi\"\ntimezone = \"Asia/Shanghai\"\ndata = %q\n", filepath.Join(s.dir, "data"))
	for _, encoding := range []string{"gb18030", "big5", "cp437"} {
		s.printers[encoding] = freePort(t)
		fmt.Fprintf(&conf, "[[printer]]\nname = %q\nlisten = %q\nencoding = %q\n", encoding, s.printers[encoding], encoding)
	}
	fmt.Fprintf(&conf, "[[scale]]\nname = \"s\"\nserial = %q\nprotocol = \"st-gs\"\nslot = \"S1\"\n", s.scale.Path)
	fmt.Fprintf(&conf, "[mqtt]\nbrokers = [\"tcp://%s\"]\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n", b.Addr)
	path := filepath.Join(s.dir, "readyshelf.toml")
	if err := os.WriteFile(path, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.process = start(t, binary, "run", "--config", path)
	return s
}

// print prints a job and waits until the daemon is there to take it.
func (s *shop) print(t *testing.T, encoding string, job []byte) {
	t.Helper()
	eventually(t, 10*time.Second, "the printer to take a job; the daemon said:\n"+s.out.String(), func() bool {
		return print(t.Context(), s.printers[encoding], job) == nil
	})
}

// layouts returns the names of the corpus' tickets, or skips.
func layouts(t *testing.T) []string {
	t.Helper()
	files, _ := filepath.Glob("../../shared/corpus/escpos/layouts/*.bin")
	if len(files) == 0 {
		t.Skip("no corpus beside this checkout: its tickets are not tried here")
	}
	return files
}

func readExpected(t *testing.T, bin string) (expected, []byte) {
	t.Helper()
	job, err := os.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	text, err := os.ReadFile(strings.TrimSuffix(bin, ".bin") + ".json")
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	return want, job
}

// TestTickets prints the corpus to the real program and reads the alerts from a
// real broker.
func TestTickets(t *testing.T) {
	files := layouts(t)
	b := newBroker(t)
	r := b.subscribe()
	s := newShop(t, b)

	var pii []string
	right, slips := 0, 0
	for _, bin := range files {
		want, job := readExpected(t, bin)
		for _, tk := range want.Tickets {
			pii = append(pii, tk.PII...)
		}
		seen := len(r.orders(t, "order.accepted"))
		s.print(t, want.Encoding, job)
		switch want.Tickets[0].Kind {
		case "urge", "void", "cancel":
			continue // what they do is looked at below
		}
		slips++
		accepted := func() bool { return len(r.orders(t, "order.accepted")) > seen }
		if within(5*time.Second, accepted) && sameOrder(t, filepath.Base(bin), r.orders(t, "order.accepted")[seen], want) {
			right++
		}
	}
	t.Logf("%d of %d order slips became the right order", right, slips)
	if slips != 12 || right < 10 {
		t.Errorf("%d of %d order slips became the right order, want 10 of 12", right, slips)
	}

	// What the urge and the void slip did shows on the board; so do all three cups.
	if !within(15*time.Second, func() bool {
		b := r.board(t)
		return b["12 meituan"].Urged == 1 && b["00123 dine-in"].Items[0].Qty == 1 && len(b["M15 "].Items) == 3
	}) {
		t.Errorf("an urge, a void or three cups do not show on the board: %+v", r.board(t))
	}
	s.weighed(t, r)

	s.end(syscall.SIGTERM)
	for _, secret := range pii {
		for where, text := range s.traces(t, r) {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%q is in %s", secret, where)
			}
		}
	}
}

// sameOrder compares an order with what the slip says.
func sameOrder(t *testing.T, name string, got order, want expected) bool {
	t.Helper()
	first := want.Tickets[0]
	w := order{Number: cmp.Or(first.Seq, first.OrderNo), Channel: first.Channel, Table: first.Table, Items: first.Items}
	if diff := gocmp.Diff(w, got, cmpopts.EquateEmpty()); diff != "" {
		t.Logf("%s: want -, got +\n%s", name, diff)
		return false
	}
	return true
}

// orders returns the data of all alerts of one type, duplicates left out.
func (r *reader) orders(t *testing.T, kind string) []order {
	t.Helper()
	var out []order
	seen := map[string]bool{}
	for _, m := range r.events() {
		if m.Type != "readyshelf."+kind+".v1" || seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		var o order
		if err := json.Unmarshal(m.Data, &o); err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

// boardOrder is an open order on the board.
type boardOrder struct {
	order
	Urged int `json:"urged"`
}

// board returns the newest state/board, by number and channel.
func (r *reader) board(t *testing.T) map[string]boardOrder {
	t.Helper()
	out := map[string]boardOrder{"00123 dine-in": {order: order{Items: []item{{}}}}}
	for _, m := range r.all() {
		if !strings.HasSuffix(m.Topic, "/state/board") {
			continue
		}
		var b struct {
			Orders []boardOrder `json:"orders"`
		}
		if err := json.Unmarshal(m.Raw, &b); err != nil {
			t.Fatal(err)
		}
		for _, o := range b.Orders {
			out[o.Number+" "+o.Channel] = o
		}
	}
	return out
}

// weighed puts the first order on the scale and takes it away.
func (s *shop) weighed(t *testing.T, r *reader) {
	for _, step := range []struct {
		grams int
		kind  string
	}{{850, "order.ready"}, {-850, "order.picked_up"}} {
		s.scale.Put(step.grams)
		eventually(t, 10*time.Second, step.kind+" from the scale", func() bool { return len(r.orders(t, step.kind)) == 1 })
	}
}

// traces returns everything that the daemon left anywhere.
func (s *shop) traces(t *testing.T, r *reader) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"the program's log": []byte(s.out.String())}
	for i, m := range r.all() {
		out[fmt.Sprintf("message %d on %s", i, m.Topic)] = m.Raw
	}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
