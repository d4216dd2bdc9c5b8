package rig_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"readyshelf/test/rig"
)

// scaleOn is a scale at the other end of an adapter's cable: it says what lies on it ten
// times a second, as a platform scale does, or when it is asked.
type scaleOn struct {
	*rig.Adapter
	grams atomic.Int64
	out   atomic.Bool // nobody hears it: the cable is out
}

func newScaleOn(t *testing.T, a *rig.Adapter, asked bool) *scaleOn {
	s := &scaleOn{Adapter: a}
	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { s.listen(asked) })
	work.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for !asked {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			if !s.out.Load() {
				s.say(frame(s.grams.Load()))
			}
		}
	})
	t.Cleanup(func() { close(stop); a.Close(); work.Wait() })
	return s
}

// listen reads what the program says until the line ends. One that is asked answers: its
// protocol is toledo8217, whose question is W.
func (s *scaleOn) listen(asked bool) {
	b := make([]byte, 64)
	for {
		n, err := s.Read(b)
		if err != nil {
			return
		}
		if asked && bytes.Contains(b[:n], []byte("W")) {
			s.say(fmt.Sprintf("\x02%06.3f\r", float64(s.grams.Load())/1000))
		}
	}
}

// say says something. What nobody takes is lost, as on a real line.
func (s *scaleOn) say(text string) {
	s.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = io.WriteString(s, text)
}

// Unplug pulls the cable in the middle of a line.
func (s *scaleOn) Unplug() {
	s.out.Store(true)
	s.say(frame(s.grams.Load())[:9])
	s.Adapter.Unplug()
}

func (s *scaleOn) Replug() {
	s.Adapter.Replug()
	s.out.Store(false)
}

// frame is a line of protocol st-gs.
func frame(grams int64) string { return fmt.Sprintf("ST,GS,+%8.3fkg\r\n", float64(grams)/1000) }

// byID makes the name that udev gives to a serial port, which is not there in a machine
// without udev. It leads to ttyUSBn: if the device came back as another, it would lead
// nowhere.
func byID(m *rig.Machine, serial string, n int) string {
	name := "/dev/serial/by-id/usb-FTDI_FT232R_" + serial + "-if00-port0"
	m.Sh("mkdir -p /dev/serial/by-id && ln -s ../../ttyUSB%d %s", n, name)
	return name
}

// A scale is unplugged in the middle of a line and plugged in again, twenty times. What is
// placed on it and taken off meanwhile is in the log, once; it never comes back under
// another name.
func TestScaleReplug(t *testing.T) {
	t.Parallel()
	const times = 20
	m := rig.Restore(t, rig.Base(t), rig.Options{Forward: []int{9100}})
	a := m.Plug(1, "SCALE1")
	m.Sh("until [ -e /dev/ttyUSB0 ]; do sleep 0.05; done")
	s := openShop(t, m, newShelf(m), shopConfig(fmt.Sprintf("[[scale]]\nname = \"a\"\nserial = %q\nprotocol = \"st-gs\"\n", byID(m, "SCALE1", 0))))
	sc := newScaleOn(t, a, false)
	w := m.Start("while sleep 0.3; do echo /dev/ttyUSB*; done") // every name it ever has
	changes := func(e logged) bool { return e.Weight != nil }

	sc.grams.Store(100)
	rest(s) // the first weight is where it starts from
	sc.grams.Store(600)
	s.eventually(1, "weight", 0, changes)
	var back []time.Duration
	for i := range times {
		sc.Unplug()
		m.Sh("while [ -e /dev/ttyUSB0 ]; do sleep 0.02; done")
		sc.grams.Add(map[bool]int64{true: 400, false: -400}[i%2 == 0])
		plugged := m.Uptime()
		sc.Replug()
		m.Sh("sleep 1") // no use in asking before
		events := s.eventually(i+2, "weight", 0, changes)
		back = append(back, find(t, events, "weight", changes).Up-plugged)
	}
	events := s.eventually(1, "recovery of the scale", 0, works("scale/a"))
	checkWeights(t, events, times)
	if faults, ends := count(events, faulty("scale/a")), count(events, works("scale/a")); faults == 0 || faults != ends {
		t.Errorf("%d faults and %d recoveries", faults, ends)
	}
	if names := w.Output(); strings.Contains(names, "ttyUSB1") || !strings.Contains(names, "ttyUSB0") {
		t.Errorf("its names are %q", names)
	}
	t.Logf("from the cable to the settled weight: %s", spread(back))
	s.close()
}

// rest lets the scale's first weight settle: it is where the program starts from, and in
// no log.
func rest(s *shop) {
	s.t.Helper()
	s.Sh("sleep 3")
}

// checkWeights checks that 500 g were placed, and then 400 g placed and taken off by turns.
func checkWeights(t *testing.T, events []logged, times int) {
	t.Helper()
	want := []int{500}
	for i := range times {
		want = append(want, map[bool]int{true: 400, false: -400}[i%2 == 0])
	}
	var got []int
	for _, e := range events {
		if e.Weight != nil {
			got = append(got, int(e.Weight.Delta))
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the log has the changes %v\nand not %v", got, want)
	}
}
