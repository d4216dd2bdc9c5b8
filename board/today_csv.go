package board

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// columns of the file of a day. There is no personal data in the log, so there is none here.
var columns = []string{
	"order", "channel", "accepted", "promised", "soon", "ready", "ready_by", "undone", "left", "end",
	"late", "waiting", "made_s", "forecast_p50_s", "forecast_p85_s", "error_s", "wait_s",
}

// serveCSV answers a day's orders as a file: RFC 4180 with a byte order mark, without
// which Excel takes UTF-8 for something else.
func (s *Server) serveCSV(w http.ResponseWriter, r *http.Request) {
	d, err := s.day(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	body := d.csv()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="orders-`+d.Date+`.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // who asked is gone: nobody is left to tell
}

// csv is the file of the day.
func (d *Day) csv() []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	_ = out.Write(columns) // into memory
	telling := d.telling()
	for i := range d.Orders {
		_ = out.Write(d.Orders[i].cells(telling[i]))
	}
	out.Flush()
	return b.Bytes()
}

// cells are an order's, by columns. What nobody knows is empty.
func (o *DayOrder) cells(telling bool) []string {
	moment := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	between := func(from, to *time.Time) string {
		if from == nil || to == nil {
			return ""
		}
		return strconv.Itoa(int(to.Sub(*from).Seconds()))
	}
	var made, p50, p85, off string
	if telling {
		made = between(&o.Accepted, o.Ready)
	}
	if q := o.Issued; q != nil {
		p50, p85 = strconv.Itoa(int(q[at50])), strconv.Itoa(int(q[at85]))
		if telling {
			off = strconv.Itoa(int(o.Ready.Sub(o.Accepted).Seconds()) - int(q[at50]))
		}
	}
	return []string{
		plain(o.Number), plain(o.Channel), moment(&o.Accepted), moment(o.Promised), moment(o.Soon), moment(o.Ready),
		o.Evidence, strconv.Itoa(o.Undone), moment(o.Left), strings.TrimPrefix(string(o.End), "order."),
		strconv.FormatBool(o.late()), strconv.FormatBool(o.Waiting), made, p50, p85, off, between(o.Ready, o.Left),
	}
}

// plain is text that no spreadsheet takes for a formula: it came from a slip. Those of East
// Asia take the wide signs too.
func plain(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
