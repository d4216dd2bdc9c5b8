package backtest

import "math"

var nan = math.NaN()
