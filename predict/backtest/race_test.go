//go:build race

package backtest

func init() { raced = true }
