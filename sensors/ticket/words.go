package ticket

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"readyshelf/kitchen"
)

// The vocabulary of slips. Words are written folded: lower case, half width,
// simplified Chinese, no accents (see fold). Han words match anywhere, words of
// Latin letters only between non-letters.

// kindWords are looked for in this order; the first hit decides. "Cancel asked"
// comes before cancel: nobody has cancelled yet.
var kindWords = []struct {
	kind  kitchen.SlipKind
	any   []string // anywhere on a line that is no item and no note
	alone []string // only as the whole line
	// marked are words, be they among any or not, that a shop or a dish may be
	// called: they count as in markedWord.
	marked []string
}{
	{
		kind: kitchen.SlipUnknown,
		any: []string{
			"申请取消", "取消申请", "申请退", "退款申请", "退单申请", "请求取消", "消息通知", "打印测试", "测试页", "自检",
			"cancel request", "cancellation request", "cancellation requested", "cancel requested", "requested cancellation",
			"request to cancel", "requests cancellation", "refund request", "refund requested", "self test", "self-test", "test print", "test page",
		},
	},
	{
		kind: kitchen.SlipReport,
		any: append([]string{
			"日结", "交班", "交接班", "日报", "月报", "营业报表", "营业汇总", "营业统计", "班次报", "班结", "销售统计", "销售汇总", "销售报表", "汇总表", "收银统计", "收银汇总", "报表",
			"z report", "z-report", "x report", "x-report", "daily report", "shift report", "sales report", "sales summary", "daily summary",
			"daily sales", "end of day", "end of shift", "close out", "closeout", "shift close", "till report", "cash report", "cash up", "day close", "batch report",
			"settlement report", "item sales", "net sales", "relatorio", "fechamento de caixa", "cierre de caja", "laporan",
			"预结单", "预打单", "预结", "对账单", "埋单单", "guest check", "proforma", "pro forma", "pre-bill", "pre bill", "conta parcial", "bill preview",
		}, moreKinds["report"]...),
		alone: []string{"z", "x", "bill", "your bill", "the bill", "conta", "cuenta", "tagihan", "埋单", "账单"},
	},
	{
		kind: kitchen.SlipVoid,
		any: append([]string{
			"退菜", "退品", "部分退", "退餐", "退货", "减菜", "撤菜", "撤单菜", "取消菜", "删除菜", "菜品取消",
			"void", "voided", "delete", "deleted", "item removed", "items removed", "removed items", "item cancelled", "item canceled", "cancel item", "cancelled item",
			"estorno", "anulado", "anulacion", "item cancelado", "batal item",
		}, moreKinds["void"]...),
		alone:  []string{"removed", "remove"},
		marked: []string{"void", "voided", "delete", "deleted"},
	},
	{
		kind: kitchen.SlipCancel,
		any: append([]string{
			"订单取消", "取消订单", "已取消", "取消联", "取消单", "取消通知", "退单", "退款单", "退款联", "退款通知", "整单退", "整单取消", "顾客取消", "用户取消", "客户取消", "商家取消", "订单作废", "已退款", "全额退款",
			"order cancelled", "order canceled", "cancelled order", "canceled order", "cancel order", "order cancel", "cancellation", "has been cancelled", "has been canceled",
			"was cancelled", "was canceled", "cancelled by", "canceled by", "order refunded", "pedido cancelado", "cancelamento", "cancelado", "dibatalkan", "do not make",
		}, moreKinds["cancel"]...),
		alone:  []string{"取消", "作废", "退款", "cancel", "cancelled", "canceled", "refund", "refunded", "batal"},
		marked: []string{"cancel", "cancelled", "canceled"},
	},
	{
		kind: kitchen.SlipUrge,
		any:  append([]string{"催单", "催菜", "催促", "催一催", "顾客催", "客人催", "催餐", "order chase", "chase order", "urge", "hurry up", "customer is waiting", "where is my order"}, moreKinds["urge"]...),
	},
	{
		kind: kitchen.SlipReprint,
		any: append([]string{
			"补打", "重打", "重印", "再打印", "重新打印", "补印", "再印",
			"reprint", "re-print", "reprinted", "reprint copy", "duplicate", "duplicata", "segunda via", "2a via", "reimpressao", "reimpresion", "cetak ulang",
		}, moreKinds["reprint"]...),
	},
}

// plainWords are, kind by kind, the words of any that need no mark.
var plainWords = func() [][]string {
	var out [][]string
	for _, k := range kindWords {
		out = append(out, slices.DeleteFunc(slices.Clone(k.any), func(w string) bool { return slices.Contains(k.marked, w) }))
	}
	return out
}()

// slipWords stand beside the word that takes an order back, as in VOID ITEM.
var slipWords = []string{"order", "orders", "item", "items", "ticket", "check", "table", "tbl", "chit", "slip", "kitchen", "dish", "receipt", "copy", "qty", "reason", "by", "at", "sale"}

// copyWord is a copy and the words that name it.
type copyWord struct {
	name string
	any  []string
}

// copyWords name who a slip is for.
var copyWords = []copyWord{
	{"expo", []string{"划菜单", "划单", "传菜单", "传菜联", "传菜", "配餐单", "expo", "expeditor", "expediter", "master", "assembly", "pass copy", "runner"}},
	{"rider", []string{"配送联", "骑手联", "配送小票", "骑手小票", "courier copy", "driver copy", "rider copy", "dasher copy", "delivery copy"}},
	{"customer", []string{"顾客联", "客户联", "用户联", "客人联", "客联", "顾客小票", "customer copy", "guest copy", "client copy", "via do cliente", "via cliente", "copia cliente"}},
	{"merchant", []string{"商家联", "商户联", "存根联", "留存联", "商家小票", "店铺联", "门店联", "merchant copy", "store copy", "restaurant copy", "via do estabelecimento"}},
	{"kitchen", append([]string{
		"后厨联", "厨房联", "后厨", "厨房", "厨打", "厨单", "制作单", "制作联", "出品单", "出品联", "备餐联", "备餐单", "加菜单", "点菜单", "一菜一切", "一份一切", "水吧", "吧台联",
		"kitchen", "prep ticket", "make line", "makeline", "chit", "comanda", "producao", "cozinha", "cocina", "dapur", "kuche", "cuisine", "also at", "fire course",
	}, slices.Concat(moreKitchens, furtherKitchens)...)},
	{"label", []string{"杯贴", "标签联", "cup label", "bag label"}},
	{"receipt", []string{"结账单", "结帐单", "收银小票", "消费小票", "购物小票", "结算单", "收据", "收银联", "receipt", "recibo", "cupom", "struk", "nota fiscal"}},
}

// cookWords are the words of slips for cooks.
var cookWords = copyWords[slices.IndexFunc(copyWords, func(c copyWord) bool { return c.name == "kitchen" })].any

// platform is a channel that outranks a dining mode. A chinese one prints merchant
// slips with prices.
type platform struct {
	channel string
	chinese bool
	any     []string
}

var platforms = []platform{
	{"meituan", true, []string{"美团", "meituan"}},
	{"eleme", true, []string{"饿了么", "饿了吗", "淘宝闪购", "eleme", "ele.me"}},
	{"jd", true, []string{"京东", "达达秒送"}},
	{"douyin", true, []string{"抖音", "douyin"}},
	{"keeta", false, []string{"keeta"}},
	{"ubereats", false, []string{"uber eats", "ubereats", "uber direct", "uber", "ウーハーイーツ"}},
	{"doordash", false, []string{"doordash", "door dash"}},
	{"grubhub", false, []string{"grubhub", "seamless"}},
	{"deliveroo", false, []string{"deliveroo"}},
	{"wolt", false, []string{"wolt"}},
	{"justeat", false, []string{"just eat", "justeat", "just-eat", "lieferando", "pyszne.pl", "thuisbezorgd", "takeaway.com", "menulog"}},
	{"skip", false, []string{"skipthedishes", "skip the dishes"}},
	{"postmates", false, []string{"postmates"}},
	{"foodpanda", false, []string{"foodpanda", "food panda"}},
	{"ifood", false, []string{"ifood"}},
	{"rappi", false, []string{"rappi"}},
	{"glovo", false, []string{"glovo"}},
	{"grab", false, []string{"grabfood", "grab food"}},
	{"gofood", false, []string{"gofood", "go-food"}},
	{"shopeefood", false, []string{"shopeefood"}},
	{"bolt", false, []string{"bolt food"}},
	{"ezcater", false, []string{"ezcater"}},
	{"baemin", false, []string{"배달의민족", "배민", "baemin"}},
	{"yogiyo", false, []string{"요기요", "yogiyo"}},
	{"coupangeats", false, []string{"쿠팡이츠", "coupang eats", "coupangeats"}},
	{"demaecan", false, []string{"出前館", "出前馆", "demaecan"}},
	{"talabat", false, []string{"talabat"}},
	{"swiggy", false, []string{"swiggy"}},
	{"zomato", false, []string{"zomato"}},
	{"pedidosya", false, []string{"pedidosya", "pedidos ya"}},
	{"toogoodtogo", false, []string{"too good to go"}},
	{"own", true, []string{"自营", "小程序", "自助点餐"}},
	{"own", false, []string{"square online", "online order", "web order", "online ordering", "toast online", "chownow"}},
}

// modes are what a slip says when no platform is named.
var modes = []struct {
	channel string
	any     []string
}{
	{"dine-in", append([]string{"堂食", "堂吃", "内用", "店内用餐", "扫码点餐", "dine in", "dine-in", "dinein", "eat in", "eat-in", "for here", "makan di tempat", "comer aqui", "salao", "sur place"}, slices.Concat(moreModes["dine-in"], furtherModes["dine-in"])...)},
	{"takeout", append([]string{
		"外带", "打包带走", "打包", "自取", "自提", "到店取", "take out", "take-out", "takeout", "take away", "take-away", "takeaway", "to go", "to-go", "togo",
		"carry out", "carryout", "carry-out", "pickup", "pick up", "pick-up", "collection", "para llevar", "para viagem", "viagem", "bungkus", "bawa pulang", "abholung", "nouto", "drive thru", "drive-thru",
	}, slices.Concat(moreModes["takeout"], furtherModes["takeout"])...)},
	{"delivery", append([]string{"外送", "外卖", "配送单", "delivery", "lieferung", "kotiinkuljetus", "toimitus", "entrega", "domicilio"}, slices.Concat(moreModes["delivery"], furtherModes["delivery"])...)},
}

// preorderWords mark an order for later.
var preorderWords = []string{
	"预订单", "预约单", "预定单", "预订", "预约", "预定", "scheduled", "pre-order", "preorder", "pre order", "advance order", "future order", "order ahead", "later order",
}

// asapWords stand where a promised time would.
var asapWords = []string{"立即送达", "尽快送达", "立即送", "尽快", "立即配送", "立即取餐", "马上", "asap", "as soon as possible", "so schnell wie moglich", "schnellstmoglich", "mahdollisimman pian"}

// paidWords are understood and say nothing we keep.
var paidWords = []string{
	"在线支付", "已支付", "已付款", "货到付款", "未支付", "未付款", "线上支付", "paid", "unpaid", "prepaid", "thank you", "谢谢惠顾", "欢迎光临", "欢迎再次光临",
	"total items", "item count", "terima kasih", "obrigado", "gracias", "do not reply", "powered by", "end of order", "make these items", "leve ate a mesa",
}

// goodsWords title a section of dishes, giftWords one of gifts, skipWords one
// whose lines are not dishes.
var (
	goodsWords = []string{"商品", "菜品", "口袋", "商品信息", "商品明细", "菜品明细", "订单商品", "篮", "items", "order details", "order items", "itens", "your order", "make these items"}
	giftWords  = []string{"赠品", "赠送", "满赠", "附赠", "买赠", "gift", "free items", "free gift"}
	skipWords  = []string{"包装", "其他", "其它", "费用", "优惠", "餐具", "活动", "支付", "结算", "配送信息", "顾客信息", "收货信息", "fees", "charges", "discounts", "payment", "payments", "packaging", "customer", "customer details", "delivery details"}
)

// packWords are lines among the dishes that no cook makes.
var packWords = []string{
	"餐盒费", "餐盒", "打包费", "打包盒", "打包袋", "包装费", "包装盒", "包装袋", "袋子", "塑料袋", "手提袋", "保温袋", "餐具", "一次性餐具", "筷子", "餐具费", "米饭盒", "茶位费", "茶位", "餐位费", "纸巾",
	"bag", "bags", "bag fee", "carrier bag", "carrier bags", "utensils", "cutlery", "napkins", "packaging", "packaging fee", "container fee", "delivery", "delivery fee",
}

// totalWords close the dishes; after them Chinese slips print the recipient.
var totalWords = append([]string{
	"合计", "总计", "退款金额", "退款合计", "实付", "实收", "应付", "应收", "总额", "总价", "总金额", "订单金额", "支付金额", "消费金额", "小计",
	"合計", "総計", "小計", "お会計", "합계", "총액", "총합계", "결제금액", "총 결제금액", "주문금액", "summe", "gesamt", "gesamtbetrag", "gesamtsumme", "zwischensumme", "zu zahlen", "betrag", "importe", "importe total", "valor total", "total a pagar", "a pagar", "montant", "totale",
	"subtotal", "sub total", "sub-total", "total", "amount due", "balance due", "grand total", "order total", "total due", "jumlah", "total bayar",
}, slices.Concat(moreTotals, furtherTotals)...)

// feeWords are money that is no dish.
var feeWords = append([]string{
	"配送费", "餐盒费", "打包费", "包装费", "服务费", "满减", "红包", "优惠", "代金券", "立减", "折扣", "抵扣", "津贴", "活动", "补贴", "运费", "小费", "找零", "现金", "微信支付", "支付宝", "会员价", "抹零", "原价", "佣金", "券", "已付", "减免", "储值",
	"tax", "taxes", "tip", "gratuity", "fee", "fees", "discount", "coupon", "promo", "promotion", "service charge", "vat", "gst", "hst", "pst", "surcharge", "cash", "change", "card", "visa",
	"mastercard", "amex", "paid", "balance", "rounding", "donation", "tendered", "credit", "debit", "offer", "bayar", "tunai", "kembali", "kembalian", "pajak", "ppn", "diskon", "taxa", "desconto", "troco", "dinheiro", "servico", "offers",
}, slices.Concat(moreFees, furtherFees)...)

// columnWords head the columns of a table of dishes.
var columnWords = slices.Concat(countColumns, moneyColumns, nameColumns, furtherColumns, indexColumns, []string{
	"名称", "品名", "单位", "点数", "品项", "备注", "做法", "菜名", "菜品", "商品名称", "商品", "数量", "金额", "单价", "小计", "价格", "份数", "项目",
	"qty", "quantity", "item", "items", "price", "amount", "amt", "total", "description", "qtd", "produto", "observacoes", "valor", "jumlah", "harga", "nama", "cant", "cantidad", "each", "mods",
})

// tasteWords tell a modifier where neither indent nor mark does.
var tasteWords = []string{
	"加", "少", "多", "去", "不要", "不加", "免", "走", "无糖", "半糖", "全糖", "微糖", "三分", "五分", "七分", "常温", "微辣", "中辣", "特辣", "不辣", "大份", "中份", "小份", "大杯", "中杯", "小杯", "规格", "做法", "口味", "备注",
}

// modStarts begin a modifier that is printed without indent.
var modStarts = []string{
	"no", "add", "sub", "extra", "w/o", "w/", "without", "with", "hold", "less", "light", "lite", "side", "only", "xtra", "allergy", "allergies", "sem", "tanpa", "tambah", "+", "on side",
}

// tasteEnds and latinTastes tell that a part of a list is a taste: 七分糖, less
// ice, 50% sugar.
var (
	tasteEnds   = []string{"糖", "冰", "甜", "辣", " ice", " sugar", " sweet", " sweetness", " spicy"}
	latinTastes = []string{"small", "medium", "large", "regular", "hot", "iced", "cold", "warm", "mild", "spicy", "rare", "medium rare", "well done"}
)

// label is a word that says what follows it.
type label struct {
	word  string
	field field
}

// field is what a label introduces.
type field uint8

const (
	noField      field = iota
	fieldCalled        // the number staff call: queue, sequence
	fieldOrder         // order, check, ticket
	fieldCode          // pick-up code, account
	fieldLong          // the platform's order id
	fieldTable         //
	fieldOrdered       //
	fieldPromise       //
	fieldNote          //
	fieldAllergy       // a note of which the label is a part
	fieldPrinted       // when it was printed: differs between reprints
	fieldStation       // kitchen routing: understood, not kept
	fieldPlain         // understood, not kept
	fieldPrivate       // a person: dropped up to the next label
	fieldBlock         // a person whose data may go on over the next lines
	fieldStaff         // a person who works here
)

// labels are the words of all languages, folded, by their first byte, the longest first.
// They are put in order when the first slip is read, and not at each start.
var labels = sync.OnceValue(func() *[256][]label {
	return allLabels(moreLabels(), ownLabels(), tongueLabels(), furtherLabels())
})

// ownLabels are those of Chinese and English slips, and a few of others.
func ownLabels() map[field][]string {
	return map[field][]string{
		fieldCalled: {
			"접수번호", "대기번호",
			"取餐号", "取单号", "取餐序号", "叫号", "排队号", "牌号", "餐牌号", "流水号", "当日流水", "今日流水", "日流水", "流水", "序号", "顺序号", "外", "内", "外带", "内用", "外送",
			"sequence", "seq", "queue", "queue no", "antrean", "no. antrean", "no antrean", "nomor antrean", "senha", "token", "pager", "call number", "pickup number", "pickup no", "collection number", "daily number", "turno", "buzzer no",
		},
		fieldOrder: {
			"주문번호", "주문", "comanda", "bestellnr", "bestellnr.", "bestell-nr", "bestell-nr.", "bestellnummer", "auftrag", "auftragsnummer", "tilaus", "tilausnumero", "tilausnro", "numero de pedido", "numero pedido",
			"单号", "小票号", "订单", "order", "order no", "order no.", "order number", "order num", "order #", "check", "check no", "check number", "chk", "ticket", "ticket no", "ticket number", "tkt", "no", "no.", "num", "pedido", "pedido no", "orden", "pesanan", "bestellung", "commande", "short id", "display id", "order code",
		},
		fieldCode: {
			"取餐码", "取件码", "自提码", "提货码", "取货码", "核销码", "账单", "账单号", "结账单号", "pickup code", "pick-up code", "pick up code", "collection code", "account", "acct", "bill no", "bill", "receipt no", "receipt", "invoice no", "tab no",
		},
		fieldLong: {
			"订单编号", "订单号", "订单号码", "订单id", "外卖单号", "平台单号", "平台订单号", "平台编号", "外部单号", "order id", "orderid", "long id", "long order id", "external id", "platform id", "order uuid", "order ref", "order reference", "id pedido",
		},
		fieldTable: {"테이블", "poyta", "tisch nr", "tischnummer", "桌号", "桌台", "台号", "桌位", "餐桌", "桌", "台", "table", "table no", "table number", "tbl", "mesa", "meja", "tisch", "tavolo", "bord"},
		fieldOrdered: {
			"주문시간", "bestellt", "bestellt am", "bestellt um", "bestellzeit", "datum", "uhrzeit", "tilattu", "tilausaika",
			"下单时间", "下单", "点菜", "点菜时间", "点单时间", "点餐时间", "开台时间", "开单时间", "订单时间", "落单时间", "落单", "接单时间", "时间", "日期", "下单日期",
			"placed", "placed at", "order placed", "submitted", "time", "date", "date/time", "datetime", "data", "waktu", "tanggal", "tgl", "hora", "fecha", "fecha/hora", "data/hora", "ordered", "ordered at", "order time", "order date", "sent", "sent at", "received", "received at", "created", "created at", "opened", "opened at", "order received", "accepted", "accepted at", "jam",
		},
		fieldPromise: {
			"lieferung", "lieferung um", "lieferung bis", "lieferzeit", "liefertermin", "gewunschte lieferzeit", "wunschzeit", "abholung", "abholung um", "abholzeit", "abholbereit", "toimitus", "toimitusaika", "nouto", "noutoaika", "entrega prevista", "retirada prevista", "previsao de entrega", "hora de entrega", "hora de retirada", "entrega estimada", "recogida", "hora de recogida",
			"预计送达", "预计送达时间", "期望送达", "期望送达时间", "期望时间", "要求送达", "要求送达时间", "送达时间", "预计取餐", "预计取餐时间", "取餐时间", "自提时间", "自取时间", "预约时间", "预约送达", "预约取餐", "预计到店", "到店时间", "配送时间", "送餐时间", "最晚送达", "用餐时间", "预计", "期望", "取餐", "送达",
			"expected pickup time", "expected pickup", "estimated pickup", "est. pickup", "pickup time", "pickup by", "pickup at", "pickup", "pick up", "pick-up", "pick up by", "pick up at", "pick up time", "pick-up time", "deliver by", "deliver at", "delivery by", "delivery time", "delivery at", "delivery", "due", "due by", "due at", "due time", "ready by", "ready at", "ready for", "ready time", "promise", "promised", "promise time", "promised time", "needed by", "collection", "collection time", "collect at", "collect by", "collect", "requested for", "requested time", "scheduled for", "scheduled", "target", "target time", "eta", "prep by", "for", "retirada", "entrega", "previsao", "customer pickup", "dasher pickup", "courier pickup", "courier arrives", "estimated delivery", "expected delivery",
		},
		fieldNote: {
			"요청사항", "kommentar", "kommentare", "hinweis", "hinweise", "anmerkung", "anmerkungen", "bemerkung", "kommentti", "kommentit", "lisatiedot",
			"备注", "顾客备注", "客户备注", "用户备注", "订单备注", "口味备注", "整单备注", "买家备注", "买家留言", "顾客留言", "留言", "特殊要求", "特殊需求", "口味要求", "忌口",
			"note", "notes", "order note", "order notes", "special instructions", "special instruction", "special request", "special requests", "instructions", "customer note", "customer notes", "kitchen note", "kitchen notes", "comment", "comments", "order comments", "order comment", "obs", "observacao", "observacoes", "catatan", "nota", "notas", "message", "memo", "customer comments", "restaurant notes", "item note",
		},
		fieldAllergy: {"allergy", "allergies", "allergens", "allergy alert", "food allergy", "过敏", "过敏原", "alergia", "alergias", "alergi"},
		fieldPrinted: {"打印时间", "打印", "打单时间", "补打时间", "重打时间", "printed", "print time", "printed at", "reprinted", "reprinted at", "reprint time", "impresso", "impresso em", "dicetak"},
		fieldStation: {"档口", "出品部门", "部门", "打印机", "厨房", "station", "also at", "printer", "course", "fire", "fire at", "fire time", "seat", "kds", "revenue center", "area", "secao", "sent to", "local", "prep station"},
		fieldPlain: {
			"餐具", "餐具数量", "餐具份数", "人数", "用餐人数", "就餐人数", "单位", "商户", "商户名称", "门店", "门店名称", "店铺", "店名", "商家", "支付方式", "支付状态", "付款方式", "支付时间", "结账时间", "状态", "来源", "配送方式", "取餐方式", "就餐方式", "用餐方式", "订单类型", "类型", "共", "总数", "总数量", "商品数量", "商品总数", "菜品数量", "总件数", "班次", "设备", "渠道", "市别",
			"terminal", "term", "include", "includes", "total items", "items", "item count", "number of items", "guests", "covers", "cover", "pax", "people", "party", "party size", "type", "order type", "dining option", "service", "service type", "channel", "source", "status", "payment", "pos", "store", "location", "outlet", "branch", "restaurant", "register", "reg", "mode", "method", "via", "cutlery", "utensils", "napkins", "total qty", "qty total", "shift", "device", "brand", "platform", "tipo", "mode pesanan", "jenis", "total item", "bags", "bag", "prep time", "provider", "order from", "reason", "cancel reason", "原因", "取消原因", "退菜原因", "退单原因", "催单次数",
		},
		fieldBlock: {
			"고객", "주소", "kundenname", "lieferadresse", "asiakas", "osoite", "toimitusosoite", "nimi",
			"收货人", "收餐人", "收件人", "联系人", "顾客", "客户", "顾客姓名", "客户姓名", "姓名", "称呼", "订餐人", "预订人", "取餐人", "用户", "会员", "地址", "收货地址", "送餐地址", "配送地址", "收餐地址", "详细地址", "顾客地址", "店址", "门店地址", "送至", "送货地址",
			"customer", "customer name", "cust", "cust.", "client", "guest", "guest name", "name", "contact", "recipient", "deliver to", "delivery to", "ship to", "sold to", "bill to", "address", "addr", "addr.", "delivery address", "customer address", "drop off", "drop-off", "dropoff", "dropoff instructions", "drop-off instructions", "delivery instructions", "delivery notes", "delivery note", "courier instructions", "driver instructions", "attn", "attention", "c/o", "cliente", "nome", "endereco", "nombre", "direccion", "pelanggan", "alamat", "kunde", "adresse", "company", "ordered by", "placed by", "eater", "consumer", "pickup name", "pick up name", "tamu", "atas nama", "a/n",
		},
		fieldPrivate: {
			"연락처", "전화번호", "telefon", "telefonnummer", "handy", "puhelin", "puhelinnumero", "klingel", "plz",
			"电话", "手机", "手机号", "手机号码", "手机尾号", "手机号尾号", "联系电话", "联系方式", "顾客电话", "客户电话", "订餐电话", "商家电话", "门店电话", "服务电话", "客服电话", "隐私号", "虚拟号", "虚拟号码", "备用号", "备用电话", "收餐人隐私号", "尾号", "顾客号码", "分机号", "转", "微信", "微信号", "门牌", "门牌号", "门禁", "门禁码", "门禁密码", "密码", "楼层", "发票", "发票抬头", "抬头", "纳税人识别号", "税号", "统编", "统一编号", "载具", "会员号", "会员卡", "会员卡号", "会员名", "会员手机", "积分", "余额", "卡号", "银行卡", "支付单号", "交易号", "交易单号", "商户单号", "支付流水", "身份证", "邮箱", "生日",
			"phone", "phone no", "phone number", "tel", "tel.", "telephone", "mobile", "cell", "customer phone", "contact number", "contact no", "access code", "gate code", "door code", "entry code", "buzzer", "buzz", "lockbox", "pin", "pin code", "apt", "apartment", "suite", "unit", "flat", "floor", "room", "room no", "email", "e-mail", "loyalty", "loyalty id", "rewards", "reward no", "member", "member id", "membership", "member no", "points", "card", "card no", "card number", "card #", "auth", "auth code", "approval", "approval code", "visa", "mastercard", "amex", "transaction", "transaction id", "trans", "trans id", "txn", "ref", "reference", "postcode", "post code", "zip", "city", "telefone", "fone", "celular", "cpf", "cnpj", "cep", "bairro", "telefono", "no hp", "hp", "telepon", "wa", "tab", "tab name", "vehicle", "car", "plate", "license plate", "nif", "rfc", "company name", "tax id", "invoice title", "bank", "account name", "proxy", "masked number", "ext", "extension", "code",
		},
		fieldStaff: {
			"骑手", "骑手姓名", "骑手电话", "配送员", "外卖员", "送餐员", "服务员", "收银员", "收银", "操作员", "操作人", "点菜员", "点单员", "下单员", "下单人", "开台员", "制单人", "经手人", "打印人", "店员", "导购", "营业员", "经办人",
			"server", "server name", "clerk", "cashier", "waiter", "waitress", "operator", "staff", "employee", "host", "bartender", "manager", "driver", "driver name", "courier", "courier name", "dasher", "dasher name", "rider", "rider name", "served by", "taken by", "emp", "user", "garcom", "garcon", "atendente", "operador", "caixa", "entregador", "mesero", "camarero", "cajero", "atiende", "kasir", "pelayan", "bedient von", "kellner", "voided by", "cancelled by", "authorized by", "approved by", "printed by",
		},
	}
}

// allLabels puts tables of labels in order.
func allLabels(tables ...map[field][]string) *[256][]label {
	var all [256][]label
	for _, byField := range tables {
		for f, words := range byField {
			for _, w := range words {
				w = strings.Map(foldRune, w)
				all[w[0]] = append(all[w[0]], label{w, f})
				if dashed := strings.Replace(w, "pick up", "pick-up", 1); dashed != w {
					all[w[0]] = append(all[w[0]], label{dashed, f})
				}
			}
		}
	}
	for _, list := range all {
		slices.SortFunc(list, func(a, b label) int {
			if n := len(b.word) - len(a.word); n != 0 {
				return n
			}
			return cmp.Or(strings.Compare(a.word, b.word), int(a.field)-int(b.field))
		})
	}
	return &all
}

// isNoteLabel says that s is a label of notes and nothing else.
func isNoteLabel(s string) bool {
	s = strings.Trim(s, marks+" ")
	return s != "" && slices.ContainsFunc(labels()[s[0]], func(l label) bool { return l.field == fieldNote && l.word == s })
}

// numberLabel returns the field of a label of numbers that is all of s.
func numberLabel(s string) (field, bool) {
	if s == "" {
		return noField, false
	}
	for _, l := range labels()[s[0]] {
		if _, ok := numberRanks[l.field]; ok && l.word == s {
			return l.field, true
		}
	}
	return noField, false
}

// simplified folds the traditional characters of the vocabulary.
var simplified = pairs("枱台檯台凍冻飲饮單单號号備备註注電电話话編编訂订數数計计總总發发統统內内帶带餐餐點点時时間间預预約约應应實实顧顾補补樓楼區区縣县鎮镇門门戶户聯联廚厨贈赠費费運运優优額额價价賬账帳账員员騎骑達达鄉乡號号東东機机碼码隱隐擬拟備备稱称結结項项類类臺台麵面滷卤雞鸡飯饭湯汤無无熱热溫温裝装桿杆載载體体營营業业報报銷销訊讯見见開开關关後后續续園园廈厦廣广場场學学醫医館馆層层團团賣卖餓饿麼么寶宝滿满減减紅红")

// pairs reads a map from a string of key and value by turns.
func pairs(s string) map[rune]rune {
	m := map[rune]rune{}
	rs := []rune(s)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
}
