package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"
)

// checkScreens looks whether screens come to the kitchen's page.
func (d *doctor) checkScreens(ctx context.Context) []finding {
	var found []finding
	if d.daemon.running {
		found = append(found, d.pageOfDaemon(ctx))
	}
	if d.Board.CertFile != "" {
		found = append(found, d.boardCertificate()...)
	}
	return found
}

// pageOfDaemon says whether the page is where the configuration has it: what hinders the
// daemon from opening it ends no daemon.
func (d *doctor) pageOfDaemon(ctx context.Context) finding {
	host, port, _ := net.SplitHostPort(d.Board.Listen) // checked
	if anyHost(host) {
		host = "localhost"
	}
	url := "http://" + net.JoinHostPort(host, port) + "/"
	if d.Board.CertFile != "" {
		url = "https" + url[len("http"):]
	}
	if err := d.page(ctx, url); err != nil {
		return problem("page", "the kitchen's page does not answer: "+err.Error(), "read why: journalctl -u readyshelf | grep 'no page'; after a change of the configuration: sudo systemctl restart readyshelf")
	}
	return works("page", "it answers at "+url)
}

// askPage asks the kitchen's page behind url whether it lives. Who it is with a browser finds
// out, and we ask this machine.
func askPage(ctx context.Context, url string) error {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"healthz", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "application/json" {
		return fmt.Errorf("another program is behind %s: it says %s, %q", url, resp.Status, kind)
	}
	return nil
}

// boardCertificate looks at what the page shows to screens who it is with: a browser refuses
// one that is over, or of another name, and the daemon does not hear of it.
func (d *doctor) boardCertificate() []finding {
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
