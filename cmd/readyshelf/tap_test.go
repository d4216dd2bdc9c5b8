package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"readyshelf/device/devicetest"
	"readyshelf/sensors/button"
)

// Who listens too slowly is told how much was missed, and the device waits for nobody.
func TestTapDrops(t *testing.T) {
	port := &devicetest.Port{}
	bare, err := port.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close()
	tap := &tap{up: func() time.Duration { return time.Second }}
	said, stop := tap.listen()
	for range earSize + 3 {
		tap.hear(heard{Bytes: []byte{'x'}})
	}
	for range earSize {
		if h := <-said; h.Lost != 0 || h.Up != time.Second {
			t.Fatalf("got %+v, want nothing lost yet, at 1 s", h)
		}
	}
	tapped := tap.port(bare)
	if _, err := tapped.Write([]byte("W")); err != nil {
		t.Fatal(err)
	}
	if h := <-said; h.Lost != 3 || !h.Sent || string(h.Bytes) != "W" {
		t.Errorf("got %+v, want the W that was sent, and 3 lost before it", h)
	}
	stop()
	tap.hear(heard{Bytes: []byte("later")})
	if len(said) != 0 {
		t.Error("a tap was heard after it was left")
	}
}

// A running daemon says how each of its devices does.
func TestControlDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.up()
		synctest.Wait()
		time.Sleep(time.Second)
		io.WriteString(b.scale, "ST,GS,+   1.234kg\r\n")
		time.Sleep(2 * time.Second)
		b.pins["A1"].EdgesChan <- false
		time.Sleep(100 * time.Millisecond)
		states := map[string]deviceState{}
		w := httptest.NewRecorder()
		b.house.serveDevices(w, nil)
		var list []deviceState
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			states[s.Name] = s
		}
		scale, button, printer := states["scale/s"], states["button/A1"], states["printer/kitchen"]
		if !scale.Open || scale.Path != "scale" || scale.ByteAge == nil || *scale.ByteAge < 2 || *scale.ByteAge > 3 {
			t.Errorf("got %s, want a scale that is open and spoke 2 to 3 s ago", w.Body)
		}
		if !button.Open || button.ByteAge == nil || *button.ByteAge > 0.2 || button.EventAge == nil {
			t.Errorf("got %s, want a button that was pressed just now", w.Body)
		}
		if !printer.Open || printer.ByteAge != nil || printer.EventAge != nil {
			t.Errorf("got %s, want a printer that has printed nothing", w.Body)
		}
		b.cancel()
		b.down()
	})
}

func TestControlListenUnknown(t *testing.T) {
	h := &house{}
	w := httptest.NewRecorder()
	h.serveTap(w, httptest.NewRequest("GET", "/listen?device=scale/x", strings.NewReader("")))
	if w.Code != 404 {
		t.Errorf("got %d, want 404 for a device that is not configured", w.Code)
	}
}

// kernelPin is a pin whose driver hands over its edges, without bounce.
type kernelPin struct{ gpiotest.Pin }

func (*kernelPin) NextEdge(context.Context) (button.Edge, error) {
	return button.Edge{Level: gpio.Low, Up: 7 * time.Second}, nil
}

func (*kernelPin) Debounced() time.Duration { return 25 * time.Millisecond }

// A tap hides nothing of a pin: not its edges, not that the kernel debounced them.
func TestTapKeepsThePin(t *testing.T) {
	tap := &tap{up: func() time.Duration { return time.Hour }}
	said, stop := tap.listen()
	defer stop()
	pin := tap.pin(&kernelPin{})
	e, ok := pin.(edges)
	if d := pin.(interface{ Debounced() time.Duration }).Debounced(); !ok || d != 25*time.Millisecond {
		t.Fatalf("edges: %v, debounced for %s; want both", ok, d)
	}
	if _, err := e.NextEdge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := <-said; h.Up != 7*time.Second || h.Level == nil || *h.Level {
		t.Errorf("got %+v, want the edge with the kernel's time", h)
	}
	if s := tap.state(nil); s.Closed == nil || !*s.Closed {
		t.Errorf("got %+v, want a contact to ground that is closed", s)
	}
	plain := tap.pin(&gpiotest.Pin{})
	if _, ok := plain.(edges); ok || plain.(interface{ Debounced() time.Duration }).Debounced() != 0 {
		t.Error("a plain pin has edges with times, or no bounce")
	}
}
