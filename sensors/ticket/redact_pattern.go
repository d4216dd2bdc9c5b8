package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Patterns of personal data, over folded text.
var (
	// phoneRE: masked numbers (138****0000), seven digits or more in a row, and
	// the usual groupings of phone numbers.
	phoneRE = lazily(`\d{2,4}[*x•]{2,}\d{0,4}|[*x•]{3,}\d{3,4}(?:$|\D)|\d{7,}|` +
		`\+\d{1,3}[ .-]?\(?\d|\(\d{2,5}\) ?\d{3,4}|` +
		`(?:^|\D)\d{3}[-. ]\d{4}[-. ]\d{4}(?:$|\D)|(?:^|\D)\d{3}[-. ]\d{3}[-. ]\d{4}(?:$|\D)|` +
		`(?:^|\D)0\d{1,4}[-. ]\d{3,4}[-. ]?\d{3,4}(?:$|\D)|(?:^|[^\d.])[2-9]\d{2}-\d{4}(?:$|[^\d-])|(?:^|[^\d.])[3689]\d{3}[ -]\d{4}(?:$|[^\d.-])|` +
		`(?:^|\D)\d{2}([-. ])\d{2}[-. ]\d{2}[-. ]\d{2}(?:$|\D)`).needing(digits)
	moneyRE  = lazily(`(?:^|[^\d])[+-]?(?:[¥$€£]|rp\.?|r\$)? ?\d{1,7}\.\d{1,2}(?:$|[^\d])`).needing(digits)
	mailRE   = lazily(`[a-z0-9._+-]+@[a-z0-9-]+\.[a-z]{2,}`).needing("@")
	maskedRE = lazily(`(?:^|[^\p{Han}])\p{Han}{1,3}\*{1,3}(?:$|[^*])|(?:^|[^\p{Han}*])\*{1,3}\p{Han}(?:$|[^\p{Han}\p{Hiragana}\p{Katakana}])|(?:^|[^a-z])[a-z]\*{2,}`)
	honorRE  = lazily(`\p{Han}{1,3}\s*\(?(?:先生|女士|小姐|同学|太太)|(?:^|[^a-z])(?:mr|mrs|ms|miss)\.? [a-z]+`)
	// strictHonorRE is for dishes and modifiers.
	strictHonorRE = lazily(`先生|女士|有限(?:责任)?公司|(?:^|[^\p{Han}])[` + surnames + `]\p{Han}{1,2} ?收$|(?:^|[^a-z])(?:mr|mrs|ms)\. [a-z]+`)
	// forRE is a modifier that says for whom the dish is, over printed text.
	forRE = lazily(`^\s*(?i:for|name|guest|customer|tab|für|fuer|para|pour|voor|dla|untuk|cho|для)[: ]+(\p{Lu}\p{Ll}+)(?: \p{Lu}\S*)?\s*$`)
	// initialRE is "Sample G." over printed text: how Western slips shorten names.
	initialRE = lazily(`^\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)? \p{Lu}\.?$`)

	hanAddressRE = lazily(`\d+ ?(?:号楼|栋|幢|单元|室|弄|座|号院|层)|[a-z]座|\d+楼|\d+-\d+-\d+|` +
		`[省市区县镇乡村]\p{Han}+(?:路|街|道|巷|村|里)|(?:路|街|大道|胡同|巷)\d+|` +
		`小区|大厦|花园|公寓|家园|写字楼|新村|宿舍|大学|医院|酒店|宾馆|园区|大楼|科技园|产业园|商务中心|广场|别墅|学校|中学|小学`)
	strictHanRE = lazily(`\d+(?:号楼|栋|幢|单元|室|弄)`).needing(digits)
	streetRE    = lazily(`(?:^|[^\d/:.])\d{1,6}[a-z]?(?:[-/]\d+)? (?:[nsew]\.? )?(?:[a-z0-9'.-]+ ){0,4}?(?:street|avenue|road|boulevard|lane|drive|court|place|terrace|highway|parkway|square|crescent|close|gardens|way|st|ave|rd|blvd|ln|dr|ct|pl|hwy|pkwy|sq|cres)\.?\s*(?:$|[,#;(]|\s(?:apt|unit|suite|ste|flat|floor|fl|#|n|s|e|w)\b|\s\d)`).needing(digits)
	unitRE      = lazily(`(?:^|[^a-z])(?:apt|apartment|suite|ste|flat)\.? ?#?[a-z]?-?\d+[a-z]?|(?:^|[^a-z])(?:floor|fl|unit|room|rm)\.? #?\d+[a-z]?(?:$|[^a-z0-9])|\d(?:st|nd|rd|th) (?:floor|fl)\b`).needing(digits)
	zipRE       = lazily(`,\s*[a-z]{2}\.? \d{5}(?:-\d{4})?\b|^\s*[a-z]{2} \d{5}\s*$|\b[a-z]{1,2}\d[a-z0-9]? \d[a-z]{2}\s*$|\b[a-z]\d[a-z] \d[a-z]\d\s*$`)
	latinRoadRE = lazily(`(?:^|[^a-z])(?:rua|avenida|av\.|travessa|calle|carrera|jalan|jl\.|gang|rue|via|strasse)\s+[a-z]|[a-z]{3,}(?:strasse|straat|gasse|weg) \d`)
)

// starredTasteRE is a taste of one character behind a star: *热.
var starredTasteRE = lazily(`^\s*\*+ ?[热冷冰温凉辣甜咸酸葱蒜糖盐醋油]\s*$`)

// masked says that s has a name with stars for a part of it.
func masked(s string) bool { return maskedRE.MatchString(s) && !starredTasteRE.MatchString(s) }

// isFor says that a line says for whom a dish is.
func isFor(print string) bool {
	m := forRE.FindStringSubmatch(print)
	return m != nil && !isNotIntro(m[1])
}

// hasPhone says that s holds something like a phone number. Times, dates and
// prices are no phone numbers.
func hasPhone(s string) bool {
	if hanPhoneRE.MatchString(s) {
		return true
	}
	if countDigits(s) < 4 { // the shortest is a mask: 13**0000
		return false
	}
	s = moneyRE.ReplaceAllString(timeless(s), " ; ")
	return phoneRE.MatchString(s) || grouped(s)
}

// countDigits counts the ASCII digits of s.
func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// timeless is s without times and dates.
func timeless(s string) string {
	if countDigits(s) == 0 {
		return s
	}
	return dateRE.ReplaceAllString(whenRE.ReplaceAllString(s, " ; "), " ; ")
}

func hasAddress(s string) bool {
	if houseRE.MatchString(s) {
		return true
	}
	return hasHan(s) && hanAddressRE.MatchString(timeless(s)) && !haoRE.MatchString(s) && !deskRE.MatchString(s)
}

func westernAddress(s string) bool {
	if countDigits(s) == 0 {
		return latinRoadRE.MatchString(s)
	}
	return streetRE.MatchString(s) || unitRE.MatchString(s) || zipRE.MatchString(s) || latinRoadRE.MatchString(s) || strictHanRE.MatchString(s)
}

// orderID is the id that a label introduces, without what stands behind it.
func orderID(s segment) string {
	v := s.value.fold
	if s.field == fieldOrder {
		return orderDigits(codeRE.FindString(v))
	}
	v, _, _ = strings.Cut(strings.TrimLeft(v, "# "), "  ")
	return orderDigits(v)
}

// shortID is how long an id may be that staff still call where the slip labels it
// as the platform's.
const shortID = 8

// longDigits is from how many digits on a number is a platform's order id.
const longDigits = 9

// orderDigits is an order id as it is hashed: letters and digits only, upper
// case, so that printing it in groups makes no difference.
func orderDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, s)
}

// isLong says that id is a platform's order id and no number that people call.
func isLong(id string) bool {
	digits := 0
	for _, r := range id {
		if r <= '9' {
			digits++
		}
	}
	return digits >= longDigits || len(id) > 12 && digits > 0
}

// hashOrder is the keyed hash that joins a slip to the platform's data: the
// first 16 bytes of HMAC-SHA256, in hex.
func hashOrder(key []byte, id string) string {
	if id == "" {
		return ""
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id))
	return hex.EncodeToString(m.Sum(nil)[:16])
}
