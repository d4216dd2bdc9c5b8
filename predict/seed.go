package predict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"readyshelf/kitchen"
)

// The first lines of a seed's file, and the most bytes that it may have.
const (
	SeedFormat  = "readyshelf model"
	SeedVersion = 1
	MaxSeed     = 48 << 10
)

// What a seed's dishes count in the store that it is for: so few orders that its own
// soon count for more.
const (
	seedOrders = 12.0
	leastJam   = 0.01 // a smaller one is none, ln seconds
)

// seedTrust is how far the coefficients go from the shipped prior to the store that a seed
// is from. Half-way was best in simulated kitchens, with a new cook as with other dishes.
// The constant stays: it is how fast a kitchen is, and that of an unlike one misleads.
const seedTrust = 0.5

// Seed is what a store of a chain gives to another, for a person to read: what its
// filters came to, its dishes, and how it errs. It names no order and nobody. It is
// written as JSON; [ParseSeed] reads it.
type Seed struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	From    Origin `json:"from"`
	Labels  int    `json:"labels"` // that the store had learned
	Prior   string `json:"prior"`  // the shipped one that it began with: the doubts are that one's

	Main     coefficients `json:"main"`  // of ln seconds, by all features
	Plain    coefficients `json:"plain"` // the same, without what is known of dishes
	Sum      coefficients `json:"sum"`   // of the time in units of 10 min, for waiting and cooking add up
	Shape    []float64    `json:"shape"` // 41 quantiles of the standardised errors
	Couriers arrivals     `json:"couriers"`
	Dishes   []seedDish   `json:"dishes,omitempty"`
}

// Origin is where a seed comes from, in words of the program around the model.
type Origin struct {
	Store   string `json:"store,omitempty"`
	Date    string `json:"date,omitempty"`
	Program string `json:"program,omitempty"` // its version
}

// coefficients are what a filter came to, by the names of its columns, in ordinary hours:
// the levels that come and go are left out.
type coefficients struct {
	Noise float64            `json:"noise"` // standard deviation
	Of    map[string]float64 `json:"of"`
}

// seedDish is a dish of a seed.
type seedDish struct {
	Name    string             `json:"name"`
	Effect  float64            `json:"effect"`  // what its orders take longer than others, ln seconds
	Minutes float64            `json:"minutes"` // what it adds
	Orders  float64            `json:"orders"`  // that say so, 12 at most
	Slowed  map[string]float64 `json:"slowed_by,omitempty"`
}

// The columns' names in a seed. The levels have none.
var (
	mainNames = append(plainNames[:plainDims:plainDims],
		"slowest dish", "average dish", "summed wait", "pieces when busy", "slowest dish when busy", "busy squared")
	plainNames = []string{
		"constant", "pieces", "value", "open orders", "open pieces", "orders of 15 min",
		"10:30", "12:00", "13:30", "15:00", "16:30", "18:00", "19:30", "21:00", "22:30",
		"weekend", "friday and saturday", "takeaway", "large", "done in 15 min", "same dishes open",
		"open over 10 min", "open under 5 min", "different dishes",
	}
	sumNames = []string{"constant", "slowest dish", "all dishes", "open orders", "open dishes", "half hours to do", "late orders"}
)

// Export gives what m has learned to another store.
func (m *Model) Export() *Seed {
	c := m.live
	s := &Seed{
		Format: SeedFormat, Version: SeedVersion, Labels: c.main.Seen, Prior: c.prior.name,
		Main: c.main.export(mainNames), Plain: c.plain.export(plainNames), Sum: c.sum.export(sumNames),
		Shape: c.rest.shape(), Couriers: arrivals{round(c.comes.Mean), round(c.comes.Variance)},
	}
	for i, name := range m.names.Name {
		if printable(name) {
			s.Dishes = append(s.Dishes, m.exportDish(i))
		}
	}
	s.fit()
	return s
}

// round keeps as many digits as anybody can learn.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func (f *filter) export(names []string) coefficients {
	out := coefficients{Noise: round(math.Sqrt(f.Noise)), Of: map[string]float64{}}
	for i, name := range names {
		out.Of[name] = round(f.Mean[i])
	}
	return out
}

// exportDish is what is known of a dish.
func (m *Model) exportDish(i int) seedDish {
	d := &m.live.menu.Dishes[i]
	out := seedDish{Name: m.names.Name[i], Minutes: 10 * plainDish, Orders: round(min(d.Seen, seedOrders))}
	if d.Seen > 0 {
		out.Effect, out.Minutes = round(d.Effect/d.Seen), round(10*d.Time/d.Timed)
	}
	for k, other := range m.names.Name {
		if w := m.live.menu.Jams.Weight[i*maxDishes+k]; math.Abs(float64(w)) >= leastJam && printable(other) {
			if out.Slowed == nil {
				out.Slowed = map[string]float64{}
			}
			out.Slowed[other] = math.Round(float64(w)*1e3) / 1e3
		}
	}
	return out
}

// fit leaves out the smallest of what dishes do to each other, until s is no longer than
// a seed may be.
func (s *Seed) fit() {
	for least := 2 * leastJam; ; least *= 1.2 {
		b, err := json.Marshal(s)
		if err != nil || len(b) <= MaxSeed {
			return
		}
		for _, d := range s.Dishes {
			for name, w := range d.Slowed {
				if math.Abs(w) < least {
					delete(d.Slowed, name)
				}
			}
		}
	}
}

// shape is the distribution of the residuals for an order of any kind, the shipped shape
// blended in as it is in every forecast.
func (r *residuals) shape() []float64 {
	var sums [ringSize + shapeSize]float64
	total := 0.0
	order := r.sorted()
	for k, i := range order {
		w := r.shipped()
		if int(i) < ringSize {
			w = r.fresh(i)
		}
		sums[k], total = total+w/2, total+w
	}
	out := make([]float64, shapeSize)
	for k := range out {
		out[k] = round(r.where(sums[:len(order)], total*(float64(k)+0.5)/shapeSize))
	}
	return out
}

// ParseSeed reads a seed, and says what is wrong with one that no store can begin with.
func ParseSeed(b []byte) (*Seed, error) {
	if len(b) > 2*MaxSeed { // indented
		return nil, fmt.Errorf("a seed has %d bytes at most", 2*MaxSeed)
	}
	s := new(Seed)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := json.Unmarshal(b, &struct {
		Format  *string `json:"format"`
		Version *int    `json:"version"`
	}{&s.Format, &s.Version}); err != nil || s.Format != SeedFormat {
		return nil, fmt.Errorf("this is no model that readyshelf model export has written: its format must be %q", SeedFormat)
	}
	if s.Version != SeedVersion {
		return nil, fmt.Errorf("the model has version %d, and this program reads %d: take a program of the same release on both boxes", s.Version, SeedVersion)
	}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the model: something stands behind it")
	}
	if whole, err := json.Marshal(s); err != nil || len(whole) > MaxSeed {
		return nil, fmt.Errorf("a model has %d bytes at most without its spaces", MaxSeed)
	}
	if _, err := s.prior(); err != nil {
		return nil, err
	}
	return s, nil
}

// prior is what a store that begins with s believes on its first day, its dishes apart.
func (s *Seed) prior() (*prior, error) {
	base, err := priorOf(s.Prior, nil)
	if err != nil {
		return nil, err
	}
	p := *base
	kept := *s
	kept.Dishes = nil // they are in the core from the first day
	p.seed = &kept
	for _, f := range []struct {
		what  string
		to    *belief
		from  *coefficients
		names []string
	}{{"main", &p.main, &s.Main, mainNames}, {"plain", &p.plain, &s.Plain, plainNames}, {"sum", &p.sum, &s.Sum, sumNames}} {
		if err := f.from.believe(f.to, f.names); err != nil {
			return nil, fmt.Errorf("%s: %w", f.what, err)
		}
	}
	if len(s.Shape) != shapeSize || !within(s.Shape, ringBound) || !slices.IsSorted(s.Shape) {
		return nil, fmt.Errorf("shape: it must be %d rising numbers from %g to %g", shapeSize, -ringBound, ringBound)
	}
	copy(p.shape[:], s.Shape)
	if c := s.Couriers; !within([]float64{c.Mean}, 20) || !(c.Variance >= leastSpread && c.Variance <= 10) {
		return nil, errors.New("couriers: out of range")
	}
	p.comes = s.Couriers
	return &p, s.checkDishes()
}

// believe makes c what b believes, with the doubts of b.
func (c *coefficients) believe(b *belief, names []string) error {
	if !(c.Noise*c.Noise >= minNoise && c.Noise*c.Noise <= maxNoise) {
		return fmt.Errorf("noise: %g is out of range", c.Noise)
	}
	if len(c.Of) != len(names) {
		return fmt.Errorf("there are %d coefficients, want %d", len(c.Of), len(names))
	}
	mean := slices.Clone(b.mean)
	for i, name := range names {
		v, ok := c.Of[name]
		if !ok || !(math.Abs(v) <= 20) {
			return fmt.Errorf("coefficient %q: missing, or out of range", name)
		}
		if i != dimLevel {
			mean[i] = b.mean[i] + seedTrust*(v-b.mean[i])
		}
	}
	b.mean, b.noise = mean, c.Noise
	return nil
}

// checkDishes says what is wrong with the dishes.
func (s *Seed) checkDishes() error {
	if len(s.Dishes) > maxDishes {
		return fmt.Errorf("dishes: there are %d, at most %d", len(s.Dishes), maxDishes)
	}
	known := map[string]bool{}
	for _, d := range s.Dishes {
		if d.Name == "" || len(d.Name) > maxName || !printable(d.Name) || known[d.Name] {
			return fmt.Errorf("dish %.80q: there twice, or no name", d.Name)
		}
		known[d.Name] = true
		if !within([]float64{d.Effect}, maxEffect) || !(d.Minutes >= 0 && d.Minutes <= 60) || !(d.Orders >= 0 && d.Orders <= seedOrders) {
			return fmt.Errorf("dish %q: out of range", d.Name)
		}
	}
	for _, d := range s.Dishes {
		for name, w := range d.Slowed {
			if !known[name] || !within([]float64{w}, maxJam) {
				return fmt.Errorf("dish %q, slowed by %.80q: no dish, or out of range", d.Name, name)
			}
		}
	}
	return nil
}

// printable says whether a name is text that JSON gives back as it was.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// fill puts the dishes of s into an empty menu, in their order.
func (s *Seed) fill(m *menu) {
	place := map[string]int{}
	for i, d := range s.Dishes {
		place[d.Name] = i
		m.Dishes[i] = dish{Effect: d.Effect * d.Orders, Seen: d.Orders, Time: d.Minutes / 10 * d.Orders, Timed: d.Orders}
	}
	for i, d := range s.Dishes {
		for name, w := range d.Slowed {
			m.Jams.Weight[i*maxDishes+place[name]] = float32(w)
		}
	}
}

// ErrLearned says that a store has learned already, so that a seed would cost something.
var ErrLearned = errors.New("this store has learned already")

// Seedable says why m cannot begin with a seed. One that has learned must be replaced.
func (m *Model) Seedable(seed json.RawMessage, replace bool) error {
	if _, err := ParseSeed(seed); err != nil {
		return err
	}
	if n := m.live.main.Seen; !replace && (n > 0 || len(m.lessons) > 0) {
		return fmt.Errorf("%w, from %d presses: to begin anew with the other's model, replace it", ErrLearned, n)
	}
	return nil
}

// seed takes in what e says of a seed: a command offers one, a change accepts it, the
// reply is the end of it.
func (m *Model) seed(s *kitchen.State, e kitchen.Event) {
	switch {
	case e.Command != nil:
		m.offered = e.Command.Model
	case e.Change != nil && e.Change.Model:
		m.imported(s)
	case e.Reply != nil:
		m.offered = nil
	}
}

// imported begins anew with the seed that was offered. The orders that cook stay; what
// was learned here is forgotten.
func (m *Model) imported(s *kitchen.State) {
	seed, err := ParseSeed(m.offered)
	if err != nil {
		return // another version of the program had taken it
	}
	p, err := seed.prior()
	if err != nil {
		return
	}
	m.firm, m.live, m.lessons, m.names = newCore(p), newCore(p), nil, names{}
	seed.fill(&m.firm.menu)
	m.live.set(m.firm)
	for _, d := range seed.Dishes {
		m.names.Name, m.names.Used = append(m.names.Name, d.Name), append(m.names.Used, m.clock)
	}
	open := m.open
	m.open = make([]opened, 0, len(open))
	for _, o := range open { // their dishes have other places now
		if known := s.Orders[o.ID]; known != nil {
			o.order(known, m.helpings(known.Items))
			o.Queue.Dishes = nil
			o.sight = m.live.look(&o.facts, o.At, new(vectors))
			m.open = append(m.open, o)
		}
	}
}
