package main

import (
	"io"
	"io/fs"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/sensors/ticket"
)

// usbCable is a till's cable to this USB printer.
type usbCable struct{ net.Conn }

func (usbCable) SetOffline(bool) {}

// A till prints over USB. That the gadget was not there is one fault, and it works
// within a second of being made.
func TestUSBPrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 1)
		b.conf.Printers = []PrinterConfig{{Name: "till", Gadget: "/dev/g_printer0", Encoding: "cp437"}}
		b.conf.Scales, b.conf.Buttons = nil, nil
		var there atomic.Bool
		plugged := make(chan net.Conn, 1)
		b.change = func(w *world) {
			w.gadget = func(path string) (ticket.Cable, error) {
				if !there.Load() {
					return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
				}
				here, far := net.Pipe()
				plugged <- far
				return usbCable{here}, nil
			}
		}
		b.up()
		time.Sleep(10 * time.Minute)
		there.Store(true)
		time.Sleep(time.Second)
		till := <-plugged
		till.SetDeadline(time.Now().Add(time.Second))
		if _, err := io.WriteString(till, "\x1B@Order #41\n1x Tea\n\x1DV0"); err != nil {
			t.Fatal(err)
		}
		go io.WriteString(till, "\x10\x04\x01")
		status := make([]byte, 1)
		if _, err := io.ReadFull(till, status); err != nil || status[0] != 0x12 {
			t.Errorf("DLE EOT 1: got %#x, %v, want 0x12", status, err)
		}
		time.Sleep(time.Minute)
		if f := b.house.view.get().Faults; len(f) > 0 {
			t.Errorf("a printer that works has the faults %v", f)
		}
		if s := b.house.taps[0].state(nil); !s.Open || s.ByteAge == nil || s.EventAge == nil || s.Path != "/dev/g_printer0" {
			t.Errorf("tools see %+v", s)
		}
		b.cancel()
		b.down()
		if s := strings.Join(b.accepted, "\n"); !strings.Contains(s, `"number":"41"`) || strings.Count(s, `"fault":`) != 1 {
			t.Errorf("the log has not one order and one fault:\n%s", s)
		}
		if _, err := till.Write([]byte("x")); err == nil {
			t.Error("the daemon has ended, and holds the cable")
		}
		b.broker.Close()
	})
}
