package predict

import (
	"fmt"
	"slices"
	"time"
)

// A prior is what a store's first day starts from: ordinary kitchens, and the doubt
// about how this one differs. It is never changed.
type prior struct {
	name  string
	main  belief
	plain belief
	sum   belief
	shape [shapeSize]float64 // quantiles (k+½)/41 of the standardised residuals
	comes arrivals
	seed  *Seed              // of the chain's store that it came from; nil: shipped
	live  *[liveDims]float64 // corrects a forecast while its order cooks; nil: nothing does
	crowd int                // orders of a kind around it, beyond which live was fitted to nothing
}

// seeded says whether p came from another store of the chain.
func (p *prior) seeded() bool { return p.seed != nil }

// priorOf finds a prior by its name, or makes it from a seed.
func priorOf(name string, s *Seed) (*prior, error) {
	if s != nil {
		return s.prior()
	}
	for _, p := range []*prior{&dishesPrior, &countPrior, &barePrior} {
		if p.name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no prior %q is known", name)
}

const shapeSize = 41

// How long a good or a bad hour lasts.
const (
	dayHold  = 10 * time.Hour
	fastHold = 45 * time.Minute
	sumHold  = time.Hour
)

// dishesPrior is for shops whose slips name dishes. The coefficients are the mean of
// those that four simulated kitchens came to in two months, the level that of their
// first three hundred labels; nothing is assumed of hours, which differ from shop to
// shop. The spread is what served the three best from which the fourth was left out.
var dishesPrior = prior{
	name: "dishes",
	main: mainBelief([]float64{
		6.136, -0.1346, 0.0978, 0.1534, -0.0312, 0.0057, 0, 0,
		0, 0, 0, 0, 0, 0, 0, -0.0858,
		-0.0828, -0.0106, -0.1348, -0.007, 0.0392, -0.034, 0.0496, 0.0612,
		0.8699, 0.4996, 0.7644, 0.0191, -0.2011, 0.0552, 0, 0,
	}, 0.3, 0.05, 0.4918),
	plain: plainBelief(6.3861),
	sum: sumBelief([]float64{
		-0.5212, 1.597, 0.1594, 0.015, 0.0253, 0.0788, -0.0242, 0,
	}),
	shape: [...]float64{
		-5.119, -1.691, -1.379, -1.182, -1.045, -0.929, -0.83, -0.746,
		-0.665, -0.594, -0.53, -0.468, -0.411, -0.351, -0.292, -0.233,
		-0.178, -0.12, -0.067, -0.014, 0.041, 0.092, 0.145, 0.201,
		0.256, 0.31, 0.373, 0.428, 0.493, 0.558, 0.623, 0.699,
		0.777, 0.861, 0.95, 1.057, 1.197, 1.354, 1.567, 1.88,
		2.49,
	},
	comes: arrivals{6.69, 0.3},
	live: &[...]float64{
		0.3658, 0.9877, 0.0729, 0.0248, -0.0005, 0.0209, 0.0514, -0.0039,
		-0.0054, -0.1993, 0.1358, -0.2456, -0.0472, -0.0823, 0.1441,
	},
	crowd: maxOpen,
}

// countPrior is for shops whose slips say how many pieces an order has, and at best what
// it costs: a fit to a month of 1,026 restaurants that deliver, whose kitchens open
// about half past one by the clock of these data: that is what the hours say.
var countPrior = prior{
	name: "count",
	main: mainBelief([]float64{
		6.574, 0.0403, 0.36, 0.0834, 0.0181, -0.0779, 0.4808, 1.7,
		-0.3122, 0.1274, -0.0357, 0.1427, 0.0084, 0.081, -0.0007, 0.0246,
		-0.0034, 0, -0.0001, -0.0402, -0, 0.0453, 0.0577, -0,
		0.6, 0.2, 0, 0, 0, 0, 0, 0,
	}, 0.2842, 0.08, 0.4522),
	plain: plainBelief(6.6333),
	sum:   sumBelief([]float64{0.3, 0.5, 0.05, 0.02, 0.03, 0, 0, 0}),
	shape: [...]float64{
		-3.35, -2.175, -1.697, -1.438, -1.237, -1.092, -0.972, -0.865,
		-0.772, -0.69, -0.611, -0.531, -0.458, -0.393, -0.327, -0.267,
		-0.208, -0.148, -0.092, -0.04, 0.018, 0.075, 0.13, 0.182,
		0.243, 0.3, 0.353, 0.413, 0.478, 0.536, 0.606, 0.679,
		0.754, 0.837, 0.932, 1.05, 1.186, 1.348, 1.572, 1.958,
		2.905,
	},
	comes: arrivals{6.93, 0.3},
	live: &[...]float64{
		0.7135, 0.9445, 0.1115, 0.08, -0.0385, 0.096, 0.1305, 0.1125,
		0.101, -0.068, 0.1305, -0.0235, -0.0815, 0.1365, 0.461,
	},
	crowd: 2, // 99 % of those orders saw no more open; in a fuller kitchen the fit is too sure
}

// barePrior is for shops whose slips name neither dishes nor a price, as those that come as
// a picture: countPrior but for the hours. When a shop opens, only that of the platform's
// orders says, and these have a price.
var barePrior = func() prior {
	p := countPrior
	p.name = "bare"
	p.main.mean, p.main.sd = slices.Clone(p.main.mean), slices.Clone(p.main.sd)
	for i := dimHour; i < dimWeekend; i++ {
		p.main.mean[i], p.main.sd[i] = 0, 0.12
	}
	return p
}()

// mainBelief is what is believed of the main filter's coefficients.
func mainBelief(mean []float64, store, spread, noise float64) belief {
	sd := make([]float64, mainDims)
	for i := range plainDims {
		sd[i] = spread
	}
	sd[dimLevel], sd[dimMost], sd[dimMean], sd[dimWait] = store, 0.2, 0.2, 0.2
	sd[dimJamPieces], sd[dimJamMost], sd[dimJamOpen] = 0.05, 0.05, 0.05
	sd[dimDay], sd[dimFast] = 0.12, 0.12
	return belief{
		mean: mean, sd: sd, noise: noise, memory: 10000,
		levels: []level{{dimDay, dayHold}, {dimFast, fastHold}},
	}
}

// plainBelief believes nothing but the level of all shops.
func plainBelief(mean float64) belief {
	b := belief{mean: make([]float64, plainDims+2), sd: make([]float64, plainDims+2), noise: 0.4}
	for i := range plainDims {
		b.sd[i] = 0.12
	}
	b.mean[dimLevel], b.sd[dimLevel] = mean, 0.4
	b.sd[plainDims], b.sd[plainDims+1] = 0.06, 0.06
	b.levels = []level{{plainDims, dayHold}, {plainDims + 1, fastHold}}
	return b
}

// sumBelief is what is believed of the filter that adds up times.
func sumBelief(mean []float64) belief {
	return belief{
		mean: mean, sd: []float64{0.095, 0.095, 0.032, 0.016, 0.016, 0.016, 0.032, 0.063},
		noise: 0.5, memory: 1500, levels: []level{{sumFast, sumHold}},
	}
}
