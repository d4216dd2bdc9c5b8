package backtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"minutes": minutes,
	"some":    some,
	"one":     func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"whole":   func(v float64) string { return fmt.Sprintf("%.0f", v) },
	"two":     func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"three":   func(v float64) string { return fmt.Sprintf("%.3f", v) },
	"other":   func(r Row) float64 { return r.OthersCRPS[against100-1] },
}).Parse(pageText))

// WriteHTML writes the report as one page that loads nothing from anywhere.
func (r *Report) WriteHTML(w io.Writer) error {
	return page.Execute(w, struct {
		*Report
		Model, Last Figures
		Plots       []*chart
		Nothing     string
	}{r, r.Methods[0], r.Methods[against100], r.plots(), nothing})
}
