package buffer

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

func TestTailAfter(t *testing.T) {
	three := tail{{Seq: 5}, {Seq: 6}, {Seq: 7}}
	for _, test := range []struct {
		of    tail
		after uint64
		first uint64 // 0: not from the tail
	}{
		{nil, 0, 0}, {three, 3, 0}, {three, 4, 5}, {three, 6, 7}, {three, 7, 0}, {three, 9, 0},
	} {
		b, ok := test.of.after(test.after)
		if ok != (test.first > 0) || ok && (b.events[0].Seq != test.first || b.next != 7) {
			t.Errorf("%v after %d: %v, next %d, %v, want from %d to 7", test.of, test.after, b.events, b.next, ok, test.first)
		}
	}
}

// A follower who waits gets the newest commit without a look into the file, and it
// gets what the file has.
func TestFollowerWhoWaitsReadsTheTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := run(t, options(logPath(t)))
		ctx, cancel := context.WithCancel(t.Context())
		var got []kitchen.Event
		followed := make(chan error)
		go func() {
			followed <- h.Follow(ctx, "uplink", func(batch []kitchen.Event, _ func(uint64)) error {
				got = append(got, batch...)
				return nil
			})
		}()
		for i := range 5 {
			synctest.Wait() // it waits for more
			h.append(t, ticket(fmt.Sprint(i)), press("A1"))
			h.mu.Lock()
			newest := h.tail
			h.mu.Unlock()
			if n := uint64(len(newest)); n == 0 || newest[n-1].Seq != h.Head() {
				t.Errorf("the tail has %d events, none of them the head %d", n, h.Head())
			}
		}
		synctest.Wait()
		cancel()
		<-followed
		h.append(t, press("A1"))
		h.mu.Lock()
		if h.tail != nil {
			t.Error("a tail was read ahead, and nobody waited for it")
		}
		h.mu.Unlock()
		var want []kitchen.Event
		if err := h.Read(t.Context(), 1, h.Head()-1, func(batch []kitchen.Event) error {
			want = append(want, batch...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the tail is not what the file has (-file +tail):\n%s", diff)
		}
		h.end(t)
	})
}
