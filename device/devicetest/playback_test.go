package devicetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clocked notes when it was written to.
type clocked struct {
	start time.Time
	lines []string
}

func (c *clocked) Write(b []byte) (int, error) {
	c.lines = append(c.lines, fmt.Sprintf("%v %s", time.Since(c.start), b))
	return len(b), nil
}

func TestPlayback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &clocked{start: time.Now()}
		chunks := []Chunk{{0, []byte("a")}, {time.Second, []byte("b")}, {time.Hour, []byte("c")}}
		if err := Playback(t.Context(), w, chunks...); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"0s a", "1s b", "1h0m1s c"}, w.lines); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var out bytes.Buffer
		if err := Playback(ctx, &out, chunks...); !errors.Is(err, context.DeadlineExceeded) || out.String() != "ab" {
			t.Errorf("ended with %v after %q", err, out.String())
		}
		var p Port
		p.Unplug()
		if err := Playback(t.Context(), &p, chunks...); !errors.Is(err, ErrUnplugged) {
			t.Errorf("to an unplugged port: %v", err)
		}
	})
}
