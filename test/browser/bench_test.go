package browser

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/device/virtual"
)

// percentile is that of some times, in milliseconds.
func percentile(all []time.Duration, p float64) float64 {
	slices.Sort(all)
	return float64(all[int(p*float64(len(all)-1)+0.5)].Microseconds()) / 1000
}

// report reports some times.
func report(b *testing.B, took []time.Duration) {
	b.ReportMetric(percentile(took, 0.50), "p50-ms")
	b.ReportMetric(percentile(took, 0.95), "p95-ms")
	b.ReportMetric(0, "ns/op") // says nothing: fingers and tills are in it
}

// pixel has the page note when it has painted that an order is ready, by the wall clock,
// which is the test's too: after the frame in which the change was drawn.
const pixel = `(() => { window.painted = 0;
	const seen = () => undoable(%q) && (watch.disconnect(), requestAnimationFrame(() => {
		const c = new MessageChannel(); c.port1.onmessage = () => { window.painted = performance.timeOrigin + performance.now(); }; c.port2.postMessage(0); }));
	const watch = new MutationObserver(seen); watch.observe(document.body, {subtree: true, childList: true, attributes: true}); seen(); return true; })()`

// down closes the contact of a button, and says when.
func down(b *testing.B, button *virtual.Button) time.Time {
	b.Helper()
	at := time.Now()
	if _, err := button.Write([]byte("0")); err != nil {
		b.Fatal(err)
	}
	return at
}

// lift opens it again.
func lift(b *testing.B, button *virtual.Button) {
	b.Helper()
	if _, err := button.Write([]byte("1")); err != nil {
		b.Fatal(err)
	}
}

// fingers need so long between two presses: what is shorter is no press.
const fingers = 100 * time.Millisecond

// presses is how many a benchmark measures.
const presses = 100

// serve puts an order on the shelf, measures what its press does, and clears the shelf.
func (s *shop) serve(b *testing.B, page *tab, i int, measure func(number string, slot *virtual.Button)) {
	number := strconv.Itoa(1000 + i)
	s.print(number, soup)
	page.until("order "+number, fmt.Sprintf("cooking(%q)", number))
	time.Sleep(2 * fingers) // until the page has heard what the broker said of it
	measure(number, s.buttons["A1"])
	time.Sleep(fingers)
	lift(b, s.buttons["A1"])
	time.Sleep(fingers)
	gone := func() bool { return s.published("order.picked_up", number) == 1 }
	s.press("A1")
	for try := 0; !within(2*time.Second, gone); try++ { // who presses looks, and presses again
		if try == 5 {
			b.Fatalf("order %s does not go; the daemon said\n%s", number, s.story())
		}
		s.press("A1")
	}
}

// BenchmarkPressToPixel is from a button's contact to the frame in which a page shows that
// its order is ready, in a shop with little to do. The 25 ms of the contact's debounce and
// the flush of the log are in it.
func BenchmarkPressToPixel(b *testing.B) {
	s := open(b, "en")
	page := s.tab("/", tablet)
	var took []time.Duration
	for range b.N {
		for range presses {
			s.serve(b, page, len(took), func(number string, button *virtual.Button) {
				ask[bool](page, fmt.Sprintf(pixel, number))
				at := down(b, button)
				page.until("the pixel", `window.painted > 0`)
				took = append(took, time.UnixMicro(int64(1000*ask[float64](page, `window.painted`))).Sub(at))
			})
		}
	}
	report(b, took)
}

// tablets is how many screens a large shop has.
const tablets = 20

// listener is a tablet's stream: news holds that another order is ready.
type listener struct{ news chan struct{} }

// listen follows the board's stream until ctx ends.
func (l *listener) listen(ctx context.Context, page string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+page+"/events", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 8<<20)
	ready := 0
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: {"); ok {
			n := strings.Count(data, `"phase":"ready"`)
			if n > ready {
				select {
				case l.news <- struct{}{}:
				default:
				}
			}
			ready = n
		}
	}
	return nil
}

// BenchmarkPressToTablets is from a button's contact to the moment at which the last of
// twenty screens has been sent that its order is ready, and what the daemon weighs then.
func BenchmarkPressToTablets(b *testing.B) {
	s := open(b, "en")
	page := s.tab("/", tablet)
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer func() { cancel(); running.Wait() }()
	all := make([]*listener, tablets)
	for i := range all {
		all[i] = &listener{news: make(chan struct{}, 1)}
		running.Go(func() {
			if err := all[i].listen(ctx, s.page); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		})
	}
	var took []time.Duration
	for range b.N {
		for range presses {
			s.serve(b, page, len(took), func(_ string, button *virtual.Button) {
				for _, l := range all {
					select {
					case <-l.news:
					default:
					}
				}
				at := down(b, button)
				for _, l := range all {
					select {
					case <-l.news:
					case <-time.After(patience):
						b.Fatal("a tablet heard nothing")
					}
				}
				took = append(took, time.Since(at))
			})
		}
	}
	report(b, took)
	b.ReportMetric(s.memory("VmRSS"), "RSS-MB")
	b.ReportMetric(s.memory("RssAnon"), "RssAnon-MB")
}

// memory is what the kernel says of the daemon's memory, in MB.
func (s *shop) memory(what string) float64 {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.daemon.Process.Pid))
	s.must(err)
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, what+": %f kB", &kb); err == nil {
			return kb * 1024 / 1e6
		}
	}
	s.t.Fatalf("the kernel does not say %s", what)
	return 0
}
