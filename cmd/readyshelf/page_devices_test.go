package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"readyshelf/board"
	"readyshelf/kitchen"
)

// settle lets the daemon open its devices.
func (b *bubble) settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// device is what the page of the devices says of one.
func (b *bubble) device(name string) board.Device {
	b.Helper()
	all := b.house.shownDevices()
	i := slices.IndexFunc(all, func(d board.Device) bool { return d.Name == name })
	if i < 0 {
		b.Fatalf("there is no %s among %+v", name, all)
	}
	return all[i]
}

func TestShownDevices(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		io.WriteString(b.scale, "ST,GS,+   1.234kg\r\n")
		b.press("A1", 100*time.Millisecond)
		time.Sleep(2 * time.Second)
		if d := b.device("scale/s"); d.State != "ok" || d.ByteAge == nil || *d.ByteAge < 1 || d.Findings != nil {
			t.Errorf("got %+v", d)
		}
		if d := b.device("button/A1"); d.State != "ok" || d.Closed == nil || *d.Closed || d.EventAge == nil {
			t.Errorf("got %+v", d)
		}
		if d := b.device("light/A1"); d.State != "ok" || d.Shows != "off" {
			t.Errorf("got %+v", d)
		}
		if d := b.device("printer/kitchen"); d.State != "ok" || d.ByteAge != nil {
			t.Errorf("got %+v", d)
		}
		if d := b.device("broker"); d.State != "ok" || d.Path != "tcp://broker:1883" || d.Since == nil {
			t.Errorf("got %+v", d)
		}
		b.broker.SetDown(true)
		b.broker.Cut()
		for _, name := range []string{"scale/s", "log"} {
			e := b.house.clock().Fact(name)
			e.Fault = &kitchen.Fault{Device: name, Text: "no reading", Remedy: "check its cable"}
			if err := b.house.buffer.Append(b.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if d := b.device("broker"); d.State != "faulty" || len(d.Findings) != 1 || !d.Findings[0].Bad || d.Findings[0].Remedy == "" {
			t.Errorf("got %+v", d)
		}
		for name, kind := range map[string]string{"scale/s": "scale", "log": "other"} {
			d := b.device(name)
			if d.Kind != kind || d.State != "faulty" || len(d.Findings) != 1 || !d.Findings[0].Bad ||
				!strings.Contains(d.Findings[0].Text, "no reading") || d.Findings[0].Remedy != "check its cable" || d.Findings[0].Since == nil {
				t.Errorf("got %+v", d)
			}
		}
		b.broker.SetDown(false)
		time.Sleep(time.Minute)
	})
}

// What doctor says of a device of the daemon, the page says too.
func TestShownAsDoctorSays(t *testing.T) {
	fault := kitchen.BoardFault{Device: "scale/s", Text: "it is gone", Remedy: "plug it in"}
	for _, s := range []deviceState{
		{Name: "scale/s", Kind: "scale", Path: "/dev/ttyUSB9", Open: true},
		{Name: "scale/s", Kind: "scale", Path: "/dev/ttyUSB9"},
		{Name: "scale/s", Kind: "scale", Path: "/dev/ttyUSB9", Faults: []kitchen.BoardFault{fault}},
	} {
		d := &doctor{Config: defaultConfig(), surroundings: surroundings{stable: func(string) (string, bool) { return "", false }}}
		d.daemon = daemonState{running: true, devices: []deviceState{s}}
		want := d.checkDevice(s.Name, s.Kind, s.Path, nil)[0]
		got := (&house{Config: *d.Config}).shownDevice(s)
		if want.Mark == good {
			if got.State != "ok" || got.Findings != nil {
				t.Errorf("got %+v, doctor says %+v", got, want)
			}
		} else if len(got.Findings) != 1 || got.Findings[0].Text != want.Text || got.Findings[0].Remedy != want.Remedy || got.State == "ok" {
			t.Errorf("got %+v, doctor says %+v", got, want)
		}
	}
}

// waits starts a trial and returns where its answer will be.
func (b *bubble) waits(name string) <-chan board.Tried {
	out := make(chan board.Tried, 1)
	go func() {
		came, err := b.house.tryDevice(b.Context(), name)
		if err != nil {
			b.Error(err)
		}
		out <- came
	}()
	synctest.Wait()
	return out
}

func TestTryDevice(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		for held, want := range map[time.Duration]board.Tried{
			300 * time.Millisecond: {Result: "press", Slot: "A2", Held: .3},
			2 * time.Second:        {Result: "press", Slot: "A2", Held: 1.5, Hold: true},
		} {
			came := b.waits("button/A2")
			b.press("A1", 100*time.Millisecond) // another one
			b.press("A2", held)
			got := <-came
			if got.Held = float64(int(got.Held*20+.5)) / 20; got != want {
				t.Errorf("held for %s: got %+v, want %+v", held, got, want)
			}
			time.Sleep(5 * time.Second)
		}

		came := b.waits("printer/kitchen")
		b.print(b.menu.slip(plan{number: "7", items: []kitchen.Item{burger}, promise: 40 * time.Minute}, time.Now(), false))
		if got := <-came; got.Result != "ticket" || got.Kind != "order" || got.Number != "7" || got.Dishes != 1 || got.Bytes == 0 {
			t.Errorf("got %+v", got)
		}
		time.Sleep(time.Second)
		if len(b.house.view.get().Orders) != 1 {
			t.Error("the ticket of a trial is no order")
		}

		begun, silent := time.Now(), b.waits("button/A3")
		if got := <-silent; got.Result != "silence" || got.Remedy == "" || time.Since(begun) != tryPatience {
			t.Errorf("got %+v after %s", got, time.Since(begun))
		}
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		if _, err := b.house.tryDevice(ctx, "button/A3"); !errors.Is(err, context.Canceled) {
			t.Errorf("a page that went: got %v", err)
		}
		for _, name := range []string{"light/A1", "button/Z9", "", "../x"} {
			if _, err := b.house.tryDevice(b.Context(), name); !errors.Is(err, board.ErrNoDevice) {
				t.Errorf("%q: got %v", name, err)
			}
		}
	})
}

// A button that is pressed and not let go of is told so.
func TestTryStuckButton(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		one := attempt{}
		one.hear(heard{events: []kitchen.Event{{Press: &kitchen.Press{Slot: "A1", Gesture: kitchen.Short}}}}) // began before
		if one.hear(heard{events: []kitchen.Event{{Press: &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}}}}) {
			t.Error("a press that goes on is no answer")
		}
		if got := one.nothing("look"); got.Result != "stuck" || got.Remedy != "look" {
			t.Errorf("got %+v", got)
		}
		noise := attempt{}
		noise.hear(heard{Bytes: []byte("xx"), Sent: true})
		noise.hear(heard{Bytes: []byte("xxx")})
		if got := noise.nothing("look"); got.Result != "noise" || got.Bytes != 3 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestBlink(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		begun, done := time.Now(), make(chan error, 1)
		go func() { done <- b.house.blink(b.Context(), "light/A1") }()
		seen := map[gpio.Level]int{}
		for range 45 {
			time.Sleep(100 * time.Millisecond)
			seen[b.lamps["A1"].Read()]++
			if b.house.light("A2") == lightTried {
				t.Fatal("another light is tried too")
			}
		}
		if err := <-done; err != nil || time.Since(begun) != tryLight {
			t.Errorf("got %v after %s", err, time.Since(begun))
		}
		if seen[gpio.High] < 20 || seen[gpio.Low] < 10 {
			t.Errorf("it was on %d and off %d times of 45", seen[gpio.High], seen[gpio.Low])
		}
		time.Sleep(time.Second)
		if got := b.house.light("A1"); got != kitchen.LightOff || b.lamps["A1"].Read() {
			t.Errorf("afterwards it shows %s", got)
		}
		for _, name := range []string{"light/Z9", "button/A1", "light/"} {
			if err := b.house.blink(b.Context(), name); !errors.Is(err, board.ErrNoDevice) {
				t.Errorf("%q: got %v", name, err)
			}
		}
	})
}

// hears listens to a device while do is done, and returns all lines.
func (b *bubble) hears(name string, do func()) (all []board.Line) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() {
		done <- b.house.listenTo(ctx, name, func(lines []board.Line) error {
			all = append(all, lines...)
			return nil
		})
	}()
	synctest.Wait()
	do()
	time.Sleep(3 * time.Second)
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
	return all
}

// Nothing that a ticket says leaves by the live bytes of its printer.
func TestListenShowsNoText(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		slip := "\x1b@\x1ba\x01#7 Mr Bean 13800138000\n\x1ba\x00Fried rice x1\nBaker St\n\x1dV\x00"
		lines := b.hears("printer/kitchen", func() { b.print([]byte(slip)) })
		out, err := json.Marshal(lines)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Bean", "1380", "rice", "Baker", "#7", "42 65", "31 33 38"} {
			if strings.Contains(string(out), secret) {
				t.Errorf("the page is told %q: %s", secret, out)
			}
		}
		for _, want := range []string{`1B 61 01 (22) 0A`, "0A 1D 56 00", "ticket ended: cut", "3 lines"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s lacks %q", out, want)
			}
		}
	})
}

func TestListenTo(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.settle()
		out := asJSON(t, b.hears("button/A1", func() { b.press("A1", 500*time.Millisecond) }))
		if !strings.Contains(out, `"level":false`) || !strings.Contains(out, "released after 0.51 s") {
			t.Errorf("got %s", out)
		}
		out = asJSON(t, b.hears("scale/s", func() { io.WriteString(b.scale, "ST,GS,+   1.234kg\r\n") }))
		if !strings.Contains(out, "53 54 2C") || !strings.Contains(out, "1234 g, stable") || !strings.Contains(out, "ST,GS") {
			t.Errorf("got %s", out)
		}
		gone := errors.New("the page is gone")
		begun := time.Now()
		calls := 0
		err := b.house.listenTo(b.Context(), "button/A4", func([]board.Line) error {
			if calls++; calls == 2 {
				return gone
			}
			return nil
		})
		if !errors.Is(err, gone) || time.Since(begun) > bundleBeat+time.Second {
			t.Errorf("got %v after %s: a page that is gone must be noticed", err, time.Since(begun))
		}
		if err := b.house.listenTo(b.Context(), "light/A1", nil); !errors.Is(err, board.ErrNoDevice) {
			t.Errorf("got %v", err)
		}
	})
}

// A device that says more than a page can show costs the page no more than so much.
func TestListenIsBounded(t *testing.T) {
	b := &pile{}
	for range 1000 {
		b.heard(heard{Bytes: make([]byte, 4096), Lost: 1})
	}
	lines := b.take()
	if n := len(lines); n != bundleLines+1 || lines[0].More != 4096-lineBytes || lines[n-1].Lost != 1000+1000-bundleLines {
		t.Errorf("got %d lines, the first %+v, the last %+v", n, lines[0], lines[n-1])
	}
	if lines := b.take(); lines != nil {
		t.Errorf("got %v again", lines)
	}
	b.heard(heard{Lost: 3})
	if diff := cmp.Diff([]board.Line{{Lost: 3}}, b.take()); diff != "" {
		t.Error(diff)
	}
}

func FuzzSpacedHex(f *testing.F) {
	f.Add([]byte("\x1b@Bean\n\x1dV"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		line := lineOf(heard{Bytes: data}, true)
		shown := spacedHex(line.Hex)
		if line.Text != "" || strings.Contains(shown, "(0)") || strings.Contains(shown, "  ") {
			t.Errorf("%q: %q", data, shown)
		}
	})
}
