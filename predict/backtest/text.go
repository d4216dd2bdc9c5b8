package backtest

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes the report as tables for people.
func (r *Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.summary(t)
	if r.Scored == 0 {
		fmt.Fprintln(t, nothing)
		return t.Flush()
	}
	r.methods(t)
	r.alerts(t)
	r.tried(t)
	for _, g := range r.Groups {
		r.group(t, g)
	}
	return t.Flush()
}

// nothing is what is said of a past without a press.
const nothing = "No order has a press that can be believed, so nothing can be scored."

func (r *Report) summary(w io.Writer) {
	fmt.Fprintf(w, "%s of %s, %d with a press, %d scored; each forecast knew only what came before it.\n\n", some(r.Orders, "order"), some(r.Stores, "store"), r.Presses, r.Scored)
}

func (r *Report) methods(w io.Writer) {
	fmt.Fprintln(w, "When the ticket came\tMAE s\tCRPS s\t85 % kept\tcentral 70 %\twidth s\tPIT distance\t")
	for _, f := range r.Methods {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f\t%.3f\t\n", f.Name, f.MAE, f.CRPS, f.Cov85, f.Cov70, f.Width70, f.PITDist)
	}
}

const alertHead = "ok %\tearly %\tmissed %\tright %\tcourier waits s\tfood waits s\t"

func alertLine(a Alerts) string {
	return fmt.Sprintf("%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t", a.OK, a.Early, a.Missed, a.Hit, a.CourierWait, a.FoodWait)
}

func (r *Report) alerts(w io.Writer) {
	fmt.Fprintf(w, "\norder.soon, %s at %s\t%s\n", minutes(r.Rule.Window), r.Rule.at(), alertHead)
	for i, f := range r.Methods {
		if i == 0 && f.Live != nil {
			fmt.Fprintf(w, "%s, live\t%s\n", f.Name, alertLine(*f.Live))
		}
		fmt.Fprintf(w, "%s, by the ticket\t%s\n", f.Name, alertLine(f.Ticket))
	}
}

func (r *Report) tried(w io.Writer) {
	fmt.Fprintf(w, "\nlive, at a threshold of\t%s\n", alertHead)
	for _, t := range r.Thresholds {
		fmt.Fprintf(w, "%.2f\t%s\n", t.At, alertLine(t.Alerts))
	}
}

func (r *Report) group(w io.Writer, g Group) {
	fmt.Fprintf(w, "\nby %s\torders\tMAE s\tCRPS s\t85 %% kept\tcentral 70 %%\tearly %%\tmissed %%\t", g.By)
	for _, m := range r.Methods[1:] {
		fmt.Fprintf(w, "CRPS %s\t", m.Name)
	}
	fmt.Fprintln(w)
	for _, row := range g.Rows {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t", row.Name, row.N, row.MAE, row.CRPS, row.Cov85, row.Cov70, row.Live.Early, row.Live.Missed)
		for _, c := range row.OthersCRPS {
			fmt.Fprintf(w, "%.1f\t", c)
		}
		fmt.Fprintln(w)
	}
}

// some is how many there are of something.
func some(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// minutes is a time as people say it.
func minutes(sec float64) string { return fmt.Sprintf("%g min", tenth(sec/60)) }
