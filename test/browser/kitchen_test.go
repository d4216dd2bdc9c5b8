package browser

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

var soup = dish{2, "Tomato soup"}

// A ticket that is printed to the daemon's printer appears on the page, with its dishes.
func TestTicketAppears(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	b.until("an empty kitchen", `!$("#cooking .empty").hidden`)
	s.print("42", soup, dish{1, "Rice, no peanut (allergy)"})
	b.until("the order", `cooking("42")`)
	said := ask[string](b, `face("42").textContent`)
	for _, want := range []string{"2×", "Tomato soup", "A1", "cooking"} {
		if !strings.Contains(said, want) {
			t.Errorf("the tile says %q, without %q", said, want)
		}
	}
	if mark := ask[string](b, `face("42").querySelector("mark")?.textContent ?? ""`); mark != "allergy" {
		t.Errorf("marked is %q, want the word about the allergy", mark)
	}
}

// Every word is there in both languages.
func TestLanguages(t *testing.T) {
	t.Parallel()
	for language, want := range map[string][]string{
		"zh": {"厨房", "制作中", "取餐架", "zh-CN"},
		"en": {"Kitchen", "Cooking", "Shelf", "en"},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := open(t, language)
			b := s.tab("/", tablet)
			s.print("7", soup)
			b.until("the order", `cooking("7")`)
			all := ask[string](b, `document.documentElement.outerHTML.replace(/<script[^]*?<\/script>/g, "")`)
			for _, w := range want {
				if !strings.Contains(all, w) {
					t.Errorf("the page does not have %q", w)
				}
			}
			if keys := ask[[]string](b, `document.body.innerText.match(/\b[a-z]+\.[a-z]+(\.[a-z]+)*\b/g) ?? []`); len(keys) > 0 {
				t.Errorf("the page shows what look like keys of words: %q", keys)
			}
		})
	}
}

// Two tablets show the same, whichever of them was first.
func TestTwoTablets(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	first := s.tab("/", tablet)
	s.print("11", soup)
	first.until("the first order", `cooking("11")`)
	second := s.tab("/", sizes["small"])
	s.print("12", dish{1, "Noodles"})
	s.press("A1")
	const same = `undoable("11") && cooking("12")`
	first.until("what was pressed and printed", same)
	second.until("the same", same)
	const numbers = `$$(".number").map((e) => e.textContent).sort().join()`
	if a, b := ask[string](first, numbers), ask[string](second, numbers); a != b {
		t.Errorf("one tablet shows %q, the other %q", a, b)
	}
}

// A button's press reaches the page, the lamp and the broker.
func TestButton(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/", tablet)
	s.print("5", soup)
	b.until("the order", `cooking("5")`)
	s.press("A1")
	b.until("the order ready where it stood, for as long as a touch takes it back", `undoable("5")`)
	s.shines("A1", true)
	s.until("order.ready at the broker", func() bool { return s.published("order.ready", "5") == 1 })
	b.until("the order among those to hand over", `handover("5")`)
	s.press("A1")
	b.until("the order to be gone", `!face("5")`)
}

// A page whose daemon is killed says so, and is right again without a reload when the
// daemon is back.
func TestDaemonKilled(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "en")
			b := s.tab("/", tablet)
			s.print("31", soup)
			b.until("the first order", `cooking("31")`)
			s.print("32", soup)
			b.until("the second", `cooking("32")`)
			s.press("A1")
			b.until("one of them ready", `undoable("31") || handover("31")`)
			ask[bool](b, `window.same = true`)
			b.pardon()
			s.daemon.Process.Signal(stop)
			began := time.Now()
			b.until("a banner that the board is cut off", `!!$(".banner.bad") && document.body.classList.contains("gone")`)
			t.Logf("%s: the banner came after %d ms", name, time.Since(began).Milliseconds())
			if stop == syscall.SIGKILL {
				s.end(stop)
				s.start()
			} else {
				s.daemon.Process.Signal(syscall.SIGCONT)
			}
			b.until("the same orders as before", `!$(".banner.bad") && !document.body.classList.contains("gone") && handover("31") && cooking("32")`)
			if !ask[bool](b, `window.same === true`) {
				t.Error("the page was loaded anew")
			}
		})
	}
}

// A page says that the broker is away, and how much waits for it: also where the network
// only went silent, and nothing was closed.
func TestBrokerAway(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*shop, bool){
		"cut":    func(s *shop, is bool) { s.cable.Cut(is) },
		"silent": func(s *shop, is bool) { s.broker.SetDeaf(is) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "en")
			b := s.tab("/", tablet)
			b.until("the link", `text("#link") === "server connected"`)
			away(s, true)
			began := time.Now()
			s.print("61", soup)
			b.until("a banner that the server is not connected", `text("#banners").includes("not connected")`)
			t.Logf("%s: the banner came after %d ms", name, time.Since(began).Milliseconds())
			b.until("how many wait", `/[1-9]\d* records wait/.test(text("#banners"))`)
			b.until("the order, with the mark that the broker does not have it", `cooking("61") && !!face("61").querySelector(".stage.stored, .stage.handed")`)
			away(s, false)
			b.until("the mark that it has", `!!face("61").querySelector(".stage.sent")`)
			b.until("the banner to go", `!text("#banners").includes("not connected")`)
			s.until("what waited, at the broker", func() bool { return s.published("order.accepted", "61") > 0 })
		})
	}
}
