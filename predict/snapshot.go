package predict

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"readyshelf/kitchen"
)

// snapshotVersion changes with the meaning of a snapshot, features included.
const snapshotVersion = 1

// horizon bounds the model's clock, so that adding to it cannot overflow.
const horizon = 200 * 365 * 24 * time.Hour

// snapshot is a Model on paper. What can be derived is left out. encoding/json
// writes the shortest decimal that reads back as the same float64, so nothing is
// lost.
type snapshot struct {
	Version   int           `json:"version"`
	Clock     time.Duration `json:"clock"`
	Last      kitchen.Stamp `json:"last"`
	Open      []opened      `json:"open"`
	Labels    []label       `json:"labels"`
	Mean      []float64     `json:"mean"`
	Cov       []float64     `json:"cov"` // upper half, row by row
	Noise     float64       `json:"noise"`
	Seen      int           `json:"seen"`
	Time      time.Duration `json:"time"`
	Residuals []float64     `json:"residuals"`
}

// Snapshot writes the model as JSON, at most 50 kB.
func (m *Model) Snapshot() (json.RawMessage, error) {
	f := &m.firm.filter
	w := snapshot{
		Version: snapshotVersion, Clock: m.clock, Last: m.last, Open: m.open, Labels: m.labels,
		Mean: f.Mean[:], Noise: f.Noise, Seen: f.Seen, Time: f.Time,
		Residuals: m.firm.ring.U[:m.firm.ring.Len],
	}
	for i := range dims {
		w.Cov = append(w.Cov, f.Cov[i][i:]...)
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("snapshot the model: %w", err)
	}
	return b, nil
}

// Restore makes m the model that wrote b; nil or null gives the model of a
// store's first day. After an error m is as it was.
func (m *Model) Restore(b json.RawMessage) error {
	if len(b) == 0 || string(b) == "null" {
		*m = *New()
		return nil
	}
	var w snapshot
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("restore the model: %w", err)
	}
	if err := w.check(); err != nil {
		return fmt.Errorf("restore the model: %w", err)
	}
	*m = Model{clock: w.Clock, last: w.Last, open: w.Open, labels: w.Labels, firm: w.core()}
	m.refold()
	return nil
}

// core reads what labels taught; w is checked.
func (w *snapshot) core() core {
	c := core{filter: filter{Mean: vector(w.Mean), Noise: w.Noise, Seen: w.Seen, Time: w.Time}}
	k := 0
	for i := range dims {
		for j := i; j < dims; j++ {
			c.filter.Cov[i][j], c.filter.Cov[j][i] = w.Cov[k], w.Cov[k]
			k++
		}
	}
	c.ring.Len = copy(c.ring.U[:], w.Residuals)
	return c
}

// check says what is wrong with w, so that no forecast can come out as nonsense.
func (w *snapshot) check() error {
	switch {
	case w.Version != snapshotVersion:
		return fmt.Errorf("version %d, want %d", w.Version, snapshotVersion)
	case len(w.Mean) != dims || len(w.Cov) != dims*(dims+1)/2:
		return fmt.Errorf("%d coefficients and %d covariances, want %d and %d",
			len(w.Mean), len(w.Cov), dims, dims*(dims+1)/2)
	case len(w.Open) > maxOpen || len(w.Labels) > undoable || len(w.Residuals) > ringSize:
		return errors.New("longer than any model")
	case w.Clock < 0 || w.Clock > horizon || w.Time < 0 || w.Time > w.Clock:
		return errors.New("a time out of range")
	case w.Noise < minNoise || w.Noise > maxNoise || w.Seen < 0 || w.Seen > math.MaxInt32:
		return errors.New("a noise or a count out of range")
	case !within(w.Mean, 100) || !within(w.Residuals, ringBound):
		return errors.New("a coefficient or a residual out of range")
	}
	if c := w.core(); !positive(c.filter.Cov) {
		return errors.New("the covariance is not positive definite")
	}
	return w.checkOrders()
}

// checkOrders checks the orders and labels.
func (w *snapshot) checkOrders() error {
	for i := range w.Open {
		if err := w.Open[i].check(w); err != nil {
			return err
		}
	}
	for i := range w.Labels {
		l := &w.Labels[i]
		if err := l.opened.check(w); err != nil {
			return err
		}
		if l.Took < shortest || l.Took > slowest || l.Ready < 0 || l.Ready > w.Clock || l.Pieces < 0 || l.Pieces > maxItems {
			return fmt.Errorf("label %q out of range", l.ID)
		}
	}
	return nil
}

func (o *opened) check(w *snapshot) error {
	f := o.features
	switch {
	case o.ID == "" || len(o.ID) > maxID:
		return errors.New("an order without a usable name")
	case f.Items < 0 || f.Items > maxItems || f.Load < 0 || f.Load > maxLoad || f.Minute < -1 || f.Minute >= 24*60,
		o.At < 0 || o.At > w.Clock || o.Seen < 0 || o.Seen > w.Seen+len(w.Labels),
		o.Mean < minMean || o.Mean > maxMean || o.SD < 0.01 || o.SD > 1000:
		return fmt.Errorf("order %q out of range", o.ID)
	}
	return nil
}

// within says whether all of v lie between -bound and bound.
func within(v []float64, bound float64) bool {
	for _, x := range v {
		if math.Abs(x) > bound {
			return false
		}
	}
	return true
}

// positive says whether c has a Cholesky factor, and no variance is absurd.
func positive(c [dims]vector) bool {
	for i := range dims {
		if c[i][i] > 100 {
			return false
		}
		for j := range i + 1 {
			sum := c[i][j]
			for k := range j {
				sum -= c[i][k] * c[j][k]
			}
			switch {
			case i == j && sum <= 0:
				return false
			case i == j:
				c[i][i] = math.Sqrt(sum)
			default:
				c[i][j] = sum / c[j][j]
			}
		}
	}
	return true
}
