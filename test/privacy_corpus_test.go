package test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCorpusStaysHere prints the corpus to the real program, which says all it can, while
// somebody listens to each printer. Nothing that its authors call personal is in what
// that leaves anywhere, or in what the tools show; only `ticket decode --text` has it.
func TestCorpusStaysHere(t *testing.T) {
	files := layouts(t)
	b := newBroker(t)
	r := b.subscribe()
	s := &shop{dir: t.TempDir(), printers: map[string]string{}}
	s.db = filepath.Join(s.dir, "data", "readyshelf.db")
	page, figures := freePort(t), freePort(t)
	var conf strings.Builder
	fmt.Fprintf(&conf, "store = \"test\"\ndevice = \"pi\"\ndata = %q\n[board]\nlisten = %q\n[metrics]\nlisten = %q\n", filepath.Join(s.dir, "data"), page, figures)
	fmt.Fprintf(&conf, "[mqtt]\nbrokers = [\"tcp://%s\"]\n", b.Addr)
	for _, encoding := range []string{"gb18030", "big5", "cp437"} {
		s.printers[encoding] = freePort(t)
		fmt.Fprintf(&conf, "[[printer]]\nname = %q\nlisten = %q\nencoding = %q\n", encoding, s.printers[encoding], encoding)
	}
	path := filepath.Join(s.dir, "readyshelf.toml")
	if err := os.WriteFile(path, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.process = start(t, binary, "run", "--debug", "--config", path)
	eventually(t, 20*time.Second, "the daemon", func() bool { return strings.Contains(s.out.String(), "msg=running") })
	ears := map[string]*process{}
	for encoding := range s.printers {
		for _, form := range [][]string{nil, {"--json"}} {
			ear := start(t, binary, append([]string{"listen", "--config", path, "printer/" + encoding}, form...)...)
			eventually(t, 20*time.Second, "somebody who listens; the daemon said\n"+s.out.String(), func() bool {
				return strings.Contains(ear.out.String(), "through the running daemon")
			})
			ears[fmt.Sprint("listen printer/", encoding, form)] = ear
		}
	}

	traces := map[string][]byte{}
	var pii []string
	slips, names := 0, 0
	for _, bin := range files {
		want, job := readExpected(t, bin)
		for _, tk := range want.Tickets {
			pii = append(pii, tk.PII...)
			names += len(tk.PII)
		}
		slips += len(want.Tickets)
		s.print(t, want.Encoding, job)
		traces["ticket decode of "+filepath.Base(bin)] = decoded(t, want.Encoding, job)
		text, err := exec.Command(binary, "ticket", "decode", "--text", "--encoding", want.Encoding, bin).Output()
		for _, tk := range want.Tickets {
			for _, secret := range tk.PII {
				if err != nil || !bytes.Contains(text, []byte(secret)) {
					t.Errorf("%q is not in the text of %s (%v): the search finds nothing", secret, bin, err)
				}
			}
		}
	}
	eventually(t, 20*time.Second, "the orders in the cloud", func() bool { return len(r.orders(t, "order.accepted")) > 8 })
	for what, url := range map[string]string{"the page": "http://" + page + "/", "the board": "http://" + page + "/board.json", "the figures": "http://" + figures + "/metrics"} {
		traces[what] = fetched(t, url)
	}
	traces["the board's stream"] = streamed(t, "http://"+page+"/events")
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	for verb, args := range map[string][]string{
		"support-bundle": {"support-bundle", "--config", path, bundle}, "log dump": {"log", "dump", "--json", s.db},
		"log": {"log", "dump", s.db}, "doctor": {"doctor", "--config", path},
	} {
		out, err := exec.Command(binary, args...).CombinedOutput()
		if traces[verb] = out; err != nil && verb != "doctor" { // which finds that this is no Pi
			t.Fatalf("%s: %v\n%s", verb, err, out)
		}
	}
	for name, text := range contents(t, bundle) {
		traces["the bundle's "+name] = []byte(text)
	}
	for what, ear := range ears {
		eventually(t, 20*time.Second, what, func() bool { return strings.Contains(ear.out.String(), "understood as") })
		ear.end(syscall.SIGINT)
		traces[what] = []byte(ear.out.String())
	}
	s.end(syscall.SIGTERM)
	for where, text := range s.traces(t, r) {
		traces[where] = text
	}
	if n := len(numbers(t, s.db)); n < slips {
		t.Errorf("%d tickets in the log, want %d", n, slips)
	}
	for where, text := range traces {
		for _, secret := range pii {
			if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, fmt.Appendf(nil, "%X", secret)) {
				t.Errorf("%q is in %s", secret, where)
			}
		}
	}
	t.Logf("%d things to hide of %d slips, looked for in %d places", names, slips, len(traces))
}

// streamed is the beginning of what the page is told.
func streamed(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text := make([]byte, 64<<10)
	n, err := io.ReadAtLeast(resp.Body, text, 1)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return text[:n]
}
