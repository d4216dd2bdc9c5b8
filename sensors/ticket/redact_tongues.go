package ticket

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Persons and places in the languages besides Chinese and English, over folded text
// unless a pattern says otherwise.
var (
	// titledRE: 田中様, 김민준 님, Sr. Peñalver.
	titledRE = lazily(`[\p{Han}\p{Hiragana}\p{Katakana}ー]\s?(?:様|さま|さん|サン|殿|御中)|\p{Hangul}\s?(?:님|씨)(?:$|[^\p{Hangul}])|` +
		`(?:^|[^a-z])(?:herrn?|frau|sra?|srta|dona|don|dna|mme|mlle|sig(?:ra|na)?)\.? \p{L}{2,}`)
	// selfHanRE: 私は水谷です, 闻若溪的餐, 凤起路和环城北路路口.
	selfHanRE = lazily(`(?:私|僕|俺|名前)は\p{Han}{1,6}|^\s*\p{Han}{2,4}的(?:餐|外卖|单|订单|饭)\s*$|\p{Han}(?:路|街|巷|大道)(?:和|与|口|路口|上|旁|边|交叉)`)
	// handleRE: @marisol_b.
	handleRE = lazily(`(?:^|[^a-z0-9])@[a-z_][a-z0-9_.]{2,}`).needing("@")
	// hangulMaskRE: 김*준.
	hangulMaskRE = lazily(`\p{Hangul}\*{1,3}\p{Hangul}?(?:$|[^\p{Hangul}*])`).needing("*")
	// hangulNameRE is a Korean surname and two syllables, alone.
	hangulNameRE = lazily(`^\s*[` + hangulSurnames + `]\p{Hangul}{2}\s*$`)
	// hangulToRE: 김민준 앞으로, 김민준에게.
	hangulToRE = lazily(`(?:^|[^\p{Hangul}])[` + hangulSurnames + `]\p{Hangul}{1,2} ?(?:앞|앞으로|에게|한테|입니다|이에요|예요|이라고|찾)`)
	// asianPlaceRE: 杉並区阿佐谷南3-12, 〒166-0004, 101동 1203호, 성산로 76.
	asianPlaceRE = lazily(`〒|[都道府県市区町村丁目]\p{Han}*[\p{Hiragana}\p{Katakana}ー]*\d|[\p{Han}\p{Katakana}ー]\d{1,3}-\d{1,3}(?:-\d{1,4})?(?:$|\D)|\d{2,4} ?号室|` +
		`\d+ ?동 ?\d+ ?호|\d{2,4} ?호(?:$|[^\p{Hangul}])|\p{Hangul}{2,}(?:로|길|대로|번길) ?\d+|\p{Hangul}+(?:시|도) \p{Hangul}+(?:시|구|군)|아파트|오피스텔|빌라|공동현관|マンション|アパート|ハイツ|コーポ|メゾン`).needing(digits + "〒아오빌공マアハコメ")
	// roadRE is a road's kind and its name with a number behind it, or a name that ends
	// in its kind: plaza mayor 5, rosengasse 12, am markt 3.
	roadRE = lazily(`(?:^|[^a-z])(?:c/ ?|(?:calle|avenida|avda\.?|av\.|paseo|plaza|plaça|praca|camino|alameda|estrada|largo|ronda|glorieta|carretera|callejon|boulevard|bd|allee|chemin|quai|impasse|place|piazza|viale|corso|vicolo|rua|travessa|am|an der|auf der|im|alter|alte|neuer|neue)\.? )[\p{L}' .\d]*?\p{L},? (?:n[o.º°]*\.? ?)?\d{1,4}(?:$|[^\d.,:x%]|[.,] )|` +
		`\p{L}{2,}(?:stra(?:ss|ß)e|str\.|allee|platz|weg|gasse|ring|damm|ufer|markt|chaussee|steig|promenade|straat|laan|gatan|vej|katu|bach|hof|berg)\.? \d{1,4}(?:$|[^\d.,:x%]|[.,] )`).needing(digits)
	// noteStreetRE is an English address in a note, whatever stands behind it.
	noteStreetRE = lazily(`\d{1,6}[a-z]? (?:[\p{L}'.-]+ ){1,4}(?:street|avenue|road|boulevard|lane|drive|court|place|terrace|highway|parkway|square|crescent|close|gardens|way|st|ave|rd|blvd|ln|dr|hwy|pkwy)(?:$|[^a-z])`).needing(digits)
	// storeyRE is a door: 3. etage, piso 2, apto 14.
	storeyRE = lazily(`\d{1,3} ?[.º°]? ?(?:etage|stock|og|piso|andar|planta|izq|dcha)\b|(?:^|[^a-z])(?:etage|stock|wohnung|hinterhaus|klingel|piso|puerta|portal|escalera|planta|apto|ap|bloco|andar|interfone|timbre|digicode|appartement|interno|scala)[. :]*\d`).needing(digits)
	// plainRoadRE is a road with no number, alone: calle mayor, rua das flores.
	plainRoadRE = lazily(`^\s*(?:c/ ?|(?:calle|avenida|avda\.?|paseo|plaza|praca|camino|alameda|estrada|travessa|rua) )[a-z]`)
	// digitsRE is a number that no dish or taste has in a note.
	digitsRE = lazily(`\d{3,}(?:$|[^\d% a-z]| |[a-z])`)
	// measureRE are numbers that stay: 500ml, 50%, 200 g.
	measureRE = lazily(`\d+ ?(?:ml|cl|cc|l|g|kg|gr|oz|%|cm|kcal|cal)(?:$|[^a-z])`)
	// introRE, over printed text: a capitalised name behind a word that introduces one.
	introRE = lazily(`(?:^|[^\p{L}])(?i:(?:hi,? )?it['’]?s|here is|nombre es|nome é|name ist|nom est|vorname|nachname|me llamo|se llama|me chamo|je m'appelle|je suis|mi chiamo|sono|ich bin|ich heiße|eu sou|aqui é|corner of|bday|b-day|recebe|recibe|retira|citofono|timbre|für|fuer|bei|an|von|klingeln bei|abgeben (?:in|bei|an)|para|por|sou|soy|chamar(?: por| a| o)?|preguntar por|perguntar por|falar com|hablar con|entregar (?:a|para|em|en)|dejar(?:lo)? (?:en|con)|deixar (?:em|com|na|no)|a nombre de|em nome de|à attention de|pour|chez|demander|livrer à|per|a nome(?: di)?|leave (?:it )?(?:at|with)|deliver to|drop (?:it )?(?:off )?at|bring to)[ :]+(\p{Lu}[\p{L}'./-]+)`)
	// notIntro may follow those words with a capital.
	notIntro   = strings.Fields("favor bedarf kinder kind allergie allergien allergiker vegetarier veganer diabetiker vegetarians vegans abholung lieferung tisch zwei drei vier hand alle heute mir mich llevar aqui compartir ninos nino mesa recoger viagem criancas crianca dividir festa dois duas emporter partager enfants deux table reception lobby door front desk side counter gate office porch the my our me us fisch nuss nusse")
	lastCapRE  = lazily(`\p{Lu}[\p{L}'-]+$`)
	firstCapRE = lazily(`^\p{Lu}[\p{L}'-]+`)
)

// hangulSurnames are the common Korean ones.
const hangulSurnames = `김이박최정강조윤장임한오서신권황안송류유전홍고문손양배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕`

// foreignPerson says that s, printed as print, names a person or a place in a way of
// one of these languages.
func foreignPerson(p phrase) bool {
	return titledRE.MatchString(p.fold) || selfHanRE.MatchString(p.fold) || handleRE.MatchString(p.fold) || hanPieces(p.fold) || hangulMaskRE.MatchString(p.fold) || hangulToRE.MatchString(p.fold) || noteStreetRE.MatchString(p.fold) || foreignPlace(p.fold) || introduced(p.print)
}

// hanPieces says that a part between spaces is a Chinese surname and two characters
// that are no food and no taste.
func hanPieces(s string) bool {
	parts := strings.Fields(s)
	return len(parts) > 1 && slices.ContainsFunc(parts, func(w string) bool { return utf8.RuneCountInString(w) == 3 && hanNameRE.MatchString(w) && nameLine(w) })
}

func foreignPlace(s string) bool {
	return asianPlaceRE.MatchString(whenRE.ReplaceAllString(s, " ; ")) || roadRE.MatchString(timeless(s)) || storeyRE.MatchString(s) || furtherPlaceRE.MatchString(s)
}

// introduced says that a name follows a word that introduces one.
func introduced(print string) bool {
	for _, m := range introRE.FindAllStringSubmatch(print, -1) {
		if !isNotIntro(m[1]) {
			return true
		}
	}
	return false
}

// isNotIntro says that a word with a capital is none of those that follow such words.
func isNotIntro(word string) bool { return slices.Contains(notIntro, newPhrase(word).fold) }

// numbered says that a clause of a note has a number that is no time and no measure: a
// code, a door, a part of an address.
func (p phrase) numbered() bool {
	return digitsRE.MatchString(measureRE.ReplaceAllString(timeless(p.fold), " ; "))
}

// foreignLine says that a line that is no dish is a person's by these ways.
func foreignLine(p phrase) bool {
	return titledRE.MatchString(p.fold) || hangulMaskRE.MatchString(p.fold) || hangulNameRE.MatchString(p.fold) || foreignPlace(p.fold) || plainRoadRE.MatchString(p.fold)
}

// grouped says that s has a phone number in groups: seven digits or more with one
// space, dash, slash or bracket between them. Numbers with points between thousands
// are money.
func grouped(s string) bool {
	digits, dots, from := 0, 0, 0
	flush := func(end int) bool {
		run := s[from:end]
		return digits >= 9 || digits >= 7 && (dots == 0 || !thousandsRE.MatchString(run))
	}
	gap := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if digits == 0 {
				from = i
			}
			digits, gap = digits+1, 0
			continue
		case strings.IndexByte(" -/.()", c) >= 0 && gap < 2 && digits > 0 && (gap == 0 || c == '(' || s[i-1] == ')'):
			gap++
			if c == '.' {
				dots++
			}
			continue
		}
		if flush(i) {
			return true
		}
		digits, dots, gap = 0, 0, 0
	}
	return flush(len(s))
}

var thousandsRE = lazily(`^\d{1,3}(?:\.\d{3})+\b`)
