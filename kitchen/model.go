package kitchen

import (
	"encoding/json"
	"time"
)

// Model forecasts when an order will be ready. It is state like [State]: only
// Apply changes it, and replaying the log gives the same model.
type Model interface {
	// Apply learns from e; s is the state after e was applied to it. An
	// order.ready is a label, order.ready.undone takes it back, an expired order
	// teaches nothing.
	Apply(s *State, e Event)
	// Forecast gives the distribution of the time that an open order takes, as known
	// at now and without regard to how long it has taken already. It is counted from
	// acceptance, for a pre-order from when its cooking begins. It must not change
	// the model.
	Forecast(s *State, o *Order, now Stamp) Forecast
	// Snapshot and Restore carry the model over a restart, bit for bit.
	// Restore(nil) gives the model of a store's first day.
	Snapshot() (json.RawMessage, error)
	Restore(json.RawMessage) error
}

// Seeder is a [Model] that can begin with what another store's has learned. A [Command]
// with a seed in its Model offers it, [Change.Model] accepts it: then Apply takes it in.
type Seeder interface {
	// Seedable says why the model cannot begin with seed: nil where it can. A model that
	// has learned already can where replace says that this may go.
	Seedable(seed json.RawMessage, replace bool) error
}

// Forecast is a distribution of the time an order takes from its beginning to its
// being ready.
type Forecast interface {
	// CDF is P(ready within d of the beginning), non-decreasing, in [0, 1].
	CDF(d time.Duration) float64
	// Quantile is the inverse of CDF for p in (0, 1).
	Quantile(p float64) time.Duration
}
