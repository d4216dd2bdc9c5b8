package browser

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// One order of a banquet hides neither itself nor the others: its dishes stand in columns,
// and those for which a page is too small are counted.
func TestBanquet(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b, small, phone := s.tab("/", tablet), s.tab("/", sizes["small"]), s.tab("/", sizes["phone"])
	banquet := func(number string, n int) {
		var all []dish
		for i := range n {
			all = append(all, dish{2, fmt.Sprint("Dish ", i)})
		}
		s.print(number, all...)
	}
	s.print("1", soup)
	b.until("the first order", `cooking("1")`)
	banquet("2", 40)
	s.print("3", soup)
	const dishes = `face(%q).querySelectorAll(".items > li:not([hidden]):not(.left-out)").length`
	b.until("all three at once, with each dish", `cooking("1") && cooking("3") && `+fmt.Sprintf(dishes, "2")+` === 40`)
	if cut := ask[bool](b, `(() => { const e = face("2").getBoundingClientRect(), p = $("#cooking").getBoundingClientRect();
		return e.bottom > p.bottom || e.right > p.right; })()`); cut {
		t.Error("the end of the order is cut off")
	}
	banquet("4", 120)
	phone.until("all dishes on a page that scrolls", fmt.Sprintf(dishes, "4")+` === 120`)
	small.until("the large order counted", `text("#counts").includes("4 cooking")`)
	small.until("its page", `(!!face("4") || ($("#cooking .pager button:last-child").click(), false))`)
	if missing := ask[string](small, `text(".left-out")`); !strings.HasSuffix(missing, " more dishes: see the slip") {
		t.Errorf("what has no room is told as %q", missing)
	}
	if all := ask[float64](small, fmt.Sprintf(dishes, "4")+` + parseInt(text(".left-out"))`); all != 120 {
		t.Errorf("%g dishes are shown or counted, want 120", all)
	}
}

// A word about an allergy is whole, however long it is.
func TestLongWord(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", sizes["small"])
	s.print("1", dish{1, strings.Repeat("nut", 10) + "allergy" + strings.Repeat("nut", 10)})
	b.until("the order", `cooking("1")`)
	if wide := ask[bool](b, `(() => { const e = face("1"), m = e.querySelector("mark"); return e.scrollWidth > e.clientWidth + 1 || m.getBoundingClientRect().right > e.getBoundingClientRect().right; })()`); wide {
		t.Error("the word is cut off")
	}
}

// A page comes back on a network that takes longer to answer than a silence may last.
func TestSlowNetwork(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	ask[bool](b, `(() => { const Real = EventSource;
		window.EventSource = class extends EventTarget {
			constructor(url) { super(); this.begin = setTimeout(() => {
				this.real = new Real(url);
				for (const name of ["edition", "state", "same", "beat"]) this.real.addEventListener(name, (e) => this.dispatchEvent(new MessageEvent(name, e)));
			}, 2200); }
			close() { clearTimeout(this.begin); this.real?.close(); }
		}; return true; })()`)
	b.pardon()
	s.daemon.Process.Signal(syscall.SIGSTOP)
	b.until("the board to be cut off", `document.body.classList.contains("gone")`)
	s.daemon.Process.Signal(syscall.SIGCONT)
	b.until("the board to be there", `!document.body.classList.contains("gone")`)
}

// A tablet that slept knows at once that what it shows is old, whatever its other clock says.
func TestAsleep(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	b.pardon()
	for _, event := range []string{`document.dispatchEvent(new Event("visibilitychange"))`, `dispatchEvent(new Event("pageshow"))`} {
		gone := ask[bool](b, `(() => { const real = Date.now; Date.now = () => real.call(Date) + 8 * 3600000; `+event+`;
			return document.body.classList.contains("gone"); })()`)
		if !gone {
			t.Errorf("%s: after a night the page looks alive", event)
		}
		b.until("the board to be there", `!document.body.classList.contains("gone")`)
	}
}

// A touch that could not be stored outlives the update that was the reason.
func TestTouchOverAnUpdate(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.print("6", soup)
	b.until("the order", `cooking("6")`)
	b.dry()
	ask[bool](b, `(document.documentElement.dataset.edition = "before", window.before = true)`)
	b.pardon()
	s.end(syscall.SIGKILL)
	b.until("the board to be cut off", `document.body.classList.contains("gone")`)
	b.touch("the order", `face("6")`)
	b.until("word that it is not stored", `text(".error").includes("trying again")`)
	s.start()
	b.until("the page of the new edition", `!window.before && !document.body.classList.contains("gone") && (undoable("6") || handover("6"))`)
	s.until("order.ready at the broker", func() bool { return s.published("order.ready", "6") == 1 })
}

// A finger that comes down where another order has just moved to touches nothing.
func TestMovedUnderTheFinger(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	for _, n := range []string{"1", "2"} {
		s.print(n, soup)
		b.until("the order "+n, fmt.Sprintf(`cooking(%q)`, n))
	}
	b.dry()
	ask[bool](b, `(() => { const was = face("2").getBoundingClientRect().x;
		const look = setInterval(() => {
			if (Math.abs(face("2").getBoundingClientRect().x - was) < 100) return;
			clearInterval(look);
			face("2").dispatchEvent(new MouseEvent("click", {bubbles: true, detail: 1}));
			window.taken = face("2").getAttribute("aria-busy");
		}, 5); return true; })()`)
	for i := range 12 {
		s.print(fmt.Sprint(10+i), soup, dish{1, "Rice"}, dish{1, "Noodles"})
	}
	b.until("the second order to move", `!!window.taken`)
	if taken := ask[string](b, `window.taken`); taken != "false" {
		t.Error("a touch of what had just moved was taken")
	}
	b.until("all orders", `text("#counts").includes("14 cooking")`)
	b.dry()
	b.touch("the second order", `face("2")`)
	b.until("it ready", `undoable("2")`)
}
