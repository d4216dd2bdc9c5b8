package ticket

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	xTok   = lazily(`^[\[(]?[x*](-?\d{1,3})[\])]?$`).needing(digits)
	intTok = lazily(`^-?\d{1,4}$`).needing(digits)
	numTok = lazily(`^-?\d{1,3}(?:\.\d{1,3})?$`).needing(digits)
	// unitTok is a quantity with its unit: 1份, 1.0份, 0.5斤, 1/份, 1(份), (1份).
	unitTok   = lazily(`^[\[(]?[x*]?(-?\d{1,3}(?:\.\d{1,3})?)[/(]?(` + counters + `|` + shortCounters + `|` + weights + `)[\])]?$`).needing(digits)
	unitAlone = lazily(`^(?:` + counters + `|` + shortCounters + `|` + weights + `)$`)
	// timesTok is a price and how often: 26.00*1, 2x9.50.
	timesTok = lazily(`^[¥$€£]?` + centsExpr + `[x*](\d{1,3})$|^(\d{1,3})[x*][¥$€£]?` + centsExpr + `$`).needing(digits)
	plusTok  = lazily(`^\+([1-9]\d?)$`)
	smallTok = lazily(`^[1-9]\.0$`)
	// labelledRE is 宫保鸡丁 数量:1.
	labelledRE = lazily(`^\s*(.*\p{L}\S*)\s+[\[(]?(?:数量|份数|qty|quantity) ?: ?(\d{1,3}) ?(?:` + counters + `)?[\])]?\s*$`).needing(digits)
	// narrowRE is a Chinese name with its quantity, or its price, one space apart.
	narrowRE = lazily(`^(\s*.*\p{Han}\S*(?: \d+(?:ml|l|g|cm|寸))?) ((?:[1-9]\d?|[1-9]\d{0,3}\.\d{1,2})(?: +[¥$]?\d+\.\d{1,2})*)\s*$`).needing(digits)
)

// weights are units that are never portions.
const weights = `两|公斤`

// token is one of the columns after a name.
type token struct {
	text    string
	at, end int // bytes of the fold
}

// trailingItem reads "name … quantity … price" from the right.
func trailingItem(p phrase, cols []column) (item, bool) {
	body := strings.TrimRight(p.fold, " ")
	var toks []token // right to left
	end := len(body)
	for len(toks) < 5 {
		i := strings.LastIndexByte(body[:end], ' ')
		t := token{body[i+1 : end], i + 1, end}
		if !t.counts() {
			break
		}
		toks = append(toks, t)
		if i < 0 {
			return item{}, false
		}
		end = len(strings.TrimRight(body[:i], " "))
		if end == 0 {
			return item{}, false
		}
	}
	it := item{name: p.slice(0, end).trim(""), gap: leading(body[end:])}
	if len(toks) == 0 || !xTok.MatchString(toks[len(toks)-1].text) {
		if m := gluedRE.FindStringSubmatchIndex(it.name.fold); m != nil {
			it.Qty, _ = strconv.Atoi(it.name.fold[m[4]:m[5]])
			it.name, it.sure = it.name.slice(m[2], m[3]), true
			return it, true
		}
	}
	slices.Reverse(toks)
	toks, ok := joinUnits(toks)
	if !ok {
		return it, false
	}
	return it.count(p, toks, cols)
}

// counts says that a token is no longer part of a name.
func (t token) counts() bool {
	if strings.ContainsAny(t.text, digits) {
		return priceTok.MatchString(t.text) || xTok.MatchString(t.text) || timesTok.MatchString(t.text) || unitTok.MatchString(t.text)
	}
	return t.text == "x" || moneyTok.MatchString(t.text) || unitAlone.MatchString(t.text)
}

// joinUnits puts a unit that stands alone to its number: before it, or, in a
// table that names the unit first, behind it.
func joinUnits(toks []token) ([]token, bool) {
	var out []token
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch n := len(out); {
		case moneyTok.MatchString(t.text): // of a number beside it
		case !unitAlone.MatchString(t.text):
			out = append(out, t)
		case n > 0 && numTok.MatchString(out[n-1].text):
			out[n-1].text, out[n-1].end = out[n-1].text+t.text, t.end
		case n == 0 && i+1 < len(toks) && numTok.MatchString(toks[i+1].text):
			i++
			out = append(out, token{toks[i].text + t.text, toks[i].at, toks[i].end})
		default:
			return nil, false
		}
	}
	return out, true
}

// count finds the quantity among the columns after the name.
func (it item) count(p phrase, toks []token, cols []column) (item, bool) {
	for i, t := range toks {
		m := xTok.FindStringSubmatch(t.text)
		if m == nil && t.text == "x" && i+1 < len(toks) && intTok.MatchString(toks[i+1].text) {
			m = []string{t.text, toks[i+1].text}
		}
		if m == nil {
			if m = timesTok.FindStringSubmatch(t.text); m != nil {
				m[1] += m[2] // one of them is empty
			}
		}
		if m != nil {
			it.Qty, _ = strconv.Atoi(m[1])
			it.sure = true
			return it, true
		}
	}
	for _, t := range toks {
		if m := unitTok.FindStringSubmatch(t.text); m != nil {
			it.sure = true
			return it.amount(p, t, m[1], slices.Contains(strings.Split(weights, "|"), m[2])), true
		}
	}
	if len(toks) == 1 && hasHan(it.name.fold) && !tasteLike(it.name) {
		if m := plusTok.FindStringSubmatch(toks[0].text); m != nil {
			it.Qty, _ = strconv.Atoi(m[1])
			return it, true
		}
	}
	if len(toks) == 0 || it.gap < 2 && len(cols)-1 != len(toks) {
		return it, false
	}
	at := qtyColumn(toks, cols)
	if at < 0 {
		it.Qty, it.priced = 1, true
		return it, !strings.HasPrefix(toks[0].text, "-") && strings.ContainsAny(toks[len(toks)-1].text, ".,¥$€£元")
	}
	it = it.amount(p, toks[at], toks[at].text, false)
	return it, it.Qty > -100 && it.Qty < 100
}

// amount takes in a number: a whole one counts portions, any other, or one of a
// unit of weight, is how much one portion is to be.
func (it item) amount(p phrase, t token, number string, weight bool) item {
	whole, part, _ := strings.Cut(number, ".")
	if !weight && strings.Trim(part, "0") == "" {
		it.Qty, _ = strconv.Atoi(whole)
		return it
	}
	it.Qty = 1
	it.after = newPhrase(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("()[]", r) {
			return -1
		}
		return r
	}, p.slice(t.at, t.end).print))
	return it
}

// qtyColumn says which of the numbers after a name is the quantity, -1 for none.
func qtyColumn(toks []token, cols []column) int {
	if i := slices.Index(cols, colQty); i > 0 && len(cols)-1 == len(toks) && numTok.MatchString(toks[i-1].text) {
		return i - 1
	}
	ints := 0
	first := -1
	for i, t := range toks {
		if intTok.MatchString(t.text) {
			if first < 0 {
				first = i
			}
			ints++
		}
	}
	if ints == 3 && len(toks) == 3 { // unit price, quantity, sum
		a, _ := strconv.Atoi(toks[0].text)
		b, _ := strconv.Atoi(toks[1].text)
		if c, _ := strconv.Atoi(toks[2].text); a*b == c && b < a {
			return 1
		}
	}
	if ints == 2 && len(toks) == 2 { // price and quantity: a sum is not below its quantity
		a, _ := strconv.Atoi(toks[0].text)
		if b, _ := strconv.Atoi(toks[1].text); b > 0 && b < a {
			return 1
		}
	}
	if len(toks) == 1 && smallTok.MatchString(toks[0].text) {
		return 0
	}
	return first
}

// labelledCount reads 宫保鸡丁 数量:1.
func labelledCount(p phrase) (item, bool) {
	m := labelledRE.FindStringSubmatchIndex(p.fold)
	if m == nil || slices.Contains(columnWords, strings.Trim(p.fold[m[2]:m[3]], marks+" ")) {
		return item{}, false
	}
	it := item{name: p.slice(m[2], m[3]), sure: true, gap: 1}
	it.Qty, _ = strconv.Atoi(p.fold[m[4]:m[5]])
	return it, true
}

// narrowItem reads a dish whose quantity is one space apart. Only where a head
// was read: elsewhere such a line may be anything.
func narrowItem(p phrase, cols []column) (item, bool) {
	m := narrowRE.FindStringSubmatchIndex(p.fold)
	if m == nil {
		return item{}, false
	}
	a, b := p.slice(m[2], m[3]), p.slice(m[4], m[5])
	it, ok := readItem(phrase{a.print + "  " + b.print, a.fold + "  " + b.fold}, cols)
	return it, ok && dishLike(it.name) && !deskRE.MatchString(p.fold) && !haoRE.MatchString(p.fold) && !afterPlatformRE.MatchString(p.fold)
}

// notDishEnds end what is counted and no dish: 人数 3, 大厅 8, 小计 12.00.
const notDishEnds = "号数位人单联区厅间楼层机店第次员页台桌码部房档站组班额价费款金钱币分计付收"

// dishLike says that a Chinese name with nothing but a bare number behind it is a
// dish: no word of the slip, no label, no taste.
func dishLike(name phrase) bool {
	s := strings.Trim(name.fold, marks+" ")
	if !hasHan(s) || knownWords(s) || titleWords(s) || tasteLike(name) || packed(s) || slices.Contains(columnWords, s) {
		return false
	}
	if rs := []rune(s); strings.ContainsRune(notDishEnds, rs[len(rs)-1]) {
		return false
	}
	return !slices.ContainsFunc(labels()[s[0]], func(l label) bool { return l.word == s })
}

// column is what a column of a table of dishes holds.
type column uint8

const (
	colName column = iota
	colQty
	colMoney
	colIndex // a running number before the name
)

// columnCells are the cells of what may be the head of a table: two spaces apart, and one
// where each word heads a column.
func columnCells(s string) []string {
	var cells []string
	for _, part := range strings.FieldsFunc(strings.ReplaceAll(s, "  ", "|"), func(r rune) bool { return r == '|' || r == '/' }) {
		part = strings.Trim(part, marks+" ")
		switch {
		case part == "":
		case slices.Contains(columnWords, part) || slices.Contains(columnWords, part+"."):
			cells = append(cells, part)
		default:
			cells = append(cells, strings.Fields(part)...)
		}
	}
	return cells
}

// readColumns reads the head of a table of dishes.
func readColumns(s string) []column {
	var cols []column
	for _, w := range columnCells(s) {
		w = strings.Trim(w, marks)
		switch {
		case w == "" || w == "单位": // a unit is read with its number
		case slices.Contains(countColumns, w) || slices.Contains(furtherCounts, w):
			cols = append(cols, colQty)
		case slices.Contains(moneyColumns, w) || slices.Contains(furtherMoney, w):
			cols = append(cols, colMoney)
		default:
			cols = append(cols, colName)
		}
	}
	if len(cols) > 2 && slices.Contains(indexColumns, columnCells(s)[0]) && slices.Contains(cols[1:], colQty) {
		cols[0] = colIndex // "Sl" is that before "Qty", and a quantity without it
	}
	return cols
}

// isColumns says that a line is the head of a table.
func isColumns(s string) bool {
	cells := columnCells(s)
	return len(cells) >= 2 && !slices.ContainsFunc(cells, func(w string) bool {
		return !slices.Contains(columnWords, strings.Trim(w, marks)) && !slices.Contains(columnWords, w)
	})
}
