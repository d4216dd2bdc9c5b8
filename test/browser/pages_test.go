package browser

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "take the pictures of docs/board anew")

// pages are all that people open, by name. Those of who sits at the box are as the owner
// sees them.
var pages = map[string]string{
	"kitchen": "/", "pickup": "/pickup", "today": "/today", "devices": "/devices", "settings": "/settings", "pair": "/pair",
}

// shown says that a page has drawn what it has.
var shown = map[string]string{
	"kitchen":  `cooking("102") && handover("101")`,
	"pickup":   `listed("#ready", "101") && listed("#preparing", "102")`,
	"today":    `!!$(".plot")`,
	"devices":  `!$("section[data-kind=light]").hidden`,
	"settings": `$$("#shop .fields input, #shop .fields select").length > 0`,
	"pair":     `!!$("#code")`,
}

// pictures are kept for who reads the documentation: page, size, language and theme.
var pictures = map[string]bool{
	"kitchen-tablet-en-dark": true, "kitchen-tablet-zh-light": true, "kitchen-phone-zh-dark": true, "kitchen-small-en-light": true,
	"pickup-wall-zh-dark": true, "pickup-small-en-light": true, "today-tablet-en-dark": true, "today-phone-zh-light": true,
	"devices-tablet-en-dark": true, "devices-phone-zh-dark": true, "pair-phone-en-dark": true,
}

// busy opens a shop with a lunch: orders that cook, one that is ready, a fault of a lamp,
// allergies, a long name.
func busy(t testing.TB, language string) *shop {
	t.Helper()
	s := open(t, language)
	dishes := map[string][]dish{
		"en": {{2, "Kung Pao Chicken"}, {1, "Pad Thai, no peanut (allergy)"}, {3, "Wonton soup with extra spring onion and chili oil on the side"}},
		"zh": {{2, "宫保鸡丁"}, {1, "酸辣粉（花生过敏）"}, {3, "特大份招牌红烧牛肉面加卤蛋加豆干不要香菜"}},
	}[language]
	b := s.tab("/", tablet)
	for i := range 7 {
		n := fmt.Sprint(101 + i)
		s.print(n, dishes[:1+i%len(dishes)]...)
		b.until("order "+n, fmt.Sprintf("cooking(%q)", n))
	}
	s.press("A1")
	b.until("one to hand over", `handover("101")`)
	return s
}

// dress sets the colours of a screen.
func (b *tab) dress(theme string) {
	b.t.Helper()
	ask[bool](b, fmt.Sprintf(`(localStorage.setItem("theme", JSON.stringify(%q)), dispatchEvent(new Event("chosen")), true)`, theme))
	b.until("the theme", fmt.Sprintf(`document.documentElement.dataset.theme === %q`, theme))
}

// Each page, in each language, theme and size: nothing that axe-core knows to keep somebody
// out, nothing cut off or on top of something else, no target too small for a finger.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "zh"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s, full := busy(t, language), fullDay(t, language)
			for page, path := range pages {
				for name, is := range sizes {
					site := "http://" + s.page
					if page == "today" {
						site = full
					}
					b := screen(t, site+path, is)
					b.shop = s
					b.until(page+" to be drawn", shown[page])
					for _, theme := range []string{"dark", "light"} {
						b.dress(theme)
						what := strings.Join([]string{page, name, language, theme}, "-")
						b.layout(what)
						if name == "tablet" || name == "phone" {
							b.accessible(what)
						}
						b.picture(what)
					}
				}
			}
		})
	}
}

// accessible holds the page against the rules of WCAG 2.2 AA and of good practice that
// axe-core has. One is left out: a tile's name must repeat its text word by word, with
// what ticks in it. A tile is a sentence instead, which begins with the order's number.
func (b *tab) accessible(what string) {
	b.t.Helper()
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(axe)))
	ask[bool](b, `(window.found = undefined, axe.run(document, {resultTypes: ["violations"], rules: {"label-content-name-mismatch": {enabled: false}}}).then((r) => {
		window.found = r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + " " + n.failureSummary)); }), true)`)
	b.until("axe-core to be done", `!!window.found`)
	for _, f := range ask[[]string](b, `window.found`) {
		b.t.Errorf("%s: %s", what, strings.Join(strings.Fields(f), " "))
	}
}

// wrong finds what is drawn badly. What may be cut says so by an ellipsis, and what may
// scroll by its style; what is there for screen readers alone is one pixel large.
const wrong = `(() => {
	const out = [], name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className?.baseVal ?? e.className ? "." + String(e.className.baseVal ?? e.className).replace(/ /g, ".") : "") + " " + JSON.stringify((e.textContent ?? "").slice(0, 30));
	const visible = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
	if (document.documentElement.scrollWidth > innerWidth) out.push("the page is " + document.documentElement.scrollWidth + " px wide");
	for (const e of $$("body *")) {
		if (!visible(e) || e.closest("svg")) continue;
		const s = getComputedStyle(e), r = e.getBoundingClientRect();
		const scrolls = /auto|scroll/.test(s.overflowX + s.overflowY), cut = s.textOverflow === "ellipsis";
		if (!scrolls && !cut && s.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1) out.push("cut: " + name(e) + " " + e.scrollWidth + " > " + e.clientWidth);
		if (s.display !== "inline" && !scrolls && !cut && s.overflowX === "visible" && e.children.length === 0 && e.clientWidth && e.scrollWidth > e.clientWidth + 1 && e.tagName !== "INPUT") out.push("spills: " + name(e) + " " + e.scrollWidth + " > " + e.clientWidth);
		if (e.matches("button, a, input, select, textarea, summary") && !e.closest("label") && (r.width < 47.5 || r.height < 47.5)) out.push("small: " + name(e) + " " + r.width + " x " + r.height);
	}
	const boxes = $$(".tile, .lamp, .notice, .banner, .plot, #sum > div, header > *, .pager").filter(visible).map((e) => [e, e.getBoundingClientRect()]);
	for (const [i, [a, r]] of boxes.entries()) for (const [b, q] of boxes.slice(i + 1)) {
		if (a.contains(b) || b.contains(a)) continue;
		if (Math.min(r.right, q.right) - Math.max(r.left, q.left) > 1 && Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top) > 1) out.push("overlap: " + name(a) + " and " + name(b));
	}
	return [...new Set(out)];
})()`

func (b *tab) layout(what string) {
	b.t.Helper()
	for _, w := range ask[[]string](b, wrong) {
		b.t.Errorf("%s: %s", what, w)
	}
}

// picture takes a picture for the documentation, where one is wanted.
func (b *tab) picture(what string) {
	b.t.Helper()
	if !*update || !pictures[what] {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if shot, err = indexed(shot); err != nil {
		b.t.Fatal(err)
	}
	const most = 150_000 // bytes: they are read over slow lines too
	if len(shot) > most {
		b.t.Errorf("%s has %d bytes, want at most %d", what, len(shot), most)
	}
	if err := os.WriteFile(filepath.Join("../../docs/board", what+".png"), shot, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// The rules of layout find what they are there for.
func TestLayoutFindsFaults(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	ask[bool](b, `(() => { const e = document.createElement("button"); e.textContent = "x"; e.style.cssText = "min-width:0;min-height:0;width:20px;height:20px;position:fixed;left:0;top:0"; e.className = "tile"; document.body.append(e.cloneNode(true));
		const d = document.createElement("div"); d.textContent = "a long word that does not fit at all"; d.style.cssText = "width:40px;overflow:hidden;white-space:nowrap"; document.body.append(e, d); return true; })()`)
	found, _ := json.Marshal(ask[[]string](b, wrong))
	for _, want := range []string{"small: button.tile", "cut: div", "overlap: "} {
		if !strings.Contains(string(found), want) {
			t.Errorf("found %s, without %q", found, want)
		}
	}
}

// The dialogs of the kitchen's page, by their keys, and the panel of the screen.
func TestDialogs(t *testing.T) {
	t.Parallel()
	s := busy(t, "en")
	for name, is := range map[string]size{"small": sizes["small"], "phone": sizes["phone"]} {
		b := s.tab("/", is)
		for _, theme := range []string{"dark", "light"} {
			b.dress(theme)
			for _, key := range []string{"r", "f", "?"} {
				b.key(key)
				b.until("the dialog of "+key, `!!$("dialog[open]")`)
				b.layout(name + " " + key)
				b.accessible(name + " " + key)
				b.key(kb.Escape)
				b.until("the dialog gone", closed)
			}
			b.touch("the panel's opener", `$$(".opener").pop()`)
			b.until("the panel", `$("dialog.panel[open]") !== null`)
			b.layout(name + " panel")
			b.accessible(name + " panel")
			b.key(kb.Escape)
			b.until("the panel gone", closed)
		}
	}
}
