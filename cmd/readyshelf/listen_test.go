package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readyshelf/device/devicetest"
	"readyshelf/sensors/scale"
	"readyshelf/sensors/ticket"
)

// played listens to a device that play plays, and returns what the installer sees. It
// must run in a bubble.
func played(t *testing.T, to target, d time.Duration, play func(on *tap)) string {
	t.Helper()
	var out bytes.Buffer
	playOn(t, textDisplay{&out, to.kind == "printer"}, &out, to, d, play)
	return out.String()
}

func playOn(t *testing.T, on display, guide io.Writer, to target, d time.Duration, play func(on *tap)) {
	t.Helper()
	begun := time.Now()
	l := &listener{
		target: to, show: on, guide: guide, up: func() time.Duration { return time.Hour + time.Since(begun) },
		daemon: func(context.Context) (io.ReadCloser, error) { return nil, errNobody },
		open: func(ctx context.Context, _ target, on *tap) error {
			on.opened()
			play(on)
			<-ctx.Done()
			return ctx.Err()
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := l.run(ctx); err != nil {
		t.Error(err)
	}
}

// Programs get an object on each line, and nothing else on standard output.
func TestListenJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := scale.Lookup("cas-ap")
		var out, guide bytes.Buffer
		on := newJSONDisplay(&out, false)
		to := target{name: "scale/a1", kind: "scale", path: "/dev/ttyUSB0", dialect: d, mode: SerialMode(d.Mode)}
		playOn(t, on, &guide, to, 11*time.Second, func(on *tap) {
			time.Sleep(40 * time.Millisecond)
			on.hear(heard{Bytes: []byte{0x11}, Sent: true, From: "till"})
			on.hear(heard{Bytes: []byte("\x01\x02S 01.235kgd\x03\x04"), Lost: 3})
		})
		to = target{name: "button/A1", kind: "button", path: "GPIO17", button: ButtonConfig{Debounce: 25 * time.Millisecond, Active: "low"}}
		playOn(t, on, &guide, to, time.Second, func(on *tap) { playEdges(on, 500*time.Millisecond) })
		golden(t, "listen-json.txt", out.String())
		if !strings.Contains(guide.String(), "listening to scale/a1 on /dev/ttyUSB0") || !strings.Contains(guide.String(), "press the button now") {
			t.Errorf("the person is told %q", guide.String())
		}
	})
}

func TestListenPrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := target{name: "printer/kitchen", kind: "printer", path: ":9100", options: ticket.Options{Encoding: "utf8"}}
		golden(t, "listen-printer.txt", played(t, to, 20*time.Second, func(on *tap) {
			say := func(from, text string) {
				time.Sleep(100 * time.Millisecond)
				on.hear(heard{From: from, Bytes: []byte(text)})
			}
			till := "192.168.1.20:40001"
			say(till, "\x10\x04\x01")
			on.hear(heard{From: till, Bytes: []byte{0x12}, Sent: true})
			say(till, "\x1b@Kitchen  Order #18\n")
			say(till, "Customer: Jane Roe\n2 x Noodles\n  extra spicy\n1 x Tea\n\x1dV\x00")
			say("192.168.1.21:5000", "Order #19\n1 x Soup\n")
			time.Sleep(2 * time.Second) // no cut
			on.hear(heard{From: till, End: true})
		}))
	})
}

func TestListenScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := scale.Lookup("cas-ap")
		to := target{name: "scale/a1", kind: "scale", path: "/dev/serial/by-id/cas", dialect: d, mode: SerialMode(d.Mode)}
		golden(t, "listen-scale.txt", played(t, to, time.Second, func(on *tap) {
			on.hear(heard{Bytes: []byte{5}, Sent: true})
			on.hear(heard{Bytes: []byte{6}})
			on.hear(heard{Bytes: []byte{0x11}, Sent: true})
			time.Sleep(40 * time.Millisecond)
			on.hear(heard{Bytes: []byte("\x01\x02S 01.235kgd\x03\x04")})
			on.hear(heard{Bytes: []byte("\x01\x02S 01.235kgx\x03\x04")}) // damaged
			on.hear(heard{Bytes: []byte("\x01\x02F 00.000kgt\x03\x04")}) // too much
		}))
	})
}

// playEdges plays edges of a contact to ground, the first closing, this long after another.
func playEdges(on *tap, gaps ...time.Duration) {
	level := true
	for _, gap := range gaps {
		time.Sleep(gap)
		level = !level
		now := level
		on.hear(heard{Level: &now})
	}
}

func TestListenButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ButtonConfig{Slot: "A1", Line: "GPIO17", Debounce: 25 * time.Millisecond, Active: "low"}
		to := target{name: "button/A1", kind: "button", path: "GPIO17", button: b}
		const ms = time.Millisecond
		golden(t, "listen-button.txt", played(t, to, 13*time.Second, func(on *tap) {
			playEdges(on, 500*ms, 2*ms, 3*ms, 8*ms, 1*ms, 7*ms, 2*ms) // pressed, with 23 ms of bounce
			time.Sleep(287 * ms)
			on.hear(heard{Level: new(bool)}) // one more edge, to closed: nothing new
			time.Sleep(100 * ms)
			level := true
			on.hear(heard{Level: &level}) // released
			playEdges(on, 500*ms, 3*ms)   // touched
			playEdges(on, 500*ms)         // pressed without bounce
		}))
	})
}

func TestListenPort(t *testing.T) {
	for name, said := range map[string]string{
		"scale":    strings.Repeat("ST,GS,+   1.234kg\r\n", 6),
		"till":     "\x1b@Order #18\n",
		"stranger": strings.Repeat("hello\r\n", 30),
	} {
		synctest.Test(t, func(t *testing.T) {
			to := target{kind: "port", path: "/dev/ttyUSB0", mode: usualTapMode}
			out := played(t, to, time.Second, func(on *tap) { on.hear(heard{Bytes: []byte(said)}) })
			want := map[string]string{"scale": "looks like a scale", "till": "looks like a till's print jobs"}[name]
			if strings.Contains(out, "looks like") != (want != "") || !strings.Contains(out, want) {
				t.Errorf("%s: got\n%s\nwant %q", name, out, want)
			}
		})
	}
}

// Silence is worth a word that helps, and so is what a slow screen missed.
func TestListenSilence(t *testing.T) {
	for _, c := range []struct {
		target
		want string
	}{
		{target{kind: "printer", path: ":9100"}, "port 9100"},
		{target{kind: "printer", path: "/dev/g_printer0", inlet: overUSB}, "USB cable"},
		{target{kind: "printer", path: "/dev/x", inlet: overSerial, mode: usualTapMode}, "speed, now 9600 8N1"},
		{target{kind: "scale", path: "/dev/x", mode: usualTapMode}, "doctor --probe"},
		{target{kind: "button", path: "GPIO17"}, "between GPIO17 and ground"},
	} {
		synctest.Test(t, func(t *testing.T) {
			out := played(t, c.target, 21*time.Second, func(*tap) {})
			if n := strings.Count(out, "nothing came for 10 s"); n != 2 || !strings.Contains(out, c.want) {
				t.Errorf("%s %s: got\n%s\nwant twice that nothing came, and %q", c.kind, c.path, out, c.want)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		to := target{kind: "port", path: "/dev/x"}
		out := played(t, to, time.Second, func(on *tap) { on.hear(heard{Bytes: []byte("x"), Lost: 7}) })
		if strings.Contains(out, "left out") {
			t.Errorf("got\n%s\nwant nothing left out: the tap counts for itself", out)
		}
	})
	var out bytes.Buffer
	l := &listener{show: textDisplay{out: &out}, sense: &portSense{}}
	l.hear(heard{Bytes: []byte("x"), Lost: 7})
	if !strings.Contains(out.String(), "(7 pieces are left out here") {
		t.Errorf("got %q, want that 7 are left out", &out)
	}
}

func TestListenTarget(t *testing.T) {
	conf := defaultConfig()
	conf.Printers = []PrinterConfig{{Name: "kitchen", Listen: ":9100", Encoding: "big5"}, {Name: "bar", Serial: "/dev/bar", Mode: usualTapMode}, {Name: "usb", Gadget: "/dev/g_printer0"}}
	conf.Scales = []ScaleConfig{{Name: "a1", Serial: "/dev/a1", Protocol: "toledo8217"}}
	conf.Buttons = []ButtonConfig{{Slot: "A1", Line: "GPIO17", Active: "low"}}
	for _, c := range []struct {
		listenCmd
		want string // name kind path mode, or the error
	}{
		{listenCmd{Device: "printer/kitchen"}, "printer/kitchen printer :9100 "},
		{listenCmd{Device: ":9100"}, "printer/kitchen printer :9100 "},
		{listenCmd{Device: "printer/bar", Mode: "19200 8N1"}, "printer/bar printer /dev/bar 19200 8N1"},
		{listenCmd{Device: "/dev/g_printer0"}, "printer/usb printer /dev/g_printer0 "},
		{listenCmd{Device: "scale/a1"}, "scale/a1 scale /dev/a1 9600 7E1"},
		{listenCmd{Device: "/dev/a1"}, "scale/a1 scale /dev/a1 9600 7E1"},
		{listenCmd{Device: "button/A1"}, "button/A1 button GPIO17 "},
		{listenCmd{Device: "GPIO17"}, "button/A1 button GPIO17 "},
		{listenCmd{Device: "GPIO22"}, " button GPIO22 "},
		{listenCmd{Device: "127.0.0.1:9200"}, " printer 127.0.0.1:9200 "},
		{listenCmd{Device: "/dev/g_printer1"}, " printer /dev/g_printer1 "},
		{listenCmd{Device: "/dev/ttyUSB0"}, " port /dev/ttyUSB0 9600 8N1"},
		{listenCmd{Device: "/dev/ttyUSB0", Protocol: "escpos"}, " printer /dev/ttyUSB0 9600 8N1"},
		{listenCmd{Device: "/dev/ttyUSB0", Protocol: "and", Mode: "9600 8N1"}, " scale /dev/ttyUSB0 9600 8N1"},
		{listenCmd{Device: "/dev/ttyUSB0", Protocol: "x"}, "there is no protocol"},
		{listenCmd{Device: "/dev/ttyUSB0", Mode: "fast"}, "want baud rate"},
		{listenCmd{Device: ":9100", Encoding: "latin"}, "latin"},
		{listenCmd{Device: "scale/b2"}, "no such device; it has: printer/kitchen, printer/bar, printer/usb, scale/a1, button/A1"},
	} {
		to, err := c.target(conf)
		got := fmt.Sprint(to.name, " ", to.kind, " ", to.path, " ", scale.Mode(to.mode))
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != c.want || err != nil && !strings.Contains(got, c.want) {
			t.Errorf("%+v: got %q, want %q", c.listenCmd, got, c.want)
		}
	}
}

// A running daemon's devices are heard through it, and go on working.
func TestListenThroughDaemon(t *testing.T) {
	port := &devicetest.Port{}
	dir := runDaemon(t, func(c *Config, w *world) {
		c.Scales = []ScaleConfig{{Name: "a1", Serial: "scale", Protocol: "st-gs", Step: 20}}
		w.serial = func(string, SerialMode) (io.ReadWriteCloser, error) { return port.Open() }
	})
	d, _ := scale.Lookup("st-gs")
	out := &growing{}
	l := &listener{
		target: target{name: "scale/a1", kind: "scale", path: "scale", dialect: d}, show: textDisplay{out: out}, guide: out, up: func() time.Duration { return 0 },
		daemon: func(ctx context.Context) (io.ReadCloser, error) { return daemonStream(ctx, dir, "scale/a1") },
		open: func(context.Context, target, *tap) error {
			return errors.New("opened beside the daemon")
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx) }()
	for !strings.Contains(out.String(), "1234 g, stable") && ctx.Err() == nil {
		io.WriteString(port, "ST,GS,+   1.234kg\r\n")
		select {
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := out.String(); !strings.Contains(got, "1234 g, stable") || !strings.Contains(got, "through the running daemon") {
		t.Errorf("got\n%s", got)
	}
	if _, err := daemonStream(t.Context(), dir, "scale/none"); !errors.Is(err, errNobody) {
		t.Errorf("a device that the daemon does not have: got %v", err)
	}
}

// growing is what was printed so far.
type growing struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.String()
}

// The daemon that ends while it is listened to is said; so is a port that cannot be had.
func TestListenEnds(t *testing.T) {
	stream := io.NopCloser(strings.NewReader(`{"up_ns":1,"bytes":"eA=="}` + "\n"))
	l := &listener{
		target: target{kind: "port"}, show: textDisplay{out: io.Discard}, guide: io.Discard, up: func() time.Duration { return 0 },
		daemon: func(context.Context) (io.ReadCloser, error) { return stream, nil },
	}
	if err := l.run(t.Context()); err == nil || !strings.Contains(err.Error(), "the daemon ended") {
		t.Errorf("got %v, want that the daemon ended", err)
	}
	var out, complaint bytes.Buffer
	missing := filepath.Join(t.TempDir(), "ttyUSB7")
	code := command(t.Context(), []string{"listen", missing, "--config", shopFile(t)}, streams{out: &out, err: &complaint})
	if code != exitFailed || !strings.Contains(complaint.String(), "it is not there") || strings.Contains(out.String(), "now") {
		t.Errorf("code %d: %s%s", code, &out, &complaint)
	}
}

// --for ends by itself, and says by its code that nothing came.
func TestListenFor(t *testing.T) {
	var out, complaint bytes.Buffer
	code := command(t.Context(), []string{"listen", "127.0.0.1:0", "--for", "1s", "--config", shopFile(t)}, streams{out: &out, err: &complaint})
	if code != exitFailed || complaint.Len() > 0 {
		t.Errorf("code %d: %s, want %d and no complaint", code, &complaint, exitFailed)
	}
	want := "listening to 127.0.0.1:0; Ctrl-C ends\n" +
		"bytes of text are left out, as they may be names and phone numbers; --text shows them, for your screen only\n" +
		"print a ticket now\n"
	if diff := cmp.Diff(want, strings.Split(out.String(), "    0.")[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// shopFile is a configuration without devices.
func shopFile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "c.toml")
	text := fmt.Sprintf("store = \"s\"\ndata = %q\n[mqtt]\nbrokers = []\n", dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
