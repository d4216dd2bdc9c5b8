package backtest

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteQuantiles writes what was said when each ticket came: order_id,q0.05 … q0.95, in
// seconds. It has every order, also those that nobody can score.
func WriteQuantiles(w io.Writer, stores [][]Said) error {
	head := []string{"order_id"}
	for _, p := range Levels {
		head = append(head, fmt.Sprintf("q%.2f", p))
	}
	return write(w, head, stores, func(o *Said, line []string) {
		for i, q := range o.Quantiles {
			line[i] = strconv.FormatFloat(q, 'f', 2, 64)
		}
	})
}

// WriteAlerts writes when order.soon went out: order_id,alert_s, in seconds after the ticket,
// empty where it did not before the order was ready.
func WriteAlerts(w io.Writer, stores [][]Said) error {
	return write(w, []string{"order_id", "alert_s"}, stores, func(o *Said, line []string) {
		line[0] = ""
		if !math.IsNaN(o.Soon) {
			line[0] = strconv.FormatFloat(o.Soon, 'f', 1, 64)
		}
	})
}

// write writes a line an order: its id, and what fill puts after it.
func write(w io.Writer, head []string, stores [][]Said, fill func(o *Said, line []string)) error {
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return err
	}
	line := make([]string, len(head))
	for _, said := range stores {
		for i := range said {
			line[0] = said[i].ID
			fill(&said[i], line[1:])
			if err := out.Write(line); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}
