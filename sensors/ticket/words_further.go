package ticket

// The vocabulary of Swedish, Danish, Norwegian, Finnish, Czech, Hungarian, Romanian,
// Ukrainian, Greek, Arabic, Hebrew and Malay slips, and of the kitchen order tickets (KOT)
// of India. It is written as printed.

// furtherLabels are labels as those of words.go, which allLabels folds.
func furtherLabels() map[field][]string {
	return map[field][]string{
		fieldCalled: {"kölapp", "könummer", "könr", "kønummer", "hentenummer", "vuoronumero", "noutonumero", "sorszám", "رقم الانتظار", "nombor giliran", "giliran", "antrian", "no. antrian", "no antrian", "nomor antrian", "your number", "your number is", "now serving", "q", "q no", "q no.", "que no"},
		fieldOrder: {
			"kot", "kot no", "kot no.", "kot number", "bot", "bot no", "bot no.", "ord", "ord no", "ord no.", "docket", "docket no", "chit no",
			"ordernr", "ordernr.", "ordre", "ordre nr", "ordre nr.", "ordrenr", "ordrenr.", "ordrenummer", "bong", "bong nr", "bongnr", "bon", "kvittonr", "tilausnro", "kuitti nro",
			"objednávka", "objednávka č.", "objednávka č", "číslo objednávky", "účet č.", "rendelés", "rendelésszám", "rendelés száma", "comanda nr", "comanda nr.", "nr. comanda", "bon fiscal",
			"замовлення", "замовлення №", "номер замовлення", "бігунок", "παραγγελία", "αρ. παραγγελίας", "αριθμός", "طلب", "الطلب", "رقم الطلب", "طلب رقم", "הזמנה", "מספר הזמנה", "מס הזמנה", "no. pesanan", "nomor pesanan", "no pesanan", "nombor pesanan", "số", "số thứ tự",
		},
		fieldTable:   {"bordsnr", "bordnr", "bord nr", "bordsnummer", "pöytä", "pöytä nro", "stůl", "stul", "asztal", "masa nr", "стіл", "столик №", "τραπ", "طاولة", "الطاولة", "رقم الطاولة", "שולחן", "no. meja", "no meja", "nomor meja", "no. bàn", "số bàn"},
		fieldOrdered: {"tid", "beställd", "beställningstid", "bestilt", "bestilt kl", "klo", "aika", "päivä", "čas", "datum a čas", "objednáno", "idő", "időpont", "dátum", "ora comenzii", "час", "дата і час", "ώρα", "ημερομηνία", "الوقت", "التاريخ", "وقت الطلب", "שעה", "תאריך", "masa pesanan", "waktu pesan"},
		fieldPromise: {
			"hämtas", "hämtas kl", "hämtas kl.", "hämttid", "leverans", "leveranstid", "klar", "klar kl", "klar kl.", "leveres kl", "hentes", "hentes kl", "hentes kl.", "afhentning", "levering kl", "valmis", "valmis klo", "nouto klo", "toimitus klo", "vyzvednutí", "vyzvednutí v", "doručení", "doručení v", "átvétel", "kiszállítás", "szállítási idő", "livrare la", "ridicare la",
			"на час", "доставка на", "видача", "παράδοση", "παραλαβή", "وقت التسليم", "وقت الاستلام", "موعد التسليم", "איסוף", "שעת איסוף", "שעת אספקה", "siap pada", "waktu ambil", "prête", "prêt", "prête à", "prêt à", "prête pour", "recoge", "recoger", "retira", "retirar", "disponible", "pronto", "pronta", "pronto para", "pronto às", "estimasi", "estimasi siap", "prepare for", "prepare by", "ready", "ready for", "required by", "required for", "required at", "wanted", "wanted by", "due for", "prep for",
		},
		fieldNote: {"kommentarer", "önskemål", "meddelande", "bemærkning", "bemærkninger", "merknad", "lisätietoja", "huom", "viesti", "poznámka", "poznámky", "megjegyzés", "mențiuni", "observații", "коментар", "коментар до замовлення", "примітка", "побажання", "σχόλια", "παρατηρήσεις", "ملاحظات", "ملاحظة", "הערות", "הערה", "nota pesanan", "catatan pesanan", "arahan khas", "remark", "remarks", "kitchen remarks", "chef note", "chef notes", "note client", "note du client", "nota cliente", "nota del cliente", "observação do cliente", "observações do cliente", "kundennotiz", "note restaurant"},
		fieldAllergy: {
			"allergi", "allergier", "allergener", "allergiat", "allergia", "alergie", "allergiák", "allergén", "алергія", "αλλεργία", "حساسية", "אלרגיה", "alahan",
		},
		fieldPrinted: {"utskrivet", "udskrevet", "skrevet ut", "tulostettu", "vytištěno", "nyomtatva", "надруковано", "εκτύπωση", "طباعة", "הודפס"},
		fieldPlain:   {"antal gäster", "gæster", "gjester", "asiakkaita", "osob", "vendégek", "persoane", "гості", "кількість гостей", "άτομα", "عدد الضيوف", "סועדים", "zone", "section", "zal", "зал", "zon"},
		fieldBlock:   {"kund", "kunde", "kundens navn", "leveransadress", "leveringsadresse", "asiakkaan nimi", "zákazník", "jméno", "adresa", "ügyfél", "vevő", "név", "cím", "clientul", "клієнт", "ім'я", "адреса", "одержувач", "πελάτης", "العميل", "اسم العميل", "العنوان", "לקוח", "שם", "שם לקוח", "כתובת", "nama", "nama pelanggan", "alamat penghantaran"},
		fieldPrivate: {"portkod", "telefonnr", "tlf", "tlf.", "mobilnr", "puh", "puh.", "ovikoodi", "mobil", "telefonszám", "kapukód", "interfon", "номер телефону", "під'їзд", "поверх", "κουδούνι", "όροφος", "الهاتف", "هاتف", "جوال", "رقم الجوال", "טלפון", "נייד", "קומה", "דירה", "no. telefon", "no telefon", "no. hp", "gstin", "gst no"},
		fieldStaff:   {"servitör", "servitris", "kassör", "betjening", "servitør", "tjener", "ekspedient", "tarjoilija", "kassa", "číšník", "obsluha", "pincér", "felszolgáló", "ospătar", "casier", "офіціант", "касир", "кур'єр", "σερβιτόρος", "ταμίας", "النادل", "الكاشير", "السائق", "מלצר", "קופאי", "שליח", "steward", "captain", "biller", "juruwang", "penghantar"},
	}
}

// Words of ways of eating, of kitchens and of money in these languages.
var (
	furtherModes = map[string][]string{
		"dine-in":  folded("äta här", "spis her", "spise her", "syödään täällä", "zde", "na místě", "helyben", "la masă", "в закладі", "στο κατάστημα", "في المطعم", "محلي", "לשבת", "makan sini", "makan di sini"),
		"takeout":  folded("ta med", "avhämtning", "take-away", "afhentning", "hentes", "henting", "mukaan", "s sebou", "elvitel", "elvitelre", "la pachet", "із собою", "самовивіз", "πακέτο", "سفري", "استلام", "لקחת", "איסוף עצמי", "bungkus", "tapau", "dibungkus"),
		"delivery": folded("utkörning", "hemleverans", "udbringning", "levering", "hjemlevering", "kotiinkuljetus", "rozvoz", "doručení", "házhozszállítás", "kiszállítás", "livrare", "доставка", "διανομή", "παράδοση", "توصيل", "משלוח", "penghantaran", "diantar"),
	}
	furtherKitchens = folded("köket", "kök", "køkken", "køkkenet", "kjøkken", "kjøkkenet", "keittiö", "kuchyně", "kuchyň", "konyha", "bucătărie", "кухня", "бігунок", "κουζίνα", "المطبخ", "מטבח", "dapur", "kot", "kitchen order ticket", "phiếu chế biến", "phiếu bếp")
	furtherTotals   = folded("summa", "totalt", "att betala", "i alt", "å betale", "yhteensä", "loppusumma", "celkem", "k úhradě", "összesen", "fizetendő", "total de plată", "всього", "разом", "до сплати", "σύνολο", "المجموع", "الإجمالي", "اجمالي", "סה\"כ", "סהכ", "jumlah besar", "jumlah keseluruhan")
	furtherFees     = folded("moms", "leveransavgift", "rabatt", "dricks", "levering", "toimitusmaksu", "alv", "alennus", "doprava", "dph", "sleva", "áfa", "kedvezmény", "tva", "reducere", "знижка", "пдв", "έκπτωση", "φπα", "ضريبة", "خصم", "رسوم التوصيل", "מע\"מ", "הנחה", "cgst", "sgst", "igst", "cess", "round off", "sst", "caj perkhidmatan", "ongkir", "ongkos kirim", "biaya")
	furtherColumns  = folded("antal", "artikel", "vara", "vare", "pris", "beløb", "tuote", "määrä", "kpl", "hinta", "položka", "množství", "ks", "termék", "mennyiség", "ár", "produs", "cantitate", "preț", "назва", "страва", "кількість", "к-сть", "ціна", "είδος", "ποσ", "ποσότητα", "τιμή", "الصنف", "الكمية", "السعر", "פריט", "כמות", "מחיר", "tên món", "tên hàng", "đơn giá", "thành tiền", "số lượng", "special note", "note", "notes", "remarks", "qty.", "rate", "menu", "pesanan", "nama item", "nama menu")
	// indexColumns head the running numbers of a table.
	indexColumns  = folded("s.no", "s.no.", "sl.no", "sl.no.", "sr.no", "sr.no.", "sl", "sl.", "sr", "sr.", "no", "no.", "nr", "nr.", "序号", "序", "项次", "번호", "番号", "#")
	furtherCounts = folded("antal", "määrä", "kpl", "množství", "ks", "mennyiség", "cantitate", "кількість", "к-сть", "ποσ", "ποσότητα", "الكمية", "כמות", "số lượng", "qty.")
	furtherMoney  = folded("pris", "beløb", "hinta", "ár", "preț", "ціна", "τιμή", "السعر", "מחיר", "đơn giá", "thành tiền", "rate")
)
