package buffer

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
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
	for seed := range *damagedFiles / 5 {
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
	opts.MaxSize, opts.Probe = 1<<20, probeHere
	if err := os.WriteFile(opts.Path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (sidecar{id: id}).write(opts.Path); err != nil {
		t.Fatal(err)
	}
	for start := range 3 {
		wrong := live(t, opts)
		if wrong == "" {
			return
		}
		t.Logf("start %d: %s", start, wrong)
	}
	t.Error("the log is not well after three starts")
}

// live runs a log for five minutes, and says what is wrong unless it took facts and
// all that it has can be read.
func live(t *testing.T, opts Options) string {
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
	var wrong []string
	for range 40 {
		if err := h.Append(ctx, ticket("new")); err != nil {
			wrong = append(wrong, err.Error())
		}
		time.Sleep(time.Second)
	}
	_ = h.Snapshot(io.Discard)
	_, _ = <-ended, <-ended
	if read, head := h.Cursor("uplink"), h.Head(); read != head {
		wrong = append(wrong, fmt.Sprintf("read up to %d of %d", read, head))
	}
	if err := h.Close(); err != nil {
		t.Log(err)
	}
	return strings.Join(slices.Compact(wrong), "; ")
}
