package test

import (
	"context"
	"errors"
	"testing"

	"readyshelf/buffer"
)

// unsent makes a log at rest of which no broker has had anything; fill appends to it.
func unsent(t testing.TB, opts buffer.Options, fill func(context.Context, *buffer.Log) error) {
	t.Helper()
	l, err := buffer.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	l.Remember("uplink")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	err = fill(ctx, l)
	stop()
	if err := errors.Join(err, <-ended, l.Close()); err != nil {
		t.Fatal(err)
	}
}
