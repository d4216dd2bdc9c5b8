package main

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// checkScreens looks at what the kitchen's page shows to screens who it is with: a browser
// refuses one that is over, or of another name, and the daemon does not hear of it.
func (d *doctor) checkScreens(context.Context) []finding {
	const what, again = "certificate", "it counts within ten seconds, without a restart"
	pair, err := readCertificate(d.Board.CertFile, d.Board.KeyFile)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return []finding{caution(what, "this user may not read it", asRoot)}
	case err != nil:
		return []finding{failure(what, err, "name a certificate and its own key, both in PEM form")}
	}
	found := []finding{d.expiry(what, pair.Leaf.NotAfter, "put a new one into board.cert_file; "+again)}
	if begins := pair.Leaf.NotBefore; d.timeForCertificates().Before(begins) {
		found = append(found, problem(what, "it is good from "+begins.Format(time.DateOnly)+" on alone", "set the clock, or put another one into board.cert_file; "+again))
	}
	for _, name := range d.Board.Names {
		if pair.Leaf.VerifyHostname(name) != nil {
			found = append(found, problem(what, "it is not for "+name+": browsers refuse it there", "have one made with that name, or take the name out of board.names"))
		}
	}
	return found
}
