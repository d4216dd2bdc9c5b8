package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// Two boxes of one name, after a box was swapped and the old one came back, throw each
// other out at the broker. Each then finds there the state/health of the other, which
// names its board: a fault of this device.
const twinDevice = "identity"

// twinQuiet is how long nothing must have been seen of a twin for the fault to end. Two
// that fight meet again within a minute and a half.
const twinQuiet = 10 * time.Minute

// sayTwin says that there is another box with our name.
func sayTwin(board, name string) string {
	return fmt.Sprintf("the box with board %s uses the name of this one, %s", board, name)
}

const twinRemedy = "switch off the box that was replaced, or give one of the two another name with device = …"

// twin is what is known of another box with our name.
type twin struct {
	seen chan struct{}

	mu    sync.Mutex
	other string // the serial number of its board; empty where there is none
}

func newTwin() twin { return twin{seen: make(chan struct{}, 1)} }

// board is the serial number of the other one's board, empty where there is none.
func (t *twin) board() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.other
}

func (t *twin) set(board string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.other = board
}

// hearTwin reads what stands as state/health under our name at the broker. What is
// older than this run may be of a box that is no more.
func (h *house) hearTwin(body []byte) {
	var said struct {
		Board string               `json:"board"`
		At    time.Time            `json:"at"`
		Clock kitchen.ClockQuality `json:"clock"`
	}
	if json.Unmarshal(body, &said) != nil || !isName(said.Board) || said.Board == h.board {
		return
	}
	if now := h.clock(); now.Clock == kitchen.Synced && said.Clock == kitchen.Synced && said.At.Before(h.began) {
		return
	}
	h.twin.set(said.Board)
	select {
	case h.twin.seen <- struct{}{}:
	default:
	}
}

// watchTwin makes a fault of another box that has our name, until ctx ends.
func (h *house) watchTwin(ctx context.Context) {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.twin.seen:
			if quiet == nil {
				other := h.twin.board()
				h.log.Error(sayTwin(other, h.device)+": "+twinRemedy, "board", h.board)
				fault := h.clock().Fact(twinDevice)
				fault.Fault = &kitchen.Fault{
					Device: twinDevice,
					Text:   sayTwin(other, h.device),
					Remedy: twinRemedy,
				}
				h.tell(ctx, fault)
			}
			quiet = time.After(twinQuiet)
		case <-quiet:
			quiet = nil
			h.twin.set("")
			gone := h.clock().Fact(twinDevice)
			gone.Recovered = &kitchen.Recovered{Device: twinDevice}
			h.tell(ctx, gone)
		}
	}
}

// tell logs a fact about the box itself.
func (h *house) tell(ctx context.Context, fact kitchen.Event) {
	if err := h.keeper.Emit(ctx, fact); err != nil && ctx.Err() == nil {
		h.log.Error("a fact was not logged", "source", fact.Source, "error", err)
	}
}
