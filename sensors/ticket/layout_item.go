package ticket

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// item is a line that reads like a dish: one of the three shapes of slips,
// "2x name", "2  name" and "name  x2  26.00".
type item struct {
	Qty     int
	name    phrase
	leading bool   // the quantity stands before the name
	sure    bool   // marked by x or a counter word, not by a bare number
	priced  bool   // a price and no quantity: a dish only inside a list
	qtyEnd  int    // column where a leading quantity ends
	gap     int    // spaces between the name and what follows
	after   phrase // a modifier behind the quantity
	indexed bool   // the leading number may be a running number
}

const counters = `份|个|碗|杯|盒|笼|只|瓶|例|盘|串|斤|条|块|件|套|位|听|罐|包|袋|扎|打|壶|锅|张|片|支|根|粒|屉|煲|客|碟|盅|桶|個|人前|つ|本|皿|枚|丁|개|인분|그릇|잔|병|접시|` +
	`pcs?\.?|шт\.?|порц\.?|порции?|adet|porsi|phan|จาน|แก้ว|ที่`

// shortCounters are counter words that begin or are other words before a name: 1 St Peter's fish.
const shortCounters = `st\.?|stk\.?|szt\.?|kpl|un\.?|unid\.?|uds?\.?|db|ks|pz\.?|buc\.?|ea|ly|to`

var (
	leadXRE    = lazily(`^\s*(?:>+\s*)?[\[(]?\s*(-?\d{1,3}) ?x\s*[\])]?(?:\s+(\S.*)|([\p{Han}(\[].*))$`).needing(digits)
	leadX2RE   = lazily(`^\s*(?:>+\s*)?[\[(]?x ?(-?\d{1,3})[\])]?\s+(\S.*)$`).needing(digits)
	leadBoxRE  = lazily(`^\s*(?:>+\s*)?[\[(] ?(-?\d{1,3}) ?[\])]\s*(\p{L}.*)$`).needing(digits)
	leadUnitRE = lazily(`^\s*(-?\d{1,3}) ?(?:` + counters + `)\s+(\p{L}.*)$`).needing(digits)
	// leadPortionRE is [1份]宫保鸡丁.
	leadPortionRE = lazily(`^\s*[\[(](\d{1,3}) ?(?:` + counters + `)[\])]\s*(\p{L}.*)$`).needing(digits)
	// gluedPortionRE is 1份宫保鸡丁; 3杯鸡 and 8块鸡翅 are names.
	gluedPortionRE = lazily(`^\s*(\d{1,2}) ?(?:份|例|碗|盘|碟|笼|瓶)(\p{Han}.*)$`).needing(digits)
	leadRE         = lazily(`^\s*(?:>+\s*)?(-?\d{1,3})(?: +| *- +)([\p{L}*(\["'].*|\d{1,2}-\p{L}.*|\d{1,2} \p{L}{3}.*|\d{1,3} ?(?:"|''|oz|pcs?|cm|in|inch|g|kg|ml|cl|l)\b? .*)$`).needing(digits)
	notLeadRE      = lazily(`^(?:of\b|items?\b|guests?\b|people\b|persons?\b|pax\b|covers?\b|pcs?\b|mins?\b|minutes?\b|hours?\b|[ap]m\b|bags?\b|orders?\b|copies\b|(?:st|nd|rd|th)(?:$|,| (?:floor|fl|course|copy|time|print|order)\b)|` + monthExpr + `\.?(?: \d|$)|号|位|人|件|联|月|年|楼|栋|幢|室|单元|层|桌|份|分钟)`)
	indexRE        = lazily(`^\s*\d{1,2}[.,)] ?(\D.*)$`).needing(digits)

	afterQtyRE = lazily(`\p{L}.*\sx\d{1,3}(\s+)-\s+(\D.*)$|\p{L}.*\sx\d{1,3}(\s+)([(\[].*[)\]])$|\p{L}.*\s{2,}(?:x ?\d{1,3}|\d{1,3}(?:` + counters + `))(\s{2,})([\p{L}(\[].*)$`).needing(digits)
	gluedRE    = lazily(`^(.*[\p{Han})\]])[x*](\d{1,3})$`).needing(digits)
)

// readItem reads a line as a dish. cols, if not nil, is the order of the columns.
func readItem(p phrase, cols []column) (item, bool) {
	p = p.unled().unticked()
	if m := indexedLeadRE.FindStringSubmatchIndex(p.fold); m != nil {
		p = p.slice(m[2], len(p.fold))
	}
	if m := firstPriceRE.FindStringIndex(p.fold); m != nil {
		p = p.slice(m[1], len(p.fold))
	}
	if len(cols) > 0 && cols[0] == colIndex {
		if m := rowNumberRE.FindStringIndex(p.fold); m != nil {
			p = p.slice(m[1], len(p.fold))
		}
		cols = cols[1:]
	}
	if isTotal(p.fold) || isColumns(p.fold) {
		return item{}, false
	}
	if segs := p.segments(); len(segs) > 0 && strings.TrimSpace(p.fold[:segs[0].start]) == "" {
		return item{}, false
	}
	it, ok := leadingItem(p)
	if ok && it.sure && !it.indexed {
		return it.named()
	}
	if m := afterQtyRE.FindStringSubmatchIndex(p.fold); m != nil && !it.indexed {
		for m[2] < 0 {
			m = m[4:] // the pair of groups that matched
		}
		it, ok := readItem(p.slice(0, m[2]), cols)
		it.after = p.slice(m[4], m[5])
		return it, ok
	}
	if m := columnBehindRE.FindStringSubmatchIndex(p.fold); m != nil && textBehind(cols) {
		it, ok := readItem(p.slice(0, m[3]), cols[:slices.Index(cols, colQty)+1])
		it.after = p.slice(m[4], m[5])
		return it, ok
	}
	t, good := labelledCount(p)
	if !good {
		t, good = trailingItem(p, cols)
	}
	if m := gluedPortionRE.FindStringSubmatchIndex(p.fold); m != nil && !(good && t.sure) {
		it = item{name: p.slice(m[4], m[5]), leading: true, sure: true}
		it.Qty, _ = strconv.Atoi(p.fold[m[2]:m[3]])
		return it.named()
	}
	if good && (t.sure || !ok) {
		if ok && !it.sure && !it.indexed && it.leading && (hasHan(it.name.fold) || spacedIndexRE.MatchString(p.fold)) {
			it.indexed = true
		}
		if it.indexed {
			if n := len(t.name.fold) - (len(p.fold) - len(it.name.fold)); n > 0 {
				t.name = it.name.slice(0, min(n, len(it.name.fold)))
			}
		}
		if !t.sure && (isFee(p.fold) || whenRE.MatchString(p.fold)) {
			return item{}, false
		}
		return t.named()
	}
	if !ok {
		return item{}, false
	}
	return it.named()
}

// columnBehindRE is a row of a table whose last column is text: 鸭血  份  1  微辣.
var columnBehindRE = lazily(`^(.*\S\s{2,}\d{1,3})\s{2,}(\p{L}.*)$`).needing(digits)

// textBehind says that a column of text follows that of quantities.
func textBehind(cols []column) bool {
	i := slices.Index(cols, colQty)
	return i > 0 && slices.Contains(cols[i:], colName)
}

// named cuts what is no name from the name: an index, a price, stray marks.
func (it item) named() (item, bool) {
	if !it.leading {
		if m := indexRE.FindStringSubmatchIndex(it.name.fold); m != nil {
			it.name = it.name.slice(m[2], m[3])
		}
	}
	if m := leadPriceRE.FindStringIndex(it.name.fold); m != nil && it.leading {
		it.name = it.name.slice(0, m[0])
	}
	it.name = cutPrice(it.name).trim("*>")
	return it, it.Qty != 0 && strings.ContainsFunc(it.name.fold, isLetter)
}

// indexedLeadRE is a running number before a quantity: 1) 2x Laksa.
var indexedLeadRE = lazily(`^\s*\d{1,2}[.)] *(\d{1,3} ?x\s.*)$`).needing(digits)

// leadShortRE is a short counter word before a name.
var leadShortRE = lazily(`^(?:` + shortCounters + `) +(\p{L})`)

// startsName says that p begins in small letters and, from byte i on, in a capital: 1 st
// Plankstek, but not 1 St Peter's fish.
func startsName(p phrase, i int) bool {
	unit, name := p.slice(0, i).print, []rune(p.slice(i, len(p.fold)).print)
	return unit == strings.ToLower(unit) && unicode.IsUpper(name[0])
}

// rowNumberRE is the running number of a row.
var rowNumberRE = lazily(`^\s*\d{1,3}[.)]?\s+`).needing(digits)

// spacedIndexRE is a running number before a name: 1  Soup  x2, but not 7 Up x2.
var spacedIndexRE = lazily(`^\s*\d{1,2}\s{2,}\S`).needing(digits)

// mostBare is the most of one dish where nothing but a number before the name says so:
// longer ones are numbers of staff and of houses.
const mostBare = 99

func leadingItem(p phrase) (item, bool) {
	for i, re := range []*pattern{leadXRE, leadX2RE, leadBoxRE, leadUnitRE, leadPortionRE, leadRE} {
		m := re.FindStringSubmatchIndex(p.fold)
		if m == nil {
			continue
		}
		name := m[4:6]
		if name[0] < 0 {
			name = m[6:8]
		}
		rest := p.slice(name[0], name[1])
		bare := i == 5
		n, _ := strconv.Atoi(p.fold[m[2]:m[3]])
		if onlyPriceRE.MatchString(rest.fold) || bare && n > mostBare {
			return item{}, false
		}
		if bare && (rest.fold == "x" || notLeadRE.MatchString(rest.fold) || isFee(rest.fold) || packed(cutPrice(rest).fold)) {
			return item{}, false
		}
		if m := leadShortRE.FindStringSubmatchIndex(rest.fold); bare && m != nil && startsName(rest, m[2]) {
			rest, bare = rest.slice(m[2], len(rest.fold)), false
		}
		return item{Qty: n, name: rest, leading: true, sure: !bare, indexed: i == 2, qtyEnd: columns(p.fold[:m[3]])}, true
	}
	return item{}, false
}

// isTotal says that a line is a sum of money.
func isTotal(s string) bool {
	i, j, ok := find(s, totalWords)
	if !ok || columns(strings.Trim(s[:i], marks+" ")) > 12 {
		return false
	}
	m := amountRE.FindStringIndex(s)
	return m != nil && m[0] >= j && !totalCountRE.MatchString(s[j:])
}

var totalCountRE = lazily(`^\s*(?:items?|qty|quantity|数|件|份)|(?:件|份|个|items?|pcs)\s*$`)

// isFee says that a line is money that is no dish.
func isFee(s string) bool {
	i, _, ok := find(s, feeWords)
	return ok && !isTimes(s) && (amountRE.MatchString(s) || strings.Trim(s[:i], marks+" ") == "")
}

// isTimes says that a line has an explicit quantity.
func isTimes(s string) bool {
	return slices.ContainsFunc(strings.Fields(s), func(t string) bool { return xTok.MatchString(t) || unitTok.MatchString(t) })
}

// packed says that a name is wrapping, not food.
func packed(name string) bool {
	return slices.Contains(packWords, strings.Trim(name, marks+" "))
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 0x80 && r != '\ufffd' }
