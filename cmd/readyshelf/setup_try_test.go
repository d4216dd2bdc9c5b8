package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
)

// A port that hangs is opened anew until it speaks; a scale that is only asked hangs too.
func TestTryReopensSilentScale(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newSite(t, dir, setupCmd{})
		opened, closed := 0, 0
		w.open = func(ctx context.Context, _ target, on *tap) error {
			opened++
			defer func() { closed++ }()
			on.opened()
			on.hear(heard{Bytes: []byte{5}, Sent: true})
			if opened == 3 {
				on.hear(heard{Bytes: []byte("ST,GS,+   0.512kg\r\n")})
			}
			<-ctx.Done()
			return ctx.Err()
		}
		if err := w.tryScale(t.Context(), ScaleConfig{Serial: "/dev/ttyUSB0", Protocol: "st-gs"}); err != nil {
			t.Error(err)
		}
		if opened != 3 || closed != 3 {
			t.Errorf("opened %d times and closed %d, want 3\n%s", opened, closed, w.screen)
		}
		if n := strings.Count(w.screen.String(), "put something"); n != 1 {
			t.Errorf("asked %d times\n%s", n, w.screen)
		}
		w.keys.Close()
		w.patient.broker.Close()
	})
}
