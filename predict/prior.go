package predict

// What a store's first day starts from: ordinary kitchens, and the doubt about
// how this one differs. The coefficients are rounded from a fit of the same
// regression to four simulated kitchens over two months (level 6.4, items 0.39,
// load 0.18, no hour above 0.08, noise 0.50), drawn towards published restaurant
// data, where the level is 6.6 and the item count says less.
var (
	priorMean = vector{
		dimLevel: 6.45, // ln seconds: 10 min 30 s
		dimItems: 0.25, // twice the pieces: 19 % longer
		dimLoad:  0.15, // twice the load: 11 % longer
	}
	priorSD = vector{
		dimLevel: 0.4, dimItems: 0.15, dimUnknown: 0.2, dimLoad: 0.12,
		dimHour: 0.06, dimHour + 1: 0.06, dimHour + 2: 0.06,
		dimHour + 3: 0.06, dimHour + 4: 0.06, dimHour + 5: 0.06,
		dimDay: 0.12, dimFast: 0.12,
	}
)

const (
	priorNoise  = 0.5  // sd of the noise, ln seconds
	priorLabels = 15   // labels that priorNoise is worth
	priorWeight = 40.0 // residuals that priorShape is worth
)

// priorShape holds the quantiles (k+½)/21 of the residuals of this model in the
// same simulated kitchens, standardised.
var priorShape = [...]float64{
	-2.21, -1.45, -1.13, -0.91, -0.75, -0.60, -0.46, -0.33, -0.21, -0.10, 0.02,
	0.14, 0.26, 0.38, 0.51, 0.65, 0.81, 0.99, 1.18, 1.47, 1.95,
}
