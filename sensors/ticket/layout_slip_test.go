package ticket

import (
	"fmt"
	"strings"
	"testing"

	"readyshelf/kitchen"
)

// said is a ticket in one line: kind, copy, number, table, promise, dishes.
func said(t kitchen.Ticket) string {
	out := []string{string(t.Kind)}
	for _, f := range []struct{ mark, text string }{
		{"", t.Copy}, {"#", t.Number}, {"table ", t.Table}, {"ordered ", t.Ordered}, {"by ", t.Promised}, {"note ", t.Notes},
	} {
		if f.text != "" {
			out = append(out, f.mark+f.text)
		}
	}
	for _, it := range t.Items {
		out = append(out, fmt.Sprintf("| %d %s", it.Qty, it.Name))
		if len(it.Mods) > 0 {
			out = append(out, "["+strings.Join(it.Mods, ";")+"]")
		}
	}
	return strings.Join(out, " ")
}

// TestShortSlips reads the ways in which small printers write the same thing.
func TestShortSlips(t *testing.T) {
	const cook = "厨打单\n桌号: 5\n"
	const cooked = "order kitchen table 5"
	for _, c := range []struct{ name, text, want string }{
		{"unit apart", cook + "宫保鸡丁   1 份\n米饭   3 碗\n", cooked + " | 1 宫保鸡丁 | 3 米饭"},
		{"unit column", cook + "菜名        数量  单位\n宫保鸡丁     1    份\n米饭     3    碗\n", cooked + " | 1 宫保鸡丁 | 3 米饭"},
		{"unit before quantity", cook + "菜名        单位  数量\n宫保鸡丁     份    2\n", cooked + " | 2 宫保鸡丁"},
		{"weight", cook + "基围虾  0.5 斤\n清蒸鲈鱼 1.2斤\n", cooked + " | 1 基围虾 [0.5斤] | 1 清蒸鲈鱼 [1.2斤]"},
		{"decimal quantity", cook + "宫保鸡丁 1.0份\n啤酒 2.0\n", cooked + " | 1 宫保鸡丁 | 2 啤酒"},
		{"decimal column", cook + "菜名    数量   金额\n宫保鸡丁   2.00   52.00\n", "order kitchen table 5 | 2 宫保鸡丁"},
		{"marked units", cook + "宫保鸡丁 1/份\n鱼香肉丝 2(份)\n米饭 (3份)\n", cooked + " | 1 宫保鸡丁 | 2 鱼香肉丝 | 3 米饭"},
		{"plus", cook + "宫保鸡丁 +1\n加蛋 +2\n", cooked + " | 1 宫保鸡丁 [加蛋 +2]"},
		{"unit first", cook + "[1份]宫保鸡丁\n2份鱼香肉丝\n", cooked + " | 1 宫保鸡丁 | 2 鱼香肉丝"},
		{"a count in the name", cook + "8块鸡翅 x1\n", cooked + " | 1 8块鸡翅"},
		{"labelled", cook + "宫保鸡丁 数量:1\n", cooked + " | 1 宫保鸡丁"},
		{"indexed", cook + "1、宫保鸡丁 2\n2、米饭 1\n", cooked + " | 2 宫保鸡丁 | 1 米饭"},
		{"one space", cook + "叉燒飯 1\n例湯 2\n", cooked + " | 1 叉燒飯 | 2 例湯"},
		{"one space, no head", "某某店\n叉燒飯 1\n", "unknown"},
		{"head words are no dishes", "后厨\n#12\n大厅 8\n人数 3\n", "order kitchen #12 table 8"},
		{"price alone", "#12\n蛋炒饭   12.00\n", "order receipt #12 | 1 蛋炒饭"},
		{"one space and a price", "取餐号 23\n宫保鸡丁 1 26.00\n啤酒 12.0\n可乐 330ml 2\n金额 38.00\n", "order receipt #23 | 1 宫保鸡丁 | 1 啤酒 | 2 可乐 330ml"},
		{"no dish read", "出品单\n单号: 12\n????\n", "order kitchen #12"},
		{"hong kong table", "枱號: 23\n叉燒飯 1\n", "order kitchen table 23 | 1 叉燒飯"},
		{"taiwan table", "檯號：A5\n滷肉飯  x2\n", "order kitchen table A5 | 2 滷肉飯"},
		{"table word", "枱 7\n桌號：7\n凍檸茶 x1\n", "order kitchen table 7 | 1 凍檸茶"},

		{"promised, labelled", "【预订单】期望送达时间 2026-11-23 18:30\n#3\n米饭 x1\n", "order kitchen #3 by 2026-11-23 18:30 | 1 米饭"},
		{"promised, bare", "【预订单】2026-11-23 18:30\n#3\n米饭 x1\n", "order kitchen #3 by 2026-11-23 18:30 | 1 米饭"},
		{"promised, tomorrow", "[预约] 明天 12:00\n#3\n米饭 x1\n", "order kitchen #3 by 明天 12:00 | 1 米饭"},
		{"promised, in a sentence", "**预订单** 请于 18:30 送达\n#3\n米饭 x1\n", "order kitchen #3 by 18:30 | 1 米饭"},
		{"promised to a person", "PICKUP for Sample G. 6:30 PM\nOrder 41\n1x Soup\n", "order kitchen #41 by 6:30 PM | 1 Soup"},
		{"promised, portuguese", "Pedido 41\nEntrega prevista: 20:15\n1x Sopa\n", "order kitchen #41 by 20:15 | 1 Sopa"},
		{"german", "Bestellnr: XK4P2Q\nBestellt: 18:05\nLieferung 18:45\nHinweis: ohne Besteck\n1x Suppe\n", "order kitchen #XK4P2Q ordered 18:05 by 18:45 note ohne Besteck | 1 Suppe"},
		{"german pick-up", "Bestellung #12\nAbholung: 19:10\nKommentar: scharf\n1x Suppe\n", "order kitchen #12 by 19:10 note scharf | 1 Suppe"},
		{"finnish", "Tilaus #12\nTilausaika: 17:40\nNoutoaika: 18:00\nKommentti: ei sipulia\n1x Keitto\n", "order kitchen #12 ordered 17:40 by 18:00 note ei sipulia | 1 Keitto"},
		{"finnish delivery", "Tilaus #12\nToimitusaika: 18:20\n1x Keitto\n", "order kitchen #12 by 18:20 | 1 Keitto"},

		{"nine digits, the only number", "Order: 123456789\n1x Soup\n", "order kitchen #123456789 | 1 Soup"},
		{"nine digits beside another", "Order: 123456789\n#12\n1x Soup\n", "order kitchen #12 | 1 Soup"},
		{"a dotted number", "Order #R0012.45\n1x Soup\n", "order kitchen #R0012.45 | 1 Soup"},
		{"comanda", "Comanda 0032\nMesa 5\n1x Sopa\n", "order kitchen #0032 table 5 | 1 Sopa"},
		{"korean", "주문번호: 23\n1x Kimchi\n", "order kitchen #23 | 1 Kimchi"},

		{"a shop called void", "The Void Bar\nOrder 41\n1x Soup\n", "order kitchen #41 | 1 Soup"},
		{"void", "*** VOID *** Table 5\nOrder 41\n1x Soup\n", "void #41 table 5 | -1 Soup"},
		{"void order", "ORDER VOIDED\nOrder 41\n1x Soup\n", "void #41 | -1 Soup"},
		{"cancelled by number", "#41 CANCELLED\n1x Soup\n", "cancel #41 | 1 Soup"},
		{"a name of deleted", "Order 41\n1 Deleted Scenes IPA\n1 7-Up\n", "order kitchen #41 | 1 Deleted Scenes IPA | 1 7-Up"},

		{"taken back among dishes", "Order 41\nVOID Burger x1\nVoid 1 Fries\nDeleted Scenes IPA x1\n", "order kitchen #41 | -1 Burger | -1 Fries | 1 Deleted Scenes IPA"},
		{"a phone number is no order", "Order: 13800000000\n1x Soup\n", "order kitchen | 1 Soup"},

		{"tastes in a row", cook + "水煮鱼 x1\n  特辣 不要香菜\n凍檸茶 x1\n  少甜 走冰\n", cooked + " | 1 水煮鱼 [特辣;不要香菜] | 1 凍檸茶 [少甜;走冰]"},
		{"japanese tastes behind dots", "No.23\n醤油ラーメン ×1\n ・麺かため\n ・味玉\n餃子 ×2\n *麺かため\n", "order kitchen #23 | 1 醤油ラーメン [麺かため;味玉] | 2 餃子 [麺かため]"},
		{"a taste of one character behind a star", cook + "豆浆 x1\n  *热\n  *甜\n", cooked + " | 1 豆浆 [热;甜]"},
		{"a masked name behind a star", cook + "豆浆 x1\n  *明\n", cooked + " | 1 豆浆"},
		{"tastes and commas", "Order 41\n1x Milk Tea\n  Large, Less Ice, 50% Sugar\n1x Soup\n  Bread, butter\n", "order kitchen #41 | 1 Milk Tea [Large;Less Ice;50% Sugar] | 1 Soup [Bread, butter]"},
		{"plus and minus", "Order 41\n1x Burger\n  + ost\n  - løk\n1x Suppe\n  - sterk\n", "order kitchen #41 | 1 Burger [ost;- løk] | 1 Suppe [sterk]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := said(Parse(slipOf(c.text), Options{Key: []byte("key")})); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
			}
		})
	}
}

// TestUnread: a slip that nobody understands is an order that came; what is known to be
// none, is too short, or is not whole, is not.
func TestUnread(t *testing.T) {
	strange := "THEKE UND TERRASSE\nPlatz B4\nRadler, gross @2\n.. ohne Eis\nBrezn @1\n"
	for _, c := range []struct {
		text string
		slip func(*Slip)
		want bool
	}{
		{strange, func(*Slip) {}, true},
		{"TEST PAGE\n" + strange, func(*Slip) {}, false},
		{"CANCEL REQUEST\n" + strange, func(*Slip) {}, false},
		{"Z REPORT\n" + strange, func(*Slip) {}, false},
		{"hello\nworld\n", func(*Slip) {}, false},
		{strange, func(s *Slip) { s.Partial = true }, false},
		{strange, func(s *Slip) { s.Garbled = true }, false},
		{"Order #12\n2x Soup\n", func(*Slip) {}, false},
	} {
		s := slipOf(c.text)
		c.slip(&s)
		if got := Parse(s, Options{}); got.Unread != c.want {
			t.Errorf("%q: unread is %v, want %v: %+v", c.text, got.Unread, c.want, got)
		}
	}
}
