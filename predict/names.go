package predict

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"readyshelf/kitchen"
)

const (
	maxName  = 60                 // bytes of a dish's name
	offMenu  = 4 * 24 * time.Hour // a dish that nobody ordered for so long may give its place away: not after a weekend
	brackets = `[(\[{<【〔「『][^)\]}>】〕」』]*[)\]}>】〕」』]`
)

// names are the dishes by their place on the menu.
type names struct {
	Name []string        `json:"name,omitempty"`
	Used []time.Duration `json:"used,omitempty"` // model time of the last order

	keys map[string]string // by spelling, what was found lately; derived
}

const (
	maxKeys     = 1024        // spellings that are remembered
	maxSpelling = 4 * maxName // bytes of one that are looked at: a letter may stand for eighteen
)

// key is the dishName of a spelling: an order is looked at again and again.
func (n *names) key(s string) string {
	s = s[:min(len(s), maxSpelling)] // it may end within a letter: that is none
	if k, ok := n.keys[s]; ok {
		return k
	}
	k := dishName(s)
	if n.keys == nil || len(n.keys) == maxKeys {
		n.keys = map[string]string{}
	}
	n.keys[s] = k
	return k
}

var (
	bracketed = regexp.MustCompile(brackets)
	price     = regexp.MustCompile(`[$€£¥₩₹฿]\s*\d+([.,]\d+)?|\d+([.,]\d+)?\s*(元|円|원|rmb|cny|usd|eur)\b?|\b\d+[.,]\d{2}\b`)
	portions  = regexp.MustCompile(`(特大|超大|大|中|小|单人|单|双人|双|半|一|1/2)(份|碗|盘|杯|例|号)$|^(特大|大|中|小|单人|双人)份|[-/ ](特大|大|中|小)$|(大盛り?|並盛り?|並|小盛り?|特盛り?)$|(곱빼기|보통|대자|중자|소자)$|` +
		`\b(extra large|extra-large|large|medium|regular|small|half|full|portion|portions|lg|med|sml|xl|grande|mediano|pequeno|groß|gross|klein|grand|petit|\d+\s*(pcs|pc|ml|cl|g|oz|cm|"))\b`)
)

// dishName is what two spellings of one dish have in common: widths, cases, portions,
// prices and what stands in brackets do not tell dishes apart. It is empty where nothing
// else stands there.
func dishName(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	for _, r := range []*regexp.Regexp{bracketed, price, portions} {
		if t := strings.TrimSpace(r.ReplaceAllString(s, " ")); t != "" {
			s = t
		}
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }), " ")
	for len(s) > maxName {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// helpings are the dishes of an order that have a place on the menu, new ones included.
func (m *Model) helpings(items []kitchen.Item) []helping {
	var out []helping
	for _, it := range items {
		name := m.names.key(it.Name)
		if it.Qty <= 0 || name == "" {
			continue
		}
		i := slices.Index(m.names.Name, name)
		if i < 0 {
			i = m.place(name)
		}
		if i < 0 {
			continue
		}
		m.names.Used[i] = m.clock
		k := slices.IndexFunc(out, func(h helping) bool { return h.Dish == i })
		if k < 0 {
			k, out = len(out), append(out, helping{Dish: i})
		}
		out[k].Qty = min(out[k].Qty+min(it.Qty, maxPieces), maxPieces)
	}
	return out
}

// known are the dishes of an order that have a place already.
func (m *Model) known(items []kitchen.Item) []helping {
	var out []helping
	for _, it := range items {
		if i := slices.Index(m.names.Name, m.names.key(it.Name)); i >= 0 && it.Qty > 0 {
			out = append(out, helping{i, min(it.Qty, maxPieces)})
		}
	}
	return out
}

// place gives a new dish a place: a free one, or that of the dish that nobody orders any
// more. It is -1 where there is none.
func (m *Model) place(name string) int {
	n := &m.names
	if len(n.Name) < maxDishes {
		n.Name, n.Used = append(n.Name, name), append(n.Used, m.clock)
		return len(n.Name) - 1
	}
	i := 0
	for k, t := range n.Used {
		if t < n.Used[i] {
			i = k
		}
	}
	if m.clock-n.Used[i] < offMenu {
		return -1
	}
	m.strike(i)
	n.Name[i] = name
	return i
}

// strike takes a dish off the menu, and out of the orders that may teach something yet: its
// place is another's.
func (m *Model) strike(i int) {
	without := func(o *opened) {
		is := func(h helping) bool { return h.Dish == i }
		o.Dishes = slices.DeleteFunc(slices.Clone(o.Dishes), is)
		o.Queue.Dishes = slices.DeleteFunc(slices.Clone(o.Queue.Dishes), is)
	}
	for k := range m.open {
		without(&m.open[k])
	}
	for k := range m.lessons {
		without(&m.lessons[k].opened)
	}
	m.firm.menu.clear(i)
	m.refold()
}
