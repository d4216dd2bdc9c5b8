package ticket

// tongueLabels are the labels of slips in Japanese, Korean, German, French, Spanish,
// Portuguese and Italian, beside those in labels.
func tongueLabels() map[field][]string {
	return map[field][]string{
		fieldCalled: {"受付番号", "整理番号", "呼出番号", "お呼び出し番号", "伝票番号", "senha n", "turno"},
		fieldOrder: {
			"注文番号", "ご注文番号", "オーダー番号", "注文no", "注文no.", "주문 번호", "nr", "nr.", "bestellung nr", "bestellung nr.", "auftrag nr.", "vorgang", "vorgangsnr.", "pedido n", "pedido n.", "pedido nº", "pedido nro", "pedido nro.", "nº pedido",
			"comanda n", "comanda n.", "orden n", "orden n.", "n. pedido", "n.", "nº", "commande n", "commande n.", "commande nº", "ordine", "ordine n", "ordine n.",
		},
		fieldLong: {"注文id", "注文コード", "bestell-id", "bestellid", "auftrags-id", "id de pedido", "id del pedido", "id do pedido", "id commande", "주문id", "주문 id", "주문코드"},
		fieldOrdered: {
			"注文日時", "ご注文日時", "受付時間", "受付日時", "注文時間", "주문일시", "주문 시간", "접수시간", "접수일시", "결제일시", "fecha pedido", "fecha de pedido", "hora pedido", "data do pedido", "hora do pedido", "heure", "date commande", "ora", "zeit", "eingang", "eingegangen",
		},
		fieldPromise: {"お届け予定", "配達予定", "配達希望", "受取時間", "受取予定", "お渡し予定", "お渡し時間", "배달예정", "배달예상시간", "도착예정", "픽업시간", "픽업예정", "예약시간", "entrega para las", "entrega a las", "hora entrega", "livraison", "retrait", "consegna", "ritiro"},
		fieldNote: {
			"備考", "ご要望", "要望", "メモ", "コメント", "特記事項", "ご依頼", "주문요청", "주문 요청", "주문요청사항", "가게요청", "가게요청사항", "사장님께", "메모", "요청", "비고", "고객요청", "notiz", "notizen", "kundenhinweis", "wunsch", "sonderwunsch", "sonderwunsche", "mitteilung",
			"comentario", "comentarios", "observacion", "observaciones", "obs.", "aclaraciones", "instrucciones", "instrucoes", "recado", "remarque", "remarques", "commentaire", "commentaires", "precisions", "note cliente", "osservazioni", "richieste",
		},
		fieldAllergy: {"アレルギー", "アレルゲン", "알레르기", "알러지", "allergie", "allergien", "unvertraglichkeit", "unvertraglichkeiten"},
		fieldPrinted: {"印刷日時", "発行日時", "出力日時", "출력시간", "출력일시", "인쇄시간", "gedruckt", "gedruckt am", "impreso", "impreso el", "imprime le", "stampato"},
		fieldTable:   {"テーブル", "卓番", "卓", "テーブル番号", "席番", "테이블번호", "tisch", "tisch-nr", "tisch-nr."},
		fieldPlain: {
			"人数", "支払方法", "お支払い", "決済方法", "点数", "合計点数", "注文方法", "受取方法", "결제방법", "결제수단", "주문유형", "주문경로", "인원", "zahlung", "zahlart", "zahlungsart", "bezahlung", "personen", "gaste", "pago", "forma de pago", "metodo de pago", "pagamento", "forma de pagamento", "comensales", "personas", "pessoas", "paiement", "couverts", "coperti",
		},
		fieldBlock: {
			"お客様", "お客様名", "お客様氏名", "お名前", "氏名", "名前", "ご注文者", "注文者", "宛名", "宛先", "届け先", "お届け先", "配達先", "配送先", "送り先", "住所", "ご住所", "建物名", "部屋番号", "受取人", "お受取人", "ご予約名", "予約名",
			"고객명", "고객님", "고객이름", "고객정보", "주문자", "주문자명", "주문고객", "성함", "성명", "이름", "예약자", "예약자명", "수령인", "받는분", "받는사람", "배달주소", "배달지", "배송지", "배송주소", "도로명", "도로명주소", "지번", "지번주소", "상세주소", "고객주소", "주소지",
			"besteller", "empfanger", "kundin", "kunden", "gast", "anschrift", "straße", "strasse", "str.", "ort", "plz/ort", "wohnort", "lieferung an", "lieferung nach", "liefern an", "lieferadr", "lieferadr.", "lieferhinweis", "rechnungsadresse", "ansprechpartner", "name des kunden",
			"clienta", "nombre cliente", "nombre del cliente", "nombre y apellidos", "apellido", "apellidos", "titular", "destinatario", "a nombre de", "domicilio", "domicilio de entrega", "direccion de entrega", "direccion cliente", "dir", "dir.", "entregar en", "entregar a", "calle", "colonia", "poblacion", "localidad", "ciudad", "referencias", "receptor",
			"nome do cliente", "nome cliente", "destinataria", "endereco de entrega", "end", "end.", "morada", "morada de entrega", "entregar para", "rua", "cidade", "complemento", "ponto de referencia", "contato", "contacto", "localidade", "retirado por", "quem recebe", "recebedor",
			"nom", "prenom", "client(e)", "cliente:", "adresse de livraison", "livrer a", "ville", "indirizzo", "cognome", "consegna a", "cognome e nome", "nominativo", "intestatario",
		},
		fieldPrivate: {
			"invoice to", "invoice for", "invoice name", "billed to", "receipt to", "receipt for", "vat no", "vat no.", "vat number", "entryphone", "intercom",
			"電話", "電話番号", "tel番号", "携帯", "携帯電話", "携帯番号", "連絡先", "ご連絡先", "郵便番号", "メール", "メールアドレス", "会員番号", "会員id", "ポイント", "領収書宛名", "領収書", "暗証番号", "オートロック", "登録番号",
			"전화", "휴대폰", "휴대전화", "핸드폰", "연락처번호", "안심번호", "가상번호", "전화 번호", "고객연락처", "고객전화", "고객번호", "회원번호", "회원명", "멤버십", "포인트", "사업자번호", "사업자등록번호", "상호", "현금영수증", "현금영수증번호", "공동현관", "공동현관비밀번호", "비밀번호", "출입방법", "출입번호", "우편번호", "이메일", "카드번호", "승인번호",
			"tel.nr.", "tel.nr", "tel.-nr.", "telefonnr", "telefonnr.", "telefon-nr.", "telefon nr.", "rufnummer", "ruckruf", "ruckrufnummer", "mobil", "mobilnummer", "mobiltelefon", "handynummer", "handynr.", "etage", "stockwerk", "stock", "wohnung", "hinterhaus", "kundennummer", "kundennr", "kundennr.", "kunden-nr", "kunden-nr.", "kd.-nr.", "kd-nr.", "mitgliedsnummer", "bonuskarte", "turcode", "tur", "firma", "ust-idnr", "ust-idnr.", "ustid", "ust-id", "steuernummer", "rechnung an", "email-adresse",
			"tfno", "tfno.", "tlf", "tlf.", "telf", "telf.", "movil", "telefono movil", "telefono cliente", "cel", "cel.", "whatsapp", "correo", "correo electronico", "dni", "nie", "cif", "nif/cif", "ruc", "cuit", "socio", "n. socio", "nº socio", "codigo postal", "cp", "c.p.", "c.p", "piso", "puerta", "portal", "escalera", "timbre", "codigo de acceso", "codigo puerta", "empresa", "factura", "factura a", "factura para", "facturar a", "razon social",
			"tel. cliente", "telemovel", "telemovel cliente", "contato telefonico", "zap", "whats", "correio", "cpf/cnpj", "cpf na nota", "contribuinte", "n. contribuinte", "codigo de acesso", "interfone", "portaria", "apto", "apto.", "bloco", "andar", "numero do cartao", "cartao", "fatura", "fatura para", "razao social", "fidelidade", "pontos", "matricula",
			"courriel", "mel", "portable", "digicode", "code porte", "code postal", "etage/porte", "societe", "raison sociale", "siret", "cellulare", "citofono", "scala", "interno", "partita iva", "p.iva", "codice fiscale", "ragione sociale",
		},
		fieldStaff: {
			"delivered by", "배달대행", "配達員", "配達担当", "担当", "担当者", "スタッフ", "レジ担当", "ドライバー", "라이더", "라이더명", "배달원", "배달기사", "기사", "기사님", "담당", "담당자", "직원", "계산원", "fahrer", "fahrerin", "kurier", "bote", "kassierer", "kassiererin", "bedienung", "bediener", "es bediente sie", "es bediente", "mitarbeiter", "repartidor", "repartidora", "mensajero", "conductor", "camarera", "atendido por", "le atendio", "vendedor", "cajera", "mozo", "motoboy", "motorista", "estafeta", "garconete", "funcionario", "operadora", "vendedora", "serveur", "serveuse", "caissier", "livreur", "coursier", "cameriere", "cassiere", "fattorino", "rider nome",
		},
	}
}
