package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"readyshelf/kitchen"
)

// menu is what a shop of the demo sells, through whom, and how its till prints.
type menu struct {
	encoding string // as the configuration names it
	text     encoding.Encoding
	channels []string // as they print themselves
	dishes   []menuDish
	layout   layout
}

type menuDish struct {
	name string
	mods []string
}

// layout is the text of the slips.
type layout struct {
	head    string // channel, number, copy
	copies  [2]string
	ordered string
	promise string
	item    string // name and quantity
	mods    string
	foot    string // what follows the dishes: total, and a made-up guest
	cancel  string // channel, number
}

var menus = map[string]menu{
	"zh": {
		encoding: "gb18030", text: simplifiedchinese.GB18030,
		channels: []string{"美团外卖", "饿了么", "抖音外卖"},
		dishes: []menuDish{
			{"宫保鸡丁饭", []string{"大份", "微辣"}}, {"招牌烧鸭饭", []string{"加鸭腿"}}, {"酸辣土豆丝", nil},
			{"鱼香肉丝", []string{"少辣"}}, {"冻柠茶", []string{"少冰", "半糖"}}, {"米饭", nil}, {"番茄蛋汤", nil},
		},
		layout: layout{
			head: "#%[2]s %[1]s\n(%[3]s)\n示例小吃店\n", copies: [2]string{"商家联", "后厨联"},
			ordered: "下单时间:%s\n", promise: "预计送达:%s\n", item: "%-14s x%d\n", mods: "  [%s]\n",
			foot:   "合计(已付) 55.00\n测试小区1号楼101室\n张** (先生)\n手机号尾号:0000\n隐私号:138****0000_1234\n",
			cancel: "取消联\n#%[2]s %[1]s\n顾客取消订单\n",
		},
	},
	"en": {
		encoding: "cp437", text: charmap.CodePage437,
		channels: []string{"UBER EATS", "DOORDASH", "GRUBHUB"},
		dishes: []menuDish{
			{"Chicken Tikka Masala", []string{"Spice Level: Hot"}}, {"Pad Thai", []string{"Tofu", "Mild"}}, {"Spring Roll", nil},
			{"Cheeseburger", []string{"no onion", "extra bacon"}}, {"Caesar Salad", nil}, {"Mango Lassi", []string{"no ice"}}, {"Fries", nil},
		},
		layout: layout{
			head: "%[1]s\nOrder #%[2]s\n%[3]s\nSample G.\n", copies: [2]string{"DELIVERY", "KITCHEN COPY"},
			ordered: "Placed: %s\n", promise: "Expected pickup time: %s\n", item: "%[2]d  %[1]s\n", mods: "     %s\n",
			foot: "Total items: -\nPhone: 555-0100-0000\n", cancel: "%[1]s\n** CANCELLED **\nOrder #%[2]s\n",
		},
	},
}

const rule = "--------------------------------\n"

// Of ESC/POS: begin, double size on and off, feed and cut.
const (
	escInit   = "\x1b@"
	escDouble = "\x1d!\x11"
	escNormal = "\x1d!\x00"
	escCut    = "\n\n\x1dV\x01"
)

// slip prints an order, or its second copy.
func (m menu) slip(p plan, start time.Time, second bool) []byte {
	l := m.layout
	kind := l.copies[0]
	if second {
		kind = l.copies[1]
	}
	var b strings.Builder
	head, rest, _ := strings.Cut(fmt.Sprintf(l.head, m.channels[p.channel], p.number, kind), "\n")
	b.WriteString(escDouble + head + "\n" + escNormal + rest + rule)
	fmt.Fprintf(&b, l.ordered, start.Add(p.at).Format("15:04"))
	fmt.Fprintf(&b, l.promise, start.Add(p.promise).Format("15:04"))
	b.WriteString(rule)
	for _, it := range p.items {
		fmt.Fprintf(&b, l.item, it.Name, it.Qty)
		m.printMods(&b, it)
	}
	b.WriteString(rule + l.foot)
	return m.job(b.String())
}

// printMods prints modifiers as each shop does: together in brackets, or a line each.
func (m menu) printMods(b *strings.Builder, it kitchen.Item) {
	if len(it.Mods) > 0 && strings.Contains(m.layout.mods, "[") {
		fmt.Fprintf(b, m.layout.mods, strings.Join(it.Mods, ","))
		return
	}
	for _, mod := range it.Mods {
		fmt.Fprintf(b, m.layout.mods, mod)
	}
}

func (m menu) cancelSlip(p plan) []byte {
	return m.job(fmt.Sprintf(m.layout.cancel, m.channels[p.channel], p.number))
}

// job is text as the bytes of a print job.
func (m menu) job(text string) []byte {
	body, err := encoding.ReplaceUnsupported(m.text.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		body = []byte(text) // not reached: what has no code was replaced
	}
	return bytes.Join([][]byte{[]byte(escInit), body, []byte(escCut)}, nil)
}
