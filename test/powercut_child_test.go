package test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
)

// childEnv makes this test binary a child of a test, in the role that it names.
// childSeed is the seed of its chance.
const (
	childEnv  = "READYSHELF_TEST_CHILD"
	childSeed = "READYSHELF_TEST_SEED"
)

// child plays a role and ends the process.
func child(role string) {
	var err error
	switch role {
	case "write":
		err = writeLog(os.Args[1], false)
	case "write unsynced":
		err = writeLog(os.Args[1], true)
	case "open":
		err = openLogs(os.Args[1:])
	default:
		err = fmt.Errorf("no role %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// logFile is the log in a folder of a test.
const logFile = "readyshelf.db"

// smallLog are the options of a log so small that it must grow and trim in a test.
// A minute passes from one look at its clock to the next.
func smallLog(dir string, d *kitchen.Decider, boot int) buffer.Options {
	var mu sync.Mutex
	var up time.Duration
	began := time.Date(2026, 11, 22, 10, boot, 0, 0, time.UTC)
	return buffer.Options{
		Path: filepath.Join(dir, logFile), Decider: d, BootID: strconv.Itoa(boot),
		MaxSize: 3 << 19, Prefill: 64 << 10, Tick: 10 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Now: func() kitchen.Stamp {
			mu.Lock()
			defer mu.Unlock()
			up += time.Minute
			return kitchen.Stamp{Boot: uint32(boot), Up: up, At: began.Add(up), Clock: kitchen.Synced}
		},
	}
}

func newKitchen() *kitchen.Decider {
	rules := kitchen.DefaultRules()
	rules.Slots, rules.Location = []string{"A1", "A2", "A3", "A4"}, time.UTC
	return &kitchen.Decider{Model: predict.New(), Rules: rules}
}

// digest is a fingerprint of state and model.
func digest(d *kitchen.Decider) string {
	b, err := d.Snapshot()
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// The lives of a writer, each with an Open and a Close, and the facts that each of
// its people append in one.
const (
	lives  = 5
	people = 3
	facts  = 30
)

// writeLog is a kitchen that works on a log in dir. On its standard output it says,
// once each is so and before anybody could know more:
//
//	log ID             a log is open
//	at SEQ DIGEST      a commit is done, and the state is this
//	in SEQ NUMBER      Append returned for the ticket with this number
//	read SEQ           the follower has everything up to here
func writeLog(dir string, unsynced bool) error {
	seed, err := strconv.ParseUint(os.Getenv(childSeed), 10, 64)
	if err != nil {
		return err
	}
	for life := 1; life <= lives; life++ {
		if err := liveOn(dir, life, rand.New(rand.NewPCG(seed, uint64(life))), unsynced); err != nil {
			return err
		}
	}
	return nil
}

// liveOn is one life of the writer.
func liveOn(dir string, life int, rnd *rand.Rand, unsynced bool) error {
	d := newKitchen()
	opts := smallLog(dir, d, life)
	var seqs sync.Map
	opts.Committed = func(events []kitchen.Event) {
		for _, e := range events {
			if e.Ticket != nil {
				seqs.Store(e.Ticket.Number, e.Seq)
			}
		}
		if n := len(events); n > 0 {
			fmt.Println("at", events[n-1].Seq, digest(d))
		}
	}
	l, err := buffer.Open(opts)
	if err != nil {
		return err
	}
	if unsynced {
		unsync(l)
	}
	fmt.Println("log", l.ID())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var running sync.WaitGroup
	var failed error
	running.Go(func() { failed = l.Run(ctx) })
	following, done := context.WithCancel(ctx)
	running.Go(func() {
		_ = l.Follow(following, "uplink", func(events []kitchen.Event, ack func(uint64)) error {
			seq := events[len(events)-1].Seq
			fmt.Println("read", seq)
			ack(seq)
			l.Release(seq)
			return nil
		})
	})
	var working sync.WaitGroup
	errs := make([]error, people)
	for p := range people {
		rnd := rand.New(rand.NewPCG(rnd.Uint64(), 0))
		working.Go(func() { errs[p] = appendFacts(ctx, l, opts.Now, rnd, &seqs, fmt.Sprintf("%d%d", life, p)) })
	}
	working.Wait()
	done()
	stop()
	running.Wait()
	return errors.Join(errors.Join(errs...), failed, l.Close())
}

// appendFacts appends what one person in a kitchen does.
func appendFacts(ctx context.Context, l *buffer.Log, now func() kitchen.Stamp, rnd *rand.Rand, seqs *sync.Map, who string) error {
	for i := range facts {
		number := fmt.Sprintf("%s%03d", who, i)
		ticket := now().Fact("printer/kitchen")
		ticket.Ticket = &kitchen.Ticket{Kind: kitchen.SlipOrder, Number: number, Text: true, Items: []kitchen.Item{{Qty: 2, Name: "Soup"}, {Qty: 1, Name: "Bread"}}}
		batch := []kitchen.Event{ticket}
		slot := fmt.Sprintf("A%d", 1+rnd.IntN(4))
		for range 2 { // ready, and picked up
			for _, gesture := range []kitchen.Gesture{kitchen.Down, kitchen.Short} {
				press := now().Fact("button/" + slot)
				press.Press = &kitchen.Press{Slot: slot, Gesture: gesture}
				batch = append(batch, press)
			}
		}
		// Devices fill the log, and leave nothing in the state.
		device := "scale/" + who
		broken, well := now().Fact(device), now().Fact(device)
		broken.Fault = &kitchen.Fault{Device: device, Text: strings.Repeat("unplugged ", 30)}
		well.Recovered = &kitchen.Recovered{Device: device}
		batch = append(batch, broken, well)
		err := l.Append(ctx, batch...)
		for tries := 0; errors.Is(err, buffer.ErrFull) && tries < 500; tries++ {
			nap(ctx, 10*time.Millisecond) // the follower is behind
			err = l.Append(ctx, batch...)
		}
		if err != nil {
			return err
		}
		seq, _ := seqs.Load(number)
		fmt.Println("in", seq, number)
	}
	return nil
}

// unsync makes bbolt commit without a flush. No program may do that, so nobody but
// this control can: it reaches through the package's privacy.
func unsync(l *buffer.Log) {
	db := reflect.ValueOf(l).Elem().FieldByName("store").Elem().FieldByName("db").Elem()
	*(*bool)(db.FieldByName("NoSync").Addr().UnsafePointer()) = true
}

// opened is what was found in a log after a power cut.
type opened struct {
	Dir      string
	Error    string
	ID       string
	Replaced string
	Head     uint64
	Oldest   uint64
	Digest   string            // of state and model at Head
	Tickets  map[uint64]string // seq → number
}

// openLogs opens the logs in dirs, one after the other, and prints what it found.
func openLogs(dirs []string) error {
	for _, dir := range dirs {
		o := opened{Dir: dir, Tickets: map[uint64]string{}}
		if err := o.look(); err != nil {
			o.Error = err.Error()
		}
		if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// look opens a log, reads all of it, and appends to it.
func (o *opened) look() error {
	d := newKitchen()
	opts := smallLog(o.Dir, d, lives+1)
	opts.Tick = 0
	opts.Probe = func(_ context.Context, path string) error { return buffer.Probe(path) }
	l, err := buffer.Open(opts)
	if err != nil {
		return err
	}
	stats, err := l.Stats()
	if err != nil {
		return err
	}
	o.ID, o.Replaced, o.Head, o.Oldest, o.Digest = l.ID(), l.Replaced().Why, stats.Head, stats.Oldest, digest(d)
	next := o.Oldest
	err = l.Read(context.Background(), o.Oldest, o.Head, func(events []kitchen.Event) error {
		for _, e := range events {
			if e.Seq != next {
				return fmt.Errorf("event %d is where %d should be", e.Seq, next)
			}
			next++
			if e.Ticket != nil {
				o.Tickets[e.Seq] = e.Ticket.Number
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if next != o.Head+1 {
		return fmt.Errorf("the log ends with %d and its head is %d", next-1, o.Head)
	}
	return o.goOn(l, opts.Now)
}

// goOn shows that the log takes facts, which have the next numbers.
func (o *opened) goOn(l *buffer.Log, now func() kitchen.Stamp) error {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	press := now().Fact("button/A1")
	press.Press = &kitchen.Press{Slot: "A1", Gesture: kitchen.Down}
	err := l.Append(ctx, press)
	if err == nil && l.Head() <= o.Head {
		err = fmt.Errorf("the head is %d after an Append to %d", l.Head(), o.Head)
	}
	stop()
	return errors.Join(err, <-ended, l.Close())
}
