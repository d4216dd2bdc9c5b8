package ticket

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readyshelf/kitchen"
)

func TestUnprinted(t *testing.T) {
	key := []byte("key")
	got := Unprinted(kitchen.Ticket{
		Number: "#a12", Numbers: []string{"7A3F", "3000 0000 0000 0001", "Jane Doe"}, Channel: "美团外卖", Table: "大厅 A08",
		Notes: "少辣，到了打13800000000\n不要葱", Promised: "12:05", Preorder: true, Value: 61.5,
		Items: []kitchen.Item{
			{Qty: 2, Name: " 宫保鸡丁饭 ", Mods: []string{"少辣", "张先生", "for Jane", "door code 4455#"}},
			{Qty: 1, Name: "米饭(王先生 收)"},
			{Qty: 1, Name: "欧阳先生 13800000000"},
			{Qty: 1, Name: "12 Oak Street"},
		},
	}, "", key)
	got.Print = 0
	want := kitchen.Ticket{
		Kind: kitchen.SlipOrder, Text: true, Number: "a12", Numbers: []string{"7A3F"}, Channel: "meituan", Table: "A08",
		OrderKey: hashOrder(key, "3000000000000001"), Notes: "少辣; 不要葱", Promised: "12:05", Preorder: true, Value: 61.5,
		Items:    []kitchen.Item{{Qty: 2, Name: "宫保鸡丁饭", Mods: []string{"少辣"}}, {Qty: 1, Name: "米饭"}},
		Unparsed: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestCallable(t *testing.T) {
	for s, want := range map[string]bool{
		"12": true, "#012": true, "A117": true, "ORD-12": true, "ORD 5": true, "7A3F2": true, "BCDEF": true, "T5": true, "ORD123456789": true,
		"": false, "#": false, "Jane": false, "ANNA": false, "JANE DOE": false, "Jane five": false, "13800000000": false, "138-0000-0000": false, "1234567890": false,
	} {
		if got := Callable(s); got != want {
			t.Errorf("Callable(%q) = %v", s, got)
		}
	}
}

// The fields of a platform and its printed slip meet: one number, channel and key.
func TestUnprintedMeetsPrinted(t *testing.T) {
	o := Options{Key: []byte("key")}
	paper := Parse(slipOf("美团外卖 #12\n下单时间:11-22 11:32\n订单编号:3000 0000 0000 0001\n----\n鱼香肉丝 x1  20.00\n----\n合计 20.00\n"), o)
	sent := Unprinted(kitchen.Ticket{Number: "12", Channel: "meituan", Items: []kitchen.Item{{Qty: 1, Name: "鱼香肉丝"}}}, "3000000000000001", o.Key)
	type id struct{ Number, Channel, Key string }
	if a, b := (id{paper.Number, paper.Channel, paper.OrderKey}), (id{sent.Number, sent.Channel, sent.OrderKey}); a != b {
		t.Errorf("printed %+v, sent %+v", a, b)
	}
	if diff := cmp.Diff(paper.Items, sent.Items); diff != "" {
		t.Errorf("printed -, sent +\n%s", diff)
	}
}

// Two orders that say the same have one fingerprint, others have not.
func TestUnprintedFingerprint(t *testing.T) {
	order := kitchen.Ticket{Number: "12", Items: []kitchen.Item{{Qty: 1, Name: "soup"}}}
	one, again := Unprinted(order, "", nil), Unprinted(order, "", nil)
	order.Number = "13"
	if other := Unprinted(order, "", nil); one.Print != again.Print || one.Print == other.Print || one.Print == 0 {
		t.Errorf("fingerprints %d, %d and of another %d", one.Print, again.Print, other.Print)
	}
}

// Persons in any field of an order do not come out of it.
func TestUnprintedNobody(t *testing.T) {
	alone(t)
	r := rand.New(rand.NewPCG(2026, 1))
	for i := range 500 {
		p, dish := chinesePerson(r), pick(r, zhDishes)
		notes := []string{"，到了打" + p.phone, " 我是" + p.name, " 放在" + p.address}
		if i%2 == 0 {
			p, dish = englishPerson(r), pick(r, enDishes)
			notes = []string{", call " + p.name + " at " + p.phone, ", for " + p.name, ". Leave at " + p.address}
		}
		got := Unprinted(kitchen.Ticket{
			Number: p.phone, Numbers: []string{p.name, "12"}, Table: p.phone, Notes: pick(r, notes),
			Items: []kitchen.Item{{Qty: 1, Name: dish, Mods: []string{p.phone, p.address}}, {Qty: 1, Name: p.phone}},
		}, p.phone, []byte("key"))
		if got.Number != "12" || len(got.Items) != 1 || got.Items[0].Name != dish {
			t.Fatalf("%+v became %+v", p, got)
		}
		got.Print, got.OrderKey = 0, "" // hashes may hold any four digits
		out, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.secrets {
			if strings.Contains(string(out), s) {
				t.Fatalf("%q surfaces in %s", s, out)
			}
		}
	}
}

// FuzzUnprinted: whatever comes, the order is within the bounds of a record and has
// no number as long as a phone number's.
func FuzzUnprinted(f *testing.F) {
	f.Add("12", "meituan", "A08", "少辣", "宫保鸡丁饭", "加冰", "3000000000000001")
	f.Add("13800000000", "1380000-0000", "Table 13800000000", "x\n13800000000", "13800000000", "+8613800000000", "")
	phone := regexp.MustCompile(`\d{11}`)
	f.Fuzz(func(t *testing.T, number, channel, table, notes, name, mod, id string) {
		it := kitchen.Item{Qty: 1, Name: name, Mods: strings.Split(mod, ",")}
		got := Unprinted(kitchen.Ticket{
			Number: number, Numbers: strings.Split(number, ","), Channel: channel, Table: table, Notes: notes, OrderKey: id,
			Items: []kitchen.Item{it, it},
		}, id, []byte("key"))
		got.OrderKey, got.Print = "", 0 // hashes may look like anything
		out, err := MarshalTicket(got)
		if err != nil {
			t.Fatal(err)
		}
		if phone.Match(out) {
			t.Errorf("%s", out)
		}
		if len(out) > mostJSON {
			t.Errorf("%d bytes, want %d at most", len(out), mostJSON)
		}
	})
}
