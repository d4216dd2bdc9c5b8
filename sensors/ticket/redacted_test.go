package ticket

import (
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
