package test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// kills is how often TestKill kills the daemon.
var kills = flag.Int("kills", 200, "how often to kill the daemon")

// kitchens is how many daemons are killed beside one another: a kitchen mostly waits.
const kitchens = 4

// TestKill kills the real program again and again while the kitchen works and the
// broker comes and goes. What was accepted is in the log for ever, under the same
// number, and reaches a subscriber once by id, in order.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute and a half")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var all sync.WaitGroup
	var pressed atomic.Int64
	for i := range kitchens {
		all.Go(func() {
			t.Run(fmt.Sprint("kitchen ", i), func(t *testing.T) {
				pressed.Add(killed(t, rand.New(rand.NewPCG(seed, uint64(i))), (*kills+kitchens-1)/kitchens))
			})
		})
	}
	all.Wait()
	if pressed.Load() == 0 && !t.Failed() {
		t.Error("no lamp confirmed a press: this proves nothing about lamps")
	}
}

// life is how long a daemon lives: mostly it hardly began, at times a lamp goes
// through its patterns.
func life(rnd *rand.Rand) time.Duration {
	most := 600
	if rnd.IntN(3) == 0 {
		most = 3500
	}
	return time.Duration(30+rnd.IntN(most)) * time.Millisecond
}

// killed kills one kitchen's daemon so many times, and returns how many presses its
// lamps confirmed.
func killed(t *testing.T, rnd *rand.Rand, times int) int64 {
	b := newBroker(t)
	r := b.subscribe()
	k := newGalley(t, b, filepath.Join(torture(t), "data"), "")
	stop := k.work(rnd.Uint64())

	var known []logged
	compare := func() {
		_, err := os.Stat(k.db)
		if known == nil && errors.Is(err, fs.ErrNotExist) {
			return // no daemon has lived long enough to make the log
		}
		known = k.compare(known, dump(t, k.db))
	}
	for i := range times {
		p := start(t, binary, "run", "--config", k.conf)
		if i%5 == 2 {
			b.restart(time.Duration(rnd.IntN(300)) * time.Millisecond)
		}
		nap(t.Context(), life(rnd))
		if i%10 == 0 {
			compare() // beside the running daemon
		}
		ok := k.died()
		p.end(syscall.SIGKILL)
		if strings.Contains(p.out.String(), "panic") {
			t.Fatalf("the daemon said:\n%s", p.out.String())
		}
		compare()
		for _, lost := range ok.lost(known) {
			t.Fatalf("kill %d: %s", i, lost)
		}
	}

	stop()
	p := start(t, binary, "run", "--config", k.conf)
	arrived := func() bool {
		compare()
		return len(missing(known, r.events())) == 0
	}
	if !within(60*time.Second, arrived) {
		t.Errorf("alerts that never arrived: %v", missing(known, r.events()))
	}
	p.end(syscall.SIGTERM)
	r.check(t)
	ok := k.sofar()
	t.Logf("%d kills, %d events, %d messages; accepted: %d orders printed, %d presses lit; 0 lost",
		times, len(known), len(r.events()), len(ok.printed), ok.presses())
	if len(known) < 10*times || len(ok.printed) < times {
		t.Error("too little happened for this to prove anything")
	}
	return int64(ok.presses())
}
