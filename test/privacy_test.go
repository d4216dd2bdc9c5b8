package test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/test/guests"
)

// made is how many made-up slips the real program prints in [TestGuestsStayHere]. What
// its tickets say of ten thousand is looked at in package guests.
const made = 1000

// TestGuestsStayHere prints made-up slips to the real program. Nothing of a guest is in
// what it leaves anywhere: the log's file, the messages, the figures, the page, its own
// words, the support bundle, or what the tools show of the same slips.
func TestGuestsStayHere(t *testing.T) {
	n := made
	if testing.Short() {
		n = 200
	}
	b := newBroker(t)
	r := b.subscribe()
	s := &shop{dir: t.TempDir(), printers: map[string]string{}}
	s.db = filepath.Join(s.dir, "data", "readyshelf.db")
	page, figures := freePort(t), freePort(t)
	var conf strings.Builder
	fmt.Fprintf(&conf, "store = \"test\"\ndevice = \"pi\"\ndata = %q\n[board]\nlisten = %q\n[metrics]\nlisten = %q\n", filepath.Join(s.dir, "data"), page, figures)
	fmt.Fprintf(&conf, "[mqtt]\nbrokers = [\"tcp://%s\"]\n", b.Addr)
	for _, encoding := range []string{"gb18030", "shift-jis", "cp949", "cp437", "cp858"} {
		s.printers[encoding] = freePort(t)
		fmt.Fprintf(&conf, "[[printer]]\nname = %q\nlisten = %q\nencoding = %q\n", encoding, s.printers[encoding], encoding)
	}
	path := filepath.Join(s.dir, "readyshelf.toml")
	if err := os.WriteFile(path, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.process = start(t, binary, "run", "--config", path)

	var secrets grams
	jobs := map[string][]byte{}
	rng := rand.New(rand.NewPCG(2026, 12))
	for range n {
		slip := guests.Make(rng)
		job, err := slip.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		jobs[slip.Tongue.Encoding] = append(jobs[slip.Tongue.Encoding], job...)
		secrets.add(slip.Secrets)
	}
	traces := map[string][]byte{}
	for encoding, job := range jobs {
		eventually(t, time.Minute, "the printer", func() bool { return s.took(encoding, job) })
		traces["ticket decode, "+encoding] = decoded(t, encoding, job)
	}
	eventually(t, time.Minute, "the orders in the cloud", func() bool { return len(r.orders(t, "order.accepted")) > n/3 })
	for what, url := range map[string]string{"the page": "http://" + page + "/", "the board": "http://" + page + "/board.json", "the figures": "http://" + figures + "/metrics"} {
		traces[what] = fetched(t, url)
	}
	bundle := filepath.Join(s.dir, "bundle.tar.gz")
	if out, err := exec.Command(binary, "support-bundle", "--config", path, bundle).CombinedOutput(); err != nil {
		t.Fatalf("support-bundle: %v\n%s", err, out)
	}
	for name, text := range contents(t, bundle) {
		traces["the bundle's "+name] = []byte(text)
	}
	s.end(syscall.SIGTERM)
	for where, text := range s.traces(t, r) {
		traces[where] = text
	}
	tickets := 0
	for _, e := range dump(t, s.db) {
		if e.Ticket != nil {
			tickets++
		}
	}
	if tickets != n {
		t.Errorf("%d tickets in the log, want %d", tickets, n)
	}
	for where, text := range traces {
		if what := secrets.in(text); what != "" {
			t.Errorf("%q is in %s", what, where)
		}
	}
}

// took prints a job and waits until all of it is in the log.
func (s *shop) took(encoding string, job []byte) bool {
	conn, err := net.Dial("tcp", s.printers[encoding])
	if err != nil {
		return false
	}
	defer conn.Close()
	_, err = conn.Write(job)
	if err == nil {
		err = conn.(*net.TCPConn).CloseWrite()
	}
	if err == nil {
		_, err = io.Copy(io.Discard, conn)
	}
	return err == nil
}

// decoded is what `readyshelf ticket decode --json` says of a job.
func decoded(t *testing.T, encoding string, job []byte) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "job.bin")
	if err := os.WriteFile(file, job, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "ticket", "decode", "--json", "--encoding", encoding, file).CombinedOutput()
	if err != nil {
		t.Fatalf("ticket decode: %v\n%s", err, out)
	}
	return out
}

func fetched(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return text
}

// grams finds many strings in one pass: by their first three bytes.
type grams map[[3]byte][]string

// add takes strings, but for those so short that a count or a time may be the same.
func (g *grams) add(all []string) {
	if *g == nil {
		*g = grams{}
	}
	for _, s := range all {
		if len(s) <= len("0000") && s[0] <= '9' {
			continue
		}
		k := [3]byte([]byte(s))
		(*g)[k] = append((*g)[k], s)
	}
}

// in returns the first of the strings that stands in text as a word of its own: a run
// of digits is none inside a longer one, and letters none inside a hash.
func (g grams) in(text []byte) string {
	for i := range max(len(text)-2, 0) {
		for _, s := range g[[3]byte(text[i:i+3])] {
			if bytes.HasPrefix(text[i:], []byte(s)) && !(i > 0 && wordy(text[i-1]) && wordy(s[0])) && !(i+len(s) < len(text) && wordy(text[i+len(s)]) && wordy(s[len(s)-1])) {
				return s
			}
		}
	}
	return ""
}

func wordy(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
