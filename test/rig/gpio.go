package rig

import (
	"fmt"
	"path"
	"strings"
	"syscall"
	"time"

	"readyshelf/test/rig/wire"
)

// Chip is a simulated GPIO chip. Its lines are real ones to every program
// (Documentation/admin-guide/gpio/gpio-sim.rst of the kernel).
type Chip struct {
	m      *Machine
	config string // its folder in configfs
	sysfs  string // the folder of its lines' attributes
	// Name is gpiochip0 and so on.
	Name string
	// lines are the names of the lines, in their order.
	lines []string
}

// Chip makes a GPIO chip with a label and lines of these names. All its lines are
// pulled down at first.
func (m *Machine) Chip(label string, lines ...string) *Chip {
	m.t.Helper()
	c := &Chip{m: m, config: "/sys/kernel/config/gpio-sim/" + label, lines: lines}
	var sh strings.Builder
	fmt.Fprintf(&sh, "set -e; mkdir -p %s/bank; cd %s; echo %d >bank/num_lines; echo %s >bank/label\n", c.config, c.config, len(lines), label)
	for i, name := range lines {
		fmt.Fprintf(&sh, "mkdir bank/line%d; echo %s >bank/line%d/name\n", i, name, i)
	}
	m.Sh("%s", sh.String())
	c.Insert()
	return c
}

// In is the same chip in a machine that was restored after it was made.
func (c *Chip) In(m *Machine) *Chip {
	same := *c
	same.m = m
	return &same
}

// Insert brings the chip to life, as a plug would, and Remove takes it away.
func (c *Chip) Insert() {
	c.m.t.Helper()
	out := strings.Fields(c.m.Sh("cd %s && echo 1 >live && cat dev_name bank/chip_name", c.config))
	if len(out) != 2 {
		c.m.t.Fatalf("a chip says it is %q", out)
	}
	c.Name = out[1]
	c.sysfs = "/sys/devices/platform/" + out[0] + "/" + out[1]
}

// Remove takes the chip out while it is in use.
func (c *Chip) Remove() {
	c.m.t.Helper()
	c.m.Sh("echo 0 >%s/live", c.config)
}

// file is an attribute of a line.
func (c *Chip) file(line, attribute string) string {
	c.m.t.Helper()
	for i, name := range c.lines {
		if name == line {
			return path.Join(c.sysfs, fmt.Sprintf("sim_gpio%d", i), attribute)
		}
	}
	c.m.t.Fatalf("the chip has no line %s", line)
	return ""
}

// pull is what the kernel calls the pull towards a level.
func pull(up bool) string {
	if up {
		return "pull-up"
	}
	return "pull-down"
}

// Set pulls a line up or down, as a button's contact does.
func (c *Chip) Set(line string, up bool) {
	c.m.t.Helper()
	if err := c.Play(line, 1, Step{Up: up}); err != nil {
		c.m.t.Fatal(err)
	}
}

// Level returns the level of a line: what a program drives, or what it is pulled to.
func (c *Chip) Level(line string) bool {
	c.m.t.Helper()
	return strings.TrimSpace(c.m.Sh("cat %s", c.file(line, "value"))) == "1"
}

// Step is a level of a line and for how long it stays.
type Step struct {
	Up  bool
	For time.Duration
}

// slowest is how much longer than on a quiet host a machine may take to play steps.
const slowest = 10

// Play plays steps on a line, all of them so many times, inside the machine: 1 kHz is
// no trouble. Where the machine is late, the next step is shorter for it, but no step by
// more than half. It returns when they have been played.
func (c *Chip) Play(line string, times int, steps ...Step) error {
	q := wire.Request{Verb: wire.Play, Text: c.file(line, "pull"), N: times}
	var whole time.Duration
	for _, s := range steps {
		q.Steps = append(q.Steps, wire.Step{Value: pull(s.Up), Wait: s.For})
		whole += time.Duration(times) * s.For
	}
	p := c.m.agent.ask(q)
	_, err := p.Wait(commandLimit + slowest*whole)
	return err
}

// Press presses a button that pulls its line to ground, for so long.
func (c *Chip) Press(line string, hold time.Duration) error {
	return c.Play(line, 1, Step{Up: false, For: hold}, Step{Up: true})
}

// Change is a level that a line has had since Up, the machine's time since it was
// switched on.
type Change struct {
	Up    time.Duration
	Level bool
}

// Watch watches the level of a line, 200 times a second, until the test ends.
func (c *Chip) Watch(line string) *Watch {
	w := &Watch{c.m.agent.ask(wire.Request{Verb: wire.Watch, Text: c.file(line, "value")})}
	c.m.t.Cleanup(func() { w.p.Signal(syscall.SIGTERM) })
	return w
}

// Watch is what somebody saw who looks at a light.
type Watch struct{ p *Process }

// Changes returns all changes so far, the level at the beginning first.
func (w *Watch) Changes() []Change {
	var all []Change
	for text := range strings.Lines(w.p.Output()) {
		var ns int64
		var level int
		if n, _ := fmt.Sscan(text, &ns, &level); n == 2 {
			all = append(all, Change{time.Duration(ns), level == 1})
		}
	}
	return all
}
