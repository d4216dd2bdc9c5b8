package predict

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"readyshelf/kitchen"
)

// snapshotVersion changes with the meaning of a snapshot, features included.
const snapshotVersion = 2

const (
	horizon     = 100 * 365 * 24 * time.Hour // bounds the model's clock, so that adding to it cannot overflow
	maxSnapshot = 4 << 20                    // bytes, unpacked
)

// envelope is how a snapshot is kept: JSON, packed as RFC 1951 says. encoding/json writes
// the shortest decimal that reads back as the same number, so nothing is lost.
type envelope struct {
	Version int    `json:"version"`
	Packed  []byte `json:"packed"`
}

// snapshot is a Model on paper. What can be derived is left out.
type snapshot struct {
	Clock   time.Duration `json:"clock"`
	Last    kitchen.Stamp `json:"last"`
	Open    []opened      `json:"open"`
	Came    recent        `json:"came"`
	Done    recent        `json:"done"`
	Names   names         `json:"names"`
	Lessons []lesson      `json:"lessons"`
	Firm    paper         `json:"firm"`
}

// paper is a core on paper.
type paper struct {
	Prior string      `json:"prior"`
	Seed  *Seed       `json:"seed,omitempty"`
	Main  filterPaper `json:"main"`
	Plain filterPaper `json:"plain"`
	Sum   filterPaper `json:"sum"`
	Menu  []dishPaper `json:"menu"`
	Votes votes       `json:"votes"`
	Comes arrivals    `json:"comes"`

	Residuals []residual         `json:"residuals"`
	Count     int                `json:"count"`
	Off       [3]float64         `json:"off"`
	Group     [groups][3]float64 `json:"group"`
}

// filterPaper is a filter; its covariance by the upper half, row by row.
type filterPaper struct {
	Mean  []float64     `json:"mean"`
	Cov   []float64     `json:"cov"`
	Noise float64       `json:"noise"`
	Bias  float64       `json:"bias"`
	Seen  int           `json:"seen"`
	Time  time.Duration `json:"time"`
}

// dishPaper is a dish and how it jams with the others.
type dishPaper struct {
	dish
	Weight []float32 `json:"w"`
	Jams   []float32 `json:"j"`
}

// Snapshot writes the model as JSON, at most 200 kB.
func (m *Model) Snapshot() (json.RawMessage, error) {
	b, err := json.Marshal(snapshot{
		m.clock, m.last, m.open, m.came, m.done, m.names, m.lessons, m.firm.paper(len(m.names.Name)),
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot the model: %w", err)
	}
	if b, err = pack(b); err != nil {
		return nil, fmt.Errorf("snapshot the model: %w", err)
	}
	return json.Marshal(envelope{snapshotVersion, b})
}

// pack makes b small.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// paper writes what c knows of the first dishes of the menu.
func (c *core) paper(dishes int) paper {
	p := paper{
		Prior: c.prior.name, Seed: c.prior.seed, Votes: c.votes, Comes: c.comes,
		Main: c.main.paper(), Plain: c.plain.paper(), Sum: c.sum.paper(),
		Residuals: c.rest.Ring[:c.rest.len()], Count: c.rest.Count, Off: c.rest.Off, Group: c.rest.Group,
	}
	for i := range dishes {
		row := i * maxDishes
		p.Menu = append(p.Menu, dishPaper{c.menu.Dishes[i], c.menu.Jams.Weight[row : row+dishes], c.menu.Jams.Seen[row : row+dishes]})
	}
	return p
}

func (f *filter) paper() filterPaper {
	p := filterPaper{Mean: f.Mean, Noise: f.Noise, Bias: f.Bias, Seen: f.Seen, Time: f.Time}
	for i := range f.Mean {
		p.Cov = append(p.Cov, f.row(i)[i:]...)
	}
	return p
}

// Restore makes m the model that wrote b; nil or null gives the model of a
// store's first day. After an error m is as it was.
func (m *Model) Restore(b json.RawMessage) error {
	if len(b) == 0 || string(b) == "null" {
		*m = *New()
		return nil
	}
	n, err := restore(b)
	if err != nil {
		return fmt.Errorf("restore the model: %w", err)
	}
	*m = *n
	return nil
}

func restore(b []byte) (*Model, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, err
	}
	if e.Version != snapshotVersion {
		return nil, fmt.Errorf("version %d, want %d", e.Version, snapshotVersion)
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(e.Packed)), maxSnapshot))
	if err != nil {
		return nil, err
	}
	var w snapshot
	if err := json.Unmarshal(plain, &w); err != nil {
		return nil, err
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	firm, err := w.Firm.core()
	if err != nil {
		return nil, err
	}
	m := &Model{
		clock: w.Clock, last: w.Last, open: w.Open, came: w.Came, done: w.Done,
		names: w.Names, lessons: w.Lessons, firm: firm, live: newCore(firm.prior),
	}
	m.refold()
	return m, nil
}

// core reads what was written; it says what is wrong, so that no forecast can come out as
// nonsense.
func (p *paper) core() (*core, error) {
	from, err := priorOf(p.Prior, p.Seed)
	if err != nil {
		return nil, err
	}
	c := newCore(from)
	for _, f := range []struct {
		to *filter
		p  *filterPaper
	}{{&c.main, &p.Main}, {&c.plain, &p.Plain}, {&c.sum, &p.Sum}} {
		if err := f.to.read(f.p); err != nil {
			return nil, err
		}
	}
	if len(p.Residuals) > ringSize || p.Count < len(p.Residuals) || p.Count > math.MaxInt32 || p.Count > len(p.Residuals) && len(p.Residuals) < ringSize {
		return nil, errors.New("more residuals than labels")
	}
	for _, g := range append(p.Group[:], p.Off, [3]float64{p.Comes.Mean, p.Votes.Loss[0], p.Votes.Loss[1]}) {
		if !within(g[:], 1e5) {
			return nil, errors.New("a figure out of range")
		}
	}
	if v := p.Comes.Variance; v < leastSpread || v > 10 || p.Votes.Scale < 1e-3 || p.Votes.Scale > 10 || math.Abs(p.Comes.Mean) > 20 {
		return nil, errors.New("a figure out of range")
	}
	c.votes, c.comes = p.Votes, p.Comes
	c.rest.Off, c.rest.Group, c.rest.Count = p.Off, p.Group, p.Count
	copy(c.rest.Ring[:], p.Residuals)
	c.rest.sort()
	return c, c.menu.read(p.Menu)
}

// read fills the menu.
func (m *menu) read(p []dishPaper) error {
	if len(p) > maxDishes {
		return errors.New("more dishes than any menu")
	}
	for i, d := range p {
		if !within([]float64{d.Effect, d.Time}, 1e5) || d.Seen < 0 || d.Timed < 0 || d.Seen > 1e5 || d.Timed > 1e5 {
			return errors.New("a dish out of range")
		}
		if len(d.Weight) != len(p) || len(d.Jams) != len(p) {
			return errors.New("a dish that jams with others than there are")
		}
		for k := range p {
			if d.Weight[k] > 10 || d.Weight[k] < -10 || d.Jams[k] < 0 {
				return errors.New("a dish out of range")
			}
		}
		m.Dishes[i] = d.dish
		copy(m.Jams.Weight[i*maxDishes:], d.Weight)
		copy(m.Jams.Seen[i*maxDishes:], d.Jams)
	}
	return nil
}

// read fills f, a filter of the first day.
func (f *filter) read(p *filterPaper) error {
	d := len(f.Mean)
	switch {
	case len(p.Mean) != d || len(p.Cov) != d*(d+1)/2:
		return fmt.Errorf("%d coefficients and %d covariances, want %d and %d", len(p.Mean), len(p.Cov), d, d*(d+1)/2)
	case p.Noise < minNoise || p.Noise > maxNoise || p.Seen < 0 || p.Seen > math.MaxInt32 || p.Time < 0 || p.Time > horizon:
		return errors.New("a noise, a count or a time out of range")
	case !within(p.Mean, 100) || !within([]float64{p.Bias}, 100):
		return errors.New("a coefficient out of range")
	}
	copy(f.Mean, p.Mean)
	f.Noise, f.Bias, f.Seen, f.Time = p.Noise, p.Bias, p.Seen, p.Time
	k := 0
	for i := range d {
		for j := i; j < d; j++ {
			f.row(i)[j], f.row(j)[i] = p.Cov[k], p.Cov[k]
			k++
		}
	}
	if !positive(f.Cov, d) {
		return errors.New("the covariance is not positive definite")
	}
	return nil
}

// check says what is wrong with all but the core.
func (w *snapshot) check() error {
	switch {
	case len(w.Open) > maxOpen || len(w.Lessons) > undoable || len(w.Came) > maxRecent || len(w.Done) > maxRecent:
		return errors.New("longer than any model")
	case w.Clock < 0 || w.Clock > horizon:
		return errors.New("a time out of range")
	case len(w.Names.Name) > maxDishes || len(w.Names.Name) != len(w.Names.Used) || len(w.Names.Name) != len(w.Firm.Menu):
		return errors.New("a menu of another length than its names")
	}
	for i := range w.Open {
		if err := w.Open[i].check(w.Clock); err != nil {
			return err
		}
	}
	for i := range w.Lessons {
		l := &w.Lessons[i]
		if l.When < 0 || l.When > w.Clock || l.Took < 0 || l.Took > kitchen.Latest || l.Ready < 0 || l.Ready > kitchen.Latest || l.ID == "" || len(l.ID) > maxID {
			return fmt.Errorf("lesson %q out of range", l.ID)
		}
		if err := l.opened.check(w.Clock); err != nil && l.What != fetched {
			return err
		}
	}
	return nil
}

// check says what is wrong with an order.
func (o *opened) check(clock time.Duration) error {
	f, q, s := &o.facts, &o.Queue, &o.sight
	counts := []int{f.Pieces, f.Kinds, q.Open, q.Pieces, q.Same, q.Old, q.Young, q.Came, q.Done, q.Late, q.First, f.Minute + 1, f.Weekday}
	for _, n := range counts {
		if n < 0 || n > 1e6 {
			return fmt.Errorf("order %q: a count out of range", o.ID)
		}
	}
	figures := []float64{s.Most, s.Each, s.Wait, s.Times[0], s.Times[1], s.Work, s.Means[0], s.Means[1], q.Left, f.Value}
	switch {
	case o.ID == "" || len(o.ID) > maxID:
		return errors.New("an order without a usable name")
	case f.Minute >= 24*60 || f.Weekday > 6 || len(f.Dishes) > maxDishes || len(q.Dishes) > maxDishes,
		o.At < 0 || o.At > clock+horizon || !o.Later && o.At > clock, !within(figures, 1e6), f.Value < 0,
		s.Mean < minMean || s.Mean > maxMean || s.SD < 0.01 || s.SD > 1000 || s.SDs[0] < 0.01 || s.SDs[1] < 0.01:
		return fmt.Errorf("order %q out of range", o.ID)
	}
	return nil
}

// within says whether all of v lie between -bound and bound.
func within(v []float64, bound float64) bool {
	for _, x := range v {
		if !(math.Abs(x) <= bound) {
			return false
		}
	}
	return true
}

// positive says whether c, of d rows, has a Cholesky factor, and no variance is absurd.
func positive(cov []float64, d int) bool {
	c := append([]float64(nil), cov...)
	for i := range d {
		if c[i*d+i] > 100 {
			return false
		}
		for j := range i + 1 {
			sum := c[i*d+j] - dot(c[i*d:i*d+j], c[j*d:j*d+j])
			switch {
			case i == j && sum <= 0:
				return false
			case i == j:
				c[i*d+i] = math.Sqrt(sum)
			default:
				c[i*d+j] = sum / c[j*d+j]
			}
		}
	}
	return true
}
