package buffer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"readyshelf/kitchen"
)

// killEnv makes this test binary the victim: it holds the path of a log.
const killEnv = "READYSHELF_TEST_KILL"

func TestMain(m *testing.M) {
	if path := os.Getenv(killEnv); path != "" {
		fmt.Fprintln(os.Stderr, victim(path))
		os.Exit(1)
	}
	if path := os.Getenv(probeEnv); path != "" {
		os.Exit(probeMain(path))
	}
	os.Exit(m.Run())
}

// victim appends without end and prints "seq number" of what is acknowledged.
func victim(path string) error {
	var seqs sync.Map
	now := func() kitchen.Stamp { return kitchen.Stamp{Boot: 1, At: epoch, Clock: kitchen.Synced} }
	opts := options(path)
	opts.Decider, opts.Now, opts.BootID = &tally{watched: &watched{}}, now, fmt.Sprint(os.Getpid())
	opts.Committed = func(es []kitchen.Event) {
		for _, e := range es {
			if e.Ticket != nil {
				seqs.Store(e.Ticket.Number, e.Seq)
			}
		}
	}
	l, err := Open(opts)
	if err != nil {
		return err
	}
	if l.Replaced().Why != "" {
		return errors.New(l.Replaced().Why)
	}
	ended := make(chan error)
	go func() { ended <- l.Run(context.Background()) }()
	go func() {
		ended <- l.Follow(context.Background(), "uplink", func(es []kitchen.Event, ack func(uint64)) error {
			ack(es[len(es)-1].Seq)
			return nil
		})
	}()
	for g := range 4 {
		go func() {
			for i := 0; ; i++ {
				number := fmt.Sprint(os.Getpid(), "-", g, "-", i)
				if err := l.Append(context.Background(), ticket(number)); err != nil {
					ended <- err
					return
				}
				seq, _ := seqs.Load(number)
				fmt.Println(seq, number)
			}
		}()
	}
	return <-ended
}

// Whatever was acknowledged before a SIGKILL is there afterwards, under its id.
func TestKill(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 10
	}
	path := logPath(t)
	acked := map[uint64]string{}
	for i := range kills {
		killOne(t, path, 1+i%11*7, acked)
		events := dump(t, path)
		gapless(t, 1, events)
		for seq, number := range acked {
			if seq == 0 || seq > uint64(len(events)) || events[seq-1].Ticket == nil || events[seq-1].Ticket.Number != number {
				t.Fatalf("kill %d: %s was acknowledged as %d and is not there", i, number, seq)
			}
		}
		for i, e := range events { // cause and effect are both there, or neither
			if e.Ticket != nil && (i+1 == len(events) || events[i+1].Alert == nil) {
				t.Fatalf("ticket %d is without its alert", e.Seq)
			}
		}
	}
	r := sound(t, path)
	t.Logf("%d acknowledged, %d in the log, cursor at %d, boot %d", len(acked), r.Events, r.Cursors["uplink"], r.Boot)
	if r.Boot != uint32(kills) {
		t.Errorf("boot is %d, want %d", r.Boot, kills)
	}
}

// killOne runs a victim, kills it after some lines and notes all that it acknowledged.
func killOne(t *testing.T, path string, lines int, acked map[uint64]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for sc := bufio.NewScanner(out); sc.Scan(); {
		var seq uint64
		var number string
		if _, err := fmt.Sscan(sc.Text(), &seq, &number); err != nil {
			t.Errorf("line %q: %v", sc.Text(), err)
		}
		acked[seq] = number
		if n++; n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || n < lines {
		t.Fatalf("the victim ended by itself after %d lines: %v", n, err)
	}
}
