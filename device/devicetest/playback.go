package devicetest

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Chunk is a piece of a capture: bytes that came together, After a pause.
type Chunk struct {
	After time.Duration
	Bytes []byte
}

// Playback writes the chunks to w with their pauses. It ends early, with an error,
// when w fails or ctx ends.
func Playback(ctx context.Context, w io.Writer, chunks ...Chunk) error {
	for i, c := range chunks {
		t := time.NewTimer(c.After)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		}
		if _, err := w.Write(c.Bytes); err != nil {
			return fmt.Errorf("play chunk %d of %d: %w", i+1, len(chunks), err)
		}
	}
	return nil
}
