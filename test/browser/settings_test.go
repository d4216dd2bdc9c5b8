package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// write puts text into a field of the settings in place of what is there.
func (b *tab) write(key, text string) {
	b.t.Helper()
	field := fmt.Sprintf(`document.getElementById("f-%s")`, key)
	b.touch("the field of "+key, field)
	b.until("the focus", field+` === document.activeElement`)
	ask[bool](b, `(`+field+`.select(), true)`)
	b.key(text)
}

// text is the configuration as it is on disk.
func (s *shop) text() string {
	s.t.Helper()
	text, err := os.ReadFile(s.conf)
	s.must(err)
	return string(text)
}

// saves touches what looks at the change, checks its lines, and saves it.
func (b *tab) saves(lines ...string) {
	b.t.Helper()
	b.touch("a look at the change", `$("#bar .main")`)
	b.until("the change", `!!$("dialog[open] .diff")`)
	if got := ask[[]string](b, `$$("dialog[open] .diff div").map((e) => e.textContent)`); strings.Join(got, "\n") != strings.Join(lines, "\n") {
		b.t.Errorf("the change is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
	b.touch("save", `$("dialog[open] .deeds .main")`)
}

const (
	saved    = `text("#bar.done p").startsWith("Saved") && ` + closed
	unsaved  = `text("#bar p").startsWith("Not saved yet") && !!$("#bar .main")`
	problems = `text(".field.wrong .problem")`
)

// An owner changes a setting: a wrong value is refused as readyshelf check refuses it, a
// right one is shown line by line, saved, true on all screens at once, and taken back.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	before := s.text()
	other := s.tab("/", tablet)
	b := s.tab("/settings", tablet)
	b.until("the settings", shown["settings"])
	b.write("alert.waiting_after", "soon")
	b.until("what is wrong", problems+` !== "" && !$("#bar .main")`)
	if said := ask[string](b, problems); !strings.Contains(s.check("[alert]\nwaiting_after = \"soon\"\n"), strings.Split(said, ";")[0]) {
		t.Errorf("the page says %q, and readyshelf check does not", said)
	}
	b.write("alert.waiting_after", "7m")
	b.until("a change", unsaved)
	b.write("board.title", "Noodles")
	b.until("two changes", unsaved+` && text("#bar p").includes("2")`)
	stale := `(() => { const f = document.getElementById("f-alert.waiting_after"), type = (v) => { f.value = v; f.dispatchEvent(new Event("input")); };
		type("70m"); const is = $("#bar .main").disabled; type("7m"); return is; })()`
	if !ask[bool](b, stale) {
		t.Error("a change can be saved that was typed over")
	}
	b.until("the last change", unsaved+` && !$("#bar .main").disabled`)
	b.saves(`+ title = "Noodles"`, `+ [alert]`, `+ waiting_after = "7m"`)
	b.until("it saved", saved)
	other.until("the new name on another screen", `text("header").includes("Noodles")`)
	for _, want := range []string{"\ntitle = \"Noodles\"\n", "\n[alert]\nwaiting_after = \"7m\"\n"} {
		if !strings.Contains(s.text(), want) {
			t.Errorf("the file has no %q:\n%s", want, s.text())
		}
	}
	b.touch("the way back", `$("#versions button")`)
	b.until("what that changes", `!!$("dialog[open] .diff div")`)
	b.touch("save", `$("dialog[open] .deeds .main")`)
	b.until("it saved", saved)
	other.until("the old name on another screen", `text("header").includes("test-shop")`)
	if strings.Contains(s.text(), "\ntitle") || strings.Contains(s.text(), "\nwaiting_after") || len(s.text()) < len(before) {
		t.Errorf("going back left\n%s\nof\n%s", s.text(), before)
	}
}

// check is what readyshelf check says of the configuration with more at its end.
func (s *shop) check(more string) string {
	s.t.Helper()
	s.must(os.WriteFile(s.conf+".try", []byte(s.text()+more), 0o600))
	out, _ := exec.Command(binary, "check", "--config", s.conf+".try").CombinedOutput() // it refuses that
	return string(out)
}

// Two owners: the second is told, loses nothing that was typed, and looks again.
func TestSettingsOfTwoOwners(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	first, second := s.tab("/settings", tablet), s.tab("/settings", tablet)
	second.pardon() // a change of something else is refused
	second.until("the settings", shown["settings"])
	first.write("alert.default_promise", "25m")
	first.until("a change", unsaved)
	second.write("alert.courier_travel", "4m")
	second.until("a change", unsaved)
	first.saves(`+ [alert]`, `+ default_promise = "25m"`)
	first.until("it saved", saved)
	second.touch("a look at the change", `$("#bar .main")`)
	second.until("the change", `!!$("dialog[open] .diff")`)
	second.touch("save", `$("dialog[open] .deeds .main")`)
	second.until("what happened", `text("#bar p").startsWith("Somebody else") && `+closed)
	second.touch("read anew", `$("#bar .deeds button")`)
	second.until("the other's change and one's own", unsaved+` && document.getElementById("f-alert.default_promise").value === "25m" && document.getElementById("f-alert.courier_travel").value === "4m"`)
	second.saves(`+ courier_travel = "4m"`)
	second.until("it saved", saved)
	for _, want := range []string{"default_promise = \"25m\"\n", "courier_travel = \"4m\"\n"} {
		if !strings.Contains(s.text(), want) {
			t.Errorf("the file has no %q:\n%s", want, s.text())
		}
	}
}

// A sentence is tried with an example, refused if it may leave a hole, saved, and sent.
func TestSettingsSentences(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/settings", tablet)
	b.touch("the sentences", `$("#texts .deeds button")`)
	field := `document.getElementById("s-order.accepted-courier")`
	b.until("the sentences", `!!`+field)
	put := func(text string) {
		ask[bool](b, fmt.Sprintf(`(%s.value = %q, %s.dispatchEvent(new Event("input")), true)`, field, text, field))
	}
	put("Slot {{.Slot}}")
	b.until("what is wrong", `$$("dialog[open] .sentence .problem").some((e) => !e.hidden && e.textContent)`)
	put("Noodles{{if .Order}}: {{.Order}}{{end}}")
	b.until("the example", `$$("dialog[open] .says").some((e) => e.textContent.startsWith("Noodles: "))`)
	b.until("that it may be saved", `$("dialog[open] .deeds .main")?.disabled === false`)
	b.touch("save", `[...$$("dialog[open] .deeds .main")].pop()`)
	b.until("it saved", closed)
	s.print("93", soup)
	s.until("the sentence at the broker", func() bool {
		for _, m := range s.broker.Messages() {
			if strings.Contains(string(m.Payload), "Noodles: ") && strings.Contains(string(m.Payload), "order.accepted") {
				return true
			}
		}
		return false
	})
	b.key(kb.Escape)
}

// Settings of long ago that are none any more are refused, and the page does not say that
// it went back to them.
func TestSettingsThatAreNoneAnyMore(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	old := `[{"at": "2026-11-20T12:00:00Z", "by": "local", "text": "store = \"old\"\n[alert]\nwaiting_after = \"soon\"\n"}]`
	s.must(os.WriteFile(filepath.Join(s.dir, "data", "settings.json"), []byte(old), 0o600))
	before := s.text()
	b := s.tab("/settings", tablet)
	b.touch("the way back", `$("#versions button")`)
	b.until("why not", `text("#bar.failed p").includes("is no duration") && `+closed)
	if s.text() != before {
		t.Errorf("the file is now\n%s", s.text())
	}
}
