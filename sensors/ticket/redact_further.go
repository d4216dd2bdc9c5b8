package ticket

import "strings"

// What names a person or a place, besides: links, cars, greetings, and what stands in
// brackets. Over folded text unless a pattern says otherwise.
var (
	// linkRE is an address in the net with something behind it: of an order, a guest, a
	// payment.
	linkRE = lazily(`https?:|www\.|[a-z0-9-]{2,}\.(?:com|net|org|cn|io|app|co|me|ly|gl|gd|link|to|eu|de|es|fr|it|pt|br|mx|nl|pl|ru|jp|kr|tw|hk|vn|th|id|tr|uk|us)/\S`)
	// carRE is a number plate behind a word that says so; those of China are plateRE.
	carRE = lazily(`(?:^|[^a-z])(?:plates?|licen[cs]e|reg|kennzeichen|matricula|placa|targa|immatriculation|nopol|plat no|plaka)[.:# ]+[a-z]{0,3}[ -]?\d[a-z0-9 -]{2,}|(?:^|[^a-z])(?:plates?|licen[cs]e|kennzeichen|matricula|placa|targa)[.:# ]+[a-z]{1,3}[ -][a-z]{1,2} ?\d|(?:車番|车牌|車牌|차량번호|차번호)[:： ]*\S*\d`)
	// greetRE, over printed text: a name behind a wish, a call or a bell.
	greetRE = lazily(`(?:^|[^\p{L}])(?:(?i:feliz (?:cumple(?:años)?|aniversário|aniversario|natal|navidad|dia)|felicidades|felicitaciones|parabéns|alles (?:gute|liebe)|herzlichen glückwunsch|(?:zum|alles gute zum) geburtstag|gruß|grüße(?: von| an)?|joyeux anniversaire|bon anniversaire|joyeux noël|félicitations|buon compleanno|(?:tanti )?auguri|happy (?:anniversary|b'?day|graduation|mother'?s day|father'?s day)|happy \d{1,3}(?:st|nd|rd|th)?(?: birthday)?|get well(?: soon)?|welcome(?: home)?|merry christmas|gefeliciteerd|z okazji|doğum günün kutlu olsun|с днем рождения)[ ,:!]+|(?i:llam(?:ar|e|a)(?: a| al| por)?|avis(?:ar|e) a|pregunt(?:ar|e) por|chamar?(?: a| o| por)?|ligar (?:para|a)|appeler|sonner(?: chez| à)?|demander|citofonare|suonare(?: a| da)?|chiamare|chiedere di|anrufen|rufen sie|klingeln|läuten|fragen nach|verlangen|bellen bij|aanbellen bij|zadzwonić do|позвоните|позвонить|для)[ :]+)(?:an? |the |la |el |o |a |le |den |die |herrn? |frau |señora? |sr[a.]* )?(\p{Lu}[\p{L}'’-]+)|(?:^|\s)(\p{Lu}\p{Ll}+),? (?i:wird \d|hat geburtstag|cumple \d|faz \d|fête|compie \d)`)
	// japaneseRE, over printed text: a surname and what makes it one.
	japaneseRE = lazily(`(?:^|[^\p{Han}])(?:` + japaneseSurnames + `)\p{Han}{0,3}(?:です|と申します|と言います|といいます|まで|宛|より|が(?:受け取|取り|行き|参り|伺)|に(?:渡|連絡|電話|お渡し)|へ(?:連絡|電話|お渡し))`)
	// furtherPlaceRE are streets and doors of Turkey, Poland, Russia, the Netherlands,
	// Vietnam and Indonesia.
	furtherPlaceRE = lazily(`(?:^|[^\p{L}])(?:ul|al|os)\. ?\p{L}[^\d]*\d|(?:^|[^\p{L}])(?:ул|пр-т|просп|пер|наб|б-р)\. ?\p{L}|(?:улица|проспект|переулок|шоссе) \p{L}|(?:^|[^\p{L}])(?:кв|подъезд|домофон|эт)\.? ?\d|` +
		`(?:^|[^\p{L}])(?:cad|cd|sok|sk|mah|mh|blv|bulv|apt)\. ?(?:no|d|k|kat)?[.: ]*\d|\p{L}(?:caddesi|sokagi|mahallesi|bulvari|apartmani)|(?:^|[^\p{L}])(?:caddesi|sokag[iı]|sokak|mahallesi|bulvar[iı]|apartman[iı])(?:$|[^\p{L}])|` +
		`\p{L}{3,}(?:gracht|kade|singel|plein|dreef|weg|steeg|straat|laan) \d|(?:^|[^\d])\d{4} ?[a-z]{2} [\p{L}]{3,}\s*$|(?:^|[^\p{L}])(?:rt|rw)[. ]*\d{1,3}(?:$|[^\d])|(?:^|[^\p{L}])(?:duong|đuong|quan|phuong|ngo|ngach|hem) \d`)
)

// japaneseSurnames are the common ones but for those that are food.
const japaneseSurnames = `佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|斉藤|清水|山崎|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|中野|三浦|原田|中川|松田|竹内|小野|田村|中山|和田|石田|森田|上田|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|今井|工藤|高田|増田|丸山|杉山|村田|大塚|新井|小山|藤本|平野|河野|上野|野口|武田|松井|千葉|菅原|岩崎|久保|木下|佐野|野村|松尾|市川|菊地|菊池|杉本|古川|大西|島田|水野|桜井|高野|吉川|山内|西田|飯田|西川|小松|北村|安田|五十嵐|川口|平田|中田|久保田|服部|川崎|岩田|土屋|福島|本田|樋口|秋山|田口|永井|中西|吉村|川上|石原|大橋|松岡|馬場|浜田|森本|星野|矢野|浅野|大久保|吉岡|水谷|阿佐谷`

// addressed says that a clause calls, greets or leads to somebody by name.
func addressed(p phrase) bool {
	for _, m := range greetRE.FindAllStringSubmatch(p.print, -1) {
		if !isNotIntro(m[1]) {
			return true
		}
	}
	return japaneseRE.MatchString(p.print) || hasLink(p.fold)
}

// hasLink says that s leads to a page or a car.
func hasLink(s string) bool {
	return strings.ContainsAny(s, "/.") && linkRE.MatchString(s) || countDigits(s) > 2 && carRE.MatchString(s)
}

// bracketRE is what stands in round brackets.
var bracketRE = lazily(`\([^()]*\)`)

// unbracketed is the line of a dish without the brackets that hold a person: of
// 米饭(王先生) x2 the rice stays.
func (w row) unbracketed(cols []column) row {
	was := w
	w.phrase = w.phrase.unbracketed()
	if it, ok := readItem(w.phrase, cols); !ok || !it.sure {
		return was // a house in brackets says that the rest is an address too
	}
	return w
}

func (p phrase) unbracketed() phrase {
	if !strings.Contains(p.fold, "(") {
		return p
	}
	at := bracketRE.FindAllStringIndex(p.fold, -1)
	for i := len(at) - 1; i >= 0; i-- {
		in := p.slice(at[i][0]+1, at[i][1]-1)
		if scrub(in.print) == "" || honorRE.MatchString(in.fold) || strictHanRE.MatchString(in.fold) {
			p = p.blanked(at[i][0], at[i][1])
		}
	}
	return p
}
