package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What is chosen at a screen holds for that screen, now and after a reload.
func TestChoicesOfAScreen(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	first, second := s.tab("/", tablet), s.tab("/", tablet)
	first.touch("the opener of the panel", `$(".opener:not(.menu)")`)
	first.until("the panel", `$("dialog.panel").open`)
	first.touch("light", `$$("dialog.panel label").find((e) => e.textContent === "light")`)
	const light = `document.documentElement.dataset.theme === "light"`
	first.until("a light page", light)
	first.key(kb.Escape)
	first.until("the panel closed", `!$("dialog.panel").open`)
	first.do(chromedp.Reload())
	first.until("a light page again", light)
	if ask[bool](second, light) {
		t.Error("the other screen is light too")
	}
}
