package browser

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// dry waits until a second touch is no wet finger's: the page takes none for 400 ms.
func (b *tab) dry() {
	b.t.Helper()
	ask[bool](b, `(window.wet = performance.now()) > 0`)
	b.until("the finger to be dry", `performance.now() - window.wet > 450`)
}

// A touch makes an order ready: its light, the broker, the pick-up screen and another tablet
// know it, it goes to the list to hand over, and a touch there hands it over.
func TestTouch(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b, other, guests := s.tab("/", tablet), s.tab("/", sizes["small"]), s.tab("/pickup", sizes["wall"])
	s.print("5", soup)
	b.until("the order", `cooking("5")`)
	guests.until("the number among those in preparation", `listed("#preparing", "5")`)
	b.dry()
	b.touch("the order", `face("5")`)
	b.until("the order ready, with a way back", `undoable("5")`)
	s.shines("A1", true)
	s.until("order.ready at the broker", func() bool { return s.published("order.ready", "5") == 1 })
	guests.until("the number among those that are ready", `listed("#ready", "5") && !listed("#preparing", "5")`)
	other.until("the other tablet to show it", `undoable("5") || handover("5")`)
	b.until("the order in the list to hand over", `handover("5")`)
	b.until("the mark of what the broker has", `!!face("5").querySelector(".stage.sent")`)
	b.dry()
	b.touch("the order", `face("5")`)
	s.until("order.picked_up at the broker", func() bool { return s.published("order.picked_up", "5") == 1 })
	s.shines("A1", false)
	guests.until("the number to be gone", `!listed("#ready", "5")`)
	b.until("the order to be gone", `!face("5")`)
}

// A touch is taken back by a second one.
func TestUndo(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b, guests := s.tab("/", tablet), s.tab("/pickup", tablet)
	s.print("8", soup)
	b.until("the order", `cooking("8")`)
	b.dry()
	b.touch("the order", `face("8")`)
	b.until("the way back", `undoable("8")`)
	guests.until("the number ready", `listed("#ready", "8")`)
	b.dry()
	b.touch("the order again", `face("8")`)
	b.until("the order to be cooking", `cooking("8")`)
	s.until("order.ready.undone at the broker", func() bool { return s.published("order.ready.undone", "8") == 1 })
	guests.until("the number in preparation", `listed("#preparing", "8") && !listed("#ready", "8")`)
	if n := s.published("order.ready", "8"); n != 1 {
		t.Errorf("%d times ready, want once", n)
	}
}

// A wet finger that touches twice makes an order ready and leaves it so.
func TestWetFinger(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.print("9", soup)
	b.until("the order", `cooking("9")`)
	b.dry()
	ask[bool](b, `(face("9").click(), face("9").click(), true)`)
	b.until("the order ready", `undoable("9")`)
	s.until("order.ready at the broker", func() bool { return s.published("order.ready", "9") == 1 })
	if n := s.published("order.ready.undone", "9"); n != 0 {
		t.Errorf("taken back %d times", n)
	}
}

// handsOver has an order cooked, made ready and taken away by the button of its slot.
func (s *shop) handsOver(b *tab, number string) {
	s.t.Helper()
	s.print(number, soup)
	b.until("the order", fmt.Sprintf("cooking(%q)", number))
	s.press("A1")
	b.until("the order in the list to hand over", fmt.Sprintf("handover(%q)", number))
	s.press("A1")
	b.until("the order to be gone", fmt.Sprintf("!face(%q)", number))
}

// An order that was handed over is called back and cooked again.
func TestRecall(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.handsOver(b, "14")
	b.touch("recall", `$$(".tools button").find((e) => e.getAttribute("aria-label") === "Recall" || e.textContent.includes("Recall"))`)
	b.touch("the order in the list", `$$("dialog[open] ol.recall button").find((e) => e.querySelector("b").textContent === "14")`)
	b.until("the order to be cooking", `cooking("14")`)
	s.until("order.ready.undone at the broker", func() bool { return s.published("order.ready.undone", "14") == 1 })
}

// All of it by keyboard, and the focus is where it was when orders come and go.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	for _, n := range []string{"21", "22", "23"} {
		s.print(n, soup)
		b.until("the order "+n, fmt.Sprintf(`cooking(%q)`, n))
	}
	b.dry()
	const focused = `document.activeElement === face(%q)`
	b.key(kb.ArrowRight)
	b.until("the focus on the first order", fmt.Sprintf(focused, "21"))
	b.key(kb.ArrowRight)
	b.until("the focus on the second", fmt.Sprintf(focused, "22"))
	b.key(kb.Enter)
	b.until("the second ready", `undoable("22")`)
	s.print("24", soup)
	b.until("another order", `cooking("24")`)
	b.until("the focus where it was", fmt.Sprintf(focused, "22"))
	b.key("u")
	b.until("the second to be cooking", `cooking("22")`)
	b.dry()
	b.key("3")
	b.until("the third ready, as by a bump bar", `undoable("23")`)
	b.key("r")
	b.until("the dialog to recall", `!!$("dialog[open] ol.recall button")`)
	b.key("1")
	b.until("the third to be cooking", `cooking("23") && `+closed)
	b.key("?")
	b.until("the keys", `!!$("dialog[open] dl.keys")`)
	b.key(kb.Escape)
	b.until("the keys to be gone", closed)
	b.key("/")
	b.until("all there is to cook", `!$("#allday").hidden && text("#allday").includes("8×")`)
}

// Two hundred open orders are all there, page by page, and are drawn in no time.
func TestTwoHundred(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	const all = 200
	numbers := make(chan string)
	var tills sync.WaitGroup
	for range 4 {
		tills.Go(func() {
			for n := range numbers {
				if err := s.till.Print(t.Context(), slip(n, soup, dish{1, "Rice " + n})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range all {
		numbers <- strconv.Itoa(100 + i)
	}
	close(numbers)
	tills.Wait()
	b.until("all of them counted", fmt.Sprintf(`text("#counts").includes("%d cooking")`, all))
	seen := map[string]bool{}
	for {
		for _, n := range ask[[]string](b, `$$("#cooking .tile .number").map((e) => e.textContent)`) {
			seen[n] = true
		}
		before := ask[string](b, `text("#cooking .tile .number")`)
		b.key(kb.PageDown)
		if !within(500*time.Millisecond, func() bool { return ask[string](b, `text("#cooking .tile .number")`) != before }) {
			break
		}
	}
	if len(seen) != all {
		t.Errorf("%d orders are on the pages, want %d", len(seen), all)
	}
	ms := ask[float64](b, `(() => { const from = performance.now(); dispatchEvent(new Event("chosen")); document.body.offsetHeight; return performance.now() - from; })()`)
	t.Logf("drawing %d orders takes %.0f ms", all, ms)
	if wide := ask[bool](b, `document.documentElement.scrollWidth > innerWidth`); wide {
		t.Error("the page is wider than the screen")
	}
}
