package rig_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/sync/uplink/uplinktest"
)

// The shelf of a kitchen: its slots, each with a button and a light.
var shelf = []struct{ slot, button, light string }{
	{"A1", "GPIO17", "GPIO27"}, {"A2", "GPIO22", "GPIO23"}, {"A3", "GPIO24", "GPIO25"}, {"A4", "GPIO5", "GPIO6"},
}

// shelfLines are the lines of a chip for the shelf.
func shelfLines() (lines []string) {
	for _, s := range shelf {
		lines = append(lines, s.button, s.light)
	}
	return lines
}

// configuration is that of a kitchen with a printer at port 9100, the shelf, and its
// data in a folder. More comes at the end.
func configuration(data, broker, more string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "store = \"test\"\ndevice = \"pi\"\nencoding = \"cp437\"\ntimezone = \"UTC\"\ndata = %q\n", data)
	fmt.Fprintf(&b, "[[printer]]\nname = \"kitchen\"\nlisten = \":9100\"\n")
	for _, s := range shelf {
		fmt.Fprintf(&b, "[[button]]\nslot = %q\nline = %q\nlight = %q\n", s.slot, s.button, s.light)
	}
	fmt.Fprintf(&b, "[mqtt]\nbrokers = [\"tcp://%s\"]\n[board]\nlisten = \"\"\n[metrics]\nlisten = \"\"\n%s", broker, more)
	return []byte(b.String())
}

// newBroker starts a broker on the host that remembers all it got. It returns the
// port at which a machine finds it on rig.Host.
func newBroker(t *testing.T) (*uplinktest.Broker, int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &uplinktest.Broker{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go b.Serve(c)
		}
	}()
	t.Cleanup(func() { ln.Close(); <-ended; b.Close() })
	return b, ln.Addr().(*net.TCPAddr).Port
}

// What a till asks behind its job, and what the printer answers once it has dealt
// with all before it: GS ( H, "I have come to here", and DLE EOT 1, "are you
// online?" (Epson, "ESC/POS Application Programming Guide").
const (
	askArrived = "\x1d(H\x06\x0000till"
	arrived    = "\x37\x22till\x00"
	askOnline  = "\x10\x04\x01"
	online     = "\x12"
)

// printOrder prints order n at a printer. Without an error the printer has said that
// it stored all of it.
func printOrder(addr string, n int) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	job := fmt.Sprintf("\x1b@Order #%d\n2x Soup\n1x Bread\n\x1dV\x01", n)
	return errors.Join(answers(conn, job+askArrived, arrived), answers(conn, askOnline, online))
}

// answers says something and wants this answer.
func answers(conn io.ReadWriter, say, want string) error {
	if _, err := io.WriteString(conn, say); err != nil {
		return err
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("the printer answers %q", got)
	}
	return nil
}

// logged is an event as `readyshelf log dump --json` prints it.
type logged struct {
	line string
	kitchen.Event
}

// readDump reads what `readyshelf log dump --json` printed.
func readDump(out string) ([]logged, error) {
	var events []logged
	lines := bufio.NewScanner(strings.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e := logged{line: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), &e.Event); err != nil {
			return nil, fmt.Errorf("log dump printed %q: %w", lines.Text(), err)
		}
		events = append(events, e)
	}
	return events, nil
}

// sent is an alert as the broker got it.
type sent struct {
	ID       string
	Type     string
	Sequence string
	seq      uint64
}

// readSent reads a message; ok says that it is an alert.
func readSent(m uplinktest.Message) (s sent, ok bool) {
	if !strings.Contains(m.Topic, "/event/") || json.NewDecoder(bytes.NewReader(m.Payload)).Decode(&s) != nil {
		return s, false
	}
	_, err := fmt.Sscan(s.ID[strings.LastIndex(s.ID, "-")+1:], &s.seq)
	return s, err == nil
}
