// Package predict says when an order will be ready. [Model] learns online in one
// store, from a cold start, and answers with whole distributions.
//
// # The maths
//
// The forecast quantity is z = ln(seconds from acceptance to ready). Filters believe
// z = b·x + noise; the belief about b is a Gaussian (m, P), the noise has variance s².
//
//	forecast   mean m·x, variance S = x'Px + s²
//	drift dt   level k: f = exp(-dt/hold);  m_k, P_k· and P_k· times f;  P_kk += (1-f²) P0_kk
//	forget     P = a²P + (1-a²)P0,  m += (1-a)/4 (m0-m),  a = exp(-1/memory) each label
//	learn z    e = z - m·x,  w = (nu+1)/(nu + e²/S) in [0.05, 1]  (Student t, nu = 5)
//	           m += Px e/T,  P -= Px(Px)'/T,  T = x'Px + s²/w
//	           s² follows (e - bias)² - x'Px, outliers clipped at 3 sd
//
// Three of them work together:
//
//   - the main one sees the order (pieces, dishes, value), the hour, the kitchen around
//     it, and two levels that drift in real time: 10 h and 45 min;
//   - the plain one sees the same without what is learned of dishes, and forgets nothing:
//     a second opinion, which counts the more the better its scores (CRPS) were;
//   - the third adds up times instead of multiplying them: the slowest dish, all dishes,
//     what the open orders still want. Its forecast is a feature of the main one.
//
// A dish has an effect on z, a time, and a weight for each other dish that is open: two
// dishes of one wok are in each other's way. The residuals u = (z - mean)/sd, the last
// 400 of them and a shipped shape, weighted towards orders of like size and load, give
// the shape; three trackers hold the 15 %, 50 % and 85 % quantiles to what they promise.
// Q(p) = exp(mean + sd·G⁻¹(p)).
//
// While an order cooks, the levels and the kitchen change. A logistic regression over
// what is seen then (orders before it that are done or are not, orders behind it, its
// age) corrects P(ready within 15 min), and the distribution is moved in time so that it
// says the same. Its coefficients are shipped, not learned: see prior.go.
//
// # Labels
//
// A label is the time from acceptance to an order.ready with evidence: button, scale,
// touch or command, less the eight seconds that a press comes after its dish. Not
// believed: what takes under 20 s or over 2 h, five presses or pick-ups within three
// seconds (a shelf that is cleared), orders for a later hour, and times that no clock knows. A
// pick-up that nobody pressed before is the later of ready and the courier's arrival:
// it is taken in as the mixture of both. An expiry and a cancellation teach nothing.
//
// A label counts at once. The last 40 lessons stand in a list beside the core that does
// not have them yet, so an order.ready.undone takes its label back: the list is folded
// again without it, forecasts issued meanwhile included. What they took as the kitchen's
// work left stays, as the forecasts of then had it.
//
// # Properties
//
// The package is pure: the same events give the same model, bit for bit on one
// processor architecture. It starts no goroutine, reads no clock, and a snapshot is at
// most 200 kB.
package predict
