package ticket

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestRedacted(t *testing.T) {
	slip := Slip{Lines: []Line{
		{Text: "#18 美团外卖"}, {Text: "--------------------------------"}, {Text: "鱼香肉丝  x2   36.00"}, {Text: "--------------------------------"},
		{Text: "收货人: 王小明"}, {Text: "13812345678"},
	}}
	got := strings.Join(slip.Redacted(Options{}), "\n")
	if !strings.Contains(got, "鱼香肉丝") || !strings.Contains(got, "#18") {
		t.Errorf("got\n%s\nwant the number and the dish", got)
	}
	if strings.Contains(got, "王小明") || strings.Contains(got, "13812345678") || !strings.Contains(got, "(personal data)") {
		t.Errorf("got\n%s\nwant no name and no phone number, and that they were there", got)
	}
}

// What a panic says may hold a job's bytes: the log has only what the runtime says.
func TestPanickedKeepsQuiet(t *testing.T) {
	for _, c := range []struct {
		step func()
		want string
	}{
		{func() { panic("Jane Roe") }, "panic=string"},
		{func() { panic(errors.New("read \"Jane Roe\"")) }, "panic=*errors.errorString"},
		{func() { _ = strings.Fields("Jane Roe")[four()] }, "index out of range [4] with length 2"},
	} {
		var log bytes.Buffer
		func() {
			defer func() {
				if v := recover(); v != nil {
					panicked(slog.New(slog.NewTextHandler(&log, nil)), "a job could not be read", v)
				}
			}()
			c.step()
		}()
		if got := log.String(); !strings.Contains(got, c.want) || strings.Contains(got, "Roe") {
			t.Errorf("logged %s, want %s", got, c.want)
		}
	}
}

// four is 4, without the compiler's knowing.
func four() int { return len(strings.Fields("a b c d")) }
