package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"readyshelf/buffer"
)

// card is a small file system of its own, as a card is: it can be full, and it can
// become read-only.
type card struct {
	t        *testing.T
	img, dir string
}

// newCard makes and mounts an ext4 of 24 MB. It skips the test where that cannot be.
func newCard(t *testing.T) *card {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a card needs root")
	}
	root := torture(t)
	c := &card{t: t, img: filepath.Join(root, "card.img"), dir: filepath.Join(root, "card")}
	if err := os.Mkdir(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"truncate", "-s", "24M", c.img}, {"mkfs.ext4", "-q", "-F", "-b", "4096", "-m", "0", c.img}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s does not work here: %v %s", args[0], err, out)
		}
	}
	if err := c.mount(); err != nil {
		t.Skipf("no loop device can be mounted here: %v", err)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", c.dir).Run() })
	return c
}

func (c *card) mount() error { return tool("mount", "-o", "loop,noatime", c.img, c.dir) }

// tool runs a program and returns what it said as its error.
func tool(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// fill takes all room that is left, and returns how to give it back.
func (c *card) fill() (free func()) {
	c.t.Helper()
	path := filepath.Join(c.dir, "somebody else's")
	f, err := os.Create(path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size >= 512; size /= 2 {
		for b := make([]byte, size); err == nil; {
			_, err = f.Write(b)
		}
		err = nil
	}
	if err := f.Sync(); err != nil {
		c.t.Log(err) // it is full
	}
	return func() {
		if err := os.Remove(path); err != nil {
			c.t.Error(err)
		}
	}
}

// fail makes the file system read-only under those who write to it, as ext4 does
// when the card returns errors. A polite remount is refused while a file is open.
func (c *card) fail() {
	c.t.Helper()
	if err := tool("mount", "-o", "remount,abort", c.dir); err != nil {
		c.t.Skipf("this kernel does not let a file system fail: %v", err)
	}
}

// repair is what a restart of the box does: check, and mount again.
func (c *card) repair() {
	c.t.Helper()
	if err := tool("umount", c.dir); err != nil {
		c.t.Fatal(err)
	}
	// It exits with 1 where it mended something.
	if out, err := exec.Command("e2fsck", "-fy", c.img).CombinedOutput(); err != nil && !strings.Contains(err.Error(), "exit status 1") {
		c.t.Fatalf("e2fsck: %v\n%s", err, out)
	}
	if err := c.mount(); err != nil {
		c.t.Fatal(err)
	}
}

// smallFile begins a log whose file has no room to spare: it soon has to grow.
func smallFile(t *testing.T, path string) {
	t.Helper()
	opts := smallLog(filepath.Dir(path), newKitchen(), 1)
	opts.MaxSize = 64 << 20
	l, err := buffer.Open(opts)
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// accepts says whether the printer takes jobs: true, or that it says that it is offline.
func (k *galley) accepts(ctx context.Context) (yes, no bool) {
	status, err := askPrinter(ctx, k.printer)
	return err == nil && status == online, err == nil && status&0x08 != 0
}

// red says whether a lamp shows that nothing can be stored: three flashes and a pause.
func (k *galley) red(i int) bool {
	edges, lit := 0, k.lamps[i].Lit()
	for end := time.Now().Add(1300 * time.Millisecond); time.Now().Before(end); {
		nap(k.t.Context(), 10*time.Millisecond)
		if now := k.lamps[i].Lit(); now != lit {
			edges, lit = edges+1, now
		}
	}
	return edges >= 6
}

// refuses waits until the printer and the lamps say that nothing can be stored, and
// checks that the daemon lives.
func (k *galley) refuses(p *process) {
	k.t.Helper()
	eventually(k.t, 60*time.Second, "the printer to say that it is offline", func() bool { _, no := k.accepts(k.t.Context()); return no })
	eventually(k.t, 20*time.Second, "the lamps to show that nothing can be stored", func() bool { return k.red(0) })
	select {
	case <-p.done:
		k.t.Fatalf("the daemon ended and said\n%s", p.out.String())
	default:
	}
}

// more waits until so many more jobs have been accepted.
func (k *galley) more(n int) {
	k.t.Helper()
	want := len(k.sofar().printed) + n
	eventually(k.t, 60*time.Second, fmt.Sprintf("%d more print jobs to be accepted", n), func() bool { return len(k.sofar().printed) >= want })
}

// settle ends the work and checks that nothing accepted is missing: not in the log,
// and not at the reader.
func (k *galley) settle(stop func(), p *process, r *reader) {
	k.t.Helper()
	stop()
	var events []logged
	arrived := func() bool {
		events = dump(k.t, k.db)
		return len(missing(events, r.events())) == 0
	}
	if !within(60*time.Second, arrived) {
		k.t.Errorf("alerts that never arrived: %v; the daemon said\n%s", missing(events, r.events()), p.out.String())
	}
	p.end(syscall.SIGTERM)
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		k.t.Errorf("the daemon ended with %d and said\n%s", code, p.out.String())
	}
	events = k.compare(nil, dump(k.t, k.db))
	ok := k.sofar()
	for _, lost := range ok.lost(events) {
		k.t.Error(lost)
	}
	r.check(k.t)
	k.t.Logf("%d events, %d messages; accepted: %d orders printed, %d presses lit", len(events), len(r.events()), len(ok.printed), ok.presses())
}

// The card is full while the kitchen works. What was accepted stays, what cannot
// be stored is not accepted and everybody can see so, and when there is room again
// the daemon goes on by itself.
func TestFullCard(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	c := newCard(t)
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b, filepath.Join(c.dir, "data"), "")
	smallFile(t, k.db)
	k.slip = strings.Repeat("2x Soup of the day with bread\n", 60) // it fills up sooner
	p := start(t, binary, "run", "--config", k.conf)
	stop := k.work(1)
	k.more(10)

	free := c.fill()
	k.refuses(p)
	free()
	k.more(10)
	if said := p.out.String(); strings.Contains(said, "panic") || !strings.Contains(said, "no space left on device") {
		t.Errorf("the daemon said\n%s", said)
	}
	k.settle(stop, p, r)
}

// The card fails and is read-only from one moment to the next. The daemon stays,
// and says so; it does not start over and over. After a restart of the box nothing
// that was accepted is missing.
func TestReadOnlyCard(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	c := newCard(t)
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b, filepath.Join(c.dir, "data"), "")
	p := start(t, binary, "run", "--config", k.conf)
	stop := k.work(2)
	k.more(30)

	c.fail()
	k.refuses(p)
	k.died()
	p.end(syscall.SIGTERM)
	if strings.Contains(p.out.String(), "panic") {
		t.Errorf("the daemon said\n%s", p.out.String())
	}

	// A start on it fails and says why; whoever starts it again may do so for ever.
	out, err := exec.Command(binary, "run", "--config", k.conf).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "read-only file system") {
		t.Errorf("a start on a read-only card: %v\n%s", err, out)
	}

	c.repair()
	p = start(t, binary, "run", "--config", k.conf)
	k.more(10)
	k.settle(stop, p, r)
}
