package backtest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"readyshelf/kitchen"
	"readyshelf/predict"
)

func TestScratch(t *testing.T) {
	name := os.Getenv("BT")
	f, err := os.Open("/work/shared/corpus/predict/" + name + "_dev.csv")
	if err != nil {
		t.Skip()
	}
	stores, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	tick := 30 * time.Second
	if os.Getenv("NOTICK") != "" {
		tick = 0
	}
	q, _ := os.Create("/tmp/bt/" + name + "_q.csv")
	a, _ := os.Create("/tmp/bt/" + name + "_a.csv")
	fmt.Fprint(q, "order_id")
	for _, l := range Levels {
		fmt.Fprintf(q, ",q%.2f", l)
	}
	fmt.Fprintln(q)
	fmt.Fprintln(a, "order_id,alert_s")
	for _, s := range stores {
		shop := Shop{Tick: tick, Decider: kitchen.Decider{Model: predict.New(), Rules: kitchen.DefaultRules()}}
		for _, x := range shop.Play(s) {
			fmt.Fprint(q, x.ID)
			for _, v := range x.Quantiles {
				fmt.Fprintf(q, ",%.2f", v)
			}
			fmt.Fprintln(q)
			if x.Soon == x.Soon {
				fmt.Fprintf(a, "%s,%.1f\n", x.ID, x.Soon)
			} else {
				fmt.Fprintf(a, "%s,\n", x.ID)
			}
		}
	}
}
