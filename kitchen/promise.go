package kitchen

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	clockTime = regexp.MustCompile(`(\d{1,2})[:：](\d{2})(?::\d{2})?\s*([AaPp]\.?[Mm])?`)
	fullDate  = regexp.MustCompile(`(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})`)
	shortDate = regexp.MustCompile(`(\d{1,2})[-/.月](\d{1,2})`)
)

// Promise reads a promised time as tickets print it: "12:05", "6:25 PM",
// "11-22 18:30", "2026-11-22 18:30", "12:05-12:20" (the end counts). Without a
// date it is the occurrence nearest to now. It returns nil for "asap" and for
// what is no time.
func Promise(printed string, now time.Time, loc *time.Location) *time.Time {
	if loc == nil {
		loc = time.UTC
	}
	now = now.In(loc)
	times := clockTime.FindAllStringSubmatch(printed, -1)
	if len(times) == 0 {
		return nil
	}
	last := times[len(times)-1]
	h, m := number(last[1]), number(last[2])
	switch half := strings.ToLower(last[3]); {
	case strings.HasPrefix(half, "p") && h < 12:
		h += 12
	case strings.HasPrefix(half, "a") && h == 12:
		h = 0
	}
	if h > 24 || m > 59 {
		return nil
	}
	date := clockTime.ReplaceAllString(printed, " ")
	t := onDate(date, h, m, now)
	if t.Sub(now).Abs() > farOff {
		return nil
	}
	return &t
}

// farOff is further than anybody orders ahead.
const farOff = 366 * 24 * time.Hour

// onDate puts h:m on the date that is printed, or on the day nearest to now.
func onDate(printed string, h, m int, now time.Time) time.Time {
	at := func(year, month, day int) time.Time {
		return time.Date(year, time.Month(month), day, h, m, 0, 0, now.Location())
	}
	if d := fullDate.FindStringSubmatch(printed); d != nil && isDate(d[2], d[3]) {
		return at(number(d[1]), number(d[2]), number(d[3]))
	}
	if d := shortDate.FindStringSubmatch(printed); d != nil && isDate(d[1], d[2]) {
		return nearest(now, func(i int) time.Time { return at(now.Year()+i, number(d[1]), number(d[2])) })
	}
	return nearest(now, func(i int) time.Time { return at(now.Year(), int(now.Month()), now.Day()+i) })
}

// nearest returns the one of at(-1), at(0), at(1) that is nearest to now.
func nearest(now time.Time, at func(i int) time.Time) time.Time {
	best := at(0)
	for _, i := range []int{-1, 1} {
		if t := at(i); t.Sub(now).Abs() < best.Sub(now).Abs() {
			best = t
		}
	}
	return best
}

// isDate says whether two numbers are a month and a day.
func isDate(month, day string) bool {
	m, d := number(month), number(day)
	return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }
