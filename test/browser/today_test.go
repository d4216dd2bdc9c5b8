package browser

import (
	"strings"
	"testing"
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
