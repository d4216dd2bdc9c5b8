package lives_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"readyshelf/kitchen"
	"readyshelf/predict"
	"readyshelf/sensors/ticket"
)

// A line of cooks sees orders, not slips. Each of these is a while in a kitchen, in bytes
// as printers get them, and what a cook expects to stand on the board after it.
//
// A deed is a slip; one that begins with "big5|", "utf8|" or "cp437|" comes to a printer of
// that encoding, and ✂ is a cut. "wait 5m" lets time pass. "order 美团 12 宫保鸡丁*2" is an
// order that the platform sends, with its id behind the number as in "12=3000000000000001", "ready 12" and "taken 12" what staff do.
type lived struct {
	name  string
	deeds []string
	want  string // orders that are open, in order; then what nobody knows the order of
}

var lives = []lived{
	{"two copies in one stream", []string{"#12 美团外卖\n(商家联)\n----\n鱼 x1\n饭 x2\n----\n✂#12 美团外卖\n(后厨联)\n----\n鱼 x1\n饭 x2\n----\n"}, "12 meituan: 1 鱼, 2 饭"},
	{"copies over two printers with different code pages", []string{"#12 美团外卖\n----\n叉烧饭 x1\n----\n", "utf8|#12 美团外卖\n----\n叉烧饭 x1\n----\n"}, "12 meituan: 1 叉烧饭"},
	{"a kitchen copy without the channel", []string{"#12 美团外卖\n(商家联)\n----\n鱼 x1\n饭 x2\n----\n", "后厨联\n#12\n鱼 x1\n饭 x2\n"}, "12 meituan: 1 鱼, 2 饭"},
	{"the kitchen copy comes first", []string{"后厨联\n#12\n鱼 x1\n饭 x2\n", "#12 美团外卖\n(商家联)\n----\n鱼 x1\n饭 x2\n----\n"}, "12 meituan: 1 鱼, 2 饭"},
	{"a slip for each dish", []string{"#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n饭 x2\n", "#12 美团外卖\n----\n汤 x1\n"}, "12 meituan: 1 鱼, 2 饭, 1 汤"},
	{"a slip for each portion", []string{"#12 美团外卖 1/2\n----\n鱼 x1\n", "#12 美团外卖 2/2\n----\n鱼 x1\n"}, "12 meituan: 2 鱼"},
	{"a slip for each dish, after the whole", []string{"#12 美团外卖\n----\n鱼 x1\n饭 x2\n", "#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n饭 x2\n"}, "12 meituan: 1 鱼, 2 饭"},
	{"parts out of order", []string{"#12 美团外卖 3/3\n----\n汤 x1\n", "#12 美团外卖 1/3\n----\n鱼 x1\n", "#12 美团外卖 2/3\n----\n饭 x2\n"}, "12 meituan: 1 汤, 1 鱼, 2 饭"},
	{"a part missing", []string{"#12 美团外卖 1/3\n----\n鱼 x1\n", "#12 美团外卖 3/3\n----\n汤 x1\n"}, "12 meituan: 1 鱼, 1 汤"},
	{"a part twice", []string{"#12 美团外卖 1/2\n----\n鱼 x1\n", "#12 美团外卖 1/2\n----\n鱼 x1\n", "#12 美团外卖 2/2\n----\n饭 x1\n"}, "12 meituan: 1 鱼, 1 饭"},
	{"parts, then the whole", []string{"#12 美团外卖 1/2\n----\n鱼 x1\n", "#12 美团外卖 2/2\n----\n饭 x1\n", "#12 美团外卖\n----\n鱼 x1\n饭 x1\n"}, "12 meituan: 1 鱼, 1 饭"},
	{"cups, both the same", []string{"示例茶饮\n#M15 1/2\n大杯·奶茶\n热/半糖\n", "示例茶饮\n#M15 2/2\n大杯·奶茶\n热/半糖\n"}, "M15: 2 大杯·奶茶"},
	{"leading zeros", []string{"#012 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n鱼 x1\n饭 x1\n"}, "012 meituan: 1 鱼, 1 饭"},
	{"several numbers", []string{"cp437|Check: 0456\nSequence: 00123\n--------\n2 Burger\n", "cp437|Sequence: 123\n--------\n2 Burger\n", "cp437|Check: 456\n** VOID **\n1 Burger\n"}, "00123: 1 Burger"},
	{"one number on two channels", []string{"#12 美团外卖\n----\n鱼 x1\n", "#12 饿了么\n----\n鱼 x1\n"}, "12 meituan: 1 鱼 / 12 eleme: 1 鱼"},
	{"one number on two channels, and a copy that does not say which", []string{"#12 美团外卖\n----\n鱼 x1\n", "#12 饿了么\n----\n饭 x1\n", "后厨联\n#12\n饭 x1\n"}, "12 meituan: 1 鱼 / 12 eleme: 1 饭"},
	{"one number the next day", []string{"#12 美团外卖\n----\n鱼 x1\n", "taken 12", "wait 22h", "#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 鱼"},
	{"one number the next day, nobody took the first", []string{"#12 美团外卖\n----\n鱼 x1\n", "wait 22h", "#12 美团外卖\n----\n饭 x1\n"}, "12 meituan: 1 饭"},
	{"a reprint hours later", []string{"#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n", "taken 12", "wait 5h", "#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n"}, ""},
	{"a reprint that says so, hours later", []string{"#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n", "taken 12", "wait 5h", "**补打**\n#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n"}, ""},
	{"a reprint after midnight", []string{"wait 12h", "#12 美团外卖\n下单时间:11-22 23:31\n----\n鱼 x1\n", "wait 45m", "**补打**\n#12 美团外卖\n下单时间:11-22 23:31\n----\n鱼 x1\n"}, "12 meituan: 1 鱼"},
	{"a reprint before its order", []string{"**补打**\n#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n", "#12 美团外卖\n下单时间:11-22 11:31\n----\n鱼 x1\n"}, "12 meituan: 1 鱼"},
	{"urged", []string{"#12 美团外卖\n----\n鱼 x1\n", "催单联\n#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 鱼 urged"},
	{"urged twice by one slip", []string{"#12 美团外卖\n----\n鱼 x1\n", "催单联\n#12 美团外卖\n----\n鱼 x1\n", "催单联\n#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 鱼 urged"},
	{"urged before it came", []string{"催单联\n#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 鱼 urged"},
	{"cancelled before it came", []string{"取消联\n#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n鱼 x1\n饭 x1\n"}, ""},
	{"cancelled half an hour before another one of that number", []string{"取消联\n#12 美团外卖\n----\n鱼 x1\n", "wait 30m", "#12 美团外卖\n----\n饭 x1\n"}, "12 meituan: 1 饭 / ? cancel 12"},
	{"a dish taken back before its order came", []string{"退菜\n#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n----\n鱼 x1\n饭 x1\n"}, "12 meituan: 1 饭"},
	{"cancelled, then a copy of the order", []string{"#12 美团外卖\n----\n鱼 x1\n", "取消联\n#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n(后厨联)\n----\n鱼 x1\n"}, ""},
	{"cancelled twice", []string{"#12 美团外卖\n----\n鱼 x1\n", "取消联\n#12 美团外卖\n----\n鱼 x1\n", "wait 2m", "取消联\n#12 美团外卖\n----\n鱼 x1\n"}, ""},
	{"a part is cancelled", []string{"#12 美团外卖 1/2\n----\n鱼 x1\n", "#12 美团外卖 2/2\n----\n饭 x1\n", "退菜\n#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 饭"},
	{"a dish taken back, then a copy of the order", []string{"#12 美团外卖\n(商家联)\n----\n鱼 x1\n饭 x1\n", "退菜\n#12 美团外卖\n----\n鱼 x1\n", "#12 美团外卖\n(后厨联)\n----\n鱼 x1\n饭 x1\n"}, "12 meituan: 1 饭"},
	{"a dish taken back after ready", []string{"#12 美团外卖\n----\n鱼 x1\n饭 x1\n", "ready 12", "退菜\n#12 美团外卖\n----\n鱼 x1\n"}, "12 meituan: 1 饭 ready"},
	{"all taken back after ready", []string{"#12 美团外卖\n----\n鱼 x1\n", "ready 12", "退菜\n#12 美团外卖\n----\n鱼 x1\n"}, ""},
	{"a dish that the order does not have is taken back", []string{"#12 美团外卖\n----\n鱼 x1\n", "退菜\n#12 美团外卖\n----\n面 x1\n"}, "12 meituan: 1 鱼"},
	{"the platform's order, then its slip", []string{"order 美团 12 宫保鸡丁*2", "#12 美团外卖\n----\n宫保鸡丁 x2\n"}, "12 meituan: 2 宫保鸡丁"},
	{"the slip, then the platform's order", []string{"#12 美团外卖\n----\n宫保鸡丁 x2\n", "order meituan 0012 宫保鸡丁*2"}, "12 meituan: 2 宫保鸡丁"},
	{"the platform spells a dish in its own way", []string{"#12 美团外卖\n----\n宫保鸡丁 x2\n", "order 美团 12 【招牌】宫保鸡丁*2"}, "12 meituan: 2 宫保鸡丁"},
	{"the platform writes capitals and brackets", []string{"cp437|DoorDash\nOrder 6F2C\n--------\n2 x Pad Thai\n1 x Coke\n", "order doordash 6f2c PAD THAI*2"}, "6F2C doordash: 2 Pad Thai, 1 Coke"},
	{"the platform has its id only, then the slip", []string{"order 美团 =3000000000000001 鱼*1", "#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0001\n"}, "12 meituan: 1 鱼"},
	{"the slip, then the platform with its id only", []string{"#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0001\n", "order 美团 =3000000000000001 鱼*1"}, "12 meituan: 1 鱼"},
	{"the platform says no channel, but the id", []string{"#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0001\n", "order - =3000000000000001 【招牌】鱼*1"}, "12 meituan: 1 鱼"},
	{"one number, two ids", []string{"#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0001\n", "#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0002\n"}, "12 meituan: 1 鱼 / 12 meituan: 1 鱼"},
	{"a cancel slip by the id only", []string{"#12 美团外卖\n----\n鱼 x1\n----\n订单编号:3000 0000 0000 0001\n", "取消联 美团外卖\n订单编号:3000 0000 0000 0001\n----\n鱼 x1\n"}, ""},
	{"a slip for each dish, the channel on the first only", []string{"#12 美团外卖\n----\n鱼 x1\n饭 x1\n", "#12\n鱼 x1\n", "#12\n饭 x1\n"}, "12 meituan: 1 鱼, 1 饭"},
	{"dine-in and the same number outside", []string{"#12 美团外卖\n----\n鱼 x1\n", "堂食 #12\n桌号 A8\n----\n面 x1\n"}, "12 meituan: 1 鱼 / 12 dine-in: 1 面"},
	{"two tables", []string{"堂食\n桌号 A8\n----\n啤酒 x2\n", "堂食\n桌号 A9\n----\n啤酒 x2\n"}, "T A8 dine-in: 2 啤酒 / T A9 dine-in: 2 啤酒"},
	{"a table's dish is taken back", []string{"堂食\n桌号 A8\n----\n啤酒 x2\n面 x1\n", "退菜\n桌号 A8\n----\n啤酒 x1\n"}, "T A8 dine-in: 1 啤酒, 1 面"},
	{"a table adds a dish", []string{"堂食\n桌号 A8\n----\n啤酒 x2\n", "wait 10m", "加菜\n堂食\n桌号 A8\n----\n面 x1\n"}, "T A8 dine-in: 2 啤酒 / T A8 dine-in: 1 面"},
	{"sizes are two dishes, on both copies", []string{"#12 美团外卖\n----\n可乐(大) x1\n可乐(小) x1\n", "后厨联\n#12\n可乐(小) x1\n可乐(大) x1\n"}, "12 meituan: 1 可乐(大), 1 可乐(小)"},
	{"simplified on one printer, traditional on another", []string{"#12 美团外卖\n----\n炒米粉 x1\n", "big5|#12 美團外賣\n----\n炒米粉 x1\n"}, "12 meituan: 1 炒米粉"},
	{"the dish is wrapped on the narrow printer", []string{"#12 美团外卖\n----\n招牌宫保鸡丁盖浇饭  x1\n", "#12 美团外卖\n----\n招牌宫保鸡丁盖\n浇饭  x1\n"}, "12 meituan: 1 招牌宫保鸡丁盖浇饭"},
	{"a table's second round", []string{"堂食\n桌号 A8\n----\n啤酒 x2\n", "wait 20m", "堂食\n桌号 A8\n----\n啤酒 x2\n"}, "T A8 dine-in: 2 啤酒 / T A8 dine-in: 2 啤酒"},
	{"a report between", []string{"#12 美团外卖\n----\n鱼 x1\n", "日结单\n日期:11-22\n合计 1200.00\n外卖 800.00\n"}, "12 meituan: 1 鱼"},
	{"a bill of a table", []string{"堂食\n桌号 A8\n----\n啤酒 x2\n", "结账单\n桌号 A8\n----\n啤酒 x2 20.00\n合计 20.00\n实收 20.00\n"}, "T A8 dine-in: 2 啤酒"},
	{"an urge slip without a channel, two orders of that number", []string{"#12 美团外卖\n----\n鱼 x1\n", "#12 饿了么\n----\n饭 x1\n", "催单联\n#12\n----\n饭 x1\n"}, "12 meituan: 1 鱼 / 12 eleme: 1 饭 urged"},
}

// TestLives prints them all.
func TestLives(t *testing.T) {
	for _, l := range lives {
		t.Run(l.name, func(t *testing.T) {
			k := newLine(t)
			for _, deed := range l.deeds {
				k.do(deed)
			}
			if got := k.board(); got != l.want {
				t.Errorf("the board says\n\t%s\nwant\n\t%s", got, l.want)
			}
		})
	}
}

// A line is a kitchen in memory.
type line struct {
	*testing.T
	kitchen.Decider
	now kitchen.Stamp
	n   int
}

var china = time.FixedZone("CST", 8*3600)

func newLine(t *testing.T) *line {
	k := &line{T: t, now: kitchen.Stamp{Boot: 1, Up: time.Hour, At: time.Date(2026, 11, 22, 11, 32, 0, 0, china), Clock: kitchen.Synced}}
	k.Model, k.Rules = predict.New(), kitchen.DefaultRules()
	k.Rules.Location = china
	return k
}

func (k *line) fact(e kitchen.Event) { k.Decide(k.State.Seq+1, k.now, &e) }

var lineEncodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "big5": traditionalchinese.Big5, "utf8": unicode.UTF8, "cp437": charmap.CodePage437,
}

func (k *line) do(deed string) {
	k.Helper()
	words := strings.Fields(deed)
	switch words[0] {
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			k.Fatal(err)
		}
		for last := k.now.Add(d); k.now.Up < last.Up; {
			k.now = k.now.Add(min(time.Minute, last.Up-k.now.Up))
			k.Decide(k.State.Seq+1, k.now, nil)
		}
	case "ready", "taken":
		k.command(kitchen.Command{Name: kitchen.CommandReady, Order: words[1]})
		if words[0] == "taken" {
			for _, o := range k.State.OpenOrders() {
				e := k.now.Fact("rule")
				e.Alert = &kitchen.Alert{Type: kitchen.OrderPickedUp, ID: o.ID, Number: o.Number}
				k.fact(e)
			}
		}
	case "order":
		name, qty, _ := strings.Cut(strings.Join(words[3:], " "), "*")
		it := kitchen.Item{Name: name}
		fmt.Sscan(qty, &it.Qty)
		number, id, _ := strings.Cut(words[2], "=")
		t := ticket.Unprinted(kitchen.Ticket{Channel: words[1], Number: number, Items: []kitchen.Item{it}}, id, []byte("key"))
		k.command(kitchen.Command{Name: kitchen.CommandOrder, Ticket: &t})
	default:
		k.print(deed)
	}
	k.now = k.now.Add(2 * time.Second)
}

func (k *line) command(c kitchen.Command) {
	k.n++
	c.Transaction = fmt.Sprint(k.n)
	e := k.now.Fact("cloud")
	e.Command = &c
	k.fact(e)
}

func (k *line) print(text string) {
	k.Helper()
	enc := "gb18030"
	if before, after, ok := strings.Cut(text, "|"); ok {
		enc, text = before, after
	}
	job, err := lineEncodings[enc].NewEncoder().String(strings.ReplaceAll(text, "✂", "\x00"))
	if err != nil {
		k.Fatal(err)
	}
	o := ticket.Options{Encoding: enc, Key: []byte("key"), Layouts: ticket.Shipped()}
	slips, err := ticket.Decode(strings.NewReader("\x1b@"+strings.ReplaceAll(job, "\x00", "\x1dV0")+"\n\n\x1dV0"), o)
	if err != nil || len(slips) == 0 {
		k.Fatalf("%d slips, %v", len(slips), err)
	}
	for _, s := range slips {
		t := ticket.Parse(s, o)
		e := k.now.Fact("printer/" + enc)
		e.Ticket = &t
		k.fact(e)
	}
}

// board is what stands there, in a line.
func (k *line) board() string {
	var all []string
	for _, o := range k.State.OpenOrders() {
		var dishes []string
		for _, it := range o.Items {
			dishes = append(dishes, fmt.Sprint(it.Qty, " ", it.Name))
		}
		s := cmp.Or(o.Number, "T "+o.Table)
		if o.Channel != "" {
			s += " " + o.Channel
		}
		s += ": " + strings.Join(dishes, ", ")
		if o.Urged > 0 {
			s += " urged" + strings.Repeat("!", o.Urged-1)
		}
		if o.Phase == kitchen.Ready {
			s += " ready"
		}
		all = append(all, s)
	}
	for _, o := range slices.Backward(k.State.Orphans) {
		all = append(all, fmt.Sprint("? ", o.Kind, " ", o.Number))
	}
	return strings.Join(all, " / ")
}
