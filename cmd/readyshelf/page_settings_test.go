package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/board"
	"readyshelf/buffer"
	"readyshelf/kitchen"
)

const settingsText = `# Ours.
store = "s" # its name
language = "en"

[alert]
default_promise = "30m" # as agreed
`

// withFile is a bubble whose daemon has a configuration file, of which the shop's devices
// are no part.
func withFile(t *testing.T, test func(b *bubble)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.file, b.conf.Language = filepath.Join(t.TempDir(), "readyshelf.toml"), "en"
		if err := os.WriteFile(b.conf.file, []byte(settingsText), 0o640); err != nil {
			t.Fatal(err)
		}
		b.up()
		b.settle()
		defer b.end()
		test(b)
	})
}

// asSet is what the page of the settings shows.
func (b *bubble) asSet() board.SettingsShown {
	b.Helper()
	all, err := b.house.shownSettings()
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// save saves settings that were just looked at.
func (b *bubble) save(values map[string]string) board.SettingsPlan {
	b.Helper()
	plan, err := b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Base: b.asSet().Base, Values: values})
	if err != nil || len(plan.Problems) > 0 {
		b.Fatalf("got %+v and %v", plan, err)
	}
	return plan
}

func (b *bubble) file() string {
	b.Helper()
	text, err := os.ReadFile(b.conf.file)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func refusalCode(err error) string {
	var r board.Refusal
	errors.As(err, &r)
	return r.Code
}

// A setting is in the file, with all else as it was, and true at once: an order waits
// too long by it. A replay of the log gives the same kitchen, whatever the rules were when.
func TestSettingsAreTrueAtOnce(t *testing.T) {
	withFile(t, func(b *bubble) {
		var redrawn []string
		b.house.settings.drawnBy(func(title, language string) { redrawn = append(redrawn, title+" "+language) })
		b.print(b.menu.slip(plan{number: "7", items: []kitchen.Item{burger}}, time.Now(), false))
		time.Sleep(10 * time.Second)
		b.press("A1", 100*time.Millisecond)
		time.Sleep(5 * time.Minute)
		if o := b.house.view.get().Orders[0]; o.Phase != kitchen.Ready || o.Waiting {
			t.Fatalf("got %+v, want it ready, and not waiting by the old rule", o)
		}
		plan := b.save(map[string]string{"alert.waiting_after": "2m", "alert.default_promise": "20m", "board.title": "Wang's", "language": "zh"})
		want := "# Ours.\nstore = \"s\" # its name\nlanguage = \"zh\"\n\n[alert]\ndefault_promise = \"20m\" # as agreed\nwaiting_after = \"2m\"\n\n[board]\ntitle = \"Wang's\"\n"
		if got := b.file(); got != want || len(plan.Restart) != 0 || len(plan.Diff) != 7 {
			t.Errorf("got %q and %+v", got, plan)
		}
		if diff := strings.Join(redrawn, ","); diff != "Wang's zh" {
			t.Errorf("the pages were drawn as %q", diff)
		}
		time.Sleep(time.Minute)
		if !b.house.view.get().Orders[0].Waiting {
			t.Error("it does not wait by the new rule")
		}
		b.save(map[string]string{"slots": "oldest"})
		if c := b.house.inForce(); c.SlotMode != "oldest" || b.house.decider.Rules.Assigned || b.house.wording.now.Load().Language() != "zh" {
			t.Errorf("got %+v", c)
		}
		if s := b.asSet(); len(s.Restart) != 0 || s.Fields[0].Value != "Wang's" || len(s.Versions) != 2 || s.Versions[0].By != "pass" {
			t.Errorf("got %+v", s)
		}
	}) // down compares the log's fold with what lives
}

// What cannot be true at once is named until the daemon starts anew, also where somebody
// changed the file by hand.
func TestSettingsAfterARestart(t *testing.T) {
	withFile(t, func(b *bubble) {
		plan := b.save(map[string]string{"alert.retry_interval": "10s", "alert.waiting_after": "5m"})
		if got := b.asSet().Restart; !slices.Equal(plan.Restart, []string{"alert.retry_interval"}) || !slices.Equal(got, plan.Restart) {
			t.Errorf("got %v and %v", plan.Restart, got)
		}
		if got := b.house.inForce().Alert; got.RetryInterval != 30*time.Second || got.WaitingAfter != 5*time.Minute {
			t.Errorf("got %+v", got)
		}
		if err := os.WriteFile(b.conf.file, []byte(b.file()+"\n[log]\nkeep = \"48h\"\n"), 0o640); err != nil {
			t.Fatal(err)
		}
		if got := b.asSet().Restart; !slices.Equal(got, []string{"alert.retry_interval", "log.keep"}) {
			t.Errorf("got %v", got)
		}
	})
}

// The second of two owners is told, and what the first one saved stays.
func TestSettingsChangedMeanwhile(t *testing.T) {
	withFile(t, func(b *bubble) {
		base := b.asSet().Base
		b.save(map[string]string{"slots": "oldest"})
		after := b.file()
		late := board.SettingsChange{Base: base, Values: map[string]string{"slots": "assigned"}}
		_, saved := b.house.saveSettings(b.Context(), "phone", late)
		_, planned := b.house.planSettings(late)
		if refusalCode(saved) != "changed" || refusalCode(planned) != "changed" || b.file() != after {
			t.Errorf("got %v, %v and %q", saved, planned, b.file())
		}
	})
}

// Many at once: one of them wins each time, and no change is half there.
func TestSettingsRace(t *testing.T) {
	withFile(t, func(b *bubble) {
		base := b.asSet().Base
		var group sync.WaitGroup
		var won [8]bool
		for i := range won {
			group.Go(func() {
				value := fmt.Sprintf("%dm", 10+i)
				_, err := b.house.saveSettings(b.Context(), value, board.SettingsChange{
					Base: base, Values: map[string]string{"alert.waiting_after": value, "alert.courier_travel": value},
				})
				won[i] = err == nil
				if err != nil && refusalCode(err) != "changed" {
					t.Error(err)
				}
			})
		}
		group.Go(func() { b.print(b.menu.slip(plan{number: "7", items: []kitchen.Item{burger}}, time.Now(), false)) })
		group.Wait()
		winner := slices.Index(won[:], true)
		value := fmt.Sprintf("%dm", 10+winner)
		if n := len(slices.DeleteFunc(won[:], func(w bool) bool { return !w })); n != 1 || strings.Count(b.file(), `"`+value+`"`) != 2 {
			t.Errorf("%d have won, the file is %q", n, b.file())
		}
	})
}

func TestSettingsRefused(t *testing.T) {
	withFile(t, func(b *bubble) {
		base := b.asSet().Base
		for key, value := range map[string]string{"language": "fr", "alert.waiting_after": "soon", "alert.confidence_threshold": "7", "board.title": "a\x00b"} {
			plan, err := b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Base: base, Values: map[string]string{key: value}})
			if err != nil || len(plan.Problems) != 1 || plan.Problems[0].Key != key || plan.Problems[0].Text == "" {
				t.Errorf("%s: got %+v and %v", key, plan, err)
			}
		}
		for _, key := range []string{"store", "data", "mqtt.brokers", "board.listen", "", "x"} {
			if _, err := b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Base: base, Values: map[string]string{key: "x"}}); refusalCode(err) != "unset" {
				t.Errorf("%q: got %v", key, err)
			}
		}
		if _, err := b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Base: base, Version: "nothing"}); refusalCode(err) != "changed" {
			t.Errorf("got %v", err)
		}
		if b.file() != settingsText || len(b.asSet().Versions) != 0 {
			t.Errorf("got %q and %+v", b.file(), b.asSet().Versions)
		}
		if err := os.WriteFile(b.conf.file, []byte("stor = 1\n"), 0o640); err != nil {
			t.Fatal(err)
		}
		if s := b.asSet(); !strings.Contains(s.Problem, "did you mean store") || len(s.Fields) != len(settables) {
			t.Errorf("got %+v", s)
		}
		if err := os.Remove(b.conf.file); err != nil {
			t.Fatal(err)
		}
		if _, err := b.house.planSettings(board.SettingsChange{Base: base}); refusalCode(err) != "unset" || b.asSet().Problem == "" {
			t.Errorf("got %v", err)
		}
	})
}

// Going back takes the settings back and leaves alone what somebody else changed since.
// Ten versions are kept.
func TestSettingsGoBack(t *testing.T) {
	withFile(t, func(b *bubble) {
		for i := range mostVersions + 3 {
			b.save(map[string]string{"alert.waiting_after": fmt.Sprintf("%dm", 10+i), "language": []string{"zh", "en"}[i%2]})
			time.Sleep(time.Minute)
		}
		text := b.file() + "\n[log]\nkeep = \"48h\"\n"
		if err := os.WriteFile(b.conf.file, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		s := b.asSet()
		if len(s.Versions) != mostVersions {
			t.Fatalf("%d versions are kept, want %d", len(s.Versions), mostVersions)
		}
		change := board.SettingsChange{Base: s.Base, Version: s.Versions[1].ID}
		plan, err := b.house.planSettings(change)
		if err != nil || len(plan.Diff) != 2 || b.file() != text {
			t.Errorf("got %+v and %v", plan, err)
		}
		if _, err := b.house.saveSettings(b.Context(), "pass", change); err != nil {
			t.Fatal(err)
		}
		if got := b.file(); !strings.Contains(got, `waiting_after = "20m"`) || !strings.Contains(got, `keep = "48h"`) {
			t.Errorf("got %q", got)
		}
		if got := b.house.inForce().Alert.WaitingAfter; got != 20*time.Minute {
			t.Errorf("got %s", got)
		}
	})
}

// A power cut after the version was kept and before the file was replaced leaves the old
// file, whole, and nothing to go back to. A file half written beside it harms nobody.
func TestSettingsPowerCut(t *testing.T) {
	withFile(t, func(b *bubble) {
		if err := b.house.keepVersion(configVersion{At: time.Now(), By: "pass", Text: settingsText}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.conf.file+".new", []byte("store = \"s\nlangu"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.crash(1, time.Second, 0)
		b.settle()
		if s := b.asSet(); b.file() != settingsText || len(s.Versions) != 0 || s.Problem != "" {
			t.Errorf("got %q and %+v", b.file(), s)
		}
		b.save(map[string]string{"slots": "oldest"})
		if len(b.asSet().Versions) != 1 { // the same as what was kept before
			t.Errorf("got %+v", b.asSet().Versions)
		}
		if err := os.WriteFile(b.house.versionsPath(), []byte("[{"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.save(map[string]string{"slots": "assigned"}) // a broken list begins anew
		if len(b.asSet().Versions) != 1 {
			t.Errorf("got %+v", b.asSet().Versions)
		}
	})
}

// Where the file cannot be written the page is told what to do, and nothing has changed.
func TestSettingsUnwritable(t *testing.T) {
	withFile(t, func(b *bubble) {
		t.Setenv("RUNTIME_DIRECTORY", "")
		dir := filepath.Dir(b.conf.file)
		real := b.house.file
		b.house.file = filepath.Join("/proc/self/task", "readyshelf.toml") // where nobody may write, root neither
		_, err := b.house.planSettings(board.SettingsChange{})
		if refusalCode(err) != "unset" {
			t.Errorf("got %v", err)
		}
		b.house.file = real
		if err := os.Mkdir(b.conf.file+".new", 0o700); err != nil { // in the way of the new text
			t.Fatal(err)
		}
		_, err = b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Base: b.asSet().Base, Values: map[string]string{"slots": "oldest"}})
		if refusalCode(err) != "unset" || b.file() != settingsText || b.house.inForce().SlotMode != "assigned" {
			t.Errorf("got %v in %s", err, dir)
		}
	})
}

// A configuration that is a link is shown, and left as it is.
func TestSettingsLink(t *testing.T) {
	withFile(t, func(b *bubble) {
		real := b.conf.file + ".real"
		if err := errors.Join(os.Rename(b.conf.file, real), os.Symlink(real, b.conf.file)); err != nil {
			t.Fatal(err)
		}
		if s, err := b.house.shownSettings(); err == nil && !strings.Contains(s.Problem, "is a link to") {
			t.Errorf("got %+v and %v", s, err)
		}
		_, err := b.house.saveSettings(b.Context(), "pass", board.SettingsChange{Values: map[string]string{"slots": "oldest"}})
		if to, _ := os.Readlink(b.conf.file); refusalCode(err) != "unset" || to != real || b.file() != settingsText {
			t.Errorf("got %v, and the link leads to %q", err, to)
		}
	})
}

func TestSentences(t *testing.T) {
	withFile(t, func(b *bubble) {
		s := b.asSet().Sentences
		if s == nil || s.Language != "en" || len(s.Own) != 0 || s.Shipped[kitchen.OrderReady].Courier == "" {
			t.Fatalf("got %+v", s)
		}
		own := kitchen.Templates{kitchen.OrderReady: {Customer: "{{if .Order}}{{.Order}}{{else}}It{{end}} is there."}}
		said, err := b.house.saySentences(board.SentencesChange{Base: s.Version, Templates: own})
		if err != nil || said.Problems != nil || said.Says[kitchen.OrderReady].Customer != "117 is there." || len(said.Says) != len(s.Shipped) {
			t.Errorf("got %+v and %v", said, err)
		}
		for alert, says := range said.Says {
			if says.Courier == "" || says.Customer == "" || strings.Contains(says.Courier+says.Customer, "{") {
				t.Errorf("%s: got %+v", alert, says)
			}
		}
		holes := kitchen.Templates{kitchen.OrderReady: {Customer: "{{.Slot}}"}, "order.never": {Courier: "x"}}
		said, err = b.house.tellSentences(b.Context(), "pass", board.SentencesChange{Base: s.Version, Transaction: "0123456789abcdef", Templates: holes})
		if err != nil || len(said.Problems) != 2 || b.asSet().Sentences.Version != s.Version {
			t.Errorf("got %+v and %v", said, err)
		}
		said, err = b.house.tellSentences(b.Context(), "pass", board.SentencesChange{Base: s.Version, Transaction: "0123456789abcdef", Templates: own})
		if now := b.asSet().Sentences; err != nil || said.Version == s.Version || now.Version != said.Version || now.Own[kitchen.OrderReady] != own[kitchen.OrderReady] {
			t.Errorf("got %+v, %+v and %v", said, now, err)
		}
		if _, err = b.house.tellSentences(b.Context(), "phone", board.SentencesChange{Base: s.Version, Transaction: "fedcba9876543210", Templates: nil}); refusalCode(err) != "changed" {
			t.Errorf("got %v", err)
		}
		if _, err = b.house.saySentences(board.SentencesChange{Templates: kitchen.Templates{kitchen.OrderReady: {Courier: strings.Repeat("x", maxTemplates)}}}); refusalCode(err) != codeTooLarge {
			t.Errorf("got %v", err)
		}
		b.save(map[string]string{"texts.language": "off"})
		if b.asSet().Sentences != nil {
			t.Error("there are sentences where none are sent")
		}
		if _, err := b.house.saySentences(board.SentencesChange{}); refusalCode(err) != "off" {
			t.Errorf("got %v", err)
		}
		b.save(map[string]string{"texts.language": ""})
		if now := b.asSet().Sentences; now == nil || now.Own[kitchen.OrderReady] != own[kitchen.OrderReady] {
			t.Errorf("the shop's own are gone: %+v", now)
		}
	})
}

func TestShownLayouts(t *testing.T) {
	withFile(t, func(b *bubble) {
		folder := b.house.layoutsDir()
		if err := errors.Join(os.Mkdir(folder, 0o750), os.WriteFile(filepath.Join(folder, "bad.toml"), []byte("about ="), 0o640)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		all := b.asSet().Layouts
		if len(all) < 2 || all[0].Name != "bad.toml" || all[0].Refused == "" || all[1].Refused != "" || all[1].Samples == 0 {
			t.Errorf("got %+v", all)
		}
		if b.asSet().Samples != nil {
			t.Error("samples are counted where none are kept")
		}
	})
}

// The log has none of the settings, and none of what they were.
func TestSettingsAreNotLogged(t *testing.T) {
	withFile(t, func(b *bubble) {
		b.save(map[string]string{"board.title": "very own title"})
		b.end()
		err := buffer.Dump(b.db(), func(e kitchen.Event) error {
			if text, err := json.Marshal(e); err != nil || strings.Contains(string(text), "very own") {
				t.Errorf("got %s and %v", text, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
