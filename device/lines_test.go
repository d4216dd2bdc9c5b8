package device

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pi returns the chip of a Raspberry Pi's header, with the names of a kernel.
func pi(name, label string, names map[int]string) *fakeChip {
	c := chip(name, label)
	for i := range 54 {
		n, ok := names[i]
		if !ok {
			n = fmt.Sprintf("GPIO%d", i)
		}
		c.lines = append(c.lines, fakeLine{name: n})
	}
	return c
}

// One name, many boards.
func TestResolve(t *testing.T) {
	old := map[int]string{2: "SDA1", 3: "SCL1", 14: "TXD1", 17: ""}
	boards := map[string][]*fakeChip{
		"Zero 2 and 3": {pi("gpiochip0", "pinctrl-bcm2835", nil), chip("gpiochip1", "brcmvirt-gpio", "ACT_LED", "")},
		"4":            {pi("gpiochip0", "pinctrl-bcm2711", map[int]string{0: "ID_SDA", 1: "ID_SCL"}), chip("gpiochip1", "raspberrypi-exp-gpio", "BT_ON", "GPIO17")},
		"5 at first":   {chip("gpiochip0", "gpio-brcmstb@107d508500", "-", "2712_BOOT_CS_N"), pi("gpiochip4", "pinctrl-rp1", nil)},
		"5 since":      {pi("gpiochip0", "pinctrl-rp1", nil), chip("gpiochip10", "gpio-brcmstb@107d508500", "-")},
		"old kernel":   {pi("gpiochip0", "pinctrl-bcm2835", old)},
		"no Pi":        {chip("gpiochip0", "one", "", "GPIO17", "7J1 Header Pin11"), chip("gpiochip1", "two", "PH2", "PH2")},
		"no Pi, twice": {chip("gpiochip0", "one", "GPIO17"), chip("gpiochip1", "two", "", "GPIO17")},
	}
	for _, c := range []struct{ board, name, want string }{
		{"Zero 2 and 3", "GPIO17", "gpiochip0/17"},
		{"Zero 2 and 3", "P1_11", "gpiochip0/17"},
		{"Zero 2 and 3", "P1_3", "gpiochip0/2"},
		{"Zero 2 and 3", "ACT_LED", "gpiochip1/0"},
		{"4", "GPIO17", "gpiochip0/17"},
		{"4", "GPIO1", "gpiochip0/1"},
		{"4", "ID_SDA", "gpiochip0/0"},
		{"4", "gpiochip1/1", "gpiochip1/1"},
		{"4", "GPIO99", "open line GPIO99: it is not there"},
		{"5 at first", "GPIO17", "gpiochip4/17"},
		{"5 at first", "P1_40", "gpiochip4/21"},
		{"5 since", "P1_40", "gpiochip0/21"},
		{"5 since", "gpiochip4/17", "gpiochip0/17"}, // by its link
		{"5 since", "gpiochip4/99", "it is not there; list the names"},
		{"old kernel", "GPIO2", "gpiochip0/2"},
		{"old kernel", "SDA1", "gpiochip0/2"},
		{"old kernel", "P1_11", "gpiochip0/17"},
		{"no Pi", "GPIO17", "gpiochip0/1"},
		{"no Pi", "7J1 Header Pin11", "gpiochip0/2"},
		{"no Pi", "gpiochip0/0", "gpiochip0/0"},
		{"no Pi", "gpiochip9/0", "it is not there"},
		{"no Pi", "PH2", "several lines are called so: gpiochip1/0, gpiochip1/1; write the one that is meant, like gpiochip1/0"},
		{"no Pi, twice", "P1_11", "several lines are called so: gpiochip0/0, gpiochip1/1"},
		{"no Pi", "P1_1", "pin 1 of the header is supply or ground"},
	} {
		b := newBus(t, boards[c.board]...)
		if c.board == "5 since" {
			b.links["gpiochip4"] = "gpiochip0"
		}
		s, err := takeSurvey(b)
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.resolve(b, c.name)
		if got := at.String(); err == nil && got != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: %s, error %v, want %s", c.name, c.board, got, err, c.want)
		}
	}
}

// Chips that cannot be looked at are the reason, where a line is not found.
func TestSurveyThatFails(t *testing.T) {
	b, c := piBus(t)
	b.add(chip("gpiochip1", "expander", "LEFT"))
	b.denied["gpiochip1"] = true
	in := on(b, "GPIO17", "LEFT")
	if _, err := in.Open("LEFT"); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "adduser readyshelf gpio") {
		t.Errorf("a line that may be on a chip without permission: %v", err)
	}
	mustOpen(t, in, "GPIO17")

	c.old = true
	if _, err := openOutput(b, "GPIO18"); !errors.Is(err, errOld) && !errors.Is(err, fs.ErrPermission) {
		t.Errorf("an old kernel: %v", err)
	}
	b.remove(c)
	old := chip("gpiochip0", "pinctrl-bcm2835", "GPIO0")
	old.old = true
	if _, err := openOutput(newBus(t, old), "GPIO0"); err == nil || !strings.Contains(err.Error(), "Linux 5.10 or newer is needed; update the system") {
		t.Errorf("an old kernel: %v", err)
	}
	if _, err := lines(newBus(t)); !errors.Is(err, errNoChip) {
		t.Errorf("lines of no chip: %v", err)
	}
	if _, err := in.Open("GPIO4"); err == nil {
		t.Error("a line that is no input was opened")
	}
}

func TestLines(t *testing.T) {
	c := pi("gpiochip0", "pinctrl-bcm2711", map[int]string{28: ""})
	c.lines = c.lines[:29]
	c.lines[8].user = "spi0 CS0"
	got, err := lines(newBus(t, c, chip("gpiochip1", "expander", "LEFT")))
	if err != nil || len(got) != 30 {
		t.Fatalf("%d lines, error %v", len(got), err)
	}
	want := []Line{
		{Chip: "gpiochip0", Offset: 8, Name: "GPIO8", Header: "P1_24", User: "spi0 CS0"},
		{Chip: "gpiochip0", Offset: 17, Name: "GPIO17", Header: "P1_11"},
		{Chip: "gpiochip0", Offset: 28},
		{Chip: "gpiochip1", Offset: 0, Name: "LEFT"},
	}
	if diff := cmp.Diff(want, []Line{got[8], got[17], got[28], got[29]}); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestTakers(t *testing.T) {
	for user, want := range map[string]string{
		"spi0 CS0":       "dtparam=spi=off",
		"onewire@4":      "dtoverlay=w1-gpio",
		"ir-receiver@12": "dtoverlay=gpio-ir",
		"sysfs":          "/sys/class/gpio",
		"readyshelf":     "runs already",
		"gpioset":        "choose another pin",
	} {
		if err := taken("GPIO17", user); !strings.Contains(err.Error(), "GPIO17: it is taken by "+user+"; ") || !strings.Contains(err.Error(), want) {
			t.Errorf("taken by %s: %v", user, err)
		}
	}
}
