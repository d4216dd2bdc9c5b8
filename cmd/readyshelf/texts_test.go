package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/sync/uplink"
)

// heard is what the broker got last of an alert.
func (b *bubble) heard(alert kitchen.AlertType) *kitchen.Texts {
	b.Helper()
	time.Sleep(10 * time.Second)
	var last *kitchen.Texts
	for _, m := range b.broker.Messages() {
		if strings.HasSuffix(m.Topic, "/event/"+string(alert)) {
			v, err := uplink.Decode(m.Payload)
			if err != nil {
				b.Fatal(err)
			}
			last = v.Data.Texts
		}
	}
	return last
}

// says wants the next order's acceptance to be told in these words.
func (b *bubble) says(number, courier, customer, version string) {
	b.Helper()
	b.print(b.menu.job("#" + number + " 美团外卖\n宫保鸡丁饭 x2\n"))
	got := b.heard(kitchen.OrderAccepted)
	switch {
	case got == nil && version == "":
	case got == nil || got.Courier != courier || got.Customer != customer || got.Version != version:
		b.Errorf("order %s: got %+v, want %q, %q, version %s", number, got, courier, customer, version)
	}
}

// set sends templates of order.accepted, and returns the version they make.
func (b *bubble) set(transaction, language, courier string) string {
	b.Helper()
	body := fmt.Sprintf(`{"transaction":%q,"language":%q,"templates":{"order.accepted":{"courier":%q}}}`, transaction, language, courier)
	got := b.ask("templates.set", body)
	version, _ := got.Data["version"].(string)
	if got.Status != "ok" || version == "" {
		b.Errorf("templates.set: got %+v", got)
	}
	return version
}

// New templates are in the next alert, bad ones leave those that were, and all that is
// in force survives a restart.
func TestTemplatesCommand(t *testing.T) {
	inBubble(t, func(b *bubble) {
		shipped := b.house.wording.now.Load().Version()
		b.says("11", "美团订单 11 已接单。", "您的订单 11 已接单。", shipped)
		first := b.set("a", "", `{{if .Order}}取 {{.Order}}{{else}}取餐{{end}}！`)
		b.says("12", "取 12！", "您的订单 12 已接单。", first)
		if again := b.set("a", "zh", "别的"); again != first {
			t.Errorf("the same transaction again: version %s, want %s", again, first)
		}
		bad := b.ask("templates.set", `{"transaction":"b","templates":{"order.accepted":{"courier":"取 {{.Order}}","customer":"{{.Phone}}"}}}`)
		want := "templates: order.accepted, courier, line 1: {{.Order}} may be missing: put it between {{if …}} and {{end}}; " +
			"order.accepted, customer, line 1: .Phone is no fact of this alert; there are .Order"
		if bad.Error.Code != codeMalformed || !strings.HasPrefix(bad.Error.Text, want) {
			t.Errorf("bad templates: got %+v, want %s", bad, want)
		}
		b.says("13", "取 13！", "您的订单 13 已接单。", first)
		if en := b.set("c", "en", "Go."); !strings.HasPrefix(en, "en-") || en == first {
			t.Errorf("in another language: version %s", en)
		}
		b.restart(time.Minute)
		time.Sleep(time.Second)
		b.says("14", "取 14！", "您的订单 14 已接单。", first)
		get := b.ask("templates.get", `{"transaction":"d"}`).Data
		sentences, _ := get["templates"].(map[string]any)["order.accepted"].(map[string]any)
		if get["version"] != first || get["language"] != "zh" || sentences["courier"] != `{{if .Order}}取 {{.Order}}{{else}}取餐{{end}}！` {
			t.Errorf("templates.get: got %v", get)
		}
		if got := b.ask("templates.set", `{"transaction":"e","templates":{}}`); got.Data["version"] != shipped {
			t.Errorf("none at all: got %+v, want the shipped version %s", got, shipped)
		}
		b.says("15", "美团订单 15 已接单。", "您的订单 15 已接单。", shipped)
	})
}

// What is said is up to texts.language, and not to the language of the kitchen.
func TestTextsLanguage(t *testing.T) {
	for _, language := range []string{"en", textsOff} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t, 1)
			b.conf.Texts.Language = language
			b.up()
			time.Sleep(time.Second)
			if language == textsOff {
				b.says("11", "", "", "")
				if got := b.ask("templates.get", `{"transaction":"a"}`); got.Error.Code != kitchen.CodeConflict {
					t.Errorf("templates.get: got %+v", got)
				}
				if got := b.ask("templates.set", `{"transaction":"b","templates":{}}`); got.Error.Code != codeMalformed {
					t.Errorf("templates.set in no language: got %+v", got)
				}
				b.set("c", "zh", "取餐")
				b.says("12", "", "", "")
			} else {
				b.says("11", "Meituan order 11 is accepted.", "Your order 11 is accepted.", b.house.wording.now.Load().Version())
			}
			b.end()
		})
	}
}

// Templates that were good once, and that this version cannot say, leave the shipped ones
// and are a fault, which ends when good ones come.
func TestTemplatesOfAnotherVersion(t *testing.T) {
	inBubble(t, func(b *bubble) {
		e := b.house.clock().Fact(cloud)
		e.Command = &kitchen.Command{
			Transaction: "old", Name: kitchen.CommandTemplates, Language: "zh",
			Templates: kitchen.Templates{kitchen.OrderAccepted: {Courier: "{{.Weather}}"}},
		}
		if err := b.house.buffer.Append(b.Context(), e); err != nil {
			t.Fatal(err)
		}
		shipped := b.house.wording.now.Load().Version()
		b.says("11", "美团订单 11 已接单。", "您的订单 11 已接单。", shipped) // those before stay
		for range 2 {
			b.restart(time.Minute)
			time.Sleep(time.Second)
			if f := b.house.view.get().Faults; len(f) != 1 || f[0].Device != textsName {
				t.Errorf("faults %+v, want that of the sentences", f)
			}
		}
		b.says("12", "美团订单 12 已接单。", "您的订单 12 已接单。", shipped)
		version := b.set("new", "zh", "取餐。")
		time.Sleep(time.Second)
		if f := b.house.view.get().Faults; len(f) != 0 {
			t.Errorf("faults %+v after good ones, want none", f)
		}
		b.says("13", "取餐。", "您的订单 13 已接单。", version)
	})
}

// The log has the templates, and no sentence of an alert.
func TestLogHasNoSentences(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.set("a", "zh", "取餐，第一句。")
		b.says("11", "取餐，第一句。", "您的订单 11 已接单。", b.house.wording.now.Load().Version())
		b.end()
		var texts, alerts int
		err := buffer.Dump(b.db(), func(e kitchen.Event) error {
			line, err := json.Marshal(e)
			texts += strings.Count(string(line), "取餐，第一句。")
			if e.Alert != nil {
				alerts++
			}
			return err
		})
		if err != nil || texts != 1 || alerts == 0 {
			t.Errorf("%d times in the log, want once; %d alerts; %v", texts, alerts, err)
		}
	})
}
