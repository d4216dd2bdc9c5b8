package rig_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"readyshelf/sync/uplink/uplinktest"
	"readyshelf/test/rig"
)

var powerCuts = flag.Int("cuts", 50, "how often to cut the machine's power")

// cards is how many machines lose their power beside one another: one at a time would
// leave half of two processors idle.
const cards = 2

// TestPowerCut cuts the power of machines again and again while tickets are printed
// and buttons pressed. After each cut the log has every event of before, under its
// number, and every event that anybody outside had been told of.
func TestPowerCut(t *testing.T) {
	rig.Need(t)
	for i := range cards {
		t.Run(fmt.Sprintf("card %d", i+1), func(t *testing.T) {
			t.Parallel()
			cutAgain(t, (*powerCuts+cards-1)/cards)
		})
	}
}

// cutAgain cuts the power of one machine so many times.
func cutAgain(t *testing.T, cuts int) {
	seed := rand.Uint64()
	p := newPlant(t, seed, false, "")
	for i := range cuts {
		if wrong := p.live(); len(wrong) > 0 {
			t.Fatalf("seed %d, cut %d: %s", seed, i+1, strings.Join(wrong, "\n"))
		}
	}
	m := rig.Restore(t, p.state, rig.Options{Disks: []rig.Disk{{Card: p.card}}})
	m.Sh("mount -t ext4 /dev/vda /mnt && readyshelf log check /mnt/data/readyshelf.db")
	t.Log(p)
	if p.lost == 0 || len(p.printed) < cuts || p.heard() < cuts || p.presses() < cuts {
		t.Error("too little happened for this to prove anything")
	}
}

// The test above must see a program that does not flush, and a card that says it did.
func TestPowerCutControls(t *testing.T) {
	rig.Need(t)
	for name, test := range map[string]struct {
		lies    bool
		program func(*testing.T) string
	}{
		"program that does not flush": {false, unsynced},
		"card that lies":              {true, func(*testing.T) string { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const most = 5
			seed := rand.Uint64()
			p := newPlant(t, seed, test.lies, test.program(t))
			for i := range most {
				if wrong := p.live(); len(wrong) > 0 {
					t.Logf("as it must be, cut %d leaves %d things wrong, the first: %s\n%s", i+1, len(wrong), wrong[0], p)
					return
				}
			}
			t.Errorf("seed %d: after %d cuts nothing is lost\n%s", seed, most, p)
		})
	}
}

// unsynced builds the program with a bbolt that never flushes, and returns its path.
func unsynced(t *testing.T) string {
	t.Helper()
	const module = "go.etcd.io/bbolt"
	dir := t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v %s", name, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	gomod := run("go", "env", "GOMOD")
	run("cp", "-r", "--no-preserve=mode", run("go", "list", "-m", "-f", "{{.Dir}}", module), filepath.Join(dir, "bbolt"))
	run("cp", gomod, filepath.Join(filepath.Dir(gomod), "go.sum"), dir)
	run("go", "mod", "edit", "-replace", module+"="+filepath.Join(dir, "bbolt"), filepath.Join(dir, "go.mod"))
	without := "package bbolt\n\nfunc fdatasync(*DB) error { return nil }\n"
	if err := os.WriteFile(filepath.Join(dir, "bbolt", "bolt_linux.go"), []byte(without), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "readyshelf")
	if err := rig.GoBuild("arm64", program, "-modfile", filepath.Join(dir, "go.mod"), "readyshelf/cmd/readyshelf"); err != nil {
		t.Fatal(err)
	}
	return program
}

// plant is a kitchen whose power fails.
type plant struct {
	t      *testing.T
	rnd    *rand.Rand
	card   *rig.Card
	state  *rig.State // ready to be switched on
	chip   *rig.Chip
	broker *uplinktest.Broker
	reader string // the program for this machine
	dir    string

	orders  int      // printed so far, or tried
	printed []int    // the printer said that it has them
	known   []logged // the log after the last cut
	// Sums over all cuts.
	cuts, lost, flushes int
	took                time.Duration
}

// newPlant prepares a machine with an empty card. A program that is not the shipped
// one takes its place.
func newPlant(t *testing.T, seed uint64, lies bool, program string) *plant {
	t.Helper()
	base := rig.Base(t)
	p := &plant{t: t, rnd: rand.New(rand.NewPCG(seed, 0)), card: rig.NewCard(t, lies), dir: t.TempDir()}
	var err error
	if p.reader, err = rig.Program(runtime.GOARCH); err != nil {
		t.Fatal(err)
	}
	var port int
	p.broker, port = newBroker(t)
	m := rig.Restore(t, base, rig.Options{Keep: true})
	p.chip = m.Chip("shelf", shelfLines()...)
	if program != "" {
		b, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		m.Put("/bin/readyshelf", b)
	}
	m.Put("/etc/readyshelf.toml", configuration("/mnt/data", fmt.Sprintf("%s:%d", rig.Host, port), "[log]\nmax_size = \"16MiB\"\n"))
	p.state = m.Save()
	return p
}

// live is one life of the machine: it is switched on, works, and loses its power. It
// says what is wrong with what is left.
func (p *plant) live() (wrong []string) {
	p.t.Helper()
	began := time.Now()
	m := rig.Restore(p.t, p.state, rig.Options{Disks: []rig.Disk{{Card: p.card}}, Forward: []int{9100}})
	if out, rc := m.Try("mount -t ext4 -o noatime /dev/vda /mnt && mkdir -p /mnt/data"); rc != 0 {
		return []string{"the card cannot be mounted: " + out}
	}
	daemon := m.Start("readyshelf run --config /etc/readyshelf.toml")
	if err := daemon.Until("msg=running", patience); err != nil {
		return []string{"after the power came back: " + err.Error()}
	}
	l, accepted := p.work(m)
	if !accepted {
		wrong = append(wrong, "no ticket was accepted after the power came back; the daemon says "+daemon.Output())
	}
	p.cuts++
	p.lost += l.Lost
	p.flushes += l.Flushes
	wrong = append(wrong, p.audit()...)
	p.took += time.Since(began)
	return wrong
}

// work prints and presses, and cuts the power some time after the first ticket was
// accepted. It returns false if none ever was.
func (p *plant) work(m *rig.Machine) (l rig.Loss, accepted bool) {
	p.t.Helper()
	ctx, stop := context.WithCancel(p.t.Context())
	var people sync.WaitGroup
	first := make(chan struct{})
	printer, chip := m.Addr(9100), p.chip.In(m)
	people.Go(func() {
		for begun := false; ctx.Err() == nil; nap(ctx, 50*time.Millisecond) {
			p.orders++
			if printOrder(printer, p.orders) != nil {
				continue // not up yet, or gone
			}
			p.printed = append(p.printed, p.orders)
			if !begun {
				begun = true
				close(first)
			}
		}
	})
	for _, s := range shelf {
		pause := time.Duration(p.rnd.IntN(300)) * time.Millisecond
		people.Go(func() {
			for ctx.Err() == nil && chip.Press(s.button, 40*time.Millisecond) == nil {
				nap(ctx, 200*time.Millisecond+pause)
			}
		})
	}
	select {
	case <-first:
		accepted = true
		p.moment(ctx)
	case <-time.After(patience):
	}
	l = p.card.Cut(m, p.rnd)
	stop()
	people.Wait()
	return l, accepted
}

// moment waits for a moment to cut the power: any, or most often one in a flush, when
// a cut can do most harm.
func (p *plant) moment(ctx context.Context) {
	nap(ctx, 100*time.Millisecond+time.Duration(p.rnd.IntN(400))*time.Millisecond)
	if p.rnd.IntN(4) > 0 {
		<-p.card.Flushing()
		nap(ctx, time.Duration(p.rnd.IntN(12))*time.Millisecond)
	}
}

// nap waits, until ctx ends at most.
func nap(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// dump reads the log from the card as the power cut left it, by a program of the
// host: no machine has touched it yet.
func (p *plant) dump() ([]logged, error) {
	img, db := filepath.Join(p.dir, "card"), filepath.Join(p.dir, "readyshelf.db")
	if err := os.WriteFile(img, p.card.Image(), 0o600); err != nil {
		return nil, err
	}
	// 1 is a journal that was played back, as a mount does.
	if out, err := sbin("e2fsck", "-y", "-E", "journal_only", img); err != nil && !strings.Contains(err.Error(), "exit status 1") {
		return nil, fmt.Errorf("%w %s", err, out)
	}
	os.Remove(db) // debugfs does not say when there is none
	if out, err := sbin("debugfs", "-R", "dump /data/readyshelf.db "+db, img); err != nil {
		return nil, fmt.Errorf("%w %s", err, out)
	}
	if _, err := os.Stat(db); err != nil {
		return nil, nil // the log has not been made yet
	}
	out, err := exec.Command(p.reader, "log", "dump", "--json", db).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("log dump: %w %.300s", err, out)
	}
	return readDump(string(out))
}

// sbin runs a program that not everybody has in the PATH.
func sbin(name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path = "/usr/sbin/" + name
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return out, err
}

// audit says what is wrong with the log that the last cut left.
func (p *plant) audit() (wrong []string) {
	events, err := p.dump()
	if err != nil {
		return []string{err.Error()}
	}
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			complain("event %d stands where %d should", e.Seq, i+1)
			return wrong
		}
	}
	for i, e := range p.known {
		if i >= len(events) || events[i].line != e.line {
			complain("event %d is not what it was before the cut; the log had %d events and has %d", e.Seq, len(p.known), len(events))
			break
		}
	}
	for _, lost := range append(unprinted(events, p.printed), unheard(events, p.broker.Messages())...) {
		complain("%s", lost)
	}
	p.known = events
	return wrong
}

// unprinted says which orders that the printer had accepted are not in the log.
func unprinted(events []logged, printed []int) (lost []string) {
	slips := map[string]bool{}
	for _, e := range events {
		if e.Ticket != nil {
			slips[e.Ticket.Number] = true
		}
	}
	for _, n := range printed {
		if !slips[fmt.Sprint(n)] {
			lost = append(lost, fmt.Sprintf("the printer had accepted order %d, and the log does not have it", n))
		}
	}
	return lost
}

// unheard says which alerts that the broker got are not in the log.
func unheard(events []logged, messages []uplinktest.Message) (lost []string) {
	for _, m := range messages {
		s, ok := readSent(m)
		if !ok {
			continue
		}
		if s.seq == 0 || s.seq > uint64(len(events)) {
			lost = append(lost, fmt.Sprintf("the broker got alert %s, and the log has %d events", s.ID, len(events)))
			continue
		}
		a := events[s.seq-1].Alert
		if a == nil || s.Type != "readyshelf."+string(a.Type)+".v1" || s.Sequence != fmt.Sprintf("%020d", a.Sequence) {
			lost = append(lost, fmt.Sprintf("the broker got alert %s, %s, and the log says %s", s.ID, s.Type, events[s.seq-1].line))
		}
	}
	return lost
}

// heard is how many alerts the broker has.
func (p *plant) heard() int {
	return len(slices.DeleteFunc(p.broker.Messages(), func(m uplinktest.Message) bool { _, ok := readSent(m); return !ok }))
}

// presses is how many presses of a button the log has.
func (p *plant) presses() (n int) {
	for _, e := range p.known {
		if e.Press != nil {
			n++
		}
	}
	return n
}

func (p *plant) String() string {
	return fmt.Sprintf("%d cuts lost %d unflushed sectors, after %d flushes; %d tickets and %d alerts had been acknowledged; the log has %d events, %d of them presses; %.1f s a cut",
		p.cuts, p.lost, p.flushes, len(p.printed), p.heard(), len(p.known), p.presses(), p.took.Seconds()/float64(max(p.cuts, 1)))
}
