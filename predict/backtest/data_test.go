package backtest

import (
	"math"
	"strings"
	"testing"
)

const head = "order_id,store,placed_s,channel,n_items,n_distinct,value,items,label,ready_s,upper_s,true_ready_s\n"

func TestRead(t *testing.T) {
	stores, err := Read(strings.NewReader("\ufeff" + head +
		"b,s2,50,dinein,3,,,,load,,900,\n" +
		"a2,s1,200,delivery,3,2,9.5,d1:2;d2:1,exact,300,,310\n" +
		"a1,s1,100,takeaway,4,2,,,upper,,500,410\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(stores) != 2 || stores[0][0].ID != "b" || stores[1][0].ID != "a1" {
		t.Fatalf("got %+v, want the stores as they came, each by time", stores)
	}
	a1, a2 := stores[1][0], stores[1][1]
	if len(a1.Items) != 2 || a1.Items[0].Qty != 3 || a1.Items[1].Qty != 1 || a1.Items[0].Name != "" {
		t.Errorf("four pieces of two kinds are %+v", a1.Items)
	}
	if len(a2.Items) != 2 || a2.Items[0].Name != "d1" || a2.Items[0].Qty != 2 || a2.Truth != 310 || !math.IsNaN(a2.Picked) {
		t.Errorf("got %+v", a2)
	}
	if !math.IsNaN(stores[0][0].Truth) {
		t.Error("load has a truth")
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "first line"},
		{"order_id,store\n", "placed_s"},
		{head + "a,s,x,,,,,,exact,1,,\n", "line 2: placed_s"},
		{head + "a,s,1,,,,,,exact,,,\n", "line 2: ready_s"},
		{head + "a,s,1,,,,,,upper,,,\n", "line 2: upper_s"},
		{head + "a,s,1,,,,,,perhaps,1,,\n", "line 2: label"},
		{head + "a,s,1,,,,,soup,exact,1,,\n", "line 2: items"},
		{head + "a,s,1,,,,,soup:0,exact,1,,\n", "line 2: items"},
		{head + ",s,1,,,,,,exact,1,,\n", "line 2: order_id"},
		{head + "a,s,1e300,,,,,,exact,1,,\n", "line 2: placed_s"},
		{head + "a,s,-1e10,,,,,,exact,1,,\n", "line 2: placed_s"},
		{head + "a,s,1,,,,,,upper,,1e10,\n", "line 2: upper_s"},
		{head + "a,s,1\n", "line 2"},
	} {
		if _, err := Read(strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want an error that says %q", c.file, err, c.want)
		}
	}
}

// FuzzRead: no file breaks it, and what it takes can be replayed.
func FuzzRead(f *testing.F) {
	f.Add(head + "a,s,100,delivery,2,1,9.5,d1:2,exact,300,400,310\nb,s,150,,1,,,,upper,,500,\nc,t,10,dinein,2,,,,load,,900,\n")
	f.Add("order_id,store,placed_s,label,ready_s,upper_s\na,,0,exact,0,\nb,,-5,cancelled,,1\n")
	f.Add(head + "a,s,1,,,,,soup:99999999,exact,1,0,\n")
	f.Fuzz(func(t *testing.T, file string) {
		stores, err := Read(strings.NewReader(file))
		if err != nil {
			return
		}
		c := config()
		c.Tick = 0
		if n := orders(stores); n == 0 || n > 20 {
			return
		}
		_, r := run(t, stores, c)
		for _, m := range r.Methods {
			if math.IsNaN(m.CRPS) || m.CRPS < 0 {
				t.Errorf("%s: CRPS %v", m.Name, m.CRPS)
			}
		}
	})
}

func orders(stores [][]Order) (n int) {
	for _, s := range stores {
		n += len(s)
	}
	return n
}
