package browser

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
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

// A recall that could not be stored says so, though its order has no tile, and comes true
// when the box is back.
func TestRecallWhileAway(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.handsOver(b, "14")
	b.pardon()
	s.end(syscall.SIGKILL)
	b.until("the board to be cut off", `document.body.classList.contains("gone")`)
	b.key("r")
	b.touch("the order in the list", `$("dialog[open] ol.recall button")`)
	b.until("word that it is not stored", `text("#strip").includes("Order 14") && text("#strip").includes("trying again")`)
	s.start()
	b.until("the order to be cooking", `cooking("14") && !text("#strip")`)
}

// A filter says that what it hides is late.
func TestFilterHidesALateOrder(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	due := time.Now().In(time.FixedZone("", 8*3600)).Add(-time.Minute).Format("15:04")
	s.must(s.till.Print(t.Context(), []byte("\x1b@Uber Eats\nOrder #7\nPickup by "+due+"\n1x Soup\n\n\n\x1dV\x01")))
	s.print("8", soup)
	b.until("both orders, one of them late", `cooking("8") && !!tile("#cooking", "7")?.matches(".late, .tardy")`)
	ask[bool](b, `(localStorage.setItem("hidden", JSON.stringify(["ubereats"])), dispatchEvent(new Event("chosen")))`)
	b.until("one hidden, and late", `!face("7") && text("#strip").includes("1 hidden by the filter") && text("#strip").includes("1 of them late")`)
	b.touch("show all", `$("#strip button")`)
	b.until("both", `!!face("7") && !!face("8") && !text("#strip")`)
}

// A screen that may only look does not ask to be touched, and says why where it is.
func TestLooksOnly(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.away("/", tablet)
	b.until("the page for the code", asksForCode)
	b.pardon()
	b.key(s.code("--role", "view", "--name", "office") + kb.Enter)
	b.until("the kitchen", alive)
	s.print("9", soup)
	b.until("an order that is no button", `cooking("9") && face("9").getAttribute("aria-disabled") === "true"`)
	if said := ask[string](b, `face("9").getAttribute("aria-label")`); strings.Contains(said, "press when") {
		t.Errorf("a screen that may only look is told %q", said)
	}
	b.dry()
	b.touch("the order", `face("9")`)
	b.until("why it does nothing", `face("9").textContent.includes("may only look")`)
	if ask[bool](b, `!!$(".recalls")?.offsetWidth`) {
		t.Error("it offers to recall")
	}
}

// On a tablet that stands upright neither list covers the other, nor its own pager a tile,
// and what is to be handed over leaves its dishes out before it is divided into pages.
func TestUpright(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", size{800, 1280})
	const all = 24
	for i := range all {
		s.print(fmt.Sprint(100+i), soup, dish{1, "Rice"})
	}
	b.until("all of them", `text("#counts").includes("24 cooking")`)
	ask[bool](b, `(fetch("/board.json").then((r) => r.json()).then((s) => s.board.orders.forEach((o) => fetch("/orders/ready", {method: "POST",
		headers: {"Content-Type": "application/json"}, body: JSON.stringify({order: o.order_id, transaction: "0123456789" + o.order.padStart(10, "0")})}))), true)`)
	b.until("all ready", `text("#counts").includes("24 ready")`)
	b.until("more of them than have room", `$$("#handover .tile").length > 8 && !$("#handover .pager").hidden`)
	for _, n := range []string{"200", "201", "202"} {
		s.print(n, soup)
	}
	b.until("others to cook", `text("#counts").includes("3 cooking") && !!face("202")`)
	wrong := ask[[]string](b, `(() => { const out = [], box = (e) => e.getBoundingClientRect();
		const pager = box($("#handover .pager")), cook = box($("#cooking"));
		if (pager.bottom > cook.top + 1) out.push("the list to hand over covers the kitchen");
		for (const e of $$("#handover .face")) if (box(e).bottom > pager.top + 1) out.push(e.textContent + " is under the pager");
		for (const e of $$("#handover .items")) if (e.offsetHeight) out.push("dishes are shown");
		if (box($("header")).height > 60) out.push("the header has two lines");
		return out; })()`)
	for _, w := range wrong {
		t.Error(w)
	}
}

// A touch that was lost for good is said on its tile until somebody touches it again.
func TestTouchLost(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.print("3", soup)
	b.until("the order", `cooking("3")`)
	b.dry()
	b.pardon()
	s.end(syscall.SIGKILL)
	b.until("the board to be cut off", `document.body.classList.contains("gone")`)
	b.touch("the order", `face("3")`)
	b.until("word that it is not stored", `text(".error").includes("trying again")`)
	ask[bool](b, `(() => { const real = performance.now.bind(performance); performance.now = () => real() + 61000; window.real = real; return true; })()`)
	b.until("word that it is lost", `text(".error").includes("Touch again")`)
	ask[bool](b, `(window.since = window.real(), true)`)
	b.until("some time to pass", `window.real() - window.since > 9000`)
	if !ask[bool](b, `text(".error").includes("Touch again")`) {
		t.Error("nobody is told any more that the touch was lost")
	}
	s.start()
	b.until("the board to be there", `!document.body.classList.contains("gone")`)
	b.touch("the order", `face("3")`)
	b.until("it ready", `undoable("3")`)
}

// A screen that shows one station's dishes counts those alone, says how many an order has
// beside them, and makes no order ready of which others cook a part.
func TestStation(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	s.end(syscall.SIGTERM)
	conf, err := os.ReadFile(s.conf)
	s.must(err)
	stations := "[[board.station]]\nname = \"grill\"\ndishes = [\"BURGER\"]\n[[board.station]]\nname = \"soups\"\ndishes = [\"soup\"]\n"
	s.must(os.WriteFile(s.conf, append(conf, stations...), 0o600))
	s.start()
	b, guests := s.tab("/", tablet), s.tab("/", sizes["small"])
	s.print("1", dish{3, "Cheeseburger"}, soup, dish{1, "Bread"})
	b.until("the first order", `cooking("1")`)
	s.print("2", soup)
	b.until("the second", `cooking("2")`)
	s.print("3", dish{2, "Burger"})
	b.until("the third", `cooking("3")`)
	b.key("f")
	b.touch("the station", `$$("dialog[open] .option").find((e) => e.textContent === "grill")`)
	b.key(kb.Escape)
	b.until("its orders alone", closed+` && cooking("1") && !face("2") && cooking("3") && text("#strip").includes("Only grill") && text("#strip").includes("1 hidden")`)
	said := ask[string](b, `face("1").querySelector(".items").innerText`)
	if !strings.Contains(said, "Cheeseburger") || !strings.Contains(said, "Bread") || strings.Contains(said, "soup") || !strings.Contains(said, "+1 at other stations") {
		t.Errorf("of the first order it shows %q", said)
	}
	b.key("/")
	b.until("its dishes alone counted", `text("#allday").includes("3×Cheeseburger") && !text("#allday").includes("soup")`)
	b.dry()
	b.touch("an order that others cook too", `face("1")`)
	b.until("why it is not ready", `text(".error").includes("shows one station") && cooking("1")`)
	b.touch("one that nobody else cooks", `face("3")`)
	b.until("it ready", `undoable("3")`)
	s.press("A2")
	b.until("an order of others in the list to hand over", `handover("2")`)
	guests.until("all of it elsewhere", `cooking("1") && face("1").textContent.includes("soup")`)
	guests.dry()
	guests.touch("the order where all of it is seen", `face("1")`)
	b.until("it ready here too, with all its dishes", `undoable("1") && face("1").textContent.includes("soup")`)
	b.touch("show all", `$("#strip button")`)
	b.until("no filter", `!text("#strip")`)
}

// What a list of orders means, as the page's own module has it.
func TestMeaning(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	ask[bool](b, `(import("/orders.js").then((m) => { window.m = m; }), true)`)
	b.until("the module", `!!window.m`)
	const at = `"2026-10-05T12:00:00+08:00", Date.parse("2026-10-05T12:00:00+08:00") `
	for expression, want := range map[string]float64{
		`m.left(` + at + `)`:           10000,
		`m.left(` + at + `- 5)`:        10000, // rounding
		`m.left(` + at + `+ 9900)`:     100,
		`m.left(` + at + `+ 10100)`:    0,
		`m.left(` + at + `- 3600000)`:  0, // the clock was set back an hour
		`m.left(` + at + `+ 90000, 9)`: 0,
		`m.left(` + at + `+ 9000, 9)`:  9000,
		`m.changes([], [{order_id: "a", phase: "ready", late: true}]).late.length`:                                                                                   0,
		`m.changes([], [{order_id: "a", phase: "cooking", late: true}]).late.length`:                                                                                 1,
		`m.changes([{order_id: "a", phase: "cooking"}], []).changed.length`:                                                                                          1,
		`m.allDay([{phase: "cooking", items: [{qty: 2, name: "x"}, {qty: 1, name: "x", mods: ["y"]}]}, {phase: "ready", items: [{qty: 9, name: "x"}]}], ",")[0].qty`: 3,
		`m.sorted([{order_id: "a"}, {order_id: "b", promised: "2026-10-05T12:00:00Z"}, {order_id: "c"}], "promise").findIndex((o) => o.order_id === "c")`:            2,
	} {
		if got := ask[float64](b, expression); got != want {
			t.Errorf("%s is %g, want %g", expression, got, want)
		}
	}
}

// Twenty slips at once are one sound, and another kind is heard beside it.
func TestOneSound(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	ask[bool](b, `(() => { window.tones = 0;
		const param = { setValueAtTime() {}, linearRampToValueAtTime() {} }, node = { gain: param, frequency: {}, connect: (to) => to, start() { tones++; }, stop() {} };
		window.AudioContext = class extends EventTarget { state = "running"; currentTime = 0; resume() { return Promise.resolve(); }
			createOscillator() { return node; } createGain() { return node; } };
		import("/sounds.js").then((m) => { window.m = m; });
		return true; })()`)
	b.until("the module", `!!window.m`)
	b.key(kb.Shift)
	b.until("sounds unlocked", `!m.isMute()`)
	if got := ask[float64](b, `(() => { for (let i = 0; i < 20; i++) m.play("fresh"); return tones; })()`); got != 2 {
		t.Errorf("%g tones, want the two of one tune", got)
	}
	if got := ask[float64](b, `(m.play("late"), tones)`); got != 4 {
		t.Errorf("%g tones with one late order more, want 4", got)
	}
}
