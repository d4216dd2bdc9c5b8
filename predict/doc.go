// Package predict says when an order will be ready. [Model] learns online in one
// store, from a cold start, and answers with whole distributions.
//
// # The maths
//
// The forecast quantity is z = ln(seconds from acceptance to ready). A filter
// believes z = b·x + noise, where x holds a constant, ln items, ln(1 + other
// orders cooking), three harmonics of the local hour, and two levels that drift
// in real time: day (correlation time 10 h) and fast (45 min). The belief about b
// is a Gaussian (m, P); the noise has variance s².
//
//	forecast   mean m·x, variance S = x'Px + s²
//	drift dt   level k: f = exp(-dt/hold);  m_k, P_k· and P_·k times f;  P_kk += (1-f²) P0_kk
//	forget     P = a²P + (1-a²)P0,  m += (1-a)/4 (m0-m),  a = exp(-1/3000) each label
//	learn z    e = z - m·x,  w = (nu+1)/(nu + e²/S) in [0.05, 1]  (Student t, nu = 5)
//	           m += Px e/T,  P -= Px(Px)'/T,  T = x'Px + s²/w
//	           s² follows e² - x'Px, outliers clipped at 3 sd
//
// The shape comes from what the forecasts were worth: the last 300 residuals
// u = (z - mean)/sd, each against the forecast issued at acceptance, blended with
// shipped ones worth 40. With G their distribution, linear between its outer
// percentiles and exponential beyond, Q(p) = exp(mean + sd·G⁻¹(p)). So the 85 %
// quantile is met 85 % of the time even where z is not normal.
//
// A forecast of an order that is still cooking uses the load as it is now. It does
// not know that the order is not ready yet; the caller conditions it, F being
// calibrated in that use too: P = (F(t+W) - F(t)) / (1 - F(t)).
//
// # Labels
//
// A label is the time from acceptance to an order.ready with evidence: button,
// scale, touch or command. Not learned: what takes under 30 s or over 2 h (a
// press by mistake, a press forgotten), orders for a later hour, and times that
// no clock knows. A pick-up without ready, an expiry and a cancellation teach nothing: the
// pick-up is the later of ready and the courier's arrival.
//
// A label counts at once. The last 32 stand in a list beside the state that does
// not have them yet, so an order.ready.undone takes its label back exactly: the
// list is folded again without it, forecasts issued meanwhile included. A label
// that 32 later ones followed stays.
//
// # Properties
//
// The package is pure: the same events give the same model, bit for bit on one
// processor architecture. It starts no goroutine, reads no clock, and a snapshot
// is at most 50 kB.
package predict
