package main

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A daemon in the line: what the till prints is printed and read, and what the printer
// lacks is a fault of its device, which outlives the daemon and ends with the trouble.
func TestProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Printers = []PrinterConfig{{Name: "line", Listen: ":9100", Forward: "printer:9100", Encoding: "cp437"}}
		b.conf.Scales, b.conf.Buttons = nil, nil
		var off atomic.Bool
		calls := make(chan net.Conn, 1)
		b.change = func(w *world) {
			w.printer = func(_ context.Context, addr string) (net.Conn, error) {
				if off.Load() || addr != "printer:9100" {
					return nil, syscall.ECONNREFUSED
				}
				here, there := net.Pipe()
				calls <- there
				return here, nil
			}
		}
		dial := func() (till, printer net.Conn) {
			t.Helper()
			till, err := b.printer.Load().Dial()
			if err != nil {
				t.Fatal(err)
			}
			return till, <-calls
		}
		moves := func(from, to net.Conn, text string) {
			t.Helper()
			to.SetReadDeadline(time.Now().Add(time.Second))
			go io.WriteString(from, text)
			got := make([]byte, len(text))
			if n, err := io.ReadFull(to, got); err != nil || string(got) != text {
				t.Fatalf("%q arrived (%v), want %q", got[:n], err, text)
			}
		}
		faults := func() string {
			synctest.Wait()
			var all []string
			for _, f := range b.house.view.get().Faults {
				all = append(all, f.Device+": "+f.Text)
			}
			return strings.Join(all, "; ")
		}
		const lacks = "printer/line/paper: the printer at printer:9100 is out of paper"

		b.up()
		synctest.Wait()
		till, printer := dial()
		moves(till, printer, "\x1B@Order #41\n1x Tea\n\x1DV0\x10\x04\x04")
		moves(printer, till, "\x7E")
		time.Sleep(time.Minute)
		if got := faults(); got != lacks {
			t.Errorf("without paper the faults are %q, want %q", got, lacks)
		}
		if s := b.house.taps[0].state(b.house.view.get().Faults); !s.Open || s.ByteAge == nil || s.EventAge == nil || len(s.Faults) != 1 {
			t.Errorf("tools see %+v", s)
		}
		b.expect("without paper", map[string]float64{
			`readyshelf_device_up{device="printer/line"}`: 0, `readyshelf_device_fault{device="printer/line",fault="paper"}`: 1,
		})
		b.cancel()
		b.down()

		b.up()
		time.Sleep(time.Minute)
		if got := faults(); got != lacks {
			t.Errorf("after a restart the faults are %q, want %q", got, lacks)
		}
		till, printer = dial()
		moves(till, printer, "\x10\x04\x04")
		moves(printer, till, "\x12")
		time.Sleep(time.Minute)
		if got := faults(); got != "" {
			t.Errorf("with paper the faults are %q", got)
		}
		till.Close()
		off.Store(true)
		if till, err := b.printer.Load().Dial(); err != nil {
			t.Error(err)
		} else if _, err := till.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the printer is off, and the till hears %v", err)
		}
		time.Sleep(time.Minute)
		if got := faults(); got != "printer/line/unreachable: the printer at printer:9100 cannot be reached: connection refused" {
			t.Errorf("without a printer the faults are %q", got)
		}
		b.cancel()
		b.down()
		if s := strings.Join(b.accepted, "\n"); strings.Count(s, `"number":"41"`) == 0 || strings.Count(s, `"recovered":`) != 1 {
			t.Errorf("the log has no order or not one recovery:\n%s", s)
		}
		b.broker.Close()
	})
}
