package guests

import (
	"fmt"
	"math/rand/v2"
)

var (
	zhFamily  = words("闻 苗 柳 佟 樊 尹 盛 鲍 栾 诸葛 上官 令狐 慕容 牟 佘 甄 尚 易 裴 窦 吴 赵 黄 马 高")
	zhGiven   = words("若溪 昊天 佳琪 俊杰 嘉怡 宇航 静怡 文博 诗涵 梦琪 国栋 秀英 晓彤 立群 芷若 亦菲 凯 蕾 颖")
	zhTitles  = words("先生 女士 小姐")
	zhCities  = words("临安市 昆明市盘龙区 上海市静安区 苏州市姑苏区 佛山市禅城区 成都市武侯区")
	zhRoads   = words("凤起路 环城北路 胜利街 民族大道 书院巷 陆羽路 望京西路 建设二路 桂花街 玉函路")
	zhHomes   = words("明珠花苑 东方曼哈顿 御景豪庭 万科金域 中海国际 银泰城 和平里小区 世贸大厦 蓝钻公寓 水岸名都")
	zhFirms   = words("云帆网络科技有限公司 恒远贸易有限公司 博雅文化传媒有限公司 瑞丰建筑设计院")
	zhChannel = list("美团外卖;饿了么;京东秒送;抖音外卖;淘宝闪购;自营外卖;** 美团外卖 **;-- 饿了么 --")
)

func zhGuest(r *rand.Rand) guest {
	family, given := pick(r, zhFamily), pick(r, zhGiven)
	full := family + given
	n := "1" + pick(r, words("33 35 50 58 77 86 98")) + digits(r, 8)
	g := guest{name: full, phone: n, secrets: []string{full, n}}
	switch r.IntN(4) {
	case 0:
		g.name = family + "** " + pick(r, []string{"(先生)", "女士"})
		g.secrets = append(g.secrets, family+"**")
	case 1:
		g.name = full + pick(r, zhTitles)
	case 2:
		g.name = string([]rune(full)[:1]) + pick(r, zhTitles)
		g.secrets = append(g.secrets, g.name)
	}
	switch r.IntN(6) {
	case 0:
		g.phone = n[:3] + "****" + n[7:]
	case 1:
		g.phone = n + "_" + digits(r, 4)
	case 2:
		g.phone = n + "转" + digits(r, 4)
	case 3:
		g.phone = n[:3] + " " + n[3:7] + " " + n[7:]
	case 4:
		g.phone = "0571-8" + digits(r, 7)
	}
	g.secrets = append(g.secrets, g.phone)
	road, home := pick(r, zhRoads), pick(r, zhHomes)
	door := pick(r, []string{"%d幢%d单元%d", "%d号楼%d-%d室", "%d栋%d层%d号", "%d座%d楼%d"})
	house := fmt.Sprintf(door, 1+r.IntN(30), 1+r.IntN(9), 101+r.IntN(2400))
	switch r.IntN(3) {
	case 0:
		g.address = []string{pick(r, zhCities) + road + fmt.Sprint(1+r.IntN(900)) + "号" + home + house}
	case 1:
		g.address = []string{road + fmt.Sprint(1+r.IntN(900)) + "号" + home, house}
	default:
		g.address = []string{home + "(" + house + ")"}
	}
	g.secrets = append(g.secrets, home, house)
	for _, line := range g.address {
		if len(g.address) > 1 || line[:3] != home[:3] {
			g.secrets = append(g.secrets, road)
			break
		}
	}
	return g
}

// zh are slips of Chinese platforms.
var zh = &Tongue{
	Name: "zh", Encoding: "gb18030",
	channels: zhChannel,
	number:   []string{"#%s", "取餐号：%s", "%s号", "流水号:%s"},
	ordered:  []string{"下单时间:11-22 %02d:%02d", "下单：2026-11-22 %02d:%02d:05"},
	dishes:   words("鱼香茄子煲 黑椒牛柳饭 招牌酸菜鱼 麻婆豆腐 老北京炸酱面 香菇滑鸡饭 梅菜扣肉 兰州牛肉面 王老吉 李记卤味拼盘 张飞牛肉 广州肠粉 扬州狮子头 西湖醋鱼 街口凉皮 一号套餐 家园小炒 东坡肘子 宋嫂鱼羹 螺蛳粉 香辣鸡翅(6块) 8寸披萨 1.25L可乐 双人套餐A"),
	mods:     words("微辣 不要葱 加荷包蛋 少冰 七分糖 大份 去香菜 多加醋 免葱蒜 加珍珠"),
	tastes:   words("不要香菜 少盐少油 花生过敏 多放辣椒 海鲜过敏 米饭硬一点 不吃葱姜蒜 对芒果过敏"),
	note:     []string{"备注:%s", "顾客备注：%s", "备注 : %s", "【备注】%s"},
	total:    []string{"合计          %d.%02d", "实付：￥%d.%02d", "总计        %d.%02d元"},
	items:    []string{"%[2]s          x%[1]d    %[3]d.%02[4]d", "%[2]s     ×%[1]d", "%[1]dx %[2]s", "%[2]s          %[1]d份", "%[2]s    *%[1]d   ¥%[3]d.%02[4]d"},
	modLines: []string{"  %s", "  +%s", "  (%s)", "  [%s]", "  - %s"},
	guest:    zhGuest,
	labelled: [][3]string{
		{"收货人:%s", "电话:%s", "地址:%s"}, {"收餐人：%s", "手机号：%s", "送餐地址：%s"}, {"顾客:%s", "隐私号:%s", "收货地址:%s"},
		{"姓名：%s", "联系电话：%s", "地址：%s"}, {"联系人 %s", "虚拟号:%s", "配送地址:%s"}, {"客户姓名:%s", "顾客电话:%s", "详细地址:%s"},
	},
	joined: []string{"%s %s", "%s  电话:%s", "顾客:%s %s", "%s(%s)", "收餐人 %s,%s"},
	asides: []string{"到了打%[2]s", "放%[3]s门口", "我是%[1]s", "请打电话%[2]s联系%[1]s", "收餐人隐私号 %[2]s", "送到%[3]s", "%[1]s收", "密码2580#，电话%[2]s"},
	others: []func(*rand.Rand) (string, string){
		func(r *rand.Rand) (string, string) { f := pick(r, zhFirms); return "发票抬头:" + f, f },
		func(r *rand.Rand) (string, string) {
			id := "91" + digits(r, 6) + "MA" + letters(r, 6) + digits(r, 2)
			return "税号:" + id, id
		},
		func(r *rand.Rand) (string, string) {
			n := pick(r, zhFamily) + pick(r, zhGiven)
			return "骑手:" + n + " 1" + digits(r, 10), n
		},
		func(r *rand.Rand) (string, string) { n := "86" + digits(r, 9); return "会员卡号:" + n, n },
		func(r *rand.Rand) (string, string) { n := "wx_" + letters(r, 8); return "微信号:" + n, n },
		func(r *rand.Rand) (string, string) { n := digits(r, 18); return "订单编号:" + n, n },
		func(r *rand.Rand) (string, string) {
			n := digits(r, 16)
			return "订单号：" + n[:4] + " " + n[4:8] + " " + n[8:12] + " " + n[12:], n[8:]
		},
	},
}
