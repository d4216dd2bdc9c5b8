package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is one screen that shows a page.
type tab struct {
	t    testing.TB
	shop *shop
	ctx  context.Context

	mu         sync.Mutex
	complaints []string
	pardoned   bool // what the network says
}

// size is that of a screen, in CSS pixels.
type size struct{ w, h int64 }

var (
	tablet = size{1280, 800}
	sizes  = map[string]size{"small": {800, 480}, "tablet": tablet, "wall": {1920, 1080}, "phone": {390, 844}}
)

// tab opens a page on a screen of its own, and waits until it shows something.
func (s *shop) tab(path string, is size) *tab {
	s.t.Helper()
	b := screen(s.t, "http://"+s.page+path, is)
	b.shop = s
	b.until("the page to be alive", `!document.body.classList.contains("gone") && !!document.querySelector("#clock")?.textContent`)
	return b
}

// screen opens any address on a screen of its own.
func screen(t testing.TB, url string, is size) *tab {
	t.Helper()
	needBrowser(t)
	b := &tab{t: t}
	var end context.CancelFunc
	b.ctx, end = chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	t.Cleanup(func() {
		end()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Errorf("%s: %s", url, c)
		}
	})
	if err := chromedp.Do(b.ctx); err != nil { // the tab lives as long as the context that it begins with
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(is.w, is.h), chromedp.Navigate(url))
	return b
}

// hear takes in what the page complains about.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text, _ := json.Marshal(e.ExceptionDetails)
		b.complaints = append(b.complaints, "exception: "+string(text))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			text, _ := json.Marshal(e.Args)
			b.complaints = append(b.complaints, "console: "+string(text))
		}
	case *log.EventEntryAdded:
		forgiven := b.pardoned && (e.Entry.Source == log.EntrySourceNetwork || e.Entry.Source == log.EntrySourceJavascript)
		if e.Entry.Level == log.EntryLevelError && !forgiven {
			b.complaints = append(b.complaints, fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL))
		}
	}
}

// pardon says that the network may fail from now on, or what is asked be refused: the daemon is
// about to go, or the page is somebody else's. What a script throws is told all the same.
func (b *tab) pardon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pardoned = true
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// words are what every expression may use.
const words = `
const $ = (s) => document.querySelector(s), $$ = (s) => [...document.querySelectorAll(s)];
const text = (s) => $(s)?.textContent ?? "";
const tile = (place, number) => $$(place + " .tile").find((e) => e.querySelector(".number")?.textContent === number);
const face = (number) => tile("main", number)?.querySelector(".face");
const cooking = (number) => !!tile("#cooking", number) && !undoable(number);
const undoable = (number) => !!tile("main", number)?.matches(".undo");
const handover = (number) => !!tile("#handover", number) && !undoable(number);
const listed = (place, number) => $$(place + " li").some((e) => e.firstChild.textContent === number);
`

// closed says that no dialog is open, and that keys go to the page again.
const closed = `(!$("dialog[open]") && !document.activeElement?.closest("dialog"))`

// ask evaluates an expression on the page.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := tried[T](b, expression)
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func tried[T any](b *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T]("(() => {"+words+"return ("+expression+");})()"))
}

// until looks at the page until an expression is true.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	var err error
	ok := within(patience, func() bool {
		var is bool
		is, err = tried[bool](b, expression)
		return err == nil && is
	})
	if !ok {
		shown, _ := tried[string](b, "document.body.innerText")
		said := ""
		if b.shop != nil {
			said = b.shop.story()
		}
		b.t.Fatalf("waited %s in vain for %s (%v). The page shows\n%s\nand the daemon said\n%s", patience, what, err, shown, said)
	}
}

// touch clicks in the middle of an element.
func (b *tab) touch(what, element string) {
	b.t.Helper()
	b.until(what+" to touch", "!!("+element+")")
	at := ask[[2]float64](b, fmt.Sprintf(`(() => { const e = (%s); e.scrollIntoView({block: "nearest"});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, element))
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

// key presses keys on the keyboard.
func (b *tab) key(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}
