package ticket

import (
	"encoding/json"
	"strings"
	"testing"
)

// nasty are slips written by hand, each with what must not leave and what cooks need.
// Parts are divided by |.
var nasty = []struct{ name, text, secret, keep string }{
	// Chinese.
	{"name glued to a number", "#12 美团外卖\n--------\n鱼香肉丝 x1 20.00\n--------\n合计 20.00\n王小明13812345678\n", "王小明|13812345678", "鱼香肉丝"},
	{"phone with dots", "#13 饿了么\n--------\n米饭 x2 4.00\n--------\n合计 4.00\n电话138.1234.5678\n", "138.1234|1234.5678", "米饭"},
	{"phone in full width", "#14 美团外卖\n--------\n米饭 x2\n--------\n１３８１２３４５６７８\n", "１３８１２３４５６７８|13812345678", "米饭"},
	{"phone with spaces", "#15 美团外卖\n--------\n米饭 x2\n--------\n1 3 8 1 2 3 4 5 6 7 8\n", "1 3 8 1|13812345678", "米饭"},
	{"phone in words", "#16 美团外卖\n备注:少辣 打我电话幺三八一二三四五六七八\n--------\n米饭 x2\n--------\n", "幺三八", "少辣|米饭"},
	{"address over three lines", "#17 美团外卖\n--------\n米饭 x2 4.00\n--------\n合计 4.00\n朝阳区建国路甲\n88号现代城\nA座1902\n王**(先生)\n", "建国路|现代城|1902|王**", "米饭"},
	{"gate code in a note", "#18 美团外卖\n备注:不要葱,门禁密码2580#,放门口\n--------\n米饭 x2\n--------\n", "2580", "不要葱|米饭"},
	{"WeChat id", "#19 美团外卖\n备注:加微信wx_lily88 少油\n--------\n米饭 x2\n--------\n", "wx_lily88|lily88", "少油|米饭"},
	{"plate", "#20 自取\n备注:车牌沪A12345 微辣\n--------\n米饭 x2\n--------\n", "A12345", "微辣|米饭"},
	{"birthday", "#21 美团外卖\n备注:祝王小明生日快乐 多放辣\n--------\n蛋糕 x1\n--------\n", "王小明", "多放辣|蛋糕"},
	{"name in an item line", "#22 美团外卖\n--------\n米饭(王先生) x2\n宫保鸡丁 x1\n  给张女士\n--------\n", "王先生|张女士", "宫保鸡丁"},
	{"invoice", "#23 美团外卖\n发票抬头:北京云山科技有限公司\n税号:91110108MA01ABCDX2\n--------\n米饭 x2\n--------\n", "云山科技|91110108MA01ABCDX2", "米饭"},
	{"invoice over two lines", "#24 美团外卖\n发票抬头:\n北京云山科技有限公司\n税号\n91110108MA01ABCDX2\n--------\n米饭 x2\n--------\n", "云山科技|91110108MA01ABCDX2", "米饭"},
	{"rider", "#25 美团外卖\n骑手:李雷 13912345678\n--------\n米饭 x2\n--------\n", "李雷|13912345678", "米饭"},
	{"privacy number with extension", "#26 美团外卖\n--------\n米饭 x2\n--------\n合计 1.00\n隐私号:13812345678转4321\n备用:13912345678,0099\n", "13812345678|4321|13912345678|0099", "米饭"},
	{"member card", "#27 堂食 桌号A8\n会员卡号:8800 1234 5678\n会员:赵丽颖\n--------\n米饭 x2\n--------\n", "8800 1234|赵丽颖", "米饭"},
	{"name on a line of its own, before the dishes", "#28 美团外卖\n顾客\n欧阳娜娜\n--------\n米饭 x2\n--------\n", "欧阳娜娜", "米饭"},
	{"landline", "#29 外卖\n--------\n米饭 x2\n--------\n合计 4.00\n010-6552 8888-302\n", "6552|8888", "米饭"},
	{"Taiwan", "外送 #30\n--------\n滷肉飯 x1 50\n--------\n合計 50\n林小姐 0912-345-678\n台北市大安區忠孝東路四段100號5樓\n", "林小姐|0912|忠孝東路|100號", "滷肉飯"},
	{"Hong Kong", "外賣 #31\n--------\n叉燒飯 x1 50\n--------\n合計 50\n陳大文 9123 4567\n旺角彌敦道600號12樓B室\n", "陳大文|9123 4567|彌敦道|12樓B室", "叉燒飯"},
	{"e-mail", "#32 美团外卖\n邮箱:wang.xiaoming@qq.com\n--------\n米饭 x2\n--------\n", "xiaoming|qq.com", "米饭"},
	{"QQ", "#33 美团外卖\n备注:QQ12345678 少盐\n--------\n米饭 x2\n--------\n", "12345678", "少盐|米饭"},
	{"neighbour in a note", "#34 美团外卖\n备注:放1902门口 少辣\n--------\n米饭 x2\n--------\n", "1902", "少辣|米饭"},
	{"urge slip with a name", "催单联\n#35 美团外卖\n顾客王小明催单 13812345678\n--------\n米饭 x2\n--------\n", "王小明|13812345678", "米饭"},
	{"cancel slip with a reason", "取消联\n#36 美团外卖\n取消原因:王小明13812345678打电话取消\n--------\n米饭 x2\n--------\n", "王小明|13812345678", "米饭"},
	{"link with a token", "#37 美团外卖\n--------\n米饭 x2\n--------\n合计 4.00\n扫码评价 https://m.example.cn/o?t=Zx81kQpLm2\n", "Zx81kQpLm2|m.example.cn", "米饭"},
	{"modifier with a phone", "#38 美团外卖\n--------\n米饭 x2\n  微辣 13812345678\n--------\n", "13812345678", "米饭"},
	{"bracketed address", "#39 美团外卖\n【收货地址】幸福里小区3栋2单元501\n【收货人】王小明(先生)\n【电话】138-1234-5678\n--------\n米饭 x2\n--------\n", "幸福里|501|王小明|138-1234", "米饭"},
	{"coordinates", "#40 美团外卖\n--------\n米饭 x2\n--------\n合计 4.00\n116.397428,39.90923\n", "116.397428|39.90923", "米饭"},

	// English.
	{"call Maria", "DOORDASH\nOrder 4821\n----------\n2 x Pad Thai\n----------\nNote: no peanuts, please call Maria when here\n", "Maria", "no peanuts|Pad Thai"},
	{"Happy birthday Anna!", "Order #51\n----------\n1x Cake\n----------\nNote: extra candles. Happy birthday Anna!\n", "Anna", "Cake|extra candles"},
	{"name in a modifier", "Order #52\n----------\n2x Burger\n  for Jonathan\n  no onion\n----------\n", "Jonathan", "no onion|Burger"},
	{"apartment and buzzer", "UBER EATS\nOrder 6F2C\nDelivery\n500 Main St Apt 4B\nBuzzer 4472\n----------\n1x Soup\n----------\n", "500 Main|4B|4472", "Soup"},
	{"plus code", "UBER EATS\nOrder 6F2D\n+1 (415) 555-0123\n----------\n1x Soup\n----------\n", "415|0123", "Soup"},
	{"name and phone in one line", "PICKUP\nOrder #53\nJane Doe 4155550123\n----------\n1x Soup\n----------\n", "Jane|Doe|4155550123", "Soup"},
	{"loyalty", "Order #54\n----------\n1x Soup\n----------\nTotal 9.00\nRewards # 7788 990 1122\nYou earned 12 points, Jane!\n", "7788|1122|Jane", "Soup"},
	{"curbside car", "CURBSIDE\nOrder #55\nVehicle: Red Honda Civic 8ABC123\n----------\n1x Soup\n----------\n", "8ABC123|Honda", "Soup"},
	{"curbside car in words", "CURBSIDE\nOrder #56\nRed Honda Civic, plate 8ABC123\n----------\n1x Soup\n----------\n", "8ABC123", "Soup"},
	{"card", "Order #57\n----------\n1x Soup\n----------\nTotal 9.00\nVISA XXXXXXXXXXXX4242 AUTH 01882C\nCardholder: JANE DOE\n", "4242|01882C|JANE|DOE", "Soup"},
	{"address below the header", "DELIVERY\nOrder #58\nJane D.\n12 Oak Lane\nSpringfield, IL 62704\n----------\n1x Soup\n----------\n", "Jane|Oak Lane|Springfield|62704", "Soup"},
	{"gift", "Order #59\n----------\n1x Cake\n----------\nGift message: Dear Anna, love from Bob and Carol\n", "Anna|Bob|Carol", "Cake"},
	{"driver", "Order #60\nDasher: Miguel R.\nDriver phone 555-0199\n----------\n1x Soup\n----------\n", "Miguel|0199", "Soup"},
	{"unit in a note", "Order #61\n----------\n1x Soup\n----------\nNote: leave at unit 12C door code 9921, extra crackers\n", "12C|9921", "extra crackers|Soup"},
	{"allergy with a name", "Order #62\n----------\n1x Soup\n----------\nALLERGY: peanuts (my son Timothy)\n", "Timothy", "peanuts|Soup"},
	{"tab", "Order #63\nTab: Kowalski\n----------\n1x Soup\n----------\n", "Kowalski", "Soup"},
	{"name of the order", "Order for Kowalski\n#64\n----------\n1x Soup\n----------\n", "Kowalski", "Soup"},
	{"item note with a name", "Order #65\n----------\n1x Cake\n  Note: write Happy Birthday Zoltan\n----------\n", "Zoltan", "Cake"},
	{"Twitter handle", "Order #66\n----------\n1x Cake\n----------\nNote: tag us @zoltan_k on insta, no nuts\n", "zoltan", "no nuts|Cake"},
	{"receipt with address", "Order #67\n----------\n1x Cake\n----------\nTotal 5.00\nDeliver to\nZoltan Kis\nFlat 3\n22 Baker Street\nLondon NW1 6XE\n", "Zoltan|Flat 3|22 Baker|NW1 6XE", "Cake"},
	{"tracking link", "Order #68\n----------\n1x Cake\n----------\ntrack: uber.com/t/9fK2xQ7\n", "9fK2xQ7", "Cake"},
	{"signature", "Order #69\n----------\n1x Cake\n----------\nNote: no sugar please. Thanks, Priscilla\n", "Priscilla", "no sugar|Cake"},

	// Spanish, Portuguese.
	{"es", "PEDIDO #70\nCliente: María José Peñalver\nTel.: 612 34 56 78\nC/ Gran Vía 31, 4º izq\n----------\n2x Paella\n  sin gambas\n----------\nObs: llamar a Lucía al llegar, sin sal\n", "Peñalver|612 34|Gran Vía|Lucía", "Paella|sin gambas|sin sal"},
	{"es, without labels", "PARA LLEVAR\nPEDIDO 71\nAlejandro Quiñones\n+34 612345678\n----------\n1x Tortilla\n----------\n", "Quiñones|612345678", "Tortilla"},
	{"es, birthday", "PEDIDO #72\n----------\n1x Tarta\n----------\nNota: feliz cumpleaños Marisol, sin nueces\n", "Marisol", "Tarta|sin nueces"},
	{"pt", "PEDIDO #73\nCliente: João Figueiredo\nFone: (11) 98765-4321\nRua das Flores, 123 ap 45\nCPF: 123.456.789-09\n----------\n1x Feijoada\n  sem couve\n----------\nTroco para 100,00\n", "Figueiredo|98765|Flores|123.456.789", "Feijoada|sem couve"},
	{"pt, note", "MESA 12\n----------\n1x Pizza\nOBS: entregar para o Sr. Figueiredo, sem cebola\n----------\n", "Figueiredo", "Pizza|sem cebola"},

	// German, French, Italian.
	{"de", "LIEFERUNG\nBestellung 74\nFrau Schädlich\nKastanienallee 12, 3. OG\n10435 Berlin\nTel 0176 1234567\n----------\n1x Schnitzel\n  ohne Pommes\n----------\nBemerkung: bitte bei Hinterhuber klingeln, ohne Zwiebeln\n", "Schädlich|Kastanienallee|1234567|10435|Hinterhuber", "Schnitzel|ohne Pommes|ohne Zwiebeln"},
	{"de, birthday", "Bestellung 75\n----------\n1x Torte\n----------\nBemerkung: Alles Gute Waltraud, ohne Nüsse\n", "Waltraud", "Torte|ohne Nüsse"},
	{"fr", "COMMANDE 76\nClient : Mme Thibault-Lacroix\n06 12 34 56 78\n14 bis rue de la Paix\n75002 PARIS\nDigicode 12A45\n----------\n1x Quiche\n  sans lardons\n----------\n", "Thibault|06 12|rue de la Paix|75002|12A45", "Quiche|sans lardons"},
	{"fr, note", "COMMANDE 77\n----------\n1x Quiche\n----------\nRemarque: joyeux anniversaire Clémentine, sans sel\n", "Clémentine", "Quiche|sans sel"},
	{"it", "ORDINE 78\nCliente: Sig.ra Bevilacqua\nVia Garibaldi 12 int. 4\nTel 333 1234567\n----------\n1x Lasagne\n  senza formaggio\n----------\nNote: citofonare Bevilacqua, senza sale\n", "Bevilacqua|Garibaldi|1234567", "Lasagne|senza formaggio|senza sale"},

	// Japanese, Korean.
	{"ja", "注文番号 79\n田中様\n090-1234-5678\n東京都渋谷区神南1-2-3 ハイツ神南201\n----------\nラーメン x1\n  ネギ抜き\n----------\n備考:田中です、卵抜き\n", "田中|1234-5678|神南", "ラーメン|ネギ抜き|卵抜き"},
	{"ja, full width phone", "注文番号 80\nお客様名　山本　花子\nＴＥＬ　０９０－１２３４－５６７８\n----------\nラーメン x1\n----------\n", "山本|花子|１２３４", "ラーメン"},
	{"ko", "주문번호 81\n고객: 김민준\n010-1234-5678\n서울시 마포구 성산로 76 101동 1203호\n----------\n김치찌개 x1\n  안맵게\n----------\n요청사항: 문앞에 두고 김민준에게 전화, 덜맵게\n", "김민준|1234-5678|성산로|1203", "김치찌개|안맵게"},

	// Others.
	{"Arabic digits", "Order #82\nهاتف ٠٥٠١٢٣٤٥٦٧\n----------\n1x Soup\n----------\n", "٠٥٠١٢٣٤٥٦٧|0501234567", "Soup"},
	{"Arabic digits in a note", "Order #83\n----------\n1x Soup\n----------\nNote: no salt, ٠٥٠١٢٣٤٥٦٧\n", "٠٥٠١٢٣٤٥٦٧|0501234567", "no salt|Soup"},
	{"ru", "Заказ 84\nКлиент: Иванов Пётр\nТел: +7 916 123-45-67\nул. Ленина, д. 5, кв. 12\n----------\n1x Борщ\n  без сметаны\n----------\n", "Иванов|Пётр|916|Ленина", "Борщ|без сметаны"},
	{"ru, without labels", "Заказ 85\nПётр Иванов\n8 (916) 123-45-67\n----------\n1x Борщ\n----------\n", "Иванов|Пётр|123-45", "Борщ"},
	{"vi", "Đơn hàng 86\nKhách: Nguyễn Văn An\nSĐT: 0912 345 678\nĐịa chỉ: 12 Lê Lợi, Quận 1\n----------\n1x Phở bò\n----------\n", "Nguyễn|0912|Lê Lợi", "Phở bò"},
	{"th", "ออเดอร์ 87\nลูกค้า: สมชาย ใจดี\nโทร 081-234-5678\n----------\n1x Pad Thai\n----------\n", "สมชาย|ใจดี|5678", "Pad Thai"},
	{"tr", "Sipariş 88\nMüşteri: Ayşe Yılmaz\nCep: 0532 123 45 67\nAtatürk Cad. No:12 D:5\n----------\n1x Pide\n----------\n", "Yılmaz|0532|Atatürk", "Pide"},
	{"pl", "Zamówienie 89\nKlient: Wojciech Nowak\ntel. 601 234 567\nul. Piękna 12/5\n----------\n1x Pierogi\n----------\n", "Nowak|601 234|Piękna", "Pierogi"},
	{"id", "Pesanan #90\nPelanggan: Budi Santoso\nHP 0812-3456-7890\nJl. Merdeka No. 10 RT 03\n----------\n1x Nasi Goreng\n----------\n", "Santoso|3456|Merdeka", "Nasi Goreng"},
	{"nl", "Bestelling 91\nKlant: Daan de Vries\nTel 06-12345678\nKeizersgracht 123-II\n1015 CJ Amsterdam\n----------\n1x Frites\n----------\n", "Vries|12345678|Keizersgracht|1015 CJ", "Frites"},
	{"unread", "Kwitansi\nBapak Sutrisno\nWartel 0812 3456 7890\nAlpha beta gamma\nDelta epsilon\nZeta eta theta\n", "Sutrisno|3456", ""},
	// Places where nobody expects a person.
	{"table with a name", "Table: 12 Kowalczyk party\nOrder #100\n----------\n1x Soup\n----------\n", "Kowalczyk", "Soup"},
	{"number with a name", "Order #101 - Kowalczyk\n----------\n1x Soup\n----------\n", "Kowalczyk", "Soup"},
	{"number label with a phone", "Order: 4155550123\n#102\n----------\n1x Soup\n----------\n", "4155550123", "Soup"},
	{"channel with a name", "DoorDash - Kowalczyk J.\n#103\n----------\n1x Soup\n----------\n", "Kowalczyk", "Soup"},
	{"time with a phone", "Pickup 6:40 PM 415-555-0123\n#104\n----------\n1x Soup\n----------\n", "0123", "Soup"},
	{"promise with an address", "Deliver by 19:05 to 22 Baker Street\n#105\n----------\n1x Soup\n----------\n", "Baker", "Soup"},
	{"part with a name", "#106\n1/2 Kowalczyk 415-555-0123\n----------\n1x Soup\n----------\n", "0123", "Soup"},
	{"dish with an e-mail", "#107\n----------\n1x Gift card zoltan.kis@example.org\n1x Soup\n----------\n", "zoltan", "Soup"},
	{"modifier with a link", "#108\n----------\n1x Soup\n  https://pay.example.com/i/8sKd92jx\n  no salt\n----------\n", "8sKd92jx", "Soup|no salt"},
	{"modifier with an address", "#109\n----------\n1x Soup\n  to: 22 Baker Street\n  no salt\n----------\n", "Baker", "Soup|no salt"},
	{"modifier that is a Chinese name", "#110 美团外卖\n--------\n米饭 x2\n  (李小红 收)\n--------\n", "李小红", "米饭"},
	{"modifier with an apartment", "#111 美团外卖\n--------\n米饭 x2\n  [3栋2单元501]\n--------\n", "501", "米饭"},
	{"name above the dishes without a label, Chinese", "美团外卖 #112\n李小红\n13812345678\n--------\n米饭 x2\n--------\n", "李小红|13812345678", "米饭"},
	{"name between rules", "#113 美团外卖\n--------\n欧阳先生 尾号8821\n--------\n米饭 x2\n--------\n", "欧阳|8821", "米饭"},
	{"urge, English", "** URGE **\nOrder #114\nGuest Kowalczyk called 415-555-0123\n1x Soup\n", "Kowalczyk|0123", "Soup"},
	{"cancel, English", "*** CANCELLED ***\nOrder #115\nReason: customer Kowalczyk moved to 22 Baker Street\n1x Soup\n", "Kowalczyk|Baker", "Soup"},
	{"void by whom", "VOID\nCheck: 116\nVoided by: Kowalczyk\n1 Soup\n", "Kowalczyk", "Soup"},
	{"refund to a card", "REFUND\nOrder #117\n1x Soup -4.00\nTo card ending 4242 J KOWALCZYK\n", "4242|KOWALCZYK", "Soup"},
	{"phone with letters between", "Order #118\n----------\n1x Soup\n----------\nNote: no salt, ring four1five 555 0123\n", "555 0123", "no salt|Soup"},
	{"phone in brackets in a dish", "Order #119\n----------\n1x Soup (415-555-0123)\n----------\n", "0123", "Soup"},
	{"name and gate in capitals", "ORDER #120\n----------\n1x SOUP\n----------\nNOTE: GATE 4471 ASK FOR KOWALCZYK NO SALT\n", "4471|KOWALCZYK", "SOUP"},
	{"label in capitals without a colon", "ORDER #121\nNAME KOWALCZYK\nPHONE 4155550123\n----------\n1x SOUP\n----------\n", "KOWALCZYK|4155550123", "SOUP"},
	{"label below a box", "+--------+\n| #122   |\n+--------+\n| Name: Kowalczyk |\n| Tel: 415 555 0123 |\n----------\n1x Soup\n----------\n", "Kowalczyk|0123", "Soup"},
	{"two columns", "Order #123      Cust: Kowalczyk\n----------\n1x Soup\n----------\n", "Kowalczyk", "Soup"},
	{"two columns of dishes and a name", "#124 饿了么      收货人:欧阳锋\n--------\n米饭 x2\n--------\n", "欧阳锋", "米饭"},
	{"wide letters", "Ｏｒｄｅｒ　＃１２５\nＮａｍｅ：Ｋｏｗａｌｃｚｙｋ\n----------\n1x Soup\n----------\n", "Ｋｏｗａｌｃｚｙｋ|Kowalczyk", "Soup"},
	{"zero width inside a phone", "#126 美团外卖\n--------\n米饭 x2\n--------\n138\u200b1234\u200b5678\n", "5678", "米饭"},
	{"IBAN", "Order #127\n----------\n1x Soup\n----------\nTotal 4.00\nIBAN DE89 3704 0044 0532 0130 00\n", "3704|0532", "Soup"},
	{"passport of a hotel guest", "ROOM SERVICE\nRoom 1204 Mr. Kowalczyk\n#128\n----------\n1x Soup\n----------\n", "Kowalczyk", "Soup"},
	{"delivery instructions over lines", "Order #129\n----------\n1x Soup\n----------\nDelivery instructions:\nring Kowalczyk\nsecond door on the left\n", "Kowalczyk", "Soup"},
	{"customer's history", "Order #130\n----------\n1x Soup\n----------\nKowalczyk's 5th order! Say thanks\n", "Kowalczyk", "Soup"},
	{"rider's name on the bag label", "BAG 1 of 2\n#131\nDasher Miguel\n1x Soup\n", "Miguel", "Soup"},
	{"WhatsApp", "PEDIDO #132\n----------\n1x Sopa\n----------\nWhatsApp 11 98765 4321\n", "4321", "Sopa"},
	{"RUT and DNI", "PEDIDO #133\nRUT 12.345.678-5\n----------\n1x Sopa\n----------\n", "345.678", "Sopa"},
	{"Polish, without labels", "NA WYNOS\n#134\nWojciech Brzęczyszczykiewicz\n601-234-567\n----------\n1x Zupa\n----------\n", "Brz|601", "Zupa"},
	{"Korean, without labels", "배달 #135\n홍길동님 010-2345-6789\n----------\n김치찌개 x1\n----------\n", "홍길동|6789", "김치찌개"},
	{"Korean safe number", "배달 #136\n안심번호 0504-1234-5678\n----------\n김치찌개 x1\n----------\n", "5678", "김치찌개"},
	{"Japanese, in a note", "注文番号 137\n----------\nラーメン x1\n----------\n備考:鈴木まで連絡ください、辛口です\n", "鈴木", "ラーメン|辛口です"},
	{"Japanese, room", "注文番号 138\n届け先:ハイツ神南 201号室\n----------\nラーメン x1\n----------\n", "神南|201", "ラーメン"},
	{"German, a wish that is none", "Bestellung 139\n----------\n1x Schnitzel\n----------\nBemerkung: lieber Pommes statt Salat, Soße wird extra gewünscht\n", "Kowalczyk", "lieber Pommes statt Salat|Soße wird extra"},
	{"German, a bell and a taste", "Bestellung 142\n----------\n1x Schnitzel\n----------\nBemerkung: bei Torsten S. klingeln, Soße extra\n", "Torsten", "Soße extra"},
	{"German, for whom and a taste", "Bestellung 143\n----------\n1x Schnitzel\n----------\nBemerkung: für Jürgen Hohenstein, Soße extra\n", "Jürgen|Hohenstein", "Soße extra"},
	{"German, a name turned around", "Bestellung 144\n----------\n1x Schnitzel\n----------\nBemerkung: für Quast, Gudrun, ohne Salz\n", "Quast|Gudrun", "ohne Salz"},
	{"tastes in brackets", "Order #140\n----------\n1x Soup\n----------\nNote: no salt (allergy: celery) and (extra bread)\n", "Kowalczyk", "no salt|celery|extra bread"},
	{"Spanish, tastes that begin like calls", "PEDIDO #141\n----------\n1x Sopa\n----------\nObs: sin cebolla para llevar, llamar al llegar\n", "Kowalczyk", "sin cebolla|llamar al llegar"},
}

// TestNasty reads them in UTF-8, with the shipped layouts.
func TestNasty(t *testing.T) {
	leaks, lost := 0, 0
	for _, c := range nasty {
		o := Options{Encoding: "utf8", Key: []byte("key"), Layouts: Shipped()}
		slips, err := Decode(strings.NewReader("\x1b@"+c.text+"\n\n\x1dV0"), o)
		if err != nil || len(slips) != 1 {
			t.Fatalf("%s: %d slips, %v", c.name, len(slips), err)
		}
		got := Parse(slips[0], o)
		got.Print, got.OrderKey = 0, ""
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		shown := strings.Join(slips[0].Redacted(o), "\n")
		for _, s := range strings.Split(c.secret, "|") {
			if strings.Contains(string(text), s) {
				leaks++
				t.Errorf("%s: %q is on the ticket: %s", c.name, s, text)
			}
			if strings.Contains(shown, s) {
				leaks++
				t.Errorf("%s: %q is in the redacted text:\n%s", c.name, s, shown)
			}
		}
		for _, s := range strings.Split(c.keep, "|") {
			if !strings.Contains(string(text), s) {
				lost++
				t.Errorf("%s: %q is lost: %s", c.name, s, text)
			}
		}
	}
	t.Logf("%d slips, %d leaks, %d lost", len(nasty), leaks, lost)
}
