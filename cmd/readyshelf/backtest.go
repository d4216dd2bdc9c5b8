package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"readyshelf/buffer"
	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/predict/backtest"
)

// backtestCmd is `readyshelf backtest`.
type backtestCmd struct {
	FromLog   string        `name:"from-log" placeholder:"LOG-FILE" xor:"past" required:"" help:"Replay what this log has. If a daemon is writing it, that is asked for a copy."`
	Data      string        `placeholder:"FILE" xor:"past" required:"" help:"Replay orders from a CSV file, which may be packed by gzip: order_id, store, placed_s, label, ready_s, upper_s, ..."`
	Store     []string      `placeholder:"NAME" help:"Only these stores of the file."`
	Out       string        `placeholder:"FILE" help:"Write what was said of each order when its ticket came: order_id,q0.05 to q0.95, in seconds."`
	Alerts    string        `placeholder:"FILE" help:"Write when order.soon went out: order_id,alert_s, in seconds after the ticket; empty: not before it was ready."`
	HTML      string        `name:"html" placeholder:"FILE" help:"Write the report as one page with plots."`
	Window    time.Duration `default:"15m" help:"The prediction_window (${default})."`
	Threshold string        `default:"0.85" help:"The confidence_threshold, a number or auto (${default})."`
	FoodPrice float64       `name:"food-price" default:"1" help:"With auto: what a second that food waits costs, in seconds that a courier waits (${default})."`
	Travel    time.Duration `default:"10m" help:"How long a courier is on the way after an alert (${default})."`
	JSON      bool          `name:"json" help:"Print the report as JSON."`
}

// Validate refuses what no rule can be.
func (c *backtestCmd) Validate() error {
	switch {
	case c.FromLog != "" && len(c.Store) > 0:
		return errors.New("--store is for a file with several stores; a log is of one")
	case c.Window <= 0 || c.Travel < 0:
		return errors.New("--window and --travel are times: 15m")
	case !(c.FoodPrice >= 0.01 && c.FoodPrice <= 100):
		return errors.New("--food-price is a number from 0.01 to 100")
	}
	_, err := c.rules()
	return err
}

// rules are those of the daemon that is replayed.
func (c *backtestCmd) rules() (kitchen.Rules, error) {
	r := kitchen.DefaultRules()
	r.Window, r.CourierTravel, r.FoodWaitPrice = c.Window, c.Travel, c.FoodPrice
	if c.Threshold == "auto" {
		r.Auto = true
		return r, nil
	}
	var err error
	if r.Threshold, err = strconv.ParseFloat(c.Threshold, 64); err != nil || !(r.Threshold > 0 && r.Threshold < 1) {
		return r, errors.New("--threshold is a probability between 0 and 1, as 0.85, or auto")
	}
	return r, nil
}

// Run replays the past and says how the forecasts did.
func (c *backtestCmd) Run(ctx context.Context, s streams) error {
	stores, err := c.past(ctx, s)
	if err != nil {
		return err
	}
	rules, err := c.rules()
	if err != nil {
		return err
	}
	said, report, err := backtest.Run(ctx, stores, backtest.Config{
		Rules: rules, Tick: defaultConfig().Alert.RetryInterval, Travel: c.Travel,
		Model: func() kitchen.Model { return predict.New() },
	})
	if err != nil {
		return err
	}
	for _, out := range []struct {
		file  string
		write func(io.Writer) error
	}{
		{c.Out, func(w io.Writer) error { return backtest.WriteQuantiles(w, said) }},
		{c.Alerts, func(w io.Writer) error { return backtest.WriteAlerts(w, said) }},
		{c.HTML, report.WriteHTML},
	} {
		if err := writeFile(out.file, out.write); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(s.out, report)
	}
	return report.WriteText(s.out)
}

// past reads the orders of the past, by store.
func (c *backtestCmd) past(ctx context.Context, s streams) ([][]backtest.Order, error) {
	if c.FromLog != "" {
		return ordersOfLog(ctx, c.FromLog, s)
	}
	stores, err := readOrders(c.Data)
	if err != nil || len(c.Store) == 0 {
		return stores, err
	}
	for _, name := range c.Store {
		if !slices.ContainsFunc(stores, func(s []backtest.Order) bool { return s[0].Store == name }) {
			return nil, fmt.Errorf("%s has no store %q; it has %s", c.Data, name, storeNames(stores))
		}
	}
	return slices.DeleteFunc(stores, func(s []backtest.Order) bool { return !slices.Contains(c.Store, s[0].Store) }), nil
}

// storeNames are the first stores' names.
func storeNames(stores [][]backtest.Order) string {
	const shown = 10
	var names []string
	for _, s := range stores[:min(len(stores), shown)] {
		names = append(names, s[0].Store)
	}
	if more := len(stores) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// readOrders reads a file of orders, packed or not.
func readOrders(path string) ([][]backtest.Order, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	in := io.Reader(b)
	if head, _ := b.Peek(2); string(head) == "\x1f\x8b" {
		if in, err = gzip.NewReader(b); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	stores, err := backtest.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return stores, nil
}

// ordersOfLog makes orders of a log, of a running daemon or of none. What damage took is
// no reason to stop: the rest is the past too.
func ordersOfLog(ctx context.Context, path string, s streams) ([][]backtest.Order, error) {
	var p backtest.Past
	err := withLog(ctx, path, func(file string) error {
		p = backtest.Past{}
		for _, take := range []func(kitchen.Event){p.Learn, p.Add} {
			err := buffer.Dump(file, func(e kitchen.Event) error { take(e); return ctx.Err() })
			if err != nil && !onlyDamage(err) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	orders := p.Orders()
	if len(orders) == 0 {
		return nil, fmt.Errorf("%s has no order whose time is known", path)
	}
	if p.Undated > 0 {
		fmt.Fprintf(s.err, "left out: %d of the orders, of a time when the clock had not been set\n", p.Undated)
	}
	return [][]backtest.Order{orders}, nil
}

// writeFile writes a file, if it has a name.
func writeFile(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
