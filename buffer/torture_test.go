package buffer

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"readyshelf/kitchen"
)

// TestAnyDamage damages a file in many ways. Whatever it is, the log opens, or a
// new one does, reads what is left, and takes new facts at the latest after one
// restart. Nothing panics and nothing hangs.
func TestAnyDamage(t *testing.T) {
	h := run(t, options(logPath(t)))
	for i := range 400 {
		h.append(t, ticket(fmt.Sprint(i)), press("A1"))
	}
	h.end(t)
	sound, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	used, _ := Check(h.path)
	n := 60
	if testing.Short() {
		n = 20
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(1, uint64(seed)))
		b := append([]byte(nil), sound...)
		pages := int(used.Bytes / pageSize)
		page := b[pageSize*r.IntN(pages):][:pageSize]
		what := ""
		switch seed % 5 {
		case 0:
			what = "zero page"
			clear(page)
		case 1:
			what = "garbage page"
			for i := range page {
				page[i] = byte(r.Uint32())
			}
		case 2:
			what = "flipped bits"
			for range 8 {
				b[r.IntN(pages*pageSize)] ^= 1 << r.IntN(8)
			}
		case 3:
			what = "cut off"
			b = b[:r.IntN(pages*pageSize)]
		case 4:
			what = "page of elsewhere"
			copy(page, b[pageSize*r.IntN(pages):][:pageSize])
		}
		t.Run(fmt.Sprint(seed, " ", what), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { survive(t, b, h.ID()) })
		})
	}
}

func survive(t *testing.T, b []byte, id string) {
	opts := options(logPath(t))
	opts.Tick = 20 * time.Second
	opts.MaxSize = 1 << 20
	if err := os.WriteFile(opts.Path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (sidecar{id: id}).write(opts.Path); err != nil {
		t.Fatal(err)
	}
	for start := range 3 {
		if live(t, opts) {
			return
		}
		t.Logf("start %d took nothing", start)
	}
	t.Error("the log takes nothing after three starts")
}

// live runs a log for five minutes, and says whether it took facts and all that it
// has can be read.
func live(t *testing.T, opts Options) bool {
	h := openHouse(t, opts)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	ended := make(chan error, 2)
	go func() { ended <- h.Run(ctx) }()
	go func() {
		ended <- h.Follow(ctx, "uplink", func(es []kitchen.Event, ack func(uint64)) error {
			ack(es[len(es)-1].Seq)
			return nil
		})
	}()
	took := 0
	for range 40 {
		if h.Append(ctx, ticket("new")) == nil {
			took++
		}
		time.Sleep(time.Second)
	}
	_ = h.Snapshot(io.Discard)
	_, _ = <-ended, <-ended
	reached := h.Cursor("uplink") == h.Head()
	if err := h.Close(); err != nil {
		t.Log(err)
	}
	return took == 40 && reached
}
