package test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// worded is what an order.accepted says to people.
type worded struct {
	Order string `json:"order"`
	Texts struct{ Version, Courier, Customer string }
}

// wording is a store with a real broker, and a reader that speaks for the cloud.
type wording struct {
	*testing.T
	*reader
	printer, root string
	orders        int
}

// order prints the slip of the next order, and returns how its acceptance was said.
func (w *wording) order() (said worded) {
	w.Helper()
	w.orders++
	number := fmt.Sprint("A", 100+w.orders)
	if err := print(w.Context(), w.printer, []byte("DoorDash Order #"+number+"\n2x Soup\n\x1dV\x01")); err != nil {
		w.Fatal(err)
	}
	eventually(w.T, 10*time.Second, "order "+number, func() bool {
		for _, m := range w.events() {
			if strings.HasSuffix(m.Topic, "order.accepted") && json.Unmarshal(m.Data, &said) == nil && said.Order == number {
				return true
			}
		}
		return false
	})
	return said
}

// set sends templates.set, and returns its reply and how long it took.
func (w *wording) set(transaction, templates string) (reply struct {
	Status string
	Error  struct{ Code, Text string }
	Data   struct{ Version string }
}, took time.Duration) {
	w.Helper()
	began := time.Now()
	w.client.Publish(w.root+"/cmd/templates.set", 0, false, fmt.Sprintf(`{"transaction":%q,"templates":%s}`, transaction, templates))
	eventually(w.T, 10*time.Second, "the reply to templates.set", func() bool {
		for _, m := range w.all() {
			if strings.HasSuffix(m.Topic, "/reply/templates.set") && strings.Contains(string(m.Raw), `"`+transaction+`"`) {
				took = time.Since(began)
				return json.Unmarshal(m.Raw, &reply) == nil
			}
		}
		return false
	})
	return reply, took
}

// New sentences are in the next message and outlive the daemon; bad ones leave the old.
// With the binary, a real broker and a real disk.
func TestSentences(t *testing.T) {
	for language, says := range map[string]struct{ shipped, template, own string }{
		"en": {"DoorDash order A101 is accepted.", `Fetch {{or .Order \"it\"}}.`, "Fetch A%d."},
		"zh": {"DoorDash订单 A101 已接单。", `请取{{if .Order}} {{.Order}}{{else}}餐{{end}}。`, "请取 A%d。"},
	} {
		t.Run(language, func(t *testing.T) {
			b, printer := newBroker(t), freePort(t)
			w := &wording{T: t, reader: b.subscribe(), printer: printer, root: "readyshelf/v1/test/pi"}
			conf := write(t, "readyshelf.toml", fmt.Sprintf(`
store = "test"
device = "pi"
language = %q
encoding = "utf8"
data = %q
[[printer]]
name = "kitchen"
listen = %q
[mqtt]
brokers = ["tcp://%s"]
[board]
listen = ""
[metrics]
listen = ""
`, language, filepath.Join(t.TempDir(), "data"), printer, b.Addr))
			up := func() *process {
				p := start(t, binary, "run", "--config", conf)
				eventually(t, 10*time.Second, "the printer", func() bool { return print(t.Context(), printer, nil) == nil })
				return p
			}
			p := up()
			if got := w.order(); got.Texts.Courier != says.shipped || !strings.HasPrefix(got.Texts.Version, language+"-") {
				t.Errorf("as shipped: got %+v, want %q", got, says.shipped)
			}
			reply, took := w.set("first", `{"order.accepted":{"courier":"`+says.template+`"}}`)
			next := w.order()
			t.Logf("%s: templates.set answered after %v, with the version %s", language, took.Round(time.Millisecond/10), reply.Data.Version)
			if want := fmt.Sprintf(says.own, 102); reply.Status != "ok" || next.Texts.Courier != want || next.Texts.Version != reply.Data.Version {
				t.Errorf("after %+v: got %+v, want %q", reply, next, want)
			}
			if bad, _ := w.set("second", `{"order.accepted":{"courier":"Order {{.Order}}."}}`); bad.Error.Code != "malformed" || !strings.Contains(bad.Error.Text, "line 1: {{.Order}} may be missing") {
				t.Errorf("a bad one: got %+v", bad)
			}
			p.end(syscall.SIGTERM)
			up()
			if got, want := w.order(), fmt.Sprintf(says.own, 103); got.Texts.Courier != want || got.Texts.Version != reply.Data.Version {
				t.Errorf("after a bad one and a restart: got %+v, want %q", got, want)
			}
			if back, _ := w.set("third", `{}`); back.Status != "ok" || !strings.Contains(w.order().Texts.Courier, strings.ReplaceAll(says.shipped, "A101", "A104")) {
				t.Errorf("the shipped ones again: got %+v", back)
			}
			w.check(t)
		})
	}
}
