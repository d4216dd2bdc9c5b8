package scale

import "slices"

// dialects is the list. A new protocol is one line here.
var dialects = []Dialect{
	stGs,
	and,
	ohaus,
	casAP,
	pinnacleOS2,
	cas10,
	dahuaACS,
	xk3190TF0,
	xk3190EQ,
	xk3190EQ2,
	xk3190A12E,
	xk3190A12Plus,
	toledo8217,
	toledo8217lb,
	toledoContinuous,
	toledoBR,
	mtSICS,
	nci,
	nciECR,
	berkel,
	dibalEPOS,
	adam,
	adamCPW,
	worldWeigh,
	dymo,
}

// Dialects returns all dialects, the likeliest first.
func Dialects() []Dialect { return slices.Clone(dialects) }

// Lookup finds a dialect by its name, or by another one that it has.
func Lookup(name string) (Dialect, bool) {
	for _, d := range dialects {
		if d.Name == name || slices.Contains(d.Also, name) {
			return d, true
		}
	}
	return Dialect{}, false
}
