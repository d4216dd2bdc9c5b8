package test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/kitchen"
)

// pageSize is that of the log's file.
const pageSize = 4096

// A log is damaged while the daemon is off and a part of it still has to be sent.
// The daemon starts on it: what is whole is taken over and published under its old
// ids, what is not is told as a gap, the fault of the log goes out, the kitchen goes
// on where it was, and the next start is like any other.
func TestDamagedLog(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, file []byte)
		whole  bool // all records are
	}{
		{"a page of the history is zeros", zeroRecords, false},
		{"the root of the tree is torn", tearMeta, true},
	} {
		t.Run(test.name, func(t *testing.T) { damagedLog(t, test.damage, test.whole) })
	}
}

// zeroRecords takes away the page in the middle of those that hold tickets.
func zeroRecords(t *testing.T, file []byte) {
	var pages []int
	for at := 2 * pageSize; at+pageSize <= len(file); at += pageSize {
		if bytes.Contains(file[at:at+pageSize], []byte(`"ticket":`)) {
			pages = append(pages, at)
		}
	}
	if len(pages) < 5 {
		t.Fatalf("tickets are on %d pages only", len(pages))
	}
	clear(file[pages[len(pages)/2]:][:pageSize])
}

// tearMeta leaves of both meta pages what was not written yet: nothing says any more
// where the tree begins.
func tearMeta(_ *testing.T, file []byte) {
	for _, at := range []int{0, pageSize} {
		clear(file[at+32 : at+sector])
	}
}

func damagedLog(t *testing.T, damage func(*testing.T, []byte), whole bool) {
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b, filepath.Join(torture(t), "data"), "")
	p := start(t, binary, "run", "--config", k.conf)
	stop := k.work(3)
	k.more(60)
	b.Stop()
	k.more(40) // nobody has them yet
	stop()
	p.end(syscall.SIGTERM)
	before := dump(t, k.db)
	epoch := r.events()[0].Epoch
	spoil(t, k.db, damage)

	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	p = start(t, binary, "run", "--config", k.conf)
	old := func() []message {
		return slices.DeleteFunc(r.events(), func(m message) bool { return m.Epoch != epoch })
	}
	told := func() bool { return tells(r.events(), epoch, "readyshelf.device.fault.v1", `"device":"log"`) }
	lost := func() []uint64 { return unexplained(missing(before, old()), r.events(), epoch) }
	if !within(30*time.Second, func() bool { return told() && len(lost()) == 0 }) {
		t.Errorf("told of it: %v; alerts that never arrived: %v; the daemon said\n%s", told(), lost(), p.out.String())
	}
	if n := len(missing(before, old())); whole && n > 0 {
		t.Errorf("%d alerts are missing, and all records are whole", n)
	}
	if whole == tells(r.events(), epoch, "readyshelf.gap.v1", `"log":"`+epoch+`"`) {
		t.Errorf("all records are whole: %v, and a gap is told: %v", whole, !whole)
	}

	// The kitchen goes on, and the next start is like any other.
	if !within(10*time.Second, func() bool { return answers(k.printer) }) {
		t.Errorf("the printer does not answer; the daemon said\n%s", p.out.String())
	}
	p.end(syscall.SIGTERM)
	after := dump(t, k.db)
	p = start(t, binary, "run", "--config", k.conf)
	eventually(t, 10*time.Second, "the printer", func() bool { return answers(k.printer) })
	p.end(syscall.SIGTERM)
	if said := p.out.String(); strings.Contains(said, "level=ERROR") || p.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("at the second start the daemon said\n%s", said)
	}
	k.compare(after, dump(t, k.db))
	r.check(t)
	t.Logf("%d events, %d alerts had been sent or were salvaged, %d are told as missing", len(before), len(old()), len(missing(before, old())))
}

// spoil damages a log that nobody has open.
func spoil(t *testing.T, path string, damage func(*testing.T, []byte)) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage(t, file)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tells says whether an alert of a type that is not of an epoch has a text in its data.
func tells(messages []message, epoch, kind, text string) bool {
	return slices.ContainsFunc(messages, func(m message) bool {
		return m.Epoch != epoch && m.Type == kind && strings.Contains(string(m.Data), text)
	})
}

// unexplained returns which of the missing numbers of an epoch no gap has told.
func unexplained(missing []uint64, messages []message, epoch string) []uint64 {
	return slices.DeleteFunc(missing, func(seq uint64) bool {
		return slices.ContainsFunc(messages, func(m message) bool {
			var data struct{ Gap *kitchen.Gap }
			return json.Unmarshal(m.Data, &data) == nil && data.Gap != nil && data.Gap.Log == epoch && data.Gap.From <= seq && seq <= data.Gap.To
		})
	})
}
