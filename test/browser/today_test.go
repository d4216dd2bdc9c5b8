package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"readyshelf/board"
)

// The page of the day tells of an order that was made, steps through the day, and gives its
// orders as a file.
func TestToday(t *testing.T) {
	t.Parallel()
	s := open(t, "en")
	b := s.tab("/today", tablet)
	b.until("a day without orders", `text("#said") === "No orders on this day"`)
	if !ask[bool](b, `$("#before").disabled && $("#after").disabled && $("#then").hidden`) {
		t.Error("there are other days, or there is something to step through")
	}
	pass := s.tab("/", tablet)
	s.print("77", soup)
	pass.until("the order", `cooking("77")`)
	s.press("A1")
	pass.until("the order ready", `undoable("77")`)
	b.touch("today", `$("#day")`) // a person looks again: nothing is asked while nobody does
	ask[bool](b, `(location.reload(), true)`)
	b.until("the order among the figures", `text("#sum .value") === "1" && $$(".plot").length === 5`)
	b.until("the order on the board as it was", `text("#was").includes("77") && text("#was").includes("Ready to hand over · 1")`)
	ask[bool](b, `($("#moment").value = $("#moment").min, $("#moment").dispatchEvent(new Event("input")), true)`)
	b.until("the board before it came", `!text("#was").includes("77") && text("#was").includes("Cooking · 0")`)
	file := ask[string](b, `(() => { const r = new XMLHttpRequest(); r.open("GET", $("#file").href, false); r.send(); return r.responseText; })()`)
	if !strings.Contains(file, "\n77,") || strings.Count(file, "\n") != 2 {
		t.Errorf("the file is %q", file)
	}
}

// A day on which the clocks were set, looked at in winter: each time is that of the store's
// clock then, and no bar reaches beyond the highest line.
func TestTodayWhenClocksAreSet(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	from := time.Date(2026, 3, 29, 0, 30, 0, 0, berlin) // at two it is three
	d := board.Day{Date: "2026-03-29", From: from, To: time.Date(2026, 3, 30, 0, 30, 0, 0, berlin), First: "2026-03-29", Newest: "2026-11-23"}
	for i := range 5 {
		d.Orders = append(d.Orders, board.DayOrder{Number: fmt.Sprint(i + 1), Accepted: time.Date(2026, 3, 29, 12, 5*i, 0, 0, berlin)})
	}
	early := time.Date(2026, 3, 29, 0, 40, 0, 0, berlin)
	d.Orders = append([]board.DayOrder{{Number: "0", Accepted: early, Left: &d.Orders[0].Accepted}}, d.Orders...)
	b := screen(t, dayPage(t, "en", d, time.Date(2026, 11, 23, 12, 0, 0, 0, berlin))+"/today?day=2026-03-29", tablet)
	b.until("the day", `text("#sum .value") === "6" && `+alive)
	at := func(seconds int) string {
		return ask[string](b, fmt.Sprintf(`($("#moment").value = %d, $("#moment").dispatchEvent(new Event("input")), text("#clock-then"))`, seconds))
	}
	ask[bool](b, `($("#moment").min = 0, $("#moment").max = 1e6, true)`)
	for seconds, want := range map[int]string{900: "00:45", 5100: "01:55", 5400: "03:00", 12*3600 - 1800 - 3600: "12:00", 86400: "01:30"} {
		if got := at(seconds); got != want {
			t.Errorf("%d s after the day began it is %s, want %s", seconds, got, want)
		}
	}
	if high := ask[float64](b, `Math.min(...[...$(".plot svg").querySelectorAll("rect")].map((r) => +r.getAttribute("y")))`); high < ask[float64](b, `Math.min(...[...$(".plot svg").querySelectorAll("polyline.grid")].map((l) => +l.getAttribute("points").split(/[ ,]/)[1]))`) {
		t.Errorf("a bar begins at %v, above the highest line", high)
	}
}
