package ticket

import (
	"slices"
	"strings"
	"unicode"
)

var (
	// codeRE is a short number as staff call it: 12, A012, 7A3F2, ORD-123456.
	codeRE = lazily(`^[#\s]*([a-z]{1,4}\d+\.\d+|(?:[a-z]{1,4}[- ]?)?\d[0-9a-z]*(?:-[0-9a-z]+)*|[0-9a-z]*\d[0-9a-z]*)`)
	hashRE = lazily(`(?:^|[^0-9a-z#])# ?((?:[a-z]{1,4}-?)?\d{1,8}(?:-\d{1,6}){0,2}[a-z]?|[0-9a-f]*\d[0-9a-f]{2,7})(?:$|[^0-9a-z])`).needing("#")
	endRE  = lazily(`#? ?([a-z]?\d{1,6}) ?(?:完|结束)`).needing("完束")
	haoRE  = lazily(`(?:^|[^\d第a-z-])([a-z]?\d{1,5}) ?号(?:$|[^楼口店线院栋门座\p{Han}]|单|餐)`).needing("号")
	deskRE = lazily(`(?:^|[^0-9a-z])([a-z]{0,2}-?\d{1,4}) ?号?(?:桌|台)(?:$|[^\p{Han}])|^\s*(?:大厅|大堂|包间|包厢|卡座|外摆|露台|散台|雅间|二楼|一楼) ?([a-z]{0,2}\d{1,4})\s*$`).needing(digits)
	bareRE = lazily(`^\s*#?([0-9a-z]{2,8}|[a-z]{1,4}-[0-9a-z]{1,8})\s*$`)
	// tableRE is a table's number: 12, A08, [12], Mesa 05.
	tableRE = lazily(`^[\[\s(#:]*(?:(?:mesa|meja|table|tbl|\p{Han}{1,4})[ -]?)?#?([a-z]{0,3}-?\d{1,4}[a-z]?)(?:$|[^0-9a-z:/.]|/\d{1,2}(?:$| ))`)
	// roomRE is a room with a name: 包间 牡丹厅.
	roomRE = lazily(`^(?:包间|包厢|雅间)? ?(\p{Han}{1,4}(?:厅|房|间|阁|轩|包|亭|院))$`)
	partRE = lazily(`(?:^|\s|\(|第)(\d{1,2} ?(?:/|of) ?\d{1,2})(?:$|\s|\)|张|页)`).needing(digits)
)

// candidate is a number that staff may call.
type candidate struct {
	text string
	size int
	rank int // 0 called, 1 order or check, 2 code or account, 3 an order id that is short
	like int // among numbers of one rank and size: the earlier wins
}

// numbers collects candidates.
type numbers struct{ all []candidate }

func (n *numbers) add(p phrase, size, rank int) {
	s := strings.ToUpper(strings.TrimLeft(p.words(), "# "))
	if strings.ContainsFunc(p.print, unicode.IsLower) && strings.ContainsFunc(p.print, unicode.IsLetter) {
		s = strings.TrimLeft(p.words(), "# ")
	}
	if s == "" || isLong(orderDigits(strings.ToLower(s))) {
		return
	}
	n.all = append(n.all, candidate{text: s, size: size, rank: rank, like: len(n.all)})
}

// pick chooses the number that staff call: the biggest print of those that are
// called or orders, then the higher rank, then the first. The rest are further
// numbers of the same order.
func (n *numbers) pick() (number string, others []string) {
	if len(n.all) == 0 {
		return "", nil
	}
	best := slices.MinFunc(n.all, func(a, b candidate) int {
		if coded := max(a.rank, 1) - max(b.rank, 1); coded != 0 {
			return coded
		}
		if a.size != b.size {
			return b.size - a.size
		}
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return a.like - b.like
	})
	for _, c := range n.all {
		if c.text != best.text && !slices.Contains(others, c.text) {
			others = append(others, c.text)
		}
	}
	return best.text, others
}

// numberRanks are the ranks of the labelled numbers.
var numberRanks = map[field]int{fieldCalled: 0, fieldOrder: 1, fieldCode: 2, fieldLong: 3}

// labelled reads the number that a label introduces.
func (r *reader) labelled(s segment, size int) bool {
	m := codeRE.FindStringSubmatchIndex(s.value.fold)
	if m == nil {
		return false
	}
	if rest := s.value.fold[m[3]:]; rest != "" && strings.IndexByte(":/", rest[0]) >= 0 {
		return false
	}
	rank := numberRanks[s.field]
	r.numbers.add(s.value.slice(m[2], m[3]), size, rank)
	if m := partRE.FindStringSubmatchIndex(s.value.fold[m[3]:]); m != nil && r.t.Part == "" {
		r.part(s.value.fold[len(s.value.fold)-len(s.value.fold[m[3]:]):])
	}
	return true
}

// mostDigits is how many digits a number that staff call has; ten may be a phone
// number.
const mostDigits = 9

// soleOrder is the order id of a slip that has no other number, where it is one
// that staff can call: up to twelve characters, and not as long as a phone number.
func soleOrder(lines []Line) string {
	const longest = 12 // characters
	sole := ""
	for _, l := range lines {
		for _, s := range newRow(l).segments() {
			if s.field != fieldOrder && s.field != fieldLong {
				continue
			}
			m := codeRE.FindStringSubmatchIndex(s.value.fold)
			if m == nil || !isLong(orderID(s)) {
				continue
			}
			id := strings.ToUpper(s.value.slice(m[2], m[3]).words())
			if m[3] < len(s.value.fold) && s.value.fold[m[3]] != ' ' || len(id) > longest || countDigits(id) > mostDigits || strings.ContainsAny(id, "- ") || sole != "" && sole != id {
				return ""
			}
			sole = id
		}
	}
	return sole
}

// unlabelled reads the numbers that stand by themselves: #12, 12 号, 美团外卖20.
func (r *reader) unlabelled(w row) (rest phrase, found bool) {
	p := w.phrase
	if m := deskRE.FindStringSubmatchIndex(p.fold); m != nil {
		i, j := m[2], m[3]
		if i < 0 {
			i, j = m[4], m[5]
		}
		r.table(p.slice(i, j))
		return p.blanked(m[0], m[1]), true
	}
	for _, re := range []*pattern{hashRE, haoRE} {
		if m := re.FindStringSubmatchIndex(p.fold); m != nil {
			r.numbers.add(p.slice(m[2], m[3]), w.size, 0)
			return p.blanked(m[2], m[3]), true
		}
	}
	if m := afterPlatformRE.FindStringSubmatchIndex(p.fold); m != nil {
		r.numbers.add(p.slice(m[2], m[3]), w.size, 0)
		return p.blanked(m[2], m[3]), true
	}
	return p, false
}

var afterPlatformRE = lazily(`(?:美团(?:外卖)?|饿了么|饿了吗|淘宝闪购|京东(?:外卖|秒送|到家)?|抖音(?:外卖)?|外卖|自提|自取|堂食|打包) ?([a-z]?\d{1,5})(?:$|[^\d:./年月-])`)

func (r *reader) table(p phrase) {
	if r.t.Table == "" {
		r.t.Table = p.trim("[]()#:").words()
	}
}

// part reads "1/3" where an order is spread over several slips.
func (r *reader) part(s string) bool {
	m := partRE.FindStringSubmatch(s)
	if m == nil || r.t.Part != "" {
		return m != nil
	}
	r.t.Part = strings.Join(strings.Fields(m[1]), " ")
	return true
}
