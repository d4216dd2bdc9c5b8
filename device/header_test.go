package device

import (
	"strings"
	"testing"
)

func TestLineName(t *testing.T) {
	for name, want := range map[string]string{
		"GPIO17": "GPIO17", "GPIO0": "GPIO0",
		"P1_3": "GPIO2", "P1_11": "GPIO17", "P1_13": "GPIO27", "P1_27": "GPIO0", "P1_40": "GPIO21",
		"PH2": "PH2", "7J1 Header Pin11": "7J1 Header Pin11", "gpiochip0/17": "gpiochip0/17",
		"sim:/tmp/a": "sim:/tmp/a", "pty:/dev/pts/3": "pty:/dev/pts/3",
	} {
		if got, err := LineName(name); got != want || err != nil {
			t.Errorf("%s is %q, error %v, want %q", name, got, err, want)
		}
	}
	for name, remedy := range map[string]string{
		"gpio17": "write GPIO17", "GPIO 17": "write GPIO17", "GPIO017": "write GPIO17",
		"p1_11": "write P1_11", "P1_011": "write P1_11",
		"P1_1": "write a pin that is a GPIO", "P1_6": "write a pin that is a GPIO",
		"P1_0": "write P1_1 to P1_40", "P1_41": "write P1_1 to P1_40",
		"": "write one like", " PH2": "write one like", "PH\n2": "write one like",
	} {
		got, err := LineName(name)
		if got != "" || err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%q is %q, error %v, want %q", name, got, err, remedy)
		}
	}
}

// periph's names of the pins are those of the board's documentation.
func TestHeader(t *testing.T) {
	seen := map[int]bool{}
	for i, p := range headerPins {
		n := p.Number()
		if n < 0 {
			continue
		}
		if seen[n] || n > 27 {
			t.Errorf("GPIO%d is at pin %d", n, i+1)
		}
		seen[n] = true
	}
	if len(headerPins) != 40 || len(seen) != 28 {
		t.Errorf("the header has %d pins and %d GPIOs, want 40 and 28", len(headerPins), len(seen))
	}
	for n, want := range map[int]string{0: "P1_27", 2: "P1_3", 17: "P1_11", 21: "P1_40", 28: "", -1: ""} {
		if got := headerName(n); got != want {
			t.Errorf("GPIO%d is at %q, want %q", n, got, want)
		}
	}
}

// A name that is accepted is its own canonical name, and a place is read as it is
// written.
func FuzzLineName(f *testing.F) {
	for _, s := range []string{"GPIO17", "P1_11", "P1_1", "gpiochip0/17", "gpiochip10/007", "sim:/x", "7J1 Header Pin11", "GPIO 5", "p1_٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		canonical, err := LineName(name)
		if (err == nil) != (canonical != "") {
			t.Fatalf("%q: %q, %v", name, canonical, err)
		}
		if err != nil {
			return
		}
		if again, err := LineName(canonical); again != canonical || err != nil {
			t.Fatalf("%q is %q, which is %q, %v", name, canonical, again, err)
		}
		if p, ok := parsePlace(canonical); ok && (p.offset < 0 || !strings.HasPrefix(p.String(), p.chip+"/")) {
			t.Fatalf("%q is %v", name, p)
		}
	})
}
