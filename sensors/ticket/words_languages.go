package ticket

// The vocabulary of further languages, Dutch, Polish, Turkish, Russian, Vietnamese and
// Thai, and what words.go and words_tongues.go lack of the others. It is written as
// printed.

// folded are words as find wants them.
func folded(words ...string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = newPhrase(w).fold
	}
	return out
}

// moreLabels are labels as those of words.go, which allLabels folds.
func moreLabels() map[field][]string {
	return map[field][]string{
		fieldCalled: {"受付No", "呼び出し番号", "番号札", "대기", "호출번호", "numéro d'appel", "numero ritiro", "номер очереди", "คิว", "sıra no"},
		fieldOrder: {
			"伝票No", "伝票No.", "オーダーNo", "オーダーNo.", "영수증번호", "전표번호",
			"commande n°", "commande numéro", "n° commande", "n° de commande", "bon n°", "ticket n°", "n°", "pedido n°", "comanda nº", "comanda n°", "orden nº",
			"ordine n°", "ordine numero", "comanda no", "auftrag nr", "bon nr", "bon nr.", "beleg nr", "beleg nr.", "beleg-nr", "beleg-nr.",
			"bestelling", "bestelnummer", "bestelling nr", "bonnummer", "zamówienie", "zamówienie nr", "nr zamówienia", "sipariş", "sipariş no", "adisyon", "adisyon no", "fiş no",
			"заказ", "номер заказа", "чек", "số phiếu", "số hóa đơn", "đơn hàng", "mã đơn", "mã đơn hàng", "ออเดอร์", "เลขที่", "หมายเลข", "หมายเลขออเดอร์",
		},
		fieldTable: {"テーブルNo", "席", "座席", "좌석", "stolik", "tafel", "masa", "стол", "столик", "bàn", "bàn số", "โต๊ะ", "τραπέζι"},
		fieldOrdered: {
			"注文時刻", "日時", "オーダー時間", "주문시각", "date et heure", "commandé à", "commandée à", "ore", "data ora", "ordinato alle",
			"tijd", "besteld om", "godzina", "czas", "saat", "tarih", "время", "дата", "время заказа", "giờ", "ngày", "thời gian", "giờ vào", "เวลา", "วันที่",
		},
		fieldPromise: {
			"お渡し予定時刻", "受取予定時刻", "お受取り時間", "受け取り時間", "お届け時間", "お届け予定時刻", "配達時間", "引渡予定", "準備完了予定", "픽업 시간", "수령시간", "배달예정시간", "완료예정",
			"livraison à", "livraison prévue", "à livrer pour", "heure de livraison", "retrait à", "heure de retrait", "prêt pour", "à emporter pour", "pour", "consegna alle", "consegna prevista", "ritiro alle", "recoger a las", "para las", "hora prevista", "listo a las",
			"bezorgen om", "bezorgtijd", "levering", "afhalen om", "afhaaltijd", "dostawa na", "odbiór", "odbiór o", "teslim saati", "к времени", "доставить к", "доставка к", "готовность", "выдача", "giao lúc", "hẹn giao", "giờ giao", "giờ lấy", "เวลารับ", "เวลาส่ง",
		},
		fieldNote: {
			"備考欄", "調理メモ", "요청 사항", "주문메모",
			"consigne", "consignes", "note cucina", "nota cocina",
			"opmerking", "opmerkingen", "uwagi", "komentarz", "not", "notlar", "sipariş notu", "açıklama", "комментарий", "примечание", "пожелания", "ghi chú", "yêu cầu", "หมายเหตุ", "σημείωση",
		},
		fieldAllergy: {"アレルギー情報", "allergène", "allergènes", "allergia", "allergeni", "alérgenos", "аллергия", "dị ứng", "แพ้อาหาร", "alerji", "uczulenie", "alergie"},
		fieldPrinted: {"印刷時間", "imprimé à", "stampato il", "druck", "afgedrukt", "wydrukowano", "yazdırma", "распечатано", "in lúc", "พิมพ์เมื่อ"},
		fieldPlain:   {"客数", "名様", "nb couverts", "osób", "kişi", "гостей", "số khách", "จำนวนลูกค้า"},
		fieldBlock: {
			"ご氏名", "nom du client", "indirizzo di consegna",
			"klant", "naam", "adres", "bezorgadres", "klient", "imię", "adres dostawy", "müşteri", "adı soyadı", "клиент", "имя", "адрес", "получатель", "khách hàng", "tên khách", "khách", "địa chỉ", "người nhận", "ลูกค้า", "ชื่อ", "ชื่อลูกค้า", "ที่อยู่", "πελάτης", "διεύθυνση",
		},
		fieldPrivate: {"お電話", "お電話番号", "téléphone", "interphone", "teléfono", "telefoon", "telefoonnummer", "numer telefonu", "kod do drzwi", "cep telefonu", "телефон", "тел", "домофон", "подъезд", "этаж", "квартира", "sđt", "điện thoại", "số điện thoại", "โทร", "โทรศัพท์", "เบอร์โทร", "τηλέφωνο"},
		fieldStaff:   {"operatore", "rider", "bediening", "ober", "bezorger", "kelner", "kelnerka", "garson", "kurye", "официант", "кассир", "курьер", "nhân viên", "thu ngân", "phục vụ", "พนักงาน", "ไรเดอร์"},
	}
}

// moreKinds are the words of a kind of slip that no dish or shop has.
var moreKinds = map[string][]string{
	"report":  folded("精算レポート", "日計表", "売上日報", "일마감", "매출보고", "정산서", "z-bericht", "x-bericht", "tagesabschluss", "kassenabschluss", "rapport z", "clôture de caisse", "chiusura giornaliera", "chiusura fiscale", "corte de caja", "dagafsluiting", "raport dobowy", "gün sonu", "z-отчет", "отчет за смену", "báo cáo", "รายงานยอดขาย"),
	"void":    folded("品目取消", "메뉴취소", "품목취소", "storno", "article annulé", "articolo annullato", "artículo cancelado", "отмена блюда", "hủy món", "ürün iptal"),
	"cancel":  folded("注文キャンセル", "ご注文キャンセル", "キャンセル伝票", "注文取消", "주문취소", "주문 취소", "bestellung storniert", "storniert", "stornierung", "commande annulée", "annulation de commande", "ordine annullato", "annullamento ordine", "pedido anulado", "bestelling geannuleerd", "geannuleerd", "zamówienie anulowane", "anulowano", "sipariş iptal", "заказ отменен", "отмена заказа", "hủy đơn", "đã hủy", "ยกเลิกออเดอร์"),
	"urge":    folded("催促伝票", "재촉", "relance", "sollecito", "urgente reclamo", "срочно готовить", "giục món"),
	"reprint": folded("再印刷", "再発行", "재출력", "재인쇄", "nachdruck", "duplikat", "réimpression", "ristampa", "duplicato", "duplicado", "herdruk", "wydruk powtórny", "tekrar baskı", "повторная печать", "in lại", "พิมพ์ซ้ำ"),
}

// Words of ways of eating, and of slips for cooks.
var (
	moreModes = map[string][]string{
		"dine-in":  folded("イートイン", "店内飲食", "店内", "매장식사", "매장", "hier essen", "vor ort", "sul posto", "al tavolo", "para comer aquí", "en mesa", "na miejscu", "в зале", "tại chỗ", "ăn tại quán", "ทานที่ร้าน"),
		"takeout":  folded("テイクアウト", "お持ち帰り", "持ち帰り", "持帰り", "포장", "테이크아웃", "zum mitnehmen", "mitnehmen", "à emporter", "emporter", "da asporto", "asporto", "afhalen", "meenemen", "na wynos", "paket servis", "с собой", "на вынос", "навынос", "самовывоз", "mang về", "mang đi", "กลับบ้าน"),
		"delivery": folded("デリバリー", "出前", "宅配", "배달", "livraison", "consegna a domicilio", "a domicilio", "bezorgen", "bezorging", "dostawa", "доставка", "giao hàng", "giao tận nơi", "เดลิเวอรี่", "จัดส่ง"),
	}
	moreKitchens = folded("キッチン", "キッチン伝票", "厨房伝票", "주방", "주방용", "küchenbon", "cucina", "keuken", "kuchnia", "mutfak", "кухня", "bếp", "ครัว")
)

// What heads columns; numbers and money are known apart.
var (
	countColumns = folded("数量", "份数", "点数", "qty", "quantity", "qtd", "cant", "cant.", "cantidad", "jumlah", "個数", "수량", "qté", "quantité", "q.tà", "quantità", "menge", "anz", "anz.", "anzahl", "aantal", "ilość", "adet", "кол-во", "кол", "количество", "sl", "จำนวน")
	moneyColumns = folded("金额", "单价", "小计", "价格", "price", "amount", "amt", "total", "valor", "harga", "each", "単価", "価格", "금액", "단가", "가격", "prix", "montant", "prezzo", "importo", "precio", "importe", "preis", "betrag", "prijs", "bedrag", "cena", "kwota", "fiyat", "tutar", "цена", "сумма", "ราคา")
	nameColumns  = folded("商品名", "メニュー", "品目", "메뉴", "메뉴명", "상품명", "품명", "désignation", "article", "plat", "descrizione", "articolo", "piatto", "descripción", "artículo", "plato", "producto", "artikel", "bezeichnung", "speise", "omschrijving", "nazwa", "ürün", "наименование", "блюдо", "món", "รายการ", "เมนู")
)

// Money that is no dish.
var (
	moreTotals = folded("お会計", "総合計", "합계", "총액", "총금액", "결제금액", "주문금액", "summe", "gesamt", "gesamtbetrag", "zwischensumme", "zu zahlen", "montant total", "total ttc", "sous-total", "sous total", "totale", "subtotale", "importe total", "totaal", "subtotaal", "razem", "suma", "do zapłaty", "toplam", "ara toplam", "итого", "всего", "к оплате", "tổng cộng", "tổng tiền", "tạm tính", "ยอดรวม", "รวมทั้งสิ้น")
	moreFees   = folded("配達料", "送料", "消費税", "サービス料", "割引", "値引", "배달비", "배달팁", "할인", "부가세", "mwst", "liefergebühr", "lieferkosten", "rabatt", "trinkgeld", "tva", "frais", "remise", "pourboire", "iva", "sconto", "propina", "descuento", "gastos de envío", "btw", "bezorgkosten", "korting", "rabat", "napiwek", "kdv", "indirim", "скидка", "ндс", "phí", "giảm giá", "ค่าส่ง", "ส่วนลด")
)
