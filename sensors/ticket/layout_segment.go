package ticket

import (
	"slices"
	"strings"
)

// segment is a label and what it says.
type segment struct {
	field  field
	start  int // of the label, in bytes of the fold
	end    int // of the value
	label  string
	value  phrase
	strong bool // a colon or # follows the label
}

// segments finds the labels of a line and cuts it into what each of them says.
func (p phrase) segments() []segment {
	var out []segment
	for i := 0; i < len(p.fold); {
		s, next, ok := p.labelAt(i)
		if !ok || len(out) == 0 && s.numbersDish(p.fold) {
			i++
			continue
		}
		if n := len(out); n > 0 {
			if out[n-1].holds(p.fold, s) {
				i++
				continue
			}
			out[n-1].end = s.start
		}
		s.end = len(p.fold)
		out = append(out, s)
		i = next
	}
	for i := range out {
		s := &out[i]
		s.value = p.slice(s.valueStart(p.fold), s.end).trim("")
	}
	return out
}

// dishQtyRE is the quantity that a dish begins with.
var dishQtyRE = lazily(`^\s*[\[(>]*\s*\d{1,3} ?x?\s*[\])]?\s*$`)

// numbersDish says that the label numbers a dish of the menu: 2x No. 23 Fried Rice.
func (s segment) numbersDish(line string) bool {
	return s.field == fieldOrder && strings.HasPrefix(s.label, "n") && dishQtyRE.MatchString(line[:s.start])
}

// holds says that a label found inside the value of s is part of that value.
// Free text runs on until a labelled column starts.
func (s segment) holds(line string, next segment) bool {
	gap := leadingBack(line, next.start)
	switch s.field {
	case fieldNote, fieldAllergy:
		return !next.strong || gap < 2
	case fieldPrivate, fieldBlock, fieldStaff:
		return !next.strong || next.start > 0 && gap < 1 && !hasHan(next.label)
	}
	return false
}

// leadingBack counts the spaces right before byte i.
func leadingBack(s string, i int) int { return i - len(strings.TrimRight(s[:i], " ")) }

// valueStart is where the value of s begins: after the label and its colon.
func (s segment) valueStart(line string) int {
	i := s.start + len(s.label)
	_, _, n := separator(line[i:])
	return min(i+n, s.end)
}

// separator measures what stands between a label and its value: an optional
// bracket, colon, # and spaces.
func separator(s string) (colon, hash bool, n int) {
	rest := strings.TrimLeft(s, " ")
	if strings.HasPrefix(rest, "(") {
		if j := strings.IndexByte(rest, ')'); j > 0 && strings.HasPrefix(strings.TrimLeft(rest[j+1:], " "), ":") {
			rest = rest[j+1:]
		}
	}
	rest = strings.TrimPrefix(rest, "]")
	if t, ok := strings.CutPrefix(rest, "- "); ok && len(rest) < len(s) && t != "" && (t[0] == '#' || t[0] >= '0' && t[0] <= '9') {
		return true, false, len(s) - len(t) // KOT - 12
	}
	for {
		t := strings.TrimLeft(rest, " .")
		if t == "" || t[0] != ':' && t[0] != '#' {
			break
		}
		colon, hash, rest = colon || t[0] == ':', hash || t[0] == '#', t[1:]
	}
	rest = strings.TrimLeft(rest, " ")
	return colon, hash, len(s) - len(rest)
}

// numbered says that a # after a label introduces its value.
func numbered(f field) bool { return f != fieldPlain && f != fieldNote && f != fieldStation }

// labelAt returns the longest label that starts at byte i.
func (p phrase) labelAt(i int) (segment, int, bool) {
	line := p.fold
	han := line[i] >= 0x80
	start := i == 0 || strings.IndexByte(" ([],;|-*/>", line[i-1]) >= 0
	if !start && (!han || i > 0 && line[i-1] < 0x80 && latin(line[i-1])) {
		return segment{}, 0, false
	}
	for _, l := range labels()[line[i]] {
		if !strings.HasPrefix(line[i:], l.word) {
			continue
		}
		end := i + len(l.word)
		if l.field == fieldPromise {
			end += len(connectRE.FindString(line[end:]))
		}
		if !wholeWord(line, i, end) || !start && len(l.word) <= len("号") {
			continue
		}
		colon, hash, n := separator(line[end:])
		strong := colon || hash && numbered(l.field)
		inside := !start && (l.field == fieldPromise || l.field == fieldOrdered)
		if !strong && (!start && !inside || !bareLabel(l, line[:i], line[end:end+n], line[end+n:])) {
			continue
		}
		return segment{field: l.field, start: i, label: line[i:end], strong: strong}, end + n, true
	}
	return segment{}, 0, false
}

// connectRE is the little word between a promise's label and its time: entrega até 21:05.
var connectRE = lazily(`^ (?:at|by|for|until|before|ate|a las|as|a|alle|alle ore|ore|um|bis|ab|gegen|om|kl\.?|klo|pour|vers|a partir de|o|do|v|na|luc|on)\b`)

// bareLabel says that a label without a colon still labels what follows.
func bareLabel(l label, before, gap, rest string) bool {
	han := l.word[0] >= 0x80
	if gap == "" && !han && !strings.HasSuffix(l.word, ".") {
		return false
	}
	switch l.field {
	case fieldCalled, fieldOrder, fieldCode, fieldLong:
		return codeRE.MatchString(rest) && (!han || len(l.word) > 3 || gap != "")
	case fieldTable:
		return tableRE.MatchString(rest)
	case fieldOrdered, fieldPrinted:
		return startsWith(whenRE, rest) || startsWith(dateRE, rest)
	case fieldPromise:
		return startsWith(whenRE, rest) || has(firstWord(rest), asapWords)
	case fieldPrivate, fieldBlock, fieldStaff:
		return barePerson(l, rest)
	case fieldAllergy:
		return rest != "" && !han && strings.Trim(before, marks+" ") == ""
	case fieldNote:
		return han && gap != "" && len(l.word) >= 6
	case fieldPlain:
		return han && len(gap) > 1 && len(l.word) >= 6 && countRE.MatchString(strings.TrimRight(rest, "份双套"))
	}
	return false
}

// needColon are Han words that are labels of persons only before a colon.
var needColon = []string{"微信", "积分", "密码", "顾客", "客户", "用户", "会员", "余额", "生日", "楼层", "收银", "骑手", "发票"}

// barePeople are the labels of people that need no colon.
var barePeople = []string{
	"server", "clerk", "cashier", "waiter", "waitress", "driver", "courier", "dasher", "rider", "garcom", "garcon", "atendente", "mesero", "kasir", "pelayan", "customer", "deliver to", "delivery to", "served by", "printed by",
	"phone", "tel", "mobile", "access code", "gate code", "door code", "entry code", "apt", "suite", "buzzer", "member", "loyalty", "email", "card", "visa", "mastercard", "amex", "auth", "ref", "tab", "pin", "cliente", "pelanggan", "attn", "c/o", "guest name",
}

// onlyClockRE is a time of day to the end of its line.
var onlyClockRE = lazily(`^(` + timeExpr + `)\s*$`).needing(":m")

// barePerson: Han words of persons always label what follows; Latin ones only
// the clear ones, and not before a number of people.
func barePerson(l label, rest string) bool {
	if rest == "" || strings.HasPrefix(rest, "copy") || startsWith(onlyClockRE, rest) {
		return false
	}
	if l.word[0] >= 0x80 {
		return len(l.word) > len("转") && !slices.Contains(needColon, l.word)
	}
	return slices.Contains(barePeople, l.word)
}

func startsWith(re interface{ FindStringSubmatchIndex(string) []int }, s string) bool {
	m := re.FindStringSubmatchIndex(s)
	return m != nil && m[2] == 0
}

func firstWord(s string) string {
	if i := strings.Index(s, "  "); i >= 0 {
		return s[:i]
	}
	return s
}
