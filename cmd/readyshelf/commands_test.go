package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

// asked is a reply as its reader sees it.
type asked struct {
	Transaction, Status string
	Error               struct{ Code, Text string }
	Data                map[string]any
	Time, Epoch         string
}

// ask sends a command to the daemon, past the broker.
func (b *bubble) ask(name, body string) asked {
	b.Helper()
	var r asked
	if err := json.Unmarshal(b.house.command(b.Context(), name, []byte(body)), &r); err != nil {
		b.Fatal(err)
	}
	if ok := r.Status == "ok"; ok != (r.Error.Code == "") || !ok && (r.Status != "error" || r.Error.Text == "") || r.Epoch != b.house.buffer.ID() || r.Time == "" {
		b.Errorf("%s %s: got the reply %+v", name, body, r)
	}
	return r
}

// inBubble runs a test of a daemon that is up, and ends it if the test did not.
func inBubble(t *testing.T, test func(b *bubble)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.up()
		time.Sleep(time.Second)
		test(b)
		b.end()
	})
}

// end ends the daemon and the broker; from then on the test may look at accepted.
func (b *bubble) end() {
	b.Helper()
	if b.ended == nil {
		return
	}
	b.cancel()
	b.down()
	b.broker.Close()
	b.ended = nil
}

// beyondSchemas are the malformed commands of which no schema can say so: a key that is
// there twice, bytes that are not UTF-8, what looks like a person, an end before its
// beginning.
var beyondSchemas = regexp.MustCompile(`"a","transaction"|"order.soon":.*"order.soon"|Order \{\{|\x{fffd}|Jane|138\d{8}|"\?"|"from":3`)

// What is malformed gets an error and nothing else happens.
func TestMalformedCommands(t *testing.T) {
	long := strings.Repeat("x", 65)
	inBubble(t, func(b *bubble) {
		before := b.house.buffer.Head()
		for _, c := range []struct{ name, body, transaction, code string }{
			{"ping", ``, "", codeMalformed},
			{"ping", `null`, "", codeMalformed},
			{"ping", `[]`, "", codeMalformed},
			{"ping", `{}`, "", codeMalformed},
			{"ping", `{"transaction":7}`, "", codeMalformed},
			{"ping", `{"transaction":""}`, "", codeMalformed},
			{"ping", `{"transaction":"a\u0007"}`, "", codeMalformed},
			{"ping", `{"transaction":"` + long + `"}`, "", codeMalformed},
			{"ping", `{"transaction":"a"`, "", codeMalformed},
			{"ping", `{"transaction":"a"}x`, "", codeMalformed},
			{"ping", `{"transaction":"a","transaction":"b"}`, "", codeMalformed},
			{"ping", `{"Transaction":"a"}`, "", codeMalformed},
			{"ping", "{\"transaction\":\"a\xff\"}", "", codeMalformed},
			{"ping", `{"transaction":"a","x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, "", codeMalformed},
			{"ping", `{"transaction":"` + strings.Repeat("x", 64<<10) + `"}`, "", codeTooLarge},
			{"ping", `{"transaction":"a","more":1}`, "a", codeMalformed},
			{"paint", `{"transaction":"a"}`, "a", kitchen.CodeUnknownCommand},
			{"templates.set", `{"transaction":"a"}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":null}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{},"language":"off"}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"clock":{"courier":"x"}}}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"order.soon":{}}}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"order.soon":{"rider":"x"}}}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"order.soon":{"courier":"Order {{.Order}}"}}}`, "a", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"order.soon":{"courier":"x"},"order.soon":{"courier":"y"}}}`, "", codeMalformed},
			{"templates.set", `{"transaction":"a","templates":{"order.soon":{"courier":"` + strings.Repeat("x", 17<<10) + `"}}}`, "a", codeTooLarge},
			{"templates.get", `{"transaction":"a","language":"zh"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":12}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"Jane"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"13800000000"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"Jane Doe 5"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"2026-11-22/own/13800000000"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"2026-11-22/own/Jane Doe"}`, "a", codeMalformed},
			{"ready", `{"transaction":"a","order":"12","channel":"?"}`, "a", codeMalformed},
			{"resend", `{"transaction":"a"}`, "a", codeMalformed},
			{"resend", `{"transaction":"a","from":3,"to":2}`, "a", codeMalformed},
			{"resend", `{"transaction":"a","from":1,"to":2,"log_id":"x"}`, "a", kitchen.CodeConflict},
			{"order", `{"transaction":"a"}`, "a", codeMalformed},
			{"ack", `{"transaction":"a","seq":1}`, "a", codeMalformed},
			{"ack", `{"transaction":"a","log_id":"x"}`, "a", codeMalformed},
			{"ack", `{"transaction":"a","log_id":"x","seq":-1}`, "a", codeMalformed},
			{"ack", `{"transaction":"a","log_id":"x","seq":1}`, "a", kitchen.CodeConflict},
			{"ack", `{"transaction":"a","log_id":"` + b.house.buffer.ID() + `","seq":99999}`, "a", kitchen.CodeConflict},
			{"order", `{"transaction":"a","order":{}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","phone":"13800000000"}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"Jane Doe"}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","promised":"soon"}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","items":[{"qty":0,"name":"x"}]}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","items":[{"qty":1,"name":"x","price":1}]}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","value":-1}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","value":13800000000}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","order_key":"3000000000000001"}}`, "a", codeMalformed},
			{"order", `{"transaction":"a","order":{"number":"12","items":[` + strings.Repeat(`{"qty":1,"name":"x"},`, 200) + `{"qty":1,"name":"x"}]}}`, "a", codeTooLarge},
		} {
			if got := b.ask(c.name, c.body); got.Error.Code != c.code || got.Transaction != c.transaction {
				t.Errorf("%s %.80s: got %+v, want %s of %q", c.name, c.body, got, c.code, c.transaction)
			}
			if c.code == codeMalformed && !beyondSchemas.MatchString(c.body) && fits("command."+c.name, []byte(c.body)) == nil {
				t.Errorf("%s %.80s is malformed, and the schema does not say so", c.name, c.body)
			}
		}
		if head := b.house.buffer.Head(); head != before {
			t.Errorf("malformed commands wrote %d events", head-before)
		}
	})
}

func TestAskingCommands(t *testing.T) {
	inBubble(t, func(b *bubble) {
		ping := b.ask("ping", `{"transaction":"a b ü"}`)
		if ping.Transaction != "a b ü" || ping.Data["version"] != "test" || ping.Data["clock"] != "synced" || ping.Data["up_s"] != 61.0 ||
			ping.Data["head"] != float64(b.house.buffer.Head()) || ping.Data["epoch"] != ping.Epoch || ping.Data["time"] != ping.Time {
			t.Errorf("ping: got %+v", ping)
		}
		if got := b.ask("health", `{"transaction":"a"}`); got.Data["version"] != "test" || got.Data["connected"] != true {
			t.Errorf("health: got %+v", got)
		}
		got := b.ask("config.get", `{"transaction":"a"}`).Data
		if got["store"] != "s" || got["device"] != "pi" || got["log"].(map[string]any)["max_size"] != "64MiB" {
			t.Errorf("config.get: got %v", got)
		}
	})
}

// A command is there only if the configuration lists it, and each that can be listed
// is there.
func TestListedCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.MQTT.Commands = []string{"ping"}
		b.up()
		for _, name := range commandNames {
			want := codeDisabled
			if name == "ping" {
				want = ""
			}
			if got := b.ask(name, `{"transaction":"a"}`); got.Error.Code != want {
				t.Errorf("%s: got %+v, want %q", name, got, want)
			}
		}
		b.cancel()
		b.down()
		b.broker.Close()
	})
}

func TestOrderCommand(t *testing.T) {
	inBubble(t, func(b *bubble) {
		const body = `{"transaction":"order 3000000000000001","order":{"number":"#12","numbers":["7A3F"],"channel":"美团","platform_id":"3000 0000 0000 0001",
			"items":[{"qty":2,"name":"宫保鸡丁饭","mods":["少辣"]}],"notes":"不要葱，打13800000000","promised":"2000-01-01T00:40:00Z","preorder":true}}`
		want := map[string]any{"order_id": "1999-12-31/meituan/12", "merged": false}
		for range 2 {
			if diff := cmp.Diff(want, b.ask("order", body).Data); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		}
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		orders := b.house.view.get().Orders
		if len(orders) != 1 || orders[0].Notes != "不要葱" || orders[0].Promised == nil || orders[0].Promised.Minute() != 40 || orders[0].Items[0].Qty != 2 {
			t.Errorf("got orders %+v", orders)
		}
		again := strings.Replace(body, `"order `, `"again `, 1)
		if got := b.ask("order", again).Data; got["merged"] != true {
			t.Errorf("in another transaction: got %v", got)
		}
		b.end()
		for _, e := range b.accepted {
			if strings.Contains(e, "13800000000") || strings.Contains(e, "0000 0001") || strings.Contains(e, "3000000000000001") {
				t.Errorf("logged: %s", e)
			}
		}
	})
}

// What a dinner for twenty costs in rupiahs is no mistake.
func TestDearOrder(t *testing.T) {
	inBubble(t, func(b *bubble) {
		const body = `{"transaction":"a","order":{"number":"12","channel":"gofood","value":12500000}}`
		if got := b.ask("order", body); got.Status != "ok" || fits("command.order", []byte(body)) != nil {
			t.Errorf("got %+v", got)
		}
		b.end()
	})
}

// A log that takes nothing is an error to the sender, and nothing was done.
func TestCommandsToAClosedLog(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		b.cancel()
		b.ended <- <-b.ended // it has ended, and down shall see how
		if got := b.ask("ready", `{"transaction":"a","order":"12"}`); got.Error.Code != codeUnavailable {
			t.Errorf("after the end: got %+v", got)
		}
		if o := b.house.view.get().Orders; len(o) != 1 || o[0].Phase != kitchen.Cooking {
			t.Errorf("got %+v", o)
		}
	})
}

// A full log refuses a command whole; the same one is done when there is room.
func TestCommandsToAFullLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Log.MaxSize = 1 << 20
		b.broker.SetDown(true)
		b.up()
		time.Sleep(time.Second)
		b.print(b.menu.job("#12 美团外卖\n宫保鸡丁饭 x2\n"))
		time.Sleep(10 * time.Second)
		full := b.fill(400)
		const ready = `{"transaction":"a","order":"12"}`
		for range 2 {
			if got := b.ask("ready", ready); got.Error.Code != codeFull {
				t.Errorf("after %v: got %+v, want %s", full, got, codeFull)
			}
		}
		if o := b.house.view.get().Orders; len(o) != 1 || o[0].Phase != kitchen.Cooking {
			t.Errorf("a refused command left %+v", o)
		}
		b.broker.SetDown(false)
		time.Sleep(5 * time.Minute)
		if got := b.ask("ready", ready); got.Status != "ok" {
			t.Errorf("with room again: got %+v", got)
		}
		b.cancel()
		if err := <-b.ended; err != nil {
			t.Error(err)
		}
		b.broker.Close()
	})
}

// FuzzCommand: whatever a body holds, it is a command in the contract's form or an
// error, and what gets through has no number as long as a phone number's.
func FuzzCommand(f *testing.F) {
	for _, body := range []string{
		`{"transaction":"a","order":"2026-11-22/meituan/12","channel":"meituan"}`,
		`{"transaction":"a","order":{"number":"12","channel":"own","items":[{"qty":1,"name":"soup","mods":["hot"]}],"promised":"18:30"}}`,
		`{"transaction":"a","order":{"platform_id":"300000000001","table":"A8","promised":"2026-11-22T18:30:00+08:00"}}`,
		`{"transaction":"a","templates":{"order.ready":{"courier":"{{if .Slot}}{{.Slot}}{{end}}."}},"language":"en"}`,
		`{"transaction":"a","transaction":1,"order":[[[[`, `{"transaction":"13800000000"}`,
	} {
		f.Add([]byte(body))
	}
	phone := regexp.MustCompile(`\d{11}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		transaction, err := transactionOf(body)
		if err != nil {
			if transaction != "" || refused(err).code == codeUnavailable {
				t.Errorf("%q: transaction %q, error %v", body, transaction, err)
			}
			return
		}
		c := call{"x", transaction, body}
		for _, read := range []func() (kitchen.Command, error){
			c.mark, func() (kitchen.Command, error) { return c.order([]byte("key"), time.UTC) },
			func() (kitchen.Command, error) { return c.templates(defaultConfig()) },
		} {
			command, err := read()
			if err != nil {
				if refused(err).code == codeUnavailable {
					t.Errorf("%q: %v", body, err)
				}
				continue
			}
			if command.Transaction != transaction || !isTransaction(transaction) {
				t.Errorf("%q: transaction %q became %q", body, transaction, command.Transaction)
			}
			if command.Ticket != nil {
				command.Ticket.OrderKey, command.Ticket.Print = "", 0 // hashes may look like anything
			}
			command.Transaction = ""
			command.Templates = nil // the store's own words
			if out := asJSON(t, command); phone.MatchString(out) {
				t.Errorf("%q became %s", body, out)
			}
		}
	})
}
