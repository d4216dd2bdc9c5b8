package browser

import (
	"net"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// away opens a page as a screen elsewhere does: by a name, so that the daemon does not take
// it for the machine's own.
func (s *shop) away(path string, is size) *tab {
	s.t.Helper()
	_, port, err := net.SplitHostPort(s.page)
	s.must(err)
	b := screen(s.t, "http://board.localhost:"+port+path, is)
	b.shop = s
	return b
}

// verb runs a verb of the program beside the daemon.
func (s *shop) verb(words ...string) string {
	s.t.Helper()
	out, err := exec.Command(binary, append(words, "--config", s.conf)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", words, err, out)
	}
	return string(out)
}

var shownCode = regexp.MustCompile(`(?m)^  (\d{4}) (\d{4})$`)

// code asks for a code as the owner does at the console.
func (s *shop) code(words ...string) string {
	s.t.Helper()
	m := shownCode.FindStringSubmatch(s.verb(append([]string{"board", "pair"}, words...)...))
	if m == nil {
		s.t.Fatal("no code")
	}
	return m[1] + m[2]
}

const (
	asksForCode = `location.pathname === "/pair" && !!$("#code")`
	alive       = `!!$("#clock")?.textContent && !document.body.classList.contains("gone")`
)

// A tablet is paired by touch, comes back to the page that it asked for, says what it is
// called, and is in the dark the moment it is unpaired.
func TestPairing(t *testing.T) {
	t.Parallel()
	for language, size := range map[string]size{"en": sizes["small"], "zh": sizes["phone"]} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := open(t, language)
			s.print("71", soup)
			b := s.away("/", size)
			b.until("the page for the code", asksForCode)
			if shown := ask[string](b, `document.documentElement.outerHTML`); strings.Contains(shown, "71") && strings.Contains(shown, "soup") {
				t.Error("a screen that is not paired sees an order")
			}
			b.pardon() // a wrong code is refused
			code := s.code("--role", "view", "--name", "counter")
			wrong := strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
			b.tap(wrong)
			b.until("that it is wrong", `!!text("#told") && $("#code").value === ""`)
			b.tap(code)
			b.until("the kitchen", alive+` && location.pathname === "/"`)
			b.until("the order", `!!cooking("71")`)
			b.until("the screen's name", `text("#screen").startsWith("counter · ")`)
			s.verb("board", "unpair", "counter")
			b.until("the page for the code again", asksForCode)
		})
	}
}

// A screen that waits at the page for the code, and is let in by another window of its
// browser, goes back to where it came from by itself, and nowhere else.
func TestPairedMeanwhile(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.away("/today", tablet)
	b.pardon()
	pair := func() {
		t.Helper()
		b.until("a page that knows that it is a stranger's", asksForCode+` && performance.getEntriesByName(location.origin + "/whoami").length > 0`)
		ask[bool](b, `fetch("/pair", {method: "POST", headers: {"Content-Type": "application/json"},
			body: JSON.stringify({code: "`+s.code("--name", "pass")+`", to: "/"})}), true`)
	}
	pair()
	b.until("the day", `location.pathname === "/today"`)
	for _, to := range []string{"//evil.example/", "/.//evil.example/", "javascript:alert(1)"} {
		s.verb("board", "unpair", "pass")
		ask[bool](b, `location.assign("/pair?to=" + encodeURIComponent("`+to+`")), true`)
		pair()
		b.until("a page of ours", `location.hostname === "board.localhost" && location.pathname !== "/pair"`)
	}
	ask[bool](b, `location.assign("/pair?to=%2Ftoday"), true`) // as after a link of another site
	b.until("the day", `location.pathname === "/today"`)
	ask[bool](b, `location.assign("/pair"), true`)
	b.until("the way back for who came by intent", `location.pathname === "/pair" && !$("#back").hidden`)
}

// tap touches digits on the pad.
func (b *tab) tap(digits string) {
	b.t.Helper()
	for _, d := range digits {
		b.touch("the digit "+string(d), `$$("#pad button").find((e) => e.textContent === "`+string(d)+`")`)
	}
}

// A screen is paired by keyboard, stays through a restart of the daemon, and leaves by itself.
func TestPairedScreenLeaves(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.away("/", tablet)
	b.until("the page for the code", asksForCode)
	b.pardon()
	b.key(s.code("--name", "pass") + kb.Enter)
	b.until("the kitchen", alive)
	s.end(syscall.SIGTERM)
	b.until("a board that is cut off", `document.body.classList.contains("gone")`)
	s.start()
	b.until("the kitchen again", alive)
	b.touch("the opener of the panel", `$(".opener:not(.menu)")`)
	b.touch("the way out", `$(".deed button")`)
	b.until("the page for the code again", asksForCode)
	if out := s.verb("board", "screens"); !strings.Contains(out, "there are none") {
		t.Errorf("still paired:\n%s", out)
	}
}
