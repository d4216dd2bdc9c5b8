package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"readyshelf/predict"
)

// modelShowCmd is `readyshelf model show`.
type modelShowCmd struct {
	Config string `default:"${config}" placeholder:"FILE" help:"The configuration file (${default})."`
}

// Run says what the forecast has learned, for who runs the shop.
func (c *modelShowCmd) Run(ctx context.Context, s streams) error {
	conf, err := LoadConfig(c.Config)
	if err != nil {
		return &configError{err}
	}
	m, err := learned(ctx, conf, s.err)
	if err != nil {
		return fmt.Errorf("show the model: %w", err)
	}
	sayModel(s.out, m.Summary())
	return nil
}

// sayModel writes what a model has learned.
func sayModel(w io.Writer, s predict.Summary) {
	switch {
	case s.Labels == 0:
		fmt.Fprintln(w, "It has learned from no press yet: what follows is what it begins with.")
	case s.Labels < fewLabels:
		fmt.Fprintf(w, "It has learned from %s, which is little yet: this will still change.\n", plural(s.Labels, "press", "presses"))
	default:
		fmt.Fprintf(w, "It has learned from %d presses.\n", s.Labels)
	}
	if s.From != nil {
		fmt.Fprintf(w, "It began with the model of store %s of %s.\n", orDash(s.From.Store), orDash(s.From.Date))
	}
	fmt.Fprintf(w, "Two of a usual dish take %s when nothing else cooks,\n", sayForecast(s.Quiet))
	fmt.Fprintf(w, "and %s when ten other orders do.\n", sayForecast(s.Busy))
	if percent := 100 * (s.WorstFactor - 1); percent >= 3 {
		fmt.Fprintf(w, "The slowest hour is about %s: %.0f %% longer than in the mean of the day, with as much to do.\n",
			time.Time{}.Add(s.WorstHour).Format("15:04"), percent)
	}
	if n := len(s.Dishes); n > 0 {
		const most = 5
		fmt.Fprintf(w, "It knows %d dishes. Against a usual one an order takes longest with\n", n)
		sayDishes(w, s.Dishes[:min(most, n)])
		if n >= 2*most {
			quick := slices.Clone(s.Dishes[n-most:])
			slices.Reverse(quick)
			fmt.Fprintln(w, "and is quickest with")
			sayDishes(w, quick)
		}
	}
}

func sayDishes(w io.Writer, dishes []predict.DishSummary) {
	for _, d := range dishes {
		fmt.Fprintf(w, "  %+4.0f %%  %s (by %d orders)\n", 100*(d.Factor-1), d.Name, d.Orders)
	}
}

// sayForecast is a forecast in minutes.
func sayForecast(s predict.Span) string {
	return fmt.Sprintf("%.0f min (seven times of ten %.0f to %.0f)", s.Median.Minutes(), s.Low.Minutes(), s.High.Minutes())
}

// orDash is s, or what stands for nothing.
func orDash(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "-"
	}
	return s
}
