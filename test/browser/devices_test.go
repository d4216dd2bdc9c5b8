package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// card is the one of a device, and deed a button on it, as expressions.
func card(device string) string {
	return fmt.Sprintf(`$$(".device").find((e) => e.querySelector(".name").textContent === %q)`, device)
}

func deed(device, word string) string {
	return fmt.Sprintf(`[...%s.querySelectorAll("button")].find((b) => b.textContent === %q)`, card(device), word)
}

// listening waits until somebody asks for the bytes of a device, or for its next use.
func (b *tab) listening() {
	b.t.Helper()
	b.until("the trial to wait", `/ s left/.test(text(".trial"))`)
}

// Who installs the box tries each device from a screen: a press, a slip, a weight, a light.
func TestDevicesAreTried(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/devices", tablet)
	b.until("the devices", `!!`+card("button/A2")+` && text("#sum") === "All is well"`)
	for _, c := range []struct {
		device, word string
		use          func()
		says         string
	}{
		{"button/A2", "Try a press", func() { s.press("A2") }, "It came: slot A2, pressed for 0."},
		{"printer/kitchen", "Try a ticket", func() { s.print("91", soup, dish{1, "Zhang San 13812345678"}) }, "The ticket came and is on disk"},
		{"scale/pass", "Try a weight", func() { s.scale.Put(450) }, "It came: 450 g (+450 g)"},
	} {
		b.touch(c.word, deed(c.device, c.word))
		b.listening()
		c.use()
		b.until("what came of "+c.device, fmt.Sprintf(`text(".trial.came").startsWith(%q)`, c.says))
		b.key(kb.Escape)
		b.until("the trial closed", closed)
	}
	b.touch("the light's trial", deed("light/A3", "Blink for 5 s"))
	b.until("the trial of the light", card("light/A3")+`.textContent.includes("Blinking…")`)
	s.until("the lamp to blink", func() bool { return s.lamps["A3"].Lit() })
	b.until("the end of it", deed("light/A3", "Blink for 5 s")+`?.disabled === false`)
	s.shines("A3", false)
}

// What a device says is shown as it comes; of a slip no text, and nothing that a guest is
// called.
func TestDevicesLiveBytes(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/devices", tablet)
	b.touch("the bytes of the printer", deed("printer/kitchen", "Live bytes"))
	b.until("the first line", `text(".log").includes("= ")`)
	s.print("92", soup, dish{1, "Zhang San 13812345678"})
	b.until("how the slip is built", `/1D 56/.test(text(".log")) && text(".log").includes("understood as slip: order, 3 lines")`)
	if log := ask[string](b, `text(".log")`); strings.Contains(log, "Zhang") || strings.Contains(log, "138") || strings.Contains(log, "5A 68") {
		t.Errorf("the live bytes have a guest's name or number:\n%s", log)
	}
	b.key(kb.Escape)
	b.until("it closed", closed)
	b.touch("the bytes of the scale", deed("scale/pass", "Live bytes"))
	b.until("a reading", `text(".log").includes("ST,GS,")`)
	b.key(kb.Escape)
	b.until("it closed", closed)
}

// A device that goes away is said to be away, with what to do, and is well again when it is back.
func TestDevicesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/devices", tablet)
	b.until("all well", `text("#sum") === "All is well"`)
	s.must(s.scale.Unplug())
	b.until("the scale's fault", card("scale/pass")+`?.matches(".faulty") && /To do: /.test(`+card("scale/pass")+`.textContent)`)
	s.must(s.scale.Plug())
	b.until("the scale well again", card("scale/pass")+`?.matches(".ok")`)
	s.cable.Cut(true)
	b.until("the server away", card("broker")+`?.matches(".faulty")`)
	s.cable.Cut(false)
	b.until("the server back", card("broker")+`?.matches(".ok")`)
}

// Who closes the bytes of one device and opens those of another at once hears that: a browser
// tells of the closing when it draws, which may be later.
func TestDevicesListenAgain(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/devices", tablet)
	b.touch("the bytes of the printer", deed("printer/kitchen", "Live bytes"))
	b.until("the first line", `text(".log").includes("= ")`)
	ask[bool](b, `($("dialog[open]").close(), `+deed("scale/pass", "Live bytes")+`.click(), true)`)
	b.until("a reading", `text(".log").includes("ST,GS,")`)
	ask[bool](b, `($("dialog[open]").close(), `+deed("button/A1", "Try a press")+`.click(), true)`)
	b.listening()
	ask[bool](b, `($("dialog[open]").close(), `+deed("button/A2", "Try a press")+`.click(), true)`)
	b.listening()
	s.press("A2")
	b.until("the press", `text(".trial.came").startsWith("It came: slot A2")`)
}
