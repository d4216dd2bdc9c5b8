package backtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// Report is how a model did, and what it is compared with.
type Report struct {
	Rule    Rule `json:"rule"`
	Stores  int  `json:"stores"`
	Orders  int  `json:"orders"`
	Presses int  `json:"presses"` // labels that could be learned
	Scored  int  `json:"scored"`

	// Methods are the model, first, and the baselines.
	Methods    []Figures   `json:"methods"`
	Thresholds []Threshold `json:"thresholds"`
	Groups     []Group     `json:"groups"`

	said []Said // of the store with the fullest day, for the page
}

// Threshold is what the live rule is worth at one confidence_threshold. All come from one
// replay: what the kitchen would have said at each was noted at every look.
type Threshold struct {
	At float64 `json:"threshold"`
	Alerts
}

// Group is the orders, taken apart by something.
type Group struct {
	By   string `json:"by"`
	Rows []Row  `json:"rows"`
}

// Row is some of the orders: the model's figures, and the baselines' CRPS and MAE in seconds,
// in the order of Report.Methods.
type Row struct {
	Figures
	OthersCRPS []float64 `json:"others_crps_s"`
	OthersMAE  []float64 `json:"others_mae_s"`
}

// Config is what a backtest is told.
type Config struct {
	Rules  kitchen.Rules
	Tick   time.Duration        // retry_interval
	Travel time.Duration        // of the couriers
	Model  func() kitchen.Model // of a store's first day
}

func (c Config) rule() Rule {
	const usual = 30 * time.Second // where nobody looks, the alerts by the ticket need some step
	return Rule{
		Window: c.Rules.Window.Seconds(), Threshold: c.Rules.Threshold, Auto: c.Rules.Auto,
		Tick: cmp.Or(c.Tick, usual).Seconds(), Travel: c.Travel.Seconds(),
	}
}

// Set says whether t is the threshold that was set.
func (r *Report) Set(t float64) bool { return !r.Rule.Auto && t == r.Rule.Threshold }

// Run replays every store from its first day, each alone, and scores what was said. The
// result is what was said of each store's orders, in their order, and the report of it.
func Run(ctx context.Context, stores [][]Order, c Config) ([][]Said, *Report, error) {
	said := make([][]Said, len(stores))
	errs := make([]error, len(stores))
	todo := make(chan int)
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := range todo {
				shop := Shop{Tick: c.Tick, Decider: kitchen.Decider{Model: c.Model(), Rules: c.Rules}}
				said[i], errs[i] = shop.play(ctx, stores[i])
			}
		})
	}
	for i := range stores {
		todo <- i
	}
	close(todo)
	all.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, nil, err
	}
	return said, score(said, c.rule()), nil
}

// scoring is a report that grows.
type scoring struct {
	*Report
	methods    []tally
	thresholds [len(Thresholds)]counts
	groups     [len(groupings)]map[string][]tally
}

// score makes the report of what was said.
func score(stores [][]Said, r Rule) *Report {
	s := scoring{Report: &Report{Rule: r, Stores: len(stores)}, methods: make([]tally, 1+len(baselines))}
	for i := range s.groups {
		s.groups[i] = map[string][]tally{}
	}
	fullest := 0
	for _, said := range stores {
		s.store(said)
		if n := len(busiestDay(said)); n > fullest {
			fullest, s.said = n, said
		}
	}
	s.finish()
	return s.Report
}

// store adds one store's orders.
func (s *scoring) store(said []Said) {
	orders := make([]Order, len(said))
	for i := range said {
		orders[i] = *said[i].Order
	}
	others := against(orders)
	index := 0 // among the scored
	verdicts := make([]verdict, len(s.methods))
	for i := range said {
		o := &said[i]
		s.Orders++
		s.Presses += one(o.Label == Exact)
		if math.IsNaN(o.Truth) {
			continue
		}
		index++
		s.Scored++
		c := o.Quantiles.rising()
		verdicts[0] = judge(&c, o.Truth, s.Rule)
		for k := range others[i] {
			verdicts[k+1] = judge(&others[i][k], o.Truth, s.Rule)
		}
		live := s.Rule.outcome(o.Soon, o.Truth)
		count(s.methods, verdicts, live)
		for k := range Thresholds {
			s.thresholds[k].add(s.Rule.outcome(o.Would[k], o.Truth))
		}
		s.group(o, index, verdicts, live)
	}
}

// count adds the verdicts on one order, and on its live alert.
func count(to []tally, verdicts []verdict, live outcome) {
	for k := range verdicts {
		to[k].add(&verdicts[k])
	}
	to[0].live.add(live)
}

// group counts an order, the index-th of its store that is scored, wherever it belongs.
func (s *scoring) group(o *Said, index int, verdicts []verdict, live outcome) {
	for i, g := range groupings {
		for _, name := range g.of(o, index) {
			if s.groups[i][name] == nil {
				s.groups[i][name] = make([]tally, len(s.methods))
			}
			count(s.groups[i][name], verdicts, live)
		}
	}
}

// finish makes means of what was counted.
func (s *scoring) finish() {
	s.Methods = append(s.Methods, s.methods[0].figures("the model"))
	for i, b := range baselines {
		s.Methods = append(s.Methods, s.methods[i+1].figures(b.name))
	}
	for i, t := range Thresholds {
		s.Thresholds = append(s.Thresholds, Threshold{t, s.thresholds[i].alerts()})
	}
	for i, g := range groupings {
		all := s.groups[i]
		names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
			return cmp.Or(cmp.Compare(slices.Index(g.order, a), slices.Index(g.order, b)), cmp.Compare(a, b))
		})
		if g.most > 0 {
			slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(all[b][0].n, all[a][0].n) })
			names = names[:min(len(names), g.most)]
		}
		group := Group{By: g.by}
		for _, name := range names {
			t := all[name]
			row := Row{Figures: t[0].figures(name)}
			for k := range t[1:] {
				f := t[k+1].figures("")
				row.OthersCRPS, row.OthersMAE = append(row.OthersCRPS, f.CRPS), append(row.OthersMAE, f.MAE)
			}
			group.Rows = append(group.Rows, row)
		}
		s.Groups = append(s.Groups, group)
	}
}

// groupings are the ways in which a report takes the orders apart.
var groupings = [...]struct {
	by    string
	order []string // of the rows, where their names do not sort
	most  int      // of the commonest; 0: all
	of    func(o *Said, index int) []string
}{
	{"hour", nil, 0, func(o *Said, _ int) []string { return []string{fmt.Sprintf("%02d:00", o.hour())} }},
	{"rush", nil, 0, func(o *Said, _ int) []string { return []string{rush(o.clock() / 3600)} }},
	{"load", loads, 0, func(o *Said, _ int) []string { return []string{load(o.Open)} }},
	{"channel", nil, 0, func(o *Said, _ int) []string { return []string{cmp.Or(o.Channel, "not known")} }},
	{"dish", nil, 20, func(o *Said, _ int) []string { return dishes(o.Items) }},
	{"age of the store", ages, 0, func(_ *Said, index int) []string { return []string{since(index)} }},
}

// rush says whether it is noon or evening in a kitchen: 12 to 14 and 18:30 to 21 h.
func rush(hour float64) string {
	if hour >= 12 && hour < 14 || hour >= 18.5 && hour < 21 {
		return "rush hours"
	}
	return "other hours"
}

var (
	loads = []string{"quiet: 0 to 2 open", "busy: 3 to 8 open", "rush: 9 or more open"}
	ages  = []string{"orders 1-50", "orders 51-200", "orders 201-1000", "orders over 1000"}
)

// load says how many other orders are open.
func load(open int) string {
	switch {
	case open < 3:
		return loads[0]
	case open < 9:
		return loads[1]
	}
	return loads[2]
}

// since says how many orders a store had seen.
func since(index int) string {
	for i, last := range []int{50, 200, 1000} {
		if index <= last {
			return ages[i]
		}
	}
	return ages[3]
}

// dishes are the names in an order, each once.
func dishes(items []kitchen.Item) (names []string) {
	for _, it := range items {
		if it.Name != "" && !slices.Contains(names, it.Name) {
			names = append(names, it.Name)
		}
	}
	return names
}

// busiestDay are the scored orders of the day on which a store had most of them.
func busiestDay(said []Said) []Said {
	days := map[int][]Said{}
	best := 0
	for _, o := range said {
		if math.IsNaN(o.Truth) {
			continue
		}
		day := int(math.Floor(o.Placed / 86400))
		days[day] = append(days[day], o)
		if len(days[best]) < len(days[day]) {
			best = day
		}
	}
	return days[best]
}
