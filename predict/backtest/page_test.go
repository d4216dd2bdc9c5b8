package backtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"readyshelf/kitchen"
)

func TestPageLoadsNothing(t *testing.T) {
	stores := fixture(t)
	stores[0] = stores[0][:400]
	stores[0][0].Items = []kitchen.Item{{Qty: 1, Name: `<script>alert("a")</script>`}}
	_, r := run(t, stores, config())
	page := html(t, r)
	for _, bad := range []string{"http:", "https:", "//", "src=", "url(", "@import", "<script", "<link", "NaN", "Inf", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	svg := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(svg) != 6 {
		t.Errorf("the page has %d plots, want 6", len(svg))
	}
	for _, s := range svg {
		if err := wellFormed(s); err != nil {
			t.Errorf("a plot is no XML: %v\n%.300s", err, s)
		}
		ends := map[string]float64{} // of the last word in a row
		for _, w := range regexp.MustCompile(`<text text-anchor="start" x="([0-9.]+)" y="([0-9.]+)">([^<]*)`).FindAllStringSubmatch(s, -1) {
			x, err := strconv.ParseFloat(w[1], 64)
			if err != nil || x < ends[w[2]] {
				t.Errorf("%q stands on another word, %v", w[3], err)
			}
			ends[w[2]] = x + 5*float64(len(w[3]))
		}
		if !strings.Contains(s, `role="img" aria-label="`) {
			t.Errorf("a plot does not say what it shows: %.100s", s)
		}
	}
	if n, want := strings.Count(svg[5], `class="ready"`), len(busiestDay(r.said)); n != min(want, mostLines) {
		t.Errorf("the example day has %d orders, want %d", n, want)
	}
}

// A store's first minute: nothing to score.
func TestPageOfNothing(t *testing.T) {
	for _, stores := range [][][]Order{nil, {{{ID: "a", Label: Load, Picked: 10, Ready: nan, Truth: nan, Promised: nan}}}} {
		_, r := run(t, stores, config())
		if page := html(t, r); !strings.Contains(page, nothing) || strings.Contains(page, "<svg") {
			t.Error("the page of no order does not say so, or draws it")
		}
		var text bytes.Buffer
		if err := r.WriteText(&text); err != nil || !strings.Contains(text.String(), nothing) {
			t.Errorf("the table of no order: %v\n%s", err, &text)
		}
	}
}

func html(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wellFormed(s string) error {
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestTicksAreRoundAndFew(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 100, "0 20 40 60 80 100"},
		{0, 7.3, "0 2 4 6"},
		{0, 1320, "0 500 1000"},
		{0.5, 0.95, "0.5 0.6 0.7 0.8 0.9"},
		{0, 0, "0"},
	} {
		var got []string
		for _, k := range ticks(c.low, c.high, "%.4g") {
			got = append(got, k.text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%g to %g: got %q, want %q", c.low, c.high, s, c.want)
		}
	}
}
