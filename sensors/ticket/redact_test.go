package ticket

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// person is what a made-up ticket knows of its customer, and what of it would
// give the person away.
type person struct {
	name, phone, address string
	secrets              []string
}

var (
	zhSurnames = strings.Fields("赵 钱 孙 周 吴 郑 冯 褚 卫 蒋 沈 韩 杨 朱 秦 尤 许 何 吕 欧阳 司马")
	zhGiven    = strings.Fields("建国 淑芬 子轩 雨桐 浩然 思远 梓涵 志强 丽娜 晓东 一诺 明辉")
	zhTowns    = strings.Fields("临江市滨河区 云溪县 青石镇 海州市西城区")
	zhStreets  = strings.Fields("春晖路 解放大道 柳荫街 东风巷 学府路 滨江东路")
	zhPlaces   = strings.Fields("翠湖花园 金色家园 锦绣小区 恒泰大厦 时代公寓 绿地新村")
	enFirst    = strings.Fields("Oliver Priya Mateo Svetlana Chidi Yuki Fatima Declan Ingrid Tomasz Beatrice Kwame")
	enLast     = strings.Fields("Hawthorne Okonkwo Lindqvist Marchetti Delacroix Takahashi Fitzgerald Nowak Abernathy")
	enStreets  = []string{"Willow Creek Road", "Birch Street", "Harrison Ave", "Kingsway Blvd", "St. Mary's Lane", "Old Mill Drive", "Fifth Avenue"}
	enCities   = []string{"Riverton, OH 44210", "Fairview, CA 94110", "Brookfield, NY 10027"}
	zhDishes   = strings.Fields("青椒肉丝饭 红烧牛腩面 扬州炒饭 皮蛋瘦肉粥 蒜蓉西兰花 口水鸡 葱油拌面")
	enDishes   = []string{"Club Sandwich", "Veggie Lasagna", "Fish and Chips", "Pork Ramen", "Greek Salad", "Beef Pho"}
	zhTastes   = strings.Fields("少辣 不要葱 多放醋 少盐 不要花生")
	enTastes   = []string{"no peanuts", "extra sauce", "well done", "sauce on the side", "nut allergy"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func chinesePerson(r *rand.Rand) person {
	full := pick(r, zhSurnames) + pick(r, zhGiven)
	n := fmt.Sprintf("1%d%09d", 3+r.IntN(7), r.IntN(1e9))
	p := person{name: full, phone: n, secrets: []string{full, n, n[7:]}}
	switch r.IntN(5) {
	case 0:
		p.name = string([]rune(full)[:1]) + "**"
		p.secrets = append(p.secrets, p.name)
	case 1:
		p.name = full + pick(r, []string{"先生", " 女士", "(女士)"})
	}
	switch r.IntN(4) {
	case 0:
		p.phone = n[:3] + "****" + n[7:]
		p.secrets = append(p.secrets, p.phone)
	case 1:
		p.phone = n + "_" + n[3:7]
		p.secrets = append(p.secrets, p.phone)
	case 2:
		p.phone = n[:3] + "-" + n[3:7] + "-" + n[7:]
		p.secrets = append(p.secrets, p.phone)
	}
	street, place := pick(r, zhStreets), pick(r, zhPlaces)
	p.address = fmt.Sprintf("%s%s%d号%s%d栋%d单元%d室", pick(r, zhTowns), street, 1+r.IntN(300), place, 1+r.IntN(20), 1+r.IntN(4), 101+r.IntN(2000))
	if r.IntN(2) == 0 {
		p.address = fmt.Sprintf("%s(%d号楼%d)", place, 1+r.IntN(20), 101+r.IntN(2000))
	}
	p.secrets = append(p.secrets, street, place)
	return p
}

func englishPerson(r *rand.Rand) person {
	first, last := pick(r, enFirst), pick(r, enLast)
	d := fmt.Sprintf("%d%02d%03d%04d", 2+r.IntN(8), r.IntN(100), 200+r.IntN(800), r.IntN(1e4))
	p := person{name: first + " " + last, secrets: []string{first, last, d}}
	switch r.IntN(4) {
	case 0:
		p.name = first + " " + last[:1] + "."
	case 1:
		p.name = strings.ToUpper(p.name)
		p.secrets = append(p.secrets, strings.ToUpper(first), strings.ToUpper(last))
	}
	p.phone = pick(r, []string{"(" + d[:3] + ") " + d[3:6] + "-" + d[6:], d[:3] + "-" + d[3:6] + "-" + d[6:], "+1 " + d[:3] + " " + d[3:6] + " " + d[6:], d, d[:3] + "." + d[3:6] + "." + d[6:]})
	street := pick(r, enStreets)
	p.address = fmt.Sprintf("%d %s", 1+r.IntN(4000), street)
	if r.IntN(2) == 0 {
		p.address += fmt.Sprintf(", Apt %d%c", 1+r.IntN(40), 'A'+rune(r.IntN(6)))
	}
	p.secrets = append(p.secrets, street, p.phone, d[6:]+"#")
	return p
}

// chineseTicket is a slip as a Chinese platform prints it, the person in places
// chosen at random.
func chineseTicket(r *rand.Rand, p person) string {
	var b strings.Builder
	say := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	say("%s #%d", pick(r, []string{"美团外卖", "饿了么", "淘宝闪购", "京东秒送", "抖音外卖", "小程序"}), 1+r.IntN(300))
	if r.IntN(3) == 0 {
		say("%s %s", p.name, p.phone)
	}
	say("--------------------------------")
	say("下单时间:11-22 %02d:%02d", r.IntN(24), r.IntN(60))
	note := pick(r, zhTastes)
	switch r.IntN(5) {
	case 0:
		note += "，到了打" + p.phone
	case 1:
		note = "放在" + p.address + " " + note
	case 2:
		note += " 我是" + p.name
	case 3:
		note += ";收餐人隐私号 " + p.phone + ",手机号 " + p.phone
	}
	say("备注:%s", note)
	if r.IntN(3) == 0 {
		say("发票:%s", p.name)
	}
	say("-------------商品-------------")
	for range 1 + r.IntN(4) {
		say("%s          x%d      %d.00", pick(r, zhDishes), 1+r.IntN(3), 8+r.IntN(60))
		if r.IntN(3) == 0 {
			say("  %s", pick(r, zhTastes))
		}
	}
	say("--------------------------------")
	if r.IntN(5) > 0 {
		say("合计          %d.50", 20+r.IntN(90))
	}
	blocks := [][]string{
		{p.address, p.name, p.phone},
		{"收货人:" + p.name, "电话:" + p.phone, "地址:" + p.address},
		{"顾客:" + p.name + "  " + p.phone, p.address},
		{"姓名:" + p.name, "手机号:" + p.phone, "送餐地址:", p.address},
		{"地址:" + string([]rune(p.address)[:6]), string([]rune(p.address)[6:]), "联系人 " + p.name + " 联系电话 " + p.phone},
	}
	for _, l := range pick(r, blocks) {
		say("%s", l)
	}
	say("骑手:%s%s %s", pick(r, zhSurnames), "师傅", p.phone)
	return b.String()
}

// englishTicket is the same for a Western platform or till.
func englishTicket(r *rand.Rand, p person) string {
	var b strings.Builder
	say := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	say("%s", pick(r, []string{"UBER EATS", "DoorDash", "GRUBHUB", "Deliveroo", "WOLT", "TAKE OUT", "DELIVERY"}))
	say("Order #%d", 100+r.IntN(9000))
	header := [][]string{
		{"Customer: " + p.name, "Phone: " + p.phone},
		{p.name},
		{p.name, p.phone, p.address},
		{"Deliver to:", p.name, p.address, pick(r, enCities)},
		{"CUSTOMER NAME: " + p.name + "   TEL: " + p.phone, "Address: " + p.address, "  " + pick(r, enCities)},
		{"Server: " + p.name + "  Check #31", "Tab: " + p.name},
		{"Driver: " + p.name + " " + p.phone},
		{"Name: " + p.name, "Access code: " + p.secrets[len(p.secrets)-1]},
	}
	for _, l := range pick(r, header) {
		say("%s", l)
	}
	say("Placed: %d:%02d PM", 1+r.IntN(12), r.IntN(60))
	say("--------------------------------")
	lead := pick(r, []string{"%d  %s", "%dx %s", "%d x %s", "[ %dx ] %s", ">>> %dx %s"})
	for range 1 + r.IntN(4) {
		say(lead, 1+r.IntN(3), pick(r, enDishes))
		if r.IntN(2) == 0 {
			say("    - %s", pick(r, enTastes))
		}
	}
	say("--------------------------------")
	note := pick(r, enTastes)
	switch r.IntN(6) {
	case 0:
		note += ", call " + p.name + " at " + p.phone
	case 1:
		note += ". Leave at " + p.address
	case 2:
		note = "Gate code " + p.secrets[len(p.secrets)-1] + ", " + note
	case 3:
		note += ", for " + p.name
	case 4:
		note += "; text " + p.phone
	}
	say("%s: %s", pick(r, []string{"Note", "Special Instructions", "Order note", "Customer notes"}), note)
	if r.IntN(2) == 0 {
		say("Total           %d.20", 10+r.IntN(80))
		say("VISA ************%04d", r.IntN(1e4))
	}
	for _, l := range pick(r, [][]string{{p.name}, {p.address, p.phone}, {"Loyalty: " + p.name + " 4417"}, {"Thank you " + p.name}, nil}) {
		say("%s", l)
	}
	return b.String()
}

// TestNobodySurfaces reads 2,000 made-up tickets: no name, phone number or
// address may come out, and every ticket must still be read. Under the race detector
// it is about four that read at the same time, and 200 tickets do.
func TestNobodySurfaces(t *testing.T) {
	each := 500
	if raced {
		each = 50
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			readMadeUp(t, rand.New(rand.NewPCG(2026, seed)), each)
		})
	}
}

func readMadeUp(t *testing.T, r *rand.Rand, n int) {
	t.Helper()
	for i := range n {
		p, text := chinesePerson(r), ""
		if i%2 == 0 {
			text = chineseTicket(r, p)
		} else {
			p = englishPerson(r)
			text = englishTicket(r, p)
		}
		got := Parse(slipOf(text), Options{Key: []byte("key")})
		if len(got.Items) == 0 || got.Number == "" {
			t.Errorf("ticket %d was not read: %+v\n%s", i, got, text)
		}
		got.Print, got.OrderKey = 0, "" // hashes may hold any four digits
		out, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.secrets {
			if strings.Contains(string(out), s) {
				t.Errorf("ticket %d: %q surfaces in %s\n%s", i, s, out, text)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestPlaces: persons where no label and no pattern tells them, only the place.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		name, text string
		items      int
		pii        []string
	}{
		{"below the dishes, no total", "饿了么#5\n----\n汤面 x1\n----\n陈小姐 13700001111\n幸福里18幢 3单元\n幸福里   18\n", 1, []string{"陈", "1370", "幸福里"}},
		{"below the total", "#6 美团外卖\n----\n汤面 x1  9.00\n合计 9.00\n欧阳明\n云栖   7\n尾号8821\n", 1, []string{"欧阳", "云栖", "8821"}},
		{"in the header", "DELIVERY\nOrder: 88\nAnna Lee\nFlat 3, 22 Acacia Road\n----\n1 x Curry\n----\n7 Acacia Road\nAnna Lee\n", 1, []string{"Anna", "Lee", "Acacia"}},
		{"under a dish", "UBER EATS\n8F2A1\n----\n1 Burger\n  Jane D.\n  For Jane\n  No Pickles\n2 Fries\n", 2, []string{"Jane"}},
		{"beside the table", "Kitchen\nTable 4 - Smith party\nServer Bob\nGuest 1 Jane\n1 Steak\nCard 4111 1111 1111 1111\n", 1, []string{"Smith", "Bob", "Jane", "4111"}},
		{"behind the copy's name", "划菜单 测试大厦 (21楼)\n美团外卖#9\n----\n小炒肉  1份\n", 1, []string{"测试", "21"}},
		{"wrapped address", "TAKE OUT\nOrder 12\nAddress: 9 Oak\n  Hollow Springs\n  OH 44210\n----\n1x Soup\n", 1, []string{"Oak", "Hollow", "44210"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Parse(slipOf(c.text), Options{})
			got.Print = 0
			if len(got.Items) != c.items {
				t.Errorf("%d items, want %d: %+v", len(got.Items), c.items, got.Items)
			}
			noPII(t, got, c.pii)
		})
	}
}

func TestCleanNote(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"少辣 不要香菜", "少辣 不要香菜"},
		{"到了打电话", "到了打电话"},
		{"少辣，到了打13800000000", "少辣"},
		{"张先生 不要葱", "不要葱"},
		{"送到测试小区1号楼,花生过敏", "花生过敏"},
		{"门禁密码 4455#；多加醋", "多加醋"},
		{"请交给李小红", ""},
		{"leave sauce on side", "leave sauce on side"},
		{"Allergy - peanuts", "Allergy - peanuts"},
		{"nut allergy, call 555-0100", "nut allergy"},
		{"gate code 4471, no onions", "no onions"},
		{"For Jane. Extra napkins", "Extra napkins"},
		{"Call me on arrival", "Call me on arrival"},
		{"drop at 12 Oak Street, no ice", "no ice"},
		{"mail a@example.org; mild", "mild"},
	} {
		if got := cleanNote(newPhrase(c.in)).print; got != c.want {
			t.Errorf("cleanNote(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		in   string
		want bool
	}{
		{"13800000000", true},
		{"138****0000_1234", true},
		{"010-12345678", true},
		{"(555) 010-0134", true},
		{"+44 7700 900123", true},
		{"555-0100", true},
		{"2026-11-22 18:03:11", false},
		{"11-22 11:32", false},
		{"22/11/2026 19:40:12", false},
		{"红烧肉       48.00     1   48.00", false},
		{"#A27 1/2", false},
		{"Rp 125.000", false},
	} {
		if got := hasPhone(newPhrase(c.in).fold); got != c.want {
			t.Errorf("hasPhone(%q) = %v", c.in, got)
		}
	}
}

// TestOrderKey: the key does not depend on how the id is grouped or broken, and
// the id itself is gone.
func TestOrderKey(t *testing.T) {
	var first string
	for _, text := range []string{
		"#12 美团外卖\n鱼 x1\n订单编号:3000 0000 0000 0001\n",
		"#12 美团外卖\n鱼 x1\n订单编号：3000000000000001\n",
		"#12 美团外卖\n鱼 x1\n订单编号:\n3000000000000001\n",
		"#12 美团外卖\n鱼 x1\n订单号:3000 0000\n0000 0001\n",
	} {
		got := Parse(slipOf(text), Options{Key: []byte("key")})
		if first == "" {
			first = got.OrderKey
		}
		if len(got.OrderKey) != 32 || got.OrderKey != first || got.Number != "12" {
			t.Errorf("%q: key %q, number %q", text, got.OrderKey, got.Number)
		}
		if other := Parse(slipOf(text), Options{Key: []byte("other")}); other.OrderKey == got.OrderKey {
			t.Errorf("%q: the key does not matter", text)
		}
		noPII(t, got, []string{"3000", "0001"})
	}
}
